"""Where moto does otherwise than AWS: one module a mend, each with the test that shows what it mends."""

from __future__ import annotations

from local_sagemaker.moto_mends import (
    alarms,
    auto_delete_objects,
    aws_managed_policies,
    bucket_policies,
    cloudtrail_events,
    ec2_networks,
    endpoint_configs,
    event_rules,
    iam_managed_policies,
    iam_roles,
    instance_types,
    kms_keys,
    lambda_functions,
    log_groups,
    resource_names,
    s3_buckets,
    sagemaker_models,
    scaling,
    stack_output_function,
    stack_parameters,
    topic_policies,
)

__all__ = ["MENDS", "apply_all"]

MENDS = (
    alarms,
    auto_delete_objects,
    aws_managed_policies,
    bucket_policies,
    cloudtrail_events,
    ec2_networks,
    endpoint_configs,
    event_rules,
    iam_managed_policies,
    iam_roles,
    instance_types,
    kms_keys,
    lambda_functions,
    log_groups,
    resource_names,
    s3_buckets,
    sagemaker_models,
    scaling,
    stack_output_function,
    stack_parameters,
    topic_policies,
)


def apply_all() -> None:
    """Apply every mend; calling it again changes nothing."""
    for mend in MENDS:
        mend.apply()
