"""InputFilter, JoinSource and OutputFilter: what of a record the model gets, and what stands beside its prediction.

Rule: https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html. A row of CSV is an array of
texts, which are left as they are; a JSON line is a value. Predictions are told apart by lines.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

from jsonpath_ng import Child, Fields
from jsonpath_ng.exceptions import JSONPathError

from local_sagemaker.moto_mends.states_json_paths import is_definite, parse_path
from local_sagemaker.transform.transform_failures import AlgorithmFailure, ClientFailure, TransformFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WHOLE = "$"
CSV = "text/csv"
KINDS = (CSV, "application/json", "application/jsonlines")
# ``$ @ . * .<name> ['<name>',...] [<number>,...] [start:end]``, the operators that AWS's page lists.
_PATH = re.compile(
    r"""[$@](\.\*|\.[\w-]+|\[\*\]|\['[^']*'(,\s*'[^']*')*\]|\[-?\d+(,\s*-?\d+)*\]|\[(-?\d+)?:(-?\d+)?\])*"""
)


def refusals(request: Mapping[str, Any]) -> Iterator[str]:
    """Say what of DataProcessing is refused.

    Parameters
    ----------
    request
        Parameters of CreateTransformJob.
    """
    processing = request.get("DataProcessing") or {}
    content_type = media_type(request["TransformInput"].get("ContentType"))
    for name in ("InputFilter", "OutputFilter"):
        path = processing.get(name)
        if path and not (_PATH.fullmatch(path) and _is_path(path)):
            yield (
                f"DataProcessing.{name} {path!r} is not a JSONPath of the operators that batch transform has: "
                "$ @ . * .name ['name', ...] [number, ...] [start:end]."
            )
    if _changes(processing) and content_type not in KINDS:
        yield (
            f"DataProcessing needs the ContentType {', '.join(KINDS)}, and TransformInput has {content_type or 'none'}."
        )


def media_type(content_type: str | None) -> str:
    """Give a content type without its parameters.

    Example
    -------
    >>> media_type("text/CSV; charset=utf-8")
    'text/csv'
    """
    return (content_type or "").partition(";")[0].strip().lower()


class Association:
    """What becomes of records on their way to the model and back.

    Parameters
    ----------
    request
        Parameters of CreateTransformJob, without `refusals`.
    """

    def __init__(self, request: Mapping[str, Any]) -> None:
        processing = request.get("DataProcessing") or {}
        self._changes = _changes(processing)
        self._input = processing.get("InputFilter") or WHOLE
        self._output = processing.get("OutputFilter") or WHOLE
        self._joins = processing.get("JoinSource") == "Input"
        self._is_csv = media_type(request["TransformInput"].get("ContentType")) == CSV
        accept = media_type(request["TransformOutput"].get("Accept"))
        self._gives_csv = accept == CSV if accept in KINDS else self._is_csv

    def request(self, records: Sequence[bytes]) -> bytes:
        """Give the body of a request.

        Raises
        ------
        ClientFailure
            A record is not what its content type says, or the filter finds nothing in it.
        """
        if self._input == WHOLE:
            return b"\n".join(records)
        return b"\n".join(
            self._write(_selected(self._read(record, place), self._input, place), csv_row=self._is_csv)
            for place, record in enumerate(records)
        )

    def output(self, records: Sequence[bytes], answer: bytes) -> bytes:
        """Give what is written for the records.

        Raises
        ------
        ClientFailure, AlgorithmFailure
            There is not one prediction for each record, or it cannot be read.
        """
        if not self._joins and self._output == WHOLE:
            return answer
        # A JSON answer to one record may have several lines.
        predictions = [answer] if len(records) == 1 else answer.removesuffix(b"\n").split(b"\n")
        if len(predictions) != len(records):
            raise AlgorithmFailure(
                f"Fail to join data: mismatched line counts between the input ({len(records)}) and the output "
                f"({len(predictions)}): give BatchStrategy SingleRecord, or an Accept that has a line for each record"
            )
        return b"\n".join(
            self._output_of(record, prediction, place)
            for place, (record, prediction) in enumerate(zip(records, predictions, strict=True))
        )

    def _output_of(self, record: bytes, prediction: bytes, place: int) -> bytes:
        predicted = _parse(prediction, is_csv=self._gives_csv, place=place, failure=AlgorithmFailure)
        if not self._joins:
            return self._write(_selected(predicted, self._output, place), csv_row=self._gives_csv)
        given = self._read(record, place)
        if self._is_csv:
            row = [*given, *(predicted if isinstance(predicted, list) else [predicted])]
            return self._write(_selected(row, self._output, place), csv_row=True)
        if isinstance(given, dict):
            joined = {**given, "SageMakerOutput": predicted}
        else:
            joined = {"SageMakerInput": given, "SageMakerOutput": predicted}
        return self._write(_selected(joined, self._output, place), csv_row=False)

    def _read(self, record: bytes, place: int) -> Any:
        return _parse(record, is_csv=self._is_csv, place=place, failure=ClientFailure)

    def _write(self, value: Any, *, csv_row: bool) -> bytes:
        if csv_row:
            line = io.StringIO()
            row = value if isinstance(value, list) else [value]
            csv.writer(line, lineterminator="").writerow(
                [item if isinstance(item, str) else json.dumps(item) for item in row]
            )
            return line.getvalue().encode()
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _changes(processing: Mapping[str, Any]) -> bool:
    filters = {processing.get(name) or WHOLE for name in ("InputFilter", "OutputFilter")}
    return filters != {WHOLE} or processing.get("JoinSource") == "Input"


def _is_path(path: str) -> bool:
    try:
        parse_path(path)
    except JSONPathError:
        return False
    return True


def _parse(record: bytes, *, is_csv: bool, place: int, failure: type[TransformFailure]) -> Any:
    what = "the prediction" if failure is AlgorithmFailure else "it"
    try:
        text = record.decode()
        if is_csv:
            rows = list(csv.reader(io.StringIO(text), strict=True))
            return rows[0] if len(rows) == 1 else [item for row in rows for item in row]
        return json.loads(text)
    except (ValueError, csv.Error) as error:
        raise failure(f"{what} is no {'row of CSV' if is_csv else 'JSON'}: {error}", place=place) from None


def _selected(value: Any, path: str, place: int) -> Any:
    if path == WHOLE:
        return value
    parsed = parse_path(path)
    found = [match.value for match in parsed.find(value)]
    names = parsed.right.fields if isinstance(parsed, Child) and isinstance(parsed.right, Fields) else ()
    if len(names) > 1:
        # Several names keep them: an object of those that are there.
        owners = [match.value for match in parsed.left.find(value)]
        found = [{name: owner[name] for name in names if name in owner} for owner in owners if isinstance(owner, dict)]
    if not found:
        raise ClientFailure(f"the filter {path!r} finds nothing in it", place=place)
    return found[0] if is_definite(parsed) or len(names) > 1 else found
