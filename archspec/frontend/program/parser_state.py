"""What the parser of a program knows and gathers while it reads a document: definitions, calls and
complaints; with the reading of names and formulas, which all else is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from archspec.diagnostics import Complaints, Diagnostic, Span
from archspec.frontend.program.complaints import (
    better_name,
    name_problem,
)
from archspec.frontend.program.formulas import (
    Formula,
    Located,
    Mention,
    NameFormula,
    broken,
    formula,
    mentioned,
    name_formula,
)
from archspec.frontend.program.names import (
    Visible,
    is_wrongly_called,
    unknown_variable,
    variable_problem,
)
from archspec.frontend.program.program import (
    ArgumentsByKind,
    Block,
    BlockCall,
    DeclaredKind,
    Input,
    Items,
    SpecPart,
)
from archspec.frontend.resolve import Resolved
from archspec.frontend.yaml.document import Value

Body = tuple[
    tuple[Input, ...],
    ArgumentsByKind,
    Mapping[str, Block],
    Mapping[str, DeclaredKind],
    Items,
    bool,
    Mapping[str, SpecPart],
]


Bodies = dict[Any, tuple[Body, Value]]
"""What stands outside of ``vars``, read once for all variants that change only values of
variables, and the document it was read from.
"""


T = TypeVar("T")


@dataclass(eq=False, repr=False)
class ParserState:
    """A document that is being read into a `Program`. ``block_values`` and ``variables`` are its
    definitions, ``calls`` the calls that stand in each block; ``current`` is the block that is
    being read, empty outside of any.
    """

    root: Value
    bodies: Bodies
    resolved: Mapping[str, Resolved]
    problems: list[Diagnostic] = field(default_factory=Complaints)
    block_values: Mapping[str, Value] = field(default_factory=dict)
    kind_values: Mapping[str, Value] = field(default_factory=dict)
    variables: Mapping[str, Value] = field(default_factory=dict)
    calls: dict[str, list[BlockCall]] = field(default_factory=dict)
    current: str = ""
    conditions: int = 0
    """How many `when` and `repeat` stand around what is being read."""
    reuses: bool = False
    parts: dict[str, SpecPart] = field(default_factory=dict)

    def section(self, key: str) -> Iterator[tuple[str, Value]]:
        """The entries of a section of the document, none where it has no such section."""
        value = self.root.get(key)
        return value.items() if value is not None else iter(())

    def text(self, key: str) -> str | None:
        """The text of a key of the document, ``None`` where it has none."""
        value = self.root.get(key)
        return None if value is None else value.data

    def check_name(self, name: str, place: Span) -> None:
        """Complain of a name that no item can have."""
        problem = name_problem(name)
        if problem:
            self.problem("wrong-name", problem, place, help=better_name(name))

    def all_known(
        self, mentions: Iterable[Mention], seen: Visible, own: str | None = None, text: str = ""
    ) -> bool:
        """Whether every variable that is mentioned can be seen; those that cannot get a complaint.
        ``own`` is the variable that is computed here, ``text`` the expression.
        """
        known = True
        for mention in mentions:
            if mention.name in seen.known or (
                seen.everything and mention.name not in ("in", "prev", "i")
            ):
                continue
            message, help = unknown_variable(mention.name, seen, self.current, own, text)
            self.problem("unknown-name", message, mention.span, help)
            known = False
        return known

    def check_variable(self, name: str, place: Span) -> None:
        """Complain of a name that no variable can have."""
        problem = variable_problem(name, place)
        if problem is not None:
            self.problems.append(problem)

    def guarded(self, read: Callable[[Value], T], value: Value) -> T | None:
        """What is read of a value, ``None`` where it cannot be read, which gets a complaint."""
        try:
            return read(value)
        except Located as error:
            self.problems.append(error.diagnostic)
            return None

    def formula(self, value: Value, seen: Visible, own: str | None = None) -> Formula:
        """A value as a formula, broken where something in it is wrong. ``own`` is the variable
        that it is the value of.
        """
        before = len(self.problems)
        parsed = self.guarded(formula, value)
        if parsed is None:
            from archspec.frontend.foreign.texts import entry_of_variables

            mentions = mentioned(value)
            wrongly_called = any(is_wrongly_called(variable.name, seen) for variable in mentions)
            if wrongly_called or entry_of_variables(value.text or "", seen.known):
                del self.problems[before:]  # a name is what is wrong, and is complained of below
            self.all_known(mentions, seen, own, value.text or "")
        return (
            parsed
            if parsed is not None and self.all_known(parsed.mentions, seen, own, value.text or "")
            else broken(value)
        )

    def name(self, value: Value, seen: Visible, *, prev: bool = False) -> NameFormula:
        """A name as a formula, broken where it is wrong; with ``prev``, it may be that word."""
        parsed = self.guarded(name_formula, value)
        if parsed is None or not self.all_known(parsed.mentions, seen):
            return NameFormula(value, (), None, broken=True)
        if parsed.template is None and not (prev and parsed.text == "prev"):
            before = len(self.problems)
            self.check_name(parsed.text, value.span)
            return parsed._replace(broken=len(self.problems) > before)
        return parsed

    def arguments(self, value: Value | None, seen: Visible) -> dict[str, Formula]:
        """A mapping of arguments, each a formula."""
        entries = value.items() if value is not None else iter(())
        return {name: self.formula(entry, seen) for name, entry in entries}

    def defaults(self, value: Value | None, seen: Visible) -> ArgumentsByKind:
        """The ``defaults`` of a spec or of a block: arguments by layer kind."""
        entries = value.items() if value is not None else iter(())
        return {kind: self.arguments(entry, seen) for kind, entry in entries}

    def hidden(self) -> frozenset[str]:
        """Visible of the block being read that hide variables of the spec."""
        block = self.block_values.get(self.current)
        if block is None:
            return frozenset()
        names = parameter_names(block.get("args"))
        let = block.get("let")
        return frozenset([*names, *(let.data if let is not None and let.is_mapping else ())])

    def problem(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        """Complain."""
        self.problems.append(Diagnostic(code, message, span, help=help))


def parameter_names(args: Value | None) -> dict[str, bool]:
    """The names of arguments, and whether each is required."""
    written = args.elements() if args is not None else iter(())
    return {
        next(one.items())[0] if one.is_mapping else str(one.text): not one.is_mapping
        for one in written
    }


def texts(value: Value | None) -> tuple[str, ...]:
    """The texts of a value, none where there is none."""
    return tuple(str(element.text) for element in value.elements()) if value is not None else ()
