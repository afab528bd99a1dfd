"""CloudTrail LookupEvents answers that there are none."""

import pytest
from botocore.exceptions import ClientError


def test_there_are_no_events(client_of):
    assert client_of("cloudtrail").lookup_events()["Events"] == []


def test_moto_alone_has_no_answer(client_of):
    from local_sagemaker.moto_mends.patching import unpatch_all

    unpatch_all()
    with pytest.raises(ClientError, match=r"\(501\)|not been implemented|NotYetImplemented|500"):
        client_of("cloudtrail").lookup_events()
