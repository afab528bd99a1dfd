"""What botocore's models of the services say about their operations."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import botocore.session


@cache
def _model(service: str) -> Any:
    """Read a service's model, which takes a tenth of a second for SageMaker; None where there is no such service."""
    session = botocore.session.get_session()
    return session.get_service_model(service) if service in session.get_available_services() else None


@lru_cache(maxsize=256)
def _input_shape(service: str, operation: str) -> Any:
    model = _model(service)
    if model is None or operation not in model.operation_names:
        return None
    return model.operation_model(operation).input_shape or ()


def has_operation(service: str, operation: str) -> bool:
    """Say whether a service has an operation, such as ``sagemaker`` and ``CreateTrainingJob``."""
    return _input_shape(service, operation) is not None


def input_fields(service: str, operation: str) -> set[str] | None:
    """List the fields that an operation takes; None where there is none of that name."""
    shape = _input_shape(service, operation)
    return None if shape is None else set(shape.members) if shape else set()


def required_fields(service: str, operation: str) -> list[str]:
    """List the fields that an operation must be given."""
    shape = _input_shape(service, operation)
    return list(shape.required_members) if shape else []


def blob_fields(service: str, operation: str) -> set[str]:
    """List the fields of an operation that hold bytes."""
    shape = _input_shape(service, operation)
    return {name for name, field in shape.members.items() if field.type_name == "blob"} if shape else set()
