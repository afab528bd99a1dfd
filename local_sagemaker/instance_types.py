"""What an instance type's name says of its disks, cores and memory."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import NamedTuple


def has_local_storage(instance_type: str) -> bool:
    """Tell whether instances of a type such as ``ml.g5.xlarge`` bring disks of their own, in place of an EBS volume.

    Source: EC2's list of instance store volumes, of the families that SageMaker runs.

    Example
    -------
    >>> has_local_storage("ml.m5d.large"), has_local_storage("ml.m5.large")
    (True, False)
    """
    return _LOCAL_STORAGE.match(instance_type) is not None


_LOCAL_STORAGE = re.compile(r"ml\.(?:[cmr]\d\w*d\w*|dl1|g\d\w*|p3dn|p[4-6][\w-]*|trn\w+)\.")


class Size(NamedTuple):
    """What an instance has: virtual cores, and bytes of memory."""

    cores: int
    memory: int


@lru_cache
def size_of(instance_type: str) -> Size:
    """Give what instances of a type such as ``ml.m5.xlarge`` have: as EC2's of the same name, as moto lists them.

    Of a type that moto does not know, this machine's cores and memory stand for the instance's.

    Example
    -------
    >>> size_of("ml.m5.xlarge")
    Size(cores=4, memory=17179869184)
    """
    # Its list of types takes a second to load.
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    known = INSTANCE_TYPES.get(instance_type.removeprefix("ml."))
    if known is None:
        return Size(os.cpu_count() or 1, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return Size(int(known["VCpuInfo"]["DefaultVCpus"]), int(known["MemoryInfo"]["SizeInMiB"]) << 20)
