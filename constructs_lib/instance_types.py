"""What an instance type's name says: processor architecture, vCPUs, and whether it has disks of its own."""

from __future__ import annotations

import re

from constructs_lib.image_table import ARM64, X86_64


def architecture_of(instance_type: str) -> str:
    """Return the processor architecture, ``x86_64`` or ``arm64``, of an instance type such as ``ml.c7g.large``.

    A ``g`` right after the generation means AWS Graviton (c6g, m8gd, r7g, ...).
    """
    family = _family(instance_type)
    return ARM64 if family in _ARM64_FAMILIES or re.match(r"[a-z]+\d+g", family) else X86_64


def has_local_storage(instance_type: str) -> bool:
    """Tell whether the instance keeps its data on NVMe disks of its own, for which there is neither KMS key nor volume.

    Source: EC2's list of instance store volumes, restricted to the families that SageMaker hosts on; the SageMaker
    Python SDK gives neither a key nor a volume size for them. A ``d`` after the generation of a general, compute or
    memory family (c5d, m6gd, r7gd, ...) means such disks in families of later years, too.
    """
    family = _family(instance_type)
    return family in LOCAL_STORAGE_FAMILIES or re.match(r"[cmr]\d+[a-z]*d", family) is not None


def vcpus_of(instance_type: str) -> int | None:
    """Return how many vCPUs an instance type has; None where its size is not one that is known.

    EC2's sizes say it: ``large`` has 2, ``xlarge`` 4 and each multiple of it as many times 4.

    Example
    -------
    >>> vcpus_of("ml.m5.large"), vcpus_of("ml.c5.9xlarge"), vcpus_of("ml.x9.huge")
    (2, 36, None)
    """
    family, _, size = instance_type.removeprefix("ml.").partition(".")
    if f"{family}.{size}" in _OTHER_VCPUS:
        return _OTHER_VCPUS[f"{family}.{size}"]
    if multiple := re.fullmatch(r"(\d*)xlarge", size):
        return 4 * int(multiple[1] or 1)
    return {"medium": 2 if family in _BURSTABLE_FAMILIES else 1, "large": 2}.get(size)


def _family(instance_type: str) -> str:
    return instance_type.removeprefix("ml.").split(".")[0]


_BURSTABLE_FAMILIES = ("t2", "t3")
_OTHER_VCPUS = {"c4.8xlarge": 36, "p6e-gb200.36xlarge": 144}
_ARM64_FAMILIES = frozenset({"p6e-gb200"})
# Those with disks of their own that endpoints run on.
LOCAL_STORAGE_FAMILIES = (
    "c5d", "c6gd", "dl1", "g4dn", "g5", "g6", "g6e", "g7", "g7e", "m5d", "m6gd", "p4d", "p4de", "p5", "p5e", "p5en",
    "p6-b200", "p6-b300", "p6e-gb200", "r5d", "r6gd", "r7gd", "trn1", "trn1n", "trn2",
)  # fmt: skip
