"""A job's name, account and region make its ARN."""

from local_sagemaker.training.job_identity import JobIdentity


def test_the_arn_names_partition_region_account_and_job():
    assert JobIdentity("job", "123456789012", "us-east-1").arn == (
        "arn:aws:sagemaker:us-east-1:123456789012:training-job/job"
    )
    assert JobIdentity("job", "123456789012", "cn-north-1").arn.startswith("arn:aws-cn:sagemaker:cn-north-1:")
