"""How much may still be done for one spec, all its variants together: items to carry out, elements
of lists to touch.
"""

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
    """What is left of the items and of the work that one spec may ask for.

    ``networks`` counts those that were begun. ``cut`` says that a mistake has cut the items of the
    last one short, by ``withheld``.
    """

    __slots__ = ("items", "networks", "withheld", "work")

    def __init__(self) -> None:
        self.items = limits.ITEMS
        self.work = limits.WORK
        self.networks = 0
        self.withheld = 0

    def begin(self, variables: int) -> None:
        """Begin another network, of a spec with so many variables."""
        self.networks += 1
        self.items += self.withheld - variables // limits.VARIABLES
        self.withheld = 0

    @property
    def cut(self) -> bool:
        """Whether a mistake has cut the items short."""
        return self.withheld > 0

    @property
    def used_up(self) -> bool:
        """Whether nothing more can be carried out."""
        return self.items + self.withheld < 0 or self.work < 0

    def item(self, place: Span, count: int = 1) -> None:
        """Pay for carrying out one item, or what counts for several. Raises `Exceeded`."""
        self.items -= count
        if self.items < 0:
            self.check(place)

    def mistaken(self) -> None:
        """Cut the items short after a mistake: there will be no network, and the rest only serves
        to find other mistakes.
        """
        if self.items > limits.ITEMS_AFTER_MISTAKE:
            self.withheld += self.items - limits.ITEMS_AFTER_MISTAKE
            self.items = limits.ITEMS_AFTER_MISTAKE

    def check(self, place: Span) -> None:
        """Raise `Exceeded` where more items were carried out than one spec may ask for."""
        if self.items >= 0:
            return
        what = f"more than {limits.ITEMS:,} layers, groups and block calls"
        if self.networks > 1:
            message = f"the networks of this spec ask for {what} together"
            raise Exceeded(message, place, "check its variants one by one")
        help = "look for a `repeat` in a `repeat`, or blocks that call others several times"
        raise Exceeded(f"this network asks for {what}", place, help)

    def spend(self, steps: int) -> None:
        """Pay for touching elements of lists. Raises `Exceeded`."""
        self.work -= steps
        if self.work < 0:
            whose = "the networks of this spec" if self.networks > 1 else "this network"
            message = (
                f"the expressions of {whose} touch more than {limits.WORK:,} elements of lists"
            )
            raise Exceeded(message, None, "make the lists shorter")
