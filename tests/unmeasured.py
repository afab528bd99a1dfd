"""Folders whose tests start processes that coverage learns nothing from, and which it would slow down by half."""

# They run foreign tools, scripts of users, and the runtime, which the tests of the runtime measure.
FOLDERS = (
    "tests/aws_cli",
    "tests/aws_image",
    "tests/aws_training",
    "tests/benchmarks",
    "tests/end_to_end",
    "tests/examples",
    "tests/local_sagemaker/api_gateway",
    "tests/local_sagemaker/hosting",
    "tests/local_sagemaker/invocations",
    "tests/local_sagemaker/monitoring",
    "tests/local_sagemaker/state_machines",
    "tests/local_sagemaker/training",
    "tests/local_sagemaker/transform",
    "tests/local_sagemaker/tuning",
    "tests/own_image",
    "tests/sagemaker_sdk",
    "tests/sagemaker_sdk_v3",
)
# What coverage.py measures a subprocess by.
VARIABLE = "COVERAGE_PROCESS_CONFIG"
