"""Stands for the module that the image names in SAGEMAKER_TRAINING_MODULE; the toolkit itself is AWS's own.

The image's module (sagemaker_sklearn_container.training) is not on PyPI. Like it, this one gives the toolkit what the
environment says, one process on this machine, and nothing captured of what the script writes.
"""

from sagemaker_training import entry_point, environment, runner  # type: ignore[import-not-found]


def main() -> None:
    """Run the user's entry point."""
    training = environment.Environment()
    entry_point.run(
        uri=training.module_dir,
        user_entry_point=training.user_entry_point,
        args=training.to_cmd_args(),
        env_vars=training.to_env_vars(),
        runner_type=runner.ProcessRunnerType,
    )
