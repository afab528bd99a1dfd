import gc
import json
import tarfile
import tempfile
from pathlib import Path

import aws_cdk as cdk
import pytest
import sklearn
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Annotations, Match

from constructs_lib import ModelData, ModelDataError
from constructs_lib.archive import ArchiveFile, list_files
from constructs_lib.digest import model_digest

DIGEST = "0123456789abcdef" * 4


@pytest.fixture
def code(tmp_path: Path) -> list[ArchiveFile]:
    (tmp_path / "inference.py").write_text("hooks", encoding="utf-8")
    return [ArchiveFile(name="inference.py", source=tmp_path / "inference.py")]


def archives(stack: cdk.Stack) -> list[Path]:
    """The files that the stack's assets publish."""
    directory = Path(cdk.App.of(stack).outdir)  # type: ignore[union-attr]
    return sorted(directory.glob("asset.*.tar.gz"))


def names(archive: Path) -> list[str]:
    with tarfile.open(archive) as tar:
        return tar.getnames()


class TestFromDirectory:
    def test_digest_and_version_are_recorded(self, model_dir):
        data = ModelData.from_directory(model_dir)
        assert data.sha256 == model_digest(list_files(model_dir))
        assert data.sklearn_version == sklearn.__version__
        assert data.formats == {".joblib"}
        assert data.code_in_archive

    def test_a_given_version_stands_above_the_one_found(self, model_dir):
        assert ModelData.from_directory(model_dir, sklearn_version="1.2.1").sklearn_version == "1.2.1"

    def test_a_version_that_is_none_is_refused(self, model_dir):
        with pytest.raises(
            ModelDataError, match=r"sklearn_version 'latest' is not a version; give one such as '1.9.0'"
        ):
            ModelData.from_directory(model_dir, sklearn_version="latest")

    def test_the_archive_holds_the_model_at_the_top_and_the_code_below(self, stack, model_dir, code):
        bound = ModelData.from_directory(model_dir).bind(stack, code)
        (archive,) = archives(stack)
        assert names(archive) == ["code/inference.py", "model.joblib"]
        assert str(stack.resolve(bound.archive_uri)).find("s3://cdk-hnb659fds-assets-") > 0
        assert (bound.prefix_uri, bound.code_uri) == (None, None)

    def test_the_role_may_read_exactly_the_asset(self, make_stack, model_dir, code):
        stack = make_stack(region="eu-west-1")
        (item,) = ModelData.from_directory(model_dir).bind(stack, code).objects
        key = archives(stack)[0].name.removeprefix("asset.").removesuffix(".tar.gz") + ".gz"
        arn = f"arn:aws:s3:::cdk-hnb659fds-assets-123456789012-eu-west-1/{key}"
        assert stack.resolve(list(item.statements)) == [
            {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [arn]}
        ]

    def test_the_policy_follows_model_and_code(self, make_stack, model_dir, code):
        data = ModelData.from_directory(model_dir)
        first, again, other = (
            data.bind(make_stack(name), files).objects[0].policy_id
            for name, files in {"A": code, "B": code, "C": []}.items()
        )
        assert first == again != other

    def test_the_key_of_the_bucket_may_be_used_through_s3_only(self, stack, model_dir, code):
        key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/abc")
        (item,) = ModelData.from_directory(model_dir, encryption_key=key).bind(stack, code).objects
        assert stack.resolve(item.statements[1]) == {
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": ["arn:aws:kms:eu-west-1:123456789012:key/abc"],
            "Condition": {
                "StringEquals": {
                    "kms:ViaService": {
                        "Fn::Join": ["", ["s3.", {"Ref": "AWS::Region"}, ".", {"Ref": "AWS::URLSuffix"}]]
                    }
                }
            },
        }

    def test_one_object_serves_stacks_in_several_environments(self, model_dir, code, tmp_path):
        app = cdk.App(outdir=str(tmp_path / "cdk.out"))
        data = ModelData.from_directory(model_dir)
        manifests = []
        for account, region in (("111111111111", "us-east-1"), ("222222222222", "eu-west-1")):
            stack = cdk.Stack(app, region, env=cdk.Environment(account=account, region=region))
            bound = data.bind(stack, code)
            assert str(stack.resolve(bound.archive_uri)).startswith(f"s3://cdk-hnb659fds-assets-{account}-{region}/")
            cdk.CfnOutput(stack, "Uri", value=bound.archive_uri or "")
            cdk.CfnResource(stack, "Topic", type="AWS::SNS::Topic")
            manifests.append(tmp_path / "cdk.out" / f"{region}.assets.json")
        app.synth()
        for manifest in manifests:
            keys = {
                target["objectKey"]
                for file in json.loads(manifest.read_text(encoding="utf-8"))["files"].values()
                for target in file["destinations"].values()
            }
            assert any(key.endswith(".gz") for key in keys)

    def test_a_folder_that_does_not_exist_is_refused(self, tmp_path):
        with pytest.raises(ModelDataError, match=r"model directory '.*nowhere' does not exist; train the model first"):
            ModelData.from_directory(tmp_path / "nowhere")

    def test_an_empty_folder_is_refused(self, tmp_path):
        with pytest.raises(ModelDataError, match=r"holds no file; save a model there, e.g. with joblib.dump"):
            ModelData.from_directory(tmp_path)

    def test_a_folder_named_code_is_refused(self, tmp_path):
        (tmp_path / "code").mkdir()
        (tmp_path / "code" / "inference.py").touch()
        with pytest.raises(ModelDataError, match=r"holds a folder 'code', where the serving code goes; move it out"):
            ModelData.from_directory(tmp_path)

    def test_an_archive_near_the_limit_of_the_command_line_is_warned_of(self, stack, model_dir, code, monkeypatch):
        monkeypatch.setattr("constructs_lib.bound_model_data._LARGE_ARCHIVE_BYTES", 100)
        ModelData.from_directory(model_dir).bind(stack, code)
        cdk.CfnResource(stack, "Topic", type="AWS::SNS::Topic")
        Annotations.from_stack(stack).has_warning(
            "*", Match.string_like_regexp("the archive has .* bytes.*constructs_lib copy")
        )


