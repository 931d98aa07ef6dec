"""Items that repeat → loops; or, where the repetitions differ in more than their variables, one
repetition after the other.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from archspec.backends.python_source.expressions import Known
from archspec.backends.python_source.facts import Varies, common
from archspec.backends.python_source.layout import (
    Brackets,
    Compound,
    Piece,
    Statement,
    around,
    flat,
    has_table,
)
from archspec.backends.python_source.values import Bound, Scope
from archspec.backends.python_source.words import Code, quoted
from archspec.backends.python_source.writer import COUNT, FunctionWriter, ItemSite, Loop, Place
from archspec.frontend.elaborate.recording import Address, Step, Visit
from archspec.frontend.program.formulas import Formula
from archspec.frontend.program.names import COUNTER
from archspec.frontend.yaml.document import Value

Once = Callable[[FunctionWriter, ItemSite], str]
"""Writes one repetition of an item: the variable that holds what it gives."""


class RepeatedItem(NamedTuple):
    """An item that repeats, in the visits that it is written for; ``place`` and ``chain`` are as
    in a `ItemSite`.
    """

    formula: Formula
    number: int
    visits: list[Visit]
    place: Place
    chain: str

    @property
    def address(self) -> Address:
        """Where the item stands in the program."""
        return (*self.visits[0].address, self.number)

    @property
    def repetitions(self) -> list[list[Step]]:
        """The steps of each visit."""
        return [visit.steps[self.number] for visit in self.visits]

    @property
    def scope(self) -> Scope:
        """The names that the item's ``repeat`` sees."""
        return ItemSite([], self.place, self.chain).scope


def repeated(writer: FunctionWriter, repeat: RepeatedItem, once: Once) -> str:
    """An item that repeats: a loop, or one repetition after the other where they differ in more
    than their variables. The variable that holds what the last repetition gives.
    """
    if not any(repeat.repetitions):
        writer.fix(repeat.formula, repeat.scope)
        return repeat.chain
    single = max(map(len, repeat.repetitions)) == 1
    if single and (
        repeat.formula.constant or writer.values.is_decided(repeat.formula, repeat.place.scope)
    ):
        return _unrolled(writer, repeat, once)
    checkpoint = writer.checkpoint()
    try:
        for counts in (True, False):
            result = _loop(writer, repeat, once, counts=counts)
            if result is not None:
                return result
            writer.restore(checkpoint)
    except Varies:
        writer.restore(checkpoint)
    return _unrolled(writer, repeat, once)


def _unrolled(writer: FunctionWriter, repeat: RepeatedItem, once: Once) -> str:
    """One repetition after the other, their variables written out. Raises `Varies` where visits
    repeat it differently.
    """
    writer.fix(repeat.formula, repeat.scope)
    steps, chain = repeat.repetitions, repeat.chain
    common([(visit, len(several)) for visit, several in zip(repeat.visits, steps, strict=True)])
    for index, here in enumerate(zip(*steps, strict=True)):
        rows = [_row(step) for step in here]
        common(list(zip(here, map(repr, rows), strict=True)))
        known = written_out(writer, rows[0], index)
        place = repeat.place._replace(scope={**repeat.place.scope, **known})
        chain = once(writer, ItemSite(list(here), place, chain))
    return chain


def written_out(writer: FunctionWriter, row: Mapping[str, Any], index: int) -> Scope:
    """The variables of one repetition, and the one that counts them, as values."""
    known = {name: Bound(Known(value)) for name, value in row.items()}
    return {**known, **_counter(writer, Bound(Known(index)))}


def _counter(writer: FunctionWriter, bound: Bound) -> Scope:
    """What stands for the count of repetitions: a variable of the text, unless an argument of the
    block hides it.
    """
    hidden = writer.block is not None and COUNTER in writer.block.parameters
    return {COUNT: bound} if hidden else {COUNT: bound, COUNTER: bound}


def _row(step: Step) -> dict[str, Any]:
    """The values of a repetition's variables."""
    parent = step.environment.parent
    assert parent is not None
    return {name: value for name, value in parent.values.items() if name not in (COUNTER, "prev")}


def _loop(writer: FunctionWriter, repeat: RepeatedItem, once: Once, *, counts: bool) -> str | None:
    """A loop; ``None`` where it ``counts`` for nothing. Raises `Varies` where it cannot be
    written.
    """
    place = repeat.place
    head = _header(writer, repeat)
    index = writer.names.new("i", "j", "k", "n") if counts else "_"
    depends = writer.values.sources(repeat.formula, repeat.scope)
    bound = {name: Bound(Code(text), depends) for name, text in head.names.items()}
    bound |= _counter(writer, Bound(Code(index)))
    writer.clobbered |= place.target == writer.input
    writer.loops.append(Loop(repeat.address, index))
    body: list[Statement] = []
    used, writer.used = writer.used, set()
    with writer.nested(body):
        inner = place._replace(scope={**place.scope, **bound})
        steps = [step for several in repeat.repetitions for step in several]
        result = once(writer, ItemSite(steps, inner, place.target))
        if result != place.target:
            writer.assign(place.target, result)
    inside, writer.used = writer.used, used | writer.used
    writer.loops.pop()
    if counts and index not in inside:
        return None
    for name in (*head.variables, index):
        writer.names.free(name)
    if not body:
        return repeat.chain
    if repeat.chain != place.target:
        writer.assign(place.target, repeat.chain)
    writer.emit(Compound(_with_table(writer, head.written(inside, index)), body))
    return place.target


