"""The model's methods under their own names, awaited."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


class AsyncioNamedMethods(ABC):
    """Methods that are `predict` with the method of their name.

    With ``as_frame=True`` each gives a pandas object under the index of its input, as `predict` does.
    """

    @abstractmethod
    async def _named(self, method: str, data: Any, as_frame: bool) -> Any:
        """Call a method of the model."""

    @overload
    async def predict_proba(self, data: Any, *, as_frame: Literal[False] = False) -> NDArray[Any]: ...

    @overload
    async def predict_proba(self, data: Any, *, as_frame: Literal[True]) -> pd.DataFrame: ...

    async def predict_proba(self, data: Any, *, as_frame: bool = False) -> NDArray[Any] | pd.DataFrame:
        """Class probabilities, of shape (n_rows, n_classes); as `predict` with ``method="predict_proba"``.

        The columns are in the order of the model's ``classes_``, which the endpoint does not tell.
        """
        return await self._named("predict_proba", data, as_frame)

    @overload
    async def predict_log_proba(self, data: Any, *, as_frame: Literal[False] = False) -> NDArray[Any]: ...

    @overload
    async def predict_log_proba(self, data: Any, *, as_frame: Literal[True]) -> pd.DataFrame: ...

    async def predict_log_proba(self, data: Any, *, as_frame: bool = False) -> NDArray[Any] | pd.DataFrame:
        """Logarithms of class probabilities, of shape (n_rows, n_classes)."""
        return await self._named("predict_log_proba", data, as_frame)

    @overload
    async def decision_function(self, data: Any, *, as_frame: Literal[False] = False) -> NDArray[Any]: ...

    @overload
    async def decision_function(self, data: Any, *, as_frame: Literal[True]) -> pd.Series | pd.DataFrame: ...

    async def decision_function(self, data: Any, *, as_frame: bool = False) -> NDArray[Any] | pd.Series | pd.DataFrame:
        """Confidence scores, of shape (n_rows,) or (n_rows, n_classes)."""
        return await self._named("decision_function", data, as_frame)

    @overload
    async def score_samples(self, data: Any, *, as_frame: Literal[False] = False) -> NDArray[Any]: ...

    @overload
    async def score_samples(self, data: Any, *, as_frame: Literal[True]) -> pd.Series: ...

    async def score_samples(self, data: Any, *, as_frame: bool = False) -> NDArray[Any] | pd.Series:
        """Density or anomaly scores, of shape (n_rows,)."""
        return await self._named("score_samples", data, as_frame)

    @overload
    async def transform(self, data: Any, *, as_frame: Literal[False] = False) -> NDArray[Any]: ...

    @overload
    async def transform(self, data: Any, *, as_frame: Literal[True]) -> pd.DataFrame: ...

    async def transform(self, data: Any, *, as_frame: bool = False) -> NDArray[Any] | pd.DataFrame:
        """Transformed rows, of shape (n_rows, n_features_out)."""
        return await self._named("transform", data, as_frame)
