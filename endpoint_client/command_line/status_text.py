"""What is known of an endpoint, in lines for people."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from endpoint_client.command_line.times import ago

if TYPE_CHECKING:
    from collections.abc import Iterator

    from endpoint_client.command_line.endpoint_report import Report


def status_lines(report: Report, now: datetime) -> Iterator[str]:
    """Write a report for people.

    Parameters
    ----------
    report : Report
        As `endpoint_report` gives it.
    now : datetime
    """
    yield from _fact("endpoint", report["endpoint"])
    yield from _fact("status", f"{report['status']}, since {_time(report['since'], now)}")
    yield from _fact("failure", report["failure_reason"])
    yield from _fact("created", _time(report["created"], now))
    yield from _fact("configuration", report["endpoint_config"])
    for kind, key in (("variant", "variants"), ("shadow", "shadow_variants")):
        for variant in report[key]:
            yield from _variant(kind, variant)
    if report["async_inference"]:
        output, failures = report["async_inference"]["output"], report["async_inference"]["failures"]
        yield from _fact("asynchronous", f"answers in {output}" + (f", errors in {failures}" if failures else ""))
    if capture := report["data_capture"]:
        percent = f"{capture['percent']} % of the requests in " if capture["percent"] is not None else ""
        yield from _fact("capture", f"{'on' if capture['on'] else 'stopped'}, {percent}{capture['output']}")
    for note in report["notes"]:
        yield from _fact("note", note)


def _variant(kind: str, variant: Report) -> Iterator[str]:
    facts = []
    if variant["share"] is not None and kind == "variant":
        facts.append(f"{variant['share']:.0%} of the requests (weight {variant['weight']:g})")
    if (
        kind == "variant"
        and variant["weight"] is not None
        and variant["desired_weight"] not in (None, variant["weight"])
    ):
        facts.append(f"to be weight {variant['desired_weight']:g}")
    if variant["serverless"]:
        sizes = variant["serverless"]
        warm = sizes["provisioned_concurrency"]
        facts.append(
            f"serverless, {sizes['memory_mb']:,} MB, {sizes['max_concurrency']} requests at once"
            + (f", {warm} of them warm" if warm else "")
        )
    elif variant["desired_instances"] is not None:
        what = variant["instance_type"] or "instances"
        facts.append(f"{variant['instances'] or 0} of {variant['desired_instances']} {what}")
    if variant["status"]:
        facts.append(variant["status"])
    yield from _fact(kind, f"{variant['name']}: {', '.join(facts)}" if facts else variant["name"])
    if model := variant["model"]:
        known = [model["name"]]
        known += [f"scikit-learn {model['scikit_learn']}"] if model.get("scikit_learn") else []
        known += [f"calls {model['method']}"] if model.get("method") else []
        yield from _fact("  model", ", ".join(known))
        yield from _fact("  data", model.get("data"))
        yield from _fact("  image", model.get("image"))


def _fact(name: str, value: str | None) -> Iterator[str]:
    if value:
        yield f"{name:<14} {value}"


def _time(text: str, now: datetime) -> str:
    moment = datetime.fromisoformat(text)
    return f"{moment.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S} UTC ({ago(moment, now)})"
