"""Files in and files out, against the real runtime on a socket."""

import csv
import io
import json
import threading
from concurrent.futures import Future

import numpy as np
import pandas as pd
import pytest

from sklearn_runtime import codecs
from tests.endpoint_client.conftest import Answer, Endpoint

NAMES = ["a", "b", "c", "d"]


@pytest.fixture
def frame(features):
    frame = pd.DataFrame(features, columns=NAMES)
    frame.insert(1, "id", [f"0{number}" for number in range(len(frame))])
    return frame


@pytest.fixture
def labels(model, features):
    return model.predict(features)


@pytest.fixture
def customers(frame, tmp_path):
    frame.to_csv(tmp_path / "customers.csv", index=False)
    return tmp_path / "customers.csv"


@pytest.fixture
def is_first(frame):
    """Whether a request begins with the first row of the file."""
    first = without(frame, "id").iloc[:1].to_csv(index=False).encode()
    return lambda request: request.body.startswith(first)


def records(text):
    return list(csv.DictReader(io.StringIO(text)))


def without(frame, *names):
    return frame.drop(columns=list(names))


def fail_at(endpoint: Endpoint, number: int) -> None:
    """Let the container break at a request, counted from 1, and at those behind it."""
    works = endpoint.container

    def container(request):
        if len(endpoint.requests) >= number:
            error = {"error": {"type": "MemoryError", "message": "no room", "row": 1, "column": None}}
            return Answer(json.dumps(error).encode(), "application/json", 500)
        return works(request)

    endpoint.container = container


def test_csv_gives_a_prediction_a_line_on_stdout(run, endpoint, customers, labels):
    done = run("predict", "ep", customers, "--id-column", "id")
    assert done.status == 0
    rows = records(done.out)
    assert [row["id"] for row in rows] == [f"0{number}" for number in range(50)]
    assert [int(row["prediction"]) for row in rows] == labels.tolist()
    assert "50 rows" in done.err
    (request,) = endpoint.requests
    assert request.headers["content-type"] == "text/csv; header=present"
    assert request.body.startswith(b"a,b,c,d\n")


def test_probabilities_are_columns_that_are_named_after_the_method(run, endpoint, customers, model, features):
    done = run("predict", "ep", customers, "--id-column", "id", "--method", "predict_proba", "--quiet")
    read = pd.read_csv(io.StringIO(done.out), dtype={"id": str})
    assert list(read.columns) == ["id", "predict_proba_0", "predict_proba_1"]
    assert (read.iloc[:, 1:].to_numpy() == model.predict_proba(features)).all()
    assert done.err == ""


def test_each_request_has_so_many_rows_with_the_header_before_them(run, endpoint, customers, labels):
    done = run("predict", "ep", customers, "--id-column", "id", "--rows-per-request", 20, "--concurrency", 1)
    assert [len(request.body.splitlines()) for request in endpoint.requests] == [21, 21, 11]
    assert all(request.body.startswith(b"a,b,c,d\n") for request in endpoint.requests)
    assert [int(row["prediction"]) for row in records(done.out)] == labels.tolist()


def test_answers_that_come_in_another_order_are_written_in_order(run, endpoint, customers, labels, is_first):
    works, first_may_go = endpoint.container, threading.Event()

    def container(request):
        # The first request is answered only after the second.
        if is_first(request):
            assert first_may_go.wait(20)
        else:
            first_may_go.set()
        return works(request)

    endpoint.container = container
    done = run("predict", "ep", customers, "--id-column", "id", "--rows-per-request", 10, "--concurrency", 3)
    assert [int(row["prediction"]) for row in records(done.out)] == labels.tolist()


def test_the_fast_way_gives_the_same(run, endpoint, customers):
    words = ["predict", "ep", customers, "--id-column", "id"]
    assert run(*words, "--fast").out == run(*words, "--no-fast").out != ""
    assert ["amz-sdk-request" in request.headers for request in endpoint.requests] == [False, True]


