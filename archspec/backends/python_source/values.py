"""Formulas of the text, and what they gave in each step → the same in Python: arguments,
conditions, names, repetitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from archspec.backends.python_source.agreement import agrees, same
from archspec.backends.python_source.expressions import Known, Meaning, Translator
from archspec.backends.python_source.facts import Varies, common
from archspec.backends.python_source.layer_calls import inner_layer, written_out
from archspec.backends.python_source.layout import Brackets, Piece, around, flat
from archspec.backends.python_source.words import Code, Template, configured, constant, literal
from archspec.frontend.elaborate.recording import Step, Visit
from archspec.frontend.expressions import expression
from archspec.frontend.expressions.tree import Attribute, ListOf
from archspec.frontend.program.formulas import Formula, Located, NameFormula
from archspec.frontend.yaml.document import Value
from archspec.layers import Layer
from archspec.layers.inner import completed, name_of
from archspec.layers.types import Configured

Key = tuple[str, str]
"""A variable of the spec, ``("", name)``, or an argument of a block."""


class Bound(NamedTuple):
    """What a name stands for, and the variables and arguments that it depends on."""

    meaning: Meaning
    sources: frozenset[Key] = frozenset()


Scope = Mapping[str, Bound]


Find = Callable[[str, Scope], Bound]


class Values:
    """Writes values. ``find`` gives what a name stands for; the others are those of
    `Translator`.
    """

    def __init__(
        self,
        find: Find,
        peek: Find,
        helper: Callable[[str], str],
        known: Callable[[str, Any], Code],
    ) -> None:
        self.find = find
        self.peek = peek
        self.helper = helper
        self.known = known
        self.foreign: set[str] = set()

    def translator(self, scope: Scope) -> Translator:
        """What translates expressions that see these names."""
        return Translator(
            lambda name: self.find(name, scope).meaning,
            lambda name: self.peek(name, scope).meaning,
            self.helper,
            self.known,
        )

    def sources(self, formula: Formula | NameFormula, scope: Scope) -> frozenset[Key]:
        """The variables and arguments that a formula depends on."""
        return frozenset().union(
            *(self.peek(mention.name, scope).sources for mention in formula.mentions)
        )

    def raws(self, formula: Formula, places: Sequence[tuple[Step | Visit, Any]]) -> list[Any]:
        """What a formula gives at some places; where Python would give something else, it is
        written out. Raises `Varies`, also where only some places have a value, as arithmetic with
        ``null`` has none.
        """
        try:
            raws = [formula.evaluate(scope) for _, scope in places]
        except Located:
            raise Varies([(where, _has_value(formula, scope)) for where, scope in places]) from None
        if formula.compute is not None and not all(
            agrees(formula.value, scope) for _, scope in places
        ):
            common([(where, repr(raw)) for (where, _), raw in zip(places, raws, strict=True)])
            self.foreign |= set(_texts(formula.value))
        return raws

    def is_foreign(self, text: Any) -> bool:
        """Whether a text is an expression of which Python would make something else."""
        return isinstance(text, str) and text in self.foreign

    def is_known(self, names: Sequence[str], scope: Scope) -> bool:
        """Whether all names stand for values that are written out."""
        return bool(names) and all(
            isinstance(self.peek(name, scope).meaning, Known) for name in names
        )

    def is_decided(self, condition: Formula, scope: Scope) -> bool:
        """Whether nothing is left of a condition or count to decide when the code runs."""
        names = [mention.name for mention in condition.mentions]
        return self.is_foreign(condition.value.data) or self.is_known(names, scope)

    def value(
        self, value: Value, raws: Sequence[Any], scope: Scope, accepted: Sequence[Any] | None = None
    ) -> Piece:
        """A value of the text that gave ``raws``; as an argument of a layer if ``accepted`` are
        given, what the layer makes of them.
        """
        if (
            accepted is not None
            and any(map(_is_sorted, raws, accepted))
            and any(map(expression.is_expression, _texts(value)))
        ):
            return around("sorted(", self.value(value, raws, scope), ")")
        if isinstance(value.data, str) and expression.is_expression(value.data):
            return self._expression(value.data, raws, scope, accepted)
        if isinstance(value.data, list):
            return self._list(value, raws, scope, accepted)
        if isinstance(value.data, dict):
            return self._mapping(value, raws, scope, accepted)
        return literal(raws[0] if accepted is None else accepted[0])

    def _expression(
        self, text: str, raws: Sequence[Any], scope: Scope, accepted: Sequence[Any] | None
    ) -> Piece:
        parsed = expression.parse(text)
        if self.is_foreign(text) or self.is_known([name.text for name in parsed.names], scope):
            _same(raws)
            return literal(raws[0] if accepted is None else _written(accepted[0], raws[0]))
        node = expression.tree(text)
        code = self.translator(scope).code(node)
        if accepted is not None and all(isinstance(raw, list) for raw in raws):
            wholes = _whole_elements(raws, accepted)
            if isinstance(node, ListOf) and wholes:
                words = [self.translator(scope).code(item).text for item in node.items]
                return f"({', '.join(_as_whole(words, wholes))}{',' if len(words) == 1 else ''})"
            if isinstance(node, ListOf):
                return f"({code.text[1:-1]}{',' if len(node.items) == 1 else ''})"
            if wholes:
                return f"tuple(map(int, {code.text}))"
            return (
                code.text.removeprefix("list(").removesuffix(")")
                if isinstance(node, Attribute)
                else f"tuple({code.text})"
            )
        if accepted is not None and any(
            isinstance(raw, float) and _is_whole(one)
            for raw, one in zip(raws, accepted, strict=True)
        ):
            return f"int({code.text})"
        return code.text

    def _list(
        self, value: Value, raws: Sequence[Any], scope: Scope, accepted: Sequence[Any] | None
    ) -> Piece:
        items = []
        for place, inner in enumerate(value.data):
            here = (
                None
                if accepted is None
                else [
                    each[place] if isinstance(each, tuple) and len(each) > place else each
                    for each in accepted
                ]
            )
            items.append(self.value(inner, [raw[place] for raw in raws], scope, here))
        open, close = "[]" if accepted is None else "()"
        return Brackets(open, tuple(items), close, collection=True)

    def _mapping(
        self, value: Value, raws: Sequence[Any], scope: Scope, accepted: Sequence[Any] | None
    ) -> Piece:
        if accepted is None:
            entries = [
                around(f'"{key}": ', self.value(inner, [raw[key] for raw in raws], scope))
                for key, inner in value.items()
            ]
            return Brackets("{", tuple(entries), "}", collection=True)
        ((name, inner),) = value.items()
        first = accepted[0]
        if isinstance(first, Layer):
            return self._layer(inner, [raw[name] for raw in raws], scope, accepted)
        assert isinstance(first, Configured)
        given = {}
        for key, each in inner.items():
            given[key] = self.value(
                each,
                [raw[name][key] for raw in raws],
                scope,
                [made.arguments[key] for made in accepted],
            )
        return configured(first, given)

    def _layer(
        self, value: Value, raws: Sequence[Any], scope: Scope, accepted: Sequence[Layer]
    ) -> Piece:
        """A layer in another: its arguments, and those that it has from its owner."""
        made = [completed(layer) for layer in accepted]
        first = accepted[0]
        pieces: dict[str, Piece] = {}
        for key in [key for key in first.attributes if key in first.arguments]:
            each = value.get(key)
            if each is None or not any(map(expression.is_expression, _texts(each))):
                pieces[key] = written_out(first, key)
            else:
                inner = [layer[key] for layer in made]
                pieces[key] = self.value(each, [raw[key] for raw in raws], scope, inner)
        return inner_layer(first.kind(), pieces, name_of(first))

    def code(self, formula: Formula, raws: Sequence[Any], scope: Scope) -> Code:
        """A formula as an expression."""
        text = formula.value.data
        known = self.is_foreign(text) or self.is_known(
            [mention.name for mention in formula.mentions], scope
        )
        if isinstance(text, str) and formula.compute is not None and not known:
            return self.translator(scope).code(expression.tree(formula.value.data))
        _same(raws)
        if formula.compute is None or isinstance(text, str):
            return constant(raws[0])
        return Code(flat(self.value(formula.value, raws, scope)))

    def argument(
        self,
        name: str,
        formula: Formula,
        raws: Sequence[Any],
        layers: Sequence[Layer],
        scope: Scope,
    ) -> Piece:
        """An argument of a layer: as in the text, or written out where it does not depend on
        anything.
        """
        if formula.constant or not self.can_follow(formula.value, layers, name):
            return written_out(layers[0], name)
        accepted = [completed(layer)[name] for layer in layers]
        return self.value(formula.value, raws, scope, accepted)

    def call_argument(
        self, formula: Formula, raws: Sequence[Any], accepted: Sequence[Any], scope: Scope
    ) -> Piece:
        """A constant of a layer's call, which the layer accepts as ``accepted``."""
        if formula.constant:
            return literal(accepted[0])
        return self.value(formula.value, raws, scope, accepted)

    def can_follow(self, value: Value, layers: Sequence[Layer], name: str) -> bool:
        """Whether an argument can be written as in the text: not where the text leaves it to an
        expression, or to ``defaults``, which layer it is.
        """
        return all(_is_as_written(value, layer.arguments[name]) for layer in layers)

    def name(self, formula: NameFormula, steps: Sequence[Step], scope: Scope) -> Template:
        """The name of an item as the text has it."""
        parts: list[str | Code] = []
        for part in expression.template_tree(formula.text) if formula.template else [formula.text]:
            parts.append(
                part
                if isinstance(part, str)
                else self._part(formula.text[part.start : part.end], part, steps, scope)
            )
        return tuple(parts)

    def _part(self, text: str, node: Any, steps: Sequence[Step], scope: Scope) -> str | Code:
        parsed = expression.parse(text)
        raws = [parsed.evaluate(step.environment) for step in steps]
        foreign = not all(same(node, step.environment) for step in steps)
        if foreign:
            common([(step, repr(raw)) for step, raw in zip(steps, raws, strict=True)])
        if foreign or self.is_known([name.text for name in parsed.names], scope):
            _same(raws)
            return str(int(raws[0])) if isinstance(raws[0], float) else str(raws[0])
        code = self.translator(scope).code(node)
        if not any(isinstance(raw, float) for raw in raws):
            return code
        if any(isinstance(raw, str) for raw in raws):
            common([(step, repr(raw)) for step, raw in zip(steps, raws, strict=True)])
        return Code(f"int({code.text})")


