"""orjson is used where it is installed, and missed nowhere else."""

from __future__ import annotations

import importlib.util
import sys
from unittest import mock

from sklearn_runtime.codecs import json_library


def test_orjson_is_there_where_it_is_installed():
    assert (json_library.ORJSON is not None) == (importlib.util.find_spec("orjson") is not None)


def test_without_orjson_there_is_none():
    with mock.patch.dict(sys.modules, {"orjson": None}):
        assert json_library.installed() is None
