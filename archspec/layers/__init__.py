"""Every layer kind, by its name: importing this package fills the registry."""

from archspec.layers import (  # noqa: F401 - imported to register their kinds
    activation,
    attention,
    convolution,
    core,
    merging,
    normalization,
    pooling,
    regularization,
    reshaping,
    resizing,
)
from archspec.layers.base import KINDS, Layer, Mismatch

__all__ = ["KINDS", "Layer", "Mismatch"]
