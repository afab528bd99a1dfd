"""Fast prediction for few rows: scikit-learn's answers, bit for bit, without its cost per call.

scikit-learn spends 0.1 to 5 ms on one row, nearly all of it in checks and, for forests, in starting a thread pool. A
fast path does the same arithmetic in the same order on arrays prepared once. It is taken only for estimators whose
exact type stands on a list, only after it gave the bytes that scikit-learn gave on probe rows, only for as many rows as
it was measured to be faster, and it is checked again on real requests now and then: whatever differs ends it.
"""

from __future__ import annotations

from sklearn_runtime.fast.path import FastPath, FastPaths, find_fast_paths

__all__ = ["FastPath", "FastPaths", "find_fast_paths"]
