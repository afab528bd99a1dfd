"""Calls that SageMaker itself refused, could not serve, or had too many of."""

from endpoint_client.exceptions import (
    EndpointNotFound,
    InvalidRequest,
    ModelNotReady,
    ServiceError,
    ServiceUnavailable,
    Throttled,
    TrainingJobNotFound,
    TransformJobNotFound,
    TuningJobNotFound,
)
from endpoint_client.explanations.rule import Rule

_LIST = "List what is there:\naws sagemaker list-endpoints{f.in_region}"
_WHERE = (
    "The region or the account of the credentials is another than the one where it is: nothing is found across these.",
)
_ACCOUNT = "See whose account is asked, and compare the region:\naws sts get-caller-identity\naws configure get region"

RULES = (
    Rule(
        kind=EndpointNotFound,
        what="There is no endpoint {f.name!r} in the account and region that were asked: {f.message}",
        why=(
            *_WHERE,
            "The name is misspelt: CDK derives one from the stack, unless endpoint_name is given.",
            "It is not deployed yet, was deleted, or its creation failed.",
        ),
        remedy=(
            _LIST,
            'Let the stack tell the name, and pass the region:\nPredictor.from_stack("STACK", region="eu-central-1")',
            _ACCOUNT,
        ),
    ),
    Rule(
        kind=TrainingJobNotFound,
        what="There is no training job {f.job!r} in the account and region that were asked.",
        why=(*_WHERE, "The name is misspelt."),
        remedy=("List what is there:\naws sagemaker list-training-jobs{f.in_region}", _ACCOUNT),
    ),
    Rule(
        kind=TransformJobNotFound,
        what="There is no transform job {f.job!r} in the account and region that were asked.",
        why=(*_WHERE, "The name is misspelt."),
        remedy=("List what is there:\naws sagemaker list-transform-jobs{f.in_region}", _ACCOUNT),
    ),
    Rule(
        kind=TuningJobNotFound,
        what="There is no tuning job {f.job!r} in the account and region that were asked.",
        why=(*_WHERE, "The name is misspelt."),
        remedy=("List what is there:\naws sagemaker list-hyper-parameter-tuning-jobs{f.in_region}", _ACCOUNT),
    ),
    Rule(
        kind=InvalidRequest,
        says=r"\bvariant\b.*not found",
        what="The endpoint has no production variant of this name: {f.message}",
        why=("target_variant is misspelt, or the variant was removed or renamed by a deployment.",),
        remedy=(
            (
                "List the variants:\n"
                "aws sagemaker describe-endpoint --endpoint-name {f.name}{f.in_region} "
                "--query 'ProductionVariants[].VariantName'"
            ),
            "Or leave target_variant out: the endpoint chooses by the variants' weights.",
        ),
    ),
    Rule(
        kind=InvalidRequest,
        says="missing a target model|target model header.*missing",
        what="The endpoint has many models, and the request names none: {f.message}",
        why=("A multi-model endpoint is told with each call which model is meant.",),
        remedy=('Name its key below the models\' prefix:\nPredictor("{f.name}", target_model="MODEL.tar.gz")',),
    ),
    Rule(
        kind=InvalidRequest,
        says="not a multi-model endpoint",
        what="The endpoint has one model, and the request names another: {f.message}",
        why=("target_model is for endpoints with many models.",),
        remedy=('Leave it out:\nPredictor("{f.name}")',),
    ),
    Rule(
        kind=InvalidRequest,
        says="asynchronous|AsyncInference",
        what="{f.endpoint} answers asynchronously only: {f.message}",
        why=("Its configuration has an AsyncInferenceConfig: answers come into S3, not into the call.",),
        remedy=("Ask so, and wait for the answer:\npredictor.predict_async(rows, input_path=...).result()",),
    ),
    Rule(
        kind=InvalidRequest,
        says="is not (InService|in service)|Creating|Updating|RollingBack",
        what="{f.endpoint} is not in a state in which this is possible: {f.message}",
        why=("It is being created or updated, or its creation failed.",),
        remedy=(
            "See its status, and why it is so:\nsklearn-endpoint status {f.name}{f.in_region}",
            (
                "Wait until it is in service:\n"
                "aws sagemaker wait endpoint-in-service --endpoint-name {f.name}{f.in_region}"
            ),
        ),
    ),
    Rule(
        kind=InvalidRequest,
        what="SageMaker refused the request itself: {f.message}",
        why=("A name or a setting of the request is not one that this endpoint takes.",),
        remedy=(
            (
                "Compare the request's settings (target_variant, target_model, content_type, method) with "
                "the endpoint:\n"
                "aws sagemaker describe-endpoint --endpoint-name {f.name}{f.in_region}"
            ),
        ),
    ),
    Rule(
        kind=ModelNotReady,
        what="The model of {f.endpoint} is not loaded yet: {f.message}",
        why=(
            (
                "A serverless endpoint starts from nothing: its container is fetched and started, which "
                "may take a minute "
                "for a large model."
            ),
            (
                "A multi-model endpoint loads the model that was asked for, for the first time or after "
                "it was put out of "
                "memory."
            ),
        ),
        remedy=(
            'Let the client wait for it, in some more tries:\nPredictor("{f.name}", max_attempts=10)',
            (
                "Where no caller may wait, keep some containers warm, in the CDK app:\n"
                "ServerlessVariant(model=model, max_concurrency=5, provisioned_concurrency=1)"
            ),
        ),
    ),
    Rule(
        kind=Throttled,
        says="kms",
        what="KMS, which decrypts for the endpoint, had too many requests: {f.message}",
        why=("The account's requests a second to KMS are used up, perhaps by something else.",),
        remedy=("Try again later, or ask for a higher quota of KMS (Service Quotas, AWS Key Management Service).",),
    ),
    Rule(
        kind=Throttled,
        what="AWS had too many requests, also after the client's own tries: {f.message}",
        why=(
            "A serverless endpoint runs as many requests at once as its max_concurrency says, and refuses the next.",
            "The account's quota of InvokeEndpoint requests a second in this region is used up.",
            "More threads or tasks call at once than you think: each Predictor counts for itself.",
        ),
        remedy=(
            'Send fewer at once, and try longer:\nPredictor("{f.name}", max_concurrency=1, max_attempts=10)',
            "Put more rows into each request: one call with 1000 rows in place of 1000 calls.",
            (
                "Raise the variant's limit, in the CDK app, or the account's quota (Service Quotas, "
                "Amazon SageMaker):\n"
                "ServerlessVariant(model=model, max_concurrency=20)"
            ),
        ),
    ),
    Rule(
        kind=ServiceUnavailable,
        what="SageMaker could not serve the request, also after the client's own tries: {f.message}",
        why=(
            "The endpoint's instances are all busy or none is healthy: see its metrics and its log.",
            "The service itself has trouble; that passes in most cases.",
        ),
        remedy=(
            "See whether the endpoint is well:\nsklearn-endpoint status {f.name}{f.in_region}\n{f.tail}",
            'Try longer:\nPredictor("{f.name}", max_attempts=6)',
            "If it lasts, look at https://health.aws.amazon.com, or tell AWS support {f.quote}.",
        ),
    ),
    Rule(
        kind=ServiceError,
        what="AWS answered with an error that has no class here: {f.message}",
        why=("Its code is {f.code!r}, its status {f.status}; the documentation of the operation tells what it means.",),
        remedy=("Tell AWS support {f.quote}, if the message does not say what to change.",),
    ),
)
