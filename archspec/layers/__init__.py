"""Every layer kind, by its name: `KINDS`."""

from archspec.layers.base import Layer
from archspec.layers.mismatch import Mismatch
from archspec.layers.registry import CELLS, KINDS

__all__ = ["CELLS", "KINDS", "Layer", "Mismatch"]
