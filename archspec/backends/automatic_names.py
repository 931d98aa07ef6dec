"""The names of a network's layers → how far Keras must have counted, so that it gives none of them
to an operation that it makes itself: those that compute the masks of a `Concatenate` are called
``concatenate``, and a model refuses a name that is used twice.
"""

from __future__ import annotations

from collections.abc import Iterable

from archspec.graph import Graph

OF_MASKS = (
    "any",
    "concatenate",
    "expand_dims",
    "logical_or",
    "not_equal",
    "ones_like",
    "zeros_like",
)
"""The operations that compute masks, as Keras names them."""


def counts(names: Iterable[str]) -> dict[str, int]:
    """For each word that begins some names how often Keras must have used it: 3 for ``any_2``."""
    next_numbers: dict[str, int] = {}
    for name in names:
        word, _, number = name.rpartition("_")
        if not number.isdigit():
            word, number = name, "0"
        next_numbers[word] = max(next_numbers.get(word, 0), int(number) + 1)
    return next_numbers


def counts_of_masks(graph: Graph) -> dict[str, int]:
    """The same of the words of `OF_MASKS`; nothing where no layer makes a mask."""
    if not any(node.layer.makes_mask for node in graph.nodes):
        return {}
    next_numbers = counts(graph.name_in_keras(node.name) for node in graph.nodes)
    return {word: next_numbers[word] for word in OF_MASKS if word in next_numbers}