def test_the_input_may_stand_before_the_predictions(run, endpoint, customers, frame):
    done = run("predict", "ep", customers, "--id-column", "id", "--with-input")
    read = pd.read_csv(io.StringIO(done.out), dtype={"id": str})
    assert list(read.columns) == [*frame.columns, "prediction"]
    pd.testing.assert_frame_equal(without(read, "prediction"), frame)


def test_some_columns_are_sent_in_the_order_that_is_asked_for(run, endpoint, customers, labels):
    done = run("predict", "ep", customers, "--columns", "a,b,c,d")
    assert [int(row["prediction"]) for row in records(done.out)] == labels.tolist()
    assert list(records(done.out)[0]) == ["prediction"]


def test_csv_without_a_header_goes_by_places(run, endpoint, frame, tmp_path, labels):
    frame.to_csv(tmp_path / "rows.txt", index=False, header=False, sep=";")
    done = run(
        "predict", "ep", tmp_path / "rows.txt", "--format=csv", "--no-header", "--delimiter=;", "--id-column", "1"
    )
    rows = list(csv.reader(io.StringIO(done.out)))
    assert rows == [[f"0{number}", str(label)] for number, label in enumerate(labels)]
    assert endpoint.requests[0].headers["content-type"] == "text/csv; header=absent"


def test_stdin_is_csv(run, endpoint, customers, labels, monkeypatch):
    with customers.open(encoding="utf-8") as file:
        monkeypatch.setattr("sys.stdin", file)
        done = run("predict", "ep", "-", "--id-column", "id", "--output-format", "jsonl")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert lines == [{"id": f"0{number}", "prediction": label} for number, label in enumerate(labels.tolist())]


def test_npy_in_and_out_keep_the_types_of_the_model(run, endpoint, features, tmp_path, model):
    np.save(tmp_path / "rows.npy", features)
    output = tmp_path / "out.npy"
    done = run("predict", "ep", tmp_path / "rows.npy", "-o", output, "--rows-per-request", 7)
    assert done.status == 0, done.err
    read = np.load(output)
    assert read.dtype == np.int64
    assert (read == model.predict(features)).all()
    run("predict", "ep", tmp_path / "rows.npy", "-o", output, "--force", "--method", "predict_proba")
    assert (np.load(output) == model.predict_proba(features)).all()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.npy", "rows.npy"]


def test_parquet_in_and_out_keep_the_types_of_the_input(run, endpoint, frame, tmp_path, labels):
    frame["day"] = pd.Timestamp("2026-11-29")
    frame["kind"] = pd.Categorical(["x", "y"] * 25)
    frame.index = pd.Index([7, *range(101, 150)], name="customer")
    frame.to_parquet(tmp_path / "rows.parquet", row_group_size=20)
    output = tmp_path / "out.parquet"
    done = run(
        *("predict", "ep", tmp_path / "rows.parquet", "--output", output, "--rows-per-request", 15),
        *("--id-column", "customer", "--id-column", "day", "--id-column", "kind", "--columns", "a,b,c,d"),
    )
    assert done.status == 0, done.err
    read = pd.read_parquet(output)
    assert read["customer"].tolist() == [7, *range(101, 150)]
    assert read["day"].dtype == frame["day"].dtype
    assert read["kind"].astype(str).tolist() == ["x", "y"] * 25
    assert read["prediction"].tolist() == labels.tolist()
    assert endpoint.requests[0].headers["content-type"] == "text/csv; header=present"


