"""Networks of `specs/` and the same written by hand in Keras (`tests.networks.by_hand`): equal
parameters at full size and, from equal weights, equal outputs, at a size that costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

import archspec
from archspec.backends.flat_spec import flat
from archspec.backends.keras.ends import listed
from archspec.backends.keras.model import without_values
from tests.backends.python_source.emitted import run as run_source
from tests.backends.python_source.emitted import written, written_of
from tests.hub.prove import calls_seen_by
from tests.marks import LONG
from tests.networks import by_hand
from tests.networks.small import NETWORKS, ids, numbers, part
from tests.values import random

DEAR = ("deeplab", "hrnet")
"""They take seconds, and are built by ``ARCHSPEC_LONG=1``; a small `retinanet` always is."""

names = [pytest.param(name, marks=LONG if name in DEAR else ()) for name in NETWORKS]


def weights_in_order(build: Callable[[], keras.Model]) -> tuple[keras.Model, list[Any]]:
    """A model and its weights in the order in which its function calls the layers."""
    seen: list[Any] = []
    with calls_seen_by(seen.append):
        model = build()
    weights = {id(weight): weight for layer in seen for weight in layer.weights}
    own = {id(weight) for weight in model.weights}
    return model, [weight for number, weight in weights.items() if number in own]


def in_order_of_spec(graph: archspec.Graph, model: keras.Model) -> list[Any]:
    """The weights of the model of a graph in the order of the spec's text."""
    layers = {layer.name: layer for layer in model.layers}
    names = [node.name for node in graph.nodes if node.name in layers]
    return [weight for name in names for weight in layers[name].weights]


def move(weights: Iterable[Any], graph: archspec.Graph, model: keras.Model) -> None:
    """Give the model of a graph the weights of one written by hand."""
    for weight, other in zip(in_order_of_spec(graph, model), weights, strict=True):
        assert weight.shape == other.shape, weight.path
        weight.assign(other)


def run(model: keras.Model, inputs: list[Any]) -> list[Any]:
    given = [ops.convert_to_tensor(one) for one in inputs]
    found = model(given if len(given) > 1 else given[0])
    return [ops.convert_to_numpy(one) for one in listed(found)]


def assert_equal(found: list[Any], expected: list[Any]) -> None:
    for one, other in zip(found, expected, strict=True):
        assert np.abs(other[0] - other[1]).max() > 1e-4, "the outputs do not depend on the examples"
        np.testing.assert_allclose(one, other, atol=1e-5)


def randomize(weights: Iterable[Any], scale: float = 0.5) -> None:
    """Weights with which what flows through keeps its size; vectors are positive, as are shares."""
    draw = np.random.default_rng(0)
    for weight in weights:
        values = random(draw, weight)
        weight.assign(np.abs(values) if len(weight.shape) < 2 else values * scale)


@pytest.mark.parametrize("name", names)
def test_a_network_is_the_one_written_by_hand(name: str) -> None:
    network = NETWORKS[name]
    model, weights = weights_in_order(lambda: getattr(by_hand, name)(**network.small))
    randomize(weights, network.scale)
    expected = run(model, network.inputs)
    spec = network.spec(name)
    ours = archspec.build(spec)
    move(weights, archspec.compile(spec), ours)
    assert_equal(run(ours, network.inputs), expected)


@LONG
@pytest.mark.parametrize("name", NETWORKS)
def test_its_emitted_source_computes_the_same(name: str) -> None:
    network = NETWORKS[name]
    ours = archspec.build(network.spec(name))
    randomize(ours.weights, network.scale)
    emitted = run_source(written_of(network.spec(name))).build_model()
    emitted.set_weights(ours.get_weights())
    assert_equal(run(emitted, network.inputs), run(ours, network.inputs))


@pytest.mark.parametrize("name", NETWORKS)
def test_its_parameters_at_full_size_are_those_written_by_hand(name: str) -> None:
    with without_values():
        model = getattr(by_hand, name)()
    graph = archspec.compile(name)
    assert graph.parameters == model.count_params()
    trainable = sum(np.prod(weight.shape) for weight in model.trainable_weights)
    assert graph.trainable_parameters == trainable


