"""Why a transform job fails: the two kinds that AWS's FailureReason begins with."""

from __future__ import annotations

_MOST_CHARACTERS = 1024


class TransformFailure(Exception):  # noqa: N818  named for what happened
    """A transform job fails.

    Parameters
    ----------
    text
        Why, and of which records.
    place
        Of the record that is at fault, in its batch, from 0; None where it is none of them alone.

    Attributes
    ----------
    kind
        How FailureReason begins.
    """

    kind = ""

    def __init__(self, text: str, *, place: int | None = None) -> None:
        super().__init__(text)
        self.place = place

    @property
    def reason(self) -> str:
        """FailureReason; what stands in parentheses is the local cloud's own, AWS has it in the log alone."""
        return f"{self.kind}: See job logs for more information ({self})"[:_MOST_CHARACTERS]

    def of(self, where: str) -> TransformFailure:
        """Give the same with what it is about before its text."""
        return type(self)(f"{where}: {self}")


class InputFailure(TransformFailure):
    """Something that the job was asked to use is not there, or not for its role."""

    kind = "ClientError"

    @property
    def reason(self) -> str:
        """FailureReason."""
        return f"{self.kind}: {self}"[:_MOST_CHARACTERS]


class ClientFailure(TransformFailure):
    """The data or the request is at fault."""

    kind = "ClientError"


class AlgorithmFailure(TransformFailure):
    """The container is at fault."""

    kind = "AlgorithmError"
