"""What a JSON request must look like before API Gateway passes it to the endpoint, as JSON schemas of draft 4.

The container checks each request again, with the row and the column in its answer; what is refused here costs it
nothing. Rule: "Data models for REST APIs" in the API Gateway developer guide.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
# Bytes, of a model: quota of API Gateway.
_MAX_SCHEMA_BYTES = 400 * 1024


@dataclass(frozen=True, kw_only=True)
class JsonRows:
    """The rows of a prediction, in each of the forms that the runtime takes.

    They are an array of rows, each an array of values or an object with a value for each feature; such an array in
    ``{"instances": ...}``; ``{"columns": ..., "data": ...}`` as pandas writes it; or a flat array: the one row of a
    model of several features, or a value for each row of a model of one. API Gateway knows no NaN in JSON: send null.

    Parameters
    ----------
    features
        How many features the model takes, or their names; default: any number, of any name.
    max_rows
        Rows in one request.

    Example
    -------
    >>> JsonRows(features=["age", "income"]).schema()["anyOf"][0]["items"]["anyOf"][0]["maxItems"]
    2
    """

    features: int | Sequence[str] | None = None
    max_rows: int = 10_000

    def problems(self) -> Iterator[str]:
        """Say what makes no schema."""
        if isinstance(self.features, str):
            yield f"request_schema has features {self.features!r}, a text; give a list of names, or their number"
        elif self._count == 0 or (self._count or 1) < 0:
            yield f"request_schema has features {self.features!r}; give 1 or more, or None for any number"
        elif self._names is not None and len(set(self._names)) < len(self._names):
            twice = sorted({name for name in self._names if self._names.count(name) > 1})
            yield f"request_schema names {', '.join(map(repr, twice))} more than once in features; name each once"
        if self.max_rows < 1:
            yield f"request_schema has max_rows {self.max_rows}; give 1 or more"

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema."""
        arrays = _array(self._row, self.max_rows)
        rows = [_array({"anyOf": [self._row, self._record]}, self.max_rows), self._flat]
        columns = _array({"type": "string"}, *([] if self._count is None else [self._count, self._count]))
        split = {"columns": columns, "data": arrays}
        return {
            "$schema": DRAFT_4,
            "title": "Rows",
            "anyOf": [
                *rows,
                {"type": "object", "required": ["instances"], "properties": {"instances": {"anyOf": rows}}},
                {"type": "object", "required": sorted(split), "properties": split},
            ],
        }

    @property
    def _names(self) -> Sequence[str] | None:
        return self.features if isinstance(self.features, Sequence) else None

    @property
    def _count(self) -> int | None:
        return len(self.features) if isinstance(self.features, Sequence) else self.features

    @property
    def _row(self) -> dict[str, Any]:
        return _array(_VALUE) if self._count is None else _array(_VALUE, self._count, self._count)

    @property
    def _flat(self) -> dict[str, Any]:
        if self._count is not None and self._count > 1:
            return self._row
        return _array(_VALUE, self.max_rows)

    @property
    def _record(self) -> dict[str, Any]:
        if self._names is not None:
            return {
                "type": "object",
                "required": list(self._names),
                "properties": dict.fromkeys(self._names, _VALUE),
                "additionalProperties": False,
            }
        if self._count is not None:
            return {"type": "object", "minProperties": self._count, "maxProperties": self._count}
        return {"type": "object", "minProperties": 1}


@dataclass(frozen=True, kw_only=True)
class JsonSchema:
    """A JSON schema of your own, for a hook that takes other requests than rows.

    Parameters
    ----------
    definition
        The schema, of draft 4, which is what API Gateway takes.

    Example
    -------
    >>> JsonSchema(definition={"type": "object", "required": ["text"]}).schema()["required"]
    ['text']
    """

    definition: Mapping[str, Any]

    def problems(self) -> Iterator[str]:
        """Say what API Gateway would refuse."""
        draft = self.definition.get("$schema", DRAFT_4)
        if draft != DRAFT_4:
            yield f"request_schema is of {draft!r}; API Gateway takes draft 4, {DRAFT_4!r}"
        try:
            size = len(json.dumps(self.schema()).encode())
        except (TypeError, ValueError) as error:
            yield f"request_schema is no JSON: {error}; give dictionaries, lists, texts, numbers, booleans and None"
            return
        if size > _MAX_SCHEMA_BYTES:
            yield f"request_schema has {size} bytes; API Gateway takes {_MAX_SCHEMA_BYTES}: leave something to the hook"

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema."""
        return {"$schema": DRAFT_4, **self.definition}


RequestSchema: TypeAlias = JsonRows | JsonSchema


def _array(items: Mapping[str, Any], most: int | None = None, least: int = 1) -> dict[str, Any]:
    bounds = {"minItems": least} if most is None else {"minItems": least, "maxItems": most}
    return {"type": "array", **bounds, "items": dict(items)}


_VALUE: dict[str, Any] = {"type": ["number", "string", "boolean", "null"]}
