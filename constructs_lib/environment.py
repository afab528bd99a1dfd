"""The environment variables of a model's container, as data in, data out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from aws_cdk import Token

from constructs_lib.entry_point import VENDORED_PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Server: TypeAlias = Literal["runtime", "stock"]


@dataclass(frozen=True, kw_only=True)
class ContainerSettings:
    """What the environment of one container is rendered from.

    Attributes
    ----------
    server
        ``runtime``: our server takes the place of the image's. ``stock``: the image's own, with our hooks.
    region
        Region of the endpoint, possibly a token.
    hooks_file, program
        The runtime's hooks script and the user's script, relative to the code directory.
    code_uri
        ``s3://`` address of the code; None where it lies in the model archive.
    model_sha256, model_sklearn_version, model_revision
        What is known about the artifact; a revision only serves to replace the model when it changes.
    method
        The model's method that answers a request.
    float32
        Whether JSON and CSV are cast to float32, as the image's own server does.
    vendored
        Whether packages travel with the code, in a folder of their own.
    installs_requirements
        Whether the image installs a requirements.txt when the container starts.
    """

    server: Server
    region: str
    hooks_file: str
    program: str | None = None
    code_uri: str | None = None
    model_sha256: str | None = None
    model_sklearn_version: str | None = None
    model_revision: str | None = None
    method: str = "predict"
    float32: bool = False
    vendored: bool = False
    installs_requirements: bool = False


def render_environment(settings: ContainerSettings, user: Mapping[str, str]) -> dict[str, str]:
    """Return the container's variables, sorted by name; the user's stand above the defaults."""
    code = CODE_IN_ARCHIVE if settings.code_uri is None else CODE_FROM_S3
    path = [
        *([code] if settings.server == "runtime" else []),
        *([f"{code}/{VENDORED_PACKAGES}"] if settings.vendored else []),
    ]
    variables: dict[str, str | None] = {
        # Without these, every thread pool of every worker spins against the others.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": ":".join(path) or None,
        "SAGEMAKER_CONTAINER_LOG_LEVEL": "20",
        "SAGEMAKER_REGION": settings.region,
        "SKLEARN_RUNTIME_PROGRAM": settings.program,
        "SKLEARN_RUNTIME_MODEL_SHA256": settings.model_sha256,
        "SKLEARN_RUNTIME_MODEL_SKLEARN": settings.model_sklearn_version,
        "SKLEARN_RUNTIME_MODEL_REVISION": settings.model_revision,
        "SKLEARN_RUNTIME_METHOD": None if settings.method == "predict" else settings.method,
        "SKLEARN_RUNTIME_FLOAT32": "true" if settings.float32 else None,
    }
    if settings.server == "runtime":
        variables |= {
            "GUNICORN_CMD_ARGS": "--config python:sklearn_runtime.gunicorn_config",
            "SAGEMAKER_SERVING_MODULE": "sklearn_runtime.serving:main",
            "SAGEMAKER_USE_NGINX": "false",
        }
    if settings.server == "stock" or settings.code_uri is not None or settings.installs_requirements:
        variables |= {
            # The image's start-up code installs the code with pip; building in isolation needs the internet.
            "PIP_NO_BUILD_ISOLATION": "0",
            "SAGEMAKER_PROGRAM": settings.hooks_file,
            "SAGEMAKER_SUBMIT_DIRECTORY": CODE_IN_ARCHIVE if settings.code_uri is None else settings.code_uri,
        }
    merged = {name: value for name, value in variables.items() if value is not None} | dict(user)
    return dict(sorted(merged.items()))


def carried_variables(packaged: Mapping[str, str]) -> dict[str, str]:
    """Return those of a model package's variables that come into the container: all that the constructs do not set."""
    return {name: value for name, value in packaged.items() if name not in RESERVED}


