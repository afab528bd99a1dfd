"""Draws the widgets of a dashboard: a file for each kind of card, and what they share."""

__all__: list[str] = []
