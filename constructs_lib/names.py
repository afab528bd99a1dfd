"""Rules for names: SageMaker's, and those of Systems Manager and CloudWatch."""

from __future__ import annotations

import re

from aws_cdk import Token


def name_problems(kind: str, name: str) -> list[str]:
    """Say why SageMaker would refuse the name of an endpoint or a variant; a token is not looked at."""
    if Token.is_unresolved(name) or re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name):
        return []
    return [f"{kind} {name!r} is not a name; use at most 63 letters, digits and hyphens, no hyphen at either end"]


def parameter_name_problems(name: str) -> list[str]:
    """Say why Systems Manager would refuse the name of a parameter; a token is not looked at."""
    if Token.is_unresolved(name) or re.fullmatch(r"/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*", name):
        return []
    return [f"parameter {name!r} is not a name; use letters, digits, '_', '.', '-' and '/', e.g. '/churn/model-data'"]


def dashboard_name_problems(name: str) -> list[str]:
    """Say why CloudWatch would refuse the name of a dashboard; a token is not looked at."""
    if Token.is_unresolved(name) or re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name):
        return []
    return [f"dashboard_name {name!r} is not a name; use at most 255 letters, digits, hyphens and underscores"]
