"""The model's files: found, compared with the digest and version of the template, then unpickled or mapped."""

__all__ = ()
