"""``python -m stock_image --bind unix:PATH --workers N``: the image's own server, with that of `sklearn_runtime`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from typing import TYPE_CHECKING

from sklearn_runtime.errors import ModelLoadError
from sklearn_runtime.server import logs
from sklearn_runtime.server.listener import BACKLOG, BindError, bind, shown_address
from sklearn_runtime.server.master import Master
from sklearn_runtime.settings import Settings, SettingsError

from .hooks import load_hooks
from .service import StockService, timeout_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_log = logging.getLogger("sklearn_runtime")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server.

    Parameters
    ----------
    arguments
        Command line; ``sys.argv`` unless given.

    Returns
    -------
    int
        Exit status: 0 after SIGTERM, 1 where the server could not start; the reason is the last line of the log.
    """
    # The image's log begins at INFO, whatever SAGEMAKER_CONTAINER_LOG_LEVEL says: its serving module has set up logging
    # when `sagemaker_containers` tries to.
    logs.configure(logging.INFO)
    parser = argparse.ArgumentParser(prog="python -m stock_image")
    parser.add_argument("--bind", required=True)
    parser.add_argument("--workers", type=int, required=True)
    options = parser.parse_args(arguments)
    try:
        settings = Settings.from_environ(os.environ)._replace(log_level=logging.INFO)
        return _serve(settings, options.bind, options.workers)
    except (SettingsError, ModelLoadError, BindError) as error:
        _log.error("%s", error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must reach the log
        _log.exception("the server failed: %s: %s", type(error).__name__, error)
    return 1


def _serve(settings: Settings, address: str, workers: int) -> int:
    hooks = load_hooks(os.environ["SAGEMAKER_PROGRAM"], settings.code_dirs[0])
    model = hooks.load_model(settings.model_dir)
    service = StockService(hooks, model, settings.default_accept, timeout_of(os.environ))
    listener = bind(address)
    try:
        listener.listen(BACKLOG)
        _log.info("listening", extra={"fields": {"address": shown_address(listener), "workers": workers}})
        return Master(settings, service, listener, workers).run()
    finally:
        listener.close()


if __name__ == "__main__":
    sys.exit(main())
