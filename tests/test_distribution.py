from types import SimpleNamespace

import pytest

from tests import unmeasured
from tests.conftest import ROOT
from tests.distribution import FIRST, TOGETHER, SharedFixtureScheduling, longest_first


def test_the_folders_are_there():
    assert [folder for folder in (*FIRST, *unmeasured.FOLDERS) if not list((ROOT / folder).glob("test_*.py"))] == []


def test_a_folder_that_shares_fixtures_is_one_unit_and_any_other_file_is_its_own():
    unit_of = SharedFixtureScheduling.__new__(SharedFixtureScheduling)._split_scope
    assert {unit_of(f"{folder}/test_{name}.py::test") for folder in TOGETHER for name in "ab"} == {*TOGETHER}
    assert unit_of("tests/end_to_end_of_it/test_a.py::test[b::c]") == "tests/end_to_end_of_it/test_a.py"


@pytest.mark.parametrize("folders", [["tests/tools", *FIRST[::-1]], [*FIRST, "tests/tools"]])
def test_the_longest_begin_and_the_others_stay_in_their_order(folders):
    items = [SimpleNamespace(nodeid=f"{folder}/test_a.py::test_{number}") for folder in folders for number in range(2)]
    longest_first(items)  # type: ignore[arg-type]
    expected = [f"{folder}/test_a.py::test_{number}" for folder in (*FIRST, "tests/tools") for number in range(2)]
    assert [item.nodeid for item in items] == expected
