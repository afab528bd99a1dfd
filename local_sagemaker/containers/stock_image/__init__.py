"""What AWS's scikit-learn image puts around a user's script, for a model that does not carry `sklearn_runtime`.

After the image's `sagemaker_sklearn_container.serving` and the `sagemaker_containers` 2.8.6.post2 below it
(https://github.com/aws/sagemaker-scikit-learn-container), and compared with them in ``tests/aws_image``. Runs in the
container's interpreter, from Python 3.7 on, with NumPy and `sklearn_runtime` beside it: so it imports nothing else of
the local cloud, and has syntax of Python 3.7.
"""

from __future__ import annotations

__all__: list[str] = []
