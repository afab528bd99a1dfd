"""Errors that are not this package's, and what is said of one that no rule is for."""

from endpoint_client.exceptions import EndpointClientError
from endpoint_client.explanations.rule import Rule

RULES = (
    Rule(
        kind=EndpointClientError,
        says="Parameter validation failed",
        what="A parameter of the call is not what boto3 takes, and nothing was sent: {f.message}",
        why=("A value has the wrong type, length or pattern; the whole message lists each.",),
        remedy=("Read the whole message, and change the parameter:\nprint(error)",),
    ),
    Rule(
        kind=EndpointClientError,
        says="credential|token|SSO",
        what="The credentials could not be fetched or renewed: {f.message}",
        why=("A login has expired (SSO), or the role or metadata service that gives them does not answer.",),
        remedy=(
            "Log in again, where a profile uses SSO:\naws sso login",
            "See who calls:\naws sts get-caller-identity",
        ),
    ),
    Rule(
        kind=EndpointClientError,
        what="The call could not be made: {f.message}",
        why=("It failed before an answer was there; its own words are all that is known.",),
        remedy=(
            (
                "See botocore's steps, on standard error (they hold request headers: do not share them):\n"
                'boto3.set_stream_logger("botocore")'
            ),
        ),
    ),
    Rule(
        kind=ModuleNotFoundError,
        says="boto",
        what="boto3, which makes the calls, is not installed: {f.message}",
        remedy=("Install the client's extra:\npip install 'sagemaker-sklearn-cdk[client]'",),
    ),
    Rule(
        kind=BaseException,
        # By its name: before Python 3.11, asyncio's and that of futures are other classes.
        when=lambda facts: facts.kind == "TimeoutError",
        what="A time limit of your own program ended the wait: {f.kind}",
        why=("asyncio.timeout, a future's result(timeout) or a socket gave up before the client did.",),
        remedy=(
            (
                "Give it at least the client's own time (read_timeout, 70 s by default, for each of "
                "max_attempts), or set "
                'these lower:\nPredictor("{f.name}", read_timeout=10, max_attempts=1)'
            ),
        ),
    ),
    Rule(
        kind=BaseException,
        when=lambda facts: facts.kind == "CancelledError",
        what="The task was cancelled: by its own program, by a timeout around it, or as its task group ended.",
        why=("Another task of the group failed: its error is the one to look at.",),
        remedy=("Explain the error of the group, or of the timeout, in place of this one.",),
    ),
    Rule(
        kind=BaseException,
        what="This is no error of the endpoint or of AWS, but {f.kind}: {f.message}",
        why=("It was raised by your own code, by Python or by another library: nothing more is known of it here.",),
        remedy=(
            (
                "Read the traceback from its end; the last line that is yours shows what was called:\n"
                "traceback.print_exception(error)"
            ),
            "If that lies within endpoint_client, it is a fault of this package: please report it with the traceback.",
        ),
    ),
)
