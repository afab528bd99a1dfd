"""The metrics of endpoints, and what acts on them: alarms and scaling."""

__all__: list[str] = []
