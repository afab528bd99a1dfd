"""A rule of a stack goes with its targets.

moto 5.2.5's ``Rule.delete_from_cloudformation_json`` (moto/events/models.py) fails with "Rule can't be deleted since it
has targets". CloudFormation removes them first.
"""

from __future__ import annotations

from typing import Any

from moto.events.models import Rule, events_backends

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    delete = original(Rule, "delete_from_cloudformation_json").__func__

    def delete_from_cloudformation_json(
        cls: Any, /, name: str, definition: Any, account_id: str, region_name: str
    ) -> None:
        bus = definition["Properties"].get("EventBusName")
        targets = [target["Id"] for target in definition["Properties"].get("Targets", [])]
        events_backends[account_id][region_name].remove_targets(name, bus, targets)
        delete(cls, name, definition, account_id, region_name)

    patch(Rule, "delete_from_cloudformation_json", classmethod(delete_from_cloudformation_json))
