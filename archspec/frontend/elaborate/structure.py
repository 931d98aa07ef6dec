"""Blocks, groups, branches, residuals, side outputs and reuse: the structure that the author
wrote, carried out and kept as scopes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from archspec import limits
from archspec.diagnostics import Span
from archspec.frontend.elaborate.contexts import NO_ARGUMENTS, Context, Defaults, Frame, Named
from archspec.frontend.elaborate.environment import FAILED, Environment, Feed, variables_of
from archspec.frontend.elaborate.layers import LayerBuilder
from archspec.frontend.elaborate.names import Entry, join, snake_case
from archspec.frontend.elaborate.words import projection, show
from archspec.frontend.program.complaints import (
    RECURSION_HELP,
    block_argument_problems,
    merge_problem,
    recursion,
    unknown_operation,
)
from archspec.frontend.program.formulas import Formula
from archspec.frontend.program.program import (
    Arguments,
    Block,
    BlockCall,
    Branches,
    Group,
    LayerCall,
    Path,
    Residual,
    Reuse,
    SideOutput,
    VariableCall,
)
from archspec.frontend.yaml.document import Value
from archspec.graph import Bindings, Scope
from archspec.layers import KINDS
from archspec.spelling import did_you_mean, listed_names
from archspec.tensor import Tensor


class StructureBuilder(LayerBuilder):
    """Carries out the operations that hold items."""

    operations: dict[type, Callable[..., Feed | None]]

    def _block_call(
        self,
        call: BlockCall,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
        written: Named | None,
    ) -> Feed:
        block = self.program.blocks[call.block]
        named = self._path(written, block.name, context, call.place)
        if block.name in context.blocks:
            message = recursion([*context.blocks[context.blocks.index(block.name) :], block.name])
            self._problem("recursion", message, call.place, help=RECURSION_HELP, at=context)
            return Feed(named.path, None)
        if not self._block_inputs(block, feeds, call.place, context):
            return Feed(named.path, None)
        values = self._block_values(block, call.arguments, context, environment, feeds)
        feed = self._pressed(block, call, context, values, feeds, named)
        self._settle(named, feed, call, context, environment)
        return feed

    def _pressed(
        self,
        block: Block,
        call: BlockCall,
        context: Context,
        values: Environment,
        feeds: tuple[Feed, ...],
        named: Named,
    ) -> Feed:
        """What a block gives: carried out, or pressed from the stamp of a call with equal
        arguments and inputs of equal shapes.
        """
        given = [values.values[name] for name in block.parameters]
        shown = repr(given)
        if self.program.reuses or FAILED in given or any(feed.tensor is None for feed in feeds):
            return self._block_body(block, call, context, values, feeds, named)
        self.purse.spend(len(shown) // 8)
        names = [feed.name for feed in feeds]
        key = (
            block.name,
            shown,
            named.written,
            context.depth,
            tuple([feed.tensor for feed in feeds]),
            tuple(map(names.index, names)),
        )
        stamp = self.press.stamps.get(key)
        if stamp is not None:
            self.purse.items += stamp.end.items - stamp.start.items
            self._check_size(call.place, stamp.end.nodes - stamp.start.nodes)
            automatic = context.automatic if named.written else named.path
            scope = Scope(
                named.path,
                "block",
                block.name,
                context.scope,
                call.place,
                arguments=_bound(block, values),
            )
            feed = self.press.press(stamp, named.path, feeds, scope, automatic)
            if feed is not None:
                return feed
        before = self.press.marks(self.purse.items), len(self.problems), len(self.outputs)
        feed = self._block_body(block, call, context, values, feeds, named)
        if stamp is None and before[1:] == (len(self.problems), len(self.outputs)):
            self.press.keep(key, before[0], named.path, feeds, feed, self.purse.items)
        return feed

    def _block_inputs(
        self, block: Block, feeds: tuple[Feed, ...], place: Span, context: Context
    ) -> bool:
        wanted = len(block.inputs) or 1
        if len(feeds) == wanted:
            return True
        names = ", ".join(block.inputs)
        what = f"{wanted} tensors ({names})" if block.inputs else "one tensor"
        help: str | None = "name one in `from`, or give the block more `inputs: [a, b]`"
        if block.inputs:
            help = (
                f"put `from: [{', '.join(['...'] * wanted)}]` beside it, with the tensors that"
                f" {listed_names(block.inputs)} stand for"
            )
        self._problem(
            "wrong-inputs",
            f"the block `{block.name}` takes {what}, and gets {len(feeds)}",
            place,
            help=help,
            at=context,
        )
        return False

    def _block_values(
        self,
        block: Block,
        arguments: Arguments,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
    ) -> Environment:
        """What a block sees: its inputs, its arguments evaluated in the caller, their defaults
        and its local values.
        """
        values: dict[str, Any] = {"in": feeds[0]}
        if block.inputs:
            values |= zip(block.inputs, feeds, strict=True)
        inner = Environment(self.variables, values, self.purse)
        for name, parameter in block.parameters.items():
            formula = arguments.get(name)
            if formula is not None:
                values[name] = (
                    formula.data
                    if formula.compute is None
                    else self._guarded(formula.compute, environment, context)
                )
            elif parameter.default is not None:
                values[name] = self._guarded(parameter.default.evaluate, inner, context)
            else:
                values[name] = FAILED
        variables_of(block.let, values, inner)
        return inner

    def _block_body(
        self,
        block: Block,
        call: BlockCall,
        context: Context,
        values: Environment,
        feeds: tuple[Feed, ...],
        named: Named,
    ) -> Feed:
        inside = self._enter(named, "block", block.name, context, call.place, _bound(block, values))
        inside = inside._replace(
            visible=(named.path,),
            inputs=dict(zip(block.inputs, feeds, strict=False)),
            defaults=(
                (*context.defaults[:1], Defaults(block.defaults, values))
                if block.defaults
                else context.defaults[:1]
            ),
            frame=Frame("block", block.name, call.place, context.frame, call.arguments),
            blocks=(*context.blocks, block.name),
        )
        for name in block.let:
            self._guarded(values.lookup, name, inside)
        return self._run(block.items, inside, values, feeds[0])

    def _variable_call(
        self,
        call: VariableCall,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
        written: Named | None,
    ) -> Feed:
        try:
            value = self._guarded(environment.lookup, call.variable, context)
        except KeyError:  # known only now, where a `repeat` takes its rows from a variable
            help = did_you_mean(call.variable, self.program.variables, "`${}`")
            self._problem(
                "unknown-name",
                f"there is no variable `{call.variable}` here",
                call.place,
                help=help,
                at=context,
            )
            value = FAILED
        if value is FAILED:
            return Feed("", None)
        if not isinstance(value, str):
            message, help = (
                f"`${call.variable}` must name a layer kind or a block",
                "give it the name of one; an item is left out with `when`",
            )
            self._wrong_call(call, message, help, value, context, environment)
            return Feed("", None)
        if value in KINDS:
            return self._layer_call(
                LayerCall(value, call.arguments, call.place), context, environment, feeds, written
            )
        if value not in self.program.blocks:
            message, help = unknown_operation(value, self.program.blocks)
            self._wrong_call(call, message, help, value, context, environment)
            return Feed("", None)
        if value in context.blocks:
            self._names_itself(call, value, context)
            return Feed("", None)
        known = {
            name: one.default is None for name, one in self.program.blocks[value].parameters.items()
        }
        wrong = list(block_argument_problems(value, known, call.arguments, call.place))
        for diagnostic in wrong:
            self._tell(diagnostic, context)
        if wrong:
            return Feed("", None)
        return self._block_call(
            BlockCall(value, call.arguments, call.place), context, environment, feeds, written
        )

    def _names_itself(self, call: VariableCall, value: str, context: Context) -> None:
        """Tell that a variable names a block that its call stands in."""
        message = recursion([*context.blocks[context.blocks.index(value) :], value])
        formula = self.program.variables.get(call.variable)
        where = "" if formula is None else f", set on line {formula.value.span.line}"
        help = (
            f"give `{call.variable}` another block, or a layer such as `BatchNormalization`; or"
            " remove this call and the variable"
        )
        self._problem(
            "recursion",
            message,
            call.place,
            "",
            help,
            at=context,
            notes=(f"`${call.variable}` is `{value}`{where}",),
        )

    def _wrong_call(
        self,
        call: VariableCall,
        message: str,
        help: str | None,
        value: Any,
        context: Context,
        environment: Environment,
    ) -> None:
        """Tell that a variable names nothing that can be called: where it gets its value, if
        that is plain to see.
        """
        code = "unknown-layer" if isinstance(value, str) else "wrong-value"
        formula = self.program.variables.get(call.variable)
        key = f"${call.variable}"
        given = self._given(Formula(Value(key, call.place), ()), environment, context)
        if (
            given is None
            and formula is not None
            and formula.constant
            and self.variables.values[call.variable] is environment.nearest(call.variable)
        ):
            given = formula, context._replace(frame=None)
        if given is None or not given[0].constant:
            self._problem(code, message, call.place, f"`{key}` is {show(value)}", help, at=context)
        else:
            self._problem(
                code,
                message,
                given[0].value.span,
                "",
                help,
                at=given[1],
                notes=(f"`{key}` calls it on line {call.place.line}",),
            )

    def _group(
        self,
        group: Group,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
        written: Named | None,
    ) -> Feed:
        feed = self._one("a group", feeds, group.place, context)
        label = written.path.rpartition(".")[2] if written else ""
        inside = self._enter(written, "group", label, context, group.place)
        feed = self._run(group.items, inside, environment, feed)
        if written:
            self._settle(written, feed, group, context, environment)
        return feed

    def _side_output(
        self,
        side: SideOutput,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
        written: Named | None,
    ) -> None:
        """A side path; it gives nothing on, so that the main path goes on from before it."""
        feed = self._one("an output", feeds, side.place, context)
        if written is None:
            self._lost(feed, unseen=True)
            return
        inside = self._enter(
            written, "output", written.path.rpartition(".")[2], context, side.place
        )
        self.outputs[written.path] = (
            feed  # takes its place in the order of the text, before an output within it
        )
        end = self._run(side.items, inside, environment, feed)
        if written.path == "main":
            self._problem(
                "wrong-name",
                "`main` is the output at the end of `layers`",
                side.place,
                help="give this output another name",
                at=context,
            )
        self.outputs[written.path] = end
        self._settle(written, end, side, context, environment)

    def _branches(
        self,
        branches: Branches,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
        written: Named | None,
    ) -> Feed:
        feed = self._one("`branches`", feeds, branches.place, context)
        inside = self._enter(
            written,
            "branches",
            written.path.rpartition(".")[2] if written else "",
            context,
            branches.place,
        )
        ends = {
            path.label: end
            for path in branches.paths
            if (end := self._branch(path, "branch", inside, environment, feed)) is not None
        }
        result = self._merged(branches, ends, inside, environment)
        if written:
            self._settle(written, result, branches, context, environment)
        return result

    def _branch(
        self, path: Path, kind: str, context: Context, environment: Environment, feed: Feed
    ) -> Feed | None:
        """The end of a branch or shortcut; ``None`` where its condition says that there is none."""
        wanted = True if path.when is None else self._condition(path.when, context, environment)
        if wanted is not True:
            if wanted is False:
                self.names.left_out[join(context.prefix, path.label)] = "when", path.place
            return None if wanted is False else self._lost(feed, unseen=True)
        named = self._branch_name(path, context)
        inside = self._enter(named, kind, path.label, context, path.place)
        end = self._run(path.items, inside, environment, feed)
        self._settle(named, end, Group(path.items, path.place), context, environment)
        return end

    def _branch_name(self, path: Path, context: Context) -> Named:
        reserved = context.reserved - {path.label}
        taken = self.names.automatic(context.prefix, path.label, reserved, path.place)
        return Named(taken, taken == join(context.prefix, path.label))

    def _merged(
        self,
        branches: Branches,
        ends: Mapping[str, Feed],
        context: Context,
        environment: Environment,
    ) -> Feed:
        kind = self._guarded(branches.merge.evaluate, environment, context)
        if kind is FAILED:
            return self._lost(*ends.values())
        complaint = merge_problem(kind if isinstance(kind, str) else show(kind))
        if complaint:
            self._problem(
                "unknown-layer",
                complaint[0],
                branches.merge.value.span,
                f"this gives {show(kind)}",
                complaint[1],
                at=context,
            )
            return self._lost(*ends.values())
        if not ends:
            self._problem(
                "empty",
                "every branch is left out here, so nothing is left to merge",
                branches.place,
                help="leave out the whole item with its own `when`",
                at=context,
            )
            return self._lost(*ends.values())
        if len(ends) == 1:
            return next(iter(ends.values()))
        path = self.names.automatic(
            context.prefix, snake_case(kind), context.reserved, branches.place
        )
        feed = self._layer(
            kind,
            branches.arguments,
            branches.place,
            context,
            environment,
            tuple(ends.values()),
            path,
            ends,
        )
        self.names.settle(path, feed)
        return feed

    def _residual(
        self,
        residual: Residual,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
        written: Named | None,
    ) -> Feed:
        feed = self._one("a residual", feeds, residual.place, context)
        outside = self._enter(
            written,
            "residual",
            written.path.rpartition(".")[2] if written else "",
            context,
            residual.place,
        )
        inside = self._enter(None, "main", "", outside, residual.place)
        main = self._run(residual.items, inside, environment, feed)
        around: Feed | None = feed
        if residual.shortcut is not None:
            around = self._branch(residual.shortcut, "shortcut", outside, environment, feed)
        result = (
            main
            if around is None
            else self._sum(residual, main, around, feed, outside, environment)
        )
        if written:
            self._settle(written, result, residual, context, environment)
        return result

    def _sum(
        self,
        residual: Residual,
        main: Feed,
        around: Feed,
        given: Feed,
        context: Context,
        environment: Environment,
    ) -> Feed:
        if (
            main.tensor is not None
            and around.tensor is not None
            and not _same_shape(main.tensor, around.tensor)
        ):
            own = residual.shortcut is not None and bool(residual.shortcut.items.items)
            label = (
                f"its items end in {main.tensor}, {'its `shortcut`' if own else 'the way around'}"
                f" in {around.tensor}"
            )
            help = projection(main.tensor, around.tensor, residual, own=own)
            self._problem(
                "shape-mismatch",
                "the two paths of this residual end in different shapes",
                residual.place,
                label,
                help,
                at=context,
            )
            return self._lost(main, around)
        path = self.names.automatic(context.prefix, "add", context.reserved, residual.place)
        feed = self._layer(
            "Add", NO_ARGUMENTS, residual.place, context, environment, (main, around), path
        )
        self.names.settle(path, feed)
        return feed

    def _reuse(
        self,
        reuse: Reuse,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
        written: Named | None,
    ) -> Feed | None:
        """The item once more: names in it are looked up where it stands in the text, its paths
        are those of this item.
        """
        text = self._guarded(reuse.target.fill, environment, context)
        found = None if text is FAILED else self._reused(text, reuse, context)
        if found is None:
            return Feed("", None)
        original, entry = found
        if written is None and isinstance(entry.operation, SideOutput):
            self._problem(
                "missing-key",
                "an output that is used again needs a name",
                reuse.place,
                help="add `name: ...`",
                at=context,
            )
            self._lost(*feeds)
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
            message = (
                f"`{text}` is"
                f" {'an input' if text in context.inputs else 'the output of the item before'}, and"
                " has no layers to use again"
            )
            self._problem(
                "unknown-name",
                message,
                reuse.target.value.span,
                help="`reuse` takes the name of an item",
                at=context,
            )
            return None
        self._unknown_item(text, reuse.target.value.span, context, ())
        return None


def _bound(block: Block, values: Environment) -> Bindings:
    """The arguments of a call by name, evaluated."""
    return tuple([(name, values.values[name]) for name in block.parameters])


def _same_shape(a: Tensor, b: Tensor) -> bool:
    """Whether two shapes agree on every axis that both know."""
    return len(a.shape) == len(b.shape) and all(
        x is None or y is None or x == y for x, y in zip(a.shape, b.shape, strict=True)
    )
