"""Every network of the reference is a shipped spec: archspec's graph and the Keras model have
its numbers, to the unit.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml

import archspec
from tests.networks.keras_models import (
    model,
    multiply_adds,
    spec,
    stage_shape,
    trainable_parameters,
)
from tests.paths import DATA

REFERENCE = {
    entry["name"]: entry for entry in yaml.safe_load((DATA / "networks.yaml").read_text("utf-8"))
}

# Stages that the reference calls otherwise than the specs, which keep the papers' names.
ENDS = {"softmax": "main"}
MEAN = {**ENDS, "gap": "avgpool"}
DENSE = {**ENDS, "fc": "fc2"}
LENET = {"F5": "C5", "out": "main"}
LENET_CIFAR = {
    **ENDS,
    "conv1": "C1",
    "pool1": "S2",
    "conv2": "C3",
    "pool2": "S4",
    "fc1": "C5",
    "fc2": "F6",
}
ALEXNET_BN = {**DENSE, "layer3": "layer5"}
AUXILIARY = {**ENDS, "aux1_conv": "aux1.classifier.conv", "aux2_conv": "aux2.classifier.conv"}
LAYERNORM = {**MEAN, "pool1+LN": "pool1", "conv2+LN": "conv2"}
STAGES = {**MEAN, "conv2": "conv2_x", "conv3": "conv3_x", "conv4": "conv4_x", "conv5": "conv5_x"}
BLOCKS = {
    **MEAN,
    "block1": "conv2_x",
    "block2": "conv3_x",
    "block3": "conv4_x",
    "block4": "conv5_x",
}
MODULES = {f"block_{i}.{j}": f"block{i + 1}.inception{j + 1}" for i in range(2) for j in range(2)}

NETWORKS: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    # the reference's name: the spec, its variables, and its paths for the reference's stages
    "lenet5_1998": ("lenet5", {}, LENET),
    "alexnet (2012, two towers as groups)": ("alexnet", {}, DENSE),
    "alexnet_bn, 1000 classes": ("alexnet_bn", {}, ALEXNET_BN),
    "alexnet_bn, 100 classes": ("alexnet_bn@100", {}, ALEXNET_BN),
    "alexnet_cifar10": ("alexnet_cifar10", {}, {**ENDS, "conv1": "layer1.conv"}),
    "vgg_A": ("vgg@A", {}, DENSE),
    "vgg_A-LRN": ("vgg@A-LRN", {}, DENSE),
    "vgg_B": ("vgg@B", {}, DENSE),
    "vgg_C": ("vgg@C", {}, DENSE),
    "vgg_D": ("vgg@D", {}, DENSE),
    "vgg_E": ("vgg@E", {}, DENSE),
    "vgg16, 100 classes": ("vgg@D", {"classes": 100}, DENSE),
    "googlenet (with both auxiliary classifiers)": ("googlenet", {}, AUXILIARY),
    "googlenet (inference, no auxiliary classifiers)": ("googlenet", {"aux": False}, ENDS),
    "googlenet_layernorm (a published re-implementation with its deviations)": (
        "googlenet_layernorm",
        {},
        LAYERNORM,
    ),
    "resnet_18": ("resnet@resnet18", {}, ENDS),
    "resnet_34": ("resnet@resnet34", {}, ENDS),
    "resnet_50": ("resnet@resnet50", {}, ENDS),
    "resnet_101": ("resnet@resnet101", {}, ENDS),
    "resnet_152": ("resnet@resnet152", {}, ENDS),
    "alexnet_vgg": ("alexnet_vgg", {}, DENSE),
    "alexnet_vgg_resnet": ("alexnet_vgg_resnet", {}, STAGES),
    "xception_custom, 100 classes": ("xception_custom", {}, {**MEAN, "middle": "middle8"}),
    "cifar10_baseline": ("baseline_cifar10", {}, {**ENDS, "CBAPD": "conv1", "dense": "hidden"}),
    "cifar10_lenet5": ("lenet5@cifar10", {}, LENET_CIFAR),
    "cifar10_alexnet8": ("alexnet8_cifar10", {}, DENSE),
    "cifar10_vgg16": ("vgg_cifar10", {}, DENSE),
    "cifar10_inception10": ("inception10", {}, {**MEAN, **MODULES, "c1": "conv1"}),
    "cifar10_resnet18": ("resnet_cifar10", {}, BLOCKS),
    "efficientnet_B0": ("efficientnet@B0", {}, MEAN),
    "efficientnet_B1": ("efficientnet@B1", {}, MEAN),
    "efficientnet_B2": ("efficientnet@B2", {}, MEAN),
    "efficientnet_B3": ("efficientnet@B3", {}, MEAN),
    "efficientnet_B4": ("efficientnet@B4", {}, MEAN),
    "efficientnet_B5": ("efficientnet@B5", {}, MEAN),
    "efficientnet_B6": ("efficientnet@B6", {}, MEAN),
    "efficientnet_B7": ("efficientnet@B7", {}, MEAN),
}


def test_every_network_of_the_reference_has_a_spec() -> None:
    assert list(NETWORKS) == list(REFERENCE)
    assert len(REFERENCE) == 37


@pytest.mark.parametrize("name", NETWORKS)
def test_the_graph_has_the_numbers_of_the_reference(name: str) -> None:
    reference, vars, paths = NETWORKS[name]
    graph, entry = archspec.compile(spec(reference), **vars), REFERENCE[name]
    ends = {**graph.endpoints, **graph.outputs}
    assert {
        stage: list(graph.tensors[ends[paths.get(stage, stage)]].shape) for stage in entry["shapes"]
    } == entry["shapes"]
    assert list(graph.inputs["input"].shape) == entry["input"]
    assert graph.parameters == entry["parameters"]
    assert graph.trainable_parameters == entry["trainable_parameters"]
    assert graph.macs == entry["macs"]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_keras_model_has_the_numbers_of_the_reference(name: str) -> None:
    reference, vars, paths = NETWORKS[name]
    graph, keras_model, entry = (
        archspec.compile(spec(reference), **vars),
        model(spec(reference), **vars),
        REFERENCE[name],
    )
    assert {
        stage: stage_shape(keras_model, graph, paths.get(stage, stage)) for stage in entry["shapes"]
    } == entry["shapes"]
    assert list(keras_model.input_shape[1:]) == entry["input"]
    assert keras_model.count_params() == entry["parameters"]
    assert trainable_parameters(keras_model) == entry["trainable_parameters"]
    assert multiply_adds(keras_model.layers) == entry["macs"]


@pytest.mark.parametrize("name", ["googlenet", "googlenet_layernorm"])
def test_the_main_classifier_comes_before_the_auxiliary_ones(name: str) -> None:
    graph, keras_model = archspec.compile(spec(name)), model(spec(name))
    assert list(graph.outputs) == ["main", "aux1", "aux2"]
    assert list(keras_model.output) == list(graph.outputs)


def test_weights_get_values_outside_the_tests() -> None:
    keras_model = archspec.build(spec("baseline_cifar10"))
    assert [weight.numpy().shape for weight in keras_model.weights] == [
        tuple(weight.shape) for weight in model(spec("baseline_cifar10")).weights
    ]
