"""The command that copies model data under its digest, against moto's S3 over HTTP."""

import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from constructs_lib import ModelData
from constructs_lib.__main__ import main
from constructs_lib.copying import CopyFailed, copy_model_data
from constructs_lib.stored_model import StoredModel
from tests.local_sagemaker.cloud import BUCKET, Cloud, archive, running_cloud


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture
def s3(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in {"ENDPOINT_URL": cloud.url, "ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "y"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return cloud.s3


@pytest.fixture
def files(model_dir: Path, tmp_path: Path) -> Path:
    (tmp_path / "model" / "maps").mkdir(parents=True)
    (tmp_path / "model" / "model.joblib").write_bytes((model_dir / "model.joblib").read_bytes())
    (tmp_path / "model" / "maps" / "codes.txt").write_text("a b", encoding="utf-8")
    return tmp_path / "model"


def packed(folder: Path, *, code: bool = False) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        tar.add(folder, arcname=".")
        if code:
            tar.add(folder / "maps" / "codes.txt", arcname="code/hooks.py")
    return content.getvalue()


def linked() -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        link = tarfile.TarInfo("evil")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    return content.getvalue()


def keys(s3: Any, prefix: str) -> list[str]:
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return [item["Key"] for item in found]


def test_an_archive_is_copied_beside_itself_under_the_digest_of_its_files(s3, files, capsys):
    body = packed(files, code=True)
    s3.put_object(Bucket=BUCKET, Key="churn/model.tar.gz", Body=body)
    digest = ModelData.from_directory(files).sha256
    assert main(["copy", f"s3://{BUCKET}/churn/model.tar.gz"]) == 0
    copy = f"churn/{digest}/model.tar.gz"
    said = capsys.readouterr().out.strip()
    version = ModelData.from_directory(files).sklearn_version
    assert said == f'ModelData.from_s3("s3://{BUCKET}/{copy}", sha256="{digest}", sklearn_version="{version}")'
    assert s3.get_object(Bucket=BUCKET, Key=copy)["Body"].read() == body
    data = eval(said, {"ModelData": ModelData})
    assert data.sha256 == digest


def test_a_prefix_goes_elsewhere_with_all_that_is_below_it(s3, files):
    for path in files.rglob("*"):
        if path.is_file():
            s3.put_object(Bucket=BUCKET, Key=f"raw/v1/{path.relative_to(files)}", Body=path.read_bytes())
    copied = copy_model_data(f"s3://{BUCKET}/raw/v1/", to=f"s3://{BUCKET}/models/")
    assert copied.sha256 == ModelData.from_directory(files).sha256
    assert copied.uri == f"s3://{BUCKET}/models/{copied.sha256}/v1/"
    below = f"models/{copied.sha256}/v1"
    assert keys(s3, "models/") == [f"{below}/maps/codes.txt", f"{below}/model.joblib"]


def test_a_second_copy_writes_nothing(s3, files, capsys):
    s3.put_object(Bucket=BUCKET, Key="again/model.tar.gz", Body=packed(files))
    uri = f"s3://{BUCKET}/again/model.tar.gz"
    first, second = copy_model_data(uri), copy_model_data(uri)
    assert (first.was_there, second.was_there) == (False, True)
    assert first.uri == second.uri
    assert main(["copy", uri]) == 0
    assert capsys.readouterr().out.startswith("it was there already: ModelData.from_s3(")


def test_the_copy_is_encrypted_with_the_key_that_is_given(s3, cloud, files):
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    s3.put_object(Bucket=BUCKET, Key="secret/model.tar.gz", Body=packed(files))
    copied = copy_model_data(f"s3://{BUCKET}/secret/model.tar.gz", encryption_key=key)
    head = s3.head_object(Bucket=BUCKET, Key=copied.uri.partition(f"{BUCKET}/")[2])
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


def test_an_archive_of_several_gzip_members_is_read_to_its_end(s3, files):
    tar = gzip.decompress(packed(files))
    members = b"".join(gzip.compress(tar[start : start + 512]) for start in range(0, len(tar), 512))
    s3.put_object(Bucket=BUCKET, Key="members/model.tar.gz", Body=members)
    assert copy_model_data(f"s3://{BUCKET}/members/model.tar.gz").sha256 == ModelData.from_directory(files).sha256


def test_an_archive_with_another_sum_than_it_says_is_refused(s3, files):
    body = packed(files)
    s3.put_object(Bucket=BUCKET, Key="sum/model.tar.gz", Body=body[:-8] + b"0000" + body[-4:])
    with pytest.raises(CopyFailed, match="CRC check failed"):
        copy_model_data(f"s3://{BUCKET}/sum/model.tar.gz")


def test_a_model_that_does_not_say_its_version_leaves_it_out(s3, tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "weights.bin").write_bytes(b"0")
    s3.put_object(Bucket=BUCKET, Key="other/model.tar.gz", Body=packed(tmp_path / "m"))
    assert "sklearn_version" not in str(copy_model_data(f"s3://{BUCKET}/other/model.tar.gz"))


@pytest.mark.parametrize(
    ("uri", "options", "message"),
    [
        ("models/churn", {}, "'models/churn' is not an address in S3; give 's3://bucket/model.tar.gz'"),
        (f"s3://{BUCKET}/none.tar.gz", {}, "s3://models/none.tar.gz could not be copied: .*Not Found"),
        (f"s3://{BUCKET}/none/", {}, "there is no object below s3://models/none/; correct the prefix"),
        ("s3://no-such-bucket/model.tar.gz", {}, "could not be copied"),
        (f"s3://{BUCKET}/text.tar.gz", {}, "s3://models/text.tar.gz is not a whole model.tar.gz .*; pack it with"),
        (f"s3://{BUCKET}/cut.tar.gz", {}, "s3://models/cut.tar.gz is not a whole model.tar.gz .*; pack it with"),
        (f"s3://{BUCKET}/text.tar.gz", {"to": f"s3://{BUCKET}/x"}, "--to 's3://models/x' does not end in '/'"),
        (f"s3://{BUCKET}/raw/", {"to": f"s3://{BUCKET}/raw/copies/"}, "--to 's3://models/raw/copies/' lies below"),
        (f"s3://{BUCKET}/code.tar.gz", {}, "s3://models/code.tar.gz holds no file of a model; correct the address"),
        (f"s3://{BUCKET}/link.tar.gz", {}, "link.tar.gz has 'evil', which is a link or lies outside of the archive"),
    ],
)
def test_what_cannot_be_copied(s3, files, uri, options, message):
    s3.put_object(Bucket=BUCKET, Key="text.tar.gz", Body=b"text")
    s3.put_object(Bucket=BUCKET, Key="cut.tar.gz", Body=packed(files)[:-40])
    s3.put_object(Bucket=BUCKET, Key="code.tar.gz", Body=archive({"code/hooks.py": b""}))
    s3.put_object(Bucket=BUCKET, Key="link.tar.gz", Body=linked())
    with pytest.raises(CopyFailed, match=message):
        copy_model_data(uri, **options)


def test_an_object_that_changes_meanwhile_is_not_copied(s3, files, monkeypatch):
    uri = f"s3://{BUCKET}/moving/model.tar.gz"
    s3.put_object(Bucket=BUCKET, Key="moving/model.tar.gz", Body=packed(files))
    read = StoredModel.read

    def read_and_change(self: Any) -> Any:
        found = read(self)
        s3.put_object(Bucket=BUCKET, Key="moving/model.tar.gz", Body=b"another")
        return found

    monkeypatch.setattr(StoredModel, "read", read_and_change)
    with pytest.raises(CopyFailed, match="changed while it was read; run the command again"):
        copy_model_data(uri)
    assert keys(s3, "moving/") == ["moving/model.tar.gz"]
