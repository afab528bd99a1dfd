"""The instance types are today's."""

from typing import Any

import pytest
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpointConfig


def validate(instance_type):
    config: Any = None
    FakeEndpointConfig.validate_instance_type(config, instance_type)


def refused(instance_type):
    try:
        validate(instance_type)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("instance_type", ["ml.m7i.large", "ml.c7g.xlarge", "ml.m6gd.large"])
def test_a_type_of_today_is_taken(mended, instance_type):
    assert refused(instance_type) is not mended


def test_a_type_that_does_not_exist_is_refused_in_awss_words(mended):
    with pytest.raises(ValidationError) as caught:
        validate("ml.nonsense")
    assert ("Value 'ml.nonsense' at 'productionVariants.1.member.instanceType'" in caught.value.message) is mended
    assert "Member must satisfy enum value set" in caught.value.message
