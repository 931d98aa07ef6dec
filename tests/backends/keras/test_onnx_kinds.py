"""Every kind of layer, with the rows of its table of arguments, as ONNX: onnxruntime computes what
Keras does, or the layer is refused by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import archspec
from archspec.layers import KINDS
from archspec.spelling import article
from archspec.tensor import Tensor
from tests.kinds.oracle import Row
from tests.kinds.rows import ROWS, spec_of
from tests.marks import ALL_ROWS

DTYPES = {
    "uint8",  # to what Keras rounds hangs on whether it is traced
    "bfloat16",  # ONNX files of tf2onnx have none
    "mixed_bfloat16",
    "float16",  # onnxruntime mixes it with float32, and overflows elsewhere than TensorFlow
    "float64",  # onnxruntime has no convolution of it
}
RECURRENT = (*KINDS.of_family("recurrent"), *KINDS.of_family("wrappers"))
NO_OPERATION = {
    "Discretization",  # Bucketize
    "Hashing",  # StringToHashBucketFast
    "IntegerLookup",  # LookupTableFindV2
    "MelSpectrogram",  # RFFT
    "StringLookup",
    "TextVectorization",
    "ops.cumprod",  # Cumprod
    "ops.fft2",  # Complex: ONNX has no complex numbers
}
"""Kinds for whose operations in TensorFlow, named beside them, ONNX has none."""
DRAW_IN_INFERENCE = {
    "RandomSaturation",
    "RandomHue",
    "RandomColorDegeneration",
    "RandomGrayscale",
    "RandomSharpness",
    "RandomPosterization",
}
"""Augmentations that draw random numbers in inference too, though Keras makes no use of them."""


def cannot(row: Row) -> bool:
    """Whether a row may be refused: ONNX, or what writes and runs it, has no way."""
    arguments = row.arguments
    dtypes = {tensor.dtype for tensor in row.tensors} | {str(arguments.get("dtype"))}
    of_unknown_size = any(None in tensor.shape for tensor in row.tensors)
    return (
        bool(dtypes & DTYPES)
        or "orthogonal_regularizer" in str(arguments)  # Keras cannot trace it
        # tf2onnx cannot trace the state of their random numbers
        or (row.kind in RECURRENT and "dropout" in str(arguments))
        or row.kind in DRAW_IN_INFERENCE
        or row.kind in NO_OPERATION
        or "count_weights" in row.roles  # DenseBincount of numbers that weigh
        # its roundings add up from step to step: float32 is as far off in Keras itself
        or (row.kind.startswith("ConvLSTM") and "mixed_float16" in dtypes)
        # its squares overflow elsewhere than in TensorFlow
        or (row.kind == "UnitNormalization" and "mixed_float16" in dtypes)
        # the weights of rows hang on the size
        or ("antialias" in arguments and of_unknown_size)
        # Keras cannot trace its halves
        or (row.kind == "ops.glu" and of_unknown_size)
        # traced, Keras takes the size of the batch for the number of steps
        or (row.kind == "TimeDistributed" and of_unknown_size)
        # Keras cannot trace its tiles
        or (row.kind == "ContrastLimitedAdaptiveHistogramEqualization" and of_unknown_size)
    )


CASES: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("Conv1D", {"filters": 4, "kernel_size": 3, "groups": 2, "padding": "same"}, (9, 4)),
    (
        "Conv1D",
        {"filters": 8, "kernel_size": 3, "groups": 4, "padding": "causal", "dilation_rate": 2},
        (30, 4),
    ),
    ("Conv3D", {"filters": 4, "kernel_size": 3, "groups": 2, "padding": "same"}, (5, 6, 7, 4)),
    (
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": 2, "strides": 3, "padding": "same"},
        (5, 6, 4),
    ),
    (
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": 1, "strides": 2, "padding": "same"},
        (5, 6, 4),
    ),
    (
        "Conv2DTranspose",
        {"filters": 4, "kernel_size": 4, "strides": 3, "output_padding": [1, 2]},
        (5, 6, 4),
    ),
    (
        "Conv3DTranspose",
        {"filters": 2, "kernel_size": 2, "strides": 3, "padding": "same"},
        (5, 6, 7, 4),
    ),
    ("UpSampling2D", {"size": [2, 3], "interpolation": "lanczos5"}, (30, 41, 3)),
    ("UpSampling2D", {"size": 2, "interpolation": "bilinear"}, (5, 6, 3)),
    ("Resizing", {"height": 24, "width": 24, "interpolation": "bicubic"}, (30, 41, 3)),
    ("Resizing", {"height": 24, "width": 24, "antialias": True}, (30, 41, 3)),
    ("Resizing", {"height": 15, "width": 21, "interpolation": "nearest"}, (8, 11, 3)),
    ("MaxPooling3D", {"pool_size": 1, "strides": 2, "padding": "same"}, (4, 5, 6, 2)),
    ("MaxPooling2D", {"pool_size": 2, "strides": 3, "padding": "same"}, (7, 8, 2)),
    ("MultiHeadAttention", {"num_heads": 1, "key_dim": 2}, (3, 4, 2, 5)),
    ("UnitNormalization", {"axis": [2]}, (1, 5, 3)),
    ("Activation", {"activation": "celu"}, (4, 3)),
    ("Activation", {"activation": "celu", "dtype": "mixed_float16"}, (4, 3)),
    ("Activation", {"activation": "gelu", "dtype": "mixed_float16"}, (4, 3)),
]
"""What was written and could not be run, or had no ONNX, with the shape of the input."""


def accepted(kind: str) -> Iterator[Row]:
    return (row for row in ROWS if row.kind == kind and not row.fails and not row.stricter)


def chosen(kind: str) -> list[Row]:
    """The rows of a kind that are tried: one that has to be written, and one of those that may be
    refused; with ``ARCHSPEC_LONG`` all, of which tf2onnx takes up to a second each.
    """
    rows = list(accepted(kind))
    if ALL_ROWS:
        return rows
    refusable = [row for row in rows if cannot(row)]
    others = [row for row in rows if not cannot(row)]
    return others[:1] + refusable[:1]


def with_every_output(row: Row) -> dict[str, Any]:
    """The network of a row; what its layer gives besides its first tensor are outputs too."""
    spec = spec_of(row)
    _, *further = archspec.compile(spec).nodes[-1].tensors
    if further:
        outputs = [{"from": name, "output": []} for name in further]
        items = [{"name": f"output{number}", **item} for number, item in enumerate(outputs)]
        spec["layers"] += [*items, {"from": "layer", "layers": []}]
    return spec


def outcome(row: Row, path: Path) -> str:
    """Nothing, or why it was refused."""
    import keras

    from archspec.backends.keras.model import build_model
    from archspec.backends.keras.onnx_file import write_onnx

    keras.utils.set_random_seed(0)  # with some, half precision is far off
    graph = archspec.compile(with_every_output(row))
    try:
        write_onnx(build_model(graph), graph, path)
    except archspec.SpecError as error:
        (complaint,) = error.diagnostics
        return complaint.message
    return ""


@pytest.mark.parametrize(("kind", "arguments", "shape"), CASES)
def test_what_was_wrong_in_onnx_is_right(
    kind: str, arguments: dict[str, Any], shape: tuple[int, ...], tmp_path: Path
) -> None:
    """`write_onnx` itself compares: here it is asked once more, on another input."""
    import numpy
    import onnxruntime

    case = Row(kind, arguments, (Tensor(shape),))
    path = tmp_path / "net.onnx"
    assert outcome(case, path) == ""
    values = numpy.random.default_rng(0).normal(size=(3, *shape)).astype("float32")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (result,) = session.run(None, {"x1": values})
    assert result.shape[1:] == archspec.compile(spec_of(case)).tensors["layer"].shape


@pytest.mark.heavy
@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_a_kind_are_run_or_refused_by_its_name(kind: str, tmp_path: Path) -> None:
    refused = []
    for row in chosen(kind):
        if message := outcome(row, tmp_path / "net.onnx"):
            assert f"`layer`, {article(kind)} {kind}, cannot be written as ONNX: " in message
            refused.append(row)
    assert [str(row) for row in refused if not cannot(row)] == []


def test_a_layer_is_named_also_where_each_alone_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Roundings of half precision go astray on what the layers before give, not on other numbers;
    so of four layers the third here: whatever holds it differs, and it alone does not.
    """
    import keras

    from archspec.backends.keras import onnx_file
    from archspec.backends.keras.exporting import NotConverted
    from archspec.backends.keras.model import build_model

    def compare(model: keras.Model, path: Path, names: list[str]) -> None:
        held = [layer.name for layer in model.layers]
        if "third" in held and len(held) > 2:
            raise NotConverted("its output would differ")

    monkeypatch.setattr(onnx_file, "_compare", compare)
    layers = [
        {"name": name, "Dense": {"units": number}}
        for number, name in enumerate(("first", "second", "third", "fourth"), 1)
    ]
    graph = archspec.compile({"archspec": 1, "name": "net", "input": [3], "layers": layers})
    with pytest.raises(archspec.SpecError, match="`third`, a Dense, cannot be written as ONNX"):
        onnx_file.write_onnx(build_model(graph), graph, tmp_path / "net.onnx")
