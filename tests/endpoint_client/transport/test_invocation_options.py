import doctest

import pytest

from endpoint_client import ConfigurationError
from endpoint_client.transport import invocation_options
from endpoint_client.transport.invocation_options import method_attribute


def test_only_what_is_given_is_sent():
    assert invocation_options.invocation_options(None, None, None) == {}
    assert invocation_options.invocation_options(None, "A", "paris.tar.gz") == {
        "TargetVariant": "A",
        "TargetModel": "paris.tar.gz",
    }
    assert method_attribute("transform") == {"CustomAttributes": "method=transform"}


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(ConfigurationError, match="is not a method's name"):
        method_attribute("pre dict")
    with pytest.raises(ConfigurationError, match="cannot reach the model"):
        invocation_options.invocation_options("predict_proba", None, "paris.tar.gz")


def test_the_example_runs():
    assert doctest.testmod(invocation_options).failed == 0


@pytest.mark.parametrize("name", ["target_variant", "target_model"])
@pytest.mark.parametrize("value", [5, b"A", "a\r\nX-Evil: 1", ["A"]])
def test_a_target_is_a_text_of_one_line(name, value):
    targets = {"target_variant": None, "target_model": None, name: value}
    with pytest.raises(ConfigurationError, match=f"^{name}=.* is no text of one line, for example"):
        invocation_options.invocation_options(None, **targets)
