"""A prediction after every deployment of an endpoint: a wrong answer undoes the deployment."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from constructs_lib.environment import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk import Duration

    from constructs_lib.endpoint_config import SklearnEndpointConfig


@dataclass(frozen=True, kw_only=True)
class SmokeTest:
    """Asks every production variant for a prediction, each time that the endpoint configuration has changed.

    The deployment fails, and is undone, when a variant gives an error or another answer than expected, or when the
    endpoint still runs its old configuration. For that, and only then, the stack gets a Lambda function, which may do
    nothing but look at this endpoint and call it.

    Parameters
    ----------
    rows
        Rows of features: an array or a list of lists of numbers and texts, None for a missing value; sent as JSON.
    expected
        The answer: a list with one value, or list of values, a row. Default: any answer will do.
    tolerance
        How far a number may be off, relative to its size and absolutely.
    method
        The model's method that is called; default: the model's `method`.
    target_model
        Of a `SklearnMultiModel`: the key below its prefix. The model must be there before the deployment, so a bucket
        that the stack makes itself is deployed first, without a smoke test.
    timeout
        How long cold starts and loading models are waited for, 10 to 840 s; default: 120 s.

    Example
    -------
    >>> SmokeTest(rows=[[0.1, 3.0], [0.7, 1.0]], expected=[0, 1]).tolerance
    1e-06
    """

    rows: Any
    expected: Any = None
    tolerance: float = 1e-6
    method: str | None = None
    target_model: str | None = None
    timeout: Duration | None = None

    def problems(self, config: SklearnEndpointConfig) -> Iterator[str]:
        """Say what would make the test fail, or test nothing."""
        for name, value in (("rows", self.rows), ("expected", self.expected)):
            if reason := _why_not_json(value):
                yield f"smoke_test has {name} that JSON cannot carry ({reason}); give numbers, texts and None"
                return
        rows, expected = json.loads(_json(self.rows)), json.loads(_json(self.expected))
        if not isinstance(rows, list) or not rows or not all(isinstance(row, list) and row for row in rows):
            yield f"smoke_test has rows {rows!r}; give at least one row, each a list of features"
            return
        if len({len(row) for row in rows}) > 1:
            yield f"smoke_test has rows of {sorted({len(row) for row in rows})} features; give the same number in each"
        if expected is not None and (not isinstance(expected, list) or len(expected) != len(rows)):
            yield f"smoke_test expects {expected!r} for {len(rows)} rows; give a list with one value or list for each"
        size = len(_json(self.rows)) + len(_json(self.expected))
        if size > _MAX_CHARACTERS:
            yield f"smoke_test has rows and expected values of {size:,} characters; give {_MAX_CHARACTERS:,} at most"
        if not (math.isfinite(self.tolerance) and self.tolerance >= 0):
            yield f"smoke_test has tolerance {self.tolerance}; give 0 or more"
        if self.method is not None and self.method not in METHODS:
            yield f"smoke_test has method {self.method!r}; choose one of {', '.join(METHODS)}"
        if self.timeout is not None and not _MIN_SECONDS <= self.timeout.to_seconds() <= _MAX_SECONDS:
            yield f"smoke_test has timeout {self.timeout.to_seconds()} s; give {_MIN_SECONDS} to {_MAX_SECONDS} s"
        yield from self._kind_problems(config)

    def properties(self) -> dict[str, str]:
        """Return what the function is told of the test, as texts: CloudFormation knows no other scalars."""
        told = {"Rows": _json(self.rows), "Tolerance": repr(float(self.tolerance))}
        if self.expected is not None:
            told["Expected"] = _json(self.expected)
        if self.method is not None:
            told["CustomAttributes"] = f"method={self.method}"
        if self.target_model is not None:
            told["TargetModel"] = self.target_model
        return told

    def _kind_problems(self, config: SklearnEndpointConfig) -> Iterator[str]:
        if config.async_inference is not None:
            yield "smoke_test wants an answer at once, which an asynchronous endpoint does not give; leave it out"
        many = any(variant.model.is_multi_model for variant in config.variants)
        if many and self.target_model is None:
            yield "smoke_test names none of the endpoint's many models; give target_model"
        if many and self.method is not None:
            yield f"smoke_test has method {self.method!r}, and many models take theirs from the endpoint; leave it out"
        if not many and self.target_model is not None:
            yield f"smoke_test has target_model {self.target_model!r}, and the endpoint has one model; leave it out"


def _plain(value: Any) -> Any:
    """An array as nested lists; anything else as it is."""
    return value.tolist() if hasattr(value, "tolist") else value


def _json(value: Any) -> str:
    return json.dumps(_plain(value), allow_nan=False)


def _why_not_json(value: Any) -> str | None:
    try:
        _json(value)
    except (TypeError, ValueError) as error:
        return str(error)
    return None


_MIN_SECONDS, _MAX_SECONDS = 10, 840
# Far below the 256 KB of an event that a function is sent; a smoke test is a handful of rows.
_MAX_CHARACTERS = 20_000
