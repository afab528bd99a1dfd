"""A server on the loopback that speaks as Step Functions, SageMaker and CloudWatch Logs do, and follows a script."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore import xform_name

ACCOUNT, REGION = "123456789012", "us-east-1"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:churn"
GROUPS = ("/aws/sagemaker/TrainingJobs", "/aws/sagemaker/TransformJobs")
CREATED = 1_790_000_000.0
_LOOKS = frozenset(
    {"DescribeExecution", "DescribeHyperParameterTuningJob", "DescribeTrainingJob", "DescribeTransformJob"}
)


class RefusalError(Exception):
    """What a service refuses a request with."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass
class ScriptedAws:
    """Jobs, executions and logs; each look at a job or an execution runs the next step of the script first.

    `refusals` holds what the next requests for an operation are refused with; None: it is answered.
    """

    url: str = ""
    steps: list[Callable[[], None]] = field(default_factory=list)
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refusals: dict[str, list[RefusalError | None]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    executions: dict[str, dict[str, Any]] = field(default_factory=dict)
    trials: list[dict[str, Any]] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    streams: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    events_a_page: int = 10_000

    def asked(self, operation: str) -> list[dict[str, Any]]:
        """Give the bodies of the requests for an operation."""
        return [body for name, body in self.requests if name == operation]

    def create_job(self, name: str = "churn-1", **facts: Any) -> None:
        """Have a job that was just created."""
        self.jobs[name] = {
            "TrainingJobName": name,
            "TrainingJobArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{name}",
            "TrainingJobStatus": "InProgress",
            "SecondaryStatus": "Starting",
            "SecondaryStatusTransitions": [],
            "CreationTime": CREATED,
            "LastModifiedTime": time.time(),
            "AlgorithmSpecification": {"TrainingInputMode": "File", "MetricDefinitions": []},
            "OutputDataConfig": {"S3OutputPath": "s3://artifacts/jobs"},
            "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30},
            **facts,
        }

    def create_transform(self, name: str = "churn-1", **facts: Any) -> None:
        """Have a transform job that was just created."""
        self.jobs[name] = {
            "TransformJobName": name,
            "TransformJobArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:transform-job/{name}",
            "TransformJobStatus": "InProgress",
            "ModelName": "model",
            "CreationTime": CREATED,
            "TransformOutput": {"S3OutputPath": f"s3://predictions/transform/{name}/"},
            **facts,
        }

    def create_tuning(self, name: str = "churn-1", **facts: Any) -> None:
        """Have a tuning job that was just created."""
        self.jobs[name] = {
            "HyperParameterTuningJobName": name,
            "HyperParameterTuningJobArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:hyper-parameter-tuning-job/{name}",
            "HyperParameterTuningJobConfig": {
                "Strategy": "Random",
                "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
                "ResourceLimits": {"MaxParallelTrainingJobs": 1},
            },
            "HyperParameterTuningJobStatus": "InProgress",
            "TrainingJobStatusCounters": {"Completed": 0, "InProgress": 1},
            "ObjectiveStatusCounters": {},
            "CreationTime": CREATED,
            **facts,
        }

    def enter(self, status: str, message: str = "", seconds: float = 0, name: str = "churn-1") -> None:
        """Have a job enter a secondary status."""
        job = self.jobs[name]
        job["SecondaryStatus"] = status
        job["SecondaryStatusTransitions"].append(
            {"Status": status, "StartTime": CREATED + seconds, "StatusMessage": message}
        )

    def end(self, status: str = "Completed", name: str = "churn-1", **facts: Any) -> None:
        """End a job now."""
        self.jobs[name] |= {"TrainingJobStatus": status, "SecondaryStatus": status, "TrainingEndTime": time.time()}
        if status == "Completed":
            uri = f"s3://artifacts/jobs/{name}/output/model.tar.gz"
            self.jobs[name] |= {"ModelArtifacts": {"S3ModelArtifacts": uri}, "BillableTimeInSeconds": 72}
        self.jobs[name] |= facts

    def execute(self, name: str = "churn-1", machine: str = "churn") -> str:
        """Have an execution that runs; give its ARN."""
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:{machine}:{name}"
        self.executions[arn] = {
            "executionArn": arn,
            "stateMachineArn": MACHINE,
            "name": name,
            "status": "RUNNING",
            "startDate": CREATED,
        }
        return arn

    def end_execution(self, status: str = "SUCCEEDED", **facts: Any) -> None:
        """End every execution."""
        for execution in self.executions.values():
            execution |= {"status": status, **facts}

    def write(self, *lines: str, at: int, host: str = "algo-1", name: str = "churn-1") -> None:
        """Write lines to the log of an instance, `at` milliseconds."""
        stream = self.streams.setdefault(f"{name}/{host}-1790000000", [])
        stream += [(at, line) for line in lines]
        stream.sort(key=lambda event: event[0])

    def answer(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """Answer a request as the service does."""
        self.requests.append((operation, body))
        refusal = self.refusals[operation].pop(0) if self.refusals.get(operation) else None
        if refusal is not None:
            raise refusal
        if (
            operation
            in {"DescribeTrainingJob", "DescribeTransformJob", "DescribeExecution", "DescribeHyperParameterTuningJob"}
            and self.steps
        ):
            self.steps.pop(0)()
        answer: dict[str, Any] = getattr(self, f"_{xform_name(operation)}")(body)
        return answer

    def _describe_training_job(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["TrainingJobName"] not in self.jobs:
            raise RefusalError("ValidationException", "Requested resource not found.")
        return self.jobs[body["TrainingJobName"]]

    def _stop_training_job(self, body: dict[str, Any]) -> dict[str, Any]:
        job = self.jobs[body["TrainingJobName"]]
        if job["TrainingJobStatus"] != "InProgress":
            raise RefusalError("ValidationException", f"The job is in status {job['TrainingJobStatus']}.")
        job["TrainingJobStatus"] = "Stopping"
        return {}

    def _describe_transform_job(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["TransformJobName"] not in self.jobs:
            raise RefusalError(
                "ValidationException", f"Could not find requested job with name: {body['TransformJobName']}"
            )
        return self.jobs[body["TransformJobName"]]

    def _stop_transform_job(self, body: dict[str, Any]) -> dict[str, Any]:
        self.jobs[body["TransformJobName"]]["TransformJobStatus"] = "Stopping"
        return {}

    def _describe_hyper_parameter_tuning_job(self, body: dict[str, Any]) -> dict[str, Any]:
        name = body["HyperParameterTuningJobName"]
        if name not in self.jobs:
            raise RefusalError("ResourceNotFound", f"Amazon SageMaker can't find a tuning job called {name}")
        return self.jobs[name]

    def _stop_hyper_parameter_tuning_job(self, body: dict[str, Any]) -> dict[str, Any]:
        self.jobs[body["HyperParameterTuningJobName"]]["HyperParameterTuningJobStatus"] = "Stopping"
        return {}

    def _list_training_jobs_for_hyper_parameter_tuning_job(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"TrainingJobSummaries": self.trials}

    def _start_execution(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"executionArn": self.execute(body["name"]), "startDate": CREATED}

    def _describe_execution(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["executionArn"] not in self.executions:
            raise RefusalError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{body['executionArn']}'")
        return self.executions[body["executionArn"]]

    def _get_execution_history(self, body: dict[str, Any]) -> dict[str, Any]:
        assert body["reverseOrder"] is True
        assert body["includeExecutionData"] is False
        events: list[dict[str, Any]] = [
            {"timestamp": CREATED, "type": "TaskScheduled", "id": 99, "previousEventId": 98}
        ]
        for number, state in reversed(list(enumerate(self.states))):
            entered = {"name": state}
            events.append(
                {"timestamp": CREATED, "type": "PassStateEntered", "id": number, "stateEnteredEventDetails": entered}
            )
        return {"events": events}

    def _describe_log_streams(self, body: dict[str, Any]) -> dict[str, Any]:
        if not self.streams:
            raise RefusalError("ResourceNotFoundException", "The specified log group does not exist.")
        assert body["logGroupName"] in GROUPS
        return {
            "logStreams": [
                {"logStreamName": name} for name in self.streams if name.startswith(body["logStreamNamePrefix"])
            ]
        }

    def _get_log_events(self, body: dict[str, Any]) -> dict[str, Any]:
        events = [event for event in self.streams[body["logStreamName"]] if event[0] >= body.get("startTime", 0)]
        size = body.get("limit", self.events_a_page)
        first = int(body.get("nextToken", "f/0")[2:]) if body["startFromHead"] else max(0, len(events) - size)
        page = events[first : first + size]
        return {
            "events": [{"timestamp": at, "message": text, "ingestionTime": at} for at, text in page],
            "nextForwardToken": f"f/{first + len(page)}",
            "nextBackwardToken": f"b/{first}",
        }


@contextmanager
def scripted_aws() -> Iterator[ScriptedAws]:
    """Serve it."""
    aws = ScriptedAws()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            try:
                self.send(200, aws.answer(operation, body))
            except RefusalError as refusal:
                self.send(refusal.status, {"__type": refusal.code, "message": refusal.message})

        def send(self, status: int, answer: dict[str, Any]) -> None:
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("x-amzn-RequestId", "r-1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Keep quiet: a client that was interrupted has closed its connection."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        aws.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield aws
        server.shutdown()
        thread.join()
