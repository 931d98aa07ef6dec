"""How much one compilation may still do: items to carry out, elements of lists to touch."""

from __future__ import annotations

from archspec import limits
from archspec.diagnostics import Span


class Exceeded(Exception):
    """A bound of `archspec.limits` was passed: nothing more is carried out."""

    def __init__(self, message: str, span: Span | None = None, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.help = help


class Budget:
    """What is left of the items and of the work that one compilation may do.

    ``shortened`` says that a mistake has cut the items short.
    """

    __slots__ = ("items", "shortened", "work")

    def __init__(self) -> None:
        self.items = limits.ITEMS
        self.shortened = False
        self.work = limits.WORK

    def item(self, place: Span) -> None:
        """Pay for carrying out one item. Raises `Exceeded`."""
        self.items -= 1
        if self.items < 0:
            self.check(place)

    def mistaken(self) -> None:
        """Cut the items short after a mistake: there will be no network, and the rest only serves
        to find other mistakes.
        """
        if self.items > limits.ITEMS_AFTER_MISTAKE:
            self.items = limits.ITEMS_AFTER_MISTAKE
            self.shortened = True

    def check(self, place: Span) -> None:
        """Raise `Exceeded` where more items were carried out than one compilation may."""
        if self.items < 0:
            message = (
                f"this network asks for more than {limits.ITEMS:,} layers, groups and block calls"
            )
            help = "look for a `repeat` in a `repeat`, or blocks that call others several times"
            raise Exceeded(message, place, help)

    def spend(self, steps: int) -> None:
        """Pay for touching elements of lists. Raises `Exceeded`."""
        self.work -= steps
        if self.work < 0:
            message = (
                f"the expressions of this network touch more than {limits.WORK:,} elements of lists"
            )
            raise Exceeded(message, None, "make the lists shorter")
