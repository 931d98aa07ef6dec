"""Files of weights that are made to read other files, to take any memory, or to confuse, and files
that are damaged: each is refused in a sentence, and nothing of it is loaded.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

from archspec.backends.keras import foreign
from archspec.backends.keras.foreign import UnreadableFile, config_of, weights_of

KERNEL = "layers/dense/vars/0"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    Path("secret.bin").write_bytes(numpy.full(12, 7.0, "float32").tobytes())
    with h5py.File("secret.h5", "w") as file:
        file["secret"] = numpy.full((4, 3), 7.0, "float32")
    yield


def external_storage(file: Any) -> None:
    place = file.require_group("layers/dense/vars")
    place.create_dataset("0", (4, 3), "float32", external=[("secret.bin", 0, 48)])


def virtual(file: Any) -> None:
    layout = h5py.VirtualLayout((4, 3), "float32")
    layout[:] = h5py.VirtualSource("secret.h5", "secret", (4, 3))
    file.require_group("layers/dense/vars").create_virtual_dataset("0", layout)


def external_link(file: Any) -> None:
    file[KERNEL] = h5py.ExternalLink("secret.h5", "secret")


def soft_link(file: Any) -> None:
    file["kernel"] = numpy.zeros((4, 3), "float32")
    file[KERNEL] = h5py.SoftLink("/kernel")


def cycle(file: Any) -> None:
    group = file.require_group("layers/dense")
    group["again"] = file["layers"]


def doubling(file: Any) -> None:
    """Paths in such a graph are two to the power of forty."""
    group = file.require_group("layers")
    for _ in range(40):
        inner = group.create_group("a")
        group["b"] = inner
        group = inner


def deep(file: Any) -> None:
    file.require_group("layers/" + "/".join("a" * 100))


def no_space(file: Any) -> None:
    file[KERNEL] = h5py.Empty("float32")


def numbers(dtype: str) -> Callable[[Any], None]:
    def write(file: Any) -> None:
        file[KERNEL] = numpy.zeros((4, 3), dtype)

    return write


def words(file: Any) -> None:
    file.require_group("layers/dense/vars").create_dataset("0", data=["kernel"] * 12)


def references(file: Any) -> None:
    place = file.require_group("layers/dense/vars")
    place.create_dataset("0", (12,), h5py.ref_dtype)


def sparse(file: Any) -> None:
    """A terabyte in a few kilobytes."""
    place = file.require_group("layers/dense/vars")
    place.create_dataset("0", (10**6, 10**6), "float32", chunks=(1000, 1000))


def one_large_chunk(file: Any) -> None:
    place = file.require_group("layers/dense/vars")
    place.create_dataset("0", (10**8 // 5,), "float32", chunks=(10**8 // 5,), compression="gzip")


def named_type(file: Any) -> None:
    file["layers/dense/vars/0"] = numpy.dtype("float32")


REFUSED: list[tuple[Callable[[Any], None], str]] = [
    (external_storage, f"the values of `{KERNEL}` are in another file"),
    (virtual, f"the values of `{KERNEL}` are in another file"),
    (external_link, f"`{KERNEL}` is a link"),
    (soft_link, f"`{KERNEL}` is a link"),
    (cycle, "stands in it under another name too"),
    (doubling, "stands in it under another name too"),
    (deep, "its groups are more than 60 deep"),
    (no_space, f"`{KERNEL}` holds no plain numbers"),
    (numbers("complex64"), f"`{KERNEL}` holds no plain numbers"),
    (numbers("V7"), f"`{KERNEL}` holds no plain numbers"),
    (words, f"`{KERNEL}` holds no plain numbers"),
    (references, f"`{KERNEL}` holds no plain numbers"),
    (sparse, "its weights are far larger than the file"),
    (named_type, f"`{KERNEL}` is neither a group nor an array"),
]


@pytest.mark.parametrize(("write", "reason"), REFUSED, ids=[f"{i}" for i in range(len(REFUSED))])
def test_what_is_no_plain_array_of_the_file_itself_is_refused(
    write: Callable[[Any], None], reason: str
) -> None:
    with h5py.File("made.weights.h5", "w") as file:
        write(file)
    with pytest.raises(UnreadableFile) as caught, weights_of(Path("made.weights.h5")):
        pass
    assert reason in str(caught.value)


def test_what_is_copied_is_the_same() -> None:
    with h5py.File("made.weights.h5", "w") as file:
        vars = file.require_group("layers/dense/vars")
        vars.attrs["name"] = "head"
        vars["0"] = numpy.arange(12, dtype="float32").reshape(4, 3)
        vars["1"] = numpy.float64(2)
        vars["2"] = numpy.zeros((0, 3), "int32")
        vars["3"] = numpy.zeros(3, "V2")
        vars["3"].attrs["dtype"] = "bfloat16"
        vars.create_dataset("4", data=numpy.ones((3000, 5)), chunks=(7, 5), compression="gzip")
        file["optimizer/vars/0"] = 1.0
        expected = {name: numpy.asarray(one) for name, one in vars.items()}
    with weights_of(Path("made.weights.h5")) as path, h5py.File(path, "r") as copy:
        vars = copy["layers/dense/vars"]
        assert vars.attrs["name"] == "head"
        assert vars["3"].attrs["dtype"] == "bfloat16"
        assert list(copy) == ["layers"]
        for name, value in expected.items():
            assert vars[name].dtype == value.dtype
            numpy.testing.assert_array_equal(vars[name], value)
    assert not path.exists()


def bomb(name: str) -> None:
    """A zip archive of a few hundred kilobytes with a member of 300 MB."""
    with zipfile.ZipFile("bomb.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(300_000_000))


def test_archives() -> None:
    Path("text.keras").write_text("no archive", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="it is not a zip archive"):
        config_of(Path("text.keras"))
    with zipfile.ZipFile("other.keras", "w") as archive:
        archive.writestr("other", "text")
    with pytest.raises(UnreadableFile, match=r"it has no `config\.json`"):
        config_of(Path("other.keras"))
    bomb("config.json")
    with pytest.raises(UnreadableFile, match=r"its `config\.json` is far larger than the file"):
        config_of(Path("bomb.keras"))
    bomb("model.weights.h5")
    with (
        pytest.raises(UnreadableFile, match="far larger than the file"),
        weights_of(Path("bomb.keras")),
    ):
        pass


@pytest.mark.parametrize("name", ["pipe.json", "pipe.keras", "pipe.weights.h5"])
def test_a_pipe_is_not_waited_for(name: str) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("the system has no pipes with names")
    os.mkfifo(name)
    with pytest.raises(UnreadableFile, match="it is a device or a pipe"):
        config_of(Path(name)) if "h5" not in name else weights_of(Path(name)).__enter__()


def test_time_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with h5py.File("made.weights.h5", "w") as file:
        one_large_chunk(file)
    monkeypatch.setattr(foreign, "SECONDS", 0)
    with pytest.raises(UnreadableFile, match="takes more than 0 seconds"):
        weights_of(Path("made.weights.h5")).__enter__()


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with h5py.File("made.weights.h5", "w") as file:
        one_large_chunk(file)
    monkeypatch.setattr(foreign, "MEMORY", 100_000_000)
    with pytest.raises(UnreadableFile, match=r"memory|allocat|crash"):
        weights_of(Path("made.weights.h5")).__enter__()


def test_damages_are_refused_or_harmless() -> None:
    """A byte is changed at a time, in what HDF5 reads to find the values."""
    with h5py.File("whole.weights.h5", "w") as file:
        file[KERNEL] = numpy.zeros((4, 3), "float32")
    whole = Path("whole.weights.h5").read_bytes()
    draw = numpy.random.default_rng(0)
    for place in draw.choice(1500, 12, replace=False):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        Path("damaged.weights.h5").write_bytes(damaged)
        try:
            with weights_of(Path("damaged.weights.h5")):
                pass
        except UnreadableFile as error:
            assert len(str(error)) > 5


INTERRUPTED = """
import sys
from pathlib import Path
from archspec.backends.keras import foreign
foreign.START = "import time; time.sleep(60)"
print("ready", flush=True)
with foreign.weights_of(Path(sys.argv[1])):
    pass
"""


def test_interruption_is_heeded() -> None:
    Path("made.weights.h5").write_bytes(b"any")
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, "made.weights.h5"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(1)
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert "KeyboardInterrupt" in errors
    assert time.monotonic() - started < 20
