"""``tfds:NAME`` → a data set of TensorFlow Datasets, by its name or the folder of a prepared one
(extra ``tfds``). Its parts are the set's splits.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy

from archspec.training.data.arrays import Arrays, checked
from archspec.training.data.columns import Columns, columns_of, contents_of, examples_of
from archspec.training.data.source import Contents, Examples, Locator, need, unfetched


class TensorflowDataset:
    """The splits of a data set, in the order of its files."""

    def __init__(self, place: Locator) -> None:
        need("tfds", "TensorFlow Datasets", "tensorflow_datasets", "tfds")
        self.name = f"tfds:{place.name}"
        self.where = place.name
        self.local = place.folder / place.name

    def contents(self) -> Contents:
        """The rows of each split, the shape of an example, the names of classes."""
        return contents_of(self.name, self.parts, self.names)

    def examples(self, part: str) -> Examples:
        """The rows of a split."""
        return self.parts[part]

    @cached_property
    def builder(self) -> Any:
        """What reads the set, prepared. Raises `Unusable`."""
        import tensorflow_datasets  # noqa: PLC0415 - of an extra

        try:
            if self.local.is_dir():
                return tensorflow_datasets.builder_from_directory(self.local)
            builder = tensorflow_datasets.builder(self.where)
            builder.download_and_prepare()
            return builder
        except Exception as error:
            # Names, files and networks fail with classes of half a dozen libraries.
            raise unfetched(f"`{self.name}` could not be loaded", error) from error

    @cached_property
    def columns(self) -> Columns:
        """The features of examples and of labels: those that the set says, else by their names."""
        keys = self.builder.info.supervised_keys
        if keys is not None and len(keys) == 2 and all(isinstance(key, str) for key in keys):
            return Columns(*keys)
        return columns_of(self.name, list(self.builder.info.features))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the classes, where the data set states them."""
        label = self.builder.info.features[self.columns.y]
        return tuple(getattr(label, "names", None) or ())

    @cached_property
    def parts(self) -> dict[str, Examples]:
        """The examples of each split. Raises `Unusable`."""
        return {str(name): self._read(str(name)) for name in self.builder.info.splits}

    def _read(self, part: str) -> Examples:
        import tensorflow_datasets as tfds  # noqa: PLC0415 - of an extra

        x, y = self.columns
        feature = self.builder.info.features[x]
        images = isinstance(feature, tfds.features.Image) and None in feature.shape
        decoders = {x: tfds.decode.SkipDecoding()} if images else None
        rows = list(tfds.as_numpy(self.builder.as_dataset(split=part, decoders=decoders)))
        if images:
            return examples_of(self.name, part, [row[x] for row in rows], [row[y] for row in rows])
        arrays = Arrays(
            numpy.array([row[x] for row in rows]), numpy.array([row[y] for row in rows])
        )
        return Examples(*checked(self.name, part, arrays))
