"""What an item takes, by name: the steps to the item that gives it."""

from __future__ import annotations

from typing import NamedTuple

from archspec.reading.explained import Spot
from archspec.reading.tree import Item, Seq

PREV = "prev"


class PathStep(NamedTuple):
    """A step of a reference: the item, or the path of branches, whose name it is. ``spot`` is where
    the number behind the name stands, of the round of a repetition.
    """

    named: Item | Seq
    spot: Spot | None = None


class SlotSource(NamedTuple):
    """What a slot takes: ``base`` is ``prev`` or the name of an input of model or block; else the
    steps to an item, and the name of the ``output`` of it, if it is a further one.

    Slots in a row that take the same from one round after another are one source (`gathers`): the
    number of step ``counting`` goes on, by ``rise``, up to the one at the spot ``stop``, which is
    no longer taken.
    """

    base: str = ""
    steps: tuple[PathStep, ...] = ()
    output: str = ""
    counting: int = 0
    stop: Spot | None = None
    rise: int = 1
