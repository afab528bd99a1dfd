"""The certificate of STS, for the SageMaker Python SDK.

The SDK does not ask STS where ``AWS_ENDPOINT_URL`` says, but at ``https://sts.<region>.amazonaws.com``
(``sagemaker.utils.sts_regional_endpoint``, seen in 2.257.7). The local cloud answers there as a proxy, with a
certificate that is made once a user, names STS alone and may not sign others: trusting it opens nothing else.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import ssl
from functools import cache
from typing import TYPE_CHECKING

from local_sagemaker.sagemaker_sdk.client_files import CacheFolderError, cache_folder

if TYPE_CHECKING:
    from pathlib import Path

_YEARS = 20
_BEGIN = b"-----BEGIN CERTIFICATE-----"


@cache
def sts_hosts() -> frozenset[str]:
    """Give the host names of STS, of each region and of none, with those for FIPS (``AWS_USE_FIPS_ENDPOINT``)."""
    from botocore.loaders import create_loader
    from botocore.regions import EndpointResolver

    resolver = EndpointResolver(create_loader().load_data("endpoints"))
    hosts = {"sts.amazonaws.com"}
    for partition in resolver.get_available_partitions():
        # In this order: the resolver writes into its data, after which each region has a variant for FIPS.
        for tags in (["fips"], []):
            for region in resolver.get_available_endpoints("sts", partition, endpoint_variant_tags=tags):
                endpoint = resolver.construct_endpoint("sts", region, partition, use_fips_endpoint=bool(tags))
                if endpoint is not None:
                    hosts.add(endpoint["hostname"])
    return frozenset(hosts)


def is_sts(host: str) -> bool:
    """Say whether a host is STS, however its name is written.

    Example
    -------
    >>> is_sts("STS.eu-west-1.amazonaws.com.")
    True
    """
    return host.lower().removesuffix(".") in sts_hosts()


def server_context() -> ssl.SSLContext:
    """Give what a server needs to speak TLS as STS.

    It is read each time: a certificate that is gone is made again by whoever asks first, and holds for all.

    Raises
    ------
    CacheFolderError
        There is no place for the certificate.
    """
    return _context(_key_and_certificate())


def certificate() -> bytes:
    """Give the certificate without its key, in PEM: what clients are to trust.

    Raises
    ------
    CacheFolderError
        There is no place for it.
    """
    content = _key_and_certificate().read_bytes()
    return content[content.index(_BEGIN) :]


def _context(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def _key_and_certificate() -> Path:
    """One file for both, made by one process while others wait, and anew where it does not hold them."""
    folder = cache_folder()
    path = folder / "sts.pem"
    try:
        # Readable by its owner only.
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                _context(path)
            except ssl.SSLError:
                os.fchmod(file.fileno(), 0o600)
                file.truncate()
                file.write(_make())
    except OSError as error:
        raise CacheFolderError(folder, error) from error
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
