"""The locks of the servers' environments: every package has a hash, and none an address."""

import re

import pytest

from benchmarks.serving.environments import REQUIREMENTS
from benchmarks.serving.servers import SERVERS

NAMES = sorted({name for server in SERVERS for name in server.environments} | {"alpha", "picture"})


def pins(name: str) -> dict[str, str]:
    lock = (REQUIREMENTS / f"bench-{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock, re.MULTILINE))


@pytest.mark.parametrize("name", NAMES)
def test_every_locked_package_has_a_hash_and_no_address(name):
    lock = (REQUIREMENTS / f"bench-{name}.txt").read_text(encoding="utf-8")
    packages = re.findall(r"^[a-z0-9.-]+==[^\\]+ \\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE)
    assert len(packages) == len(re.findall("^[a-z0-9.-]+==", lock, re.MULTILINE)) > 0
    assert "://" not in lock


def test_every_server_runs_the_same_scikit_learn_and_numpy():
    for name in NAMES:
        if name not in ("alpha", "orjson", "picture"):
            for library in ("scikit-learn", "numpy"):
                assert pins(name)[library] == pins("aws")[library], name


def test_the_alpha_module_is_measured_with_the_cdk_that_we_use():
    ours = (REQUIREMENTS / "dev.txt").read_text(encoding="utf-8")
    for package in ("aws-cdk-lib", "constructs", "jsii"):
        assert f"\n{package}=={pins('alpha')[package]} " in ours
