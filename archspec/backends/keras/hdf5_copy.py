"""A file with a Keras model or its weights, from anywhere → a plain copy of what is needed of it.

`bounded_task` runs this in a process of its own: whatever a file does to HDF5, it does to that
process, whose time and memory are bounded. Groups and arrays of plain numbers that lie in the file
itself are copied, each once; links, values in other files and everything else is refused.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

MEMBERS = 200_000
DEPTH = 60
NAMES = ("name", "dtype", "layer_names", "weight_names", "backend", "keras_version")
"""Attributes that are copied; a long list is cut up, into ``layer_names0``, ``layer_names1``."""

WITHOUT = ("optimizer", "optimizer_weights")
"""Groups that are of no use without the training that they belong to."""

BLOCK = 32_000_000
"""Bytes that are copied at a time."""

CONFIG = 100_000_000
"""Bytes of the description of a model's layers."""


class NotCopied(Exception):
    """The file holds what is not read, or more than is read; its message says which."""


# Tasks


def copy_weights(source: Path, target: Path, size: int) -> None:
    """The weights of a file, as HDF5."""
    import h5py  # noqa: PLC0415 - the bounds are set first

    with _opened(_weights_of(source, target, size)) as file, h5py.File(target, "w") as copy:
        _copy_names(file, copy)
        for path, member in _Members(h5py, size).of(file):
            if isinstance(member, h5py.Group):
                _copy_names(member, copy.create_group(path))
            else:
                _copy_names(member, _copy_array(member, copy, path))


def copy_config(source: Path, target: Path, size: int) -> None:
    """The description of the layers in a ``.keras`` or ``.h5`` file, as JSON."""
    if source.suffix in (".h5", ".hdf5"):
        target.write_text(_model_config(source), encoding="utf-8")
        return
    with zipfile.ZipFile(source) as archive, target.open("wb") as file:
        _extract(archive, "config.json", file, min(size, CONFIG))


def copy_shapes(source: Path, target: Path, size: int) -> None:
    """The shapes and dtypes of the arrays in a file of weights, by their paths, as JSON."""
    import h5py  # noqa: PLC0415 - the bounds are set first

    with _opened(_weights_of(source, target, size)) as file:
        arrays = {
            path: [list(member.shape), str(member.dtype)]
            for path, member in _Members(h5py, size).of(file)
            if isinstance(member, h5py.Dataset)
        }
    target.write_text(json.dumps(arrays), encoding="utf-8")


TASKS = {"weights": copy_weights, "config": copy_config, "shapes": copy_shapes}


def _weights_of(source: Path, target: Path, size: int) -> Path:
    """The HDF5 file with the weights: of a ``.keras`` file, one that is extracted beside the
    target.
    """
    if source.suffix != ".keras":
        return source
    whole = target.with_suffix(".whole")
    with zipfile.ZipFile(source) as archive, whole.open("wb") as file:
        _extract(archive, "model.weights.h5", file, size)
    return whole


def _extract(archive: zipfile.ZipFile, name: str, target: IO[bytes], size: int) -> None:
    try:
        member = archive.open(name)
    except KeyError:
        raise NotCopied(f"it has no `{name}`") from None
    with member:
        while block := member.read(1_000_000):
            size -= len(block)
            if size < 0:
                raise NotCopied(f"its `{name}` is far larger than the file")
            target.write(block)


# HDF5


def _opened(source: Path) -> Any:
    import h5py  # noqa: PLC0415 - the bounds are set first

    with source.open("rb") as file:  # for the system's own reason, which HDF5 hides
        if not file.read(1):
            raise NotCopied("it is empty")
    try:
        return h5py.File(source, "r")
    except OSError:
        raise NotCopied("it is not HDF5") from None


def _model_config(source: Path) -> str:
    with _opened(source) as file:
        if "model_config" not in file.attrs:
            raise NotCopied("it holds weights, and no layers")
        config = file.attrs["model_config"]
    text = config.decode() if isinstance(config, bytes) else str(config)
    if len(text) > CONFIG:
        raise NotCopied(f"the description of its layers is larger than {CONFIG:,} characters")
    return text


class _Members:
    """Goes through the groups and arrays of a file, and counts them and their bytes."""

    def __init__(self, h5py: Any, size: int) -> None:
        self.h5py = h5py
        self.left = size
        self.seen: set[Any] = set()

    def of(self, group: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
        """The path and value of each group and array in a group, a group before what it holds.
        Raises `NotCopied` for anything else.
        """
        if depth > DEPTH:
            raise NotCopied(f"its groups are more than {DEPTH} deep")
        for name in group:
            if depth == 0 and name in WITHOUT:
                continue
            inside = f"{path}/{name}".lstrip("/")
            if not isinstance(group.get(name, getlink=True), self.h5py.HardLink):
                raise NotCopied(f"`{inside}` is a link")
            member = group[name]
            self._count(member, inside)
            if isinstance(member, self.h5py.Group):
                yield inside, member
                yield from self.of(member, inside, depth + 1)
            elif isinstance(member, self.h5py.Dataset):
                self._count_bytes(member, inside)
                yield inside, member
            else:
                raise NotCopied(f"`{inside}` is neither a group nor an array")

    def _count(self, member: Any, path: str) -> None:
        info = self.h5py.h5o.get_info(member.id)
        if (info.fileno, info.addr) in self.seen:
            raise NotCopied(f"`{path}` stands in it under another name too")
        self.seen.add((info.fileno, info.addr))
        if len(self.seen) > MEMBERS:
            raise NotCopied(f"it holds more than {MEMBERS:,} groups and arrays")

    def _count_bytes(self, array: Any, path: str) -> None:
        if array.is_virtual or array.external:
            raise NotCopied(f"the values of `{path}` are in another file")
        if array.shape is None or not _is_plain(array):
            raise NotCopied(f"`{path}` holds no plain numbers")
        self.left -= array.size * array.dtype.itemsize
        if self.left < 0:
            raise NotCopied("its weights are far larger than the file")


def _copy_names(member: Any, copy: Any) -> None:
    """Copy the names that a group or an array gives."""
    for name in member.attrs:
        if name.rstrip("0123456789") in NAMES:
            value = member.attrs[name]
            if isinstance(value, str | bytes) or getattr(value, "dtype", None) is not None:
                copy.attrs[name] = value


def _copy_array(array: Any, copy: Any, path: str) -> Any:
    """Copy an array into the file ``copy``, part by part."""
    result = copy.create_dataset(path, array.shape, array.dtype)
    for part in _parts(array.shape, array.dtype.itemsize):
        result[part] = array[part]
    return result


def _is_plain(array: Any) -> bool:
    """Whether an array is one of numbers; for HDF5 ``bfloat16`` is two bytes without a meaning."""
    dtype = array.dtype
    if dtype.kind == "V":
        return bool(dtype.itemsize == 2 and array.attrs.get("dtype") == "bfloat16")
    return bool(dtype.kind in "biuf" and dtype.itemsize <= 8)


def _parts(shape: tuple[int, ...], itemsize: int) -> Iterator[Any]:
    """Parts of an array, some of its first axis, that are not too large."""
    if not shape:
        yield ()
        return
    row = itemsize
    for extent in shape[1:]:
        row *= extent
    rows = max(1, BLOCK // max(1, row))
    for start in range(0, shape[0], rows):
        yield slice(start, min(start + rows, shape[0]))
