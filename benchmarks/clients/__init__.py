"""What benchmarks/client.py runs: the clients, each in a process of its own, and the server that they call."""

__all__: list[str] = []
