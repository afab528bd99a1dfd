"""The names of alarms: whoever is woken by one reads that first."""

from __future__ import annotations


def alarm_name(endpoint_name: str, variant_name: str, *words: str) -> str:
    """Give the name of an endpoint's alarm.

    Parameters
    ----------
    endpoint_name
        The endpoint, whose name is literal and no other's.
    variant_name
        The variant; empty for an alarm of the endpoint as a whole. The name that a variant has without being given one
        says nothing, and is left out.
    words
        What the alarm watches, and how urgent it is.

    Example
    -------
    >>> alarm_name("churn", "AllTraffic", "server-errors", "critical")
    'churn-server-errors-critical'
    >>> alarm_name("churn", "Champion", "cpu", "warning")
    'churn-Champion-cpu-warning'
    """
    variant = "" if variant_name == "AllTraffic" else variant_name
    return "-".join(filter(None, (endpoint_name, variant, *words)))
