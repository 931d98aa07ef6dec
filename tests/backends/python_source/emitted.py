"""Emitted Python source → the model that running it makes, and what differs from the model of
the same spec.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import keras
import numpy

from archspec.backends.python_source import source
from archspec.compiler import Compiler, Overrides
from archspec.frontend.elaborate.recording import Recorder, Recording
from archspec.frontend.library import Reference
from archspec.frontend.overrides import as_json_text, override_of
from archspec.frontend.resolve import lay
from archspec.frontend.yaml.reader import read


def written(reference: str, **variables: Any) -> str:
    """The source of a network of a spec."""
    overrides = {name: override_of(name, value) for name, value in variables.items()}
    return source(recorded(Compiler(), Reference.parse(reference), overrides))


def recorded(
    compiler: Compiler, reference: Reference, overrides: Overrides | None = None
) -> Recording:
    """The recording of a network."""
    recorder, resolved = Recorder(), compiler.resolve(reference, overrides)
    expect = compiler.expect and not overrides
    return recorder.recording(compiler.graph(resolved, expect=expect, observer=recorder))


def recording_of(spec: Mapping[str, Any]) -> Recording:
    """The recording of a network of a parsed spec."""
    compiler = Compiler()
    document = compiler.library.accept(read(as_json_text(dict(spec), "mapping"), "<mapping>"))
    recorder = Recorder()
    resolved = lay(compiler.library, document, None, {})
    return recorder.recording(compiler.graph(resolved, expect=True, observer=recorder))


def written_of(spec: Mapping[str, Any]) -> str:
    """The source of a network of a parsed spec."""
    return source(recording_of(spec))


def run(text: str) -> ModuleType:
    """The module that a text is, run with a name of its own, so that it does not print."""
    module = ModuleType("emitted")
    exec(compile(text, "<emitted>", "exec"), module.__dict__)
    return module


def same(model: keras.Model, emitted: keras.Model) -> None:
    """Raise AssertionError unless two models have the same layers, connected alike, with the same
    weights in the same order.
    """
    assert emitted.name == model.name
    assert [layer.name for layer in emitted.layers] == [layer.name for layer in model.layers]
    assert [one.name for one in emitted.inputs] == [one.name for one in model.inputs]
    assert [_spec(one) for one in emitted.inputs] == [_spec(one) for one in model.inputs]
    assert _ends(emitted) == _ends(model)
    for one, other in zip(emitted.layers, model.layers, strict=True):
        assert type(one).__name__ == type(other).__name__, one.name
        assert _config(one) == _config(other), one.name
    assert list(_edges(emitted)) == list(_edges(model))
    assert [_weight(one) for one in emitted.weights] == [_weight(one) for one in model.weights]


def _ends(model: keras.Model) -> Any:
    """What a model gives, by names where there are several."""
    return keras.tree.map_structure(_spec, model.output)


def _spec(tensor: Any) -> tuple[Any, ...]:
    return tuple(tensor.shape), tensor.dtype


def _weight(weight: Any) -> tuple[Any, ...]:
    return weight.path, tuple(weight.shape), weight.trainable


def _config(layer: Any) -> Any:
    return _plain(layer.get_config())


DRAWN = ("seed", "shared_object_id", "module", "registered_name", "build_config")


def _plain(value: Any) -> Any:
    """A config without what is drawn anew for each layer, with tuples as lists."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items() if key not in DRAWN}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _edges(model: keras.Model) -> Iterator[Any]:
    """Every use of every layer, with the layers that it takes its inputs from."""
    for layer in model.layers:
        for node in layer._inbound_nodes:
            yield (
                layer.name,
                [
                    (history.operation.name, history.node_index)
                    for history in (one._keras_history for one in node.input_tensors)
                ],
            )


def same_outputs(model: keras.Model, emitted: keras.Model) -> None:
    """Raise AssertionError unless two models with the same values give the same outputs."""
    draw = numpy.random.default_rng(3)
    given = [
        draw.uniform(-1, 1, (1, *(size or 8 for size in one.shape[1:]))).astype(one.dtype)
        for one in model.inputs
    ]
    ours, theirs = _results(model, given), _results(emitted, given)
    assert ours.keys() == theirs.keys()
    for one, other in ((ours[name], theirs[name]) for name in ours):
        assert numpy.isfinite(one).all()
        assert numpy.abs(one - other).max() <= 1e-5 * max(numpy.abs(one).max(), 1e-30)


def _results(model: keras.Model, given: list[Any]) -> dict[str, Any]:
    made = model(given if len(given) > 1 else given[0], training=False)
    named = made if isinstance(made, dict) else {"": made}
    return {name: numpy.asarray(one) for name, one in named.items()}
