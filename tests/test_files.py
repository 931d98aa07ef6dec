"""Files and folders are written whole or not at all, whatever stands at their path."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from archspec import SpecError
from archspec.files import MACHINE, check_target, whole_file, whole_folder


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, text: str = "new") -> None:
    check_target(path)
    with whole_file(path) as beside:
        beside.write_text(text)


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize("device", ["/dev/full", "/dev/null"])
def test_a_link_to_a_device_stays_and_the_device_is_written_to(folder: Path, device: str) -> None:
    if not Path(device).is_char_device():
        pytest.skip(f"there is no {device}")
    link = folder / "x.svg"
    link.symlink_to(device)
    if device == "/dev/full":
        with pytest.raises(SpecError, match="no space left on device"):
            write(link)
    else:
        write(link)
    assert (link.readlink(), Path(device).is_char_device()) == (Path(device), True)
    assert entries(folder) == ["x.svg"]


def test_a_pipe_gets_the_bytes(folder: Path) -> None:
    pipe, read = folder / "x.svg", []
    os.mkfifo(pipe)
    reader = Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    write(pipe)
    reader.join(10)
    assert (read, pipe.is_fifo()) == (["new"], True)


def test_a_link_to_a_file_stays_a_link(folder: Path) -> None:
    (folder / "real.svg").write_text("old")
    (folder / "x.svg").symlink_to("real.svg")
    write(folder / "x.svg")
    assert (folder / "x.svg").is_symlink()
    assert (folder / "real.svg").read_text() == "new"


def test_links_in_a_circle_are_refused(folder: Path) -> None:
    (folder / "a.svg").symlink_to("b.svg")
    (folder / "b.svg").symlink_to("a.svg")
    with pytest.raises(SpecError, match="circle"):
        write(folder / "a.svg")


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_a_file_that_is_replaced_gives_its_mode(folder: Path, mode: int) -> None:
    file = folder / "x.svg"
    file.write_text("old")
    file.chmod(mode)
    write(file)
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("new", mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only an administrator may give files away")
def test_a_file_that_is_replaced_gives_its_owner(folder: Path) -> None:
    file = folder / "x.svg"
    file.write_text("old")
    os.chown(file, 12345, 12346)
    write(file)
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 12346)


def test_a_read_only_file_is_refused(folder: Path) -> None:
    file = folder / "x.svg"
    file.write_text("old")
    file.chmod(0o444)
    with pytest.raises(SpecError, match="read-only"):
        write(file)
    assert file.read_text() == "old"


def test_the_longest_name_that_a_disk_takes_is_written(folder: Path) -> None:
    file = folder / f"{'x' * 251}.svg"
    write(file)
    assert entries(folder) == [file.name]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, OSError])
@pytest.mark.parametrize("at", [1, 2])
def test_a_folder_is_there_again_after_a_stop_between_the_renames(
    folder: Path, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException], at: int
) -> None:
    (folder / "net").mkdir()
    (folder / "net" / "old").touch()
    rename, times = Path.rename, 0

    def stopped(self: Path, target: Path) -> Path:
        nonlocal times
        times += 1
        if times == at:
            raise stop("now")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stopped)
    with pytest.raises((stop, SpecError)), whole_folder(folder / "net") as beside:
        beside.mkdir()
    assert (entries(folder), entries(folder / "net")) == (["net"], ["old"])


def killed() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(
    ("process", "machine", "is_left"),
    [(killed, MACHINE, False), (os.getpid, MACHINE, True), (killed, "zzzz", True)],
    ids=["killed", "running", "of another machine"],
)
def test_what_a_killed_run_left_is_removed_by_the_next(
    folder: Path, process: Callable[[], int], machine: str, is_left: bool
) -> None:
    left = folder / f".archspec-{machine}-{process()}-abc"
    left.mkdir()
    (left / "half.keras").write_text("half")
    write(folder / "x.svg")
    assert entries(folder) == ([left.name] if is_left else []) + ["x.svg"]


def test_the_folder_of_a_run_that_was_killed_between_its_renames_is_put_back(folder: Path) -> None:
    replaced = folder / f".archspec-{MACHINE}-{killed()}-abc" / "replaced" / "net"
    replaced.mkdir(parents=True)
    (replaced / "old").touch()
    write(folder / "x.svg")
    assert (entries(folder), entries(folder / "net")) == (["net", "x.svg"], ["old"])
