"""Train: start a job, follow it, and show what it measured. Hyperparameters as ``name=value``."""

import json
import sys

from endpoint_client import TrainingClient


def main() -> None:
    """Run one job with the hyperparameters of the command line above those of the stack."""
    given = {name: json.loads(value) for name, _, value in (word.partition("=") for word in sys.argv[1:])}
    job = TrainingClient.from_stack("Diabetes").fit(hyperparameters=given)
    print(job.metrics.table())
    print(job.name)


if __name__ == "__main__":
    main()
