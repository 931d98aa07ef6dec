"""archspec: a compiler for neural-network architectures. A YAML spec in, a checked Keras model out.

The public names are loaded when they are first used, so that the command line is there to handle
Ctrl-C while its imports run.
"""

from __future__ import annotations

from archspec.version import __version__

TYPE_CHECKING = False  # and not the one of `typing`, which takes a while to import
if TYPE_CHECKING:
    from archspec.api import Graph, Layer, SpecError, build, compile, read

__all__ = ["Graph", "Layer", "SpecError", "__version__", "build", "compile", "read"]


def __getattr__(name: str) -> object:
    """A public name. Raises `AttributeError` for any other."""
    if name not in __all__:
        raise AttributeError(f"module 'archspec' has no attribute '{name}'")
    from archspec import api  # noqa: PLC0415 - on first use

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
