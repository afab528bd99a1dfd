"""Outputs of each format: what stands in them, and what an interrupted write leaves."""

import csv
import datetime as dt
import decimal
import io
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.writing import npy_output, parquet_output
from endpoint_client.command_line.writing.csv_output import CsvOutput, complete_csv
from endpoint_client.command_line.writing.json_lines_output import JsonLinesOutput, complete_json_lines
from endpoint_client.command_line.writing.npy_output import NpyOutput, complete_npy
from endpoint_client.command_line.writing.output import plain, prediction_columns
from endpoint_client.command_line.writing.parquet_output import ParquetOutput, complete_parquet

ODD = ["plain", 'a "quote", a comma', "two\nlines", "carriage\rreturn", "", None]


def records(path):
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))


class TestCsv:
    def test_cells_are_read_back_as_they_were(self):
        stream = io.BytesIO()
        output = CsvOutput(stream, "prediction")
        output.write({"id": ODD, "list": [[1, {"a": None}]] * 6}, np.array([0.1, np.nan, 1e-300, np.inf, -0.0, 3]))
        output.close()
        read = pd.read_csv(io.BytesIO(stream.getvalue()), keep_default_na=False, dtype=str, lineterminator="\n")
        assert read["id"].tolist() == [*ODD[:5], ""]
        assert read["prediction"].tolist() == ["0.1", "nan", "1e-300", "inf", "-0.0", "3.0"]
        assert json.loads(read["list"][0]) == [1, {"a": None}]

    def test_rows_of_other_columns_are_refused(self):
        output = CsvOutput(io.BytesIO(), "p")
        output.write({}, np.zeros((1, 2)))
        with pytest.raises(CommandError, match=r"have the columns \['p_0'\], those before \['p_0', 'p_1'\]"):
            output.write({}, np.zeros((1, 1)))

    def test_a_column_of_the_name_of_the_predictions_is_refused(self):
        with pytest.raises(CommandError, match="the input has a column 'p', and so have the predictions"):
            CsvOutput(io.BytesIO(), "p").write({"p": [1]}, np.zeros(1))

    @pytest.mark.parametrize("header", [True, False])
    def test_wherever_a_write_is_cut_off_complete_rows_stay(self, tmp_path, header):
        path = tmp_path / "out.csv"
        with path.open("wb") as stream:
            CsvOutput(stream, "p", header=header).write({"id, text": ODD}, np.arange(6))
        whole, all_records = path.read_bytes(), records(path)
        ends = []
        for length in range(len(whole) + 1):
            path.write_bytes(whole[:length])
            rows, names = complete_csv(path, header=header)
            left = path.read_bytes()
            assert whole.startswith(left)
            assert names == (["id, text", "p"] if header and left else None)
            ends.append(rows)
            with path.open("ab") as stream:
                if rows < 6:
                    rest = CsvOutput(stream, "p", header=header, written=names)
                    rest.write({"id, text": ODD[rows:]}, np.arange(rows, 6))
            assert records(path) == all_records
        assert sorted(set(ends)) == list(range(7))


class TestJsonLines:
    def test_each_row_is_an_object(self):
        stream = io.BytesIO()
        output = JsonLinesOutput(stream, "p")
        output.write({"day": [dt.date(2026, 11, 29)] * 2}, np.array([[0.5, np.nan], [1, 2]]))
        output.close()
        assert [json.loads(line) for line in stream.getvalue().splitlines()] == [
            {"day": "2026-11-29", "p": [0.5, None]},
            {"day": "2026-11-29", "p": [1.0, 2.0]},
        ]

    def test_wherever_a_write_is_cut_off_complete_rows_stay(self, tmp_path):
        path = tmp_path / "out.jsonl"
        for content, rows in ((b"", 0), (b'{"p":', 0), (b'{"p":1}\n', 1), (b'{"p":1}\n{"p":1}', 1)):
            path.write_bytes(content)
            assert complete_json_lines(path) == rows
            assert path.read_bytes() == b'{"p":1}\n' * rows


