"""The certificate of STS, for the SageMaker Python SDK.

The SDK does not ask STS where ``AWS_ENDPOINT_URL`` says, but at ``https://sts.<region>.amazonaws.com``
(``sagemaker.utils.sts_regional_endpoint``, seen in 2.257.7). The local cloud answers there as a proxy, with a
certificate that is made once a user, names STS alone and may not sign others: trusting it opens nothing else.
"""

from __future__ import annotations

import datetime as dt
import os
import ssl
import tempfile
from functools import cache
from pathlib import Path

from local_sagemaker.sagemaker_sdk.client_files import cache_folder

_YEARS = 20
_BEGIN = b"-----BEGIN CERTIFICATE-----"


@cache
def sts_hosts() -> frozenset[str]:
    """Give the host names of STS, of each region and of none."""
    from botocore.loaders import create_loader
    from botocore.regions import EndpointResolver

    resolver = EndpointResolver(create_loader().load_data("endpoints"))
    hosts = {"sts.amazonaws.com"}
    for partition in resolver.get_available_partitions():
        for region in resolver.get_available_endpoints("sts", partition):
            endpoint = resolver.construct_endpoint("sts", region, partition)
            if endpoint is not None:
                hosts.add(endpoint["hostname"])
    return frozenset(hosts)


@cache
def server_context() -> ssl.SSLContext:
    """Give what a server needs to speak TLS as STS.

    Raises
    ------
    CacheFolderError
        There is no place for the certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_key_and_certificate())
    return context


def certificate() -> bytes:
    """Give the certificate without its key, in PEM: what clients are to trust.

    Raises
    ------
    CacheFolderError
        There is no place for it.
    """
    content = _key_and_certificate().read_bytes()
    return content[content.index(_BEGIN) :]


def _key_and_certificate() -> Path:
    """One file for both: two processes that make it at the same time still have a pair."""
    folder = cache_folder()
    path = folder / "sts.pem"
    if not path.exists():
        # Readable by its owner only, and there whole or not at all.
        handle, made = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(_make())
        try:
            path.hardlink_to(made)
        except FileExistsError:
            pass  # Another process was first.
        finally:
            Path(made).unlink()
    return path


def _make() -> bytes:
    # Seldom needed, and not worth its time in every `env`.
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "STS of the local cloud")])
    now = dt.datetime.now(dt.timezone.utc)
    names = [x509.DNSName(host) for host in sorted(sts_hosts())]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret + signed.public_bytes(serialization.Encoding.PEM)
