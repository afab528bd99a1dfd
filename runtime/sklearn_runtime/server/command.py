"""Serves the model: ``python -m sklearn_runtime.server --bind 127.0.0.1:8080 --workers 2``.

The model is loaded once, before the port is listened on: whoever can connect gets predictions. Where it cannot be
loaded the process ends at once, with the reason as the last line of its log.
"""

import argparse
import contextlib
import gc
import logging
import os
import pwd
import signal
import time
from typing import Any, List, NoReturn, Optional

from sklearn_runtime.errors import ModelLoadError
from sklearn_runtime.server import logs
from sklearn_runtime.server.capacity import memory_limit, resident_bytes, worker_count
from sklearn_runtime.server.listener import BACKLOG, BindError, bind, shown_address
from sklearn_runtime.server.master import Master
from sklearn_runtime.settings import Settings, SettingsError

__all__ = ["main"]

_log = logging.getLogger("sklearn_runtime")


def main(arguments: Optional[List[str]] = None) -> int:
    """Run the server.

    Parameters
    ----------
    arguments
        Command line; ``sys.argv`` unless given.

    Returns
    -------
    int
        Exit status: 0 after SIGTERM, 1 where the server could not start, else 128 + the signal that cut it short.
    """
    signal.signal(signal.SIGTERM, _leave)
    logs.configure(logging.INFO)
    pause = Settings().failure_pause
    try:
        settings = Settings.from_environ(os.environ)
        pause = settings.failure_pause
        logging.getLogger().setLevel(settings.log_level)
        options = _parser(settings).parse_args(arguments)
        return _serve(settings._replace(bind=options.bind, workers=options.workers))
    except _Terminated:
        return 0
    except (SettingsError, ModelLoadError, BindError) as error:
        _log.error("%s", error)
    except Exception as error:  # noqa: BLE001  whatever it is, it must reach the log
        _log.exception("the server failed: %s: %s", type(error).__name__, error)
    time.sleep(pause)
    return 1


class _Terminated(BaseException):
    """SIGTERM before the server is up; no SystemExit, since a script that raises that is a failure of its own."""


def _leave(*_: Any) -> NoReturn:
    """There is nothing to finish."""
    raise _Terminated


def _parser(settings: Settings) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sklearn_runtime.server", description="Serve a scikit-learn model.")
    # SageMaker starts an image of one's own with this word.
    parser.add_argument(
        "command", nargs="?", choices=["serve"], default="serve", help="what to do (default %(default)s)"
    )
    parser.add_argument(
        "--bind", metavar="ADDRESS", default=settings.bind, help="HOST:PORT or unix:PATH (default %(default)s)"
    )
    parser.add_argument(
        "--workers",
        type=_positive,
        metavar="N",
        default=settings.workers,
        help="worker processes (default one per vCPU)",
    )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of workers: give 1 or more")
    return number


def _serve(settings: Settings) -> int:
    listener = bind(settings.bind)
    address = shown_address(listener)
    cpus = len(os.sched_getaffinity(0))
    try:
        service = _load(settings._replace(workers=settings.workers or cpus))
        if settings.user is not None and os.geteuid() == 0:
            _become(settings.user)
        workers = worker_count(settings.workers, cpus, resident_bytes(), memory_limit())
        if workers < (settings.workers or cpus):
            _log.warning("memory has room for %d workers, not for %d", workers, settings.workers or cpus)
        # What lives now lives for good: the collector must not touch it, and so copy its pages, in every worker.
        gc.freeze()
        gc.enable()
        listener.listen(BACKLOG)
        _log.info("listening", extra={"fields": {"address": address, "workers": workers}})
        return Master(settings, service, listener, workers).run()
    finally:
        listener.close()
        if address.startswith("unix:"):
            with contextlib.suppress(OSError):  # gone already, or no longer ours to remove
                os.unlink(address[len("unix:") :])


def _load(settings: Settings) -> Any:
    started = time.monotonic()
    # Importing scikit-learn makes 240,000 objects and next to no garbage: looking for some took 0.25 s of 1.7.
    gc.disable()
    from sklearn_runtime.service import (
        InferenceService,  # imports scikit-learn: the reason why it cannot must reach the log
    )

    service = InferenceService.load(settings)
    if settings.program is not None:
        gc.collect()  # what a program of the user's left behind
    seconds = round(time.monotonic() - started, 3)
    _log.info("model loaded", extra={"fields": {"seconds": seconds, **service.facts}})
    return service


def _become(user: str) -> None:
    """Give up root's rights for good."""
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        raise SettingsError(f"SKLEARN_RUNTIME_USER is {user!r}: give the name of a user of this system") from None
    os.initgroups(account.pw_name, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