def test_json_lines_in_and_out(run, endpoint, frame, tmp_path, model, features):
    frame.to_json(tmp_path / "rows.jsonl", orient="records", lines=True, double_precision=15)
    output = tmp_path / "out.jsonl"
    done = run("predict", "ep", tmp_path / "rows.jsonl", "-o", output, "--id-column=id", "--method=predict_proba")
    assert done.status == 0, done.err
    lines = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == frame["id"].tolist()
    assert np.allclose([line["predict_proba"] for line in lines], model.predict_proba(features))


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "npy", "parquet"])
def test_what_was_written_before_a_failure_stays_and_the_printed_command_goes_on(
    run, endpoint, frame, tmp_path, model, features, suffix
):
    file, output = tmp_path / "rows.parquet", tmp_path / f"my scores.{suffix}"
    without(frame, "id").to_parquet(file)
    works = endpoint.container
    fail_at(endpoint, 3)
    words = ["predict", "ep", file, "-o", output, "--rows-per-request", 10, "--method", "predict_proba"]
    done = run(*words, "--concurrency", 1, "--force")
    assert done.status == 1
    assert f"rows 20 to 29 of {file}, counted from 0, failed; its row 1 is row 21 of the file." in done.err
    assert "no room" in done.err
    assert f"20 rows are in {output}.part; to go on behind them:" in done.err
    assert not output.exists()
    endpoint.container = works
    endpoint.requests.clear()
    printed = done.err.splitlines()[-1]
    assert printed.endswith("--concurrency 1 --resume")
    assert f"'{output}'" in printed
    done = run(*words, "--concurrency", 1, "--resume")
    assert done.status == 0, done.err
    first_rows = {request.body.splitlines()[1] for request in endpoint.requests}
    assert len(first_rows & {row.encode() for row in without(frame, "id").iloc[:20].to_csv(index=False).split()}) == 0
    read = {
        "csv": lambda: pd.read_csv(output).to_numpy(),
        "jsonl": lambda: np.array([json.loads(line)["predict_proba"] for line in output.read_text().splitlines()]),
        "npy": lambda: np.load(output),
        "parquet": lambda: pd.read_parquet(output).to_numpy(),
    }[suffix]()
    assert (read == model.predict_proba(features)).all()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["rows.parquet", output.name])


def test_going_on_as_another_run_is_refused(run, endpoint, customers, tmp_path):
    fail_at(endpoint, 2)
    words = ["predict", "ep", customers, "-o", tmp_path / "out.csv", "--rows-per-request", 10, "--concurrency", 1]
    assert run(*words, "--id-column=id").status == 1
    for changed, told in (
        ((), "its id columns was ['id'], and is [] now"),
        (("--id-column=id", "--method", "predict_proba"), "its method was None, and is 'predict_proba' now"),
    ):
        done = run(*words, *changed, "--resume")
        assert done.status == 1
        assert told in done.err
    customers.write_bytes(customers.read_bytes() + b"\n")
    assert "its input's size was" in run(*words, "--id-column=id", "--resume").err


def test_an_output_that_is_there_is_left_alone(run, endpoint, customers, tmp_path):
    output = tmp_path / "out.csv"
    words = ["predict", "ep", customers, "--id-column", "id", "-o", output]
    assert run(*words).status == 0
    before = output.read_bytes()
    done = run(*words, "--method", "predict_proba")
    assert (done.status, output.read_bytes()) == (1, before)
    assert f"{output} is there already" in done.err
    assert "nothing is left to do" in run(*words, "--resume").err
    assert run(*words, "--method", "predict_proba", "--force").status == 0
    assert output.read_bytes() != before


def test_a_run_that_did_not_end_is_not_written_over_by_accident(run, endpoint, customers, tmp_path):
    works = endpoint.container
    fail_at(endpoint, 2)
    words = ["predict", "ep", customers, "--id-column", "id", "-o", tmp_path / "out.csv", "--rows-per-request", 10]
    run(*words, "--concurrency", 1)
    endpoint.container = works
    done = run(*words)
    assert done.status == 1
    assert "out.csv.part holds the rows of a run that did not end" in done.err
    (tmp_path / "out.csv.part.json").rename(tmp_path / "elsewhere")
    assert "is gone: start anew with --force" in run(*words, "--resume").err
    assert run(*words, "--force").status == 0


def test_a_failure_of_the_first_rows_leaves_nothing_behind(run, endpoint, customers, tmp_path):
    fail_at(endpoint, 1)
    done = run("predict", "ep", customers, "--id-column", "id", "-o", tmp_path / "out.csv")
    assert done.status == 1
    assert "no row was written" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["customers.csv"]


