"""What the command line itself finds wrong, in words that say what to change."""

from __future__ import annotations

from endpoint_client.exceptions import EndpointClientError


class CommandError(EndpointClientError):
    """An option, a file or an answer is not what the command can work with; its message needs no explanation."""
