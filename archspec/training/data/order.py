"""(seed, epoch) → the order in which an epoch takes its examples: a function, so that a training
that goes on takes them as it would have.
"""

from __future__ import annotations

import numpy


def order(seed: int, epoch: int, number: int, *, shuffle: bool = True) -> numpy.ndarray:
    """The row numbers of an epoch's examples, 0 to ``number`` - 1, in their order: those of
    ``numpy.random.default_rng([seed, epoch]).permutation(number)``. Epochs count from 0.
    """
    if not shuffle:
        return numpy.arange(number)
    return numpy.random.default_rng([seed, epoch]).permutation(number)
