"""Files of predictions, written as the answers come: what stands in them is there after whatever happens next."""

__all__: list[str] = []
