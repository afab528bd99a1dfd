"""What differs between the libraries of the AWS images, for the tests: the one place that chooses."""

from __future__ import annotations

from typing import Any

import pytest
import scipy
import sklearn
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

try:
    from sklearn.ensemble import HistGradientBoostingClassifier
except ImportError:
    try:
        # An experiment before scikit-learn 1.0: this import makes the name importable.
        from sklearn.experimental import enable_hist_gradient_boosting  # noqa: F401
        from sklearn.ensemble import HistGradientBoostingClassifier  # isort: skip
    except ImportError:
        # scikit-learn 0.20, the oldest image.
        HistGradientBoostingClassifier = None

SKLEARN = tuple(map(int, sklearn.__version__.split(".")[:2]))
SCIPY = tuple(map(int, scipy.__version__.split(".")[:2]))

#: What scipy.sparse has in each format: ``csr_matrix``, and from SciPy 1.8 on ``csr_array``.
SPARSE_KINDS = ("matrix",) if SCIPY < (1, 8) else ("matrix", "array")

names_are_known = pytest.mark.skipif(
    SKLEARN < (1, 0), reason="models know their columns' names from scikit-learn 1.0 on"
)
width_is_known = pytest.mark.skipif(
    SKLEARN < (0, 23), reason="models know their columns' number from scikit-learn 0.23 on"
)

#: Another scikit-learn than the installed one.
OTHER_SKLEARN = "0.23.2" if SKLEARN == (0, 20) else "0.20.3"

#: Options of an interpreter in which every warning is an error; the oldest libraries warn when they are imported, and
#: joblib 1.5 with NumPy 2.5, as the image 1.9-0 has them, whenever a model is loaded.
WARNINGS_ARE_ERRORS = () if SKLEARN == (0, 20) else ("-W", "error", "-W", "ignore:Setting the shape:DeprecationWarning")


def boosting(iterations: int) -> Any:
    """A gradient boosting classifier that takes missing values.

    `HistGradientBoostingClassifier` where there is one, else its predecessor behind an imputer.
    """
    if HistGradientBoostingClassifier is not None:
        return HistGradientBoostingClassifier(max_iter=iterations)
    return make_pipeline(SimpleImputer(), GradientBoostingClassifier(n_estimators=iterations))