def _has_value(formula: Formula, scope: Any) -> bool:
    try:
        formula.evaluate(scope)
    except Located:
        return False
    return True


def _texts(value: Value) -> Iterator[str]:
    """The expressions in a value."""
    if isinstance(value.data, str):
        yield value.data
    for inner in (
        value.data.values()
        if isinstance(value.data, dict)
        else value.data
        if isinstance(value.data, list)
        else ()
    ):
        yield from _texts(inner)


def _is_as_written(value: Value, accepted: Any) -> bool:
    """Whether a layer that is an argument stands in the text as a mapping with all its arguments;
    whatever is no layer does.
    """
    if isinstance(accepted, tuple) and accepted and isinstance(accepted[0], Layer):
        return False  # each has a name beside the others
    if not isinstance(accepted, Layer):
        return True
    inner = value.get(accepted.kind())
    return inner is not None and all(
        (each := inner.get(key)) is not None and _is_as_written(each, argument)
        for key, argument in accepted.arguments.items()
    )


def _is_sorted(raw: Any, accepted: Any) -> bool:
    """Whether a layer has put a list of the text in order."""
    return (
        isinstance(raw, list)
        and isinstance(accepted, tuple)
        and all(isinstance(element, int | float) for element in raw)
        and list(accepted) != raw
        and list(accepted) == sorted(raw)
    )


