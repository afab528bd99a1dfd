import doctest
import os

import pytest
from botocore.session import get_session

from local_sagemaker import instance_types
from local_sagemaker.instance_types import Size, has_local_storage, size_of

SHAPE = get_session().get_service_model("sagemaker").shape_for("ProductionVariantInstanceType")
TYPES = SHAPE.metadata["enum"]


def test_every_type_with_disks_of_its_own_is_known():
    families = {name.split(".")[1] for name in TYPES if has_local_storage(name)}
    assert families == {
        "c5d", "c6gd", "dl1", "g4dn", "g5", "g6", "g6e", "g7", "g7e", "m5d", "m6gd", "p4d", "p4de", "p5", "p5e", "p5en",
        "p6-b200", "p6-b300", "p6e-gb200", "r5d", "r6gd", "r7gd", "trn1", "trn1n", "trn2",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["", "local", "ml.m5.large", "ml.c7i.large"])
def test_others_have_a_volume(name):
    assert not has_local_storage(name)


def test_an_instance_has_the_cores_and_the_memory_of_its_type():
    assert size_of("ml.c5.4xlarge") == Size(16, 32 << 30)
    assert size_of("ml.t3.medium") == Size(2, 4 << 30)


def test_an_unknown_type_is_taken_for_this_machine():
    assert size_of("ml.unknown.large").cores == os.cpu_count()


def test_examples():
    assert doctest.testmod(instance_types).failed == 0
