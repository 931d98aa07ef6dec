"""Every kind is documented, agrees with Keras's constructor, and is tested."""

import inspect
import subprocess
import sys
from operator import attrgetter
from typing import Any

import keras
import pytest

from archspec.backends.keras import layers as keras_layers
from archspec.layers import CELLS, KINDS
from archspec.layers.base import REGISTERED, Layer
from archspec.layers.fields import attr, call_attr
from archspec.layers.registry import kind_of
from archspec.layers.types import FLAG
from tests.kinds.rows import ROWS

LEFT_OUT = {
    "name": "the item's name, which is the layer's path",
    "data_format": "channels are always last",
    "lora_rank": "a way to tune a trained network, not an architecture",
    "lora_alpha": "a way to tune a trained network, not an architecture",
    "gptq_unpacked_column_size": "a way to store a trained network, not an architecture",
    "quantization_config": "a way to store a trained network, not an architecture",
    "weights": "numbers, not an architecture",
    "flash_attention": "how attention is computed, not what",
    "stateful": "a state that is kept between batches, which needs a fixed batch size",
    "unroll": "how a recurrence is computed, not what",
    "use_cudnn": "how a recurrence is computed, not what",
    "sparse": "a sparse tensor, which no other layer takes",
    "ragged": "a ragged tensor, which no other layer takes",
    "Discretization.num_bins": "for `adapt`: a spec holds what a layer knows",
    "Discretization.epsilon": "for `adapt`: a spec holds what a layer knows",
    "vocabulary_dtype": "the type of an entry, which is an integer",
    "oov_method": "newer than the oldest Keras that archspec supports",
    "StringLookup.salt": "newer than the oldest Keras that archspec supports",
    "IntegerLookup.salt": "newer than the oldest Keras that archspec supports",
    "initial": "a greatest or least value to start from, which `ops.maximum` takes too",
    "attn_logits_soft_cap": "for TPUs alone",
    "noise_shape": "a shape that counts the batch",
    "renorm": "newer than the oldest Keras that archspec supports",
    "renorm_clipping": "newer than the oldest Keras that archspec supports",
    "renorm_momentum": "newer than the oldest Keras that archspec supports",
    "sliding_window": "newer than the oldest Keras that archspec supports",
    "use_gate": "newer than the oldest Keras that archspec supports",
}
"""Arguments of Keras's constructors that no kind has, or that one kind has not."""


def is_left_out(kind: str, name: str) -> bool:
    return name in LEFT_OUT or f"{kind}.{name}" in LEFT_OUT


def keras_class(kind: str) -> type[keras.layers.Layer]:
    return getattr(keras_layers, kind, None) or getattr(keras.layers, kind)  # type: ignore[no-any-return]


def keras_arguments(kind: str) -> dict[str, inspect.Parameter]:
    """The arguments of Keras's constructor, or of its function but for the tensors."""
    if not kind.startswith("ops."):
        parameters = inspect.signature(keras_class(kind)).parameters.values()
        return {one.name: one for one in parameters if one.kind is not one.VAR_KEYWORD}
    parameters = inspect.signature(
        attrgetter(kind.removeprefix("ops."))(keras.ops)
    ).parameters.values()
    tensors = {*KINDS[kind].roles, "xs", "x"} - {*KINDS[kind].attributes}
    return {
        one.name: one
        for one in parameters
        if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
        and one.name not in {*tensors, "synchronized"}
    }


def own(kind: str) -> dict[str, Any]:
    return {
        name: attribute
        for name, attribute in kind_of(kind).attributes.items()
        if name not in ("dtype", "trainable")
    }


@pytest.mark.parametrize("kind", [*KINDS, *CELLS])
def test_arguments_are_keras_own(kind: str) -> None:
    theirs = [
        name
        for name in keras_arguments(kind)
        if not is_left_out(kind, name) and name not in ("dtype", "trainable")
    ]
    assert set(own(kind)) == set(theirs)


@pytest.mark.parametrize("kind", [*KINDS, *CELLS])
def test_defaults_are_keras_own(kind: str) -> None:
    for name, attribute in own(kind).items():
        default = keras_arguments(kind)[name].default
        if name in kind_of(kind).roles:  # a constant in the place of a tensor
            continue
        assert attribute.required == (default is inspect.Parameter.empty), name
        if not attribute.required:
            assert attribute.type.accept(attribute.default) == attribute.type.accept(default), name


NOT_CALLED_WITH = {
    ("Dense", "training"): "for quantized weights alone",
    ("EinsumDense", "training"): "for quantized weights alone",
    ("Resizing", "training"): "it does the same in training",
    ("CenterCrop", "training"): "it does the same in training",
    ("DotProductAttention", "value_mask"): "Keras hands it on with the value",
    ("DotProductAttention", "key_mask"): "Keras hands it on with the key",
    ("DotProductAttention", "attention_mask"): "the role is called `mask`",
    ("MultiHeadAttention", "query_mask"): "Keras puts that of the tensor in its place",
    ("Attention", "mask"): "its elements are roles: query_mask, value_mask",
    ("AdditiveAttention", "mask"): "its elements are roles: query_mask, value_mask",
}
"""Arguments of the calls of Keras's layers that no kind has."""


