"""The value of a ``repeat`` → the head of a loop and what its variables are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from archspec.backends.python_source.facts import Varies
from archspec.backends.python_source.layout import Brackets, Piece, around, flat
from archspec.backends.python_source.values import Scope
from archspec.backends.python_source.words import quoted
from archspec.frontend.elaborate.recording import Step, Visit
from archspec.frontend.program.formulas import Formula
from archspec.frontend.yaml.document import Value

if TYPE_CHECKING:
    from archspec.backends.python_source.writer import Writer


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
        if self.times or (self.rows is not None and not places):
            over: Piece = f"range({self.times or len(self.rows or ())})"
            return around(f"for {index if index in used else '_'} in ", over)
        if not places:
            return around(
                f"for {index if index in used else '_'} in ", f"range(len({flat(self.columns[0])}))"
            )
        targets = ", ".join(self.variables[place] for place in places)
        over = self._over(places)
        if index in used:
            bracketed = f"({targets})" if len(places) > 1 else targets
            return around(
                f"for {index}, {bracketed} in ",
                (
                    Brackets("enumerate(", (over,), ")")
                    if isinstance(over, str)
                    else _enumerated(over)
                ),
            )
        return around(f"for {targets} in ", over)

    def _over(self, places: list[int]) -> Piece:
        if self.rows is not None:
            rows = [tuple(row[place] for place in places) for row in self.rows]
            if len(places) == 1:
                return Brackets("[", tuple(row[0] for row in rows), "]", collection=True)
            return Brackets(
                "[",
                tuple(Brackets("(", row, ")", collection=True) for row in rows),
                "]",
                collection=True,
                table=True,
            )
        if len(places) == 1:
            return self.columns[places[0]]
        return Brackets("zip(", (*(self.columns[place] for place in places), "strict=True"), ")")


def _enumerated(over: Brackets) -> Brackets:
    """A list within ``enumerate``, whose brackets hug it where it breaks."""
    return Brackets("enumerate(", (over,), ")")


def header(
    writer: Writer, formula: Formula, raws: Sequence[Any], scope: Scope, visits: list[Visit]
) -> Header:
    """The head of a loop. Raises `Varies` where no loop can be written."""
    kinds = {
        "count" if isinstance(raw, int | float) else "columns" if isinstance(raw, dict) else "rows"
        for raw in raws
    }
    if len(kinds) > 1:
        raise Varies([(visit, type(raw).__name__) for visit, raw in zip(visits, raws, strict=True)])
    value = formula.value
    if kinds == {"count"}:
        code = writer.values.code(formula, raws, scope).text
        return Header(
            {},
            [],
            [],
            times=f"int({code})" if any(isinstance(raw, float) for raw in raws) else code,
        )
    if value.is_mapping:
        return _columns(writer, value, raws, scope)
    if value.is_list and all(row.is_mapping for row in value.data):
        return _table(writer, value, raws, scope)
    if isinstance(value.data, str):
        return _variable(writer, formula, raws, scope, columns=kinds == {"columns"})
    raise Varies([(visit, visit.prefix) for visit in visits])


def _new(writer: Writer, names: Sequence[str]) -> dict[str, str]:
    return {name: writer.names.new(name, f"{name}_") for name in names}


def _columns(writer: Writer, value: Value, raws: Sequence[Any], scope: Scope) -> Header:
    columns = {
        name: writer.values.value(one, [raw[name] for raw in raws], scope)
        for name, one in value.items()
    }
    names = _new(writer, list(columns))
    rows = None
    lists = [
        column.items
        for column in columns.values()
        if isinstance(column, Brackets) and column.open == "["
    ]
    if len(lists) == len(columns):
        rows = list(zip(*lists, strict=True))
    return Header(names, list(names.values()), list(columns.values()), rows)


def _table(writer: Writer, value: Value, raws: Sequence[Any], scope: Scope) -> Header:
    keys = list(raws[0][0])
    rows = []
    for number, row in enumerate(value.data):
        rows.append(
            tuple(
                writer.values.value(row.data[key], [raw[number][key] for raw in raws], scope)
                for key in keys
            )
        )
    names = _new(writer, keys)
    return Header(names, list(names.values()), [], rows)


def _variable(
    writer: Writer, formula: Formula, raws: Sequence[Any], scope: Scope, *, columns: bool
) -> Header:
    piece = writer.values.value(formula.value, raws, scope)
    if columns:
        names = _new(writer, list(raws[0]))
        code = flat(piece)
        return Header(names, list(names.values()), [f"{code}[{quoted(name)}]" for name in names])
    keys = list(dict.fromkeys(key for raw in raws for row in raw for key in row))
    variable = writer.names.new("row")
    return Header({key: f"{variable}[{quoted(key)}]" for key in keys}, [variable], [piece])


def rows_of(step: Step) -> dict[str, Any]:
    """The values of a repetition's variables."""
    parent = step.environment.parent
    assert parent is not None
    return {name: value for name, value in parent.values.items() if name not in ("i", "prev")}
