"""Command line: ``python -m constructs_lib``, with the commands ``copy``, ``lookup`` and ``pin``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from constructs_lib.copying import CopyFailed, copy_model_data
from constructs_lib.exceptions import ConfigurationError
from constructs_lib.image_table import ARM64, DEFAULT_FRAMEWORK_VERSION, X86_64, image_versions
from constructs_lib.lookup import LookupFailed, look_up_model_package, look_up_training_job


def main(arguments: list[str] | None = None) -> int:
    """Run the command line, and give its exit status.

    Parameters
    ----------
    arguments
        Default: those of this process.
    """
    parser = argparse.ArgumentParser(prog="python -m constructs_lib", description="Commands beside the constructs.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_lookup(commands)
    _add_copy(commands)
    _add_pin(commands)
    given = parser.parse_args(arguments)
    try:
        print(given.run(given))
    except (ConfigurationError, CopyFailed, LookupFailed) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _add_lookup(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    lookup = commands.add_parser("lookup", help="look something up in AWS, and write it into cdk.context.json")
    kinds = lookup.add_subparsers(required=True, metavar="KIND")
    job = kinds.add_parser("training-job", help="the artifact of a training job, for ModelData.from_training_job")
    job.add_argument("name", help="of a completed training job")
    job.set_defaults(look_up=look_up_training_job)
    package = kinds.add_parser("model-package", help="a model in the registry, for ModelData.from_model_package")
    package.add_argument("name", help="a group, for its newest approved version; GROUP/VERSION; or an ARN")
    package.set_defaults(look_up=look_up_model_package)
    for kind in (job, package):
        kind.add_argument("--region", help="default: the one that is set")
        kind.add_argument("--profile", help="of the AWS configuration")
        kind.set_defaults(run=_look_up)


def _add_copy(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    copy = commands.add_parser("copy", help="copy model data in S3 under a key that holds its digest")
    copy.add_argument("uri", help="s3://bucket/key of a model.tar.gz, or s3://bucket/prefix/ of uncompressed files")
    copy.add_argument(
        "--to", metavar="URI", help="s3:// address that the copy goes below; default: beside the original"
    )
    copy.add_argument("--kms-key", metavar="KEY", help="ARN or id, for the copy; default: the bucket's")
    copy.add_argument("--region", help="default: the one that is set")
    copy.add_argument("--profile", help="of the AWS configuration")
    copy.set_defaults(run=_copy)


def _add_pin(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    pin = commands.add_parser(
        "pin", help="pin packages with the hashes of their wheels, for SklearnModel(requirements=)"
    )
    pin.add_argument("file", type=Path, help="a requirements file; it is written anew unless --output is given")
    pin.add_argument("--output", type=Path, help="where the pins go; default: FILE itself")
    which = pin.add_mutually_exclusive_group()
    which.add_argument(
        "--framework-version",
        choices=list(image_versions()),
        help=f"of the image by AWS; default: {DEFAULT_FRAMEWORK_VERSION}",
    )
    which.add_argument("--python-version", help="of an image of yours, such as 3.13")
    pin.add_argument("--architecture", choices=[X86_64, ARM64], default=X86_64, help="default: %(default)s")
    pin.set_defaults(run=_pin)


def _look_up(given: argparse.Namespace) -> str:
    return f"{given.name}: {given.look_up(given.name, region=given.region, profile=given.profile)}"


def _copy(given: argparse.Namespace) -> str:
    options = {"encryption_key": given.kms_key, "region": given.region, "profile": given.profile}
    copied = copy_model_data(given.uri, to=given.to, **options)
    return f"{'it was there already: ' if copied.was_there else ''}{copied}"


def _pin(given: argparse.Namespace) -> str:
    # These take long to import, and a lookup does without.
    from constructs_lib.vendoring.pins import pin_file
    from constructs_lib.vendoring.target import target_for

    target, own = target_for(given.framework_version, given.python_version, given.architecture)
    output = given.output or given.file
    pin_file(given.file, output, target, own)
    return f"{output}: pinned for {target}"


if __name__ == "__main__":
    sys.exit(main())
