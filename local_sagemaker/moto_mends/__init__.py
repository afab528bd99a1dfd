"""Where moto does otherwise than AWS: one module a mend, each with the test that shows what it mends."""

from __future__ import annotations

from local_sagemaker.moto_mends import (
    alarm_requests,
    alarms,
    auto_delete_objects,
    aws_managed_policies,
    bucket_policies,
    cloudtrail_events,
    dashboards,
    ec2_networks,
    endpoint_configs,
    event_rules,
    iam_managed_policies,
    iam_policy_simulation,
    iam_roles,
    instance_types,
    kms_keys,
    lambda_functions,
    lambda_permissions,
    log_groups,
    metric_data,
    resource_names,
    s3_buckets,
    sagemaker_endpoints,
    sagemaker_lists,
    sagemaker_models,
    sagemaker_requests,
    sagemaker_tags,
    scaling,
    stack_output_function,
    stack_parameters,
    states_branches,
    states_choices,
    states_clock,
    states_endings,
    states_json_paths,
    states_nested,
    states_strings,
    states_waits,
    topic_policies,
)

__all__ = ["MENDS", "STATE_MACHINE_MENDS", "apply_all", "apply_to_state_machines"]

MENDS = (
    alarm_requests,
    alarms,
    auto_delete_objects,
    aws_managed_policies,
    bucket_policies,
    cloudtrail_events,
    dashboards,
    ec2_networks,
    endpoint_configs,
    event_rules,
    iam_managed_policies,
    iam_policy_simulation,
    iam_roles,
    instance_types,
    kms_keys,
    lambda_functions,
    lambda_permissions,
    log_groups,
    metric_data,
    resource_names,
    s3_buckets,
    sagemaker_endpoints,
    sagemaker_lists,
    sagemaker_models,
    sagemaker_requests,
    sagemaker_tags,
    scaling,
    stack_output_function,
    stack_parameters,
    topic_policies,
)


def apply_all() -> None:
    """Apply every mend; calling it again changes nothing."""
    for mend in MENDS:
        mend.apply()


# Of moto's engine for state machines, which takes a second to import: they are applied when it is first needed.
STATE_MACHINE_MENDS = (
    states_branches,
    states_choices,
    states_clock,
    states_endings,
    states_json_paths,
    states_nested,
    states_strings,
    states_waits,
)


def apply_to_state_machines() -> None:
    """Load moto's engine for state machines and apply its mends; calling it again changes nothing."""
    # All of it: a mend of what many modules import must find them.
    import moto.stepfunctions.parser.models  # noqa: F401

    for mend in STATE_MACHINE_MENDS:
        mend.apply()
