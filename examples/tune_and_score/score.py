"""Predict the file of patients by a transform job, and say where the predictions are."""

from endpoint_client import TransformClient


def main() -> None:
    """Run one transform job."""
    print(*TransformClient.from_stack("Progress").transform().outputs(), sep="\n")


if __name__ == "__main__":
    main()
