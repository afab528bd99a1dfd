"""What can go wrong between a caller and an endpoint, or a training job, one class a failure.

::

    EndpointClientError
    ├── ConfigurationError           the client cannot be built: no region, no credentials, a wrong setting
    ├── InvalidInput                 the data cannot be sent: no rows, ragged, of a type that no format carries
    ├── PayloadTooLarge              one row alone exceeds the limit of a request
    ├── EndpointUnreachable          no answer: the address does not resolve, the connection broke
    │   └── EndpointTimeout          no answer in time
    ├── UnreadableResponse           an answer that is not an array, or not one result a row
    ├── TrainingError                a training job did not give what was wanted
    │   ├── TrainingFailed           it failed, or could not be started
    │   ├── TrainingStopped          it was stopped: by somebody, or by its time limit
    │   ├── TrainingNotFinished      it has not made this yet
    │   └── RolloutFailed            it completed, and its model was refused or could not be deployed
    ├── TransformError               a transform job did not give what was wanted
    │   ├── TransformFailed          it failed, or could not be started
    │   ├── TransformStopped         it was stopped
    │   └── TransformNotFinished     it has not made this yet
    ├── TuningError                  a tuning job did not give what was wanted
    │   ├── TuningFailed             it failed, or could not be started
    │   ├── TuningStopped            it was stopped
    │   └── TuningNotFinished        it has not made this yet
    └── ServiceError                 SageMaker refused or failed
        ├── EndpointNotFound
        ├── TrainingJobNotFound
        ├── TransformJobNotFound
        ├── TuningJobNotFound
        ├── AccessDenied
        ├── InvalidRequest
        ├── Throttled
        │   └── ModelNotReady        the model is still loading: try again
        ├── ServiceUnavailable
        └── ModelError               the model's container answered with an error
            └── InputRejected        ... and the input is why: its status is 4xx
"""

# ruff: noqa: N818 - named for what happened, as botocore and the runtime name theirs

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from endpoint_client.prediction.partial_result import PartialResult
    from endpoint_client.training.job import TrainingJob
    from endpoint_client.transform.job import TransformJob
    from endpoint_client.tuning.job import TuningJob


class EndpointClientError(Exception):
    """Base of everything that this package raises on purpose; `endpoint_client.explain` gives causes and remedies.

    Attributes
    ----------
    rows : range or None
        The rows of the caller's input that the failed request held, counted from 0.
    partial : PartialResult or None
        Where an input was sent in several requests: the results that came, and `resume` for those that did not.
    endpoint_name, region : str
        What was called, and where; ``""`` where the error is not about a call.
    action : str
        The operation that AWS refused, for example ``"InvokeEndpoint"``; ``""`` where none was reached.
    """

    rows: range | None = None
    partial: PartialResult | None = None
    endpoint_name: str = ""
    region: str = ""
    action: str = ""


class ConfigurationError(EndpointClientError, ValueError):
    """The client cannot be built, or cannot sign a request, with what it was given."""


class InvalidInput(EndpointClientError, ValueError):
    """The data cannot be put into a request."""


class PayloadTooLarge(EndpointClientError):
    """A payload that cannot be split exceeds the limit of one request.

    Attributes
    ----------
    size, limit : int
        Bytes of the payload (0: unknown) and bytes allowed in one request.
    row : int or None
        The row of the caller's data, counted from 0, where one row is the reason.
    """

    def __init__(self, message: str, *, size: int = 0, limit: int = 0, row: int | None = None) -> None:
        super().__init__(message)
        self.size = size
        self.limit = limit
        self.row = row


class EndpointUnreachable(EndpointClientError):
    """No answer came: the address does not resolve, nothing listens there, or the connection broke."""


class EndpointTimeout(EndpointUnreachable):
    """No answer came within the read timeout."""


class UnreadableResponse(EndpointClientError):
    """The answer is not an array in a known content type, or does not hold one result for each row."""


class TrainingError(EndpointClientError):
    """A training job did not give what was wanted.

    Attributes
    ----------
    job : TrainingJob or None
        The job; its log and its description can still be read.
    """

    def __init__(self, message: str, *, job: TrainingJob | None = None) -> None:
        super().__init__(message)
        self.job = job


class TrainingFailed(TrainingError):
    """A training job failed, or SageMaker refused to create it.

    Attributes
    ----------
    job : TrainingJob or None
    reason : str
        The job's FailureReason, or what the service said when it refused the job.
    last_lines : tuple of str
        The last 20 lines of its log; empty where it wrote none, or where the log cannot be read.
    """

    def __init__(
        self, message: str, *, job: TrainingJob | None = None, reason: str = "", last_lines: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, job=job)
        self.reason = reason
        self.last_lines = last_lines


class TrainingStopped(TrainingError):
    """A training job was stopped by somebody, or by the limit of its run time."""


class TrainingNotFinished(TrainingError):
    """What was asked for is there only after the end of the training job."""