def _with_table(writer: FunctionWriter, over: Piece) -> Piece:
    """The head of a loop; a table that is counted gets a variable before it."""
    if isinstance(over, str) or not (over.open.endswith("enumerate(") and has_table(over)):
        return over
    rows = writer.assign(writer.names.new("rows"), over.items[0])
    writer.names.free(rows)
    return over._replace(items=(rows,))


# --- the head of a loop


class Header(NamedTuple):
    """What a loop goes over. ``names`` are the variables of the text and what stands for each;
    ``variables`` those of Python.

    ``columns`` are the values of each variable; ``rows``, where all are written out, those of each
    repetition.
    """

    names: dict[str, str]
    variables: list[str]
    columns: list[Piece]
    rows: list[tuple[Piece, ...]] | None = None
    times: str = ""

    def written(self, used: set[str], index: str) -> Piece:
        """The head, with the variables that are used."""
        places = [place for place, variable in enumerate(self.variables) if variable in used]
        counter = index if index in used else "_"
        if self.times or (self.rows is not None and not places):
            return f"for {counter} in range({self.times or len(self.rows or ())})"
        if not places:
            return f"for {counter} in range(len({flat(self.columns[0])}))"
        targets = ", ".join(self.variables[place] for place in places)
        over = self._over(places)
        if index not in used:
            return around(f"for {targets} in ", over)
        bracketed = f"({targets})" if len(places) > 1 else targets
        return around(f"for {index}, {bracketed} in ", Brackets("enumerate(", (over,), ")"))

    def _over(self, places: list[int]) -> Piece:
        if self.rows is None:
            columns = tuple(self.columns[place] for place in places)
            if len(places) == 1:
                return columns[0]
            return Brackets("zip(", (*columns, "strict=True"), ")")
        rows = [tuple(row[place] for place in places) for row in self.rows]
        if len(places) == 1:
            return Brackets("[", tuple(row[0] for row in rows), "]", collection=True)
        tuples = tuple(Brackets("(", row, ")", collection=True) for row in rows)
        return Brackets("[", tuples, "]", collection=True, table=True)


def _header(writer: FunctionWriter, repeat: RepeatedItem) -> Header:
    """The head of a loop. Raises `Varies` where no loop can be written."""
    formula, visits = repeat.formula, repeat.visits
    raws = writer.values.raws(formula, [(visit, visit.repeats[repeat.number]) for visit in visits])
    kinds = {_kind_of(raw) for raw in raws}
    if len(kinds) > 1:
        raise Varies([(visit, type(raw).__name__) for visit, raw in zip(visits, raws, strict=True)])
    value = formula.value
    if kinds == {"count"}:
        code = writer.values.code(formula, raws, repeat.scope).text
        times = f"int({code})" if any(isinstance(raw, float) for raw in raws) else code
        return Header({}, [], [], times=times)
    if value.is_mapping:
        return _columns(writer, value, raws, repeat.scope)
    if value.is_list and all(row.is_mapping for row in value.data):
        return _table(writer, value, raws, repeat.scope)
    if isinstance(value.data, str):
        piece = writer.values.value(value, raws, repeat.scope)
        return _variable(writer, piece, raws, columns=kinds == {"columns"})
    raise Varies([(visit, visit.prefix) for visit in visits])


def _kind_of(raw: Any) -> str:
    if isinstance(raw, int | float):
        return "count"
    return "columns" if isinstance(raw, dict) else "rows"


def _new_names(writer: FunctionWriter, names: Sequence[str]) -> dict[str, str]:
    return {name: writer.names.new(name, f"{name}_") for name in names}


def _columns(writer: FunctionWriter, value: Value, raws: Sequence[Any], scope: Scope) -> Header:
    columns = {
        name: writer.values.value(column, [raw[name] for raw in raws], scope)
        for name, column in value.items()
    }
    names = _new_names(writer, list(columns))
    lists = [
        column.items
        for column in columns.values()
        if isinstance(column, Brackets) and column.open == "["
    ]
    rows = list(zip(*lists, strict=True)) if len(lists) == len(columns) else None
    return Header(names, list(names.values()), list(columns.values()), rows)


def _table(writer: FunctionWriter, value: Value, raws: Sequence[Any], scope: Scope) -> Header:
    keys = list(raws[0][0])
    rows = [
        tuple(
            writer.values.value(row.data[key], [raw[number][key] for raw in raws], scope)
            for key in keys
        )
        for number, row in enumerate(value.data)
    ]
    names = _new_names(writer, keys)
    return Header(names, list(names.values()), [], rows)


def _variable(
    writer: FunctionWriter, piece: Piece, raws: Sequence[Any], *, columns: bool
) -> Header:
    """The head of a loop over what an expression gives."""
    if columns:
        names = _new_names(writer, list(raws[0]))
        code = flat(piece)
        return Header(names, list(names.values()), [f"{code}[{quoted(name)}]" for name in names])
    keys = list(dict.fromkeys(key for raw in raws for row in raw for key in row))
    variable = writer.names.new("row")
    return Header({key: f"{variable}[{quoted(key)}]" for key in keys}, [variable], [piece])
