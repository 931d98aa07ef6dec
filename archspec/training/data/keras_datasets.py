"""``keras:cifar10`` → a data set of `keras.datasets`, which Keras fetches once and keeps."""

from __future__ import annotations

from typing import Any, NamedTuple

from archspec.spelling import did_you_mean, listed_names
from archspec.tensor import Shape
from archspec.training.data.arrays import Arrays, checked
from archspec.training.data.source import Contents, Examples, Locator, Unusable, unfetched


class Dataset(NamedTuple):
    """The sizes of a data set, as Keras's documentation gives them."""

    train: int
    test: int
    shape: Shape
    dtype: str
    classes: int | None
    names: tuple[str, ...] = ()


DATASETS = {
    "mnist": Dataset(60_000, 10_000, (28, 28, 1), "uint8", 10, tuple("0123456789")),
    "fashion_mnist": Dataset(
        60_000,
        10_000,
        (28, 28, 1),
        "uint8",
        10,
        (
            *("t-shirt", "trouser", "pullover", "dress", "coat"),
            *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
        ),
    ),
    "cifar10": Dataset(
        50_000,
        10_000,
        (32, 32, 3),
        "uint8",
        10,
        (
            *("airplane", "automobile", "bird", "cat", "deer"),
            *("dog", "frog", "horse", "ship", "truck"),
        ),
    ),
    "cifar100": Dataset(50_000, 10_000, (32, 32, 3), "uint8", 100),
    "california_housing": Dataset(16_512, 4_128, (8,), "float32", None),
}
"""The data sets of `keras.datasets` whose examples are of one shape."""


class KerasDataset:
    """A data set of `keras.datasets`, in its parts ``train`` and ``test``; images have an axis of
    channels.
    """

    def __init__(self, place: Locator) -> None:
        self.name = place.name
        if self.name not in DATASETS:
            near = did_you_mean(self.name, DATASETS)
            help = near or f"there are {listed_names(DATASETS)}"
            raise Unusable(f"archspec knows no data set `{self.name}` of Keras", help)
        self.loaded: dict[str, Arrays] | None = None

    def contents(self) -> Contents:
        """Its sizes, which are known without fetching it."""
        dataset = DATASETS[self.name]
        parts = {"train": dataset.train, "test": dataset.test}
        advice = "add `resize: input`" if len(dataset.shape) == 3 else ""
        return Contents(parts, dataset.shape, dataset.dtype, dataset.classes, dataset.names, advice)

    def examples(self, part: str) -> Examples:
        """The examples of a part; Keras fetches them where they are not on this machine."""
        if self.loaded is None:
            self.loaded = dict(zip(("train", "test"), _fetched(self.name), strict=True))
        x, y = checked(f"keras:{self.name}", part, self.loaded[part])
        shape = DATASETS[self.name].shape
        return Examples(x.reshape(len(x), *shape), y)


def _fetched(name: str) -> Any:
    import keras  # noqa: PLC0415 - facts are known without it

    try:
        return [Arrays(*pair) for pair in getattr(keras.datasets, name).load_data()]
    except Exception as error:
        # Keras raises a bare `Exception` for what it cannot fetch.
        raise unfetched(f"Keras could not fetch `{name}`", error) from error
