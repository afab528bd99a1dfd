"""Explains an error: of this package, of botocore, or of anything that was raised because of one."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from endpoint_client.aws_services import from_service_answer
from endpoint_client.exceptions import ConfigurationError, EndpointClientError
from endpoint_client.explanations.facts import Facts
from endpoint_client.explanations.rules import RULES
from endpoint_client.transport.service_errors import from_boto_error, from_client_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from endpoint_client.explanations.explanation import Explanation

_RESUME = "Then send only the rows that have no result yet:\nresults = error.partial.resume()"


def explain(error: BaseException) -> Explanation:
    """Say what an error means, why it comes, and what to do about it.

    Nothing is asked of AWS: what is said comes from the error. Secrets and the ids of keys are left out.

    Parameters
    ----------
    error : BaseException
        Of this package; of botocore, as boto3's own client raises it; or any other. Where it is none of these and was
        raised because of one, or is a group that holds one, that one is explained.

    Returns
    -------
    Explanation
        Its ``str`` is made for a terminal.

    Raises
    ------
    TypeError
        `error` is no exception.

    Example
    -------
    >>> from endpoint_client import ModelNotReady
    >>> explanation = explain(ModelNotReady("the model is loading", status=429))
    >>> explanation.what
    'The model of the endpoint is not loaded yet: the model is loading'
    >>> print(explanation.remedy[0])
    Let the client wait for it, in some more tries:
    Predictor("NAME", max_attempts=10)
    """
    if not isinstance(error, BaseException):
        raise TypeError(f"{error!r} is no exception: give what was raised, as in `except Exception as error`")
    facts = Facts(next((ours for one in _behind(error) if (ours := _as_ours(one)) is not None), error))
    rules = (rule for kind in type(facts.error).__mro__ for rule in RULES.get(kind, ()))
    explanation = next(rule for rule in rules if rule.holds(facts)).explain(facts)
    if getattr(facts.error, "partial", None) is None:
        return explanation
    return replace(explanation, remedy=(*explanation.remedy, _RESUME))


def _behind(error: BaseException) -> Iterator[BaseException]:
    """Give an error, those that a group holds, and those that it was raised because of."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            held: Any = getattr(one, "exceptions", ())
            held = [member for member in held if isinstance(member, BaseException)] if isinstance(held, tuple) else []
            cause = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
            waiting += held if cause is None else [*held, cause]


def _as_ours(error: BaseException) -> EndpointClientError | None:
    if isinstance(error, EndpointClientError):
        return error
    # Who holds an error of botocore has imported it.
    botocore = sys.modules.get("botocore.exceptions")
    ours: EndpointClientError | None = None
    if botocore is not None and isinstance(error, botocore.ClientError):
        if "Endpoint" in error.operation_name:
            ours = from_client_error(error, endpoint_name="", region="")
        else:
            ours = from_service_answer(error, error.operation_name, "")
    elif botocore is not None and isinstance(error, botocore.NoRegionError | botocore.ProfileNotFound):
        ours = ConfigurationError(str(error))
    elif botocore is not None and isinstance(error, botocore.BotoCoreError):
        ours = from_boto_error(error, endpoint_name="", region="")
    if ours is not None:
        ours.__cause__ = error
    return ours
