"""Alarms of CloudWatch: what they watch, when they change their state, and what follows from that."""

__all__: list[str] = []
