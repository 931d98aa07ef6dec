"""Structures that an author would write, each in a small spec of its own: what is read from its
graph says the same, in about as many lines.
"""

from __future__ import annotations

from typing import Any

import pytest

import archspec
from archspec.reading.author import written
from archspec.reading.regions import structured
from archspec.reading.taps import with_taps
from tests.reading.soundness import unsound

CONV = {"kernel_size": 3, "padding": "same"}


def text_of(*layers: Any, input: Any = (8, 8, 4), **document: Any) -> str:
    """What is read from the graph of some layers, of which all is folded."""
    shape = {"input": list(input)} if isinstance(input, tuple) else {"inputs": input}
    spec = {"archspec": 1, "name": "net", **shape, **document, "layers": list(layers)}
    result = written(archspec.compile(spec))
    assert result.left_out == ()
    return result.text


def test_dilations_that_double_are_a_power() -> None:
    conv = {"Conv1D": {"filters": 4, "kernel_size": 2, "padding": "causal"}}
    conv["Conv1D"]["dilation_rate"] = "2 ** $i"
    text = text_of({"repeat": 9, "layers": [conv, "ReLU"]}, input=(None, 4))
    assert "dilation_rate: 2 ** $i" in text
    assert "repeat: 9" in text


WIDTHS = [(64, 96, 128, 16), (128, 112, 192, 32), (192, 80, 208, 24), (160, 48, 224, 40)]


def test_modules_that_differ_in_many_widths_are_a_block_where_they_are_many() -> None:
    items = []
    for number, (one, reduced, three, five) in enumerate(2 * WIDTHS):
        items += [
            {
                "branches": {
                    "1x1": [{"Conv2D": {"filters": one, "kernel_size": 1}}],
                    "3x3": [
                        {"Conv2D": {"filters": reduced, "kernel_size": 1}},
                        {"Conv2D": {"filters": three, **CONV}},
                    ],
                    "5x5": [{"Conv2D": {"filters": five, "kernel_size": 5, "padding": "same"}}],
                },
                "merge": "Concatenate",
            },
            *(["ReLU"] if number in (1, 2, 6) else []),
        ]
    text = text_of(*items)
    assert "args: [filters_1x1, reduce_3x3, filters_3x3, filters_5x5]" in text
    assert len(text.splitlines()) <= 32


def test_what_a_block_gives_has_the_plain_name_of_an_argument() -> None:
    items: list[Any] = []
    for inner, filters in [(8, 16), (8, 24), (16, 32), (24, 40)]:
        convs = [{"Conv2D": {"filters": number, **CONV}} for number in (inner, filters)]
        items += [{"residual": convs, "shortcut": [convs[1]]}, "ReLU"]
    assert "args: [filters, inner_filters]" in text_of(*items)


def test_cells_are_called_by_what_they_do_and_counted_together() -> None:
    text = written(archspec.compile("keras/nasnet@NASNetMobile")).text
    assert "  normal_cell:\n" in text
    assert "  reduction_cell:\n" in text
    assert "{name: cell12, from: [" in text


def test_a_round_in_the_midst_that_differs_is_written_by_its_number() -> None:
    layers = [{"Dense": {"units": 4, "use_bias": n != 5}} for n in range(12)]
    text = text_of(*layers, input=(4,))
    assert "{Dense: {units: 4, use_bias: $i != 5}, repeat: 12}" in text
    layers = [{"Dropout": {"rate": 0.5 if n == 7 else 0.1}} for n in range(12)]
    assert "rate: 0.5 if $i == 7 else 0.1" in text_of(*layers, input=(4,))


def test_widths_that_come_again_in_a_row_are_a_repetition() -> None:
    widths = [8, 16, 24, 32, 40, 48, 56]
    text = text_of(*({"Dense": {"units": widths[n % 7]}} for n in range(100)), input=(8,))
    assert "repeat: 14" in text
    assert "{units: [8, 16, 24, 32, 40, 48, 56]}" in text
    assert len(text.splitlines()) <= 8


def test_what_a_residual_is_widened_by_is_a_number() -> None:
    """As the expansions of MobileNets."""
    items: list[Any] = []
    before = 8
    for filters, times in [(16, 6), (24, 4), (32, 4), (40, 6), (48, 6), (64, 4)]:
        narrowed = {"Conv2D": {"filters": filters, "kernel_size": 1}}
        path = [{"Conv2D": {"filters": times * before, "kernel_size": 1}}, "ReLU", narrowed]
        items.append({"residual": path, "shortcut": [narrowed]})
        before = filters
    text = text_of(*items, input=(8, 8, 8))
    assert "filters: $expansion * $in.channels" in text


# --- references into rounds

DENSE = {"Dense": {"units": 8}}


def test_what_all_rounds_gave_is_taken_by_count() -> None:
    layers = [{"name": "stem", **DENSE}]
    for n in range(6):
        layers += [DENSE, {"name": f"h{n}", "LayerNormalization": {}}]
    joined = {"from": ["stem", *(f"h{n}" for n in range(6))], "Concatenate": {}}
    text = text_of(*layers, joined, input=(8,))
    assert 'from: [stem, {name: stage$k, repeat: {k: "$(range(1, 7))"}}]' in text


