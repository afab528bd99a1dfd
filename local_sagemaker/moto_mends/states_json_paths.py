"""JSON paths in state machines give what Step Functions gives: a value, or a list where a path may match many.

moto 5.2.5's ``extract_json`` (moto/stepfunctions/parser/asl/utils/json_path.py) decides by the number of matches:
``$.List[0].Value`` is a list of one, a filter that matches nothing is an error, and ``$..Value`` is a list only with
two matches. Step Functions decides by the path, as Jayway's JsonPath does: "definite" and "indefinite" in
https://github.com/json-path/JsonPath#what-is-returned-when.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from local_sagemaker.moto_mends.importers import patch_imports


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    from moto.stepfunctions.parser.asl.utils import json_path

    def extract_json(path: str, data: Any) -> Any:
        parsed = parse_path(path)
        values = [match.value for match in parsed.find(data)]
        if not is_definite(parsed):
            return values
        if not values:
            raise json_path.NoSuchJsonPathError(json_path=path, data=data)
        return values[0]

    patch_imports(json_path, "extract_json", extract_json)


@lru_cache(maxsize=1024)
def parse_path(path: str) -> Any:
    """Read a JSON path, such as ``$.metrics[?(@.name == 'validation:f1')].value``; each is read once."""
    from jsonpath_ng.ext.parser import parse

    return parse(path)


def is_definite(parsed: Any) -> bool:
    """Say whether a path can match one value at most."""
    from jsonpath_ng import Child, Fields, Index, Root

    if isinstance(parsed, Child):
        return is_definite(parsed.left) and is_definite(parsed.right)
    if isinstance(parsed, Fields):
        return len(parsed.fields) == 1 and parsed.fields[0] != "*"
    if isinstance(parsed, Index):
        return len(parsed.indices) == 1
    return isinstance(parsed, Root)
