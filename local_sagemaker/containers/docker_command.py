"""What stands in for Docker while the CDK publishes images: the local cloud runs none, so none is built or pushed.

`env` names it as ``CDK_DOCKER``. The CDK builds an image as ``cdkasset-...``, tags it with its address in ECR, and
pushes that; here the push registers the address with the local cloud, and the rest does nothing. Every other command,
such as a build or a run for the bundling of a function's code, goes to Docker, or to Podman where there is no Docker.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from local_sagemaker.containers.images import split_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_sagemaker.containers.images import ImageAddress

_PROGRAM = "local-sagemaker-docker"
_ASSET = "cdkasset-"
_PROGRAMS = ("docker", "podman")


def program() -> str | None:
    """Give the path of the command that the installation has, None where it has none."""
    return shutil.which(_PROGRAM, path=sysconfig.get_path("scripts"))


def main() -> NoReturn:
    """Run with the arguments of this process, and end it."""
    sys.exit(run(sys.argv[1:], os.environ))


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Do as Docker would, as far as the CDK publishes an image to the local cloud.

    Parameters
    ----------
    arguments
        Of Docker's command line.
    environ
        With ``AWS_ENDPOINT_URL``; without it, and for images of others, everything goes to Docker.

    Returns
    -------
    int
        Exit status.
    """
    given = list(arguments[2:] if arguments[:1] == ["--config"] else arguments)
    command, last = (given[0], given[-1]) if given else ("", "")
    if "AWS_ENDPOINT_URL" not in environ:
        return _pass_on(arguments, environ)
    if command == "push" and (place := split_address(last)) and place.tag:
        return _register(place)
    if command == "login" and split_address(f"{last}/any"):
        sys.stdin.read()
        return 0
    if command == "inspect" and last.startswith(_ASSET):
        return 1
    if command == "build" and any(argument.startswith(_ASSET) for argument in given):
        sys.stderr.write(f"{Path.cwd()} is not built: the local cloud runs its models in a Python of this machine\n")
        return 0
    if command == "tag" and given[1].startswith(_ASSET):
        return 0
    return _pass_on(arguments, environ)


def _register(place: ImageAddress) -> int:
    import boto3

    manifest = json.dumps({"schemaVersion": 2, "mediaType": _MANIFEST, "layers": [], "annotations": place._asdict()})
    boto3.client("ecr", region_name=place.region).put_image(
        repositoryName=place.repository,
        imageTag=place.tag,
        imageManifest=manifest,
        imageManifestMediaType=_MANIFEST,
        # moto would give every image that of no bytes, by which they would be one.
        imageDigest=f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}",
    )
    return 0


def _pass_on(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    found = next(filter(None, (shutil.which(name, path=environ.get("PATH")) for name in _PROGRAMS)), None)
    if found is None:
        sys.stderr.write(f"neither {' nor '.join(_PROGRAMS)} is on PATH, for: {' '.join(arguments)}\n")
        return 127
    return subprocess.run([found, *arguments], env=dict(environ), check=False).returncode


_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