class TestNpy:
    def test_the_file_is_whole_after_each_write(self, tmp_path):
        output = NpyOutput(tmp_path / "out.npy")
        for number in range(1, 4):
            output.write({}, np.full((2, 3), number, dtype=np.float32))
            read = np.load(tmp_path / "out.npy")
            assert (read.shape, read.dtype) == ((2 * number, 3), np.float32)
            assert (read[-1] == number).all()
        output.close()

    def test_a_longer_text_makes_all_longer(self, tmp_path, monkeypatch):
        monkeypatch.setattr(npy_output, "_ROWS_AT_ONCE", 2)
        output = NpyOutput(tmp_path / "out.npy")
        output.write({}, np.array(["a", "b", "c"]))
        output.write({}, np.array(["longer"]))
        output.write({}, np.array(["d"]))
        output.close()
        assert np.load(tmp_path / "out.npy").tolist() == ["a", "b", "c", "longer", "d"]
        assert [path.name for path in tmp_path.iterdir()] == ["out.npy"]

    def test_wherever_a_write_is_cut_off_the_rows_of_the_header_stay(self, tmp_path):
        path = tmp_path / "out.npy"
        output = NpyOutput(path)
        output.write({}, np.arange(3))
        output.close()
        whole = path.read_bytes()
        for length in range(0, 257, 32):
            path.write_bytes(whole[:length])
            assert complete_npy(path) == 0
            assert path.read_bytes() == b""
        path.write_bytes(whole + b"12345678torn")
        assert complete_npy(path) == 3
        assert path.read_bytes() == whole
        output = NpyOutput(path)
        output.write({}, np.arange(3, 5))
        output.close()
        assert np.load(path).tolist() == [0, 1, 2, 3, 4]

    @pytest.mark.parametrize(
        ("first", "second", "kept", "told"),
        [
            (np.zeros(1), np.zeros((1, 2)), {}, r"results of shape \(2,\), those before of \(\)"),
            (np.zeros(1), np.array(["a"]), {}, "results of <U1, those before of float64"),
            (np.array([None, "a"]), None, {}, "results of object cannot be NPY"),
            (np.zeros(1), None, {"id": [1]}, "the predictions alone, and no 'id'"),
        ],
    )
    def test_what_is_no_array_is_refused(self, tmp_path, first, second, kept, told):
        output = NpyOutput(tmp_path / "out.npy")
        if second is not None:
            output.write(kept, first)
        with pytest.raises(CommandError, match=told):
            output.write(kept, first if second is None else second)
        output.close()


class TestParquet:
    def test_row_groups_are_long_and_the_file_is_there_when_it_is_closed(self, tmp_path, monkeypatch):
        monkeypatch.setattr(parquet_output, "ROW_GROUP_ROWS", 4)
        path = tmp_path / "out.parquet"
        output = ParquetOutput(path, "p")
        for start in range(0, 10, 2):
            output.write({"id": ["x", None], "n": [None, None]}, np.arange(start, start + 2))
        assert not path.exists()
        output.close()
        groups = pyarrow.parquet.ParquetFile(path).metadata
        assert [groups.row_group(number).num_rows for number in range(groups.num_row_groups)] == [4, 4, 2]
        assert complete_parquet(path) == 10
        output = ParquetOutput(path, "p")
        output.write({"id": ["y"], "n": ["now text"]}, np.array([10]))
        output.close()
        read = pd.read_parquet(path)
        assert read["p"].tolist() == list(range(11))
        assert read["n"].tolist()[-1] == "now text"
        assert [file.name for file in tmp_path.iterdir()] == ["out.parquet"]

    def test_rows_that_fill_their_row_group_leave_nothing_to_write(self, tmp_path, monkeypatch):
        monkeypatch.setattr(parquet_output, "ROW_GROUP_ROWS", 2)
        output = ParquetOutput(tmp_path / "out.parquet", "p")
        output.write({}, np.arange(2))
        output.close()
        assert complete_parquet(tmp_path / "out.parquet") == 2

    def test_nothing_written_is_no_file(self, tmp_path):
        ParquetOutput(tmp_path / "out.parquet", "p").close()
        assert list(tmp_path.iterdir()) == []

    def test_a_value_of_another_type_is_refused(self, tmp_path):
        output = ParquetOutput(tmp_path / "out.parquet", "p")
        output.write({"id": [1]}, np.zeros(1))
        with pytest.raises(CommandError, match=r"out.parquet cannot hold these rows as those before"):
            output.write({"id": ["text"]}, np.zeros(1))
        with pytest.raises(CommandError, match=r"cannot hold these rows"):
            output.write({"id": [[1], "x"]}, np.zeros(2))
        output.close()
        assert complete_parquet(tmp_path / "out.parquet") == 1

    def test_columns_of_arrow_keep_their_types(self, tmp_path):
        output = ParquetOutput(tmp_path / "out.parquet", "p")
        for words in (["a", "b"], ["c", "a"]):
            output.write({"kind": pa.array(words).dictionary_encode()}, np.zeros((2, 2)))
        output.close()
        read = pyarrow.parquet.read_table(tmp_path / "out.parquet")
        assert read.column_names == ["kind", "p_0", "p_1"]
        assert read.column("kind").to_pylist() == ["a", "b", "c", "a"]


def test_results_of_more_dimensions_are_no_columns():
    with pytest.raises(CommandError, match=r"2 dimensions a row, and a table holds one: write \.npy or \.jsonl"):
        prediction_columns("p", np.zeros((1, 2, 3)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dt.datetime(2026, 11, 29, 18, tzinfo=dt.timezone.utc), "2026-11-29T18:00:00+00:00"),
        (dt.time(18), "18:00:00"),
        (dt.timedelta(days=1), "1 day, 0:00:00"),
        (decimal.Decimal("1.20"), "1.20"),
        (b"\xffa", "\\xffa"),
        ({"a": [dt.date(2026, 11, 29)]}, {"a": ["2026-11-29"]}),
        (7, 7),
        (None, None),
    ],
)
def test_what_json_and_csv_have_no_value_for_becomes_text(value, expected):
    assert plain(value) == expected
