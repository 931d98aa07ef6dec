"""A ``repeat`` → the variables of each repetition, or a complaint where it is wrong."""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Iterator
from typing import Any, NamedTuple

from archspec import limits
from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.elaborate.scope import (
    FAILED,
    Environment,
    Feed,
    Frame,
    Site,
    Turn,
)
from archspec.frontend.elaborate.state import State
from archspec.frontend.expressions.expression import RESERVED, UNKNOWN
from archspec.frontend.expressions.values import show
from archspec.frontend.program.complaints import each_value
from archspec.frontend.program.formulas import Formula, Located, NameFormula, Silenced
from archspec.frontend.program.names import COUNTER
from archspec.frontend.program.program import NO_ARGUMENTS
from archspec.frontend.yaml.document import Value
from archspec.spelling import did_you_mean, listed_names

REPEAT_HELP = "write `repeat: 3`, `repeat: {k: [3, 5]}` or `repeat: [{k: 3, s: 1}, {k: 5, s: 2}]`"


class WrongRepeat(NamedTuple):
    """What is wrong with a ``repeat``; ``at`` is the list or the row at fault, ``beyond`` says that
    it asks for too much.

    ``wanted`` is how many values the list at fault should have.
    """

    message: str
    help: str | None = None
    at: str | int | None = None
    beyond: bool = False
    wanted: int | None = None


class Repetitions:
    """The repetitions of an item, a branch or a name: the variables of each, and how they are
    carried out at a site.
    """

    def __init__(
        self, state: State, rows: list[dict[str, Any]], name: NameFormula | None, site: Site
    ) -> None:
        context = site.context
        block = context.blocks[-1] if context.blocks else ""
        self.rows = rows
        self.name = name
        self.site = site
        self.has_counter = not block or COUNTER not in (
            state.home(context).program.blocks[block].parameters
        )
        """Whether a variable counts them: no argument of the block hides it."""
        self.counted = name is not None and self._tells_none_apart(name)
        """Whether the name gets their number."""

    def _tells_none_apart(self, name: NameFormula) -> bool:
        bound = {*(self.rows[0] if self.rows else ()), *([COUNTER] if self.has_counter else ())}
        return bound.isdisjoint(mention.name for mention in name.mentions)

    def turns(self) -> Iterator[Turn]:
        """Each repetition, from the first."""
        count, counted, around = len(self.rows), self.counted, self.site.context.scope
        return (Turn(index, count, counted, around) for index in range(1, count + 1))

    def site_of(self, turn: Turn, place: Span, previous: Feed, scope: int | None = None) -> Site:
        """Where a repetition is carried out: what is visible in it, and the way there. ``place`` is
        that of the item, ``previous`` what the item before has given, and ``scope`` the one that
        the repetition will be, where it is one.
        """
        index, count, _, around = turn
        context = self.site.context
        values = {**self.rows[index - 1], "prev": previous}
        if self.has_counter:
            values[COUNTER] = index - 1
        inner = self.site.environment.child(values)
        above = context.frame
        frame = Frame("repetition", self.name, place, above, NO_ARGUMENTS, inner, index, count)
        return Site(context.at(around if scope is None else scope, frame), inner, (previous,))


def repetitions(
    state: State, repeat: Formula, when: Formula | None, name: NameFormula | None, site: Site
) -> Repetitions | None:
    """The repetitions of what has a ``name``, or ``None`` where the ``repeat`` is wrong. There is
    none where it computes with ``null``, and ``when`` leaves the item out.
    """
    rows = _rows(state, repeat, when, site)
    return None if rows is None else Repetitions(state, rows, name, site)


def _rows(
    state: State, repeat: Formula, when: Formula | None, site: Site
) -> list[dict[str, Any]] | None:
    try:
        value = repeat.evaluate(site.environment)
    except (Located, Silenced) as error:
        if isinstance(error, Located) and error.of_null and _is_left_out(when, site):
            return []
        value = state.failed(error, site.environment, site.context)
    if value is FAILED:
        return None
    if value is UNKNOWN:
        message = "`repeat` is a size that is unknown until the model is called"
        help = "give the input a fixed size on that axis instead of `null`"
        problem = Diagnostic("unknown-size", message, repeat.value.span, help=help)
        state.complain(problem, site.context)
        return None
    state.budget.spend(len(value) if isinstance(value, list) else 0)
    rows = rows_of(value)
    if isinstance(rows, WrongRepeat):
        state.complain(_complaint(state, rows, repeat, value, site.environment), site.context)
        return None
    return rows


def _is_left_out(when: Formula | None, site: Site) -> bool:
    """Whether a ``when`` leaves an item out, whatever its repetitions would be."""
    try:
        return when is not None and when.evaluate(site.environment) is False
    except (Located, Silenced, KeyError):  # it needs the variables of a repetition
        return False


