"""Files of each format, read in parts that hold what the file holds."""

import gzip
import io
import json
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.reading.batch import Limits
from endpoint_client.command_line.reading.columns import Columns
from endpoint_client.command_line.reading.open_table import open_table
from sklearn_runtime import codecs
from sklearn_runtime.codecs.csv_text import decode_csv_rows

ALL = Columns()


def read(path, columns=ALL, rows=2, first_row=0, **options):
    """Read a file; give the bodies, and the columns that are kept."""
    table = open_table(str(path), columns, Limits(rows=rows), **options)
    try:
        batches = list(table.batches(first_row))
    finally:
        table.close()
    assert [batch.start for batch in batches] == [first_row + rows * number for number in range(len(batches))]
    kept: dict[str, list[object]] = {name: [] for name in table.kept}
    for batch in batches:
        for name, values in batch.kept.items():
            kept[name] += values if isinstance(values, list) else values.to_pylist()
    return batches, kept


class TestCsv:
    def test_cells_stay_as_they_are_with_the_header_before_each_part(self, write):
        file = write("rows.csv", 'id,"a, b",text\n1,007,"two\nlines"\n2,1e3,"say ""hi"""\n3,,\u00e4\r\n\n')
        batches, kept = read(file, Columns(ids=("id",)))
        assert [batch.body.decode() for batch in batches] == [
            '"a, b",text\n007,"two\nlines"\n1e3,"say ""hi"""\n',
            '"a, b",text\n,\u00e4\n',
        ]
        assert kept == {"id": ["1", "2", "3"]}
        assert batches[-1].share == 1.0
        rows, names = decode_csv_rows(batches[0].body, header=True, text=True)
        assert names == ("a, b", "text")
        assert rows.tolist() == [["007", "two\nlines"], ["1e3", 'say "hi"']]

    def test_reading_may_begin_at_any_row(self, write):
        file = write("rows.csv", "a\n1\n2\n3\n4\n5\n")
        assert [batch.body for batch in read(file, first_row=3)[0]] == [b"a\n4\n5\n"]
        assert read(file, first_row=5)[0] == []

    def test_other_delimiters_encodings_and_compression(self, tmp_path):
        (tmp_path / "rows.tsv").write_text("a\tb\n1,5\t2\n", encoding="utf-8")
        assert read(tmp_path / "rows.tsv")[0][0].body == b'a,b\n"1,5",2\n'
        (tmp_path / "rows.csv").write_bytes("a;b\n\u00e4;2\n".encode("utf-16"))
        assert read(tmp_path / "rows.csv", delimiter=";", encoding="utf-16")[0][0].body.decode() == "a,b\n\u00e4,2\n"
        (tmp_path / "rows.csv").write_bytes(b"\xef\xbb\xbfa,b\n1,2\n")
        assert read(tmp_path / "rows.csv")[0][0].body == b"a,b\n1,2\n"
        (tmp_path / "rows.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
        assert read(tmp_path / "rows.csv.gz")[0][0].body == b"a,b\n1,2\n"

    def test_without_a_header_columns_have_numbers(self, write):
        batches, kept = read(write("rows.csv", "x,1,2\ny,3,4\n"), Columns(ids=("0",)), header=False)
        assert batches[0].body == b"1,2\n3,4\n"
        assert batches[0].content_type == "text/csv; header=absent"
        assert kept == {"0": ["x", "y"]}

    def test_a_content_type_of_csv_is_taken_as_it_is(self, write):
        assert read(write("rows.csv", "a\n1\n"), content_type="text/csv")[0][0].content_type == "text/csv"

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("", "is empty"),
            ("a,b\n", "has a header and no rows"),
            ("a,b\n1,2\n\n3,4\n", "row 1 of .* is a blank line"),
            ("a,b\n1,2\n3\n", "row 1 of .* has 1 cells, and the first line 2"),
            ('a,b\n1,"2\n', "is not CSV: line 2"),
        ],
    )
    def test_what_is_no_table_is_named(self, write, text, told):
        with pytest.raises(CommandError, match=told):
            read(write("rows.csv", text))

    def test_what_is_no_text_is_named(self, tmp_path):
        (tmp_path / "rows.csv").write_bytes(b"a\n\xe4\n")
        with pytest.raises(CommandError, match=r"is not utf-8-sig: behind line 0: .*--encoding, for example cp1252"):
            read(tmp_path / "rows.csv")

    @pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda _: b"a,b\n1,2\n"])
    def test_a_damaged_compressed_file_is_named(self, tmp_path, damage):
        data = gzip.compress("".join(f"{number}\n" for number in range(9999)).encode())
        (tmp_path / "rows.csv.gz").write_bytes(damage(data))
        with pytest.raises(CommandError, match="cannot be decompressed"):
            read(tmp_path / "rows.csv.gz", rows=10_000)


