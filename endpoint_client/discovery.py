"""Finds the name of an endpoint: by the stack that made it, or by the parameter that holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from endpoint_client.aws_services import AwsServices, error_code
from endpoint_client.exceptions import ConfigurationError
from endpoint_client.stack_outputs import ENDPOINT, output_of_stack

if TYPE_CHECKING:
    import boto3


def endpoint_of_stack(
    stack_name: str, endpoint: str | None = None, *, region: str | None = None, session: boto3.Session | None = None
) -> str:
    """Give the name of an endpoint that a stack made; the credentials need cloudformation:DescribeStacks.

    Parameters
    ----------
    stack_name : str
        The stack, as CloudFormation knows it.
    endpoint : str, optional
        Id of the construct, or its path below the stack (``"Serving/Endpoint"``); needed where there are several.
    region : str, optional
        AWS region; default: the session's.
    session : boto3.Session, optional
        Credentials and region to use; default: boto3's own.

    Raises
    ------
    ConfigurationError
        There is no such stack, it has no endpoint, or not the one that was asked for.
    ServiceError
        CloudFormation refused or failed: `AccessDenied`, for one.
    """
    return output_of_stack(AwsServices(region=region, session=session), stack_name, endpoint, ENDPOINT)


def endpoint_of_parameter(
    parameter_name: str, *, region: str | None = None, session: boto3.Session | None = None
) -> str:
    """Give the name of an endpoint that a parameter of Systems Manager holds; it takes ssm:GetParameter on it.

    Parameters
    ----------
    parameter_name : str
        The construct's ``name_parameter``, such as ``"/churn/endpoint"``.
    region, session
        As for `endpoint_of_stack`.

    Raises
    ------
    ConfigurationError
        There is no such parameter.
    ServiceError
        Systems Manager refused or failed: `AccessDenied`, for one.
    """
    services = AwsServices(region=region, session=session)
    with services.translated(f"parameter {parameter_name!r}"):
        missing = services.parameters.exceptions.ParameterNotFound
        try:
            return services.parameters.get_parameter(Name=parameter_name)["Parameter"]["Value"]
        except missing as error:
            raise ConfigurationError(
                f"parameter {parameter_name!r} does not exist in {services.region} ({error_code(error)}); check the "
                "name, the region and the account of the credentials, and that the endpoint has "
                f"name_parameter={parameter_name!r}: `aws ssm describe-parameters` lists what is there"
            ) from error
