"""Credentials that are missing, expired, wrong, or not allowed to do what was asked."""

from endpoint_client.exceptions import AccessDenied, ConfigurationError
from endpoint_client.explanations.rule import Rule

_WHO_AM_I = "See who calls:\naws sts get-caller-identity"

RULES = (
    Rule(
        kind=AccessDenied,
        # A signature holds for five minutes, by the clock of the caller.
        says=r"Signature (not yet current|expired)|RequestTimeTooSkewed|RequestExpired|clock",
        what="AWS refused the signature because of its time: {f.message}",
        why=(
            "The clock of this machine is wrong: AWS takes a signature for a few minutes only.",
            "The request waited long before it was sent (a suspended laptop, a frozen container).",
        ),
        remedy=(
            "Set the clock by the network, and see by how much it was off:\ntimedatectl set-ntp true && timedatectl",
            (
                "In a virtual machine or WSL that was suspended, set the clock again from the host:\n"
                "sudo hwclock --hctosys"
            ),
        ),
    ),
    Rule(
        kind=AccessDenied,
        says="expired",
        what="The credentials in use have expired: {f.message}",
        why=(
            "Temporary credentials (SSO, an assumed role) last from 15 minutes to 12 hours.",
            (
                "Keys and session token stand in environment variables, or were given to boto3.Session(...): nothing "
                "renews these."
            ),
        ),
        remedy=(
            "Log in again, where a profile uses SSO:\naws sso login",
            (
                "For a program that runs longer, let boto3 renew them: a profile with role_arn, or the role of the "
                "instance, task or function, in place of copied keys (unset AWS_ACCESS_KEY_ID, "
                "AWS_SECRET_ACCESS_KEY and "
                "AWS_SESSION_TOKEN)."
            ),
            _WHO_AM_I,
        ),
    ),
    Rule(
        kind=AccessDenied,
        says="SignatureDoesNotMatch|InvalidSignature|IncompleteSignature|signature we calculated does not match",
        what="AWS computed another signature for the request than the client: {f.message}",
        why=(
            "The secret key does not belong to the key's id: it was cut, or copied with a blank or a quote.",
            "A proxy between here and AWS changed the request's headers or its body.",
        ),
        remedy=(
            "Look which credentials are used, and from where they come:\naws configure list",
            (
                "Make them anew, or use a profile, and pass it:\n"
                'Predictor("{f.name}", session=boto3.Session(profile_name="PROFILE"))'
            ),
        ),
    ),
    Rule(
        kind=AccessDenied,
        says="UnrecognizedClient|InvalidClientTokenId|security token included in the request is invalid|MissingAuth",
        what="AWS does not know the credentials in use: {f.message}",
        why=(
            "The key was deleted or deactivated, or belongs to another partition (China, GovCloud).",
            (
                "Temporary keys are used without their session token: AWS_SESSION_TOKEN is missing, or is "
                "left over from "
                "other keys."
            ),
            "They are the dummy keys of the local cloud, and the call went to AWS: AWS_ENDPOINT_URL is not set.",
        ),
        remedy=(
            "Look which credentials are used, and from where they come:\naws configure list",
            _WHO_AM_I,
            'For the local cloud, set its environment:\neval "$(python -m local_sagemaker env --port 4566)"',
        ),
    ),
    Rule(
        kind=AccessDenied,
        says="explicit deny",
        what="A policy forbids the call on purpose: {f.message}",
        why=(
            (
                "A policy with Effect Deny matches the call; the message says whether it is the caller's "
                "own, a service "
                "control policy of the organization, or that of a VPC endpoint. No Allow outweighs it."
            ),
        ),
        remedy=(
            "Ask who owns that policy; its conditions (region, tags, source VPC) may say how the call is allowed.",
            _WHO_AM_I,
        ),
    ),
    Rule(
        kind=AccessDenied,
        says="kms",
        what="A key of KMS may not be used: {f.message}",
        why=("The caller, or the endpoint's execution role, lacks a right on the key that encrypts the data.",),
        remedy=("Allow kms:Decrypt and kms:GenerateDataKey on that key, in the policy of the role and of the key.",),
    ),
    Rule(
        kind=AccessDenied,
        when=lambda facts: facts.right.startswith("s3:"),
        what="The credentials in use may not reach an object in S3: {f.message}",
        why=(
            "The caller has no {f.right} on it.",
            "The object is not there yet, which S3 tells only to who may list its prefix (s3:ListBucket).",
            "The bucket is another account's, or its policy or its key refuses the caller.",
        ),
        remedy=(
            (
                "For an asynchronous endpoint, grant all that a call needs, in the CDK app:\n"
                "endpoint.grant_invoke_async(role)"
            ),
            "Or add this statement to the caller's policy:\n{f.statement}",
            _WHO_AM_I,
        ),
    ),
    Rule(
        kind=AccessDenied,
        when=lambda facts: facts.right.startswith("sagemaker:Invoke"),
        what="The credentials in use may not call {f.endpoint}: {f.message}",
        why=(
            "No policy of the caller allows {f.right} on this endpoint.",
            "The caller is another role, or another account, than you think.",
            "A permissions boundary, or the policy of a VPC endpoint, leaves the right out.",
        ),
        remedy=(
            (
                "Grant it in the CDK app (grant_invoke_async for an asynchronous endpoint), and deploy:\n"
                "endpoint.grant_invoke(role)"
            ),
            "Or add this statement to the caller's policy:\n{f.statement}",
            _WHO_AM_I,
        ),
    ),
    Rule(
        kind=AccessDenied,
        what="The credentials in use are not allowed to do this: {f.message}",
        why=(
            (
                "No policy of the caller allows it, or a service control policy, a permissions boundary "
                "or the policy of a "
                "VPC endpoint leaves it out."
            ),
            "The caller is another role, or another account, than you think.",
        ),
        remedy=("Add this statement to the caller's policy:\n{f.statement}", _WHO_AM_I),
    ),
    Rule(
        kind=ConfigurationError,
        says="no usable AWS credentials",
        what="boto3 found no credentials to sign the request with: {f.message}",
        why=(
            "Nothing is configured here: no environment variables, no profile, no role.",
            (
                "The role of the instance, task or function cannot be read: the metadata service is "
                "switched off, or out "
                "of reach of a container (hop limit 1)."
            ),
            "Only one half of a key is set.",
        ),
        remedy=(
            "Look what boto3 finds:\naws configure list",
            "Configure a profile, and name it:\naws configure sso --profile PROFILE\nexport AWS_PROFILE=PROFILE",
            'Or pass it:\nPredictor("{f.name}", session=boto3.Session(profile_name="PROFILE"))',
        ),
    ),
    Rule(
        kind=ConfigurationError,
        says="no AWS region|must specify a region",
        what="No region is configured, so there is no address to call.",
        why=("Neither the call, nor AWS_DEFAULT_REGION, nor the profile names one.",),
        remedy=(
            'Name the region of the endpoint:\nPredictor("{f.name}", region="eu-central-1")',
            "Or set it for all calls:\nexport AWS_DEFAULT_REGION=eu-central-1",
        ),
    ),
    Rule(
        kind=ConfigurationError,
        says="cannot make a client|config profile",
        what="boto3 could not make a client: {f.message}",
        why=(
            "The profile that AWS_PROFILE or boto3.Session names does not exist, or its configuration is incomplete.",
            "The region is misspelt, or AWS_ENDPOINT_URL is no address.",
        ),
        remedy=("See which profiles there are:\naws configure list-profiles", "See what is set:\naws configure list"),
    ),
    Rule(
        kind=ConfigurationError,
        says="does not exist|has no output|has no endpoint",
        what="What the client was told to look up is not there: {f.message}",
        why=(
            "The name is misspelt, or the stack is not deployed yet.",
            "The credentials or the region are another account's or region's.",
        ),
        remedy=(
            "See which stacks there are:\naws cloudformation describe-stacks --query 'Stacks[].StackName'{f.in_region}",
            _WHO_AM_I,
        ),
    ),
    Rule(
        kind=ConfigurationError,
        what="A setting is wrong, and nothing was sent: {f.message}",
        remedy=("Change the setting that the message names; help(endpoint_client.Predictor) tells what each takes.",),
    ),
)
