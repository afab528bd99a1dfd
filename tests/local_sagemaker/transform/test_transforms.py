"""Transform jobs over boto3 and HTTP: real containers of the real runtime."""

import gzip
import json
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from tests.local_sagemaker.cloud import BUCKET
from tests.local_sagemaker.transform.transform_cloud import TransformCloud, running_transform_cloud, transform_rights

ROWS = b"1,2\n3,4\n5,6\n"
SUMS = [b"21.0", b"43.0", b"65.0"]


@pytest.fixture(scope="module")
def cloud() -> Iterator[TransformCloud]:
    with running_transform_cloud() as cloud:
        yield cloud


def test_every_object_below_the_prefix_has_its_output_in_the_same_folder(cloud):
    uri = cloud.put(ROWS, "in/a.csv").removesuffix("a.csv")
    cloud.put(b"7,8", "in/may/b.csv")
    described = cloud.transform(uri)
    assert described["TransformJobStatus"] == "Completed", described.get("FailureReason")
    assert cloud.output(described, "a.csv").split() == SUMS
    assert cloud.output(described, "may/b.csv").split() == [b"87.0"]
    assert described["TransformStartTime"] <= described["TransformEndTime"]
    assert cloud.data_log(described["TransformJobName"]) == [
        "MaxConcurrentTransforms=1, MaxPayloadInMB=100, BatchStrategy=MULTI_RECORD"
    ]
    summaries = cloud.sagemaker.list_transform_jobs(StatusEquals="Completed")["TransformJobSummaries"]
    assert described["TransformJobName"] in [one["TransformJobName"] for one in summaries]


@pytest.mark.parametrize("strategy", ["SingleRecord", "MultiRecord"])
def test_ids_are_kept_out_of_the_model_and_stand_beside_the_predictions(cloud, strategy):
    uri = cloud.put(b'"a, b",1,2\nc,3,4\n', "joined/rows.csv")
    described = cloud.transform(
        uri,
        processing={"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"},
        BatchStrategy=strategy,
        MaxConcurrentTransforms=2,
        MaxPayloadInMB=1,
    )
    assert cloud.output(described, "rows.csv") == b'"a, b",21.0\nc,43.0\n'


def test_json_lines_are_joined_by_name(cloud):
    lines = [{"id": 1, "features": [1, 2]}, {"id": 2, "features": [3, 4]}]
    uri = cloud.put("\n".join(map(json.dumps, lines)).encode(), "lines/a.jsonl")
    described = cloud.transform(
        uri,
        content_type="application/jsonlines",
        accept="application/jsonlines",
        processing={
            "InputFilter": "$.features",
            "JoinSource": "Input",
            "OutputFilter": "$['id','SageMakerOutput']",
        },
    )
    assert [json.loads(line) for line in cloud.output(described, "a.jsonl").splitlines()] == [
        {"id": 1, "SageMakerOutput": 21.0},
        {"id": 2, "SageMakerOutput": 43.0},
    ]


def test_a_whole_object_is_one_request_without_a_split_and_may_be_compressed(cloud):
    uri = cloud.put(gzip.compress(b"[[1, 2], [3, 4]]"), "whole/a.json.gz")
    described = cloud.transform(
        uri,
        content_type="application/json",
        accept="application/json",
        data={"SplitType": "None", "CompressionType": "Gzip"},
        output={"AssembleWith": "None"},
    )
    assert json.loads(cloud.output(described, "a.json.gz")) == [21.0, 43.0]


def test_a_manifest_names_the_objects(cloud):
    cloud.put(ROWS, "listed/a.csv")
    cloud.put(b"broken", "listed/b.csv")
    manifest = cloud.put(json.dumps([{"prefix": f"s3://{BUCKET}/listed/"}, "a.csv"]).encode(), "manifest.json")
    source = {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": manifest}}
    described = cloud.transform(manifest, data={"DataSource": source})
    assert cloud.output(described, "a.csv").split() == SUMS


def test_several_instances_share_the_objects(cloud):
    for number in range(4):
        cloud.put(b"%d,0\n" % number, f"shared/{number}.csv")
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2}
    described = cloud.transform(f"s3://{BUCKET}/shared", TransformResources=resources)
    for number in range(4):
        assert cloud.output(described, f"{number}.csv") == b"%d.0\n" % number


