"""The predictor: arrays in, arrays out, in as many requests as they take."""

__all__: list[str] = []
