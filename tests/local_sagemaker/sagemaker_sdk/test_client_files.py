"""The files that the SageMaker SDK reads."""

import pytest

from local_sagemaker.sagemaker_sdk.certificate import certificate
from local_sagemaker.sagemaker_sdk.client_files import CacheFolderError, cache_folder, write_client_files


def test_they_hold_whom_to_trust_and_no_telemetry(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    files = write_client_files()
    assert files.ca_bundle.read_bytes() == certificate()
    assert "TelemetryOptOut: true" in files.defaults.read_text()


def test_what_is_there_as_it_should_be_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    files = write_client_files()
    before = files.ca_bundle.stat().st_ino
    files.defaults.write_text("something else")
    assert write_client_files() == files
    assert files.ca_bundle.stat().st_ino == before
    assert "TelemetryOptOut" in files.defaults.read_text()


@pytest.mark.parametrize("value", ["", "relative/cache"])
def test_without_an_absolute_folder_of_the_users_they_lie_in_the_default_one(tmp_path, monkeypatch, value):
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "local-sagemaker"


def test_a_folder_that_cannot_be_is_named_with_the_remedy(tmp_path, monkeypatch):
    occupied = tmp_path / "file"
    occupied.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(occupied))
    with pytest.raises(CacheFolderError, match=r"file/local-sagemaker cannot be written to \(.*set XDG_CACHE_HOME"):
        cache_folder()
