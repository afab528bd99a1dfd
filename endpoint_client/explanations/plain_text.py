"""Makes one line that may be shown anywhere of what a service, a container or a library said."""

from __future__ import annotations

import re

# Characters: a sentence of a terminal's few lines.
LONGEST = 400

_CODES_OF_A_TERMINAL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_SECRETS = (
    # What a rejected signature repeats of the request, and the addresses that carry a signature.
    re.compile(r"(?i)(x-amz-(?:security-token|signature|credential)[\"']?\s*[:=]\s*[\"']?)[^\s&\"',]+"),
    re.compile(
        r"(?i)((?:aws_)?(?:secret_access_key|session_token|secretaccesskey|sessiontoken)[\"']?\s*[:=]\s*[\"']?)[^\s&\"',]+"
    ),
    re.compile(
        r"(?i)(\b(?:authorization|signature|credential|password|token)[\"']?[:=]\s*[\"']?(?:(?:bearer|basic)\s+)?)[^\s&\"',]+"
    ),
    # User and password of a proxy's address.
    re.compile(r"(\w://)[^/\s@]+(?=@)"),
)
# The console's address, which SageMaker puts behind a container's words.
_CONSOLE = re.compile(r" See https?://\S+ in account \d+ for more information\.?")
# Ids of long-lived and of temporary keys: no secrets, and still nobody's business.
_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b")


def plain(text: object, longest: int = LONGEST) -> str:
    """Give the first line of a text without control characters, secrets, keys and the console's address.

    Parameters
    ----------
    text : object
        Its ``str`` is read.
    longest : int, default 400
        Characters; what is longer ends in "...".

    Example
    -------
    >>> plain("The proxy http://me:secret@proxy:3128 refused\\n  at line 3")
    'The proxy http://***@proxy:3128 refused'
    """
    lines = _CODES_OF_A_TERMINAL.sub("", str(text)).strip().splitlines()
    line = "".join(letter if letter.isprintable() else " " for letter in (lines[0] if lines else ""))
    line = _CONSOLE.sub("", line)
    for secret in _SECRETS:
        line = secret.sub(r"\1***", line)
    line = " ".join(_KEY_ID.sub("***", line).split())
    return line if len(line) <= longest else f"{line[: longest - 3]}..."
