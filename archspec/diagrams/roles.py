"""A layer → the part that it plays in a diagram, the fill of its box and the words on it."""

from __future__ import annotations

from enum import Enum

from archspec.diagrams.palette import Fill, fill_of
from archspec.layers import Layer
from archspec.layers.operations.base import Operation
from archspec.layers.titles import Say, activation_words, plainly


class Role(Enum):
    """Whether a layer has a card of its own, belongs to the one before it (or, if there is
    none, after it), or to the one after it.
    """

    MAIN = "main"
    FOLLOWS = "follows"
    LEADS = "leads"


ROLES = {
    "activation": Role.FOLLOWS,
    "along_axis": Role.FOLLOWS,
    "arrangement": Role.FOLLOWS,
    "binary": Role.FOLLOWS,
    "normalization": Role.FOLLOWS,
    "padding": Role.LEADS,
    "regularization": Role.FOLLOWS,
    "reshaping": Role.FOLLOWS,
    "unary": Role.FOLLOWS,
}
"""The roles of the families whose layers have no card of their own."""


def role(layer: Layer) -> Role:
    """The part that a layer plays. What joins several tensors has a card of its own."""
    if isinstance(layer, Operation) and len(layer.open_roles) > 1:
        return Role.MAIN
    return ROLES.get(layer.family(), Role.MAIN)


def fill(layer: Layer) -> Fill:
    """The fill of a layer's box."""
    return fill_of(layer.family())


def parts(layer: Layer, say: Say = plainly) -> list[str]:
    """What a layer that belongs to a card adds to its second line: its name. A padding says
    nothing there: the sizes show it.
    """
    return [] if role(layer) is Role.LEADS else ["".join(layer.title(say))]


def own_activation(layer: Layer, say: Say = plainly) -> list[str]:
    """The activation that a layer with a card of its own has as an argument, if it has one."""
    if role(layer) is Role.FOLLOWS:
        return []
    words = activation_words(getattr(layer, "activation", None), say)
    return [words] if words else []