@pytest.mark.parametrize("latest_first", [False, True])
def test_a_list_that_grows_is_counted(latest_first: bool) -> None:
    """As DenseNet's, written as its paper has it."""
    conv = {"Conv2D": {"filters": 4, **CONV}}
    layers = [{"name": "x0", **conv}]
    for n in range(1, 9):
        before = [f"x{k}" for k in range(n)]
        if n > 1:
            before = before[::-1] if latest_first else before
            layers.append({"from": before, "Concatenate": {}})
        layers += ["BatchNormalization", {"name": f"x{n}", **conv}]
    text = text_of(*layers)
    assert ("range(i, 0, -1)" if latest_first else "range(1, i + 1)") in text
    assert len(text.splitlines()) <= 17


def test_skips_are_made_where_the_layers_are_and_summed_at_the_end() -> None:
    """As WaveNet's: a sum for each stack, and one of all."""
    graph = archspec.compile("wavenet")
    assert unsound(with_taps(structured(graph))) == []
    text = written(graph).text
    assert text.count("range(1, ") == 3
    assert "512]" not in text
    assert len(text.splitlines()) <= 38, "by hand"


# --- stages


def stage(depth: int, filters: int) -> list[Any]:
    conv = {"Conv2D": {"filters": filters, **CONV}}
    residual = {"residual": ["BatchNormalization", conv, "ReLU", conv], "repeat": depth}
    return [residual]


def halving(filters: int) -> list[Any]:
    halved = {"Conv2D": {"filters": filters, "kernel_size": 2, "strides": 2}}
    return ["LayerNormalization", halved]


HEAD = ("GlobalAveragePooling2D", {"Dense": {"units": 10, "activation": "softmax"}})


def test_a_stage_that_lacks_what_is_between_the_others_is_one_of_them() -> None:
    """As ConvNeXt's and DenseNet's first."""
    layers = stage(3, 4)
    for n, depth in enumerate([4, 9, 5]):
        layers += [*halving(8 * 2**n), *stage(depth, 8 * 2**n)]
    text = text_of(*layers, *HEAD, input=(64, 64, 4))
    assert "depths: [3, 4, 9, 5]" in text
    assert "when: $i > 0" in text
    assert len(text.splitlines()) <= 23


def test_stages_that_are_alike_are_rows_of_the_table_of_the_others() -> None:
    """As VGG's last two."""
    layers: list[Any] = []
    for depth, filters in [(2, 8), (2, 16), (3, 24), (3, 32), (3, 32)]:
        conv = {"Conv2D": {"filters": filters, **CONV}}
        layers += [{**conv, "repeat": depth}, {"MaxPooling2D": {"pool_size": 2}}]
    text = text_of(*layers, "Flatten", input=(32, 32, 3))
    assert "[8, 16, 24, 32, 32]" in text
    assert text.count("Conv2D") == 1


# --- vars


def test_what_an_author_would_vary_is_a_variable() -> None:
    layers = [*stage(2, 4), *halving(8), *stage(2, 8), {"name": "aux", "output": [*HEAD]}, *HEAD]
    text = text_of(*layers, input=(16, 16, 4))
    assert "vars: {size: 16, classes: 10" in text
    assert "input: [$size, $size, 4]" in text
    assert "units: 10" not in text


@pytest.mark.parametrize(
    "last",
    [
        {"Dense": {"units": 1}},
        {"Dense": {"units": 8, "activation": "tanh"}},
        {"Conv2D": {"filters": 3, "kernel_size": 1, "activation": "sigmoid"}},
    ],
)
def test_what_are_no_classes_is_not_called_so(last: Any) -> None:
    assert "vars:" not in text_of(*stage(1, 4), last)


def test_a_size_that_others_follow_from_is_none_to_vary() -> None:
    text = text_of(*stage(1, 4), {"Reshape": {"target_shape": [16, 4, 4]}}, *HEAD)
    assert "vars: {classes: 10}" in text
    assert "input: [8, 8, 4]" in text


# --- fans


def branching(*paths: list[Any]) -> dict[str, Any]:
    return {
        "branches": {f"p{n}x": path for n, path in enumerate(paths)},
        "merge": "Concatenate",
    }


def test_paths_that_are_alike_are_one_that_repeats() -> None:
    """As the groups of a ResNeXt."""
    path = [{"Conv2D": {"filters": 4, **CONV}}, "ReLU"]
    text = text_of(branching(*[path] * 16))
    assert "repeat: 16" in text
    assert text.count("Conv2D") == 1


def test_paths_that_differ_in_values_count_or_have_them_in_lists() -> None:
    def part(n: int) -> list[Any]:
        return [{"Slice": {"axis": -1, "start": 4 * n, "stop": 4 * n + 4}}, "BatchNormalization"]

    def dilated(rate: int) -> list[Any]:
        return [{"Conv2D": {"filters": 4, "dilation_rate": rate, **CONV}}, "ReLU"]

    parts = text_of(branching(*map(part, range(1, 5))), input=(8, 8, 20))
    assert "start: 4 * $i + 4, stop: 4 * $i + 8" in parts
    first, last = [{"Conv2D": {"filters": 4, "kernel_size": 1}}], ["BatchNormalization"]
    dilated_text = text_of(branching(first, *map(dilated, (6, 12, 18)), last))
    assert "[6, 12, 18]" in dilated_text
    assert dilated_text.count("dilation_rate: ") == 2


def test_experts_of_a_mixture_are_one_path() -> None:
    text = written(archspec.compile("mixtral")).text
    assert "repeat: 8" in text
    assert "start: $i, stop: $i + 1" in text
