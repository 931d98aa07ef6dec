"""What can be asked of a diagram, and the error where it cannot be had. It imports nothing, so
that a command line can say what there is.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from typing import NamedTuple

FORMATS = ("svg", "png", "pdf", "dot", "mmd")
DIRECTIONS = ("tb", "lr")
THEMES = ("light", "dark", "auto")
LEVELS = ("stages", "blocks", "layers", "full")
RENDERERS = ("bundled", "dot")


class Options(NamedTuple):
    """How a diagram is made; what is None is chosen.

    ``direction`` is ``tb`` or ``lr``, ``theme`` one of `THEMES` (by default ``auto`` for SVG,
    ``light`` for the rest), ``detail`` one of ``stages``, ``blocks``, ``layers``, ``full``.
    ``expand`` and ``collapse`` name groups. ``renderer`` is ``bundled`` or ``dot``.
    """

    direction: str | None = None
    theme: str | None = None
    title: str | None = None
    detail: str | None = None
    expand: tuple[str, ...] = ()
    collapse: tuple[str, ...] = ()
    dpi: int | None = None
    renderer: str | None = None


class DrawingError(Exception):
    """A picture cannot be made; the message is one line that says what to do."""