def _complaint(
    state: State, wrong: WrongRepeat, repeat: Formula, value: Any, environment: Environment
) -> Diagnostic:
    """What is wrong with a ``repeat``, at the list or row at fault; where that comes from a
    variable, what it holds and where.
    """
    culprit = _culprit(_table_of(state, repeat, environment), wrong.at)
    whole = repeat.value.place if repeat.value.is_mapping else repeat.value.span
    span = whole if culprit is None else culprit.span
    name = culprit.data[1:] if culprit is not None and isinstance(culprit.data, str) else ""
    origin = state.variable_in_words(name, environment, span)
    help = wrong.help
    if origin and wrong.wanted:
        help = f"give `{name}` one value for each of the {wrong.wanted} repetitions"
    label = "" if repeat.constant or wrong.at is not None else f"this gives {show(value)}"
    return Diagnostic(
        "bound-network" if wrong.beyond else "wrong-repeat",
        wrong.message,
        span,
        label,
        (origin,) if origin else (),
        help,
    )


def _culprit(table: Value, at: str | int | None) -> Value | None:
    """The list or row of a table at fault, where it is written out."""
    if table.is_mapping:
        return table.get(str(at))
    return table.data[at] if table.is_list and type(at) is int else None


def _table_of(state: State, repeat: Formula, environment: Environment) -> Value:
    """The value of the text that a ``repeat`` follows: its own, or that of a variable it names."""
    text = repeat.value.data
    formula = state.own_variable(text[1:] if isinstance(text, str) else "", environment)
    return repeat.value if formula is None else formula.value


def rows_of(value: Any) -> list[dict[str, Any]] | WrongRepeat:
    """The variables of each repetition, as a ``repeat`` gives them."""
    value = as_integer(value)
    reserved = _reserved(value)
    if reserved is not None:
        return WrongRepeat(
            f"`{reserved}` is a word of expressions, and no variable can have that name",
            "choose another key",
        )
    if type(value) is int:
        return _counted(value)
    if isinstance(value, dict):
        return _columns(value)
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return _table(value)
    if isinstance(value, list):
        return WrongRepeat(
            "a list of values in `repeat` needs a variable to put them in",
            "write `repeat: {k: [...]}`, and `$k` in the item",
        )
    if type(value) is float:
        return WrongRepeat(
            "`repeat` must be a whole number", "round it: `$(ceil(...))` or `$(floor(...))`"
        )
    return WrongRepeat(
        "`repeat` must be a count, lists of values by variable, or a list of rows", REPEAT_HELP
    )


def _reserved(value: Any) -> str | None:
    """A word of expressions among the variables that a ``repeat`` binds."""
    rows = [value] if isinstance(value, dict) else value[:1] if isinstance(value, list) else []
    names = (name for row in rows if isinstance(row, dict) for name in row)
    return next((name for name in names if name in RESERVED), None)


def _counted(count: int) -> list[dict[str, Any]] | WrongRepeat:
    if count < 0:
        return WrongRepeat("`repeat` cannot be negative", "0 leaves the item out")
    if count > limits.LAYERS:
        message = (
            f"`repeat` asks for {count:,} repetitions, and a network may have {limits.LAYERS:,}"
            " layers"
        )
        return WrongRepeat(message, "look for digits or a `*` too many", beyond=True)
    return [{}] * count


def _columns(value: dict[str, Any]) -> list[dict[str, Any]] | WrongRepeat:
    for name, column in value.items():
        if not isinstance(column, list):
            help = (
                each_value(name, column)
                if type(column) in (int, float)
                else f"write `{name}: [...]`, a value for each repetition"
            )
            return WrongRepeat(
                f"`{name}` must be a list of values, one for each repetition", help, name
            )
    if not value:
        return WrongRepeat("`repeat` has no lists", "write `repeat: 3` or `repeat: {k: [3, 5]}`")
    lengths = {name: len(column) for name, column in value.items()}
    most = max(lengths, key=lambda name: list(lengths.values()).count(lengths[name]))
    odd = next((name for name in lengths if lengths[name] != lengths[most]), None)
    if odd is not None:
        shown = ", ".join(f"`{name}` has {length}" for name, length in lengths.items())
        return WrongRepeat(
            f"the lists of a `repeat` must be of one length: {shown}",
            "give each list one value for each repetition",
            odd,
            wanted=lengths[most],
        )
    return [dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True)]


def _table(value: list[dict[str, Any]]) -> list[dict[str, Any]] | WrongRepeat:
    for index, row in enumerate(value):
        lacks = [key for key in value[0] if key not in row]
        has = [key for key in row if key not in value[0]]
        if lacks or has:
            more = [f"has {listed_names(has)}, which row 1 does not have"] if has else []
            what = " and ".join([*([f"lacks {listed_names(lacks)}"] if lacks else []), *more])
            near = did_you_mean(has[0], lacks) if has and lacks else None
            message = f"the rows of a `repeat` must have the same keys, and row {index + 1} {what}"
            return WrongRepeat(message, near or "give every row the same keys", index)
    return value


def as_integer(value: Any) -> Any:
    """A whole float as the integer that it is; anything else as it stands."""
    return int(value) if type(value) is float and value.is_integer() else value
