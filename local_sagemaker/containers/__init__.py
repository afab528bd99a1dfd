"""What runs a model: a real process in the place of a container, with its log and its HTTP."""

__all__: list[str] = []
