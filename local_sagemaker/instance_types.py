"""What an instance type's name says of its disks."""

from __future__ import annotations

import re


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
