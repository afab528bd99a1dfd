"""CloudWatch's metric math: from the text of an expression to time series."""

__all__: list[str] = []
