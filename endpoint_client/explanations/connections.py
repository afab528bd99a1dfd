"""Calls that got no answer."""

from endpoint_client.exceptions import EndpointTimeout, EndpointUnreachable
from endpoint_client.explanations.rule import Rule

_NETWORK = (
    "There is no way to AWS from here: no internet, a firewall, or a VPC without a NAT gateway and without an "
    "interface endpoint for sagemaker.runtime."
)
_PROXY = "A proxy is needed and not set (HTTPS_PROXY), or is set and does not let this address through (NO_PROXY)."

RULES = (
    Rule(
        kind=EndpointTimeout,
        says="has not answered request",
        what="An asynchronous request has no answer yet: {f.message}",
        why=(
            "It waits behind others, or for the first instance of an endpoint that has scaled to none.",
            (
                "The model works on it still: it has as long as predict_async(..., timeout=...) says, 15 "
                "minutes by default."
            ),
            "The endpoint may not write its answer: its execution role lacks a right on the output path.",
        ),
        remedy=(
            "Wait again, longer (seconds):\nresult.wait(timeout=7200)",
            "Look what the endpoint does:\n{f.tail}",
        ),
    ),
    Rule(
        kind=EndpointTimeout,
        says="is still updating",
        what="The endpoint is still being updated: {f.message}",
        why=("An update takes minutes where instances are added or replaced.",),
        remedy=(
            "Look how far it is, or wait longer (timeout=..., seconds):\nsklearn-endpoint status {f.name}{f.in_region}",
        ),
    ),
    Rule(
        kind=EndpointTimeout,
        what="{f.endpoint} gave no answer in time: {f.message}",
        why=(
            "The model takes longer for this many rows than read_timeout (70 s by default); a container has 60 s.",
            "All workers are busy: requests wait in the instance's queue.",
            "read_timeout is set lower than the model needs.",
        ),
        remedy=(
            (
                "Send fewer rows at once, several requests side by side:\n"
                'Predictor("{f.name}", max_rows=1000, max_concurrency=4)'
            ),
            (
                "Use a larger instance type or more instances, in the CDK app:\n"
                'SklearnEndpoint(self, "Endpoint", model=model, instance_type="ml.c5.2xlarge", '
                "initial_instance_count=2)"
            ),
            "For minutes of work a request, use an asynchronous endpoint, and predict_async.",
        ),
    ),
    Rule(
        kind=EndpointUnreachable,
        says=r"https?://(localhost|127\.|\[::1\]|host\.docker)",
        what="Nothing answers at the local address that AWS_ENDPOINT_URL or the session names: {f.message}",
        why=(
            "The local cloud is not running, or listens at another port.",
            "The variable is left over, and AWS itself is meant.",
        ),
        remedy=(
            (
                "Start it, and set its environment:\npython -m local_sagemaker up --port 4566\n"
                'eval "$(python -m local_sagemaker env --port 4566)"'
            ),
            "Or call AWS:\nunset AWS_ENDPOINT_URL",
        ),
    ),
    Rule(
        kind=EndpointUnreachable,
        says="SSL|certificate",
        what="The connection could not be made safe: {f.message}",
        why=(
            "A proxy of the company answers with a certificate of its own, which Python does not know.",
            "The clock is wrong, so that certificates seem expired.",
        ),
        remedy=("Name the company's certificates:\nexport AWS_CA_BUNDLE=/path/to/company-ca.pem",),
    ),
    Rule(
        kind=EndpointUnreachable,
        says="proxy",
        what="The proxy cannot be used: {f.message}",
        why=("HTTPS_PROXY names a proxy that does not answer or refuses.",),
        remedy=("Look what is set, and correct it:\nenv | grep -i proxy",),
    ),
    Rule(
        kind=EndpointUnreachable,
        says="Could not connect to the endpoint URL|Connect timeout|Failed to resolve|Name or service not known",
        what="No connection could be made to {f.endpoint}: {f.message}",
        why=(
            "The region is misspelt, so that the address does not exist.",
            _NETWORK,
            _PROXY,
        ),
        remedy=(
            "{f.try_address}",
            'Check the region:\nPredictor("{f.name}", region="eu-central-1")',
            "In a VPC, make an interface endpoint for com.amazonaws.REGION.sagemaker.runtime, with private DNS.",
        ),
    ),
    Rule(
        kind=EndpointUnreachable,
        what="The connection to {f.endpoint} broke before an answer was there: {f.message}",
        why=(
            (
                "The network was interrupted: a NAT gateway or load balancer drops connections that are "
                "silent for minutes."
            ),
            _PROXY,
            _NETWORK,
        ),
        remedy=(
            (
                "Send it again if it may be predicted twice, with fewer rows at once:\n"
                'Predictor("{f.name}", max_rows=1000, max_attempts=5)'
            ),
            "See whether the endpoint is well:\nsklearn-endpoint status {f.name}{f.in_region}\n{f.tail}",
        ),
    ),
)
