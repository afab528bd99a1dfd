"""The table: for each class of errors its rules, the exact ones before the one that always holds."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from endpoint_client.explanations import access, calls, connections, containers, inputs, jobs, others, rejected_inputs

if TYPE_CHECKING:
    from endpoint_client.explanations.rule import Rule

TABLES = (access, calls, connections, containers, inputs, jobs, others, rejected_inputs)

RULES: dict[type[BaseException], list[Rule]] = {}
for _rule in chain.from_iterable(table.RULES for table in TABLES):
    RULES.setdefault(_rule.kind, []).append(_rule)
