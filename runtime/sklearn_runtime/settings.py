"""Every environment variable that the runtime reads, with its default and its meaning.

Names that start with ``SAGEMAKER_`` are those of the AWS image and mean what they mean there; names that start with
``SKLEARN_RUNTIME_`` are ours. A variable that is set to the empty string counts as not set.
"""

import os.path
from typing import Callable, Mapping, NamedTuple, Optional, Tuple, TypeVar

T = TypeVar("T")


class SettingsError(ValueError):
    """A variable holds a value that the runtime cannot use."""


class Variable(NamedTuple):
    """One environment variable, as the manual's table shows it."""

    name: str
    default: str
    meaning: str


VARIABLES: Tuple[Variable, ...] = (
    Variable("SAGEMAKER_BASE_DIR", "/opt/ml", "directory that holds `model/` and `code/`"),
    Variable("SAGEMAKER_BIND_TO_PORT", "8080", "port that the server listens on, on every interface"),
    Variable("SAGEMAKER_MODEL_SERVER_WORKERS", "", "worker processes; empty: one per vCPU that memory has room for"),
    Variable("SAGEMAKER_CONTAINER_LOG_LEVEL", "20", "least level logged: 10 debug, 20 info, 30 warning, 40 error"),
    Variable("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/json", "response type where a request has no Accept"),
    Variable("SKLEARN_RUNTIME_PROGRAM", "", "script with hooks of yours, relative to the code directory; empty: none"),
    Variable("SKLEARN_RUNTIME_METHOD", "predict", "method of the model that a request calls unless it names one"),
    Variable("SKLEARN_RUNTIME_FLOAT32", "false", "cast JSON and CSV to float32, as the AWS image's own server does"),
    Variable(
        "SKLEARN_RUNTIME_FAST", "true", "predict few rows without scikit-learn's cost per call, with the same bits"
    ),
    Variable("SKLEARN_RUNTIME_MODEL_SHA256", "", "digest that the model files must have; empty: any"),
    Variable("SKLEARN_RUNTIME_MODEL_SKLEARN", "", "scikit-learn version of the fit; empty: not known"),
    Variable("SKLEARN_RUNTIME_MAX_BODY_BYTES", "104857600", "largest request body, bytes; more is answered with 413"),
    Variable("SKLEARN_RUNTIME_MAX_HEADER_BYTES", "16384", "largest request head, bytes; more is answered with 431"),
    Variable("SKLEARN_RUNTIME_LARGE_BODY_BYTES", "262144", "bytes above which a body is always predicted in a thread"),
    Variable("SKLEARN_RUNTIME_MAX_CONNECTIONS", "1024", "open connections a worker; more wait in the listen queue"),
    Variable("SKLEARN_RUNTIME_HEADER_TIMEOUT", "10", "seconds from a request's first byte to the end of its head"),
    Variable("SKLEARN_RUNTIME_BODY_TIMEOUT", "60", "seconds from the end of a request's head to the end of its body"),
    Variable("SKLEARN_RUNTIME_WRITE_TIMEOUT", "60", "seconds a client may take to read a response or a part of it"),
    Variable("SKLEARN_RUNTIME_KEEP_ALIVE_TIMEOUT", "75", "seconds that an idle connection is kept open"),
    Variable("SKLEARN_RUNTIME_DRAIN_TIMEOUT", "25", "seconds that running requests have to finish after SIGTERM"),
    Variable(
        "SKLEARN_RUNTIME_FAILURE_PAUSE", "3", "seconds from a failed start's reason to the exit: it must reach the log"
    ),
    Variable("SKLEARN_RUNTIME_USER", "", "user that root becomes once port and model are there; empty: none"),
)

_DEFAULTS = {variable.name: variable.default for variable in VARIABLES}
_SWITCH = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


