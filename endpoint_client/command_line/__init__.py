"""The command line: ``sklearn-endpoint predict``, ``status`` and ``tail``, also ``python -m endpoint_client``."""

__all__: list[str] = []