def neglected_variables(packaged: Mapping[str, str], rendered: Mapping[str, str], program: str | None) -> list[str]:
    """Say which of a model package's variables would change the answers, and are not followed.

    Parameters
    ----------
    packaged
        The package's variables.
    rendered
        The container's.
    program
        The user's script; None without one.
    """
    # A package of a model that these constructs made names the user's script in a variable of ours, and in
    # SAGEMAKER_PROGRAM the runtime's hooks.
    is_ours = "sklearn_runtime" in packaged.get("GUNICORN_CMD_ARGS", "") or any(
        name.startswith("SKLEARN_RUNTIME_") for name in packaged
    )
    scripts = ("SKLEARN_RUNTIME_PROGRAM",) if is_ours else ("SAGEMAKER_PROGRAM",)
    settings = [name for name in ("SKLEARN_RUNTIME_FLOAT32", "SKLEARN_RUNTIME_METHOD") if name in packaged]
    return [
        *(f"{name}={packaged[name]} ({RESERVED[name]})" for name in scripts if name in packaged and program is None),
        *(f"{name}={packaged[name]} ({RESERVED[name]})" for name in settings if packaged[name] != rendered.get(name)),
    ]


def environment_problems(user: Mapping[str, str], rendered: Mapping[str, str]) -> list[str]:
    """Say what SageMaker, or the runtime, would not accept of the user's variables."""
    problems = [
        f"environment variable {name!r} is set by the construct; {remedy}"
        for name, remedy in RESERVED.items()
        if name in user
    ]
    known = {name: value for name, value in rendered.items() if not Token.is_unresolved(value)}
    problems += environment_name_problems(user)
    problems += [
        f"environment variable {name!r} has {len(value)} characters; SageMaker takes {_MAX_VALUE_CHARACTERS:,}"
        for name, value in known.items()
        if len(value) > _MAX_VALUE_CHARACTERS
    ]
    if len(rendered) > _MAX_ENTRIES:
        own = len(rendered) - len(user)
        problems.append(
            f"environment has {len(rendered)} entries, {own} of them the construct's; SageMaker takes {_MAX_ENTRIES}"
        )
    if (size := sum(len(name.encode()) + len(value.encode()) for name, value in known.items())) > _MAX_BYTES:
        problems.append(f"environment has {size:,} bytes in all; SageMaker takes {_MAX_BYTES:,}: put data into a file")
    return problems


def environment_name_problems(user: Iterable[str]) -> Iterator[str]:
    """Say which names SageMaker would not take for variables."""
    for name in user:
        if not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]{0,1023}", name):
            yield f"environment variable {name!r} is not a name; use letters, digits and underscores, no digit first"


# Where the image's start-up code, and our server, find the code.
CODE_IN_ARCHIVE = "/opt/ml/model/code"
CODE_FROM_S3 = "/opt/ml/code"
# What the runtime lets a request call; a test holds the two equal.
METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "transform", "score_samples")

_KEEP_OUT = "leave it out"
RESERVED = {
    "GUNICORN_CMD_ARGS": _KEEP_OUT,
    "PIP_NO_BUILD_ISOLATION": _KEEP_OUT,
    "PYTHONPATH": "put your modules into source_dir",
    "SAGEMAKER_MULTI_MODEL": "use SklearnMultiModel",
    "SAGEMAKER_PROGRAM": "use entry_point",
    "SAGEMAKER_REGION": _KEEP_OUT,
    "SAGEMAKER_SERVING_MODULE": "use server",
    "SAGEMAKER_SUBMIT_DIRECTORY": "use source_dir",
    "SAGEMAKER_USE_NGINX": "use server",
    "SKLEARN_RUNTIME_FLOAT32": "use float32",
    "SKLEARN_RUNTIME_METHOD": "use method",
    "SKLEARN_RUNTIME_MODEL_REVISION": "use version= of ModelData.from_s3",
    "SKLEARN_RUNTIME_MODEL_SHA256": "use sha256= of ModelData.from_s3",
    "SKLEARN_RUNTIME_MODEL_SKLEARN": "use sklearn_version= of ModelData",
    "SKLEARN_RUNTIME_PROGRAM": "use entry_point",
}

# CreateModel's limits.
_MAX_ENTRIES = 100
_MAX_VALUE_CHARACTERS = 1024
_MAX_BYTES = 32 * 1024
