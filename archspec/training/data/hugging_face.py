"""``hf:NAME`` → a data set of Hugging Face's hub, or of a folder on this machine, by the library
`datasets` (extra ``hf``). Its parts are the set's splits.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from archspec.training.data.columns import columns_of, contents_of, examples_of
from archspec.training.data.source import Contents, Examples, Locator, need, unfetched


class HuggingFace:
    """The splits of a data set. No code of the set is run: `datasets` reads data files alone."""

    def __init__(self, place: Locator) -> None:
        need("hf", "the library datasets", "datasets", "hf")
        self.name = f"hf:{place.name}"
        local = place.folder / place.name
        self.where = str(local) if local.is_dir() else place.name
        self.local = local.is_dir()

    def contents(self) -> Contents:
        """The rows of each split, the shape of an example, the names of classes."""
        return contents_of(self.name, self.parts, self.names)

    def examples(self, part: str) -> Examples:
        """The rows of a split."""
        return self.parts[part]

    @cached_property
    def splits(self) -> Any:
        """The data set, by split. Raises `Unusable` where it cannot be loaded."""
        import datasets  # noqa: PLC0415 - of an extra

        try:
            if self.local and (Path(self.where) / "dataset_dict.json").exists():
                return datasets.load_from_disk(self.where)
            return datasets.load_dataset(self.where)
        except Exception as error:
            # Hubs, files and networks fail with classes of half a dozen libraries.
            raise unfetched(f"`{self.name}` could not be loaded", error) from error

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the classes, where the data set states them."""
        features = next(iter(self.splits.values())).features
        label = features[columns_of(self.name, list(features)).y]
        return tuple(getattr(label, "names", None) or ())

    @cached_property
    def parts(self) -> dict[str, Examples]:
        """The examples of each split. Raises `Unusable`."""
        return {str(name): self._read(str(name), split) for name, split in self.splits.items()}

    def _read(self, part: str, split: Any) -> Examples:
        import datasets  # noqa: PLC0415 - of an extra

        columns = columns_of(self.name, list(split.features))
        if isinstance(split.features[columns.x], datasets.Image):
            split = split.cast_column(columns.x, datasets.Image(decode=False))
        return examples_of(self.name, part, split[columns.x], split[columns.y])