def _number(least: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = float(text)
        if not least <= value < float("inf"):
            raise ValueError(text)
        return value

    return parse


def _integer(least: int, most: Optional[int] = None) -> Callable[[str], int]:
    def parse(text: str) -> int:
        value = int(text)
        if value < least or (most is not None and value > most):
            raise ValueError(text)
        return value

    return parse


class Settings(NamedTuple):
    """What the runtime does, decided once at start.

    Every field has the default that the variable of the same name has; :data:`VARIABLES` gives meanings and units
    (bytes and seconds).

    Example
    -------
    >>> settings = Settings.from_environ({"SAGEMAKER_BASE_DIR": "/tmp/ml", "SKLEARN_RUNTIME_METHOD": "predict_proba"})
    >>> settings.model_dir, settings.method, settings.bind
    ('/tmp/ml/model', 'predict_proba', '0.0.0.0:8080')
    >>> Settings.from_environ({"SAGEMAKER_BIND_TO_PORT": "http"})
    Traceback (most recent call last):
    ...
    sklearn_runtime.settings.SettingsError: SAGEMAKER_BIND_TO_PORT is 'http': give a port from 0 to 65535
    """

    base_dir: str = "/opt/ml"
    model_dir: str = "/opt/ml/model"
    code_dirs: Tuple[str, ...] = ("/opt/ml/code", "/opt/ml/model/code")
    program: Optional[str] = None
    method: str = "predict"
    float32: bool = False
    fast: bool = True
    model_sha256: Optional[str] = None
    model_sklearn: Optional[str] = None
    default_accept: str = "application/json"
    bind: str = "0.0.0.0:8080"
    workers: Optional[int] = None
    max_body_bytes: int = 100 * 1024 * 1024
    max_header_bytes: int = 16 * 1024
    large_body_bytes: int = 256 * 1024
    max_connections: int = 1024
    header_timeout: float = 10.0
    body_timeout: float = 60.0
    write_timeout: float = 60.0
    keep_alive_timeout: float = 75.0
    drain_timeout: float = 25.0
    failure_pause: float = 3.0
    user: Optional[str] = None
    log_level: int = 20

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings.

        Parameters
        ----------
        environ
            The environment, as ``os.environ``. The code directories are searched in order: ``code`` below the base
            directory (where the image copies code that came from S3), then ``code`` inside the model's archive.

        Raises
        ------
        SettingsError
            A value is not what the variable takes; the message names the variable, the value and what is allowed.
        """

        def read(name: str, parse: Callable[[str], T], allowed: str) -> T:
            text = environ.get(name, "").strip() or _DEFAULTS[name]
            try:
                return parse(text)
            except (ValueError, KeyError):
                raise SettingsError(f"{name} is {text!r}: give {allowed}") from None

        def text(name: str) -> str:
            return read(name, str, "text")

        def optional(name: str) -> Optional[str]:
            return text(name) or None

        def switch(name: str) -> bool:
            return read(name, lambda value: _SWITCH[value.lower()], "true or false")

        def size(name: str) -> int:
            return read(name, _integer(1), "a whole number of at least 1")

        def seconds(name: str) -> float:
            return read(name, _number(0.0), "a number of seconds, 0 or more")

        base_dir = text("SAGEMAKER_BASE_DIR")
        model_dir = os.path.join(base_dir, "model")
        port = read("SAGEMAKER_BIND_TO_PORT", _integer(0, 65535), "a port from 0 to 65535")
        return cls(
            base_dir=base_dir,
            model_dir=model_dir,
            code_dirs=(os.path.join(base_dir, "code"), os.path.join(model_dir, "code")),
            program=optional("SKLEARN_RUNTIME_PROGRAM"),
            method=text("SKLEARN_RUNTIME_METHOD"),
            float32=switch("SKLEARN_RUNTIME_FLOAT32"),
            fast=switch("SKLEARN_RUNTIME_FAST"),
            model_sha256=optional("SKLEARN_RUNTIME_MODEL_SHA256"),
            model_sklearn=optional("SKLEARN_RUNTIME_MODEL_SKLEARN"),
            default_accept=text("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"),
            bind=f"0.0.0.0:{port}",
            workers=size("SAGEMAKER_MODEL_SERVER_WORKERS") if text("SAGEMAKER_MODEL_SERVER_WORKERS") else None,
            max_body_bytes=size("SKLEARN_RUNTIME_MAX_BODY_BYTES"),
            max_header_bytes=size("SKLEARN_RUNTIME_MAX_HEADER_BYTES"),
            large_body_bytes=read("SKLEARN_RUNTIME_LARGE_BODY_BYTES", _integer(0), "a whole number, 0 or more"),
            max_connections=size("SKLEARN_RUNTIME_MAX_CONNECTIONS"),
            header_timeout=seconds("SKLEARN_RUNTIME_HEADER_TIMEOUT"),
            body_timeout=seconds("SKLEARN_RUNTIME_BODY_TIMEOUT"),
            write_timeout=seconds("SKLEARN_RUNTIME_WRITE_TIMEOUT"),
            keep_alive_timeout=seconds("SKLEARN_RUNTIME_KEEP_ALIVE_TIMEOUT"),
            drain_timeout=seconds("SKLEARN_RUNTIME_DRAIN_TIMEOUT"),
            failure_pause=seconds("SKLEARN_RUNTIME_FAILURE_PAUSE"),
            user=optional("SKLEARN_RUNTIME_USER"),
            log_level=read("SAGEMAKER_CONTAINER_LOG_LEVEL", _integer(0), "a level: 10, 20, 30, 40 or 50"),
        )
