"""``python -m sklearn_runtime.server``."""

import sys

from sklearn_runtime.server.command import main

if __name__ == "__main__":
    sys.exit(main())
