"""What is seen of an endpoint: its metrics, the alarms on them, and the dashboard that shows them."""

__all__: list[str] = []
