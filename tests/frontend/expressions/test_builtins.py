"""Every row of the table of functions: what expressions make of it, emitted Python makes too."""

from __future__ import annotations

import keras
import pytest

from archspec import compile
from archspec.frontend.expressions.builtins import BUILTINS
from archspec.frontend.expressions.expression import RESERVED, ExpressionError, parse
from archspec.frontend.expressions.lexer import tokens
from tests.backends.python_source.emitted import run, written_of

CALLS = {
    "min": ["min($n, 3)", "min($list)"],
    "max": ["max($n, 3, $x)", "max($list)"],
    "abs": ["abs(-$x)"],
    "round": ["round($x)", "round($x, 1)"],
    "int": ["int(-$x)"],
    "floor": ["floor($x)", "floor(-$x)"],
    "ceil": ["ceil($x)", "ceil(-$x)"],
    "sum": ["sum($list)", "sum(range($n))"],
    "len": ["len($list)"],
    "range": ["len(range($n))", "sum(range(2, $n))", "range(0, $n, 3)[1]"],
    "make_divisible": ["make_divisible($n)", "make_divisible($n * $x, 4)"],
}
"""Calls of each function, with every number of arguments that means something else."""


VALUES = {"n": 7, "x": 2.55, "list": [3, 1.5, 2]}


class Variables:
    def lookup(self, name: str) -> object:
        return VALUES[name]

    def spend(self, steps: int) -> None:
        pass


@pytest.mark.parametrize("function", BUILTINS)
def test_emitted_python_computes_what_expressions_do(function: str) -> None:
    assert function in CALLS, f"add calls of `{function}` to the table above"
    items = [{"Rescaling": {"scale": call}} for call in CALLS[function]]
    spec = {"archspec": 1, "name": "f", "vars": VALUES, "input": [2], "layers": items}
    graph = compile(spec)
    expected = [node.layer.scale for node in graph.nodes]
    assert expected == [parse(call).evaluate(Variables()) for call in CALLS[function]]
    model: keras.Model = run(written_of(spec)).build_model()
    scales = [layer.scale for layer in model.layers if isinstance(layer, keras.layers.Rescaling)]
    assert scales == pytest.approx(expected)
    assert list(map(type, scales)) == list(map(type, expected))


@pytest.mark.parametrize("function", BUILTINS)
def test_a_row_says_how_the_function_is_called_and_what_it_does(function: str) -> None:
    row = BUILTINS[function]
    assert row.usage.startswith(f"{function}(")
    assert row.usage.endswith(")")
    assert row.meaning
    assert not row.meaning.endswith(".")
    assert function in RESERVED


@pytest.mark.parametrize("function", BUILTINS)
def test_another_number_of_arguments_is_refused(function: str) -> None:
    row = BUILTINS[function]
    numbers = [row.least - 1] + ([row.most + 1] if row.most is not None else [])
    for number in numbers:
        with pytest.raises(ExpressionError, match=f"`{function}` takes "):
            parse(f"$({function}({', '.join(['1'] * number)}))")


def test_what_a_function_is_not_defined_for_is_no_traceback() -> None:
    row = BUILTINS["floor"]._replace(compute=lambda value: (_ for _ in ()).throw(ValueError))
    with pytest.raises(Exception, match="`floor` has no value for 2"):
        row.call(Variables(), 2)


def test_lexer_knows_every_function_by_the_table() -> None:
    for function in BUILTINS:
        with pytest.raises(ExpressionError, match="names no variable"):
            list(tokens(f"${function}"))
