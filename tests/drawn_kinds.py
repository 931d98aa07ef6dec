"""The class of the kind that drawn specs declare (`tests.drawn_specs`)."""

from __future__ import annotations

from typing import Any

import keras


class Gain(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A learned factor for each channel, and one that is not."""

    def __init__(self, factor: float = 1.0, **options: Any) -> None:
        super().__init__(**options)
        self.factor = factor

    def build(self, shape: Any) -> None:
        self.gain = self.add_weight(name="gain", shape=(shape[-1],), initializer="ones")

    def call(self, x: Any) -> Any:
        return x * self.gain * self.factor
