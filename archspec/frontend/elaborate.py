"""`Program` → `Graph`: items carried out in order, every shape inferred as its layer is added.

A mistake is told once, however often its line is carried out; what depends on it is passed over in silence, and all else goes on, so
that one run tells all that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from math import prod
from typing import Any, NamedTuple

from archspec import limits
from archspec.diagnostics import Complaints, Diagnostic, Enough, Span
from archspec.frontend import syntax
from archspec.frontend.checks import dead_ends
from archspec.frontend.environment import FAILED, Environment, Exceeded, Feed, Lazy, Purse, has_unknown, variables_of
from archspec.frontend.formulas import Formula, Located, NameFormula, Silenced
from archspec.frontend.naming import Entry, Names, join, snake_case
from archspec.frontend.resolve import kind_of_data
from archspec.frontend.source import Value
from archspec.frontend.stamps import Press
from archspec.frontend.syntax import Arguments, Block, Branches, Group, Item, Items, Path, Program, Reuse, SideOutput
from archspec.frontend.words import MOST_INPUTS, listed, projection, show, where_called
from archspec.graph import BYTES, Graph, Node, Scope, Tensor, Weight, show_shape
from archspec.layers import KINDS, Layer, Mismatch
from archspec.spelling import did_you_mean

NO_ARGUMENTS: Arguments = {}


class Defaults(NamedTuple):
    """The ``defaults`` of the spec or of one call of a block, with the environment that their expressions see."""

    arguments: syntax.Defaults
    environment: Environment


class Frame(NamedTuple):
    """A step of the way from the document to where something is carried out: a block call, a repetition or a ``reuse``.

    ``label`` is the block's name, or that of the item that repeats or is used again, read in the ``environment``; ``arguments`` are the call's.
    """

    kind: str
    label: str | NameFormula | None
    place: Span
    above: Frame | None
    arguments: Arguments = NO_ARGUMENTS
    environment: Environment | None = None
    index: int | None = None  # type: ignore[assignment]  # hides a method of tuples that nobody calls
    count: int | None = None  # type: ignore[assignment]  # hides a method of tuples that nobody calls


class Context(NamedTuple):
    """Where items are carried out: names and scopes around them.

    ``prefix`` is the path so far and ``visible`` the prefixes in which names are looked up, the innermost first; ``automatic`` the part of the
    prefix up to its last automatic step. ``inputs`` are the tensors that the block or model names. ``shares`` maps the prefix of a ``reuse``
    to that of the item it uses again.
    """

    prefix: str
    visible: tuple[str, ...]
    automatic: str
    inputs: Mapping[str, Feed]
    defaults: tuple[Defaults, ...]
    reserved: frozenset[str]
    scope: int
    frame: Frame | None
    blocks: tuple[str, ...]
    depth: int
    shares: tuple[str, str] | None = None


class _Plan(NamedTuple):
    """The arguments of a layer of the text: constant ones, computed ones with the ``defaults`` they come from, and the layers made so far."""

    constants: dict[str, Any]
    computed: tuple[tuple[str, Callable[[Any], Any], int | None], ...]
    layers: dict[str, Layer]


class Named(NamedTuple):
    """The path that an item got, and whether the author wrote its last step."""

    path: str
    written: bool


Inferred = tuple[Tensor, tuple[Weight, ...], int | None]


class Workshop(NamedTuple):
    """The layers made so far, each once, and what they do to inputs: shared by the networks of one run."""

    layers: dict[tuple[str, str], Layer]
    inferred: dict[tuple[int, tuple[Tensor, ...]], Inferred]
    plans: dict[tuple[Any, ...], _Plan]
    kept: list[Program]  # plans go by the identity of arguments, so the programs that these belong to must live


def elaborate(
    program: Program, kinds: Mapping[str, str], workshop: Workshop, problems: Iterable[Diagnostic]
) -> tuple[Graph | None, list[Diagnostic]]:
    """The graph of a program, and what is wrong with it; no graph where something is.

    ``kinds`` says what each variable must be; ``problems`` have been found before, and what they are about is broken in the program.
    """
    builder = _Builder(program, kinds, workshop, problems)
    try:
        graph = builder.graph()
    except Enough:
        return None, builder.problems
    except Exceeded as bound:
        if builder.purse.shortened:  # it was the mistakes that used it up
            return None, builder.problems
        span = bound.span or program.items.place
        return None, [*builder.problems, Diagnostic("bound-network", bound.message, span, help=bound.help)]
    if builder.problems or graph is None:
        return None, builder.problems
    problems = dead_ends(graph, {one.name: one.place for one in program.inputs})
    return (None if problems else graph), problems


class _Builder:
    """Carries out a program, gathering nodes, scopes, names and complaints."""

    def __init__(self, program: Program, kinds: Mapping[str, str], workshop: Workshop, problems: Iterable[Diagnostic]) -> None:
        self.program = program
        self.kinds = kinds
        self.problems = Complaints(problems)
        self.told = {(one.code, one.span) for one in self.problems}
        self.nodes: list[Node] = []
        self.twins: dict[str, Node] = {}
        self.scopes: list[Scope] = []
        self.names = Names()
        self.outputs: dict[str, Feed] = {}
        self.purse = Purse()
        self.press = Press(self.nodes, self.scopes, self.names)
        self.made = workshop.layers
        self.plans = workshop.plans
        workshop.kept.append(program)
        self.inferred = workshop.inferred
        self.operations: dict[type, Callable[..., Feed | None]] = {
            syntax.LayerCall: self._layer_call,
            syntax.BlockCall: self._block_call,
            syntax.VariableCall: self._variable_call,
            Group: self._group,
            Branches: self._branches,
            syntax.Residual: self._residual,
            Reuse: self._reuse,
            SideOutput: self._side_output,
            syntax.Mistaken: self._mistaken,
        }
        self.variables = Environment(None, {}, self.purse)

    def graph(self) -> Graph | None:
        """The whole network; ``None`` where something is wrong."""
        self._evaluate_variables()
        inputs = {one.name: Feed(one.name, self._input(one)) for one in self.program.inputs}
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
        if self.problems:
            return None
        outputs = {"main": end.name, **{path: feed.name for path, feed in self.outputs.items()}}
        endpoints = {path: feed.name for path, feed in self.names.endpoints.items()}
        tensors = {name: feed.tensor for name, feed in inputs.items() if feed.tensor is not None}
        program = self.program
        return Graph(program.name, tensors, tuple(self.nodes), outputs, tuple(self.scopes), endpoints, program.description, program.source)

    # --- variables and inputs

    def _evaluate_variables(self) -> None:
        variables_of(self.program.variables, self.variables.values, self.variables)
        for name, formula in self.program.variables.items():
            value = self._guarded(self.variables.lookup, name)
            kind = kind_of_data(value)
            wanted = self.kinds.get(name)
            if value is not None and wanted is not None and value is not FAILED and kind != wanted:
                self._problem("variable-kind", f"`{name}` is {wanted}, and this gives {kind}", formula.value.span, f"it gives {show(value)}")
                self.variables.values[name] = FAILED

    def _input(self, one: syntax.Input) -> Tensor | None:
        shape = self._guarded(one.shape.evaluate, self.variables)
        dtype = self._guarded(one.dtype.evaluate, self.variables) if one.dtype else "float32"
        if shape is FAILED or dtype is FAILED:
            return None
        span = one.shape.value.span
        if not isinstance(shape, list):
            self._problem("wrong-value", f"the shape of `{one.name}` must be a list of sizes", span, f"this gives {show(shape)}")
            return None
        sizes = [_whole(size) for size in shape]
        if not all(size is None or (type(size) is int and 0 < size <= limits.SIZE) for size in sizes):
            self._problem(
                "wrong-value", f"the sizes of `{one.name}` must be positive integers, or `null` for unknown ones", span, f"this is {show(shape)}"
            )
            return None
        if dtype not in BYTES:
            place = one.dtype.value.span if one.dtype else span
            help = did_you_mean(str(dtype), BYTES) or f"the dtypes are {', '.join(BYTES)}"
            self._problem("wrong-value", f"`{dtype}` is no dtype of Keras", place, help=help)
            return None
        return Tensor(tuple(sizes), str(dtype))

    # --- complaints

    def _guarded(self, compute: Callable[[Any], Any], scope: Any, context: Context | None = None) -> Any:
        """A computed value; `FAILED` where it is wrong, which is told, or depends on what is."""
        try:
            return compute(scope)
        except (Located, Silenced) as error:
            return self._failed(error, context)

    def _failed(self, error: Located | Silenced, context: Context | None) -> Any:
        """`FAILED`, its cause told if it was not before."""
        if isinstance(error, Located):
            self._tell(error.diagnostic, context)
        return FAILED

    def _tell(self, diagnostic: Diagnostic, context: Context | None) -> None:
        key = (diagnostic.code, diagnostic.span)
        self.purse.mistaken()
        if key not in self.told:
            self.told.add(key)
            notes = (*diagnostic.notes, *where_called(context.frame if context else None))
            self.problems.append(diagnostic._replace(notes=notes))

    def _problem(
        self, code: str, message: str, span: Span, label: str = "", help: str | None = None, *, at: Context | None = None, notes: tuple[str, ...] = ()
    ) -> None:
        self._tell(Diagnostic(code, message, span, label, notes, help), at)

    # --- items

    def _run(self, items: Items, context: Context, environment: Environment, feed: Feed) -> Feed:
        """A list of items in a chain: what its last one gives on."""
        values: dict[str, Any] = {"prev": feed}
        inner = Environment(environment, values, self.purse)
        if not items.reserved <= context.reserved:
            context = context._replace(reserved=context.reserved | items.reserved)
        for item in items.items:
            self.purse.item(item.place)
            values["prev"] = feed
            feed = self._once(item, context, inner, feed) if item.repeat is None else self._repeated(item, context, inner, feed)
        return feed

    def _repeated(self, item: Item, context: Context, environment: Environment, feed: Feed) -> Feed:
        assert item.repeat is not None
        rows = self._rows(item.repeat, context, environment)
        if rows is None:
            return Feed("", None)
        names = frozenset(rows[0]) if rows else frozenset()
        counted = item.name is not None and not ({"i", *names} & {mention.name for mention in item.name.mentions})
        if not rows and item.name is not None and not item.name.mentions:
            self.names.left_out[join(context.prefix, item.name.text)] = "repeat", item.repeat.value.place
        for index, row in enumerate(rows):
            if index:
                self.purse.item(item.place)
            inner = environment.child({**row, "i": index, "prev": feed})
            frame = Frame("repetition", item.name, item.place, context.frame, NO_ARGUMENTS, inner, index + 1, len(rows))
            repetition = context._replace(frame=frame)
            feed = self._once(item, repetition, inner, feed, index + 1, len(rows), counted=counted)
        return feed

    def _rows(self, repeat: Formula, context: Context, environment: Environment) -> list[dict[str, Any]] | None:
        """The variables of each repetition, or ``None`` where the ``repeat`` is wrong."""
        value = self._guarded(repeat.evaluate, environment, context)
        if value is FAILED:
            return None
        self.purse.spend(len(value) if isinstance(value, list) else 0)
        rows = rows_of(value)
        if isinstance(rows, WrongRepeat):
            written = self._written_table(repeat, environment)
            culprit = written.get(str(rows.at)) if written.is_mapping else written.data[rows.at] if written.is_list and type(rows.at) is int else None
            shown = repeat.constant or rows.at is not None
            span = culprit.span if culprit is not None else repeat.value.place if repeat.value.is_mapping else repeat.value.span
            self._problem(
                "bound-network" if rows.beyond else "wrong-repeat",
                rows.message,
                span,
                "" if shown else f"this gives {show(value)}",
                rows.help,
                at=context,
            )
            return None
        return rows

    def _written_table(self, repeat: Formula, environment: Environment) -> Value:
        """The value of the text that a ``repeat`` goes by: its own, or that of the variable it names."""
        name = repeat.value.data[1:] if isinstance(repeat.value.data, str) else ""
        formula = self.program.variables.get(name)
        if formula is None or formula.value.data is None or self.variables.values[name] is not environment.nearest(name):
            return repeat.value
        return formula.value

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
                return feed if wanted is False else Feed("", None)
        feeds = (feed,) if item.sources is None else self._sources(item.sources, context, environment, feed)
        written = None if item.name is None else self._written(item.name, context, environment, index if counted else None)
        if index is not None:
            context = self._repetition(item, context, written, index, count)
        result = self.operations[type(item.operation)](item.operation, context, environment, feeds, written)
        if result is None:
            return feed
        if result.tensor is None:
            self._break_name(item, written, context, environment)
        return result

    def _break_name(self, item: Item, written: Named | None, context: Context, environment: Environment) -> None:
        """Let the name of an item with a mistake stand for a broken feed, so that nobody is told that there is no such item."""
        if written is not None and written.path not in self.names.entries:
            self._settle(written, Feed(written.path, None), item.operation, context, environment)
        elif written is None and item.name is not None:
            self.names.unsure = True

    def _mistaken(self, item: syntax.Mistaken, context: Context, environment: Environment, feeds: tuple[Feed, ...], written: Named | None) -> Feed:
        """What was told already."""
        self.names.unsure |= item.hides
        return Feed("", None)

    def _repetition(self, item: Item, context: Context, written: Named | None, index: int, count: int | None) -> Context:
        path = written.path if written else context.prefix
        label = item.name.text if item.name else _label(item.operation)
        self.scopes.append(Scope(path, "repetition", label, context.scope, item.place, index, count))
        return context._replace(scope=len(self.scopes) - 1)

    def _condition(self, when: Formula, context: Context, environment: Environment) -> Any:
        value = self._guarded(when.evaluate, environment, context)
        if value is True or value is False or value is FAILED:
            return value
        code = "unknown-size" if has_unknown(value) else "wrong-value"
        self._problem(
            code, "`when` must be true or false", when.value.span, f"this gives {show(value)}", help="compare: `$x > 0`, `$x == 'text'`", at=context
        )
        return FAILED

    def _leave_out(self, item: Item, context: Context, environment: Environment, index: int | None) -> None:
        if item.name is None:
            return
        try:
            text = item.name.fill(environment)
        except (Located, Silenced):
            return
        assert item.when is not None
        self.names.left_out[join(context.prefix, f"{text}{index or ''}")] = "when", item.when.value.place

    def _sources(self, sources: tuple[NameFormula, ...], context: Context, environment: Environment, feed: Feed) -> tuple[Feed, ...]:
        return tuple(self._source(one, context, environment, feed) for one in sources)

    def _source(self, source: NameFormula, context: Context, environment: Environment, feed: Feed) -> Feed:
        text = self._guarded(source.fill, environment, context)
        if text is FAILED:
            return Feed("", None)
        if text == "prev":
            return feed
        found = self.names.find(text, context.visible)
        if found is not None:
            return found[1].feed
        if text in context.inputs:
            return context.inputs[text]
        self._unknown_item(text, source.value.span, context, context.inputs)
        return Feed(text, None)

    def _unknown_item(self, text: str, span: Span, context: Context, inputs: Iterable[str]) -> None:
        """Tell that a name stands for nothing, unless what it stands for may be hidden by another mistake."""
        if self.names.unsure or self.names.broken(text, context.visible):
            return
        block = context.blocks[-1] if context.blocks else None
        elsewhere = self._elsewhere(text, span, block) if not self.names.near(text, context.visible) else None
        message, help = elsewhere or self.names.why_not(text, context.visible, inputs)
        self._problem("unknown-name", message, span, help=help, at=context)

    def _elsewhere(self, text: str, span: Span, block: str | None) -> tuple[str, str] | None:
        """Why an item of that name cannot be taken: it stands further down, or outside of the block."""
        here = self.program.items if block is None else self.program.blocks[block].items
        place = syntax.place_of(text, here)
        if place is not None and place > span:
            return f"`{text}` stands further down, in line {place.line}", "`from` takes what stands above; move that item up, or take another"
        place = syntax.place_of(text, self.program.items) if block is not None else None
        if place is None and text in {one.name for one in self.program.inputs}:
            place = self.program.items.place
        if block is None or place is None:
            return None
        help = f"add `inputs: [x, {text}]` to the block, and call it with `from: [prev, {text}]`"
        return f"`{text}` stands outside of the block `{block}`, which sees only its own items and inputs", help

    # --- names

    def _written(self, name: NameFormula, context: Context, environment: Environment, index: int | None) -> Named | None:
        """The path of an item that has a name; ``None`` where the name is wrong."""
        text: Any = name.text if name.template is None and not name.broken else self._guarded(name.fill, environment, context)
        if text is FAILED:
            return None
        text = text if index is None else f"{text}{index}"
        place = name.value.span
        complaint = None if name.template is None and index is None else syntax.name_problem(text)
        if complaint:
            self._problem("wrong-name", complaint, place, help=syntax.better_name(str(text)), at=context)
            return None
        path = f"{context.prefix}.{text}" if context.prefix else text
        owner = self.names.written(path, place)
        if owner is not None:
            self._taken(path, owner, place, context)
            return None
        return Named(path, True)

    def _taken(self, path: str, owner: Span, place: Span, context: Context) -> None:
        where = "this item, in another repetition" if owner == place else f"the item of line {owner.line}"
        help = "use a variable of the `repeat` in the name, or give the group around it a name" if owner == place else "give one of them another name"
        self._problem("duplicate-name", f"the name `{path}` is taken by {where}", place, help=help, at=context)

    def _path(self, written: Named | None, step: str, context: Context, place: Span) -> Named:
        """The path of an item: the one written, else an automatic one."""
        return written or Named(self.names.automatic(context.prefix, step, context.reserved, place), False)

    def _settle(self, named: Named, feed: Feed, operation: Any, context: Context, environment: Environment) -> None:
        """Let a path stand for what its item gives on."""
        entry = Entry(feed, context.automatic, operation, context, environment) if named.written else None
        self.names.settle(named.path, feed, entry)

    def _enter(self, named: Named | None, kind: str, label: str, context: Context, place: Span) -> Context:
        """The context inside a piece of structure; its names get the prefix of ``named``, if that is given."""
        if context.depth >= limits.CALL_DEPTH:
            message = f"groups, branches and blocks are more than {limits.CALL_DEPTH} deep in one another here"
            raise Exceeded(message, place, "look for blocks that call one another in a long row")
        path = named.path if named else context.prefix
        if len(path) > limits.NAME_LENGTH:
            raise Exceeded(f"the path of this item has more than {limits.NAME_LENGTH:,} characters", place, "choose shorter names")
        scope = len(self.scopes)
        self.scopes.append(Scope(path, kind, label, context.scope, place))
        if named is None:
            return context._replace(scope=scope, depth=context.depth + 1)
        automatic = context.automatic if named.written else path
        _, visible, _, inputs, defaults, _, _, frame, blocks, depth, shares = context
        return Context(path, (path, *visible), automatic, inputs, defaults, frozenset(), scope, frame, blocks, depth + 1, shares)

    # --- layers

    def _layer_call(self, call: syntax.LayerCall, context: Context, environment: Environment, feeds: tuple[Feed, ...], written: Named | None) -> Feed:
        named = self._path(written, snake_case(call.kind), context, call.place)
        feed = self._layer(call.kind, call.arguments, call.place, context, environment, feeds, named.path)
        self._settle(named, feed, call, context, environment)
        return feed

    def _layer(
        self, kind: str, arguments: Arguments, place: Span, context: Context, environment: Environment, feeds: tuple[Feed, ...], path: str,
        labels: Iterable[str] | None = None,
    ) -> Feed:  # fmt: skip
        """A layer at a path: its node, or a broken feed where something is wrong. ``labels`` are what complaints call its inputs."""
        layer = self._made(kind, arguments, place, context, environment)
        least, most = KINDS[kind].arity
        if not least <= len(feeds) <= (most or len(feeds)):
            self._wrong_number(kind, feeds, place, context)
            return Feed(path, None)
        tensors = tuple([feed.tensor for feed in feeds if feed.tensor is not None])
        if layer is None or len(tensors) < len(feeds):
            return Feed(path, None)
        key = (id(layer), tensors)
        inferred = self.inferred.get(key)
        if inferred is None:
            try:
                inferred = self.inferred[key] = _bounded(layer.infer(*tensors))
            except Mismatch as mismatch:
                self._mismatch(mismatch, layer, arguments, place, context, environment, feeds, labels)
                return Feed(path, None)
        output, weights, macs = inferred
        return self._add(Node(path, layer, tuple([feed.name for feed in feeds]), output, weights, None, macs, context.scope, place), context)

    def _add(self, node: Node, context: Context) -> Feed:
        if context.shares is not None:
            node = self._shared(node, context)
        self.nodes.append(node)
        if self.program.reuses:
            self.twins[node.name] = node
        if len(self.nodes) > limits.LAYERS:
            self._check_size(node.span)
        return Feed(node.name, node.output)

    def _check_size(self, place: Span, more: int = 0) -> None:
        if len(self.nodes) + more > limits.LAYERS:
            raise Exceeded(f"this network has more than {limits.LAYERS:,} layers", place, "look for a `repeat` in a `repeat`")
        self.purse.check(place)

    def _wrong_number(self, kind: str, feeds: tuple[Feed, ...], place: Span, context: Context) -> None:
        least, most = KINDS[kind].arity
        wanted = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
        noun = "tensor" if wanted == "1" else "tensors"
        help = "name them with `from: [a, b]`" if len(feeds) < least else "join them first with a merging layer, or name one in `from`"
        self._problem("wrong-inputs", f"`{kind}` takes {wanted} {noun}, and gets {len(feeds)}", place, help=help, at=context)

    def _made(self, kind: str, own: Arguments, place: Span, context: Context, environment: Environment) -> Layer | None:
        """The layer with its arguments: its own, else the block's defaults, else the spec's. ``None`` where one is wrong."""
        plan = self._plan(kind, own, context.defaults)
        values = {}
        for name, compute, which in plan.computed:
            try:
                values[name] = compute(environment if which is None else context.defaults[which].environment)
            except (Located, Silenced) as error:
                values[name] = self._failed(error, context)
        key = repr(values) if values else ""
        self.purse.spend(len(key) // 8)
        layer = plan.layers.get(key)
        if layer is None and FAILED in values.values():
            self._wrong_values(kind, {**plan.constants, **values}, own, place, context, environment)
        elif layer is None:
            layer = self._new_layer(kind, {**plan.constants, **values}, own, place, context, environment)
            if layer is not None:
                plan.layers[key] = layer
        return layer

    def _plan(self, kind: str, own: Arguments, defaults: tuple[Defaults, ...]) -> _Plan:
        """How the arguments of a layer of the text come about, worked out once."""
        key = (kind, id(own), id(defaults[-1].arguments))
        plan = self.plans.get(key)
        if plan is None:
            given: dict[str, tuple[Formula, int | None]] = {}
            for which, one in enumerate(defaults):
                given |= {name: (formula, which) for name, formula in one.arguments.get(kind, {}).items()}
            given |= {name: (formula, None) for name, formula in own.items()}
            computed = tuple((name, formula.compute, which) for name, (formula, which) in given.items() if formula.compute is not None)
            constants = {name: formula.data for name, (formula, _) in given.items() if formula.compute is None}
            plan = self.plans[key] = _Plan(constants, computed, {})
        return plan

    def _new_layer(self, kind: str, values: dict[str, Any], own: Arguments, place: Span, context: Context, environment: Environment) -> Layer | None:
        if not self._sizes_known(values, own, place, context):
            return None
        try:
            layer = KINDS[kind](**values)
        except Mismatch as mismatch:
            if not self._wrong_values(kind, values, own, place, context, environment):
                self._complain(
                    "wrong-argument" if mismatch.at in values else "missing-argument", mismatch, kind, values, own, place, context, environment
                )
            return None
        return self.made.setdefault((kind, repr(sorted(layer.arguments.items(), key=_first))), layer)

    def _sizes_known(self, values: Mapping[str, Any], own: Arguments, place: Span, context: Context) -> bool:
        unknown = [name for name, value in values.items() if has_unknown(value)]
        for name in unknown:
            span = own[name].value.span if name in own else place
            help = "give the input a fixed size on that axis instead of `null`"
            self._problem("unknown-size", f"`{name}` depends on a size that is unknown until the model is called", span, help=help, at=context)
        return not unknown

    def _wrong_values(self, kind: str, values: Mapping[str, Any], own: Arguments, place: Span, context: Context, environment: Environment) -> bool:
        """Whether arguments are wrong by themselves, and all of them told."""
        wrong = [one for name, value in values.items() if value is not FAILED and (one := argument_mismatch(kind, name, value)) is not None]
        for mismatch in wrong:
            known = mismatch.at in KINDS[kind].attributes
            self._complain("wrong-argument" if known else "unknown-argument", mismatch, kind, values, own, place, context, environment)
        return bool(wrong)

    def _mismatch(
        self, mismatch: Mismatch, layer: Layer, own: Arguments, place: Span, context: Context, environment: Environment,
        feeds: tuple[Feed, ...], labels: Iterable[str] | None,
    ) -> None:  # fmt: skip
        tensors = [feed.tensor for feed in feeds if feed.tensor is not None]
        mismatch.message = re.sub(r"\bthis layer\b", f"`{layer.kind()}`", mismatch.message)
        if len(feeds) == 1:
            notes: tuple[str, ...] = (
                () if str(tensors[0]) in mismatch.message else (f"its input is {'a vector of ' * (len(tensors[0].shape) == 1)}{tensors[0]}",)
            )
        else:
            notes = inputs_of(labels or [f"`{feed.name}`" for feed in feeds], tensors)
            mismatch.message = re.sub(r" \(input \d+\)", "", mismatch.message)
        self._complain("shape-mismatch", mismatch, layer.kind(), dict(layer.arguments), own, place, context, environment, notes)

    def _complain(
        self, code: str, mismatch: Mismatch, kind: str, values: Mapping[str, Any], own: Arguments, place: Span, context: Context,
        environment: Environment, notes: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """Tell what a kind has against an argument, where the argument was given, or against its input."""
        name = mismatch.at or ""
        formula: Formula | None = own.get(name)
        if formula is None:
            formula, which = self._default(kind, name, context)
            if formula is None or code == "shape-mismatch":
                default = default_note(kind, name, values, formula, place)
                self._problem(code, mismatch.message, place, "", mismatch.help, at=context, notes=(*notes, *default))
                return
            notes = (*notes, f"for the `{kind}` of line {place.line}")
            context = context._replace(frame=None if which == 0 else context.frame)
        if code == "unknown-argument":
            message, help = syntax.no_argument(kind, name)
            self._problem(code, message, formula.value.place, help=help, at=context)
            return
        span = formula.value.span
        label = "" if formula.constant or name not in values else f"this gives {show(values[name])}"
        given = self._given(formula, environment, context) if code == "wrong-argument" else None
        if given is not None:
            notes = (*notes, f"it becomes `{name}` of the `{kind}` in line {place.line}")
            source, context = given
            span, label = source.value.span, "" if source.constant else label
        advice = mismatch.help
        if advice is None and type(values.get(name)) is float and "integer" in mismatch.message:
            advice = "make it whole: `//` divides without a rest; `int`, `round`, `floor` and `ceil` round"
        if not label and advice is None and name in values:
            label = f"this is {show(values[name])}"
        self._problem(code, mismatch.message, span, label, advice, at=context, notes=notes)

    def _given(self, formula: Formula, environment: Environment, context: Context) -> tuple[Formula, Context] | None:
        """Where a call gives the value of a formula that is just an argument of the block: the formula there, and the caller's context."""
        frame = context.frame
        while frame is not None and frame.kind != "block":
            frame = frame.above
        text = formula.value.data
        if frame is None or not isinstance(text, str) or text[:1] != "$" or text[1:] not in frame.arguments:
            return None
        holder: Environment | None = environment
        while holder is not None and text[1:] not in holder.values:
            holder = holder.parent
        if holder is None or holder.parent is not self.variables:
            return None  # a `repeat` has a variable of that name
        return frame.arguments[text[1:]], context._replace(frame=frame.above)

    def _default(self, kind: str, name: str, context: Context) -> tuple[Formula | None, int]:
        """The formula in ``defaults`` that an argument comes from, and which of them it is."""
        for which in range(len(context.defaults) - 1, -1, -1):
            formula = context.defaults[which].arguments.get(kind, NO_ARGUMENTS).get(name)
            if formula is not None:
                return formula, which
        return None, 0

    # --- blocks

    def _block_call(self, call: syntax.BlockCall, context: Context, environment: Environment, feeds: tuple[Feed, ...], written: Named | None) -> Feed:
        block = self.program.blocks[call.block]
        named = self._path(written, block.name, context, call.place)
        if block.name in context.blocks:
            message = syntax.recursion([*context.blocks[context.blocks.index(block.name) :], block.name])
            self._problem("recursion", message, call.place, help=syntax.RECURSION_HELP, at=context)
            return Feed(named.path, None)
        if not self._block_inputs(block, feeds, call.place, context):
            return Feed(named.path, None)
        values = self._block_values(block, call.arguments, context, environment, feeds)
        feed = self._pressed(block, call, context, values, feeds, named)
        self._settle(named, feed, call, context, environment)
        return feed

    def _pressed(self, block: Block, call: syntax.BlockCall, context: Context, values: Environment, feeds: tuple[Feed, ...], named: Named) -> Feed:
        """What a block gives: carried out, or pressed from the stamp of a call with equal arguments and inputs of equal shapes."""
        given = [values.values[name] for name in block.parameters]
        shown = repr(given)
        if self.program.reuses or FAILED in given or any(feed.tensor is None for feed in feeds):
            return self._block_body(block, call, context, values, feeds, named)
        self.purse.spend(len(shown) // 8)
        names = [feed.name for feed in feeds]
        key = (block.name, shown, named.written, context.depth, tuple([feed.tensor for feed in feeds]), tuple(map(names.index, names)))
        stamp = self.press.stamps.get(key)
        if stamp is not None:
            self.purse.items += stamp.end.items - stamp.start.items
            self._check_size(call.place, stamp.end.nodes - stamp.start.nodes)
            automatic = context.automatic if named.written else named.path
            feed = self.press.press(stamp, named.path, feeds, Scope(named.path, "block", block.name, context.scope, call.place), automatic)
            if feed is not None:
                return feed
        before = self.press.marks(self.purse.items), len(self.problems), len(self.outputs)
        feed = self._block_body(block, call, context, values, feeds, named)
        if stamp is None and before[1:] == (len(self.problems), len(self.outputs)):
            self.press.keep(key, before[0], named.path, feeds, feed, self.purse.items)
        return feed

    def _block_inputs(self, block: Block, feeds: tuple[Feed, ...], place: Span, context: Context) -> bool:
        wanted = len(block.inputs) or 1
        if len(feeds) == wanted:
            return True
        names = ", ".join(block.inputs)
        what = f"{wanted} tensors ({names})" if block.inputs else "one tensor"
        help: str | None = "name one in `from`, or give the block more `inputs: [a, b]`"
        if block.inputs:
            help = f"put `from: [{', '.join(['...'] * wanted)}]` beside it, with the tensors that {listed(block.inputs)} stand for"
        self._problem("wrong-inputs", f"the block `{block.name}` takes {what}, and gets {len(feeds)}", place, help=help, at=context)
        return False

    def _block_values(self, block: Block, arguments: Arguments, context: Context, environment: Environment, feeds: tuple[Feed, ...]) -> Environment:
        """What a block sees: its inputs, its arguments evaluated in the caller, their defaults and its local values."""
        values: dict[str, Any] = {"in": feeds[0]}
        if block.inputs:
            values |= zip(block.inputs, feeds, strict=True)
        inner = Environment(self.variables, values, self.purse)
        for name, parameter in block.parameters.items():
            formula = arguments.get(name)
            if formula is not None:
                values[name] = formula.data if formula.compute is None else self._guarded(formula.compute, environment, context)
            elif parameter.default is not None:
                values[name] = self._guarded(parameter.default.evaluate, inner, context)
            else:
                values[name] = FAILED
        variables_of(block.let, values, inner)
        return inner

    def _block_body(self, block: Block, call: syntax.BlockCall, context: Context, values: Environment, feeds: tuple[Feed, ...], named: Named) -> Feed:
        inside = self._enter(named, "block", block.name, context, call.place)
        inside = inside._replace(
            visible=(named.path,),
            inputs=dict(zip(block.inputs, feeds, strict=False)),
            defaults=(*context.defaults[:1], Defaults(block.defaults, values)) if block.defaults else context.defaults[:1],
            frame=Frame("block", block.name, call.place, context.frame, call.arguments),
            blocks=(*context.blocks, block.name),
        )
        for name in block.let:
            self._guarded(values.lookup, name, inside)
        return self._run(block.items, inside, values, feeds[0])

    def _variable_call(
        self, call: syntax.VariableCall, context: Context, environment: Environment, feeds: tuple[Feed, ...], written: Named | None
    ) -> Feed:
        try:
            value = self._guarded(environment.lookup, call.variable, context)
        except KeyError:  # known only now, where a `repeat` takes its rows from a variable
            help = did_you_mean(call.variable, self.program.variables, "`${}`")
            self._problem("unknown-name", f"there is no variable `{call.variable}` here", call.place, help=help, at=context)
            value = FAILED
        if value is FAILED:
            return Feed("", None)
        if not isinstance(value, str):
            message, help = f"`${call.variable}` must name a layer kind or a block", "give it a name; an item is left out with `when`"
            self._wrong_call(call, message, help, value, context, environment)
            return Feed("", None)
        if value in KINDS:
            return self._layer_call(syntax.LayerCall(value, call.arguments, call.place), context, environment, feeds, written)
        if value not in self.program.blocks:
            message, help = syntax.unknown_operation(value, self.program.blocks)
            self._wrong_call(call, message, help, value, context, environment)
            return Feed("", None)
        known = {name: one.default is None for name, one in self.program.blocks[value].parameters.items()}
        wrong = list(syntax.block_argument_problems(value, known, call.arguments, call.place))
        for diagnostic in wrong:
            self._tell(diagnostic, context)
        if wrong:
            return Feed("", None)
        return self._block_call(syntax.BlockCall(value, call.arguments, call.place), context, environment, feeds, written)

    def _wrong_call(self, call: syntax.VariableCall, message: str, help: str | None, value: Any, context: Context, environment: Environment) -> None:
        """Tell that a variable names nothing that can be called: where it gets its value, if that is plain to see."""
        code = "unknown-layer" if isinstance(value, str) else "wrong-value"
        formula = self.program.variables.get(call.variable)
        key = f"${call.variable}"
        given = self._given(Formula(Value(key, call.place), ()), environment, context)
        if given is None and formula is not None and formula.constant and self.variables.values[call.variable] is environment.nearest(call.variable):
            given = formula, context._replace(frame=None)
        if given is None or not given[0].constant:
            self._problem(code, message, call.place, f"`{key}` is {show(value)}", help, at=context)
        else:
            self._problem(code, message, given[0].value.span, "", help, at=given[1], notes=(f"`{key}` calls it in line {call.place.line}",))

    # --- structure

    def _one(self, what: str, feeds: tuple[Feed, ...], place: Span, context: Context) -> Feed:
        """The one tensor that a piece of structure takes."""
        if len(feeds) > 1:
            help = "name one in `from`; the items inside can name others"
            self._problem("wrong-inputs", f"{what} takes one tensor, and gets {len(feeds)}", place, help=help, at=context)
            return Feed("", None)
        return feeds[0]

    def _group(self, group: Group, context: Context, environment: Environment, feeds: tuple[Feed, ...], written: Named | None) -> Feed:
        feed = self._one("a group", feeds, group.place, context)
        label = written.path.rpartition(".")[2] if written else ""
        inside = self._enter(written, "group", label, context, group.place)
        feed = self._run(group.items, inside, environment, feed)
        if written:
            self._settle(written, feed, group, context, environment)
        return feed

    def _side_output(self, side: SideOutput, context: Context, environment: Environment, feeds: tuple[Feed, ...], written: Named | None) -> None:
        """A side path; it gives nothing on, so that the main path goes on from before it."""
        feed = self._one("an output", feeds, side.place, context)
        if written is None:
            return
        inside = self._enter(written, "output", written.path.rpartition(".")[2], context, side.place)
        end = self._run(side.items, inside, environment, feed)
        if written.path == "main":
            self._problem("wrong-name", "`main` is the output at the end of `layers`", side.place, help="give this output another name", at=context)
        self.outputs[written.path] = end
        self._settle(written, end, side, context, environment)

    def _branches(self, branches: Branches, context: Context, environment: Environment, feeds: tuple[Feed, ...], written: Named | None) -> Feed:
        feed = self._one("`branches`", feeds, branches.place, context)
        inside = self._enter(written, "branches", written.path.rpartition(".")[2] if written else "", context, branches.place)
        ends = {path.label: end for path in branches.paths if (end := self._branch(path, "branch", inside, environment, feed)) is not None}
        result = self._merged(branches, ends, inside, environment)
        if written:
            self._settle(written, result, branches, context, environment)
        return result

    def _branch(self, path: Path, kind: str, context: Context, environment: Environment, feed: Feed) -> Feed | None:
        """The end of a branch or shortcut; ``None`` where its condition says that there is none."""
        wanted = True if path.when is None else self._condition(path.when, context, environment)
        if wanted is not True:
            if wanted is False:
                self.names.left_out[join(context.prefix, path.label)] = "when", path.place
            return None if wanted is False else Feed("", None)
        named = self._branch_name(path, context)
        inside = self._enter(named, kind, path.label, context, path.place)
        end = self._run(path.items, inside, environment, feed)
        self._settle(named, end, Group(path.items, path.place), context, environment)
        return end

    def _branch_name(self, path: Path, context: Context) -> Named:
        reserved = context.reserved - {path.label}
        taken = self.names.automatic(context.prefix, path.label, reserved, path.place)
        return Named(taken, taken == join(context.prefix, path.label))

    def _merged(self, branches: Branches, ends: Mapping[str, Feed], context: Context, environment: Environment) -> Feed:
        kind = self._guarded(branches.merge.evaluate, environment, context)
        if kind is FAILED:
            return Feed("", None)
        complaint = syntax.merge_problem(kind if isinstance(kind, str) else show(kind))
        if complaint:
            self._problem("unknown-layer", complaint[0], branches.merge.value.span, f"this gives {show(kind)}", complaint[1], at=context)
            return Feed("", None)
        if not ends:
            self._problem(
                "empty",
                "every branch is left out here, so nothing is left to merge",
                branches.place,
                help="leave out the whole item with its own `when`",
                at=context,
            )
            return Feed("", None)
        if len(ends) == 1:
            return next(iter(ends.values()))
        path = self.names.automatic(context.prefix, snake_case(kind), context.reserved, branches.place)
        feed = self._layer(kind, branches.arguments, branches.place, context, environment, tuple(ends.values()), path, ends)
        self.names.settle(path, feed)
        return feed

    def _residual(
        self, residual: syntax.Residual, context: Context, environment: Environment, feeds: tuple[Feed, ...], written: Named | None
    ) -> Feed:
        feed = self._one("a residual", feeds, residual.place, context)
        outside = self._enter(written, "residual", written.path.rpartition(".")[2] if written else "", context, residual.place)
        inside = self._enter(None, "main", "", outside, residual.place)
        main = self._run(residual.items, inside, environment, feed)
        around: Feed | None = feed
        if residual.shortcut is not None:
            around = self._branch(residual.shortcut, "shortcut", outside, environment, feed)
        result = main if around is None else self._sum(residual, main, around, feed, outside, environment)
        if written:
            self._settle(written, result, residual, context, environment)
        return result

    def _sum(self, residual: syntax.Residual, main: Feed, around: Feed, given: Feed, context: Context, environment: Environment) -> Feed:
        if main.tensor is not None and around.tensor is not None and not _same_shape(main.tensor, around.tensor):
            own = residual.shortcut is not None and bool(residual.shortcut.items.items)
            label = f"its items end in {main.tensor}, {'its `shortcut`' if own else 'the way around'} in {around.tensor}"
            help = projection(main.tensor, around.tensor, residual, own=own)
            self._problem("shape-mismatch", "the two paths of this residual end in different shapes", residual.place, label, help, at=context)
            return Feed("", None)
        path = self.names.automatic(context.prefix, "add", context.reserved, residual.place)
        feed = self._layer("Add", NO_ARGUMENTS, residual.place, context, environment, (main, around), path)
        self.names.settle(path, feed)
        return feed

    # --- reuse

    def _reuse(self, reuse: Reuse, context: Context, environment: Environment, feeds: tuple[Feed, ...], written: Named | None) -> Feed | None:
        """The item once more: names in it are looked up where it stands in the text, its paths are those of this item."""
        text = self._guarded(reuse.target.fill, environment, context)
        found = None if text is FAILED else self._reused(text, reuse, context)
        if found is None:
            return Feed("", None)
        original, entry = found
        if written is None and isinstance(entry.operation, SideOutput):
            self._problem("missing-key", "an output that is used again needs a name", reuse.place, help="add `name: ...`", at=context)
            return None
        self.purse.items -= limits.REUSE - 1
        named = self._path(written, text.rpartition(".")[2], context, reuse.place)
        again = entry.context._replace(
            automatic=context.automatic,
            scope=self._enter(None, "reuse", text, context, reuse.place).scope,
            frame=Frame("reuse", text, reuse.place, context.frame, NO_ARGUMENTS, environment),
            depth=context.depth + 1,
            shares=(named.path, original),
        )
        inner = entry.environment.child({"prev": feeds[0]})
        return self.operations[type(entry.operation)](entry.operation, again, inner, feeds, named)

    def _reused(self, text: str, reuse: Reuse, context: Context) -> tuple[str, Entry] | None:
        """The path and the entry of the item that is used again."""
        found = self.names.find(text, context.visible)
        if found is not None:
            return found
        if text in context.inputs or text == "prev":
            message = f"`{text}` is {'an input' if text in context.inputs else 'the output of the item before'}, and has no layers to use again"
            self._problem("unknown-name", message, reuse.target.value.span, help="`reuse` takes the name of an item", at=context)
            return None
        self._unknown_item(text, reuse.target.value.span, context, ())
        return None

    def _shared(self, node: Node, context: Context) -> Node:
        """A node of an item that is used again: it takes the weights of the node that stands in its place there."""
        assert context.shares is not None
        here, there = context.shares
        twin = self.twins.get(there + node.name[len(here) :])
        if twin is not None and twin.layer == node.layer and twin.weights == node.weights:
            return node._replace(weights_of=twin.weights_of or twin.name)
        if node.weights:
            self._problem("reuse-mismatch", *_unlike(node, twin, there), at=context)
        return node


def _bounded(inferred: Inferred) -> Inferred:
    """The same, or `Mismatch` where the output has more elements than a computer can count."""
    if prod([size or 1 for size in inferred[0].shape]) > limits.INTEGER:
        help = "look for a layer that enlarges its input, in a `repeat`"
        raise Mismatch(f"the output {inferred[0]} has more than {limits.INTEGER:,} elements", help=help)
    return inferred


def _unlike(node: Node, twin: Node | None, there: str) -> tuple[str, Span, str, str | None]:
    """Why a node cannot take the weights of the one in its place."""
    help = "the input of the second use must give every layer with weights the same shapes"
    if twin is None:
        return f"`{there}` has no layer whose weights this one could use again", node.span, "", help
    for mine, theirs in zip(node.weights, twin.weights, strict=False):
        if mine.shape != theirs.shape:
            label = f"`{mine.name}` would be {show_shape(mine.shape)} here, and is {show_shape(theirs.shape)} in `{twin.name}`"
            return f"the weights of `{twin.name}` do not fit this input", node.span, label, help
    return f"this layer differs from `{twin.name}`, whose weights it would use again", node.span, "", help


def argument_mismatch(kind: str, name: str, value: Any) -> Mismatch | None:
    """What is wrong with one argument by itself."""
    attribute = KINDS[kind].attributes.get(name)
    if attribute is None:
        return Mismatch(f"`{kind}` has no argument `{name}`", at=name)
    try:
        attribute.type.accept(value)
    except ValueError as refused:
        return Mismatch(f"`{name}` must be {getattr(refused, 'words', refused)}", at=name, help=getattr(refused, "help", None))
    return None


def default_note(kind: str, name: str, values: Mapping[str, Any], formula: Formula | None, place: Span) -> tuple[str, ...]:
    """Where the value of an argument that the layer does not state comes from."""
    if formula is not None and name in values:
        where = formula.value.place
        file = "" if where.file == place.file else f" of {where.file}"
        return (f"`{name}` is {show(values[name])} by the `defaults` in line {where.line}{file}",)
    attribute = KINDS[kind].attributes.get(name)
    if attribute is None or attribute.required or name in values:
        return ()
    return (f"`{name}` is {show(attribute.default)} by default",)


def inputs_of(labels: Iterable[str], tensors: list[Tensor]) -> tuple[str, ...]:
    """A note for each input of a layer with several, as far as there is room."""
    notes = [f"{label if label.startswith('`') else f'branch `{label}`'} gives {tensor}" for label, tensor in zip(labels, tensors, strict=True)]
    return (*notes[:MOST_INPUTS], *([f"... and {len(notes) - MOST_INPUTS} more"] if len(notes) > MOST_INPUTS else []))


class WrongRepeat(NamedTuple):
    """What is wrong with a ``repeat``; ``at`` is the list or the row at fault, ``beyond`` says that it asks for too much."""

    message: str
    help: str | None = None
    at: str | int | None = None
    beyond: bool = False


REPEAT_HELP = "write `repeat: 3`, `repeat: {k: [3, 5]}` or `repeat: [{k: 3, s: 1}, {k: 5, s: 2}]`"


def rows_of(value: Any) -> list[dict[str, Any]] | WrongRepeat:
    """The variables of each repetition, as a ``repeat`` gives them."""
    value = _whole(value)
    if type(value) is int:
        if value < 0:
            return WrongRepeat("`repeat` cannot be negative", "0 leaves the item out")
        if value > limits.LAYERS:
            message = f"`repeat` asks for {value:,} repetitions, and a network may have {limits.LAYERS:,} layers"
            return WrongRepeat(message, "look for digits or a `*` too many", beyond=True)
        return [{}] * value
    if isinstance(value, dict):
        return _columns(value)
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return _table(value)
    if isinstance(value, list):
        return WrongRepeat("a list of values in `repeat` needs a variable to put them in", "write `repeat: {k: [...]}`, and `$k` in the item")
    if type(value) is float:
        return WrongRepeat("`repeat` must be a whole number", "round it: `$(ceil(...))` or `$(floor(...))`")
    return WrongRepeat("`repeat` must be a count, lists of values by variable, or a list of rows", REPEAT_HELP)


def _columns(value: dict[str, Any]) -> list[dict[str, Any]] | WrongRepeat:
    for name, column in value.items():
        if not isinstance(column, list):
            help = f"write `repeat: {show(column)}`, or `{name}: [...]`" if type(column) is int else f"write `{name}: [...]`"
            return WrongRepeat(f"`{name}` must be a list of values, one for each repetition", help, name)
    if not value:
        return WrongRepeat("`repeat` has no lists", "write `repeat: 3` or `repeat: {k: [3, 5]}`")
    lengths = {name: len(column) for name, column in value.items()}
    most = max(lengths, key=lambda name: list(lengths.values()).count(lengths[name]))
    odd = next((name for name in lengths if lengths[name] != lengths[most]), None)
    if odd is not None:
        shown = ", ".join(f"`{name}` has {length}" for name, length in lengths.items())
        return WrongRepeat(f"the lists of a `repeat` must be of one length: {shown}", "give each list one value for each repetition", odd)
    return [dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True)]


