"""The example with an HTTP API and a function in front of an endpoint, deployed and called as its README says."""

from pathlib import Path

import pytest

from tests.end_to_end.conftest import LocalCloud, copied_example


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, local_cloud: LocalCloud) -> Path:
    return copied_example(local_cloud, "front_doors", tmp_path_factory.mktemp("doors"))


def test_both_doors_lead_to_the_endpoint_and_say_what_they_refuse(local_cloud: LocalCloud, project: Path):
    said = local_cloud.cdk("deploy", "--require-approval", "never", cwd=project).stdout
    assert "is not emulated" not in said
    answers = local_cloud.run("python", "call.py", cwd=project).stdout.splitlines()
    assert [line.partition(": ")[2].partition(" ")[0] for line in answers] == [
        "200",
        "400",
        "400",
        "403",
        "200",
        "400",
        "403",
    ]
    for line, text in zip(
        answers,
        (
            "[0, 0]",
            "row 0, column 0: 'red' is not a number",
            "is not valid under any of the given schemas",
            "INVALID_API_KEY",
            "{'cultivars': ['Barolo', 'Grignolino', 'Barbera']}",
            "there is no wine 178; give numbers from 0 to 177",
            "Forbidden",
        ),
        strict=True,
    ):
        assert text in line
    local_cloud.cdk("destroy", "--force", cwd=project)
