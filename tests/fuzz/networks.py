"""Specs drawn by chance (`tests.drawn_specs`) → everything that an accepted one must be able to do:
``python -m tests.fuzz.networks --seconds N --seed S``; exit code 1 where one cannot.

What compiles builds in Keras, runs and is trained by a step; its emitted source makes the same
model; its flat spec is the same network; each of its edges is drawn.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import keras
import numpy
import tensorflow
from hypothesis import HealthCheck, given, seed, settings

import archspec
from archspec.backends.flat_spec import flat
from archspec.backends.keras.model import build_model
from archspec.backends.python_source import source
from archspec.frontend.yaml import writer
from archspec.graph import Graph
from tests.backends.python_source import pretended_keras
from tests.backends.python_source.emitted import recording_of
from tests.diagrams.test_arrows import assert_no_arrow_is_lost
from tests.diagrams.test_folding import VIEWS, drawn
from tests.drawn_kinds import Gain
from tests.drawn_specs import Spec, specs
from tests.kinds.running import numbers
from tests.test_laws import meaning

EXAMPLES = 2


def hold_the_laws(spec: Spec) -> bool:
    """Whether the spec is accepted; raises where an accepted one cannot do what it must."""
    try:
        graph = archspec.compile(spec)
    except archspec.SpecError:
        return False
    assert meaning(archspec.compile(flat(graph))) == meaning(graph)
    recording = recording_of(spec)
    pretended_keras.same(recording.graph, source(recording))
    for view in VIEWS:
        assert_no_arrow_is_lost(graph, drawn(graph, view))
    train_a_step(graph)
    return True


def train_a_step(graph: Graph) -> None:
    """Build the model, run it, and change its weights by a gradient that is finite."""
    keras.backend.clear_session()
    model = build_model(graph, classes={"Gain": Gain})
    given = [
        keras.ops.convert_to_tensor(numbers(tensor, 3, EXAMPLES))
        for tensor in graph.inputs.values()
    ]
    taken = given if len(given) > 1 else given[0]
    outputs = model(taken)
    if isinstance(outputs, dict):
        outputs = [outputs[name] for name in graph.outputs]
    for end, found in zip(graph.outputs.values(), keras.tree.flatten(outputs), strict=True):
        inferred = graph.tensors[end]
        assert tuple(found.shape[1:]) == inferred.shape, (end, found.shape)
        assert keras.backend.standardize_dtype(found.dtype) == inferred.dtype, end
    if not model.trainable_weights:
        return
    with tensorflow.GradientTape() as tape:
        outputs = keras.tree.flatten(model(taken, training=True))
        loss = sum(keras.ops.mean(keras.ops.square(one)) for one in outputs)
    gradients = tape.gradient(loss, [one.value for one in model.trainable_weights])
    assert any(one is not None for one in gradients), "nothing learns"
    for weight, gradient in zip(model.trainable_weights, gradients, strict=True):
        if gradient is not None:
            dense = keras.ops.convert_to_numpy(gradient)
            assert numpy.isfinite(dense).all(), weight.path
            weight.assign_sub(1e-3 * dense)


class Run:
    """What a run of the fuzzer has tried, and the folder for what it finds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tried = self.accepted = 0
        self.kinds: set[str] = set()

    def judge(self, spec: Spec) -> None:
        self.tried += 1
        try:
            self.accepted += hold_the_laws(spec)
        except Exception as error:  # every one is a finding
            self.save(spec, f"{type(error).__name__}: {error}"[:120])

    def save(self, spec: Spec, kind: str) -> None:
        if kind in self.kinds:
            return
        self.kinds.add(kind)
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"network{len(self.kinds)}.yaml"
        file.write_text(writer.write(spec), encoding="utf-8")
        file.with_suffix(".txt").write_text(traceback.format_exc(limit=-8), encoding="utf-8")
        print(f"{file}: {kind}", flush=True)


def main(arguments: Any = None) -> int:
    """Draw specs until the time is over; print what is found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.networks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--findings", type=Path, default=Path("build/fuzz"))
    options = parser.parse_args(arguments)
    run, end, number = Run(options.findings), time.monotonic() + options.seconds, options.seed
    while time.monotonic() < end:

        @seed(number)
        @settings(
            max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(specs())
        def draw(spec: Spec) -> None:
            if time.monotonic() < end:
                run.judge(spec)

        draw()
        number += 1
    print(f"{run.tried} specs, {run.accepted} accepted, {len(run.kinds)} findings")
    return 1 if run.kinds else 0


if __name__ == "__main__":
    sys.exit(main())
