"""The model's methods under their own names."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


class NamedMethods(ABC):
    """Methods that are `predict` with the method of their name.

    With ``as_frame=True`` each gives a pandas object under the index of its input, as `predict` does.
    """

    @abstractmethod
    def _named(self, method: str, data: Any, as_frame: bool) -> Any:
        """Call a method of the model."""

    @overload
    def predict_proba(self, data: Any, *, as_frame: Literal[False] = False) -> NDArray[Any]: ...

    @overload
    def predict_proba(self, data: Any, *, as_frame: Literal[True]) -> pd.DataFrame: ...

    def predict_proba(self, data: Any, *, as_frame: bool = False) -> NDArray[Any] | pd.DataFrame:
        """Class probabilities, of shape (n_rows, n_classes); as `predict` with ``method="predict_proba"``.

        The columns are in the order of the model's ``classes_``, which the endpoint does not tell.
        """
        return self._named("predict_proba", data, as_frame)

    @overload
    def predict_log_proba(self, data: Any, *, as_frame: Literal[False] = False) -> NDArray[Any]: ...

    @overload
    def predict_log_proba(self, data: Any, *, as_frame: Literal[True]) -> pd.DataFrame: ...

    def predict_log_proba(self, data: Any, *, as_frame: bool = False) -> NDArray[Any] | pd.DataFrame:
        """Logarithms of class probabilities, of shape (n_rows, n_classes)."""
        return self._named("predict_log_proba", data, as_frame)

    @overload
    def decision_function(self, data: Any, *, as_frame: Literal[False] = False) -> NDArray[Any]: ...

    @overload
    def decision_function(self, data: Any, *, as_frame: Literal[True]) -> pd.Series | pd.DataFrame: ...

    def decision_function(self, data: Any, *, as_frame: bool = False) -> NDArray[Any] | pd.Series | pd.DataFrame:
        """Confidence scores, of shape (n_rows,) or (n_rows, n_classes)."""
        return self._named("decision_function", data, as_frame)

    @overload
    def score_samples(self, data: Any, *, as_frame: Literal[False] = False) -> NDArray[Any]: ...

    @overload
    def score_samples(self, data: Any, *, as_frame: Literal[True]) -> pd.Series: ...

    def score_samples(self, data: Any, *, as_frame: bool = False) -> NDArray[Any] | pd.Series:
        """Density or anomaly scores, of shape (n_rows,)."""
        return self._named("score_samples", data, as_frame)

    @overload
    def transform(self, data: Any, *, as_frame: Literal[False] = False) -> NDArray[Any]: ...

    @overload
    def transform(self, data: Any, *, as_frame: Literal[True]) -> pd.DataFrame: ...

    def transform(self, data: Any, *, as_frame: bool = False) -> NDArray[Any] | pd.DataFrame:
        """Transformed rows, of shape (n_rows, n_features_out)."""
        return self._named("transform", data, as_frame)