class TestFromFile:
    def test_a_single_file_keeps_its_name(self, stack, model_dir, code):
        data = ModelData.from_file(model_dir / "model.joblib")
        assert data.sha256 == ModelData.from_directory(model_dir).sha256
        data.bind(stack, code)
        assert names(archives(stack)[0]) == ["code/inference.py", "model.joblib"]

    def test_a_ready_archive_is_packaged_again_with_the_code(self, stack, model_dir, code, tmp_path):
        with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as tar:
            tar.add(model_dir / "model.joblib", "model.joblib")
        data = ModelData.from_file(tmp_path / "model.tar.gz")
        assert (data.sha256, data.sklearn_version) == (ModelData.from_directory(model_dir).sha256, sklearn.__version__)
        data.bind(stack, code)
        assert names(archives(stack)[0]) == ["code/inference.py", "model.joblib"]

    def test_what_was_unpacked_goes_with_the_object(self, model_dir, tmp_path, monkeypatch):
        with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as tar:
            tar.add(model_dir / "model.joblib", "model.joblib")
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        data = ModelData.from_file(tmp_path / "model.tar.gz")
        assert len(list(tmp_path.iterdir())) == 2
        del data
        gc.collect()
        assert len(list(tmp_path.iterdir())) == 1

    def test_a_ready_archive_without_a_model_is_a_problem(self, tmp_path):
        (tmp_path / "notes.txt").touch()
        with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as tar:
            tar.add(tmp_path / "notes.txt", "notes.txt")
        (problem,) = ModelData.from_file(tmp_path / "model.tar.gz").content_problems()
        assert "no model file in '" in problem
        assert "model.tar.gz', only notes.txt; keep exactly one of" in problem

    def test_a_file_that_does_not_exist_is_refused(self, tmp_path):
        with pytest.raises(ModelDataError, match=r"model file '.*m.joblib' does not exist; train the model first"):
            ModelData.from_file(tmp_path / "m.joblib")

    def test_a_file_of_another_kind_is_refused(self, tmp_path):
        (tmp_path / "model.onnx").touch()
        with pytest.raises(
            ModelDataError, match=r"model.onnx' has the suffix '.onnx'; save the model as one of .joblib"
        ):
            ModelData.from_file(tmp_path / "model.onnx")


