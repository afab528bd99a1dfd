"""Objects are written with the role's rights, and encrypted with the key that was asked for."""

from collections.abc import Iterator

import pytest
from moto.core.base_backend import BackendDict
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends

from local_sagemaker.access.artifacts import Location
from local_sagemaker.access.output_storage import OutputStorage
from local_sagemaker.data_plane_errors import AccessDeniedError, ModelDataError
from tests.local_sagemaker.cloud import ACCOUNT, BUCKET, REGION
from tests.local_sagemaker.recorder import Recorder

OUTPUT = Location(BUCKET, "out/answer.json")


@pytest.fixture
def bucket() -> Iterator[None]:
    BackendDict.reset()
    s3_backends[ACCOUNT]["aws"].create_bucket(BUCKET, REGION)
    yield
    BackendDict.reset()


def write(role, location=OUTPUT, key=None):
    OutputStorage(role, account_id=ACCOUNT, region=REGION, key=key).write(location, b"content")


def written():
    return s3_backends[ACCOUNT]["aws"].get_object(BUCKET, OUTPUT.key)


def test_an_object_is_written_with_the_right_to_put_exactly_it(bucket):
    role = Recorder()
    write(role)
    assert written().value == b"content"
    assert role.asked == [("s3:PutObject", "arn:aws:s3:::models/out/answer.json")]


def test_an_object_has_the_content_type_that_it_is_given(bucket):
    OutputStorage(Recorder(), account_id=ACCOUNT, region=REGION, key=None).write(OUTPUT, b"a", "text/csv")
    assert written().metadata["Content-Type"] == "text/csv"


def test_nothing_is_written_without_the_right(bucket):
    with pytest.raises(AccessDeniedError, match="s3:PutObject"):
        write(Recorder("s3:PutObject"))
    assert written() is None


def test_a_key_is_used_and_takes_a_right_of_its_own(bucket):
    key = kms_backends[ACCOUNT][REGION].create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", None)
    role = Recorder()
    write(role, key=key.arn)
    assert (written().encryption, written().kms_key_id) == ("aws:kms", key.arn)
    assert ("kms:GenerateDataKey", key.arn) in role.asked
    with pytest.raises(AccessDeniedError, match="kms:GenerateDataKey"):
        write(Recorder("kms:GenerateDataKey"), key=key.arn)


def test_a_bucket_that_is_not_there_is_named(bucket):
    with pytest.raises(ModelDataError, match="s3://absent/a: the bucket does not exist"):
        write(Recorder(), Location("absent", "a"))
