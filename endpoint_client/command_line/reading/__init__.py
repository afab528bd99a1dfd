"""Files of rows, read a request at a time: memory does not grow with the file."""

__all__: list[str] = []
