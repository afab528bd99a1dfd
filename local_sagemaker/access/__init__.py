"""What a role or a user may do, and what is fetched from S3 with those rights."""

__all__: list[str] = []
