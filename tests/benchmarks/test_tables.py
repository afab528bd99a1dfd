"""The tables: ratios to the first column, what failed in place of a figure, and no server left out."""

import pytest

from benchmarks.serving.multi_model import DEFAULTS, HOOKS
from benchmarks.serving.results import Results, Sample
from benchmarks.serving.tables import Table, make_tables, markdown
from benchmarks.serving.workload import CELLS, LINEAR, Cell

ONE_NPY, ONE_JSON, ONE_CSV = (Cell(LINEAR, 1, format_, 16) for format_ in ("npy", "json", "csv"))


@pytest.fixture
def results():
    results = Results()
    results.add_server("aws", "AWS stock server", {"scikit-learn": "1.9.0"}, None)
    results.add_server("ours", "our server", {"scikit-learn": "1.9.0"}, None)
    results.add_server("mlserver", "MLServer", {}, "pip failed: no wheel")
    results.server("ours")["ready_seconds"] += [1.0, 3.0, 2.0]
    results.server("ours")["matching"]["npy"] = 1000
    results.add(ONE_NPY.name, "aws", Sample(2000, 5.0, 9.0, 800, 0))
    results.add(ONE_NPY.name, "ours", Sample(12000, 1.0, 2.0, 100, 3))
    results.add(ONE_JSON.name, "ours", Sample(11000, 1.0, 2.0, 110, 0))
    results.add(ONE_CSV.name, "aws", "HTTP 500")
    results.add(ONE_CSV.name, "ours", Sample(9000, 1.0, 2.0, 120, 0))
    return results


def table(results, title) -> Table:
    [found] = [table for table in make_tables(results) if table.title.startswith(title)]
    return found


def test_requests_a_second_stand_beside_how_many_times_that_is(results):
    [npy, _json, csv] = table(results, "Requests a second").rows
    assert npy == ["LogisticRegression, 1 row, NPY", "2,000", "12,000 (6.0x)"]
    assert csv[1:] == ["HTTP 500", "9,000"]


def test_less_cpu_is_better(results):
    assert table(results, "Server CPU").rows[0][1:] == ["800", "100 (8.0x)"]


def test_late_answers_are_told(results):
    assert table(results, "Latency").rows[0][1:] == ["5.0 / 9.0", "1.0 / 2.0 (3 errors)"]


def test_a_peer_that_failed_has_a_column_and_its_reason(results):
    peers = table(results, "Beside the peers: requests")
    assert peers.header[-1] == "MLServer"
    assert [row[-1] for row in peers.rows] == ["failed", "failed"]
    assert ["MLServer", "-", "-", "pip failed: no wheel"] in table(results, "The servers").rows


def test_the_servers_show_readiness_and_whether_answers_were_each_s_own(results):
    results.run["import_seconds"] = 1.25
    rows = table(results, "The servers").rows
    assert rows[1] == ["our server", "2.00", "NPY 1,000", "scikit-learn 1.9.0"]
    assert rows[-1][:2] == ["(import and load alone)", "1.25"]


def test_multi_model_hooks_stand_beside_the_toolkit_s(results):
    results.add(ONE_NPY.name, DEFAULTS, Sample(1, 1, 1, 300, 0))
    results.add(ONE_NPY.name, HOOKS, Sample(1, 1, 1, 150, 0))
    assert table(results, "Multi-model").rows == [[ONE_NPY.name, "300", "150 (2.0x)", "-"]]


def test_what_was_wanted_is_judged(results):
    rows = {row[0]: row[1:] for row in table(results, "What was wanted").rows}
    assert rows["1 row NPY, the image's libraries: over the stock server"] == ["4.5x", "6.0x", "8.0x", "reached"]
    assert rows["1 row JSON: over MLServer"] == ["1.0x", "-", "-", "not measured"]
    results.add(ONE_JSON.name, "aws", Sample(10000, 5.0, 9.0, 800, 0))
    rows = {row[0]: row[1:] for row in table(results, "What was wanted").rows}
    assert rows["1 row JSON, the image's libraries: over the stock server"] == ["4.5x", "1.1x", "7.3x", "missed"]


def test_every_row_is_as_long_as_its_header(results):
    for cell in CELLS:
        results.add(cell.name, "aws", Sample(1, 1, 1, 1, 0))
    for one in make_tables(results):
        assert {len(row) for row in one.rows} == {len(one.header)}
        assert markdown(one).splitlines()[3] == "|" + "---|" * len(one.header)
