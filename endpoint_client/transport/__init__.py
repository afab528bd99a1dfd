"""The way of one request: to the service, again where it is worth it, and back with an answer or an error."""

__all__: list[str] = []
