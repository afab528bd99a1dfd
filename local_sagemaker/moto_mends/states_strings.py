"""Strings in definitions: the escapes of JSON and of intrinsic functions, the gaps of States.Format, and syntax.

moto 5.2.5 reads the definition's text, not the JSON: in paths and intrinsic functions JSON's escapes stay as they are
(moto/stepfunctions/parser/asl/parse), elsewhere they are read as Python's. An escaped apostrophe keeps its backslash;
``States.Format`` is Python's ``str.format``, which reads ``{name}`` and fails on ``\\{``; and of a function that cannot
be read, moto evaluates what it could. Rule: "Reserved characters in intrinsic functions" in the Step Functions
developer guide.
"""

from __future__ import annotations

import json
import re
from typing import Any

from local_sagemaker.moto_mends.importers import patch_imports
from local_sagemaker.moto_mends.patching import original, patch

_UNESCAPED = {"n": "\n", "t": "\t", "r": "\r", "'": "'", '"': '"', "\\": "\\"}


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    from moto.stepfunctions.parser.asl.antlt4utils import antlr4utils
    from moto.stepfunctions.parser.asl.component.intrinsic.function.statesfunction.generic.string_format import (
        StringFormat,
    )
    from moto.stepfunctions.parser.asl.parse import preprocessor
    from moto.stepfunctions.parser.asl.parse.intrinsic.intrinsic_parser import IntrinsicParser
    from moto.stepfunctions.parser.asl.parse.intrinsic.preprocessor import Preprocessor

    def eval_format(self: Any, env: Any) -> None:
        self.argument_list.eval(env=env)
        template, *values = env.stack.pop()
        env.stack.append(fill(template, [StringFormat._to_str_repr(value) for value in values]))

    moto_inner_string = original(preprocessor.Preprocessor, "_inner_string_of").__func__

    def string_literal(parser_rule_context: Any) -> str:
        return _from_json(parser_rule_context.getText())

    def inner_string(parser_rule_context: Any) -> str | None:
        # null is no string.
        inner: str | None = moto_inner_string(parser_rule_context)
        return None if inner is None else _from_json(parser_rule_context.getText())

    patch_imports(antlr4utils, "from_string_literal", string_literal)
    patch(preprocessor.Preprocessor, "_inner_string_of", staticmethod(inner_string))
    patch(Preprocessor, "_replace_escaped_characters", staticmethod(_unescape))
    patch(StringFormat, "_eval_body", eval_format)
    patch(IntrinsicParser, "parse", staticmethod(_parse_strictly))


def fill(template: str, values: list[str]) -> str:
    r"""Put values into the gaps of a template, each written ``{}``; ``\{`` and ``\}`` are braces.

    Raises
    ------
    ValueError
        There are more or fewer gaps than values.

    Example
    -------
    >>> fill(r"{}-\{{}\}", ["a", "b"])
    'a-{b}'
    """
    parts = re.split(r"(\\[{}]|\{\})", template)
    gaps = parts.count("{}")
    if gaps != len(values):
        raise ValueError(f"States.Format has {gaps} gaps in {template!r} and {len(values)} values: give one for each.")
    rest = iter(values)
    return "".join(next(rest) if part == "{}" else part[1] if part in {"\\{", "\\}"} else part for part in parts)


def _from_json(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text


def _unescape(match: re.Match[str]) -> str:
    # Braces are States.Format's own affair.
    return match.group(0) if match.group(1) in "{}" else _UNESCAPED.get(match.group(1), match.group(1))


def _parse_strictly(src: str) -> Any:
    from antlr4 import CommonTokenStream, InputStream  # type: ignore[import-untyped]
    from moto.stepfunctions.parser.asl.antlr.runtime.ASLIntrinsicLexer import ASLIntrinsicLexer
    from moto.stepfunctions.parser.asl.antlr.runtime.ASLIntrinsicParser import ASLIntrinsicParser
    from moto.stepfunctions.parser.asl.parse.asl_parser import SyntaxErrorListener
    from moto.stepfunctions.parser.asl.parse.intrinsic.preprocessor import Preprocessor

    make_listener: Any = SyntaxErrorListener
    listener = make_listener()
    lexer = ASLIntrinsicLexer(InputStream(_from_json(f'"{src}"')))
    parser: Any = ASLIntrinsicParser(CommonTokenStream(lexer))
    for reader in (lexer, parser):
        reader.removeErrorListeners()
        reader.addErrorListener(listener)
    tree = parser.func_decl()
    if listener.errors:
        raise ValueError(f"The intrinsic function {src!r} cannot be read: {'; '.join(listener.errors)}")
    return Preprocessor().visit(tree), tree
