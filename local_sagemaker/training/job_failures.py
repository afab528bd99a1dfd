"""Why a training job fails: the two kinds that AWS's FailureReason begins with."""

from __future__ import annotations

# Of FailureReason: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
MOST_CHARACTERS = 1024


class JobFailure(Exception):  # noqa: N818  named for what happened
    """A training job fails; the text is its FailureReason without the kind.

    Attributes
    ----------
    kind
        How FailureReason begins.
    """

    kind = ""

    @property
    def reason(self) -> str:
        """FailureReason."""
        return f"{self.kind}: {self}"[:MOST_CHARACTERS]


class ClientFailure(JobFailure):
    """Something that the job was asked to use is not there, or not for its role."""

    kind = "ClientError"


class AlgorithmFailure(JobFailure):
    """The container ended with a status other than 0.

    Parameters
    ----------
    text
        Content of ``/opt/ml/output/failure``; empty where there is none.
    exit_status
        Of the container; negative for a signal, which becomes 128 and its number as Docker has it.
    """

    kind = "AlgorithmError"

    def __init__(self, text: str, exit_status: int) -> None:
        code = exit_status if exit_status >= 0 else 128 - exit_status
        end = f", exit code: {code}"
        super().__init__(f"{text.strip()[: MOST_CHARACTERS - len(self.kind) - 2 - len(end)]}{end}")
