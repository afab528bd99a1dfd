"""Our toolkit and AWS's own (sagemaker-training 4.8.0) do the same in the same folders, but for what a table lists."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from tests.aws_training.cases import CASES, S3_URI, source_archive
from tests.aws_training.jobs import PROBE, Job, Outcome, run_toolkit_of_aws, run_toolkit_of_ours, s3_client

# Cases, values (both regular expressions), and why they differ. Everything else must be the same.
_OWN_ENVIRONMENT = "requirements|a package"
ON_PURPOSE = [
    (".*", "variables PYTHONDONTWRITEBYTECODE", "here it would compile the libraries again in every job"),
    (
        ".*",
        "variables AWS_CONFIG_FILE|variables AWS_SHARED_CREDENTIALS_FILE|variables AWS_EC2_METADATA_DISABLED",
        "a container on AWS cannot see the credentials of the user's machine; here they are put out of reach",
    ),
    (".*", "variables SAGEMAKER_BASE_DIR", "only tells AWS's toolkit that /opt/ml is elsewhere; a real job has none"),
    (
        "an exception|a missing script|SIGKILL below a shell|requirements that cannot be met",
        "failure ErrorMessage",
        "AWS's toolkit does not capture what the script writes; here the last line is worth having",
    ),
    (
        "a missing .*|no .*|a job name of digits",
        "failure traceback",
        "AWS's toolkit adds a traceback through its own code",
    ),
    ("no script named|a job name of digits", "failure error", "ours says what to do"),
    (
        f"{_OWN_ENVIRONMENT}|requirements that cannot be met",
        "failure Command|interpreter|variables PATH|variables PYTHONPATH|search_path",
        "what is installed for one job must not change the interpreter of all: it goes to an environment of the job's",
    ),
]

Compared = dict[str, tuple[Any, Any]]


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 that holds a job's code."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = s3_client(url)
    bucket, _, key = S3_URI.removeprefix("s3://").partition("/")
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_object(Bucket=bucket, Key=key, Body=source_archive({"train.py": PROBE}))
    client.close()
    yield url
    server.stop()


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory, s3) -> Callable[[str], tuple[Outcome, Outcome]]:
    """Run a case with both toolkits, once."""
    known: dict[str, tuple[Outcome, Outcome]] = {}

    def run(name: str) -> tuple[Outcome, Outcome]:
        if name not in known:
            job: Job = CASES[name]
            if name == "code in S3":
                job = dataclasses.replace(job, environment={"S3_ENDPOINT_URL": s3})
            folder = tmp_path_factory.mktemp("job")
            for side in ("aws", "ours"):
                (folder / side).mkdir()
            known[name] = run_toolkit_of_aws(job, folder / "aws"), run_toolkit_of_ours(job, folder / "ours")
        return known[name]

    return run


def values(outcome: Outcome) -> dict[str, Any]:
    """Everything that is compared, each under a name of its own."""
    report = dict(outcome.report)
    variables = {
        f"variables {name}": value
        for name, value in report.pop("variables", {}).items()
        # There when coverage is measured: the local cloud hands it on to all that it starts.
        if not name.startswith("COVERAGE_PROCESS_")
    }
    files = {f"file {name}": text for name, text in outcome.files.items()}
    return {"status": outcome.status} | report | variables | files | failure_values(outcome.failure)


def failure_values(text: str | None) -> dict[str, str]:
    """Take a failure file apart."""
    if text is None:
        return {}
    known = re.fullmatch(
        r'(?P<error>\w+):\nExitCode (?P<ExitCode>.*)\nErrorMessage "(?P<ErrorMessage>.*?)"\n'
        r'(ExtraInfo "(?P<ExtraInfo>.*)"\n)?Command "(?P<Command>.*)"',
        text,
        re.DOTALL,
    )
    if known:
        return {f"failure {name}": value for name, value in known.groupdict().items() if value is not None}
    framework = re.fullmatch(
        r"Framework Error: \n(?P<traceback>Traceback.*?\n(?=\w))?(?P<error>.*?)\n\n(.*)", text, re.DOTALL
    )
    if framework:
        return {f"failure {name}": value for name, value in framework.groupdict().items() if value is not None}
    return {"failure": text}


def differences(pair: tuple[Outcome, Outcome]) -> Compared:
    """Every value that is not the same, AWS's first; None where one has no such value."""
    aws, ours = map(values, pair)
    names = sorted(aws.keys() | ours.keys())
    return {name: (aws.get(name), ours.get(name)) for name in names if aws.get(name) != ours.get(name)}


def reasons(case: str, name: str) -> list[int]:
    """Which lines of the table name a value."""
    return [
        number
        for number, (cases, names, _) in enumerate(ON_PURPOSE)
        if re.fullmatch(cases, case) and re.fullmatch(names, name)
    ]


@pytest.mark.parametrize(
    "case", [name for name, job in CASES.items() if PROBE in job.files.values() and job.status == 0]
)
def test_the_log_has_every_line_of_the_script(outcomes, case):
    aws, ours = outcomes(case)
    assert "the script has run" in ours.log
    assert "the script has run" in aws.log


@pytest.mark.parametrize(("case", "library"), [("requirements", "of the wheel"), ("a package", "of the package")])
def test_what_is_installed_for_a_job_is_there(outcomes, case, library):
    assert [outcome.report["library"] for outcome in outcomes(case)] == [library, library]


def test_a_shell_script_gets_no_requirements(outcomes):
    assert [outcome.report["library"] for outcome in outcomes("a shell script")] == [None, None]


def test_the_librarys_module_gives_the_reason_that_the_image_leaves_empty(outcomes):
    aws, ours = outcomes("an exception beside the library's module")
    assert aws.failure == ours.failure == "ValueError: no rows in train.csv"


@pytest.mark.parametrize("case", CASES)
def test_both_toolkits_do_the_same(outcomes, case):
    aws, _ = outcomes(case)
    assert aws.status == CASES[case].status, aws.log
    found = differences(outcomes(case))
    assert {name: pair for name, pair in found.items() if not reasons(case, name)} == {}


def test_every_difference_on_purpose_is_one(outcomes):
    seen = {number for case in CASES for name in differences(outcomes(case)) for number in reasons(case, name)}
    assert seen == set(range(len(ON_PURPOSE)))
