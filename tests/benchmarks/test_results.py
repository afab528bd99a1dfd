"""Results: medians over the rounds, and nothing shown where a server was wrong."""

import pytest

from benchmarks.serving.results import Results, Sample


@pytest.fixture
def results():
    results = Results()
    results.add_server("aws", "AWS", {"numpy": "2"}, None)
    results.add_server("mlflow", "MLflow", {}, "pip failed")
    for rate in (100.0, 900.0, 300.0):
        results.add("one row", "aws", Sample(rate, 1.0, 2.0, 1e6 / rate, 0))
    return results


def test_a_figure_is_the_median_field_by_field(results):
    assert results.figure("one row", "aws") == Sample(300.0, 1.0, 2.0, 1e6 / 300.0, 0)


def test_one_wrong_answer_takes_the_place_of_the_figure(results):
    results.add("one row", "aws", "wrong")
    results.add("one row", "aws", Sample(5.0, 1.0, 2.0, 3.0, 0))
    assert results.figure("one row", "aws") == "wrong"


def test_a_server_that_was_not_asked_has_nothing_and_one_that_is_missing_has_failed(results):
    assert results.figure("other", "aws") is None
    assert results.figure("one row", "mlflow") == "failed"


def test_what_else_ran_is_told_over_all_cells(results):
    assert results.others == 0
    for share in (0.25, 0.5, 0.75, 0.5):
        results.add("two rows", "aws", Sample(1.0, 1.0, 1.0, 1.0, 0, share))
    assert results.others == 0.25
    assert Results().others == 0


def test_a_file_gives_the_same_results(results, tmp_path):
    results.run["rounds"] = 3
    results.machine["memory"] = "2 GiB"
    results.write(tmp_path / "new" / "serving.json")
    again = Results.read(tmp_path / "new" / "serving.json")
    assert again.figure("one row", "aws") == results.figure("one row", "aws")
    assert again.servers == ["aws", "mlflow"]
    assert again.server("mlflow")["problem"] == "pip failed"
    assert (again.run, again.machine) == (results.run, results.machine)
