"""The certificate of STS: what it is good for, and that two makers end with one."""

import concurrent.futures
import contextlib
import errno
import os
import shutil
import ssl
import stat

import pytest
from cryptography import x509

from local_sagemaker.sagemaker_sdk import certificate
from local_sagemaker.sagemaker_sdk.client_files import CacheFolderError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "local-sagemaker"


def test_the_hosts_are_those_that_the_sdk_asks_in_every_partition():
    hosts = certificate.sts_hosts()
    assert {"sts.us-east-1.amazonaws.com", "sts.cn-north-1.amazonaws.com.cn", "sts.amazonaws.com"} <= hosts
    assert all(host.startswith(("sts.", "sts-fips.")) for host in hosts)


def test_those_for_fips_are_there_and_no_client_is_said_to_use_what_is_deprecated(caplog):
    certificate.sts_hosts.cache_clear()
    fips = {host for host in certificate.sts_hosts() if "fips" in host}
    assert fips == {
        f"sts-fips.{region}.amazonaws.com" for region in ("us-east-1", "us-east-2", "us-west-1", "us-west-2")
    }
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("sts.eu-west-1.amazonaws.com", True),
        ("STS.EU-West-1.amazonaws.com", True),
        ("sts.eu-west-1.amazonaws.com.", True),
        ("s3.eu-west-1.amazonaws.com", False),
        ("sts.eu-west-1.amazonaws.com.example", False),
    ],
)
def test_a_host_is_known_however_it_is_written(host, known):
    assert certificate.is_sts(host) is known


def test_it_names_sts_alone_and_cannot_sign():
    parsed = x509.load_pem_x509_certificate(certificate.certificate())
    names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == certificate.sts_hosts()
    assert not parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_what_clients_trust_holds_no_key():
    assert b"PRIVATE" not in certificate.certificate()


def test_the_key_is_its_owners(cache):
    certificate.certificate()
    assert stat.S_IMODE((cache / "sts.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700


def test_two_that_make_it_at_the_same_time_have_the_same(cache):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: certificate.certificate(), range(16)))
    assert len(made) == 1
    assert [path.name for path in cache.iterdir()] == ["sts.pem"]


@pytest.mark.parametrize("missing", [slice(None), slice(0, 100), slice(100, None)])
def test_a_file_that_does_not_hold_key_and_certificate_is_made_again(cache, missing):
    before = certificate.certificate()
    path = cache / "sts.pem"
    content = bytearray(path.read_bytes())
    del content[missing]
    path.write_bytes(content)
    after = certificate.certificate()
    assert after != before
    assert x509.load_pem_x509_certificate(after)
    assert path.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    assert certificate.certificate() == after


def test_a_file_that_others_may_read_gets_no_key(cache):
    cache.mkdir()
    (cache / "sts.pem").touch(mode=0o644)
    certificate.certificate()
    assert stat.S_IMODE((cache / "sts.pem").stat().st_mode) == 0o600


def test_a_file_system_without_hard_links_will_do(monkeypatch):
    def refuse(*paths, **options):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    assert certificate.certificate()


def test_a_file_that_cannot_be_is_told_with_the_remedy(cache):
    (cache / "sts.pem").mkdir(parents=True)
    with pytest.raises(CacheFolderError, match=r"local-sagemaker cannot be written to \(.*set XDG_CACHE_HOME"):
        certificate.certificate()


def test_a_server_speaks_with_the_certificate_that_was_made_last(cache):
    handshake(certificate.certificate(), certificate.server_context())
    shutil.rmtree(cache)
    handshake(certificate.certificate(), certificate.server_context())


def handshake(trusted, server_context):
    client_side, server_side = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusting = ssl.create_default_context(cadata=trusted.decode())
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT  # the default from Python 3.13 on
    client = trusting.wrap_bio(server_side, client_side, server_hostname="sts.eu-west-1.amazonaws.com")
    server = server_context.wrap_bio(client_side, server_side, server_side=True)
    for _ in range(3):
        for end in (client, server):
            with contextlib.suppress(ssl.SSLWantReadError):
                end.do_handshake()
    assert client.getpeercert()
