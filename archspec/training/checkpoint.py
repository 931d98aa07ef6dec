"""The state of a training ↔ one file: every variable of its model, optimizer and metrics, the
random numbers' states among them, what its callbacks remember, and how far it is.

The file is an ``.npz`` that is written beside, flushed to the disk and renamed; the one before it
is kept as ``previous.npz``. A file that was cut short is seen by its checksums.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy

LAST, PREVIOUS = "last.npz", "previous.npz"


@dataclass
class Progress:
    """How far a training is: it has ended ``epoch`` epochs and ``step`` steps of the next.

    ``history`` has a row of numbers for each ended epoch, ``best`` the best of the number that
    the best model is chosen by, ``stopped`` says that a callback has ended the training, and
    ``seconds`` how long it took so far.
    """

    epoch: int = 0
    step: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best: float | None = None
    stopped: bool = False
    seconds: float = 0.0


@dataclass
class CheckpointState:
    """What a checkpoint holds: arrays by name, what callbacks remember, progress, and the
    hashes of the recipe and the spec that it belongs to.
    """

    arrays: dict[str, numpy.ndarray]
    callbacks: dict[str, Any]
    progress: Progress
    hashes: Mapping[str, str]


class Damaged(Exception):
    """A file is no checkpoint, or not all of one."""


def save(folder: Path, state: CheckpointState) -> None:
    """Write a checkpoint. Raises `OSError` where the disk refuses; the one before is whole then."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".last.{os.getpid()}.npz"
    try:
        with beside.open("wb") as file:
            numpy.savez(file, **_packed(state))  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            (folder / LAST).replace(folder / PREVIOUS)
        beside.replace(folder / LAST)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _packed(state: CheckpointState) -> dict[str, numpy.ndarray]:
    """The arrays, those of types that numpy does not know as bytes, and all the rest as JSON."""
    others = {name: array for name, array in state.arrays.items() if array.dtype.kind == "V"}
    dtypes = {name: (str(array.dtype), array.shape) for name, array in others.items()}
    arrays = {
        **state.arrays,
        **{name: numpy.frombuffer(array.tobytes(), numpy.uint8) for name, array in others.items()},
    }
    rest = {
        "callbacks": state.callbacks,
        "progress": asdict(state.progress),
        "hashes": dict(state.hashes),
        "dtypes": dtypes,
    }
    return {**arrays, META: numpy.frombuffer(json.dumps(rest).encode(), numpy.uint8)}


META = "meta.json"


def as_bytes(state: CheckpointState) -> bytes:
    """A checkpoint as the bytes of its file."""
    file = io.BytesIO()
    numpy.savez(file, **_packed(state))  # type: ignore[arg-type]
    return file.getvalue()


def load(source: Path | IO[bytes]) -> CheckpointState:
    """Read a checkpoint. Raises `Damaged`."""
    try:
        with numpy.load(source, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        rest = json.loads(arrays.pop(META).tobytes().decode())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise Damaged(str(error)) from error
    for name, (dtype, shape) in rest["dtypes"].items():
        arrays[name] = numpy.frombuffer(arrays[name].tobytes(), _dtype(dtype)).reshape(shape)
    return CheckpointState(arrays, rest["callbacks"], Progress(**rest["progress"]), rest["hashes"])


def _dtype(name: str) -> Any:
    import ml_dtypes  # noqa: PLC0415 - comes with Keras, and only its own types need it

    return getattr(ml_dtypes, name)


def newest(folder: Path) -> tuple[CheckpointState | None, list[str]]:
    """The newest checkpoint that can be read, and what is wrong with a newer one."""
    troubles: list[str] = []
    for name in (LAST, PREVIOUS):
        path = folder / name
        if not path.exists():
            continue
        try:
            return load(path), troubles
        except Damaged as error:
            troubles.append(f"{path} is damaged: {' '.join(str(error).split())[:100]}")
    return None, troubles


def leftovers(folder: Path) -> list[Path]:
    """Files that a killed training was writing."""
    return sorted(folder.glob(".last.*.npz"))
