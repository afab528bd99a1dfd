"""CloudFormation's words."""

import pytest
from moto.sagemaker.exceptions import ValidationError
from moto.ssm.exceptions import ParameterAlreadyExists

from local_sagemaker.cloudformation.stack_events import failed_resources, handler_message


@pytest.mark.parametrize(
    ("error", "text", "code"),
    [
        (RuntimeError("the container exited"), "the container exited", "GeneralServiceException"),
        (ValidationError(message="Could not find model"), "Could not find model", "InvalidRequest"),
        (ParameterAlreadyExists(), "The parameter already exists.", "AlreadyExists"),
        (KeyError(), "KeyError", "GeneralServiceException"),
    ],
)
def test_a_failure_is_worded_with_its_text_and_a_code(error, text, code):
    message = handler_message(error)
    assert message.startswith(f'Resource handler returned message: "{text}')
    assert message.endswith(f"HandlerErrorCode: {code})")


def test_failed_resources_are_listed():
    assert failed_resources("create", ["A", "B"]) == "The following resource(s) failed to create: [A, B]."
