"""An encrypted volume takes the right to let the service use its key."""

import pytest
from moto.core.base_backend import BackendDict
from moto.kms.models import kms_backends

from local_sagemaker.access.volumes import authorize_volume_key
from local_sagemaker.data_plane_errors import AccessDeniedError
from tests.local_sagemaker.cloud import ACCOUNT, REGION
from tests.local_sagemaker.recorder import Recorder


@pytest.fixture
def keys():
    BackendDict.reset()
    yield kms_backends[ACCOUNT][REGION]
    BackendDict.reset()


@pytest.mark.parametrize("form", ["arn", "id", "alias"])
def test_a_grant_on_exactly_the_key_is_asked_for_however_it_is_named(keys, form):
    key = keys.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", None)
    keys.create_alias(key.id, "alias/volumes")
    role = Recorder()
    authorize_volume_key(role, {"arn": key.arn, "id": key.id, "alias": "alias/volumes"}[form], account_id=ACCOUNT)
    assert role.asked == [("kms:CreateGrant", key.arn)]
    context = role.contexts["kms:CreateGrant"]
    assert context is not None
    assert context["kms:GrantIsForAWSResource"] == "true"


def test_without_the_right_the_volume_is_refused(keys):
    key = keys.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", None)
    with pytest.raises(AccessDeniedError, match="kms:CreateGrant"):
        authorize_volume_key(Recorder("kms:CreateGrant"), key.arn, account_id=ACCOUNT)