def _table(value: list[dict[str, Any]]) -> list[dict[str, Any]] | WrongRepeat:
    for index, row in enumerate(value):
        lacks, has = [key for key in value[0] if key not in row], [key for key in row if key not in value[0]]
        if lacks or has:
            what = " and ".join([*([f"lacks {listed(lacks)}"] if lacks else []), *([f"has {listed(has)}, which row 1 has not"] if has else [])])
            near = did_you_mean(has[0], lacks) if has and lacks else None
            message = f"the rows of a `repeat` must have the same keys, and row {index + 1} {what}"
            return WrongRepeat(message, near or "give every row the same keys", index)
    return value


def _first(pair: tuple[str, Any]) -> str:
    return pair[0]


def _whole(value: Any) -> Any:
    return int(value) if type(value) is float and value.is_integer() else value


def _same_shape(a: Tensor, b: Tensor) -> bool:
    """Whether two shapes agree on every axis that both know."""
    return len(a.shape) == len(b.shape) and all(x is None or y is None or x == y for x, y in zip(a.shape, b.shape, strict=True))


def _label(operation: Any) -> str:
    if isinstance(operation, syntax.LayerCall):
        return operation.kind
    return operation.block if isinstance(operation, syntax.BlockCall) else ""


__all__ = ["Context", "Lazy", "elaborate"]
