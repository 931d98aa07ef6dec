"""`Program` → `Graph`: items carried out in order, every shape inferred as its layer is added.

A mistake is told once, however often its line is carried out; what depends on it is passed over in
silence, and all else goes on, so that one run tells all that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from archspec import limits
from archspec.diagnostics import Diagnostic, Enough
from archspec.frontend.elaborate.contexts import (
    NO_ARGUMENTS,
    Context,
    Defaults,
    Frame,
    Named,
    Workshop,
)
from archspec.frontend.elaborate.dead_ends import Network, dead_ends
from archspec.frontend.elaborate.environment import (
    FAILED,
    Environment,
    Exceeded,
    Feed,
    variables_of,
)
from archspec.frontend.elaborate.names import join
from archspec.frontend.elaborate.repetitions import WrongRepeat, rows_of, whole
from archspec.frontend.elaborate.structure import StructureBuilder
from archspec.frontend.elaborate.words import show
from archspec.frontend.expressions.expression import UNKNOWN
from archspec.frontend.program.formulas import Formula, Located, NameFormula, Silenced
from archspec.frontend.program.formulas import formula as read_formula
from archspec.frontend.program.program import (
    BlockCall,
    Branches,
    Group,
    Input,
    Item,
    Items,
    LayerCall,
    Mistaken,
    Program,
    Residual,
    Reuse,
    SideOutput,
    VariableCall,
)
from archspec.frontend.resolve import kind_of_data
from archspec.frontend.yaml.document import Value
from archspec.graph import Graph, Scope
from archspec.spelling import did_you_mean
from archspec.tensor import BYTES, Tensor


def elaborate(
    program: Program,
    kinds: Mapping[str, str | Value],
    workshop: Workshop,
    problems: Iterable[Diagnostic],
) -> tuple[Graph | None, list[Diagnostic]]:
    """The graph of a program, and what is wrong with it; no graph where something is.

    ``kinds`` says what each variable must be, or holds the expression whose kind it must keep;
    ``problems`` have been found before, and what they are about is broken in the program.
    """
    builder = _Elaboration(program, kinds, workshop, problems)
    try:
        graph = builder.graph()
    except Enough:
        return None, builder.problems
    except Exceeded as bound:
        if builder.purse.cut:  # it was the mistakes that used it up
            return None, builder.problems
        span = bound.span or program.items.place
        return None, [
            *builder.problems,
            Diagnostic("bound-network", bound.message, span, help=bound.help),
        ]
    found = [*builder.problems, *builder.dead_ends()]
    return (None if found else graph), found


INSTEAD = {
    "a number": "write a number, or an expression that gives one",
    "a truth value": "write `true` or `false`, or an expression that gives one of them",
    "a text": "write a text without `$`",
    "a list": "write a list, `[...]`, or an expression that gives one",
}
"""What to write for a variable of each kind where another was given."""


class _Elaboration(StructureBuilder):
    """Carries out a program, item by item."""

    def __init__(
        self,
        program: Program,
        kinds: Mapping[str, str | Value],
        workshop: Workshop,
        problems: Iterable[Diagnostic],
    ) -> None:
        super().__init__(program, kinds, workshop, problems)
        self.operations = {
            LayerCall: self._layer_call,
            BlockCall: self._block_call,
            VariableCall: self._variable_call,
            Group: self._group,
            Branches: self._branches,
            Residual: self._residual,
            Reuse: self._reuse,
            SideOutput: self._side_output,
            Mistaken: self._mistaken,
        }

    def graph(self) -> Graph | None:
        """The whole network; ``None`` where something is wrong."""
        self._evaluate_variables()
        inputs = self.inputs = {
            one.name: Feed(one.name, self._input(one)) for one in self.program.inputs
        }
        if not inputs:
            return None
        for one in self.program.inputs:
            self.names.taken[one.name] = one.place
        first = next(iter(inputs.values()))
        self.scopes.append(Scope("", "model", "", None, self.program.items.place))
        environment = self.variables.child({"in": first})
        defaults = (Defaults(self.program.defaults, environment),)
        context = Context("", ("",), "", inputs, defaults, frozenset(), 0, None, (), 0)
        end = self._run(self.program.items, context, environment, first)
        if not self.nodes and not self.problems:
            help = "keep one item, whatever the variables are"
            self._problem(
                "empty",
                "every item is left out here, and a model needs at least one layer",
                self.program.items.place,
                help=help,
            )
        self.needed.add(end.name)
        if self.problems:
            return None
        outputs = {"main": end.name, **{path: feed.name for path, feed in self.outputs.items()}}
        endpoints = {path: feed.name for path, feed in self.names.endpoints.items()}
        tensors = {name: feed.tensor for name, feed in inputs.items() if feed.tensor is not None}
        program = self.program
        return Graph(
            program.name,
            tensors,
            tuple(self.nodes),
            outputs,
            tuple(self.scopes),
            endpoints,
            program.description,
            program.source,
        )

    def dead_ends(self) -> list[Diagnostic]:
        """What reaches no output; after other mistakes, what certainly reaches none."""
        needed = self.needed.union(feed.name for feed in self.outputs.values())
        if self.unseen:
            needed.update(self.inputs, (entry.feed.name for entry in self.names.entries.values()))
        network = Network(self.nodes, self.scopes, needed, self.names.entries, self.passed_by)
        return dead_ends(network, {one.name: one.place for one in self.program.inputs})

    def _evaluate_variables(self) -> None:
        variables_of(self.program.variables, self.variables.values, self.variables)
        for name, formula in self.program.variables.items():
            value = self._guarded(self.variables.lookup, name)
            kind = kind_of_data(value)
            wanted = self._wanted(name, formula)
            if value is not None and wanted is not None and value is not FAILED and kind != wanted:
                message, label = (
                    f"`{name}` is {wanted}, and this gives {kind}",
                    f"it gives {show(value)}",
                )
                self._problem(
                    "variable-kind", message, formula.value.span, label, INSTEAD.get(wanted)
                )
                self.variables.values[name] = FAILED

    def _wanted(self, name: str, formula: Formula) -> str | None:
        """The kind that a variable must be of: where an expression stood in its place first,
        what that gives now. ``None`` if any will do.
        """
        wanted = self.kinds.get(name)
        if not isinstance(wanted, Value):
            return wanted
        try:
            return (
                None
                if wanted is formula.value
                else kind_of_data(read_formula(wanted).evaluate(self.variables))
            )
        except (Located, Silenced):
            return None

    def _input(self, one: Input) -> Tensor | None:
        shape = self._guarded(one.shape.evaluate, self.variables)
        dtype = one.dtype.data if one.dtype else "float32"
        if shape is FAILED:
            return None
        span = one.shape.value.span
        if not isinstance(shape, list):
            self._problem(
                "wrong-value",
                f"the shape of `{one.name}` must be a list of sizes",
                span,
                f"this gives {show(shape)}",
            )
            return None
        sizes = [whole(size) for size in shape]
        if not all(
            size is None or (type(size) is int and 0 < size <= limits.SIZE) for size in sizes
        ):
            self._problem(
                "wrong-value",
                f"the sizes of `{one.name}` must be positive integers, or `null` for unknown ones",
                span,
                f"this is {show(shape)}",
            )
            return None
        if dtype not in BYTES:
            place = one.dtype.span if one.dtype else span
            help = did_you_mean(str(dtype), BYTES) or f"the dtypes are {', '.join(BYTES)}"
            self._problem("wrong-value", f"`{dtype}` is no dtype of Keras", place, help=help)
            return None
        return Tensor(tuple(sizes), str(dtype))

    def _run(self, items: Items, context: Context, environment: Environment, feed: Feed) -> Feed:
        """A list of items in a chain: what its last one gives on."""
        values: dict[str, Any] = {"prev": feed}
        inner = Environment(environment, values, self.purse)
        if not items.reserved <= context.reserved:
            context = context._replace(reserved=context.reserved | items.reserved)
        for item in items.items:
            self.purse.item(item.place)
            values["prev"] = feed
            feed = (
                self._once(item, context, inner, feed)
                if item.repeat is None
                else self._repeated(item, context, inner, feed)
            )
        return feed

    def _repeated(self, item: Item, context: Context, environment: Environment, feed: Feed) -> Feed:
        assert item.repeat is not None
        rows = self._rows(item.repeat, context, environment)
        if rows is None:
            return self._lost(feed, unseen=True)
        names = frozenset(rows[0]) if rows else frozenset()
        counted = item.name is not None and not (
            {"i", *names} & {mention.name for mention in item.name.mentions}
        )
        if not rows and item.name is not None and not item.name.mentions:
            self.names.left_out[join(context.prefix, item.name.text)] = (
                "repeat",
                item.repeat.value.place,
            )
        for index, row in enumerate(rows):
            if index:
                self.purse.item(item.place)
            inner = environment.child({**row, "i": index, "prev": feed})
            frame = Frame(
                "repetition",
                item.name,
                item.place,
                context.frame,
                NO_ARGUMENTS,
                inner,
                index + 1,
                len(rows),
            )
            repetition = context._replace(frame=frame)
            feed = self._once(item, repetition, inner, feed, index + 1, len(rows), counted=counted)
        return feed

    def _rows(
        self, repeat: Formula, context: Context, environment: Environment
    ) -> list[dict[str, Any]] | None:
        """The variables of each repetition, or ``None`` where the ``repeat`` is wrong."""
        value = self._guarded(repeat.evaluate, environment, context)
        if value is FAILED:
            return None
        if value is UNKNOWN:
            message, help = (
                "`repeat` is a size that is unknown until the model is called",
                "give the input a fixed size on that axis instead of `null`",
            )
            self._problem("unknown-size", message, repeat.value.span, help=help, at=context)
            return None
        self.purse.spend(len(value) if isinstance(value, list) else 0)
        rows = rows_of(value)
        if isinstance(rows, WrongRepeat):
            self._wrong_repeat(rows, repeat, value, context, environment)
            return None
        return rows

    def _wrong_repeat(
        self,
        wrong: WrongRepeat,
        repeat: Formula,
        value: Any,
        context: Context,
        environment: Environment,
    ) -> None:
        """Tell what is wrong with a ``repeat``, at the list or row at fault; where that comes
        from a variable, what it holds and where.
        """
        written = self._written_table(repeat, environment)
        culprit = (
            written.get(str(wrong.at))
            if written.is_mapping
            else written.data[wrong.at]
            if written.is_list and type(wrong.at) is int
            else None
        )
        span = (
            culprit.span
            if culprit is not None
            else repeat.value.place
            if repeat.value.is_mapping
            else repeat.value.span
        )
        name = culprit.data[1:] if culprit is not None and isinstance(culprit.data, str) else ""
        origin = self._variable_in_words(name, environment, span)
        help = (
            f"give `{name}` one value for each of the {wrong.wanted} repetitions"
            if origin and wrong.wanted
            else wrong.help
        )
        label = "" if repeat.constant or wrong.at is not None else f"this gives {show(value)}"
        notes = (origin,) if origin else ()
        self._problem(
            "bound-network" if wrong.beyond else "wrong-repeat",
            wrong.message,
            span,
            label,
            help,
            at=context,
            notes=notes,
        )

    def _written_table(self, repeat: Formula, environment: Environment) -> Value:
        """The value of the text that a ``repeat`` goes by: its own, or that of the variable it
        names.
        """
        formula = self._own_variable(
            repeat.value.data[1:] if isinstance(repeat.value.data, str) else "", environment
        )
        return repeat.value if formula is None else formula.value

    def _once(
        self,
        item: Item,
        context: Context,
        environment: Environment,
        feed: Feed,
        index: int | None = None,
        count: int | None = None,
        *,
        counted: bool = False,
    ) -> Feed:
        """One item, or one repetition of it."""
        if item.when is not None:
            wanted = self._condition(item.when, context, environment)
            if wanted is not True:
                self._leave_out(item, context, environment, index if counted else None)
                return feed if wanted is False else self._lost(feed, unseen=True)
        feeds = (
            (feed,)
            if item.sources is None
            else self._sources(item.sources, context, environment, feed)
        )
        written = (
            None
            if item.name is None
            else self._written(item.name, context, environment, index if counted else None)
        )
        if index is not None:
            context = self._repetition(item, context, written, index, count)
        result = self.operations[type(item.operation)](
            item.operation, context, environment, feeds, written
        )
        if result is None:
            return feed
        if item.sources is not None and feed not in feeds:
            self.passed_by.setdefault(feed.name, item)
        if item.name is not None and written is None:
            self._lost(result, unseen=True)
        if result.tensor is None:
            self._lost(*feeds)
            self._break_name(item, written, context, environment)
        return result

    def _break_name(
        self, item: Item, written: Named | None, context: Context, environment: Environment
    ) -> None:
        """Let the name of an item with a mistake stand for a broken feed, so that nobody is
        told that there is no such item.
        """
        if written is not None and written.path not in self.names.entries:
            self._settle(written, Feed(written.path, None), item.operation, context, environment)
        elif written is None and item.name is not None:
            self.names.unsure = True

    def _mistaken(
        self,
        item: Mistaken,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
        written: Named | None,
    ) -> Feed:
        """What was told already."""
        self.names.unsure |= item.hides
        return self._lost(*feeds, unseen=True)

    def _repetition(
        self, item: Item, context: Context, written: Named | None, index: int, count: int | None
    ) -> Context:
        path = written.path if written else context.prefix
        label = item.name.text if item.name else _label(item.operation)
        self.scopes.append(
            Scope(path, "repetition", label, context.scope, item.place, index, count)
        )
        return context._replace(scope=len(self.scopes) - 1)

    def _leave_out(
        self, item: Item, context: Context, environment: Environment, index: int | None
    ) -> None:
        if item.name is None:
            return
        try:
            text = item.name.fill(environment)
        except (Located, Silenced):
            return
        assert item.when is not None
        self.names.left_out[join(context.prefix, f"{text}{index or ''}")] = (
            "when",
            item.when.value.place,
        )

    def _sources(
        self,
        sources: tuple[NameFormula, ...],
        context: Context,
        environment: Environment,
        feed: Feed,
    ) -> tuple[Feed, ...]:
        return tuple(self._source(one, context, environment, feed) for one in sources)

    def _source(
        self, source: NameFormula, context: Context, environment: Environment, feed: Feed
    ) -> Feed:
        text = self._guarded(source.fill, environment, context)
        if text is FAILED:
            return self._lost(feed, unseen=True)
        if text == "prev":
            return feed
        found = self.names.find(text, context.visible)
        if found is not None:
            return found[1].feed
        if text in context.inputs:
            return context.inputs[text]
        self._unknown_item(text, source.value.span, context, context.inputs)
        self._lost(feed, unseen=True)
        return Feed(text, None)


def _label(operation: Any) -> str:
    if isinstance(operation, LayerCall):
        return operation.kind
    return operation.block if isinstance(operation, BlockCall) else ""