def test_one_bad_object_fails_the_job_with_its_record_and_the_others_are_written(cloud):
    uri = cloud.put(b"1,2\n3,4\nfive,6\n", "bad/b.csv").removesuffix("b.csv")
    cloud.put(ROWS, "bad/a.csv")
    cloud.put(ROWS, "bad/c.csv")
    described = cloud.transform(uri, BatchStrategy="SingleRecord")
    assert described["TransformJobStatus"] == "Failed"
    reason = described["FailureReason"]
    assert reason.startswith(f"ClientError: See job logs for more information (s3://{BUCKET}/bad/b.csv: record 3: Bad")
    assert "five" in reason
    prefix = described["TransformOutput"]["S3OutputPath"].removeprefix(f"s3://{BUCKET}/")
    assert cloud.keys(prefix) == [f"{prefix}a.csv.out", f"{prefix}c.csv.out"]
    name = described["TransformJobName"]
    assert any(
        line.startswith(f"{BUCKET}/bad/b.csv: record 3: Bad HTTP status received from algorithm: 400")
        for line in cloud.data_log(name)
    )


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (
            b"1,2\n" + b"3," + b"4" * 1_100_000,
            {"MaxPayloadInMB": 1},
            "record 2 has 1,100,002 bytes, and MaxPayload",
        ),
        (b"1,2\n", {"data": {"CompressionType": "Gzip"}}, "the object is no gzip file, as CompressionType says"),
        (b"1,2\n", {"content_type": "image/png"}, "Bad HTTP status received from algorithm: 415"),
        (b"1,2\n", {"content_type": "application/json"}, "Bad HTTP status received from algorithm: 400"),
        (
            b'{"a": 1}\n{"b": 2}',
            {"content_type": "application/jsonlines", "processing": {"InputFilter": "$.a"}},
            "record 2: the filter '$.a' finds nothing in it",
        ),
        (
            b"[1, 2]\n[3",
            {"content_type": "application/jsonlines", "processing": {"InputFilter": "$[0:]"}},
            "record 2: it is no JSON",
        ),
        (
            b"1,2\n3,4\n",
            {"accept": "application/json", "processing": {"JoinSource": "Input"}},
            "records 1 to 2: Fail to join data: mismatched line counts between the input (2) and the output (1)",
        ),
    ],
)
def test_what_is_wrong_with_the_data_is_told_with_the_record(cloud, content, options, reason):
    described = cloud.transform(cloud.put(content, "wrong/a"), **options)
    assert described["TransformJobStatus"] == "Failed"
    assert reason in described["FailureReason"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"MaxPayloadInMB": 101}, "MaxPayloadInMB must be at most 100, and is 101."),
        (
            {"MaxPayloadInMB": 20, "MaxConcurrentTransforms": 6},
            "MaxConcurrentTransforms * MaxPayloadInMB must be at most 100 MB, and is 6 * 20 = 120.",
        ),
        (
            {"data": {"SplitType": "RecordIO"}},
            "SplitType RecordIO is not emulated by the local cloud: use None or",
        ),
        ({"DataCaptureConfig": {"DestinationS3Uri": "s3://a/b"}}, "DataCaptureConfig is not emulated"),
        ({"processing": {"InputFilter": "$[?(@.a)]"}}, "InputFilter '$[?(@.a)]' is not a JSONPath of the operators"),
        (
            {"processing": {"JoinSource": "Input"}, "content_type": "application/x-npy"},
            "DataProcessing needs the ContentType text/csv, application/json, application/jsonlines, and Transform",
        ),
        ({"output": {"S3OutputPath": "https://example.com/a"}}, "TransformOutput.S3OutputPath: "),
        ({"ModelName": "nobody"}, 'Could not find model "arn:'),
    ],
)
def test_what_cannot_be_run_is_refused(cloud, options, reason):
    with pytest.raises(ClientError) as refused:
        cloud.start(f"s3://{BUCKET}/in/", **options)
    assert reason in str(refused.value)


