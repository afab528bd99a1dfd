"""Errors of the model's container, and answers that are no arrays."""

from endpoint_client.exceptions import ModelError, UnreadableResponse
from endpoint_client.explanations.rule import Rule

_LOG = "Read the traceback in the endpoint's log ({f.log_group}):\n{f.tail}"
_SMALLER = 'Send fewer rows at once:\nPredictor("{f.name}", max_rows=1000)'
_LARGER = (
    "Use an instance type with more memory (serverless: memory_size_in_mb=6144), in the CDK app:\n"
    'SklearnEndpoint(self, "Endpoint", model=model, instance_type="ml.m5.xlarge")'
)
_LOCAL = (
    "Run the model as the endpoint does, with a request that fails:\n"
    "PYTHONPATH=runtime python -m sklearn_runtime.server --bind 127.0.0.1:8080"
)

RULES = (
    Rule(
        kind=ModelError,
        says="timed out while waiting",
        what="The container of {f.endpoint} did not answer within SageMaker's 60 seconds: {f.message}",
        why=(
            "The model takes longer than that for so many rows.",
            "All workers are busy with other requests.",
        ),
        remedy=(
            _SMALLER,
            "Use a faster instance type or more instances, or an asynchronous endpoint, which may take up to an hour.",
            _LOG,
        ),
    ),
    Rule(
        kind=ModelError,
        says="MemoryError|Unable to allocate|could not load the entire response|without sending a response|"
        "empty response|prematurely closed|worker .*killed|SIGKILL|out of memory",
        what="The container of {f.endpoint} ended while it worked on the request, or ran out of memory: {f.message}",
        why=(
            (
                "The model and its workers, each with the model in memory, take more than the instance "
                "has, so that the "
                "kernel killed a process."
            ),
            "The rows of this request take too much at once (a wide one-hot encoding, a kernel matrix).",
            "A library crashed (a segmentation fault), or the process was being replaced.",
        ),
        remedy=(
            "Look for the last lines before the end, and whether it started again:\n{f.tail}",
            _SMALLER,
            _LARGER,
            "Or have fewer processes: the model's environment variable SAGEMAKER_MODEL_SERVER_WORKERS=1.",
        ),
    ),
    Rule(
        kind=ModelError,
        says="ModuleNotFoundError|ImportError|No module named",
        what="The container lacks a module that the model or your hooks import: {f.message}",
        why=("The package is neither in the image nor in the model's requirements.txt.",),
        remedy=("Add it to requirements.txt beside your code, and deploy again.", _LOG),
    ),
    Rule(
        kind=ModelError,
        when=lambda facts: facts.status in {502, 503, 504},
        what="The container of {f.endpoint} was not able to take the request (status {f.status}): {f.message}",
        why=(
            "It starts, stops or is restarted after it ended: no worker listens.",
            "All workers are busy, and the queue is full.",
        ),
        remedy=(
            "See whether it starts again and again, and why:\n{f.tail}",
            "Send fewer requests at once, or have more instances (initial_instance_count, auto_scale_instance_count).",
        ),
    ),
    Rule(
        kind=ModelError,
        when=lambda facts: bool(facts.error_type),
        what="Code in the container of {f.endpoint} raised {f.error_type}: {f.message}",
        why=(
            (
                "A hook of yours (input_fn, predict_fn, output_fn), a custom transformer, or a library failed "
                "on this input."
            ),
            "The model was fitted with other versions of its libraries than the container has.",
        ),
        remedy=(_LOG, _LOCAL),
    ),
    Rule(
        kind=ModelError,
        what="The container of {f.endpoint} answered with status {f.status}: {f.message}",
        why=(
            (
                "A hook of yours or the model failed, and the server does not say how (AWS's own server "
                "answers with a page "
                "for any error, also for input that the model does not take)."
            ),
            "The container was overloaded, or was ending.",
        ),
        remedy=(
            _LOG,
            (
                "Deploy with this project's own server, which answers wrong input with 400, the reason, "
                "row and column:\n"
                'SklearnModel(self, "Model", model_data=..., server="runtime")'
            ),
        ),
    ),
    Rule(
        kind=UnreadableResponse,
        says="one result a row|differ in shape",
        what="The input was sent in several requests, and the answers cannot be joined: {f.message}",
        why=(
            "The model gives no result a row: it aggregates, filters rows, or gives a scalar.",
            "The number of columns depends on the rows that come together.",
        ),
        remedy=(
            (
                "Send what belongs together in one request, and get the answer as it is:\n"
                "predictor.predict(rows, raw=True)"
            ),
            "Or raise max_payload_bytes, up to 6_291_456, so that the input is not cut.",
        ),
    ),
    Rule(
        kind=UnreadableResponse,
        what="The endpoint answered with something that is no array: {f.message}",
        why=(
            "An output_fn of your own writes another format than its content type says, or one that is not known here.",
            "The container is not one that serves a scikit-learn model.",
        ),
        remedy=(
            (
                "Look at what came:\nresponse = predictor.predict(rows, raw=True)\n"
                "print(response.content_type, response.body[:200])"
            ),
            'Ask for another format:\npredictor.predict(rows, accept="application/json")',
        ),
    ),
)
