"""The states of an alarm."""

from __future__ import annotations

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
