"""The errors say what AWS says, and belong to one family."""

import inspect

import pytest

from local_sagemaker import data_plane_errors as module
from local_sagemaker.data_plane_errors import AccessDeniedError, DataPlaneError

ERRORS = [error for _, error in inspect.getmembers(module, inspect.isclass) if issubclass(error, Exception)]


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_is_in_the_tree_of_the_module(error):
    assert issubclass(error, DataPlaneError)
    assert error.__name__ in (module.__doc__ or "")


def test_a_refusal_names_who_what_and_where():
    error = AccessDeniedError("arn:aws:iam::1:user/ada", "s3:GetObject", "arn:aws:s3:::a/b", notes=("a note",))
    assert str(error) == (
        "AccessDenied: User: arn:aws:iam::1:user/ada is not authorized to perform: s3:GetObject on resource: "
        '"arn:aws:s3:::a/b" because no identity-based policy allows the s3:GetObject action; a note'
    )
    assert str(error.during("While reading.")).startswith("While reading. AccessDenied: User: ")


def test_an_explicit_deny_is_told_apart():
    error = AccessDeniedError("arn:aws:iam::1:user/ada", "s3:GetObject", "*", denied=True)
    assert error.statement.endswith('on resource: "*" with an explicit deny in an identity-based policy')
