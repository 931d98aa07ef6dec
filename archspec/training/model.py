"""A plan → the Keras models of a training: the network, and the network behind its augmentations,
compiled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import keras

from archspec.backends.keras.ends import one_or_named
from archspec.backends.keras.model import build_model, compare_count, layer_names
from archspec.graph import Graph, Node
from archspec.layers.types import Configured
from archspec.training.checks import frozen_nodes, losses_of
from archspec.training.formulas import Steps, evaluated
from archspec.training.logs import metric_names, metrics_of, rises
from archspec.training.plan import TrainingPlan
from archspec.training.recipe import Recipe


class Models(NamedTuple):
    """``network`` is what is kept; ``trained``, which shares its weights, what is fitted."""

    network: keras.Model
    trained: keras.Model


def build(plan: TrainingPlan) -> Models:
    """The models of a plan, from the recipe's seed on: random numbers are drawn as by a script
    that calls ``keras.utils.set_random_seed`` and then makes the layers in the network's order.
    """
    recipe = plan.recipe
    keras.config.set_dtype_policy(recipe.precision)
    keras.utils.set_random_seed(recipe.seed)
    graph = plan.graph if recipe.precision == "float32" else with_float32_outputs(plan.graph)
    network = build_model(graph)
    compare_count(network, plan.graph)
    return Models(network, augmented(network, recipe))


def augmented(network: keras.Model, recipe: Recipe) -> keras.Model:
    """The network behind the augmentations, which act in training only."""
    if not recipe.data.augment:
        return network
    (tensor,) = network.inputs
    size = tensor.shape[1:]
    if any(layer.name == "RandomCrop" for layer in recipe.data.augment):
        size = (None, None, size[-1])
    inputs = images = keras.Input(size)
    for layer in recipe.data.augment:
        images = _augmentation(layer)(images)
    return keras.Model(inputs, network(images), name=f"augmented_{network.name}")


NOT_TRACED = ("RandomCrop",)
"""Augmentations that JAX cannot compile: Keras cuts with sizes that are tensors."""


def _augmentation(configured: Configured) -> Any:
    """A layer that changes images. Keras has half of them marked as not to be compiled, which holds
    for TensorFlow's XLA. JAX compiles them, and a step that it does not takes a hundred times as
    long.
    """
    layer = getattr(keras.layers, configured.name)(**configured.arguments, dtype="float32")
    if keras.backend.backend() == "jax" and configured.name not in NOT_TRACED:
        layer.supports_jit = True
    return layer


def with_float32_outputs(graph: Graph) -> Graph:
    """The graph with its last layers in float32, as Keras advises under mixed precision."""
    last = set(graph.outputs.values())

    def changed(node: Node) -> Node:
        if node.name not in last or node.layer.dtype is not None:
            return node
        layer = type(node.layer)(**{**node.layer.arguments, "dtype": "float32"})
        return node._replace(layer=layer)

    return replace(graph, nodes=tuple(map(changed, graph.nodes)))


def compile_model(models: Models, plan: TrainingPlan) -> None:
    """Give the model its optimizer, losses and metrics, as ``keras.Model.compile`` does."""
    recipe, graph = plan.recipe, plan.graph
    steps = plan.steps
    losses = losses_of(recipe, graph)
    metrics = metrics_of(recipe.fit, list(graph.outputs))
    several = len(graph.outputs) > 1
    made = {output: made_object(losses[output].loss, steps) for output in graph.outputs}
    measured = {output: _made_metrics(metrics[output], steps) for output in graph.outputs}
    models.trained.compile(
        optimizer=made_object(recipe.fit.optimizer, steps),
        loss=one_or_named(made),
        loss_weights={name: losses[name].weight for name in made} if several else None,
        metrics=one_or_named(measured),
    )


def _made_metrics(metrics: Sequence[Configured], steps: Steps) -> list[Any]:
    return [
        made_object(metric, steps, name=name)
        for metric, name in zip(metrics, metric_names(metrics), strict=True)
    ]


def made_object(configured: Configured, steps: Steps, **extra: Any) -> Any:
    """The object of Keras that a recipe names, its formulas evaluated."""
    module: Any = keras
    for step in configured.module.split("."):
        module = getattr(module, step)
    arguments = {name: _made(value, steps) for name, value in configured.arguments.items()}
    return getattr(module, configured.name)(**arguments, **extra)


def made_callback(configured: Configured, steps: Steps) -> Any:
    """The callback that a recipe names. Keras does not know of the numbers of one output among
    several whether more is better.
    """
    arguments = configured.arguments
    if arguments.get("mode", "auto") == "auto":
        mode = "max" if rises(arguments.get("monitor", "val_loss")) else "min"
        configured = replace(configured, arguments={**arguments, "mode": mode})
    return made_object(configured, steps)


def _made(value: Any, steps: Steps) -> Any:
    if isinstance(value, Configured):
        return made_object(value, steps)
    if isinstance(value, tuple):
        return [_made(element, steps) for element in value]
    return evaluated(value, steps)


def freeze(models: Models, plan: TrainingPlan, *, frozen: bool) -> None:
    """Freeze the layers at the recipe's paths, or let them train again."""
    names = layer_names(plan.graph)
    for path in plan.recipe.weights.freeze:
        for node in frozen_nodes(plan.graph, path):
            models.network.get_layer(names[node.weights_of or node.name]).trainable = not frozen
