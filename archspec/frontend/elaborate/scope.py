"""What is visible where an item is carried out: variables, tensors, names, defaults, and the way
there from the document.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Mapping
from typing import Any, NamedTuple

from archspec import limits
from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.elaborate.budget import Budget
from archspec.frontend.expressions.expression import UNKNOWN, TensorValue
from archspec.frontend.program.formulas import Formula, Located, NameFormula, Silenced
from archspec.frontend.program.program import (
    NO_ARGUMENTS,
    Arguments,
    ArgumentsByKind,
    FromName,
    Program,
    SpecPart,
)
from archspec.tensor import Tensor

FAILED = object()
"""The value of a variable whose formula was wrong."""


class Feed(NamedTuple):
    """What flows along the chain: a tensor and its name, as in `Graph.tensors`; ``None`` after a
    mistake.
    """

    name: str
    tensor: Tensor | None


class Lazy:
    """A variable that is computed when first asked for, so that variables may use one another
    in any order.
    """

    __slots__ = ("environment", "formula", "name", "value")

    def __init__(self, name: str, formula: Formula, environment: "Environment") -> None:
        self.name = name
        self.formula = formula
        self.environment = environment
        self.value: Any = self

    def force(self) -> Any:
        """The value. Raises `Located` where the formula is wrong or needs itself, `Silenced`
        where that has a complaint already. A formula that computes with ``null`` is wrong whenever
        it is asked for, and only then.
        """
        if self.value is self:
            self.value = self._computed()
        if self.value is FAILED:
            raise Silenced(self.name)
        return self.value

    def _computed(self) -> Any:
        chain = self.environment.chain
        if self in chain:
            raise Located(_circular(chain[chain.index(self) :]))
        if len(chain) >= limits.CHAIN:
            raise Located(_too_long(self, chain[0]))
        chain.append(self)
        try:
            return self.formula.evaluate(self.environment)
        except (Located, Silenced) as error:
            if not (isinstance(error, Located) and error.of_null):
                self.value = FAILED
            raise
        finally:
            chain.pop()


def _too_long(variable: Lazy, first: Lazy) -> Diagnostic:
    message = (
        f"a chain of more than {limits.CHAIN} variables, each computed from the next, passes here"
    )
    span = variable.formula.value.span
    label = f"to compute `{first.name}`"
    return Diagnostic("bound-network", message, span, label, help="shorten the chain")


def _circular(circle: list[Lazy]) -> Diagnostic:
    first = min(circle, key=lambda variable: variable.formula.value.span)
    start = circle.index(first)
    way = " → ".join(f"`{variable.name}`" for variable in [*circle[start:], *circle[:start], first])
    several = len(circle) > 1
    message = f"`{first.name}` is computed from itself" + (f": {way}" if several else "")
    help = "give one of them a value of its own" if several else "give it a value"
    return Diagnostic("circular", message, first.formula.value.span, help=help)


class Environment:
    """The variables and tensors visible at a place, the nearest first; what expressions call a
    scope. ``chain`` holds the variables that are being computed, each for the one before it.
    """

    __slots__ = ("budget", "chain", "parent", "values")

    def __init__(
        self,
        parent: "Environment | None",
        values: dict[str, Any],
        budget: Budget,
        chain: list[Lazy],
    ) -> None:
        self.parent = parent
        self.values = values
        self.budget = budget
        self.chain = chain

    def child(self, values: dict[str, Any]) -> "Environment":
        """An environment with nearer names."""
        return Environment(self, values, self.budget, self.chain)

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

    def holder(self, name: str) -> "Environment | None":
        """The nearest environment that has a name itself, ``None`` if none has."""
        environment: Environment | None = self
        while environment is not None and name not in environment.values:
            environment = environment.parent
        return environment

    def nearest(self, name: str) -> Any:
        """What stands for a name, not computed yet where it can wait; ``None`` if there is none."""
        holder = self.holder(name)
        return None if holder is None else holder.values[name]

    def spend(self, steps: int) -> None:
        """Pay for elementary steps. Raises `Exceeded`."""
        self.budget.spend(steps)


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
        return any(has_unknown(part) for part in value)
    return isinstance(value, dict) and any(has_unknown(part) for part in value.values())


class Defaults(NamedTuple):
    """The ``defaults`` of the spec or of one call of a block, with the environment that their
    expressions see.
    """

    arguments: ArgumentsByKind
    environment: Environment


class Frame(NamedTuple):
    """A step of the way from the document to where something is carried out: a block call, a
    repetition or a ``reuse``.

    ``label`` is the block's name, or that of the item that repeats or is used again, read in the
    ``environment``; ``arguments`` are the call's.
    """

    kind: str
    label: str | NameFormula | None
    place: Span
    above: "Frame | None"
    arguments: Arguments = NO_ARGUMENTS
    environment: Environment | None = None
    index: int | None = None  # type: ignore[assignment]  # hides a method of tuples
    count: int | None = None  # type: ignore[assignment]  # hides a method of tuples


_NOTHING_RESERVED: frozenset[str] = frozenset()


class Context(NamedTuple):
    """The names and scopes around a list of items.

    ``frame`` is the way there from the document. ``prefix`` is the path so far and ``visible`` the
    prefixes in which names are looked up, the innermost first; ``automatic`` the part of the prefix
    up to its last automatic step. ``inputs`` are the tensors that the block or model names.
    ``shares`` maps the prefix of a ``reuse`` to that of the item it uses again. ``home`` is the key
    of the spec whose text this is, "" for the one that is compiled; where ``frozen``, no layer is
    trained.
    """

    scope: int
    frame: Frame | None
    prefix: str
    visible: tuple[str, ...]
    automatic: str
    inputs: Mapping[str, Feed]
    defaults: tuple[Defaults, ...]
    reserved: frozenset[str]
    blocks: tuple[str, ...]
    depth: int
    shares: tuple[str, str] | None = None
    home: str = ""
    frozen: bool = False

    def at(self, scope: int, frame: Frame | None) -> "Context":
        """The same in another scope and frame; for every repetition, so quicker than `_replace`."""
        return Context(scope, frame, *self[2:])

    def inside(self, scope: int, prefix: str, automatic: str) -> "Context":
        """That of a list within a piece of structure whose names have a prefix of their own."""
        visible = prefix, *self.visible
        inputs, defaults, blocks, depth = self.inputs, self.defaults, self.blocks, self.depth + 1
        names = prefix, visible, automatic, inputs, defaults, _NOTHING_RESERVED
        return Context(scope, self.frame, *names, blocks, depth, *self[10:])


class Home(NamedTuple):
    """A spec whose text is carried out: its program, and the values of its variables. ``part`` is
    the block that it is, ``None`` for the spec that is compiled.
    """

    program: Program
    variables: Environment
    part: SpecPart | None = None


class Named(NamedTuple):
    """The path that an item got, and whether the author wrote its last step."""

    path: str
    written: bool


class Turn(NamedTuple):
    """One repetition of an item, number ``index`` from 1 of ``count``; ``counted`` where the item's
    name gets that number. ``around`` is the scope that the item stands in.
    """

    index: int  # type: ignore[assignment]  # hides a method of tuples
    count: int  # type: ignore[assignment]  # hides a method of tuples
    counted: bool
    around: int


class Site(NamedTuple):
    """Where an operation is carried out: the names and scopes around it, the variables, the tensors
    that it takes, and the path that its item's ``name`` gives it, ``None`` without one.

    ``sources`` are the names of the tensors with their roles, empty where they are taken by
    position.
    """

    context: Context
    environment: Environment
    feeds: tuple[Feed, ...]
    name: Named | None = None
    sources: tuple[FromName, ...] = ()

    @property
    def feed(self) -> Feed:
        """The first tensor that the operation takes."""
        return self.feeds[0]

    @property
    def previous(self) -> Feed:
        """What the item before has given."""
        feed: Feed = self.environment.values["prev"]
        return feed
