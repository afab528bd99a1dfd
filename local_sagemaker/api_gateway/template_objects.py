"""What mapping templates know: ``$input``, ``$util`` and ``$context``.

Rule: "Mapping template variables for REST APIs" in the API Gateway developer guide.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from local_sagemaker.api_gateway.velocity_expressions import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^']+)'\]")
_MISSING = object()


class NestedTooDeeplyError(Exception):
    """A body is nested more deeply than it can be read or written."""


class Input:
    """A body and the parameters of its request, as ``$input``.

    Parameters
    ----------
    body
        As it came.
    headers
        Of the request, by name in lower case.
    """

    def __init__(self, body: str, headers: Mapping[str, str]) -> None:
        self._body = body
        self._headers = headers

    def get(self, name: str) -> Any:
        """Give a property: ``body``."""
        if name == "body":
            return self._body
        raise TemplateError(f"$input.{name} is not emulated")

    def call(self, name: str, arguments: list[Any]) -> Any:
        """Call a method: ``path``, ``json`` or ``params``.

        Raises
        ------
        NestedTooDeeplyError
            The body is JSON of too many levels.
        """
        try:
            return self._call(name, arguments)
        except RecursionError as error:
            raise NestedTooDeeplyError(str(error)) from None

    def _call(self, name: str, arguments: list[Any]) -> Any:
        if name == "path" and len(arguments) == 1:
            found = self._find(arguments[0])
            return None if found is _MISSING else found
        if name == "json" and len(arguments) == 1:
            found = self._find(arguments[0])
            return "" if found is _MISSING else json.dumps(found, separators=(",", ":"))
        if name == "params" and len(arguments) == 1:
            return self._headers.get(str(arguments[0]).lower(), "")
        raise TemplateError(f"$input.{name}() is not emulated with {len(arguments)} arguments")

    def _find(self, path: Any) -> Any:
        try:
            value: Any = json.loads(self._body) if self._body else {}
        except ValueError:
            # API Gateway takes what is no JSON for a text.
            value = self._body
        rest = str(path)
        if not rest.startswith("$"):
            raise TemplateError(f"the JSONPath {path!r} is not emulated: begin it with $")
        rest = rest[1:]
        while rest:
            step = _STEP.match(rest)
            if step is None:
                raise TemplateError(f"{rest!r} of the JSONPath {path!r} is not emulated")
            rest = rest[step.end() :]
            value = _step(value, step)
        return value


class Util:
    """The functions of ``$util``."""

    def get(self, name: str) -> Any:
        """Give a property: there is none."""
        raise TemplateError(f"$util.{name} is not emulated")

    def call(self, name: str, arguments: list[Any]) -> Any:
        """Call a function."""
        if name not in _FUNCTIONS or len(arguments) != 1:
            raise TemplateError(f"$util.{name}() is not emulated with {len(arguments)} arguments")
        try:
            return _FUNCTIONS[name](str(arguments[0]))
        except ValueError as error:
            raise TemplateError(f"$util.{name}(): {error}") from None


class Known(dict[str, Any]):
    """An object whose members are all there are: another one that is asked for is not emulated.

    Parameters
    ----------
    name
        What it is called, such as ``$context``.
    members
        By name.
    """

    def __init__(self, name: str, members: Mapping[str, Any]) -> None:
        super().__init__(members)
        self._name = name

    def get(self, key: str, default: Any = None) -> Any:
        """Give a member."""
        del default
        if key not in self:
            raise TemplateError(f"{self._name}.{key} is not emulated")
        return self[key]


def _step(value: Any, step: re.Match[str]) -> Any:
    if step[2] is not None:
        index = int(step[2])
        return value[index] if isinstance(value, list) and index < len(value) else _MISSING
    return value.get(step[1] or step[3], _MISSING) if isinstance(value, dict) else _MISSING


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise TemplateError("$util.parseJson() was given what is no JSON") from None


def _escape_java_script(text: str) -> str:
    # As Java's StringEscapeUtils: JSON's escapes, and a backslash before single quotes and slashes.
    return json.dumps(text)[1:-1].replace("'", "\\'").replace("/", "\\/")


_FUNCTIONS: dict[str, Callable[[str], Any]] = {
    "base64Decode": lambda text: base64.b64decode(text).decode("utf-8", "replace"),
    "base64Encode": lambda text: base64.b64encode(text.encode()).decode(),
    "escapeJavaScript": _escape_java_script,
    "parseJson": _parse_json,
    "urlDecode": unquote,
    "urlEncode": lambda text: quote(text, safe=""),
}
