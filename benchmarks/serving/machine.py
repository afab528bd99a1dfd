"""What the figures were measured on."""

import os
import platform
import re
import subprocess
from pathlib import Path

from benchmarks.serving import wrk
from benchmarks.serving.aws_container import nginx_is_installed

__all__ = ["describe", "parse_cpu_model"]


def parse_cpu_model(cpuinfo: str) -> str:
    """The processor's name in the text of /proc/cpuinfo.

    Example
    -------
    >>> parse_cpu_model("processor\\t: 0\\nmodel name\\t: AMD EPYC\\n")
    'AMD EPYC'
    """
    found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def describe() -> dict[str, str]:
    """Processor, memory, system and tools, without names of hosts or places."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    processor = parse_cpu_model(Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return {
        "processor": f"{len(os.sched_getaffinity(0))} x {processor}",
        "memory": f"{memory:.0f} GiB",
        "system": f"{system}, Linux {platform.release()}",
        "Python": platform.python_version(),
        "wrk": wrk.version() or "missing",
        "nginx": _nginx_version(),
    }


def _nginx_version() -> str:
    if not nginx_is_installed():
        return "missing"
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
    done = subprocess.run(["nginx", "-v"], env={"PATH": path}, capture_output=True, text=True, check=False)
    return done.stderr.strip().rpartition("/")[2]
