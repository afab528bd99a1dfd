"""What an error means, why it comes, and what to do: a table of rules, the most exact first."""

__all__: list[str] = []
