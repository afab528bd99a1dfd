"""Every row of the table of requests, answered by the service."""

from __future__ import annotations

import pytest

from sklearn_runtime.service import InferenceService
from sklearn_runtime.settings import Settings
from tests.runtime.request_cases import RequestCase, request_cases, write_artifact


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    made: dict[str, InferenceService] = {}

    def service_of(artifact: str) -> InferenceService:
        if artifact not in made:
            base = tmp_path_factory.mktemp(artifact)
            variables = write_artifact(artifact, base / "model")
            made[artifact] = InferenceService.load(
                Settings.from_environ({"SAGEMAKER_BASE_DIR": str(base), **variables})
            )
        return made[artifact]

    return service_of


@pytest.mark.filterwarnings("ignore:X does not have valid feature names:UserWarning")
@pytest.mark.parametrize("case", request_cases(), ids=lambda case: case.name)
def test_a_request_is_answered_as_the_table_says(case: RequestCase, services):
    service = services(case.artifact)
    answer = service.invoke(case.body, case.content_type, case.accept, case.custom_attributes)
    case.check(*answer)


def test_names_are_unique_and_every_row_says_what_both_servers_do():
    cases = request_cases()
    assert len({case.name for case in cases}) == len(cases)
    assert all(case.sentence and case.stock and case.ours for case in cases)
