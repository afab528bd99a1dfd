"""How refused calls are called in the two kinds of integration."""

from botocore.exceptions import ClientError

from local_sagemaker.state_machines.task_failures import optimized_error, sdk_error


class ResourceInUseError(ClientError):
    """An error that a service's model names."""


def answer(code: str) -> dict[str, object]:
    return {
        "Error": {"Code": code, "Message": "No."},
        "ResponseMetadata": {"HTTPStatusCode": 400, "RequestId": "r-1"},
    }


def test_an_error_that_the_model_names_keeps_its_name() -> None:
    error = ResourceInUseError(answer("ResourceInUse"), "CreateModel")  # type: ignore[arg-type]
    assert optimized_error(error) == (
        "SageMaker.ResourceInUseException",
        "No. (Service: AmazonSageMaker; Status Code: 400; Error Code: ResourceInUse; Request ID: r-1; Proxy: null)",
    )
    assert sdk_error(error, "SageMaker")[0] == "SageMaker.ResourceInUseException"


def test_any_other_is_the_service_s_general_one() -> None:
    error = ClientError(answer("ValidationException"), "CreateModel")  # type: ignore[arg-type]
    assert optimized_error(error)[0] == "SageMaker.AmazonSageMakerException"
    assert sdk_error(error, "SageMaker") == (
        "SageMaker.SageMakerException",
        "No. (Service: SageMaker, Status Code: 400, Request ID: r-1)",
    )


def test_an_error_without_metadata_is_told_all_the_same() -> None:
    error = ClientError({"Error": {}}, "CreateModel")
    assert optimized_error(error)[1].startswith(" (Service: AmazonSageMaker; Status Code: 400; Error Code: Unknown")
