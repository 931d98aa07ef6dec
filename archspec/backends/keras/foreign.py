"""A file from anywhere, with a Keras model or its weights → a plain copy that may be opened here.

The file is read by a process of its own, `bounded_task`, with bounds on its time, memory and what
it copies: a file can be made, or damaged, so that HDF5 reads other files, takes any memory, never
ends or crashes.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from archspec.backends.keras import bounded_task, hdf5_copy

MEMORY = 4_000_000_000
"""Bytes of memory, the libraries' own included, that reading a file may take."""

SECONDS = 60
SPEED = 10_000_000
"""A file may take `SECONDS`, and a second more for as many bytes."""

LARGER = 20
SMALL = 100_000_000
"""The data of a file may be so many times as large as the file, or `SMALL` bytes."""

START = (
    "import json, runpy, sys; sys.path[:] = json.loads(sys.argv.pop(1)); sys.argv.pop(0);"
    " runpy.run_path(sys.argv[0], run_name='__main__')"
)
"""Runs a file with the paths of this process, and without importing the package."""


class UnreadableFile(Exception):
    """What a file holds is not read; its message says why."""


@contextmanager
def weights_of(path: Path) -> Iterator[Path]:
    """An HDF5 file with the weights of a ``.keras``, ``.weights.h5`` or ``.h5`` file, while the
    context lasts. Raises `UnreadableFile`, or `OSError` where the system refuses.
    """
    with TemporaryDirectory(prefix="archspec-") as folder:
        copy = Path(folder) / "copy.weights.h5"
        run_task(HDF5, "weights", path, copy)
        yield copy


def config_of(path: Path) -> str:
    """Keras's JSON of the model in a ``.keras``, ``.h5`` or ``.json`` file.

    Raises as `weights_of`.
    """
    if path.suffix == ".json":
        _check(path)
        if path.stat().st_size > hdf5_copy.CONFIG:
            raise UnreadableFile(f"it is larger than {hdf5_copy.CONFIG:,} bytes")
        return path.read_text(encoding="utf-8", errors="replace")
    with TemporaryDirectory(prefix="archspec-") as folder:
        copy = Path(folder) / "config.json"
        run_task(HDF5, "config", path, copy)
        return copy.read_text(encoding="utf-8", errors="replace")


def shapes_of(path: Path) -> dict[str, tuple[tuple[int, ...], str]]:
    """The shapes and dtypes of the arrays of weights in a ``.keras`` or ``.h5`` file, by their
    paths in it. Raises as `weights_of`.
    """
    with TemporaryDirectory(prefix="archspec-") as folder:
        copy = Path(folder) / "shapes.json"
        run_task(HDF5, "shapes", path, copy)
        arrays = json.loads(copy.read_text(encoding="utf-8"))
    return {name: (tuple(shape), str(dtype)) for name, (shape, dtype) in arrays.items()}


def _check(path: Path) -> None:
    """Raise `OSError` unless a path is a file that can be read; a pipe would be waited for."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise UnreadableFile("it is a device or a pipe, and no file")
    with path.open("rb"):
        pass


class Tasks(NamedTuple):
    """The file with the tasks on files of some format, and the library that reads those."""

    path: str
    library: str


HDF5 = Tasks(hdf5_copy.__file__, "HDF5")


def run_task(tasks: Tasks, task: str, source: Path, target: Path) -> None:
    """Do a task on a file from anywhere, within bounds. Raises as `weights_of`."""
    _check(source)
    size = source.stat().st_size
    seconds = SECONDS + size // SPEED
    bounds = MEMORY, seconds, max(SMALL, LARGER * size)
    program = [sys.executable, "-c", START, json.dumps(sys.path), bounded_task.__file__]
    arguments = [tasks.path, task, str(source.absolute()), str(target), *map(str, bounds)]
    process = subprocess.Popen(
        [*program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HDF5_PLUGIN_PRELOAD": "::", "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,  # Ctrl-C is ours to heed
    )
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise UnreadableFile(_takes_too_long(seconds)) from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode == bounded_task.REFUSED:
        raise UnreadableFile(str(json.loads(output)))
    if process.returncode == -getattr(signal, "SIGXCPU", 0):
        raise UnreadableFile(_takes_too_long(seconds))
    if process.returncode:
        raise UnreadableFile(f"{tasks.library} crashes, the file is damaged")


def _takes_too_long(seconds: int) -> str:
    return f"reading it takes more than {seconds} seconds, the file is damaged"
