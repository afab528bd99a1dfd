"""Packages that travel with a model: wheels for the image's Python, chosen and checked by pip at synthesis."""