def test_roles_and_further_outputs_survive_source_flat_spec_and_saving(tmp_path: Any) -> None:
    small, inputs, *_ = NETWORKS["seq2seq"]
    graph, model = archspec.compile("seq2seq", **small), archspec.build("seq2seq", **small)
    randomize(model.weights)
    expected = run(model, inputs)
    emitted = run_source(written("seq2seq", **small)).build_model()
    from_flat = archspec.build(flat(graph))
    for other in (emitted, from_flat):
        other.set_weights(model.get_weights())
        assert_equal(run(other, inputs), expected)
    model.save(tmp_path / "model.keras")
    assert_equal(run(keras.saving.load_model(tmp_path / "model.keras"), inputs), expected)


def test_a_causal_decoder_does_not_look_ahead() -> None:
    """A later word changes no earlier output; without the mask it would."""
    small, (source, target), *_ = NETWORKS["transformer"]
    model = archspec.build("transformer", **small)
    other = target.copy()
    other[:, 4] = other[:, 4] % 19 + 1
    (here,), (there,) = run(model, [source, target]), run(model, [source, other])
    assert np.allclose(here[:, :4], there[:, :4], atol=1e-5)
    assert not np.allclose(here[:, 4:], there[:, 4:], atol=1e-4)


def test_multiply_adds_of_the_transformer_are_those_of_its_products() -> None:
    long, short, width, inner, count = 11, 9, 512, 2048, 37_000
    itself = [4 * n * width**2 + 2 * n * n * width for n in (long, short)]
    cross = 2 * short * width**2 + 2 * long * width**2 + 2 * short * long * width
    forward = [2 * n * width * inner for n in (long, short)]
    spec = part("transformer", inputs={"source": ids(long), "target": ids(short)})
    graph = archspec.compile(spec)
    assert graph.macs == 6 * (sum(itself) + cross + sum(forward)) + short * width * count


# --- parts, by themselves


def test_the_feature_pyramid_of_efficientdet_weighs_what_it_adds() -> None:
    names, size, channels = ["c3", "c4", "c5", "c6", "c7", "d4", "d5"], 16, 4
    sides = [size, size // 2, size // 4, size // 8, size // 16, size // 2, size // 4]
    spec = part(
        "efficientdet",
        vars={"width": channels},
        inputs={name: [side, side, channels] for name, side in zip(names, sides, strict=True)},
        layers=[
            {"name": "cell", "from": names, "cell": {}},
            *({"name": f"p{k}", "from": f"cell.p{k}", "output": []} for k in range(3, 8)),
        ],
    )
    model, weights = weights_in_order(lambda: by_hand.pyramid_cell(size, channels))
    randomize(weights)
    inputs = [numbers(side, side, channels, seed=at) for at, side in enumerate(sides)]
    ours = archspec.build(spec)
    move(weights, archspec.compile(spec), ours)
    assert_equal(run(ours, inputs), run(model, inputs))


def test_the_experts_of_mixtral_are_the_two_best_of_each_token() -> None:
    width, hidden, experts, chosen = 5, 7, 4, 2
    variables = {"width": width, "mlp": hidden, "experts": experts, "chosen": chosen, "heads": 1}
    spec = part("mixtral", vars=variables, input=[6, width], layers=["mlp"])
    model = archspec.build(spec)
    randomize(model.weights)
    router, *kernels = map(ops.convert_to_numpy, in_order_of_spec(archspec.compile(spec), model))
    tokens = numbers(6, width)
    expected = np.zeros_like(tokens)
    for place in np.ndindex(tokens.shape[:2]):
        token = tokens[place]
        shares = np.exp(token @ router) / np.exp(token @ router).sum()
        best = np.argsort(-shares)[:chosen]
        for number in best:
            gate, value, out = kernels[3 * number : 3 * number + 3]
            opened = token @ gate / (1 + np.exp(-token @ gate)) * (token @ value)
            expected[place] += shares[number] / shares[best].sum() * (opened @ out)
    assert_equal(run(model, [tokens]), [expected])
