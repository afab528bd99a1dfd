"""The WSGI application, for a server of somebody else's: ``gunicorn sklearn_runtime.serving:main``.

In the AWS image this module is only named (``SAGEMAKER_SERVING_MODULE``): the hook in
:mod:`sklearn_runtime.gunicorn_config` starts our own server before gunicorn would import it. Where that hook is not
configured, gunicorn serves the same contract through this module.
"""

import os
from http import HTTPStatus
from typing import Any, Callable, Dict, Iterable, List, Tuple

from sklearn_runtime.body_parts import BodyParts
from sklearn_runtime.server.routes import error_answer, respond, route_of
from sklearn_runtime.settings import Settings

__all__ = ["Application"]


class Application:
    """A WSGI application around the loaded model.

    Parameters
    ----------
    service : InferenceService
        The loaded model.
    settings
        Its limit of a body's length holds here too.
    """

    def __init__(self, service: Any, settings: Settings) -> None:
        self._service = service
        self._settings = settings

    def __call__(self, environ: Dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request, as PEP 3333 has it."""
        most = self._settings.max_body_bytes
        length = environ.get("CONTENT_LENGTH")
        # Without a length a body is chunked. One byte more than is allowed tells a body that is too long.
        wanted = int(length) if length else (most + 1 if "HTTP_TRANSFER_ENCODING" in environ else 0)
        body = environ["wsgi.input"].read(min(wanted, most + 1))
        if len(body) > most:
            answer = error_answer(413, "PayloadTooLarge", f"the body is longer than {most} bytes: send fewer rows")
        else:
            route = route_of(environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/"), _headers(environ))
            answer = respond(self._service, route, body)
        in_parts = isinstance(answer.body, BodyParts)
        # The server sends a body without a length in chunks, or to the connection's end.
        fields: List[Tuple[str, str]] = [] if in_parts else [("Content-Length", str(len(answer.body)))]
        fields += [("Content-Type", answer.content_type)] if answer.content_type else []
        fields += [("Allow", answer.allow)] if answer.allow else []
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", fields)
        return iter(answer.body) if in_parts else [answer.body]


def _headers(environ: Dict[str, Any]) -> Dict[str, str]:
    headers = {
        name[len("HTTP_") :].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return headers


def __getattr__(name: str) -> Any:
    """Load the model when ``main`` is first asked for: importing the module alone must not need one."""
    if name != "main":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sklearn_runtime.service import InferenceService

    settings = Settings.from_environ(os.environ)
    application = Application(InferenceService.load(settings), settings)
    globals()["main"] = application
    return application