class RolloutFailed(TrainingError):
    """A training job completed, and what follows it in its state machine failed: a check, or the way to an endpoint.

    Attributes
    ----------
    job : TrainingJob or None
    state : str
        The state of the state machine that was entered last.
    error, cause : str
        What the execution failed with.
    """

    def __init__(
        self, message: str, *, job: TrainingJob | None = None, state: str = "", error: str = "", cause: str = ""
    ) -> None:
        super().__init__(message, job=job)
        self.state = state
        self.error = error
        self.cause = cause


class TransformError(EndpointClientError):
    """A transform job did not give what was wanted.

    Attributes
    ----------
    job : TransformJob or None
        The job; its description can still be read.
    """

    def __init__(self, message: str, *, job: TransformJob | None = None) -> None:
        super().__init__(message)
        self.job = job


class TransformFailed(TransformError):
    """A transform job failed, or SageMaker refused to create it.

    Attributes
    ----------
    job : TransformJob or None
    reason : str
        The job's FailureReason, or what the service said when it refused the job.
    lines : tuple of str
        What its log says of the data: which objects failed, and why; empty where the log cannot be read.
    """

    def __init__(
        self, message: str, *, job: TransformJob | None = None, reason: str = "", lines: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, job=job)
        self.reason = reason
        self.lines = lines


class TransformStopped(TransformError):
    """A transform job was stopped by somebody."""


class TransformNotFinished(TransformError):
    """What was asked for is there only after the end of the transform job."""


class TuningError(EndpointClientError):
    """A tuning job did not give what was wanted.

    Attributes
    ----------
    job : TuningJob or None
        The job; its trials can still be read.
    """

    def __init__(self, message: str, *, job: TuningJob | None = None) -> None:
        super().__init__(message)
        self.job = job


class TuningFailed(TuningError):
    """A tuning job failed, or SageMaker refused to create it.

    Attributes
    ----------
    job : TuningJob or None
    reason : str
        The job's FailureReason, or what the service said when it refused the job.
    """

    def __init__(self, message: str, *, job: TuningJob | None = None, reason: str = "") -> None:
        super().__init__(message, job=job)
        self.reason = reason


class TuningStopped(TuningError):
    """A tuning job was stopped by somebody."""


class TuningNotFinished(TuningError):
    """What was asked for is there only once a training job has an objective."""


class ServiceError(EndpointClientError):
    """SageMaker answered with an error.

    Attributes
    ----------
    message : str
        What the service, or the model's container, said.
    code : str
        The service's error code, for example ``"ValidationError"``.
    status : int
        The HTTP status; for `ModelError` that of the container, else that of the service.
    request_id : str
        The id to quote to AWS support; ``""`` where the answer carried none.
    """

    def __init__(self, message: str, *, code: str = "", status: int = 0, request_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status
        self.request_id = request_id

    def __str__(self) -> str:
        facts = [f"status {self.status}"] if self.status else []
        if self.request_id:
            facts.append(f"request id {self.request_id}")
        return f"{self.message} ({', '.join(facts)})" if facts else self.message


class EndpointNotFound(ServiceError):
    """No endpoint of this name exists in this account and region."""


class TrainingJobNotFound(ServiceError):
    """No training job of this name exists in this account and region."""


class TransformJobNotFound(ServiceError):
    """No transform job of this name exists in this account and region."""


class TuningJobNotFound(ServiceError):
    """No tuning job of this name exists in this account and region."""


class AccessDenied(ServiceError):
    """The caller may not invoke this endpoint, or its credentials are not valid."""


class InvalidRequest(ServiceError):
    """SageMaker refused the request itself, for example because the target variant does not exist."""


class Throttled(ServiceError):
    """Too many requests, also after the client's own retries."""


class ModelNotReady(Throttled):
    """The model is still being loaded or provisioned; the same request may succeed in a moment."""


class ServiceUnavailable(ServiceError):
    """SageMaker could not serve the request, also after the client's own retries."""


class ModelError(ServiceError):
    """The model's container answered with an error.

    Attributes
    ----------
    error_type : str
        The class of the container's error, for example ``"ValueError"``; ``""`` where it named none.
    row, column : int or None
        Where in the caller's data, counted from 0. A row number counts from the start of the
        whole input, also when that was sent in several requests.
    log_stream : str
        ARN of the CloudWatch log stream that holds the traceback; ``""`` where the service named none.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        status: int = 0,
        request_id: str = "",
        error_type: str = "",
        row: int | None = None,
        column: int | None = None,
        log_stream: str = "",
    ) -> None:
        super().__init__(message, code=code, status=status, request_id=request_id)
        self.error_type = error_type
        self.row = row
        self.column = column
        self.log_stream = log_stream

    def __str__(self) -> str:
        text = super().__str__()
        return f"{text}; log stream {self.log_stream}" if self.log_stream else text


class InputRejected(ModelError):
    """The container refused the input: its status is 4xx, and the message says why and where."""
