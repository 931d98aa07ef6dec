"""``parquet:FILE`` → the rows of a Parquet file, the part ``all``; ``parquet:DIR`` → a part for
each file in it, ``train.parquet`` or ``train-00000-of-00002.parquet``. Needs pyarrow (extra
``parquet``).
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any

from archspec.spelling import listed_names
from archspec.training.data.columns import columns_of, contents_of, examples_of
from archspec.training.data.source import Contents, Examples, Locator, Unusable, need

SHARD = re.compile(r"-\d+-of-\d+$")
"""What tells the files of one part apart, as Hugging Face names them."""


class Parquet:
    """The rows of Parquet files, read with pyarrow."""

    def __init__(self, place: Locator) -> None:
        need("parquet", "pyarrow", "pyarrow", "parquet")
        self.name = f"parquet:{place.name}"
        self.path = place.folder / place.name

    def contents(self) -> Contents:
        """The rows of each part, and the shape of the first example."""
        return contents_of(self.name, self.parts)

    def examples(self, part: str) -> Examples:
        """The rows of a part."""
        return self.parts[part]

    @cached_property
    def parts(self) -> dict[str, Examples]:
        """The examples of each part. Raises `Unusable`."""
        return {part: self._read(part, files) for part, files in self._files().items()}

    def _files(self) -> dict[str, list[Path]]:
        if not self.path.is_dir():
            return {"all": [self.path]}
        files: dict[str, list[Path]] = {}
        for path in sorted(self.path.glob("*.parquet")):
            files.setdefault(SHARD.sub("", path.stem), []).append(path)
        if not files:
            raise Unusable(f"`{self.path}` holds no `.parquet` files")
        return files

    def _read(self, part: str, files: list[Path]) -> Examples:
        tables = [_table(path) for path in files]
        names = tables[0].column_names
        for path, table in zip(files, tables, strict=True):
            if table.column_names != names:
                what = f"`{path}` has the columns {listed_names(table.column_names)}"
                raise Unusable(what, f"`{files[0]}` has {listed_names(names)}")
        columns = columns_of(self.name, names)
        x = [value for table in tables for value in table[columns.x].to_pylist()]
        y = [value for table in tables for value in table[columns.y].to_pylist()]
        return examples_of(self.name, part, x, y)


def _table(path: Path) -> Any:
    import pyarrow  # noqa: PLC0415 - of an extra
    from pyarrow import parquet  # noqa: PLC0415 - of an extra

    try:
        return parquet.read_table(path)
    except (OSError, pyarrow.ArrowException) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Unusable(f"`{path}` could not be read as Parquet: {reason}") from error
