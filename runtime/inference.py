"""The hooks file that SageMaker imports: the user's hooks where a program defines them, ours otherwise."""

import os
import sys

# The server may have imported this file from where pip installed it: the code directory need not be on the path.
sys.path.append(os.path.dirname(os.path.abspath(__file__)))

from sklearn_runtime.hooks import load_hooks
from sklearn_runtime.prediction import silence_feature_name_warning
from sklearn_runtime.settings import Settings
from sklearn_runtime.stock_server import contract_hooks

_settings = Settings.from_environ(os.environ)
silence_feature_name_warning()
# Which hooks there are depends on the server and on the program: a mix of transform_fn and the others is refused.
globals().update(contract_hooks(load_hooks(_settings), _settings))
