"""The program that calls a function's handler once; it is run as a script, beside the function's code.

What it gives the handler: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any


class Context:
    """What a handler learns about its call."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.function_name: str = facts["function_name"]
        self.function_version = "$LATEST"
        self.invoked_function_arn: str = facts["function_arn"]
        self.memory_limit_in_mb: str = facts["memory_size"]
        self.aws_request_id: str = facts["request_id"]
        self.log_group_name: str = facts["log_group"]
        self.log_stream_name: str = facts["log_stream"]
        self._end = time.monotonic() + facts["timeout"]

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is stopped."""
        return max(int((self._end - time.monotonic()) * 1000), 0)


def main() -> None:
    call = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    module, _, name = call["handler"].rpartition(".")
    handler = getattr(importlib.import_module(module.replace("/", ".")), name)
    handler(call["event"], Context(call["facts"]))


if __name__ == "__main__":
    main()
