"""What the tests need beside an AWS image's own packages, in each image's Python."""

import sys

from hypothesis import settings

try:
    import joblib
except ImportError:
    # scikit-learn 0.20 carries joblib inside itself, and its image has no other. Only the tests have it by this name:
    # the servers that they start find it as the runtime does.
    from sklearn.externals import joblib

    sys.modules["joblib"] = joblib

# How long an example takes says nothing of a property, on a machine that does other things too.
settings.register_profile("runtime", deadline=None)
settings.load_profile("runtime")
