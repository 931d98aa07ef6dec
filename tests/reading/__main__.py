"""The networks of `keras.applications`, read from Keras's own descriptions → a table of proofs;
exit code 1 where one is not equal.

python -m tests.reading [FUNCTION...] [--outputs]

Of each: the lines of its spec beside those of the spec that comes with archspec, whether the graph
is equal, whether Keras makes the same weights in the same order, which are compared without values,
and with ``--outputs`` the difference of the outputs on the same random weights.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Any, NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy

from archspec.backends.keras.applications import make
from archspec.backends.keras.families import FAMILIES, FAMILY_OF, Application
from archspec.backends.keras.model import build_model, without_values
from archspec.reading.read import Spec, read
from tests.reading.oracle import shapes

HEAD = f"{'function':<20} {'layers':>6} {'lines':>5} {'blocks':>6} {'seconds':>7}  weights  outputs"
TOLERANCE = 1e-4
"""The largest difference of outputs, relative to the largest value: NASNet's sums are rounded in
another order where their terms are exchanged."""


class Proof(NamedTuple):
    """One network: its spec, the seconds that reading took once the description was there, whether
    the weights are the same, and the difference of the outputs where they were compared.
    """

    function: str
    spec: Spec
    seconds: float
    same_weights: bool
    apart: float | None

    @property
    def equal(self) -> bool:
        return self.same_weights and (self.apart is None or self.apart <= TOLERANCE)

    def __str__(self) -> str:
        spec = self.spec
        numbers = f"{spec.layers:>6} {len(spec.text.splitlines()):>5} {spec.blocks:>6}"
        outputs = "" if self.apart is None else f"{self.apart:.1g}"
        weights = "same" if self.same_weights else "differ"
        return f"{self.function:<20} {numbers} {self.seconds:>7.2f}  {weights:<7}  {outputs}"


def prove(function: str, *, outputs: bool = False) -> Proof:
    """Read a function of `keras.applications`, build the spec, and compare."""
    with without_values():
        theirs = make(Application(function))
        begin = perf_counter()
        spec = read(theirs)
        seconds = perf_counter() - begin
        ours = build_model(spec.graph)
    same = shapes(ours) == shapes(theirs)
    apart = _apart(function, spec) if outputs and same else None
    keras.backend.clear_session()
    return Proof(function, spec, seconds, same, apart)


def _apart(function: str, spec: Spec) -> float:
    """The difference of the outputs on the same random weights and a random image."""
    models = make(Application(function)), build_model(spec.graph)
    random = numpy.random.default_rng(0)
    values = [_drawn(random, tuple(weight.shape)) for weight in models[0].weights]
    size = [size or 224 for size in models[0].inputs[0].shape[1:]]
    image = random.uniform(0, 255, (1, *size)).astype("float32")
    for model in models:
        model.set_weights(values)
    theirs, ours = (numpy.asarray(model(image)) for model in models)
    return float(numpy.abs(theirs - ours).max() / max(numpy.abs(theirs).max(), 1e-30))


def _drawn(random: numpy.random.Generator, shape: tuple[int, ...]) -> Any:
    """Values of a weight that keep a deep network's numbers in bounds: positive ones for what is a
    variance, a scale or a bias, else as wide as the number of inputs allows.
    """
    if len(shape) < 2:
        return random.uniform(0.5, 1.5, shape)
    return random.normal(0, numpy.prod(shape[:-1]) ** -0.5, shape)


def main(words: list[str]) -> int:
    outputs = "--outputs" in words
    functions = [word for word in words if not word.startswith("-")] or list(FAMILY_OF)
    firsts = {family.functions[0] for family in FAMILIES}
    equal = True
    print(HEAD)
    for proof in _proofs(functions, firsts if outputs else set()):
        print(proof, flush=True)
        equal = equal and proof.equal
    return 0 if equal else 1


def _proofs(functions: list[str], with_outputs: set[str]) -> Iterator[Proof]:
    for function in functions:
        yield prove(function, outputs=function in with_outputs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
