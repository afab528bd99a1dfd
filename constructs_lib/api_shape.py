"""CloudFormation properties as the service's own API takes them, for what a state machine makes at run time."""

from __future__ import annotations

from typing import Any

from aws_cdk import Token


def api_shape(resolved: Any) -> Any:
    """Write the properties of an L1 construct with the names of the API.

    Parameters
    ----------
    resolved
        What ``Stack.resolve`` gives for them: names in camel case.

    Returns
    -------
    Any
        The same with the API's names, and with tokens in place of intrinsic functions: those are texts that
        ``Stack.to_json_string`` knows how to write into a definition.

    Example
    -------
    >>> api_shape({"modelName": "churn", "serverlessConfig": {"memorySizeInMb": 2048}})
    {'ModelName': 'churn', 'ServerlessConfig': {'MemorySizeInMB': 2048}}
    """
    if isinstance(resolved, list):
        return [api_shape(item) for item in resolved]
    if not isinstance(resolved, dict):
        return resolved
    if any(_is_intrinsic(name) for name in resolved):
        return Token.as_string(resolved)
    return {
        _api_name(name): {key: api_shape(item) for key, item in value.items()} if name in _MAPS else api_shape(value)
        for name, value in resolved.items()
        if value is not None
    }


def _is_intrinsic(name: str) -> bool:
    return name == "Ref" or name.startswith("Fn::")


def _api_name(name: str) -> str:
    return _ODD_NAMES.get(name) or name[0].upper() + name[1:]


# Their keys are the user's.
_MAPS = frozenset({"environment"})
_ODD_NAMES = {
    "memorySizeInMb": "MemorySizeInMB",
    "enableSsmAccess": "EnableSSMAccess",
    "volumeSizeInGb": "VolumeSizeInGB",
}
