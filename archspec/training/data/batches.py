"""Examples → the batches of Keras's ``fit``, as a `tf.data.Dataset`: gathered in the order of each
epoch, scaled, resized, and given to each output of a network.

The batches are the same with every backend of Keras. Those of a training go through all epochs in
one endless row, from any step on; those of a validation are gone through once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy
import tensorflow as tf

from archspec.backends.keras.ends import one_or_named
from archspec.training.data.order import order
from archspec.training.data.source import Examples
from archspec.training.recipe import Data

PREPARED = 256 * 2**20
"""Bytes of resized or standardized images that are kept, rather than made anew in every epoch."""

as_written = tf.autograph.experimental.do_not_convert
"""What is called in a graph has no Python that depends on tensors, and need not be read again."""


@dataclass(frozen=True)
class Batches:
    """How a recipe's examples become batches.

    ``size`` is height and width to resize to, ``channels`` how many images are to have (``None``:
    as they are), ``categorical`` says of each output whether its
    labels are one number a class (there are ``classes``), ``worker`` is this worker's number and
    how many share each batch.
    """

    data: Data
    size: tuple[int, int] | None
    channels: int | None
    categorical: Mapping[str, bool]
    classes: int | None
    worker: tuple[int, int] = (0, 1)

    def of_training(self, examples: Examples, seed: int, epoch: int, step: int) -> tf.data.Dataset:
        """The batches from a step of an epoch (both from 0) on, without an end."""
        number = len(examples.y)

        def rows(current: numpy.int64) -> numpy.ndarray:
            numbers = order(seed, int(current), number, shuffle=self.data.shuffle)
            return numbers[step * self.data.batch_size if current == epoch else 0 :]

        def batches(current: tf.Tensor) -> tf.data.Dataset:
            numbers = tf.numpy_function(rows, [current], tf.int64)
            numbers.set_shape([None])
            return self._cut(tf.data.Dataset.from_tensor_slices(numbers), number)

        epochs = tf.data.Dataset.range(epoch, numpy.iinfo(numpy.int64).max)
        return self._made(epochs.flat_map(as_written(batches)), examples)

    def in_order(self, examples: Examples) -> tf.data.Dataset:
        """The batches of a validation: all examples once, in their order."""
        numbers = tf.data.Dataset.range(len(examples.y))
        return self._made(self._cut(numbers, len(examples.y), whole=True), examples)

    def _cut(self, rows: tf.data.Dataset, number: int, *, whole: bool = False) -> tf.data.Dataset:
        """Rows as batches; ``whole`` keeps a last one with fewer. Where none has fewer their size
        is known to TensorFlow, as it is in a ``fit`` on arrays: other operations are chosen then,
        and so other last bits.
        """
        size = self.data.batch_size
        alike = number % size == 0 or (self.data.drop_remainder and not whole)
        return rows.batch(size, drop_remainder=alike)

    def _made(self, numbers: tf.data.Dataset, examples: Examples) -> tf.data.Dataset:
        x, y, change = self._prepared(examples)
        if self.worker[1] > 1:
            numbers = numbers.map(as_written(self._share))

        def batch(rows: tf.Tensor) -> Any:
            return change(tf.gather(x, rows)), self._labels(tf.gather(y, rows))

        made = numbers.map(as_written(batch), num_parallel_calls=tf.data.AUTOTUNE)
        options = tf.data.Options()
        options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
        options.threading.private_threadpool_size = 0  # as many threads as there are processors
        return made.with_options(options).prefetch(tf.data.AUTOTUNE)

    def _share(self, rows: tf.Tensor) -> tf.Tensor:
        """This worker's part of a batch: consecutive rows."""
        number, workers = self.worker
        share = tf.shape(rows)[0] // workers
        return rows[number * share : (number + 1) * share]

    def _prepared(self, examples: Examples) -> tuple[tf.Tensor, tf.Tensor, Callable[[Any], Any]]:
        """Images, labels, and what is still to be done to a batch of the images."""
        with tf.device("CPU"):
            x, y = tf.constant(examples.x), tf.constant(examples.y)
            change = _decoding(examples, self.changed)
            if examples.decode or not self._is_kept(x):
                return x, y, change
            parts = [self.changed(x[at : at + CHUNK]) for at in range(0, len(examples.y), CHUNK)]
            return tf.concat(parts, 0), y, lambda images: images

    def _is_kept(self, x: tf.Tensor) -> bool:
        """Whether changing the images once is worth the memory."""
        if self.size is None and self.data.standardize is None:
            return False
        sizes = [x.shape[0], *(self.size or x.shape[1:3]), self.channels or x.shape[3]]
        return int(numpy.prod(sizes)) * 4 <= PREPARED

    def changed(self, images: tf.Tensor) -> tf.Tensor:
        """A batch of images as float32, with other channels, scaled or standardized, resized."""
        images = tf.cast(images, tf.float32)
        if self.channels is not None and images.shape[-1] != self.channels:
            gray = images.shape[-1] == 1
            change = tf.image.grayscale_to_rgb if gray else tf.image.rgb_to_grayscale
            images = change(images)
        if self.data.scale is not None:
            above, below = self.data.scale
            images = images if above == 1 else images * above
            images = images if below == 1 else images / below
        if self.data.standardize is not None:
            images = tf.image.per_image_standardization(images)
        if self.size is not None and tuple(images.shape[1:3]) != self.size:
            images = tf.image.resize(images, self.size)
        return images

    def _labels(self, labels: tf.Tensor) -> Any:
        """The labels of each output, those for a categorical loss as one number a class."""
        made = {
            output: tf.one_hot(labels, self.classes) if categorical else labels
            for output, categorical in self.categorical.items()
        }
        return one_or_named(made)


CHUNK = 256
"""Images that are changed at once."""


def _decoding(examples: Examples, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    if examples.decode is None:
        return change
    decode = examples.decode

    def decoded(files: tf.Tensor) -> tf.Tensor:
        def one(file: tf.Tensor) -> tf.Tensor:
            return change(decode(file)[tf.newaxis])[0]

        return tf.map_fn(one, files, fn_output_signature=tf.float32)

    return decoded
