"""What the package shows to its users, and what importing it costs."""

import subprocess
import sys
import types

import endpoint_client


def test_every_public_name_is_exported_on_purpose_and_in_order():
    public = [
        name
        for name, value in vars(endpoint_client).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    ]
    assert sorted(endpoint_client.__all__) == endpoint_client.__all__
    assert set(public) == set(endpoint_client.__all__)


def test_the_import_brings_none_of_the_heavy_libraries():
    heavy = ["asyncio", "aws_cdk", "boto3", "botocore", "joblib", "matplotlib", "pandas", "scipy", "sklearn", "urllib3"]
    program = f"import endpoint_client, sys; print(*[name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], text=True, stdout=subprocess.PIPE, check=True)
    assert done.stdout.split() == []
