"""Calls of layers and blocks → Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from archspec.backends.flat_spec import arguments as plain_arguments
from archspec.backends.python_source.expressions import Known
from archspec.backends.python_source.facts import one
from archspec.backends.python_source.layout import Brackets, Compound, Line, Piece, around
from archspec.backends.python_source.values import Scope, count_after, tupled
from archspec.backends.python_source.words import (
    ATOM,
    Code,
    Template,
    joined,
    layer_name,
    literal,
    quoted,
)
from archspec.backends.python_source.writer import Place, Writer
from archspec.frontend.elaborate.recording import Step, formulas_of
from archspec.frontend.program.formulas import Formula
from archspec.frontend.program.program import Arguments, Item, VariableCall
from archspec.layers import KINDS
from archspec.spelling import snake_case

if TYPE_CHECKING:
    from archspec.backends.python_source.functions import Function

POSITIONAL = {
    "Dense": ("units",),
    "Dropout": ("rate",),
    "StochasticDepth": ("rate",),
    "Activation": ("activation",),
    "Reshape": ("target_shape",),
    "Permute": ("dims",),
    "Rescaling": ("scale",),
    **{f"{name}Conv{rank}D": ("kernel_size",) for name in ("Depthwise",) for rank in (1, 2)},
    **{
        f"{name}{rank}D": ("filters", "kernel_size")
        for name in ("Conv", "SeparableConv")
        for rank in (1, 2, 3)
    },
    **{f"Conv{rank}DTranspose": ("filters", "kernel_size") for rank in (1, 2, 3)},
    **{
        f"{name}Pooling{rank}D": ("pool_size",) for name in ("Max", "Average") for rank in (1, 2, 3)
    },
    **{f"ZeroPadding{rank}D": ("padding",) for rank in (1, 2, 3)},
    **{f"Cropping{rank}D": ("cropping",) for rank in (1, 2, 3)},
    **{f"UpSampling{rank}D": ("size",) for rank in (1, 2, 3)},
}
"""The arguments that people write without their names."""


class CallWriter(Writer):
    """Writes calls."""

    def item_name(
        self, item: Item, steps: list[Step], place: Place, cur: str, base: str
    ) -> Template:
        """The name of an item within its list: the one in the text, else an automatic one."""
        if item.name is None:
            return self.step_name(steps, [step.name for step in steps], base)
        scope = self.seen(place, cur)
        template = self.values.name(item.name, steps, scope)
        if any(step.counted for step in steps):
            index = self.find("i", scope).meaning
            assert isinstance(index, Code | Known)
            return count_after(template, index)
        return template

    def text_of(self, template: Template) -> str:
        """A layer's name; what an f-string cannot hold gets a variable."""
        parts: list[str | Code] = []
        for part in template:
            hard = isinstance(part, Code) and any(sign in part.text for sign in ("'", "\\", "{"))
            parts.append(
                Code(self.assign(self.names.new("label"), part.text))
                if isinstance(part, Code) and hard
                else part
            )
        return layer_name(tuple(parts))

    # --- layers

    def layer(
        self,
        item: Item,
        steps: list[Step],
        place: Place,
        cur: str,
        feeds: list[str],
        own: Arguments,
        name: Template,
        target: str,
    ) -> str:
        """A layer, applied to some tensors: the variable that holds what it gives."""
        kind = one([(step, _node(step).layer.kind()) for step in steps])
        made = Brackets(
            f"{self.module.kind(kind)}(", self.arguments(kind, steps, place, cur, own, name), ")"
        )
        nodes = {_node(step).name for step in steps}
        if nodes & self.facts.shared:
            self.flags.add("shared")
            made = Brackets(f"{self.module.helper('keep')}(", (made, "shared"), ")")
        value = self.applied(
            kind, made, feeds, frozen=any(not _node(step).layer.trainable for step in steps)
        )
        self.assign(target, value)
        if nodes & self.facts.outside:
            self.flags.add("tensors")
            self.emit(Line(target, f"tensors[{self.text_of(joined(place.prefixes[0], name))}]"))
        return target

    def applied(self, kind: str, made: Piece, feeds: list[str], *, frozen: bool = False) -> Piece:
        """A layer called on its tensors."""
        if kind == "MultiHeadAttention":
            given = feeds * 2 if len(feeds) == 1 else feeds
            if frozen:
                return Brackets(f"{self.module.helper('frozen')}(", (made, *given), ")")
            return _called(made, ", ".join(given))
        return _called(made, feeds[0] if len(feeds) == 1 else f"[{', '.join(feeds)}]")

    def arguments(
        self, kind: str, steps: list[Step], place: Place, cur: str, own: Arguments, name: Template
    ) -> tuple[Piece, ...]:
        """The arguments of a layer, in the order of Keras, its name last."""
        formulas = formulas_of(kind, own, steps[0].defaults)
        layers = [_node(step).layer for step in steps]
        written: dict[str, Piece] = {}
        for key in [key for key in KINDS[kind].attributes if key in formulas]:
            formula, environment = formulas[key]
            if (
                environment is not None
                and self.block is not None
                and self.reads_model_input(steps[0], kind, key, formula)
            ):
                written[key] = literal(tupled(plain_arguments(layers[0])[key]))
                continue
            scope = (
                self.seen(place, cur)
                if environment is None
                else self.scope_of_defaults(steps[0], key, kind)
            )
            places = [
                (step, formulas_of(kind, own, step.defaults)[key][1] or step.environment)
                for step in steps
            ]
            raws = self.values.raws(formula, places)
            written[key] = self.values.argument(key, formula, raws, layers, scope)
        pieces: list[Piece] = []
        for key in POSITIONAL.get(kind, ()):
            if key not in written:
                break
            pieces.append(written.pop(key))
        pieces += [around(f"{key}=", piece) for key, piece in written.items()]
        return (*pieces, f"name={self.text_of(joined(place.prefixes[0], name))}")

    def reads_model_input(self, step: Step, kind: str, name: str, formula: Formula) -> bool:
        """Whether an argument comes from the spec's own ``defaults`` and reads the model's
        input, which a function does not see.
        """
        mentions = any(mention.name == "in" for mention in formula.mentions)
        return mentions and not any(
            name in one.arguments.get(kind, {}) for one in step.defaults[1:]
        )

    def scope_of_defaults(self, step: Step, name: str, kind: str) -> Scope:
        """The names that an expression in ``defaults`` sees: where it is written, not where it
        is used.
        """
        for which in range(len(step.defaults) - 1, -1, -1):
            if name in step.defaults[which].arguments.get(kind, {}):
                return {} if which else self.module.outside_blocks(self)
        raise KeyError(name)

    # --- blocks

    def block_call(
        self,
        item: Item,
        steps: list[Step],
        place: Place,
        cur: str,
        feeds: list[str],
        name: Template,
        target: str,
    ) -> str:
        """A call of the function of a block."""
        function = self.function_of(steps)
        given = self.block_arguments(function, steps, place, cur)
        required = [piece for key, piece in given.items() if key in function.required]
        positional = required if len(required) <= 2 else []
        named = [
            around(f"{function.arguments[key]}=", piece)
            for key, piece in given.items()
            if key not in function.required or not positional
        ]
        extra = [
            f"{variable}={self.find_variable(key)}" for key, variable in function.variables.items()
        ]
        extra += [f"{flag}={flag}" for flag in sorted(function.passes)]
        self.flags |= function.passes
        pieces = (
            *feeds,
            *positional,
            *named,
            *extra,
            f"name={self.text_of(joined(place.prefixes[0], name))}",
        )
        return self.assign(target, Brackets(f"{function.name}(", pieces, ")"))

    def function_of(self, steps: list[Step]) -> Function:
        """The function that writes what some calls make. Raises `Varies` where there are
        several.
        """
        block = self.module.program.blocks[steps[0].target]
        group = one(
            [(step, self.module.group(block.name, step.visits[id(block.items)])) for step in steps]
        )
        return self.module.function(block.name, group)

    def find_variable(self, name: str) -> str:
        """A variable of the spec that a function needs, in this one."""
        found = self.variable(name).meaning
        if isinstance(found, Known):
            piece = literal(found.value)
            return piece if isinstance(piece, str) else repr(found.value)
        assert isinstance(found, Code)
        self.used.add(found.text)
        return found.text

    def block_arguments(
        self, function: Function, steps: list[Step], place: Place, cur: str
    ) -> dict[str, Piece]:
        """The arguments that a call gives and the function takes."""
        scope = self.seen(place, cur)
        given: dict[str, Piece] = {}
        for key, formula in steps[0].arguments.items():
            if (function.block.name, key) in self.module.fixed:
                self.fix_sources(self.sources(formula, scope))
            if key in function.arguments:
                raws = self.values.raws(formula, [(step, step.environment) for step in steps])
                given[key] = self.values.value(formula.value, raws, scope)
        return {key: given[key] for key in function.block.parameters if key in given}

    def several_targets(
        self, item: Item, steps: list[Step], place: Place, cur: str, feeds: list[str], target: str
    ) -> str:
        """A call of what a variable names, which is not always the same."""
        call = item.operation
        assert isinstance(call, VariableCall)
        code = self.find(call.variable, self.seen(place, cur)).meaning
        assert isinstance(code, Code)
        targets = list(dict.fromkeys(step.target for step in steps))
        if all(name in self.module.program.blocks for name in targets):
            functions = [
                self.function_of([step for step in steps if step.target == name])
                for name in targets
            ]
            if self.are_alike(functions, set(steps[0].arguments)):
                return self._dispatched(item, functions, steps, place, cur, feeds, code, target)
        if cur == target or target not in feeds:
            self.assign(target, cur)
        for number, name in enumerate(targets):
            body: list[Any] = []
            chosen = [step for step in steps if step.target == name]
            with self.nested(body):
                self.called(item, chosen, place, cur, feeds, target)
            self.emit(Compound(f"{'elif' if number else 'if'} {code.text} == {quoted(name)}", body))
        return target

    def are_alike(self, functions: Sequence[Function], given: set[str]) -> bool:
        """Whether functions can be called in the same words: each stands for its block alone,
        and takes what is given and nothing else.
        """
        alone = all(
            len(self.module.plan.groups[function.block.name]) == 1 for function in functions
        )
        bare = not any(function.variables or function.passes for function in functions)
        words = [{key: function.arguments.get(key) for key in given} for function in functions]
        return alone and bare and all(one == words[0] and None not in one.values() for one in words)

    def _dispatched(
        self,
        item: Item,
        functions: Sequence[Function],
        steps: list[Step],
        place: Place,
        cur: str,
        feeds: list[str],
        code: Code,
        target: str,
    ) -> str:
        table = self.module.dispatch(functions)
        name: Template
        if item.name is None:
            one([(step, step.name == step.target) for step in steps] + [(steps[0], True)])
            name = (Code(code.text, ATOM),)
        else:
            name = self.item_name(item, steps, place, cur, "")
        given = self.block_arguments(functions[0], steps, place, cur)
        named = [around(f"{functions[0].arguments[key]}=", piece) for key, piece in given.items()]
        pieces = (*feeds, *named, f"name={self.text_of(joined(place.prefixes[0], name))}")
        return self.assign(target, Brackets(f"{table}[{code.text}](", pieces, ")"))

    def called(
        self, item: Item, steps: list[Step], place: Place, cur: str, feeds: list[str], target: str
    ) -> str:
        """A call of one layer kind or block."""
        kind = steps[0].target
        name = self.item_name(item, steps, place, cur, snake_case(kind) if kind in KINDS else kind)
        if kind in KINDS:
            return self.layer(item, steps, place, cur, feeds, steps[0].arguments, name, target)
        return self.block_call(item, steps, place, cur, feeds, name, target)


def _called(made: Piece, given: str) -> Piece:
    return f"{made}({given})" if isinstance(made, str) else made._replace(then=given)


def _node(step: Step) -> Any:
    assert step.node is not None
    return step.node
