"""Puts a function of ours in the place of one of moto's that other modules of moto have imported by its name."""

from __future__ import annotations

import sys
from typing import Any

from local_sagemaker.moto_mends.patching import original, patch


def patch_imports(module: Any, name: str, replacement: Any) -> None:
    """Set a function in its module, and in each module of moto that has it from there.

    Parameters
    ----------
    module
        The module of moto's that defines it.
    name
        Of the function.
    replacement
        What stands there from now on.
    """
    theirs = original(module, name)
    package = ".".join(module.__name__.split(".")[:2]) + "."
    for importer in [found for path, found in list(sys.modules.items()) if path.startswith(package)]:
        if vars(importer).get(name) is theirs or original(importer, name) is theirs:
            patch(importer, name, replacement)