def test_a_name_is_used_once(cloud):
    name = cloud.start(cloud.put(ROWS, "once/a.csv"))
    with pytest.raises(ClientError, match="Job name must be unique within an AWS account and region, and a job with"):
        cloud.start(f"s3://{BUCKET}/once/a.csv", TransformJobName=name)
    cloud.ended(name)
    with pytest.raises(ClientError, match="Could not find requested job with name: nobody"):
        cloud.sagemaker.describe_transform_job(TransformJobName="nobody")


def test_models_that_batch_transform_cannot_run_are_refused(cloud):
    many = {"Mode": "MultiModel", "ModelDataUrl": f"s3://{BUCKET}/many/"}
    cloud.put(b"", "plain/model.joblib")
    source = {"S3Uri": f"s3://{BUCKET}/plain/", "S3DataType": "S3Prefix", "CompressionType": "None"}
    for definition, reason in (
        (many, "is a multi-model container, which batch transform does not support"),
        ({"ModelDataSource": {"S3DataSource": source}}, "has uncompressed model data"),
    ):
        image = cloud.sagemaker.describe_model(ModelName=cloud.model)["PrimaryContainer"]["Image"]
        role = cloud.sagemaker.describe_model(ModelName=cloud.model)["ExecutionRoleArn"]
        model = cloud.cloud.make_model(None, PrimaryContainer={"Image": image, **definition}, ExecutionRoleArn=role)
        with pytest.raises(ClientError, match=reason):
            cloud.start(f"s3://{BUCKET}/in/", ModelName=model)


def test_a_stopped_job_writes_nothing_more(cloud):
    uri = cloud.put(b"1,2\n" * 200_000, "long/a.csv")
    name = cloud.start(uri, BatchStrategy="SingleRecord")
    cloud.sagemaker.stop_transform_job(TransformJobName=name)
    described = cloud.ended(name)
    assert described["TransformJobStatus"] == "Stopped"
    assert cloud.keys(described["TransformOutput"]["S3OutputPath"].removeprefix(f"s3://{BUCKET}/")) == []
    with pytest.raises(ClientError, match="transform job is in status Stopped"):
        cloud.sagemaker.stop_transform_job(TransformJobName=name)


@pytest.mark.parametrize("action", ["s3:ListBucket", "s3:GetObject", "s3:PutObject", "logs:PutLogEvents"])
def test_a_role_that_lacks_a_right_fails_the_job(cloud, action):
    uri = cloud.put(ROWS, "rights/a.csv")
    model = cloud.sagemaker.describe_model(ModelName=cloud.model)
    statements = [one for one in transform_rights() if one["Action"] != action]
    if action == "s3:GetObject":
        statements.append(
            {
                **transform_rights()[0],
                "Action": action,
                "Resource": model["PrimaryContainer"]["ModelDataUrl"].replace("s3://", "arn:aws:s3:::"),
            }
        )
    role = cloud.cloud.make_role(statements)
    name = cloud.cloud.make_model(None, PrimaryContainer=model["PrimaryContainer"], ExecutionRoleArn=role)
    described = cloud.transform(uri, ModelName=name)
    assert described["TransformJobStatus"] == "Failed"
    assert f"is not authorized to perform: {action}" in described["FailureReason"]


def test_what_the_container_says_of_itself_is_followed_where_nothing_is_asked_for(cloud):
    uri = cloud.put(ROWS, "told/a.csv")
    described = cloud.transform(uri, Environment={"SAGEMAKER_MODEL_SERVER_WORKERS": "2"})
    assert (
        cloud.data_log(described["TransformJobName"])[0]
        == "MaxConcurrentTransforms=2, MaxPayloadInMB=50, BatchStrategy=MULTI_RECORD"
    )
    assert cloud.output(described, "a.csv").split() == SUMS


def test_tags_are_listed(cloud):
    uri = cloud.put(ROWS, "tagged/a.csv")
    described = cloud.transform(uri, Tags=[{"Key": "team", "Value": "churn"}])
    found = cloud.sagemaker.list_tags(ResourceArn=described["TransformJobArn"])["Tags"]
    assert found == [{"Key": "team", "Value": "churn"}]
