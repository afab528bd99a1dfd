"""CloudWatch dashboards as pictures: the body is read, placed on its grid, filled with data, and drawn."""

__all__: list[str] = []
