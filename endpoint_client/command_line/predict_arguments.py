"""What ``sklearn-endpoint predict`` takes, and what its ``--help`` says."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from endpoint_client.command_line.argument_types import character, names, positive
from endpoint_client.command_line.reading.batch import ROWS
from endpoint_client.command_line.reading.open_table import FORMATS as INPUT_FORMATS
from endpoint_client.command_line.target import add_command, add_credentials
from endpoint_client.command_line.writing.output_file import FORMATS as OUTPUT_FORMATS
from sklearn_runtime.content_types import NPY

if TYPE_CHECKING:
    from collections.abc import Callable

CONCURRENCY = 4

DESCRIPTION = """\
Send the rows of FILE to an endpoint, and write a prediction for each, in the order of the rows.

Files of any size: rows are read, sent and written in parts, and memory does not grow with the file.
"""

EPILOG = """\
FILE is .csv, .tsv, .jsonl (each also with .gz behind it), .npy or .parquet (needs pyarrow), or - for CSV on stdin.
The cells of CSV reach the endpoint as they are, which reads each column as the model was fitted: 007 stays text
for a model of text. Column names travel, and the endpoint matches them with the model's.

The output is CSV on stdout, or what --output ends in: .csv, .jsonl, .npy or .parquet. One result a row is a column
`prediction`, several are `prediction_0`, `prediction_1`, ... (in the order of the model's classes_ for
probabilities); with --method their name is the method's: `predict_proba_0`.

While it is written, an output FILE is FILE.part (and FILE.part.json, which says what its rows are), and gets its
name when it is complete. After an error or Ctrl-C, the rows that were written stay there, and the same command with
--resume goes on behind them; it changes nothing where FILE is complete. (After kill -9 that holds for csv, jsonl and
npy; parquet can be read only once it is closed.)

Exit status: 0 all rows are predicted, 1 an error, 2 a wrong command line, 130 Ctrl-C, 141 the reader of the output
went away (`| head`).

examples:
  sklearn-endpoint predict churn customers.csv > labels.csv
  sklearn-endpoint predict churn customers.csv --id-column customer_id --method predict_proba --output scores.csv
  sklearn-endpoint predict churn big.parquet --with-input --output scored.parquet --concurrency 16
  sklearn-endpoint predict stack:ChurnStack features.npy --output labels.npy
  zcat *.csv.gz | sklearn-endpoint predict churn - --no-header | head
"""


def add_predict(commands: Any, run: Callable[[argparse.Namespace], int]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands, "predict", run, summary="predict each row of a file", description=DESCRIPTION, epilog=EPILOG
    )
    parser.add_argument("file", metavar="FILE", help="the rows; - is stdin")
    reading = parser.add_argument_group("reading")
    reading.add_argument("--format", choices=INPUT_FORMATS, help="of FILE, where its suffix does not say")
    reading.add_argument("--no-header", action="store_true", help="CSV without column names, in FILE and in the output")
    reading.add_argument("--delimiter", type=character, help=r"between cells of CSV, such as ';' (default: , or \t)")
    reading.add_argument("--encoding", default="utf-8-sig", help="of CSV (default: UTF-8, with or without a BOM)")
    columns = parser.add_argument_group(
        "columns", "By name; by place, from 0, in .npy, in JSON lists and in CSV without a header."
    )
    columns.add_argument(
        "--id-column",
        metavar="NAME",
        action="append",
        default=[],
        help="do not send this column, and write it before the predictions, to join them by; may be given again",
    )
    columns.add_argument("--columns", metavar="A,B", type=names, help="send these columns alone, in this order")
    columns.add_argument(
        "--with-input", action="store_true", help="write all columns of FILE before the predictions, not only ids"
    )
    writing = parser.add_argument_group("writing")
    writing.add_argument("--output", "-o", metavar="FILE", help="where predictions go (default: CSV on stdout)")
    writing.add_argument("--output-format", choices=OUTPUT_FORMATS, help="where no suffix says; stdout: csv, jsonl")
    again = writing.add_mutually_exclusive_group()
    again.add_argument("--force", action="store_true", help="write over an output that is there")
    again.add_argument("--resume", action="store_true", help="go on behind the rows that an earlier run has written")
    writing.add_argument("--quiet", "-q", action="store_true", help="no progress on stderr")
    model = parser.add_argument_group("the model")
    model.add_argument("--method", help="such as predict_proba (default: the endpoint's own, mostly predict)")
    model.add_argument("--target-variant", metavar="NAME", help="call this production variant")
    model.add_argument("--target-model", metavar="KEY", help="call this model of an endpoint with many")
    model.add_argument("--content-type", help="send rows as this (default: what keeps their types)")
    model.add_argument("--accept", default=NPY, help="ask for results as this (default: %(default)s)")
    requests = parser.add_argument_group("requests")
    requests.add_argument(
        "--rows-per-request",
        metavar="N",
        type=positive,
        default=ROWS,
        help=f"at most; a request ends at 1 MiB in any case (default: {ROWS:,})",
    )
    requests.add_argument(
        "--concurrency",
        metavar="N",
        type=positive,
        default=CONCURRENCY,
        help="requests at once (default: 4)",
    )
    requests.add_argument(
        "--fast",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="send past boto3's layers: 0.4 ms less a request, which is felt with few rows in each (default: no, since "
        "requests are large here, and boto3 takes every setting of a profile)",
    )
    add_credentials(parser)
