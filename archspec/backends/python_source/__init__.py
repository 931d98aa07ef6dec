"""Source code in Python: `Recording` → the text of a file that makes the network with Keras."""

from archspec.backends.python_source.file import source

__all__ = ["source"]