class TestFromS3:
    def test_an_archive_stays_where_it_is_and_the_code_is_an_asset(self, stack, code):
        bound = ModelData.from_s3(f"s3://bucket/{DIGEST}/model.tar.gz").bind(stack, code)
        assert (bound.archive_uri, bound.prefix_uri) == (f"s3://bucket/{DIGEST}/model.tar.gz", None)
        assert names(archives(stack)[0]) == ["inference.py"]
        model, source = bound.objects
        assert stack.resolve(model.statements[0]["Resource"]) == [
            {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":s3:::bucket/{DIGEST}/model.tar.gz"]]}
        ]
        assert source.statements[0]["Action"] == ["s3:GetObject"]

    def test_a_prefix_may_be_listed_and_read(self, make_stack, code):
        stack = make_stack(region="eu-west-1")
        bound = ModelData.from_s3("s3://bucket/models/churn/").bind(stack, code)
        assert (bound.archive_uri, bound.prefix_uri) == (None, "s3://bucket/models/churn/")
        assert stack.resolve(list(bound.objects[0].statements)) == [
            {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::bucket/models/churn/*"]},
            {
                "Effect": "Allow",
                "Action": ["s3:ListBucket"],
                "Resource": ["arn:aws:s3:::bucket"],
                "Condition": {"StringLike": {"s3:prefix": ["models/churn/*"]}},
            },
        ]

    def test_the_bucket_may_be_made_by_the_same_stack(self, stack, code):
        bucket = s3.Bucket(stack, "Bucket")
        policy_ids: set[str] = set()
        for uri in (bucket.s3_url_for_object("m.tar.gz"), f"s3://{bucket.bucket_name}/m.tar.gz"):
            scope = cdk.Stack(cdk.App.of(stack), f"Other{len(policy_ids)}")
            policy_ids.add(ModelData.from_s3(uri).bind(scope, code).objects[0].policy_id)
            assert stack.resolve(uri)["Fn::Join"][1][1] == {"Ref": "Bucket83908E77"}
        assert len(policy_ids) == 1

    def test_a_new_version_under_the_same_key_is_seen(self, stack, code):
        ids = {
            ModelData.from_s3("s3://bucket/model.tar.gz", version=version, sha256=sha256)
            .bind(cdk.Stack(cdk.App.of(stack), f"Stack{number}"), code)
            .objects[0]
            .policy_id
            for number, (version, sha256) in enumerate([(None, None), ("1", None), ("2", None), (None, DIGEST)])
        }
        assert len(ids) == 4
        assert ModelData.from_s3("s3://bucket/model.tar.gz", version="2").revision == "2"

    def test_a_key_that_can_be_overwritten_is_warned_of(self, stack, code):
        ModelData.from_s3("s3://bucket/model.tar.gz").bind(stack, code)
        cdk.CfnResource(stack, "Topic", type="AWS::SNS::Topic")
        Annotations.from_stack(stack).has_warning(
            "*",
            Match.string_like_regexp(
                "SageMaker reads s3://bucket/model.tar.gz anew at every instance start.*"
                "python -m constructs_lib copy s3://bucket/model.tar.gz .*constructs_lib:mutable-model-data"
            ),
        )

    def test_the_warning_can_be_acknowledged(self, stack, code):
        cdk.Annotations.of(stack).acknowledge_warning(
            "constructs_lib:mutable-model-data", "written once by the pipeline"
        )
        ModelData.from_s3("s3://bucket/model.tar.gz").bind(stack, code)
        cdk.CfnResource(stack, "Topic", type="AWS::SNS::Topic")
        Annotations.from_stack(stack).has_no_warning("*", Match.string_like_regexp("anew"))

    def test_a_key_that_holds_a_digest_is_not_warned_of(self, stack, code):
        ModelData.from_s3(f"s3://bucket/{DIGEST}/model.tar.gz").bind(stack, code)
        cdk.CfnResource(stack, "Topic", type="AWS::SNS::Topic")
        Annotations.from_stack(stack).has_no_warning("*", Match.string_like_regexp("anew"))

    def test_what_is_in_it_is_not_known_at_synthesis(self):
        data = ModelData.from_s3("s3://bucket/model.tar.gz")
        assert data.formats == set()
        assert (data.content_problems(), data.sklearn_version, data.sha256) == ([], None, None)

    @pytest.mark.parametrize("uri", ["model.tar.gz", "s3://bucket", "s3://bucket/", "https://bucket/model.tar.gz"])
    def test_what_is_no_address_is_refused(self, uri):
        with pytest.raises(
            ModelDataError, match=f"model data '{uri}' is not the address of an object or a prefix; give"
        ):
            ModelData.from_s3(uri)

    def test_a_bare_model_file_is_refused(self):
        with pytest.raises(ModelDataError, match=r"'s3://bucket/m.joblib' is not a model.tar.gz; give the prefix"):
            ModelData.from_s3("s3://bucket/m.joblib")

    def test_a_digest_that_is_none_is_refused(self):
        with pytest.raises(ModelDataError, match="sha256 'abc' is not a digest; give 64 hexadecimal digits"):
            ModelData.from_s3("s3://bucket/model.tar.gz", sha256="abc")