def _whole_elements(raws: Sequence[Any], accepted: Sequence[Any]) -> set[int]:
    """The positions at which lists hold whole floats where the layer has integers."""
    return {
        place
        for raw, made in zip(raws, accepted, strict=True)
        if isinstance(made, tuple)
        for place, (one, whole) in enumerate(zip(raw, made, strict=False))
        if isinstance(one, float) and _is_whole(whole)
    }


def _as_whole(words: Sequence[str], places: set[int]) -> list[str]:
    return [f"int({word})" if place in places else word for place, word in enumerate(words)]


def _is_whole(value: Any) -> bool:
    return type(value) is int or (
        isinstance(value, tuple) and bool(value) and type(value[0]) is int
    )


def _same(raws: Sequence[Any]) -> None:
    if any(repr(raw) != repr(raws[0]) for raw in raws):
        raise AssertionError(f"these should be one: {raws}")


def _written(accepted: Any, raw: Any) -> Any:
    """What a layer made of a value, without spreading one number over the axes."""
    return (
        accepted[0]
        if isinstance(accepted, tuple) and not isinstance(raw, list) and len(set(accepted)) == 1
        else accepted
    )


def count_after(template: Template, index: Code | Known) -> Template:
    """A name with the count from 1 appended."""
    if isinstance(index, Known):
        return (*template, str(index.value + 1))
    return (*template, Code(f"{index.text} + 1", 5))
