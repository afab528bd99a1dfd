"""Tables as they are given, and the request bodies that they become."""

__all__: list[str] = []
