"""A recipe and a network → the names of the numbers that Keras reports of an epoch."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archspec.graph import Graph
from archspec.layers.types import Configured
from archspec.training.recipe import ALL_OUTPUTS, FitOptions

ACCURACIES = ("SparseCategoricalAccuracy", "CategoricalAccuracy", "BinaryAccuracy")
"""The metrics that people call accuracy: a recipe's first of them is reported as ``accuracy``."""

OWN_NAMES = {"LogCoshError": "logcosh", "FBetaScore": "fbeta_score"}
"""Metrics that Keras gives another name than their class in lower case."""


def metric_names(metrics: Sequence[Configured]) -> list[str]:
    """What the metrics of one output are called."""
    names: list[str] = []
    for metric in metrics:
        accuracy = metric.name in ACCURACIES and "accuracy" not in names
        names.append("accuracy" if accuracy else keras_name(metric.name))
    return names


def keras_name(name: str) -> str:
    """The name that Keras gives a metric of a class: ``top_k_categorical_accuracy``."""
    if name in OWN_NAMES:
        return OWN_NAMES[name]
    words = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def metrics_of(fit: FitOptions, outputs: Sequence[str]) -> dict[str, tuple[Configured, ...]]:
    """The metrics of each output."""
    shared = fit.metrics.get(ALL_OUTPUTS, ())
    return {name: fit.metrics.get(name, shared) for name in outputs}


def reported(fit: FitOptions, graph: Graph, *, validated: bool) -> list[str]:
    """The names of an epoch's numbers, those of validation too where there is one."""
    several = len(graph.outputs) > 1
    names = ["loss"]
    if several:
        names += [f"{output}_loss" for output in graph.outputs]
    for output, metrics in metrics_of(fit, list(graph.outputs)).items():
        prefix = f"{output}_" if several else ""
        names += [f"{prefix}{name}" for name in metric_names(metrics)]
    return [*names, *(f"val_{name}" for name in names if validated)]


RISING = (
    *("accuracy", "auc", "precision", "recall", "score", "sensitivity", "specificity"),
    *("similarity", "true_positives", "true_negatives"),
)
"""How the names of those metrics end of which more is better."""


def rises(name: str) -> bool:
    """Whether more is better of a number of that name, which may begin with an output's."""
    return name.endswith(RISING)
