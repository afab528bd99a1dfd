import pytest
from botocore.session import get_session
from moto.ec2.models.instance_types import INSTANCE_TYPES

from constructs_lib.instance_types import LOCAL_STORAGE_FAMILIES, architecture_of, has_local_storage, vcpus_of

SHAPE = get_session().get_service_model("sagemaker").shape_for("ProductionVariantInstanceType")
FAMILIES = sorted({name.split(".")[1] for name in SHAPE.metadata["enum"]})


def test_the_graviton_families_that_sagemaker_hosts_on_are_arm64():
    arm64 = {family for family in FAMILIES if architecture_of(f"ml.{family}.xlarge") == "arm64"}
    assert arm64 >= {"c6g", "c6gd", "c6gn", "c7g", "c8g", "m6g", "m6gd", "m8g", "r6g", "r6gd", "r7gd", "r8g"}
    assert not arm64 & {"c5", "c6i", "g4dn", "g5", "g6", "g6e", "m5", "m7i", "p4d", "r7i", "t2", "trn1"}


def test_the_families_with_disks_of_their_own_take_no_key():
    local = [family for family in FAMILIES if has_local_storage(f"ml.{family}.xlarge")]
    assert sorted(LOCAL_STORAGE_FAMILIES) == local
    without = {"c4", "c5", "c6g", "c6i", "c7g", "inf1", "inf2", "m4", "m5", "m7i", "p2", "p3", "r5", "t2"}
    assert not without & set(local)


@pytest.mark.parametrize("instance_type", ["ml.c9gd.large", "ml.m7id.large", "ml.r6idn.large"])
def test_families_of_later_years_are_known_by_their_letters(instance_type):
    assert has_local_storage(instance_type)


def test_every_type_that_sagemaker_hosts_on_has_the_vcpus_that_ec2_says():
    listed = {name: INSTANCE_TYPES.get(name.removeprefix("ml.")) for name in SHAPE.metadata["enum"]}
    known = {name: found["VCpuInfo"]["DefaultVCpus"] for name, found in listed.items() if found}
    assert len(known) > 250
    assert {name: vcpus_of(name) for name in known} == known
    assert None not in {vcpus_of(name) for name in listed}