class TestJsonLines:
    def test_lines_are_sent_as_they_are(self, tmp_path):
        lines = b'{"a": 1.50, "b": "x"}\n\n  [1, 2]\n"text"\n'
        (tmp_path / "rows.jsonl").write_bytes(b"\xef\xbb\xbf" + lines)
        batches, _ = read(tmp_path / "rows.jsonl", content_type="application/x-ndjson")
        assert b"".join(batch.body for batch in batches) == b'{"a": 1.50, "b": "x"}\n[1, 2]\n"text"\n'
        assert batches[0].content_type == "application/x-ndjson"

    def test_columns_of_objects_go_by_name_in_any_order(self, write):
        file = write(
            "rows.jsonl", '{"id": 7, "a": 0.1, "b": null}\n{"b": "\u00e4", "a": 12345678901234567890, "id": 8}\n'
        )
        batches, kept = read(file, Columns(ids=("id",)))
        assert batches[0].body.decode() == '{"a":0.1,"b":null}\n{"a":12345678901234567890,"b":"\u00e4"}\n'
        assert kept == {"id": [7, 8]}

    def test_columns_of_lists_go_by_place(self, write):
        batches, kept = read(write("rows.ndjson", '["x", 1, 2]\n["y", 3, 4]\n'), Columns(ids=("0",)))
        assert (batches[0].body, kept) == (b"[1,2]\n[3,4]\n", {"0": ["x", "y"]})

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("\n\n", "is empty"),
            ("{\n", "row 0 of .* is no line of JSON"),
            ('{"a": 1, "b": 2}\n{"a": 1}\n', "row 1 of .* has the columns .'a'., and the first row .'a', 'b'."),
            ('{"a": 1, "b": 2}\n[1, 2]\n', "row 1 of"),
            ('{"a": 1, "b": 2}\n{"a": \n', "row 1 of .* is no line of JSON"),
        ],
    )
    def test_what_is_no_table_is_named(self, write, text, told):
        with pytest.raises(CommandError, match=told):
            read(write("rows.jsonl", text), Columns(with_input=True))

    def test_another_content_type_is_refused(self, write):
        with pytest.raises(CommandError, match="lines of JSON are sent as application/jsonlines"):
            read(write("rows.jsonl", "[1]\n"), content_type="text/csv")


class TestNpy:
    def test_rows_are_sent_as_npy(self, tmp_path):
        array = np.arange(12.0).reshape(4, 3)
        np.save(tmp_path / "rows.npy", array)
        batches, kept = read(tmp_path / "rows.npy", Columns(ids=("1",)), rows=3, first_row=1)
        assert codecs.decode_npy(batches[0].body).tolist() == array[1:, [0, 2]].tolist()
        assert kept == {"1": [4.0, 7.0, 10.0]}
        assert batches[0].share == 1.0

    def test_one_dimension_is_one_row_and_more_than_two_are_rows(self, tmp_path):
        np.save(tmp_path / "rows.npy", np.arange(3))
        assert codecs.decode_npy(read(tmp_path / "rows.npy")[0][0].body).shape == (1, 3)
        np.save(tmp_path / "rows.npy", np.zeros((2, 3, 4)))
        assert codecs.decode_npy(read(tmp_path / "rows.npy")[0][0].body).shape == (2, 3, 4)

    def test_a_content_type_may_be_named(self, tmp_path):
        np.save(tmp_path / "rows.npy", np.array([["a"], ["b"]]))
        assert read(tmp_path / "rows.npy", content_type="text/csv")[0][0].body == b"a\nb\n"

    def test_what_is_no_table_is_named(self, tmp_path):
        np.save(tmp_path / "rows.npy", np.array([{}], dtype=object), allow_pickle=True)
        with pytest.raises(CommandError, match="is no array of numbers or text in NPY"):
            read(tmp_path / "rows.npy")
        np.save(tmp_path / "rows.npy", np.zeros((0, 3)))
        with pytest.raises(CommandError, match=r"has shape \(0, 3\)"):
            read(tmp_path / "rows.npy")
        with (tmp_path / "rows.npy").open("wb") as file:
            np.savez(file, a=np.zeros(3))
        with pytest.raises(CommandError, match="is an archive of arrays"):
            read(tmp_path / "rows.npy")


