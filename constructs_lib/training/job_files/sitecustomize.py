"""Write why a training script failed into the file that SageMaker's FailureReason is read from.

Python imports this module by its name in every process that finds it, which a job's do: the code directory is on
PYTHONPATH. The image's own toolkit leaves the message empty, but keeps a file that is there already (``files.py`` of
sagemaker-training 4.8.0). Runs in the image, so on Python 3.7 and later.
"""

import os
import sys
import traceback
from types import TracebackType
from typing import Optional, Type

_report = sys.excepthook


def _write_reason(kind: Type[BaseException], error: BaseException, trace: Optional[TracebackType]) -> None:
    _report(kind, error, trace)
    # Processes that the script starts itself may fail and be handled; what is interrupted was stopped from outside.
    if sys.argv[:1] != [os.environ.get("SM_USER_ENTRY_POINT")] or not issubclass(kind, Exception):
        return
    try:
        with open(os.path.join(os.environ["SM_OUTPUT_DIR"], "failure"), "x") as file:
            file.write("".join(traceback.format_exception_only(kind, error)).strip())
    except (KeyError, OSError):
        pass


sys.excepthook = _write_reason
