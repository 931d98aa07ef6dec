"""What expressions see while a network is carried out: variables, tensors, and a purse of work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from archspec import limits
from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.expressions.expression import UNKNOWN, TensorValue
from archspec.frontend.program.formulas import Formula, Located, Silenced
from archspec.tensor import Tensor


class Exceeded(Exception):
    """A bound of `archspec.limits` was passed: nothing more is carried out."""

    def __init__(self, message: str, span: Span | None = None, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.help = help


class Feed(NamedTuple):
    """What flows along the chain: the name of the node or input that gives it, and its tensor;
    ``None`` after a mistake.
    """

    name: str
    tensor: Tensor | None


class Purse:
    """How much one compilation may still do. ``chain`` holds the variables that are being
    computed, each for the one before it.
    """

    __slots__ = ("chain", "cut", "items", "work")

    def __init__(self) -> None:
        self.chain: list[Lazy] = []
        self.items = limits.ITEMS
        self.cut = False
        self.work = limits.WORK

    def item(self, place: Span) -> None:
        """Pay for carrying out one item."""
        self.items -= 1
        if self.items < 0:
            self.check(place)

    def mistaken(self) -> None:
        """A mistake was met: there will be no network, and what is left to carry out serves to
        find other mistakes.
        """
        if self.items > limits.ITEMS_AFTER_MISTAKE:
            self.items = limits.ITEMS_AFTER_MISTAKE
            self.cut = True

    def check(self, place: Span) -> None:
        """Raise `Exceeded` where more items were carried out than one compilation may."""
        if self.items < 0:
            message = (
                f"this network asks for more than {limits.ITEMS:,} layers, groups and block calls"
            )
            raise Exceeded(
                message,
                place,
                "look for a `repeat` in a `repeat`, or blocks that call others several times",
            )

    def spend(self, steps: int) -> None:
        """Pay for touching elements of lists."""
        self.work -= steps
        if self.work < 0:
            raise Exceeded(
                f"the expressions of this network touch more than {limits.WORK:,} elements of"
                " lists",
                None,
                "make the lists shorter",
            )


FAILED = object()
"""The value of a variable whose formula was wrong."""


class Lazy:
    """A variable that is computed when first asked for, so that variables may use one another
    in any order.
    """

    __slots__ = ("environment", "formula", "name", "value")

    def __init__(self, name: str, formula: Formula, environment: Environment) -> None:
        self.name = name
        self.formula = formula
        self.environment = environment
        self.value: Any = self

    def force(self) -> Any:
        """The value. Raises `Located` where the formula is wrong or needs itself, `Silenced`
        where that was told already.
        """
        if self.value is self:
            self.value = self._computed()
        if self.value is FAILED:
            raise Silenced(self.name)
        return self.value

    def _computed(self) -> Any:
        chain = self.environment.purse.chain
        if self in chain:
            raise Located(self._circular(chain[chain.index(self) :]))
        if len(chain) >= limits.CHAIN:
            message = (
                f"a chain of more than {limits.CHAIN} variables, each computed from the next,"
                " passes here"
            )
            raise Located(
                Diagnostic(
                    "bound-network",
                    message,
                    self.formula.value.span,
                    f"to compute `{chain[0].name}`",
                    help="shorten the chain",
                )
            )
        chain.append(self)
        try:
            return self.formula.evaluate(self.environment)
        except (Located, Silenced):
            self.value = FAILED
            raise
        finally:
            chain.pop()

    def _circular(self, circle: list[Lazy]) -> Diagnostic:
        first = min(circle, key=lambda one: one.formula.value.span)
        start = circle.index(first)
        way = " → ".join(f"`{one.name}`" for one in [*circle[start:], *circle[:start], first])
        message = f"`{first.name}` is computed from itself" + (
            f": {way}" if len(circle) > 1 else ""
        )
        return Diagnostic(
            "circular",
            message,
            first.formula.value.span,
            help="give one of them a value of its own" if len(circle) > 1 else "give it a value",
        )


class Environment:
    """The names visible at a place, the nearest first; what expressions call a scope."""

    __slots__ = ("parent", "purse", "values")

    def __init__(self, parent: Environment | None, values: dict[str, Any], purse: Purse) -> None:
        self.parent = parent
        self.values = values
        self.purse = purse

    def child(self, values: dict[str, Any]) -> Environment:
        """An environment with nearer names."""
        return Environment(self, values, self.purse)

    def lookup(self, name: str) -> Any:
        """The value of a name. Raises `KeyError` if there is none, `Silenced` if its formula
        was wrong.
        """
        environment: Environment | None = self
        while environment is not None:
            if name in environment.values:
                return _value(environment.values[name])
            environment = environment.parent
        raise KeyError(name)

    def nearest(self, name: str) -> Any:
        """What stands for a name, not computed yet where it can wait; ``None`` if there is none."""
        environment: Environment | None = self
        while environment is not None and name not in environment.values:
            environment = environment.parent
        return None if environment is None else environment.values[name]

    def spend(self, steps: int) -> None:
        """Pay for elementary steps."""
        self.purse.spend(steps)


def _value(value: Any) -> Any:
    if type(value) is Feed:
        if value.tensor is None:
            raise Silenced(value.name)
        return TensorValue(value.tensor.shape)
    if type(value) is Lazy:
        return value.force()
    if value is FAILED:
        raise Silenced
    return value


def variables_of(
    formulas: Mapping[str, Formula], values: dict[str, Any], environment: Environment
) -> None:
    """Put variables that may use one another into the values of an environment."""
    for name, formula in formulas.items():
        values[name] = formula.data if formula.constant else Lazy(name, formula, environment)


def has_unknown(value: Any) -> bool:
    """Whether an unknown size stands somewhere in a value."""
    if value is UNKNOWN:
        return True
    if isinstance(value, list | tuple):
        return any(has_unknown(one) for one in value)
    return isinstance(value, dict) and any(has_unknown(one) for one in value.values())
