"""``folder:DIR`` → images in folders of their classes: ``DIR/train/cat/1.jpg``, and beside
``train`` other parts such as ``validation`` and ``test``; or ``DIR/cat/1.jpg``, the one part
``all``.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy

from archspec.files import reason
from archspec.spelling import listed_names
from archspec.training.data.images import ENDINGS, Decoder, channels_of, check_files
from archspec.training.data.order import order
from archspec.training.data.source import Contents, Examples, Locator, Unusable

PARTS = ("train", "validation", "val", "valid", "test")
"""Folders that are parts of a set, where ``train`` is among them."""

LAYOUT = "put the images of each class into a folder of its own, such as `train/cat/1.jpg`"


class ImageFiles(NamedTuple):
    """The files of a part, and the class of each by its number."""

    files: list[Path]
    labels: list[int]


class Folder:
    """Images by class, the classes in the order of their names.

    The files of a part are in an order that is mixed, and the same on every machine: that of
    their names, permuted with seed 0, so that ``rows`` of it hold all classes.
    """

    def __init__(self, place: Locator) -> None:
        self.path = place.folder / place.name

    def contents(self) -> Contents:
        """Images of any height and width, gray where the first of them is."""
        parts = {name: len(part.files) for name, part in self.parts.items()}
        advice = "add `resize: input`"
        shape = (None, None, self.channels)
        return Contents(parts, shape, "uint8", len(self.classes), self.classes, advice)

    def examples(self, part: str) -> Examples:
        """The paths of a part's images, with what decodes them."""
        files, labels = self.parts[part]
        check_files(files)
        paths = numpy.array([str(path) for path in files], dtype=object)
        decoder = Decoder(self.channels, lambda path: f"`{path.decode()}`")
        return Examples(paths, numpy.array(labels, numpy.int64), decoder)

    @cached_property
    def channels(self) -> int:
        """1 where the first image is gray, else 3: all are decoded to as many."""
        return channels_of(next(iter(self.parts.values())).files[0])

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        return tuple(sorted({path.name for folder in self.folders.values() for path in folder}))

    @cached_property
    def folders(self) -> dict[str, list[Path]]:
        """The folders of classes, of each part. Raises `Unusable`."""
        inner = {path.name: path for path in _folders(self.path)}
        if not inner:
            raise Unusable(f"`{self.path}` holds no folders", LAYOUT)
        if "train" not in inner:
            return {"all": list(inner.values())}
        return {name: _folders(inner[name]) for name in PARTS if name in inner}

    @cached_property
    def parts(self) -> dict[str, ImageFiles]:
        """The files of each part. Raises `Unusable` for folders without images, and where parts
        have other classes.
        """
        first, *others = self.folders.values()
        for name, folders in self.folders.items():
            if not folders:
                raise Unusable(f"`{self.path / name}` holds no folders of classes", LAYOUT)
        trained = {path.name for path in first}
        for name, folders in zip(list(self.folders)[1:], others, strict=True):
            alone = sorted({path.name for path in folders} - trained)
            if alone:
                what = f"`{self.path / name}` has {listed_names(alone)}, which `train` lacks"
                raise Unusable(what, "parts must have the same classes")
        return {name: self._labelled(folders) for name, folders in self.folders.items()}

    def _labelled(self, folders: list[Path]) -> ImageFiles:
        pairs = []
        for folder in folders:
            files = _images(folder)
            if not files:
                endings = ", ".join(ENDINGS)
                raise Unusable(f"`{folder}` holds no images", f"images end in {endings}")
            pairs += [(path, self.classes.index(folder.name)) for path in files]
        mixed = [pairs[row] for row in order(0, 0, len(pairs))]
        return ImageFiles([path for path, _ in mixed], [label for _, label in mixed])


def _folders(path: Path) -> list[Path]:
    try:
        inner = sorted(path.iterdir())
    except OSError as error:
        what = f"`{path}` could not be read: {reason(error)}"
        raise Unusable(what, "paths are relative to the recipe") from error
    return [folder for folder in inner if folder.is_dir() and not folder.name.startswith(".")]


def _images(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in ENDINGS and not path.name.startswith(".") and path.is_file()
    )
