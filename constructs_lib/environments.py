"""Whether things lie in the same account and region: where they must, and where the deployment would not notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk import IResource
    from constructs import IConstruct


def environment_problems(
    construct: IConstruct, resource: IResource, what: str, why: str, *compared: str
) -> Iterator[str]:
    """Say that a resource lies in another account or region than a construct's stack; tokens are not compared.

    Parameters
    ----------
    construct
        What needs the resource.
    resource
        Of the app, or imported.
    what
        The resource, in a word.
    why
        Why it must be there.
    compared
        ``region``, ``account``; default: both.
    """
    stack = Stack.of(construct)
    places = {"region": (stack.region, resource.env.region), "account": (stack.account, resource.env.account)}
    for place in compared or places:
        here, there = places[place]
        if not Token.is_unresolved(here) and not Token.is_unresolved(there) and here != there:
            yield f"the {what} is in {place} {there} and the stack in {here}; {why}: use a stack of {there}"
