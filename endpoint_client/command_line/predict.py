"""``sklearn-endpoint predict``: the rows of a file, and a prediction for each."""

from __future__ import annotations

import contextlib
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from endpoint_client.command_line.answers import RowsFailed, answers
from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.reading.batch import Limits
from endpoint_client.command_line.reading.columns import Columns
from endpoint_client.command_line.reading.open_table import open_table
from endpoint_client.command_line.reading.source import STDIN
from endpoint_client.command_line.reasons import reason
from endpoint_client.command_line.target import target_of
from endpoint_client.command_line.writing.output_file import OutputFile
from endpoint_client.command_line.writing.standard_output import StandardOutput
from endpoint_client.exceptions import EndpointClientError, EndpointTimeout, ModelError, PayloadTooLarge, Throttled
from endpoint_client.prediction.predictor import Predictor
from endpoint_client.row_progress import RowProgress

if TYPE_CHECKING:
    import argparse

    from numpy.typing import NDArray

    from endpoint_client.command_line.reading.batch import Batch, TableFile
    from endpoint_client.command_line.target import Target


# What of the remedies that are told for `Predictor` is said otherwise here.
_HINTS: dict[tuple[type[EndpointClientError], ...], str] = {
    (Throttled,): "In this command, `--concurrency 1` sends one request at a time.",
    (EndpointTimeout, PayloadTooLarge): "In this command, `--rows-per-request 100` sends fewer rows at once.",
}


def run(arguments: argparse.Namespace) -> int:
    """Predict the rows of a file.

    Returns
    -------
    int
        The exit status.

    Raises
    ------
    EndpointClientError, OSError
        Nothing could be begun.
    """
    columns = Columns(tuple(arguments.id_column), arguments.columns, arguments.with_input)
    if arguments.output is None and (arguments.resume or arguments.force):
        raise CommandError("--resume and --force are for a file: name it with --output")
    if arguments.output is not None and Path(arguments.output).resolve() == Path(arguments.file).resolve():
        raise CommandError(f"--output {arguments.output}: is the input")
    table = open_table(
        arguments.file,
        columns,
        Limits(rows=arguments.rows_per_request),
        format_name=arguments.format,
        content_type=arguments.content_type,
        delimiter=arguments.delimiter,
        header=not arguments.no_header,
        encoding=arguments.encoding,
    )
    with contextlib.closing(table):
        target = target_of(arguments)
        with _predictor(arguments, target) as predictor:
            output = _output(arguments, target)
            if output.complete:
                _say(f"{arguments.output} is complete: nothing is left to do")
                return 0
            return _predict(arguments, table, predictor, output)


def _predict(
    arguments: argparse.Namespace, table: TableFile, predictor: Predictor, output: OutputFile | StandardOutput
) -> int:
    shown = not arguments.quiet and not (arguments.output is None and sys.stdout.isatty())
    progress = RowProgress(sys.stderr if shown else None, total=table.total_rows, done=output.rows)
    try:
        for batch, results in answers(predictor, table.batches(output.rows), arguments.concurrency):
            _write(output, batch, results)
            progress.advance(batch.count, batch.share)
        output.finish()
    except BrokenPipeError:
        progress.stop()
        raise
    except (EndpointClientError, OSError, KeyboardInterrupt, SystemExit) as error:
        progress.stop()
        with contextlib.suppress(OSError):
            output.close()
        _say(_failure(error, "stdin" if arguments.file == STDIN else arguments.file))
        _say(_remedy(arguments, output))
        if isinstance(error, EndpointClientError | OSError):
            return 1
        raise
    progress.end()
    return 0


def _write(output: OutputFile | StandardOutput, batch: Batch, results: NDArray[Any]) -> None:
    try:
        output.write(batch.kept, results)
    except EndpointClientError as error:
        raise RowsFailed(batch, error) from error


def _predictor(arguments: argparse.Namespace, target: Target) -> Predictor:
    return Predictor(
        target.name,
        region=target.region,
        session=target.session,
        fast=arguments.fast,
        accept=arguments.accept,
        method=arguments.method,
        target_variant=arguments.target_variant,
        target_model=arguments.target_model,
        max_concurrency=arguments.concurrency,
    )


def _output(arguments: argparse.Namespace, target: Target) -> OutputFile | StandardOutput:
    name = arguments.method or "prediction"
    header = not arguments.no_header
    if arguments.output is None:
        return StandardOutput(name, format_name=arguments.output_format, header=header)
    # All that the content of the output depends on, but for what the endpoint does.
    run: dict[str, Any] = {
        "endpoint": target.name,
        "input": arguments.file if arguments.file == STDIN else str(Path(arguments.file).resolve()),
        "format": arguments.format,
        "columns": arguments.columns,
        "id columns": arguments.id_column,
        "with input": arguments.with_input,
        "header": header,
        "delimiter": arguments.delimiter,
        "encoding": arguments.encoding,
        "method": arguments.method,
        "target variant": arguments.target_variant,
        "target model": arguments.target_model,
        "content type": arguments.content_type,
        "accept": arguments.accept,
    }
    if arguments.file != STDIN:
        facts = Path(arguments.file).stat()
        run |= {"input's size": facts.st_size, "input's time of change": facts.st_mtime}
    return OutputFile(
        arguments.output,
        run,
        name,
        format_name=arguments.output_format,
        header=header,
        force=arguments.force,
        resume=arguments.resume,
    )


def _failure(error: BaseException, file: str) -> str:
    if isinstance(error, RowsFailed):
        cause, batch = error.cause, error.batch
        place = ""
        if isinstance(cause, ModelError) and cause.row is not None and batch.start:
            place = f"; its row {cause.row} is row {batch.start + cause.row:,} of the file"
        hints = (hint for kinds, hint in _HINTS.items() if isinstance(cause, kinds))
        told = [f"{batch.rows} of {file}, counted from 0, failed{place}.", reason(cause), *hints]
        return "\n".join(told)
    if isinstance(error, EndpointClientError | OSError):
        return reason(error)
    return "interrupted"


def _remedy(arguments: argparse.Namespace, output: OutputFile | StandardOutput) -> str:
    """Say what is there, and how to go on."""
    if not output.rows:
        return "no row was written"
    if isinstance(output, StandardOutput):
        return f"{output.rows:,} rows were written; to a file (--output) this could go on with --resume"
    words = [word for word in arguments.words if word not in ("--force", "--resume")] + ["--resume"]
    again = " (with the same stdin)" if arguments.file == STDIN else ""
    return f"{output.rows:,} rows are in {output.part}; to go on behind them{again}:\n  {shlex.join(words)}"


def _say(text: str) -> None:
    print(f"sklearn-endpoint: {text}", file=sys.stderr)
