"""SageMaker's List operations: which resources, in which order, and in which pages.

Rules: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModels.html, API_ListEndpointConfigs.html,
API_ListEndpoints.html and API_ListTrainingJobs.html there. AWS takes MaxResults of the resources before it filters them
(https://github.com/boto/boto3/issues/1966), so its pages may be short or empty; here they are full. Who reads all pages
gets the same.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from moto.sagemaker.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Summary = Mapping[str, Any]

PAGE_SIZE = 10


@dataclass(frozen=True)
class Listing:
    """How one List operation answers.

    Parameters
    ----------
    result
        Member of the answer with the summaries, such as ``Models``.
    noun
        What the members of a summary begin with: ``Model`` for ModelName.
    descending
        Whether the newest comes first where the request does not say.
    from_creation_time
        Whether CreationTimeAfter includes its moment.
    equals
        Further filters: for a parameter what is looked at in a summary.
    sort_by
        SortBy where the request does not say.
    positions
        Further values of SortBy: for each the text that stands for a summary in the order.

    Example
    -------
    >>> models = Listing("Models", "Model")
    >>> models.page([{"ModelName": "churn", "CreationTime": datetime(2026, 1, 1)}], {"NameContains": "fraud"})
    {'Models': []}
    """

    result: str
    noun: str
    descending: bool = True
    from_creation_time: bool = True
    equals: Mapping[str, Callable[[Summary], Any]] = field(default_factory=dict)
    sort_by: str = "CreationTime"
    positions: Mapping[str, Callable[[Summary], str]] = field(default_factory=dict)

    def page(self, summaries: Iterable[Summary], request: Mapping[str, Any]) -> dict[str, Any]:
        """Give what the operation answers.

        Parameters
        ----------
        summaries
            Of all resources of the account and region.
        request
            The operation's parameters, of the right shapes; times as datetimes.

        Raises
        ------
        ValidationError
            NextToken is not from a list in this order.
        """
        descending = (request.get("SortOrder") or ("Descending" if self.descending else "Ascending")) == "Descending"
        by = request.get("SortBy") or self.sort_by
        ordered = sorted(
            ((self._position(summary, by), summary) for summary in summaries if all(self._filters(summary, request))),
            key=lambda entry: entry[0],
            reverse=descending,
        )
        order = [self.result, by, descending]
        if token := request.get("NextToken"):
            last = _read_token(token, order)
            ordered = [entry for entry in ordered if (entry[0] < last if descending else entry[0] > last)]
        size = request.get("MaxResults") or PAGE_SIZE
        answer: dict[str, Any] = {self.result: [summary for _, summary in ordered[:size]]}
        if len(ordered) > size:
            answer["NextToken"] = _token(order, ordered[size - 1][0])
        return answer

    def _position(self, summary: Summary, by: str) -> list[str]:
        """Where a resource stands in the order, also when others have come or gone since the last page."""
        name = summary[f"{self.noun}Name"]
        if by == "CreationTime":
            return [summary["CreationTime"].isoformat(timespec="microseconds"), name]
        if by in self.positions:
            return [self.positions[by](summary), name]
        return [summary[f"{self.noun}{by}"], name]

    def _filters(self, summary: Summary, request: Mapping[str, Any]) -> Iterator[bool]:
        if text := request.get("NameContains"):
            yield text.lower() in summary[f"{self.noun}Name"].lower()
        if status := request.get("StatusEquals"):
            yield summary[f"{self.noun}Status"] == status
        for name, value_of in self.equals.items():
            if wanted := request.get(name):
                yield value_of(summary) == wanted
        for name in ("CreationTime", "LastModifiedTime"):
            if after := request.get(f"{name}After"):
                included = name == "CreationTime" and self.from_creation_time
                yield summary[name] >= _naive(after) if included else summary[name] > _naive(after)
            if before := request.get(f"{name}Before"):
                yield summary[name] < _naive(before)


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment


def _token(order: list[Any], position: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps([order, position]).encode()).decode()


def _read_token(token: str, order: list[Any]) -> list[str]:
    try:
        given, position = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError, TypeError):
        given, position = None, []
    if given != order:
        raise ValidationError(message=f'Invalid pagination token because "{token}" is no token of this list.')
    return [str(part) for part in position]
