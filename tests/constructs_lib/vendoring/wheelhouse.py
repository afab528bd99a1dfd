"""A folder of small wheels that pip finds, and nothing else."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path


class Wheelhouse:
    """Makes wheels.

    Parameters
    ----------
    folder
        Where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(
        self,
        name: str,
        version: str = "1.0",
        *,
        tag: str = "py3-none-any",
        files: Mapping[str, str] | None = None,
        requires: Sequence[str] = (),
    ) -> str:
        """Make a wheel with a module of its name; give the line that pins it."""
        stem = name.replace("-", "_")
        info = f"{stem}-{version}.dist-info"
        needed = "".join(f"Requires-Dist: {line}\n" for line in requires)
        content = {
            f"{stem}/__init__.py": f"VERSION = {version!r}\n",
            **(files or {}),
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}",
            f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n",
        }
        record = "".join(
            f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},\n"
            for path, text in content.items()
        )
        path = self.folder / f"{stem}-{version}-{tag}.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for inner, text in {**content, f"{info}/RECORD": record}.items():
                archive.writestr(inner, text)
        return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
