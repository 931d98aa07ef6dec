"""Where a network is gathered as it is carried out: its complaints, its names and its scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from archspec import limits
from archspec.diagnostics import Complaints, Diagnostic, Span
from archspec.frontend.elaborate.block_cache import Press
from archspec.frontend.elaborate.contexts import Context, Named, Workshop
from archspec.frontend.elaborate.environment import (
    FAILED,
    Environment,
    Exceeded,
    Feed,
    Purse,
    has_unknown,
)
from archspec.frontend.elaborate.names import Entry, Names
from archspec.frontend.elaborate.words import at_line, show, where_called
from archspec.frontend.program.complaints import better_name, name_problem
from archspec.frontend.program.formulas import Formula, Located, NameFormula, Silenced
from archspec.frontend.program.program import Item, Items, Program, place_of
from archspec.frontend.yaml.document import Value
from archspec.graph import Bindings, Node, Scope
from archspec.spelling import listed


def another_name(name: NameFormula, context: Context) -> str:
    """The help for a name that several repetitions give: a name that differs in each of them."""
    frame, unnamed = context.frame, []
    while frame is not None and frame.kind == "repetition":
        unnamed += [frame] if frame.label is None else []
        frame = frame.above
    innermost = len(unnamed) == 1 and context.frame is unnamed[0]
    if unnamed and not innermost:
        groups = "the repeated group" if len(unnamed) == 1 else "every repeated group"
        lines = listed([f"line {one.place.line}" for one in reversed(unnamed)], len(unnamed))
        return (
            f"give {groups} around it, on {lines}, a name too, such as `name: stage`; the"
            " repetitions are then counted"
        )
    text = name.text
    suffix = "-$i" if name.mentions else "_$i" if text[-1:].isdigit() else "$i"
    return f"write `name: {text}{suffix}`: `$i` counts the repetitions, from 0"


class Builder:
    """What a network is gathered in as it is carried out: nodes, scopes, names and complaints.

    ``passed_by`` maps what an item gives to the next one, where that takes other tensors.
    ``needed`` are the tensors that the model ends in or that something with a mistake would have
    taken, and ``unseen`` says that it may have taken any that has a name.
    """

    def __init__(
        self,
        program: Program,
        kinds: Mapping[str, str | Value],
        workshop: Workshop,
        problems: Iterable[Diagnostic],
    ) -> None:
        self.program = program
        self.kinds = kinds
        self.problems = Complaints(problems)
        self.told = {(one.code, one.span) for one in self.problems}
        self.nodes: list[Node] = []
        self.twins: dict[str, Node] = {}
        self.scopes: list[Scope] = []
        self.names = Names()
        self.outputs: dict[str, Feed] = {}
        self.inputs: dict[str, Feed] = {}
        self.passed_by: dict[str, Item] = {}
        self.unseen = False
        self.needed: set[str] = set()
        self.purse = Purse()
        self.press = Press(self.nodes, self.scopes, self.names, self.needed)
        self.made = workshop.layers
        self.plans = workshop.plans
        workshop.kept.append(program)
        self.inferred = workshop.inferred
        self.variables = Environment(None, {}, self.purse)

    def _run(self, items: Items, context: Context, environment: Environment, feed: Feed) -> Feed:
        """A list of items in a chain: what its last one gives on."""
        raise NotImplementedError

    def _lost(self, *feeds: Feed, unseen: bool = False) -> Feed:
        """What something with a mistake gives: a broken feed. What it takes is no dead end;
        ``unseen`` where that is not known.
        """
        self.needed.update(feed.name for feed in feeds)
        self.unseen |= unseen
        return Feed("", None)

    # --- complaints

    def _guarded(
        self, compute: Callable[[Any], Any], scope: Any, context: Context | None = None
    ) -> Any:
        """A computed value; `FAILED` where it is wrong, which is told, or depends on what is."""
        try:
            return compute(scope)
        except (Located, Silenced) as error:
            return self._failed(error, scope, context)

    def _failed(self, error: Located | Silenced, scope: Any, context: Context | None) -> Any:
        """`FAILED`, its cause told if it was not before."""
        if isinstance(error, Located):
            one = error.diagnostic
            about = (
                error.about
                and isinstance(scope, Environment)
                and self._variable_in_words(error.about, scope, one.span)
            )
            self._tell(one._replace(notes=(*one.notes, about)) if about else one, context)
        return FAILED

    def _variable_in_words(
        self, name: str, environment: Environment, seen_from: Span
    ) -> str | None:
        """The value of a variable and where that is written; ``None`` if it is not one of the
        spec's, seen from there.
        """
        formula = self._own_variable(name, environment)
        if formula is None:
            return None
        shown = f"is {show(formula.data)}" if formula.constant else "is computed"
        return f"`${name}` {shown} {at_line(formula.value.span, seen_from)}"

    def _tell(self, diagnostic: Diagnostic, context: Context | None) -> None:
        key = (diagnostic.code, diagnostic.span)
        self.purse.mistaken()
        if key not in self.told:
            self.told.add(key)
            notes = (*diagnostic.notes, *where_called(context.frame if context else None))
            self.problems.append(diagnostic._replace(notes=notes))

    def _problem(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        help: str | None = None,
        *,
        at: Context | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self._tell(Diagnostic(code, message, span, label, notes, help), at)

    def _own_variable(self, name: str, environment: Environment) -> Formula | None:
        """The formula of a variable of the spec; ``None`` if there is none, or a nearer name
        hides it.
        """
        formula = self.program.variables.get(name)
        hidden = (
            formula is None
            or formula.value.data is None
            or self.variables.values[name] is not environment.nearest(name)
        )
        return None if hidden else formula

    def _condition(self, when: Formula, context: Context, environment: Environment) -> Any:
        value = self._guarded(when.evaluate, environment, context)
        if value is True or value is False or value is FAILED:
            return value
        code = "unknown-size" if has_unknown(value) else "wrong-value"
        self._problem(
            code,
            "`when` must be true or false",
            when.value.span,
            f"this gives {show(value)}",
            help="compare: `$x > 0`, `$x == 'text'`",
            at=context,
        )
        return FAILED

    # --- names and scopes

    def _written(
        self, name: NameFormula, context: Context, environment: Environment, index: int | None
    ) -> Named | None:
        """The path of an item that has a name; ``None`` where the name is wrong."""
        text: Any = (
            name.text
            if name.template is None and not name.broken
            else self._guarded(name.fill, environment, context)
        )
        if text is FAILED:
            self.names.unsure = True  # whoever says the name means an item that nobody can find
            return None
        text = text if index is None else f"{text}{index}"
        place = name.value.span
        complaint = None if name.template is None and index is None else name_problem(text)
        if complaint:
            self._problem("wrong-name", complaint, place, help=better_name(str(text)), at=context)
            self.names.unsure = True  # whoever says the name means an item that nobody can find
            return None
        path = f"{context.prefix}.{text}" if context.prefix else text
        owner = self.names.written(path, place)
        if owner is not None:
            self._taken(path, owner, name, context)
            return None
        return Named(path, True)

    def _taken(self, path: str, owner: Span, name: NameFormula, context: Context) -> None:
        place = name.value.span
        where = (
            "this item, in another repetition"
            if owner == place
            else f"the item of line {owner.line}"
        )
        help = another_name(name, context) if owner == place else "give one of them another name"
        self._problem(
            "duplicate-name", f"the name `{path}` is taken by {where}", place, help=help, at=context
        )

    def _path(self, written: Named | None, step: str, context: Context, place: Span) -> Named:
        """The path of an item: the one written, else an automatic one."""
        return written or Named(
            self.names.automatic(context.prefix, step, context.reserved, place), False
        )

    def _settle(
        self, named: Named, feed: Feed, operation: Any, context: Context, environment: Environment
    ) -> None:
        """Let a path stand for what its item gives on."""
        entry = (
            Entry(feed, context.automatic, operation, context, environment)
            if named.written
            else None
        )
        self.names.settle(named.path, feed, entry)

    def _enter(
        self,
        named: Named | None,
        kind: str,
        label: str,
        context: Context,
        place: Span,
        arguments: Bindings = (),
    ) -> Context:
        """The context inside a piece of structure; its names get the prefix of ``named``, if
        that is given.
        """
        if context.depth >= limits.CALL_DEPTH:
            message = (
                f"groups, branches and blocks are more than {limits.CALL_DEPTH} deep in one another"
                " here"
            )
            raise Exceeded(message, place, "look for blocks that call one another in a long row")
        path = named.path if named else context.prefix
        if len(path) > limits.NAME_LENGTH:
            raise Exceeded(
                f"the path of this item has more than {limits.NAME_LENGTH:,} characters",
                place,
                "choose shorter names",
            )
        scope = len(self.scopes)
        self.scopes.append(Scope(path, kind, label, context.scope, place, arguments=arguments))
        if named is None:
            return context._replace(scope=scope, depth=context.depth + 1)
        automatic = context.automatic if named.written else path
        _, visible, _, inputs, defaults, _, _, frame, blocks, depth, shares = context
        return Context(
            path,
            (path, *visible),
            automatic,
            inputs,
            defaults,
            frozenset(),
            scope,
            frame,
            blocks,
            depth + 1,
            shares,
        )

    def _one(self, what: str, feeds: tuple[Feed, ...], place: Span, context: Context) -> Feed:
        """The one tensor that a piece of structure takes."""
        if len(feeds) > 1:
            help = "name one in `from`; the items inside can name others"
            self._problem(
                "wrong-inputs",
                f"{what} takes one tensor, and gets {len(feeds)}",
                place,
                help=help,
                at=context,
            )
            return self._lost(*feeds)
        return feeds[0]

    def _unknown_item(self, text: str, span: Span, context: Context, inputs: Iterable[str]) -> None:
        """Tell that a name stands for nothing, unless what it stands for may be hidden by
        another mistake.
        """
        if (
            self.names.unsure
            or self.names.broken(text, context.visible)
            or ("unknown-name", span) in self.told
        ):
            return
        block = context.blocks[-1] if context.blocks else None
        elsewhere = (
            self._elsewhere(text, span, block)
            if not self.names.near(text, context.visible)
            else None
        )
        message, help = elsewhere or self.names.why_not(text, context.visible, inputs)
        self._problem("unknown-name", message, span, help=help, at=context)

    def _elsewhere(self, text: str, span: Span, block: str | None) -> tuple[str, str] | None:
        """Why an item of that name cannot be taken: it stands further down, or outside of the
        block.
        """
        here = self.program.items if block is None else self.program.blocks[block].items
        place = place_of(text, here)
        if place is not None and place > span:
            return (
                f"`{text}` stands further down, on line {place.line}",
                "`from` takes what stands above; move that item up, or take another",
            )
        place = place_of(text, self.program.items) if block is not None else None
        if place is None and text in {one.name for one in self.program.inputs}:
            place = self.program.items.place
        if block is None or place is None:
            return None
        help = f"add `inputs: [x, {text}]` to the block, and call it with `from: [prev, {text}]`"
        return (
            (
                f"`{text}` stands outside of the block `{block}`, which sees only its own items and"
                " inputs"
            ),
            help,
        )