def test_answers_of_another_shape_than_those_before_are_named_by_their_rows(run, endpoint, customers, is_first):
    endpoint.container = lambda request: Answer(
        codecs.encode_npy(np.zeros((10, 2 if is_first(request) else 3))), "application/x-npy"
    )
    done = run("predict", "ep", customers, "--id-column=id", "--rows-per-request", 10)
    assert "rows 10 to 19 of" in done.err
    assert "these rows have the columns ['id', 'prediction_0', 'prediction_1', 'prediction_2']" in done.err
    assert len(records(done.out)) == 10


def test_rows_before_one_that_cannot_be_read_are_predicted(run, endpoint, write):
    file = write("rows.csv", "a,b,c,d\n" + "1,2,3,4\n" * 5 + "1,2\n")
    done = run("predict", "ep", file, "--rows-per-request", 2)
    assert done.status == 1
    assert len(records(done.out)) == 5
    assert f"row 5 of {file} has 2 cells, and the first line 4" in done.err
    assert "5 rows were written" in done.err


def test_what_the_model_refuses_is_named_by_its_row_in_the_file(run, endpoint, write):
    file = write("rows.csv", "a,b,c,d\n" + "1,2,3,4\n" * 5 + "1,2,x,4\n")
    done = run("predict", "ep", file, "--rows-per-request", 4, "--concurrency", 1)
    assert "rows 4 to 5" in done.err
    assert "its row 1 is row 5 of the file" in done.err


def test_an_answer_that_is_not_one_result_a_row_is_an_error(run, endpoint, customers):
    endpoint.container = lambda _: Answer(codecs.encode_npy(np.zeros(3)), "application/x-npy")
    done = run("predict", "ep", customers, "--id-column", "id")
    assert "an array of shape (3,), not with one result a row" in done.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--resume"], "name it with --output"),
        (["--output", "FILE"], "is the input"),
        (["--output", "out.xlsx"], "end its name in .csv"),
        (["--output", "out.csv.gz"], "| gzip > FILE"),
        (["--output-format", "npy"], "cannot go to stdout"),
        (["--id-column", "customer"], "--id-column customer: the input has no such column; it has 'a', 'id', 'b'"),
        (["--id-column", "id", "--columns", "id,a"], "leave one out"),
        (["--columns", "a", "--content-type", "application/json"], "the cells of CSV are text of no type"),
        (["--encoding", "klingon"], "Python knows no such encoding"),
        (["--encoding", "utf-16"], "is not utf-16"),
        (["--format", "npy"], "is no array of numbers or text in NPY"),
        (["--format", "parquet"], "is no parquet"),
        (["--format", "jsonl"], "is no line of JSON"),
        (["--profile", "nobody"], "--profile nobody: "),
    ],
)
def test_a_command_that_cannot_work_says_why(run, endpoint, customers, words, told):
    words = [str(customers) if word == "FILE" else word for word in words]
    done = run("predict", "ep", customers, *words)
    assert (done.status, done.out) == (1, "")
    assert told in done.err
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--rows-per-request", "0"], "'0' is no whole number from 1 on"),
        (["--concurrency", "many"], "'many' is no whole number"),
        (["--delimiter", ";;"], "is not one character"),
        (["--force", "--resume"], "not allowed with"),
        (["--meth", "predict"], "unrecognized"),
    ],
)
def test_a_wrong_command_line_has_a_status_of_its_own(run, customers, words, told):
    done = run("predict", "ep", customers, *words)
    assert done.status == 2
    assert told in done.err


def test_files_that_are_not_there(run, endpoint, tmp_path):
    done = run("predict", "ep", tmp_path / "no.csv")
    assert (done.status, done.err) == (1, f"sklearn-endpoint: {tmp_path / 'no.csv'}: No such file or directory\n")
    assert "stands for no format" in run("predict", "ep", tmp_path / "no").err