@pytest.mark.parametrize("kind", KINDS)
def test_arguments_of_the_call_are_keras_own(kind: str) -> None:
    layer = KINDS[kind]
    if kind.startswith("ops."):  # a function has one call, and all of its arguments there
        assert not layer.call_attributes
        return
    if kind == "StochasticDepth":  # made of Keras's dropout
        assert set(layer.call_attributes) == {"training"}
        return
    if not issubclass(keras_class(kind), keras.layers.Layer):
        assert not layer.call_attributes
        return
    _, *parameters = inspect.signature(keras_class(kind).call).parameters.values()
    by_name = {name for name, one in layer.roles.items() if one.by_name}
    if kind == "DotProductAttention":  # ours, where `mask` would be what Keras hands on
        by_name.remove("mask")
    split = {"query_mask", "value_mask"} if (kind, "mask") in NOT_CALLED_WITH else set()
    first = [name for name, one in layer.roles.items() if not one.by_name]
    theirs = {one.name: one for one in parameters}
    left_out = {name for owner, name in NOT_CALLED_WITH if owner == kind}
    expected = set(theirs) - left_out - set(first) - {parameters[0].name}
    assert by_name - split | set(layer.call_attributes) == expected
    for name, attribute in layer.call_attributes.items():
        default = theirs[name].default
        if name != "training":  # unset, it is that of the model
            assert attribute.default == default, name


@pytest.mark.parametrize("kind", [*KINDS, *CELLS])
def test_documented(kind: str) -> None:
    assert "Shape:" in (kind_of(kind).__doc__ or "")
    summary = (inspect.getdoc(kind_of(kind)) or "").split("\n\n")[0]
    assert summary.endswith("."), "the first paragraph says what it does"
    for name, attribute in kind_of(kind).attributes.items():
        assert attribute.name == name
        assert attribute.doc and len(attribute.doc) < 100, name


@pytest.mark.parametrize("kind", KINDS)
def test_rows(kind: str) -> None:
    rows = [row for row in ROWS if row.kind == kind]
    accepted = [row for row in rows if not row.fails and not row.stricter]
    assert len(accepted) >= 2
    assert any(None in tensor.shape for row in rows for tensor in row.tensors), (
        "no row with an unknown size"
    )
    assert any(row.fails or row.stricter for row in rows), "no row that fails"


def test_nothing_is_left_out_in_vain() -> None:
    expected = {name for name, reason in LEFT_OUT.items() if not reason.startswith("newer")}
    theirs = {(kind, name) for kind in KINDS for name in keras_arguments(kind)}
    possible = {name for _, name in theirs} | {".".join(one) for one in theirs}
    assert expected - {"name"} <= possible


def test_names_are_read_without_importing_a_family() -> None:
    code = "from archspec.layers import KINDS; import sys; print('Conv2D' in KINDS, len(list(KINDS)), *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    there, number, *modules = done.stdout.split()
    assert (there, int(number)) == ("True", len(KINDS))
    assert not {f"archspec.layers.{family}" for family in KINDS.families.values()} & set(modules)


def test_a_spec_imports_the_families_of_its_kinds() -> None:
    code = (
        "import sys; from archspec import compile; graph = compile('lenet5');"
        " print(*{node.layer.family() for node in graph.nodes}); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    used, loaded = (set(line.split()) for line in done.stdout.splitlines())
    families = {*KINDS.families.values(), *CELLS.families.values()}
    assert {one for one in families if f"archspec.layers.{one}" in loaded} == used


def test_the_text_of_a_family_names_what_it_registers() -> None:
    for kinds in (KINDS, CELLS):
        assert {name: kind.family() for name, kind in kinds.items()} == kinds.families
    assert {*KINDS, *CELLS} == set(REGISTERED)


def test_every_cell_stands_in_a_row() -> None:
    written = " ".join(str(row.arguments) for row in ROWS if row.kind == "RNN")
    assert all(cell in written for cell in CELLS)


def test_rows_are_of_kinds() -> None:
    assert {row.kind for row in ROWS} == set(KINDS)


PAGE = """
LSTM GRU SimpleRNN RNN ConvLSTM1D ConvLSTM2D ConvLSTM3D Bidirectional TimeDistributed
SpectralNormalization EinsumDense Dot Attention AdditiveAttention GroupQueryAttention
RMSNormalization ReversibleEmbedding Masking Identity AdaptiveAveragePooling1D
AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D
AdaptiveMaxPooling3D CategoryEncoding Discretization Hashing StringLookup IntegerLookup
TextVectorization MelSpectrogram STFTSpectrogram PositionEmbedding RotaryEmbedding
DotProductAttention Constant RandomFlip
"""


def test_the_kinds_of_the_page_are_there_and_code_is_not() -> None:
    assert KINDS.keys() >= set(PAGE.split())
    assert CELLS.keys() >= {"LSTMCell", "GRUCell", "SimpleRNNCell"}
    augmentations = [kind for kind in KINDS if kind.startswith(("Random", "Center"))]
    assert len(augmentations) >= 19
    assert not KINDS.keys() & {"Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper"}


def test_a_kind_has_the_arguments_of_all_its_bases() -> None:
    class Above(Layer):
        last: bool = attr(FLAG, True)

    class Left(Above):
        left: bool = attr(FLAG, True)
        in_call: bool = call_attr(FLAG, True, "")

    class Right(Above):
        right: bool = attr(FLAG, True, before="last")
        in_each: bool = call_attr(FLAG, True, "")

    class Both(Left, Right):
        own: bool = attr(FLAG, True, before="left")

    assert [*Both.attributes] == ["right", "last", "own", "left", "dtype", "trainable"]
    assert {*Both.call_attributes} == {"in_call", "in_each"}
