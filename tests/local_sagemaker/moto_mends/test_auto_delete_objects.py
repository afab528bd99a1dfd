"""Custom::S3AutoDeleteObjects empties its bucket."""

from moto.s3.models import s3_backends

from local_sagemaker.app import ACCOUNT_ID

RESOURCES = {
    "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "full"}},
    "Empty": {
        "Type": "Custom::S3AutoDeleteObjects",
        "Properties": {"ServiceToken": "x", "BucketName": {"Ref": "Bucket"}},
    },
}


def test_a_bucket_with_objects_goes_with_its_stack(stacks, mended):
    stack = stacks.deploy("store", RESOURCES)
    s3 = s3_backends[ACCOUNT_ID]["aws"]
    s3.put_object("full", "key", b"value")
    stacks.delete(stack)
    assert ("full" not in s3.buckets) is mended
