"""Command line: ``python -m constructs_lib lookup training-job NAME``."""

from __future__ import annotations

import argparse
import sys

from constructs_lib.training.lookup import LookupFailed, look_up_training_job


def main(arguments: list[str] | None = None) -> int:
    """Run the command line, and give its exit status.

    Parameters
    ----------
    arguments
        Default: those of this process.
    """
    parser = argparse.ArgumentParser(prog="python -m constructs_lib", description="Commands beside the constructs.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    lookup = commands.add_parser("lookup", help="look something up in AWS, and write it into cdk.context.json")
    kinds = lookup.add_subparsers(required=True, metavar="KIND")
    job = kinds.add_parser("training-job", help="the artifact of a training job, for ModelData.from_training_job")
    job.add_argument("name", help="of a completed training job")
    job.add_argument("--region", help="default: the one that is set")
    job.add_argument("--profile", help="of the AWS configuration")
    given = parser.parse_args(arguments)
    try:
        found = look_up_training_job(given.name, region=given.region, profile=given.profile)
    except LookupFailed as error:
        print(error, file=sys.stderr)
        return 1
    version = f"{found['sklearn_version'] or 'unknown'} (of the {found['sklearn_version_from']})"
    print(f"{given.name}: {found['model_data']}, scikit-learn {version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
