"""What Keras writes into a file → the layer that an author would write: one row a pitfall. No Keras
is loaded; the descriptions are Keras's own, cut down to what the row is about.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from archspec import SpecError
from archspec.backends.flat_spec import arguments
from archspec.graph import Graph
from archspec.reading.keras_config.reader import graph_of_config

IMAGE = [None, 32, 32, 3]


def tensor(layer: str, shape: list[int | None] = IMAGE, call: int = 0) -> dict[str, Any]:
    settings = {"shape": shape, "dtype": "float32", "keras_history": [layer, call, 0]}
    return {"class_name": "__keras_tensor__", "config": settings}


def entry(
    kind: str, config: dict[str, Any], *calls: Any, module: str = "keras.layers"
) -> dict[str, Any]:
    """A layer as Keras 3 writes it; each of the calls is a list of tensors, or arguments."""
    nodes = [
        one if isinstance(one, dict) and "args" in one else {"args": [one], "kwargs": {}}
        for one in calls
    ]
    name = config.setdefault("name", kind.lower())
    described = {"module": module, "class_name": kind, "config": config, "registered_name": None}
    return {**described, "name": name, "inbound_nodes": nodes}


def model(*layers: dict[str, Any], shape: list[int | None] = IMAGE, **ends: Any) -> dict[str, Any]:
    """A functional model of some layers on an input ``x``, which ends in the last of them."""
    first = entry("InputLayer", {"name": "x", "batch_shape": shape, "dtype": "float32"})
    config = {
        "name": "net",
        "layers": [first, *layers],
        "input_layers": [["x", 0, 0]],
        "output_layers": [[layers[-1]["name"], 0, 0]],
        **ends,
    }
    return {"module": "keras", "class_name": "Functional", "config": config}


def read(*layers: dict[str, Any], **about: Any) -> Graph:
    return graph_of_config(model(*layers, **about), "net.keras")


def an_object(kind: str, **config: Any) -> dict[str, Any]:
    module = "keras.initializers"
    return {"module": module, "class_name": kind, "config": config, "registered_name": None}


POLICY = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}
CONV = {"filters": 8, "kernel_size": [3, 3]}


@pytest.mark.parametrize(
    ("kind", "config", "expected"),
    [
        ("Conv2D", {**CONV, "strides": [1, 1], "dilation_rate": [1, 1]}, {"kernel_size": 3}),
        ("Conv2D", {**CONV, "kernel_size": [1, 3]}, {"kernel_size": [1, 3]}),
        ("Conv2D", {**CONV, "activation": "linear", "dtype": POLICY}, {"kernel_size": 3}),
        ("Conv2D", {**CONV, "data_format": "channels_last", "groups": 1}, {"kernel_size": 3}),
        (
            "Conv2D",
            {**CONV, "kernel_initializer": an_object("GlorotUniform", seed=None)},
            {"kernel_size": 3},
        ),
        (
            "Conv2D",
            {**CONV, "kernel_initializer": an_object("HeNormal", seed=None)},
            {"kernel_size": 3, "kernel_initializer": "he_normal"},
        ),
        (
            "Conv2D",
            {
                **CONV,
                "kernel_initializer": an_object(
                    "VarianceScaling", scale=2.0, mode="fan_out", distribution="truncated_normal"
                ),
            },
            {
                "kernel_size": 3,
                "kernel_initializer": {"VarianceScaling": {"scale": 2, "mode": "fan_out"}},
            },
        ),
        (
            "Conv2D",
            {**CONV, "bias_initializer": an_object("Constant", value=0.0)},
            {"kernel_size": 3},
        ),
        (
            "Conv2D",
            {**CONV, "kernel_regularizer": an_object("L2", l2=9.999999747378752e-05)},
            {"kernel_size": 3, "kernel_regularizer": {"L2": {"l2": 0.0001}}},
        ),
        ("BatchNormalization", {"axis": 3, "momentum": 0.99, "renorm": False}, {}),
        ("BatchNormalization", {"axis": [-1], "synchronized": False}, {}),
        ("LayerNormalization", {"axis": [3], "rms_scaling": False}, {}),
        ("MaxPooling2D", {"pool_size": [3, 3], "strides": [3, 3]}, {"pool_size": 3}),
        ("MaxPooling2D", {"pool_size": [3, 3], "strides": [2, 2]}, {"pool_size": 3, "strides": 2}),
        ("ZeroPadding2D", {"padding": [[1, 1], [1, 1]]}, {}),
        ("ZeroPadding2D", {"padding": [[0, 1], [0, 1]]}, {"padding": [[0, 1], [0, 1]]}),
        ("ReLU", {"max_value": 6.0, "negative_slope": 0.0}, {"max_value": 6}),
        ("ReLU", {"trainable": False}, {}),
        ("Dense", {"units": 4, "trainable": False}, {"units": 4, "trainable": False}),
        ("Dropout", {"rate": 0.5, "seed": None, "noise_shape": None}, {"rate": 0.5}),
        ("LeakyReLU", {"alpha": 0.1}, {"negative_slope": 0.1}),
        ("Rescaling", {"scale": 1 / 127.5, "offset": -1.0}, {"scale": 1 / 127.5, "offset": -1}),
        ("RandomRotation", {"factor": [-0.1, 0.1], "data_format": None}, {"factor": 0.1}),
    ],
)
def test_a_setting_is_written_as_an_author_would(
    kind: str, config: dict[str, Any], expected: dict[str, Any]
) -> None:
    graph = read(entry(kind, dict(config), tensor("x")))
    (node,) = graph.nodes
    assert node.layer.kind() == kind
    filters = {"filters": 8} if kind == "Conv2D" else {}
    assert arguments(node.layer) == {**filters, **expected}


def test_a_dropout_of_whole_examples_is_stochastic_depth() -> None:
    config = {"rate": 0.2, "noise_shape": [None, 1, 1, 1]}
    (node,) = read(entry("Dropout", config, tensor("x"))).nodes
    assert repr(node.layer) == "StochasticDepth(rate=0.2)"


def test_attention_of_a_tensor_to_itself_takes_it_once() -> None:
    config = {
        "num_heads": 2,
        "key_dim": 4,
        "value_dim": 4,
        "attention_axes": [1],
        "use_gate": False,
    }
    x = tensor("x", [None, 5, 8])
    call = {"args": [x, x, x], "kwargs": {"use_causal_mask": True}}
    (node,) = read(entry("MultiHeadAttention", config, call), shape=[None, 5, 8]).nodes
    assert node.inputs == ("x",)
    assert arguments(node.layer) == {"num_heads": 2, "key_dim": 4}
    assert dict(node.layer.call) == {"use_causal_mask": True}


def test_the_layers_of_keras_applications_become_ours() -> None:
    scale = {"init_values": 1e-6, "projection_dim": 3}
    module = "keras.src.applications.convnext"
    parameter, product = read(entry("LayerScale", scale, tensor("x"), module=module)).nodes
    assert parameter.layer.kind() == "Parameter"
    assert product.inputs == ("x", parameter.name)
    scaled = entry(
        "CustomScaleLayer",
        {"scale": 0.17},
        [tensor("x"), tensor("x")],
        module="keras.src.applications.inception_resnet_v2",
    )
    assert [node.layer.kind() for node in read(scaled).nodes] == ["Rescaling", "Add"]


def test_relu6_of_x_and_3_over_6_is_a_hard_sigmoid() -> None:
    """As MobileNetV3 has it: three operations."""
    ops = "keras.src.ops.numpy"
    graph = read(
        entry("Add", {"name": "plus"}, {"args": [tensor("x"), 3.0], "kwargs": {}}, module=ops),
        entry("ReLU", {"name": "cut", "max_value": 6.0}, tensor("plus")),
        entry(
            "Multiply",
            {"name": "times"},
            {"args": [tensor("cut"), 1 / 6], "kwargs": {}},
            module=ops,
        ),
    )
    assert [repr(node.layer) for node in graph.nodes] == ["Activation(activation='hard_sigmoid')"]


def test_operations_on_tensors_are_merges_except_where_masks_go() -> None:
    plus = entry(
        "Add",
        {"name": "plus"},
        {"args": [tensor("norm"), tensor("x")], "kwargs": {}},
        module="keras.src.ops.numpy",
    )
    norm = entry("BatchNormalization", {"name": "norm"}, tensor("x"))
    assert [node.layer.kind() for node in read(norm, plus).nodes][-1] == "Add"
    shape = [None, 5, 3]
    masking = entry("Masking", {"name": "norm"}, tensor("x", shape))
    plus["inbound_nodes"][0]["args"] = [tensor("norm", shape), tensor("x", shape)]
    assert [node.layer.kind() for node in read(masking, plus, shape=shape).nodes][-1] == "ops.add"


def test_a_model_within_the_model_has_a_scope_and_is_shared_when_called_twice() -> None:
    inner = model(entry("Dense", {"name": "d", "units": 4}, tensor("x", [None, 8])))
    inner["config"]["name"] = "tower"
    inner["config"]["layers"][0]["config"]["batch_shape"] = [None, 8]
    x = tensor("x", [None, 8])
    calls = [{"args": [x], "kwargs": {"mask": None}}] * 2
    tower = {**inner, "name": "tower", "inbound_nodes": calls}
    both = [tensor("tower", [None, 4]), tensor("tower", [None, 4], call=1)]
    graph = read(tower, entry("Concatenate", {"axis": 1}, both), shape=[None, 8])
    first, second, joined = graph.nodes
    assert (first.name, second.name, second.weights_of) == ("tower.d", "tower_2.d", "tower.d")
    assert joined.inputs == ("tower.d", "tower_2.d")
    assert graph.parameters == 8 * 4 + 4
    assert [scope.path for scope in graph.scopes] == ["", "tower", "tower_2"]


def test_the_training_of_a_call_reaches_the_layers_within() -> None:
    inner = model(entry("BatchNormalization", {"name": "n"}, tensor("x")))
    inner["config"]["name"] = "base"
    call = {"args": [tensor("x")], "kwargs": {"training": False}}
    base = {**inner, "name": "base", "inbound_nodes": [call]}
    (node,) = read(base, output_layers=[["base", 1, 0]]).nodes
    assert dict(node.layer.call) == {"training": False}


def test_keras_2_is_read() -> None:
    """Tensors as lists, the shape of the input in the layer, no modules."""
    layers = [
        {
            "class_name": "InputLayer",
            "config": {"batch_input_shape": IMAGE, "dtype": "float32", "name": "image"},
            "name": "image",
            "inbound_nodes": [],
        },
        {
            "class_name": "Conv2D",
            "config": {**CONV, "name": "conv", "dtype": "float32"},
            "name": "conv",
            "inbound_nodes": [[["image", 0, 0, {}]]],
        },
        {
            "class_name": "Add",
            "config": {"name": "add", "trainable": True},
            "name": "add",
            "inbound_nodes": [[["conv", 0, 0, {}], ["conv", 0, 0, {}]]],
        },
    ]
    config = {"name": "old", "layers": layers, "input_layers": [["image", 0, 0]]}
    config |= {"output_layers": [["add", 0, 0]]}
    graph = graph_of_config({"class_name": "Functional", "config": config}, "old.h5")
    assert [(node.name, node.inputs) for node in graph.nodes] == [
        ("conv", ("image",)),
        ("add", ("conv", "conv")),
    ]
    first = {"batch_input_shape": [None, 8], "units": 2, "name": "dense"}
    sequential = {"name": "s", "layers": [{"class_name": "Dense", "config": first}]}
    graph = graph_of_config({"class_name": "Sequential", "config": sequential}, "old.h5")
    assert graph.inputs["input"].shape == (8,)


def test_names_are_those_that_a_spec_may_have() -> None:
    graph = read(entry("ReLU", {"name": "conv1/relu $x\n"}, tensor("x")))
    assert graph.nodes[0].name == "conv1_relu_x_"


REFUSALS = {
    "unknown kinds, all at once": (
        [
            entry("Lambda", {"name": "l1"}, tensor("x")),
            entry("Lambda", {"name": "l2"}, tensor("l1")),
            entry("HashedCrossing", {"name": "h"}, tensor("l2")),
        ],
        ["3 layers of 2 kinds", "Lambda, 2 times: `l1` and `l2`", "HashedCrossing, once: `h`"],
    ),
    "a class of one's own whose weights no file says": (
        [
            entry("Own", {"name": "own"}, tensor("x"), module="mine"),
            entry("ReLU", {}, tensor("own")),
        ],
        ["Own, once: `own`", "does not say what weights it has"],
    ),
    "channels first": (
        [entry("Conv2D", {**CONV, "data_format": "channels_first"}, tensor("x"))],
        ["settings that a spec has no word for", "`data_format: channels_first` of Conv2D"],
    ),
    "a regularizer of one's own": (
        [
            entry(
                "Dense",
                {"units": 2, "kernel_regularizer": {"module": "mine", "class_name": "Reg"}},
                tensor("x"),
            )
        ],
        ["`kernel_regularizer: Reg` of Dense, once: `dense`"],
    ),
    "a tensor that a kind does not take": (
        [entry("Dense", {"units": 2}, {"args": [tensor("x")], "kwargs": {"mask": tensor("x")}})],
        ["in a way that a spec has no word for", "with a tensor as `mask`, of Dense"],
    ),
    "a circle": (
        [entry("ReLU", {"name": "a"}, tensor("b")), entry("ReLU", {"name": "b"}, tensor("a"))],
        ["is damaged", "takes what comes of itself"],
    ),
    "a layer that is not there": (
        [entry("ReLU", {}, tensor("nowhere"))],
        ["is damaged: it names a layer `nowhere`, and has none"],
    ),
    "a layer that does not fit": (
        [entry("Conv1D", {"filters": 2, "kernel_size": [3]}, tensor("x"))],
        ["`conv1d` of `net.keras`, of 32×32×3", "takes 2 axes"],
    ),
    "a batch that moves": (
        [
            entry(
                "Transpose",
                {"axes": [1, 0, 2, 3]},
                tensor("x"),
                module="keras.src.ops.numpy",
            )
        ],
        ["so that the batch moves, of ops.transpose"],
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_has_no_counterpart_is_refused_with_the_reason(case: str) -> None:
    layers, words = REFUSALS[case]
    with pytest.raises(SpecError) as error:
        read(*layers)
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"class_name": "MyModel", "config": {"hidden": 3}}, "a model with a `call` of its own"),
        ({"class_name": "Functional", "config": {"layers": [3]}}, "a layer is no mapping"),
        (
            {"class_name": "Sequential", "config": {"name": "s", "layers": []}},
            "does not know the shape of its input",
        ),
        (
            {"class_name": "Functional", "config": {"layers": [], "input_layers": 4}},
            "inputs or outputs name no layers",
        ),
    ],
)
def test_what_is_no_functional_model_is_refused(config: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        graph_of_config(config, "net.keras")


def test_a_model_that_doubles_at_each_level_is_refused_in_the_end() -> None:
    """Two to the power of thirty layers, in a small file."""
    inner = model(entry("ReLU", {"name": "r"}, tensor("x")))
    for level in range(30):
        calls = [tensor("x"), tensor(f"m{level}")]
        nodes = [{"args": [one], "kwargs": {}} for one in calls]
        inner["config"]["name"] = f"m{level}"
        within = {**inner, "name": f"m{level}", "inbound_nodes": nodes}
        inner = model(within, output_layers=[[f"m{level}", 2, 0]])
    with pytest.raises(SpecError, match="more than 100,000 layers"):
        graph_of_config(inner, "bomb.keras")


def test_deep_nesting_is_refused() -> None:
    inner = model(entry("ReLU", {"name": "r"}, tensor("x")))
    for level in range(400):
        nodes = [{"args": [tensor("x")], "kwargs": {}}]
        within = {**inner, "name": f"m{level}", "inbound_nodes": nodes}
        inner = model(within, output_layers=[[f"m{level}", 1, 0]])
    with pytest.raises(SpecError, match="too deep to read"):
        graph_of_config(inner, "deep.keras")


def test_a_chain_of_thousands_is_read() -> None:
    names = ["x", *(f"r{number}" for number in range(3000))]
    layers = [entry("ReLU", {"name": name}, tensor(before)) for before, name in pairwise(names)]
    assert len(read(*layers).nodes) == 3000
