"""The model server: one process a core, an event loop in each, strict HTTP/1.1, the standard library alone.

`command` reads the command line, loads the model and opens the port; `master` forks and watches the workers; in a
`worker` each `connection` reads requests, and the `dispatcher` answers them on the loop or in a thread, by their cost.
"""

__all__ = ()
