"""What runs inside the container: hooks, codecs and the server, for every scikit-learn image of SageMaker.

Imports the standard library, NumPy and scikit-learn; runs on Python 3.7 and NumPy 1.19, the oldest image's, and later.
"""

__all__ = ()
