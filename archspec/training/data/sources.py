"""``source:`` of a recipe → the source that its prefix names."""

from __future__ import annotations

from collections.abc import Callable, Collection
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from archspec.spelling import did_you_mean, listed_names
from archspec.training.data.source import Locator, Source, Unusable


class SourceKind(NamedTuple):
    """A kind of source: its class, as ``module:name`` (loaded when it is used), and how it is
    written.
    """

    where: str
    written: str


SOURCES = {
    "digits": SourceKind("digits:Digits", "digits"),
    "keras": SourceKind("keras_datasets:KerasDataset", "keras:NAME"),
    "npz": SourceKind("npz:Npz", "npz:FILE"),
    "folder": SourceKind("folder:Folder", "folder:DIR"),
    "python": SourceKind("python_function:PythonFunction", "python:MODULE:FUNCTION"),
    "tfds": SourceKind("tensorflow_datasets:TensorflowDataset", "tfds:NAME"),
    "hf": SourceKind("hugging_face:HuggingFace", "hf:NAME"),
    "parquet": SourceKind("parquet:Parquet", "parquet:FILE"),
}
"""The kinds of sources by their prefix."""


def source(text: str, folder: Path, trusted: Collection[str] = ()) -> Source:
    """The source that a text names, ``keras:mnist``; paths are relative to ``folder``, and code
    is run of the modules ``trusted`` alone. Raises `Unusable`.
    """
    prefix, _, name = text.partition(":")
    if prefix not in SOURCES:
        written = [row.written for row in SOURCES.values()]
        help = did_you_mean(prefix, SOURCES) or f"there are {listed_names(written)}"
        raise Unusable(f"there is no source `{text}`", help)
    row = SOURCES[prefix]
    if ":" in row.written and not name:
        raise Unusable(f"`{text}` names no data", f"write `{row.written}`")
    module, _, called = row.where.partition(":")
    made: Callable[[Locator], Any] = getattr(
        import_module(f"archspec.training.data.{module}"), called
    )
    return made(Locator(name, folder, trusted))  # type: ignore[no-any-return]
