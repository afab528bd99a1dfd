"""Models and output data are uploaded where AWS puts them."""

import pytest

from tests.local_sagemaker.cloud import BUCKET, allow
from tests.local_sagemaker.training.job_cloud import job_rights

WRITE_BOTH = """
import os
for place in ("SM_MODEL_DIR", "SM_OUTPUT_DATA_DIR"):
    os.makedirs(os.path.join(os.environ[place], "deep"))
    for name in ("a.txt", "deep/b.txt"):
        open(os.path.join(os.environ[place], name), "w").write(place)
"""


def test_model_and_output_data_are_archives_beside_each_other(cloud):
    described = cloud.train(WRITE_BOTH, TrainingJobName="both")
    assert described["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{BUCKET}/out/both/output/model.tar.gz"
    assert cloud.keys("out/both/") == ["out/both/output/model.tar.gz", "out/both/output/output.tar.gz"]
    assert cloud.unpacked("out/both/output/model.tar.gz") == {"a.txt": b"SM_MODEL_DIR", "deep/b.txt": b"SM_MODEL_DIR"}
    assert set(cloud.unpacked("out/both/output/output.tar.gz")) == {"a.txt", "deep/b.txt"}


def test_a_model_that_is_not_compressed_is_a_prefix(cloud):
    described = cloud.train(WRITE_BOTH, TrainingJobName="flat", output={"CompressionType": "NONE"})
    assert described["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{BUCKET}/out/flat/output/model/"
    assert cloud.keys("out/flat/") == [
        "out/flat/output/model/a.txt",
        "out/flat/output/model/deep/b.txt",
        "out/flat/output/output.tar.gz",
    ]


def test_of_a_script_that_writes_nothing_nothing_is_uploaded_and_the_log_says_so(cloud):
    described = cloud.train("print('nothing')", TrainingJobName="empty")
    assert described["TrainingJobStatus"] == "Completed"
    # As AWS has it, the address is described all the same.
    assert described["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{BUCKET}/out/empty/output/model.tar.gz"
    assert cloud.keys("out/empty/") == []
    last = cloud.lines("empty")[-1]
    assert last.startswith("local cloud: WARNING: no model was uploaded: the script wrote nothing to SM_MODEL_DIR")


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (f"s3://{BUCKET}/out/deep/", "out/deep/slash/output/model.tar.gz"),
        (f"s3://{BUCKET}", "slash/output/model.tar.gz"),
        (f"https://{BUCKET}.s3.us-east-1.amazonaws.com/out/web", "out/web/slash/output/model.tar.gz"),
    ],
)
def test_every_form_of_an_output_path_is_understood(cloud, path, key):
    role = cloud.cloud.make_role([*job_rights(), allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/*")])
    described = cloud.train(WRITE_BOTH, TrainingJobName="slash", RoleArn=role, output={"S3OutputPath": path})
    cloud.sagemaker.delete_training_job(TrainingJobName="slash")
    assert described["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{BUCKET}/{key}"
    assert "a.txt" in cloud.unpacked(key)


def test_outputs_are_encrypted_with_the_key_that_was_asked_for(cloud):
    key = cloud.cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    output = {"KmsKeyId": key}
    reason = cloud.train(WRITE_BOTH, output=output)["FailureReason"]
    assert reason.startswith("ClientError: Artifact upload failed:Error 7: AccessDenied: ")
    assert f'kms:GenerateDataKey on resource: "{key}"' in reason
    role = cloud.cloud.make_role([*job_rights(), allow("kms:GenerateDataKey", key)])
    name = cloud.train(WRITE_BOTH, RoleArn=role, output=output)["TrainingJobName"]
    head = cloud.cloud.s3.head_object(Bucket=BUCKET, Key=f"out/{name}/output/model.tar.gz")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


def test_a_bucket_that_is_not_there_fails_the_upload(cloud):
    role = cloud.cloud.make_role([*job_rights(), allow("s3:PutObject", "arn:aws:s3:::absent/*")])
    described = cloud.train(WRITE_BOTH, RoleArn=role, output={"S3OutputPath": "s3://absent/out"})
    assert "Artifact upload failed" in described["FailureReason"]
    assert "the bucket does not exist" in described["FailureReason"]