def test_an_endpoint_that_is_not_there(run, endpoint, customers, tmp_path):
    done = run("predict", "nowhere", customers, "--id-column", "id")
    assert done.status == 1
    assert "There is no endpoint 'nowhere' in the account and region" in done.err


def test_ctrl_c_does_not_wait_for_answers(run, endpoint, customers, is_first, tmp_path, monkeypatch):
    # pytest owns the real SIGINT: a subprocess gets it in tests/end_to_end.
    works, let_go = endpoint.container, threading.Event()

    def container(request):
        if not is_first(request):
            assert let_go.wait(20)
        return works(request)

    endpoint.container = container
    result = Future.result
    seen: list[Future[object]] = []

    def interrupted(self, timeout=None):
        if seen:
            raise KeyboardInterrupt
        seen.append(self)
        return result(self, timeout)

    monkeypatch.setattr(Future, "result", interrupted)
    done = run("predict", "ep", customers, "--id-column=id", "-o", tmp_path / "out.csv", "--rows-per-request", 10)
    let_go.set()
    assert done.status == 130
    assert "interrupted" in done.err
    assert "10 rows are in" in done.err


def test_an_answer_that_is_sparse_is_written_dense(run, endpoint, customers):
    from scipy import sparse

    endpoint.container = lambda _: Answer(codecs.encode_npz(sparse.csr_matrix(np.eye(50, 2))), "application/x-npz")
    done = run("predict", "ep", customers, "--id-column", "id", "--accept", "application/x-npz")
    assert done.status == 0, done.err
    assert records(done.out)[0] == {"id": "00", "prediction_0": "1.0", "prediction_1": "0.0"}


def test_what_helps_is_said_in_the_words_of_this_command(run, endpoint, customers):
    endpoint.service_errors = [(429, "ThrottlingException", "slow down")] * 100
    done = run("predict", "ep", customers, "--id-column", "id")
    assert "In this command, `--concurrency 1` sends one request at a time." in done.err


def test_an_output_that_cannot_be_written(run, endpoint, customers, tmp_path):
    done = run("predict", "ep", customers, "--id-column", "id", "-o", tmp_path / "no" / "out.csv")
    assert done.status == 1
    assert "No such file or directory" in done.err
    (tmp_path / "folder.csv").mkdir()
    assert "is a folder" in run("predict", "ep", customers, "--id-column=id", "-o", tmp_path / "folder.csv").err


def test_going_on_before_anything_was_written_begins(run, endpoint, customers, tmp_path, labels):
    output = tmp_path / "out.npy"
    words = ["predict", "ep", customers, "--columns", "a,b,c,d", "-o", output, "--resume"]
    assert run(*words).status == 0
    assert np.load(output).tolist() == labels.tolist()


def test_a_run_that_was_killed_before_its_first_row_begins_anew(run, endpoint, customers, tmp_path):
    fail_at(endpoint, 2)
    words = ["predict", "ep", customers, "--id-column=id", "-o", tmp_path / "out.csv", "--rows-per-request", 10]
    run(*words, "--concurrency", 1)
    (tmp_path / "out.csv.part").unlink()
    done = run(*words, "--resume")
    assert "no row was written" in done.err


def test_a_run_of_stdin_goes_on_with_the_same_stdin(run, endpoint, customers, tmp_path, monkeypatch):
    works = endpoint.container
    fail_at(endpoint, 3)
    words = ["predict", "ep", "-", "--id-column=id", "-o", tmp_path / "out.csv", "--rows-per-request", 10]
    with customers.open(encoding="utf-8") as file:
        monkeypatch.setattr("sys.stdin", file)
        done = run(*words, "--concurrency", 1)
    assert "of stdin, counted from 0, failed" in done.err
    assert "to go on behind them (with the same stdin):" in done.err
    endpoint.container = works
    with customers.open(encoding="utf-8") as file:
        monkeypatch.setattr("sys.stdin", file)
        assert run(*words, "--resume").status == 0
    read = pd.read_csv(tmp_path / "out.csv", dtype={"id": str})
    assert read["id"].tolist() == [f"0{number}" for number in range(50)]
