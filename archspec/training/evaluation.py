"""A trained network and the examples of its recipe → its numbers on them."""

from __future__ import annotations

from pathlib import Path

import keras

from archspec.backends.keras import layers  # noqa: F401 - registers the layers that Keras lacks
from archspec.training import model
from archspec.training.examples import batches_of, read
from archspec.training.plan import TrainingPlan
from archspec.training.recipe import Portion


def numbers(planned: TrainingPlan, path: Path, portion: Portion) -> dict[str, float]:
    """Loss and metrics of a model's file on a portion of the data."""
    network = keras.models.load_model(path, compile=False)
    model.compile_model(model.Models(network, network), planned)
    examples = batches_of(planned).in_order(read(planned, portion))
    results = network.evaluate(examples, verbose=0, return_dict=True)
    return {name: float(value) for name, value in results.items()}