class TestParquet:
    def write(self, folder, frame, **options):
        frame.to_parquet(folder / "rows.parquet", **options)
        return folder / "rows.parquet"

    def test_numbers_go_as_csv_bit_for_bit(self, tmp_path):
        frame = pd.DataFrame({"a": np.array([0.1, np.nan, 1e-300]), "b": np.array([0.1, 2, 3], dtype=np.float32)})
        frame["c"] = [2**53 + 1, 2, 3]
        batches, _ = read(self.write(tmp_path, frame), rows=3)
        assert batches[0].content_type == "text/csv; header=present"
        rows, names = decode_csv_rows(batches[0].body, header=True)
        assert names == ("a", "b", "c")
        assert np.array_equal(rows, frame.astype(float).to_numpy(), equal_nan=True)
        assert b"9007199254740993" in batches[0].body

    def test_text_beside_numbers_goes_as_json(self, tmp_path):
        frame = pd.DataFrame({"a": [1, 2], "b": ["007", None], "c": [True, False], "d": pd.Categorical(["x", "y"])})
        batches, _ = read(self.write(tmp_path, frame))
        assert batches[0].content_type == "application/json"
        assert json.loads(batches[0].body) == {
            "columns": ["a", "b", "c", "d"],
            "data": [[1, "007", True, "x"], [2, None, False, "y"]],
        }

    def test_one_column_goes_as_json_since_a_missing_value_would_be_a_blank_line(self, tmp_path):
        batches, _ = read(self.write(tmp_path, pd.DataFrame({"a": [1.5, None]})))
        assert json.loads(batches[0].body) == {"columns": ["a"], "data": [[1.5], [None]]}

    @pytest.mark.parametrize(
        ("content_type", "decode"),
        [
            ("text/csv", lambda body: pd.read_csv(io.BytesIO(body))),
            ("application/jsonlines", lambda body: pd.read_json(io.BytesIO(body), lines=True)),
            ("application/x-npy", lambda body: pd.DataFrame(codecs.decode_npy(body), columns=["a", "b"])),
            ("application/x-parquet", lambda body: pd.read_parquet(io.BytesIO(body))),
            ("application/vnd.apache.arrow.stream", lambda body: pa.ipc.open_stream(body).read_pandas()),
            ("application/vnd.apache.arrow.file", lambda body: pa.ipc.open_file(body).read_pandas()),
        ],
    )
    def test_a_content_type_may_be_named(self, tmp_path, content_type, decode):
        frame = pd.DataFrame({"a": [1.5, 2.5], "b": [3.0, 4.5]})
        batches, _ = read(self.write(tmp_path, frame), content_type=content_type)
        pd.testing.assert_frame_equal(decode(batches[0].body), frame)

    def test_reading_may_begin_within_a_row_group(self, tmp_path):
        frame = pd.DataFrame({"a": range(10), "b": range(10)})
        path = self.write(tmp_path, frame, row_group_size=3)
        for first_row in range(11):
            _, kept = read(path, Columns(with_input=True), rows=100, first_row=first_row)
            assert kept["a"] == list(range(first_row, 10))

    def test_types_without_values_and_exact_decimals_are_numbers(self, tmp_path):
        import decimal

        table = pa.table({"a": pa.nulls(2), "b": pa.array([decimal.Decimal("1.25"), None])})
        pyarrow.parquet.write_table(table, tmp_path / "rows.parquet")
        assert read(tmp_path / "rows.parquet")[0][0].body == b'"a","b"\n,1.25\n,\n'

    def test_what_cannot_be_sent_is_named(self, tmp_path):
        path = self.write(tmp_path, pd.DataFrame({"a": ["x"], "day": [pd.Timestamp("2026-11-29")]}))
        with pytest.raises(CommandError, match=r"column 'day' holds timestamp.*keep it beside"):
            read(path)
        with pytest.raises(CommandError, match="cannot carry a parquet file"):
            read(path, Columns(ids=("day",)), content_type="application/x-npz")
        with pytest.raises(CommandError, match="a column holds no numbers"):
            read(path, Columns(ids=("day",)), content_type="application/x-npy")

    def test_a_file_without_rows_and_a_damaged_one_are_named(self, tmp_path):
        with pytest.raises(CommandError, match="holds no rows"):
            read(self.write(tmp_path, pd.DataFrame({"a": []})))
        path = self.write(tmp_path, pd.DataFrame({"a": range(1000), "b": range(1000)}), compression="gzip")
        data = bytearray(path.read_bytes())
        data[20:200] = bytes(180)
        path.write_bytes(data)
        with pytest.raises(CommandError, match="cannot be read from row 0 on"):
            read(path)

    def test_without_pyarrow_it_says_what_to_install(self, tmp_path, monkeypatch):
        path = self.write(tmp_path, pd.DataFrame({"a": [1]}))
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with pytest.raises(CommandError, match="`pip install pyarrow`"):
            read(path)


def test_the_suffix_says_the_format_unless_it_is_given(write, monkeypatch, tmp_path):
    file = write("rows.txt", "a\n1\n")
    assert read(file, format_name="csv")[0][0].body == b"a\n1\n"
    with pytest.raises(CommandError, match="say --format csv, tsv, jsonl, npy or parquet"):
        read(file)
    with pytest.raises(CommandError, match="npy is not read compressed by gzip"):
        read(tmp_path / "rows.npy.gz")
    with pytest.raises(CommandError, match="parquet is not read through a pipe"):
        read("-", format_name="parquet")


def test_stdin_stays_open_and_has_no_share(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(b"a\n1\n2\n"))
    monkeypatch.setattr("sys.stdin", stdin)
    batches, _ = read("-")
    assert batches[0].share is None
    assert not stdin.buffer.closed
