"""The end of a stack."""

from moto.s3.models import s3_backends

from local_sagemaker.app import ACCOUNT_ID
from local_sagemaker.cloudformation.stack_state import state_of

PARAMETER = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}}
BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "full"}}


def statuses(stack):
    return [(event.logical_resource_id, event.resource_status) for event in stack.events]


def test_a_deleted_stack_is_gone_by_name_and_known_by_id(stacks):
    stack = stacks.deploy("values", {"A": PARAMETER, "B": {**PARAMETER, "DependsOn": "A"}})
    stacks.delete(stack)
    assert statuses(stack)[-6:] == [
        ("values", "DELETE_IN_PROGRESS"),
        ("B", "DELETE_IN_PROGRESS"),
        ("B", "DELETE_COMPLETE"),
        ("A", "DELETE_IN_PROGRESS"),
        ("A", "DELETE_COMPLETE"),
        ("values", "DELETE_COMPLETE"),
    ]
    assert stack.stack_id not in stacks.backend.stacks
    assert stacks.backend.get_stack(stack.stack_id) is stack


def test_what_cannot_be_deleted_stays_in_the_stack_until_it_can(stacks):
    stack = stacks.deploy("store", {"Bucket": BUCKET, "A": PARAMETER})
    s3 = s3_backends[ACCOUNT_ID]["aws"]
    s3.put_object("full", "key", b"value")
    stacks.delete(stack)
    assert stack.status == "DELETE_FAILED"
    assert stack.status_reason == "The following resource(s) failed to delete: [Bucket]."
    assert list(state_of(stack).resources) == ["Bucket"]
    failure = next(event for event in stack.events if event.resource_status == "DELETE_FAILED")
    assert '"The bucket you tried to delete is not empty"' in failure.resource_status_reason
    s3.delete_object("full", "key")
    stacks.delete(stack)
    assert stack.status == "DELETE_COMPLETE"


def test_a_resource_that_is_gone_already_counts_as_deleted(stacks):
    stack = stacks.deploy("store", {"Bucket": BUCKET})
    s3_backends[ACCOUNT_ID]["aws"].delete_bucket("full")
    stacks.delete(stack)
    assert stack.status == "DELETE_COMPLETE"


def test_a_retained_resource_outlives_its_stack(stacks):
    stack = stacks.deploy("store", {"Bucket": {**BUCKET, "DeletionPolicy": "Retain"}})
    stacks.delete(stack)
    assert ("Bucket", "DELETE_SKIPPED") in statuses(stack)
    assert "full" in s3_backends[ACCOUNT_ID]["aws"].buckets
