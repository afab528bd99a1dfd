"""What is asked of AWS beside predictions: one connection a service, and errors in this package's words."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from endpoint_client.exceptions import (
    AccessDenied,
    ConfigurationError,
    EndpointClientError,
    EndpointUnreachable,
    InvalidRequest,
    ServiceError,
    ServiceUnavailable,
    Throttled,
    TrainingJobNotFound,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import boto3
    from botocore.exceptions import BotoCoreError, ClientError
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker.type_defs import DescribeTrainingJobResponseTypeDef
    from types_boto3_ssm import SSMClient
    from types_boto3_stepfunctions import SFNClient

# What may be otherwise at the next try.
TRANSIENT = (EndpointUnreachable, Throttled, ServiceUnavailable)
_ATTEMPTS = 5


class AwsServices:
    """The services that jobs and endpoints are found and watched through; each connection is made when it is needed.

    Parameters
    ----------
    region : str, optional
        AWS region; default: the session's.
    session : boto3.Session, optional
        Credentials and region to use; default: boto3's own.
    """

    def __init__(self, *, region: str | None = None, session: boto3.Session | None = None) -> None:
        self._region = region
        self.session = session
        """Credentials and region; None: boto3's own."""

    @cached_property
    def sagemaker(self) -> SageMakerClient:
        """The control plane of SageMaker."""
        client: SageMakerClient = self._connect("sagemaker")
        return client

    @cached_property
    def states(self) -> SFNClient:
        """Step Functions."""
        client: SFNClient = self._connect("stepfunctions")
        return client

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs."""
        client: CloudWatchLogsClient = self._connect("logs")
        return client

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """CloudFormation."""
        client: CloudFormationClient = self._connect("cloudformation")
        return client

    @cached_property
    def parameters(self) -> SSMClient:
        """The parameters of Systems Manager."""
        client: SSMClient = self._connect("ssm")
        return client

    @cached_property
    def s3(self) -> S3Client:
        """S3."""
        client: S3Client = self._connect("s3")
        return client

    @cached_property
    def region(self) -> str:
        """The region that is asked."""
        return self._region or self.sagemaker.meta.region_name

    def describe(self, job_name: str) -> DescribeTrainingJobResponseTypeDef:
        """Give what DescribeTrainingJob says.

        Raises
        ------
        TrainingJobNotFound
            There is no such job in this account and region.
        """
        with self.translated(f"training job {job_name!r}"):
            return self.sagemaker.describe_training_job(TrainingJobName=job_name)

    @contextmanager
    def translated(self, subject: str) -> Iterator[None]:
        """Raise what botocore raises inside as this package's exceptions; `subject` says what was asked about."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            raise from_service_answer(error, subject, self.region) from error
        except BotoCoreError as error:
            failure = _from_boto_error(error, f"{subject} in {self.region}")
            failure.region = self.region
            raise failure from error

    @cached_property
    def _boto(self) -> boto3.Session:
        """The session; boto3 is imported here, not with the package: its import takes a quarter of a second."""
        import boto3

        return self.session or boto3.Session()

    def _connect(self, service: str) -> Any:
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, NoRegionError

        config = Config(
            connect_timeout=10,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            user_agent_extra="lib/sagemaker-sklearn-cdk",
        )
        try:
            return self._boto.client(service, region_name=self._region, config=config)  # type: ignore[call-overload]
        except NoRegionError:
            raise ConfigurationError(
                'no AWS region: pass region="eu-central-1" (or yours), set AWS_DEFAULT_REGION, or configure one with '
                "`aws configure`"
            ) from None
        except (BotoCoreError, ValueError) as error:
            raise ConfigurationError(f"cannot make a client for {service}: {error}") from error


def error_code(error: ClientError) -> str:
    """Give the code of a service's error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def from_service_answer(error: ClientError, subject: str, region: str) -> EndpointClientError:
    """Translate an answer of any service of AWS; `subject` says what was asked about."""
    translated = _from_client_error(error, f"{subject} in {region}" if region else subject)
    translated.region, translated.action = region, error.operation_name
    return translated


def _from_client_error(error: ClientError, subject: str) -> EndpointClientError:
    response: Mapping[str, Any] = error.response
    code = error_code(error)
    message = str(response.get("Error", {}).get("Message", "")) or code or "the service gave no reason"
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    facts: dict[str, Any] = {
        "code": code,
        "status": status,
        "request_id": str(response.get("ResponseMetadata", {}).get("RequestId", "")),
    }
    # SageMaker's code for a job that is not there is the one for a wrong request.
    if error.operation_name == "DescribeTrainingJob" and (
        code == "ResourceNotFound" or (code == "ValidationException" and "not found" in message)
    ):
        return TrainingJobNotFound(
            f"{subject} does not exist: {message} Check the name, the region and the account of the credentials; "
            "`aws sagemaker list-training-jobs` lists what is there",
            **facts,
        )
    # These services answer 400 to a caller without rights.
    if status in {401, 403} or code in _NOT_ALLOWED:
        return AccessDenied(f"{subject}: the credentials in use may not {error.operation_name}: {message}", **facts)
    return _kind(code, status)(f"{subject}: {message}", **facts)


def _from_boto_error(error: BotoCoreError, subject: str) -> EndpointClientError:
    from botocore import exceptions

    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return ConfigurationError(
            f"{subject}: no usable AWS credentials: {error}; configure them (`aws configure`, AWS_PROFILE, a role) "
            "or pass session=boto3.Session(...)"
        )
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError | exceptions.IncompleteReadError):
        return EndpointUnreachable(f"{subject}: the service cannot be reached: {error}")
    return EndpointClientError(f"{subject}: the request could not be made: {error}")


def _kind(code: str, status: int) -> type[ServiceError]:
    if status == 429 or code in _THROTTLED:
        return Throttled
    if status >= 500:
        return ServiceUnavailable
    return InvalidRequest if status == 400 else ServiceError


_THROTTLED = frozenset(
    {
        "KmsThrottlingException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)
_NOT_ALLOWED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "KmsAccessDeniedException",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
