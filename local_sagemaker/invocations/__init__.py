"""InvokeEndpoint in all its forms, from a signed request to a container and back."""

__all__: list[str] = []
