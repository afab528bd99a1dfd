"""What a request says beside its rows: the method, the variant, the model."""

from __future__ import annotations

import re
from typing import Any

from endpoint_client.exceptions import ConfigurationError

_EXAMPLES = {"target_variant": "AllTraffic", "target_model": "paris.tar.gz"}
_METHOD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def method_attribute(method: str | None) -> dict[str, Any]:
    """Give the option that chooses the model's method; none leaves it to the endpoint."""
    if method is None:
        return {}
    if not _METHOD.fullmatch(method):
        raise ConfigurationError(f"method={method!r} is not a method's name, for example 'predict_proba'")
    return {"CustomAttributes": f"method={method}"}


def invocation_options(method: str | None, target_variant: str | None, target_model: str | None) -> dict[str, Any]:
    """Give the options of InvokeEndpoint.

    Raises
    ------
    ConfigurationError
        `method` is no method's name, or stands beside `target_model`; or a target is no text of one line.

    Example
    -------
    >>> invocation_options("predict_proba", "Champion", None)
    {'CustomAttributes': 'method=predict_proba', 'TargetVariant': 'Champion'}
    """
    if method is not None and target_model is not None:
        raise ConfigurationError(
            f"method={method!r} cannot reach the model {target_model!r}: an endpoint with many models calls the method "
            "that it was deployed with (SklearnMultiModel(method=...)); leave method out, and use predict"
        )
    for name, value in (("target_variant", target_variant), ("target_model", target_model)):
        if value is not None and not (isinstance(value, str) and value.isprintable()):
            raise ConfigurationError(f"{name}={value!r} is no text of one line, for example {_EXAMPLES[name]!r}")
    options = method_attribute(method)
    options |= {} if target_variant is None else {"TargetVariant": target_variant}
    return options if target_model is None else {**options, "TargetModel": target_model}
