"""Tune: start a tuning job, follow it, and show what it tried, the best first."""

from endpoint_client import TuningClient


def main() -> None:
    """Run one tuning job; the state machine then publishes the best model, when it is good enough."""
    job = TuningClient.from_stack("Progress").tune()
    print(job.table())
    print(job.best_training_job.model_data)


if __name__ == "__main__":
    main()
