"""Counts the calls of the SDK, which itself is as it comes from PyPI: Python imports this module by its name.

One line a call, ``service operation``, goes into the file that ``COUNTED_CALLS`` names.
"""

import os

from botocore.client import BaseClient

_call = vars(BaseClient)["_make_api_call"]


def _counted(self, operation, parameters):
    with open(os.environ["COUNTED_CALLS"], "a", encoding="utf-8") as file:  # noqa: PTH123
        file.write(f"{self.meta.service_model.service_name} {operation}\n")
    return _call(self, operation, parameters)


if "COUNTED_CALLS" in os.environ:
    BaseClient._make_api_call = _counted  # type: ignore[attr-defined]
