"""``5 * $steps_per_epoch`` → a number of steps: the formulas of a recipe, which know how many
epochs and steps there are.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from archspec.frontend.expressions.expression import parse


class Steps(NamedTuple):
    """What a formula may name: the epochs, the steps of each, and of all together. An expression's
    scope.
    """

    epochs: int
    steps_per_epoch: int
    steps: int

    def lookup(self, name: str) -> int:
        """The value of a variable. Raises `KeyError` where there is none."""
        return self._asdict()[name]  # type: ignore[no-any-return]

    def spend(self, steps: int) -> None:
        """Formulas of recipes are few and short: nothing is counted."""


def evaluated(value: Any, steps: Steps) -> Any:
    """A formula's value, as a whole number; any other value as it is."""
    if isinstance(value, str) and "$" in value:
        return round(parse(value).evaluate(steps))
    return value
