"""Specs that fuzzers apart from this one found, each by what happened to it then: `tests/data/found`
holds them, with what was wrong below each. Now a network is refused, for a reason that stands
here, or it compiles, is drawn, built and called, and gives what was inferred.
"""

from __future__ import annotations

import pytest

from archspec.compiler import Compiler
from archspec.diagnostics import SpecError
from archspec.diagrams.making import draw
from archspec.diagrams.options import Options
from archspec.frontend.library import Reference
from archspec.graph import Graph
from tests.paths import ROOT

FILES = {path.stem: path for path in sorted((ROOT / "tests" / "data" / "found").glob("*.yaml"))}

AXIS = "names or is the batch, which no layer may mix"
FLOATS = "gives no gradient, or fails in training, on numbers that are not floating"
REFUSED = {
    # Keras runs these, over the batch: examples would depend on one another.
    "false-refusal-011ea5c0": AXIS, "false-refusal-0b2ea426": AXIS, "false-refusal-49dc6c65": AXIS,
    "false-refusal-7cc9e4ed": AXIS, "false-refusal-ddd0ae70": AXIS, "false-refusal-250f7b36": AXIS,
    "false-refusal-25a81ade": "would mix examples",
    # A rate of 1 drops everything, and a bias of 0 divides by nothing where the input is 0.
    "false-refusal-065b2a4a": "rate", "false-refusal-973b1b35": "rate",
    "false-refusal-ecd99ba2": "rate", "false-refusal-fe6fdb99": "rate",
    "false-refusal-924cc46a": "bias", "false-refusal-b3bcabf3": "bias",
    # Keras has no such dtype on all backends, and no layer has an exact shape rule for them.
    "false-refusal-290dfa7f": "dtype", "false-refusal-80c1eeda": "dtype",
    "false-refusal-8c1c16f0": "dtype", "false-refusal-aad08b7f": "dtype",
    # `glu` halves an axis, `Constant` wants its value, attention over channels is no attention.
    "false-refusal-648472ef": "activation", "false-refusal-8380222d": "initializer",
    "false-refusal-977596f4": "attention is over positions",
    # What is broadcast is another tensor than the author sees.
    "false-refusal-a90b1947": "scale", "false-refusal-b325472b": "scale",
    "false-refusal-f3069361": "scale", "false-refusal-ef251d23": "takes 2 axes",
    "false-refusal-48d2bfbb": FLOATS, "false-refusal-6dd764e1": FLOATS,
    "run-dtype-04f89333": FLOATS, "run-fails-1f51b9c8": FLOATS, "run-fails-396dac7f": FLOATS,
    "run-fails-40b63f5e": FLOATS, "run-fails-ee6d2898": FLOATS, "run-fails-fa3f95b2": FLOATS,
    "train-fails-44df4476": FLOATS, "train-fails-none-4a54745d": FLOATS,
    # TensorFlow's kernels have bounds that its shapes do not know.
    "run-fails-606cd489": "a penalty on a matrix, and the output, with the batch, has 5 axes",
    "run-fails-8682e663": "TensorFlow's softmax", "run-fails-none-386fa4ad": "TensorFlow's softmax",
    "run-fails-none-f7a888c8": "target_shape",
    # What Keras hands on beside values: a mask of positions, and a dtype that is not so.
    "run-fails-a14f6847": "takes the mask that comes with its input",
    "run-dtype-e57a9414": "would make floating numbers of the bool numbers",
}  # fmt: skip
"""The specs that are refused, and words of the reason, or why in this table's own."""

WORDS = {AXIS: "axis", FLOATS: "computes with floating numbers"}

ACCEPTED = sorted(FILES.keys() - REFUSED.keys())

NOT_CALLED = {
    "keras-hang-1d83f5ac": "it asks for more memory than a machine has, and is bounded elsewhere",
}
"""Accepted specs that cannot be called here. Those of unknown sizes, ``none``, are called by their
users with sizes that fit, which no rule here can choose.
"""

CALLED = [name for name in ACCEPTED if name not in NOT_CALLED and "-none-" not in name]


def compiled(name: str) -> Graph:
    return Compiler().compile(Reference(str(FILES[name])))


def test_no_file_is_left_out() -> None:
    assert len(FILES) == 75
    assert REFUSED.keys() | NOT_CALLED.keys() <= FILES.keys()


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_gives_its_reason(name: str) -> None:
    with pytest.raises(SpecError) as caught:
        compiled(name)
    words = WORDS.get(REFUSED[name], REFUSED[name])
    assert any(words in one.message for one in caught.value.diagnostics), caught.value


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_accepted_is_drawn(name: str) -> None:
    assert b"flowchart" in draw(compiled(name), "mmd", Options(detail="full", direction="tb"))


@pytest.mark.heavy
@pytest.mark.parametrize("name", CALLED)
def test_what_is_accepted_is_called_and_gives_what_was_inferred(name: str) -> None:
    import keras

    import archspec
    from archspec.backends.keras.ends import listed
    from tests.kinds.running import numbers

    graph = compiled(name)
    values = [
        keras.ops.convert_to_tensor(numbers(tensor, seed, 3))
        for seed, tensor in enumerate(graph.inputs.values())
    ]
    model = archspec.build(FILES[name])
    found = listed(model(values if len(values) > 1 else values[0]))
    for end, tensor in zip(graph.outputs.values(), found, strict=True):
        inferred = graph.tensors[end]
        assert keras.backend.standardize_dtype(tensor.dtype) == inferred.dtype
        sizes = zip(inferred.shape, tensor.shape[1:], strict=True)
        assert all(size is None or size == its for size, its in sizes)


@pytest.mark.heavy
@pytest.mark.parametrize("name", [name for name in ACCEPTED if name.startswith("source-")])
def test_the_source_of_what_was_another_network_is_this_network(name: str) -> None:
    import archspec
    from tests.backends.python_source import emitted

    source = emitted.run(emitted.written(str(FILES[name]))).build_model()
    emitted.same(archspec.build(FILES[name]), source)
