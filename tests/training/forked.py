"""Processes of `archspec` that have loaded Keras already: a mother process has, without running any
of it, and forks for each command. What a person starts costs four seconds more.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pytest

from tests.marks import ONE_THREAD
from tests.preloaded import Preloaded


def serve() -> None:
    """Fork for each line of standard input, ``{"arguments": ..., "folder": ...}``, and print the
    process's number; a line ``wait PID`` prints its exit code, negative for a signal.
    """
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    for name in ONE_THREAD:  # a training has as many as those of users
        os.environ.pop(name, None)
    import archspec.training.trainer  # noqa: F401 - loads Keras

    answer = os.dup(1)
    for line in sys.stdin:
        if line.startswith("wait "):
            _, status = os.waitpid(int(line.split()[1]), 0)
            os.write(answer, f"{os.waitstatus_to_exitcode(status)}\n".encode())
            continue
        order = json.loads(line)
        child = os.fork()
        if not child:
            os.setpgid(0, 0)
            _command(order)
        os.write(answer, f"{child}\n".encode())


def _command(order: dict[str, Any]) -> None:
    """Be the command, to the end."""
    os.chdir(order["folder"])
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), number)
    be_command(order["arguments"], order["before"])


def be_command(arguments: Sequence[str], before: str = "") -> None:
    """Be `archspec` with arguments, to the end of this process; what it starts forks, too."""
    subprocess.Popen = started  # type: ignore[misc,assignment]
    _run(arguments, before)


PLAIN = subprocess.Popen


def started(command: Sequence[str], **how: Any) -> Any:
    """The process of a command: one of archspec forks."""
    make = ForkedProcess if command[1:3] == ["-m", "archspec"] else PLAIN
    return make(command, **how)


def _run(arguments: Sequence[str], before: str = "") -> None:
    code = 70
    try:
        if before:
            exec(before, {})
        from archspec.cli.program import main

        sys.argv = ["archspec", *arguments]
        main(prog_name="archspec")
    except SystemExit as done:
        code = int(done.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class ForkedProcess:
    """A `subprocess.Popen` of ``python -m archspec ...``, as workers and the trials of a sweep are
    started: the command's process forks, too, with all that its ``before`` has changed.
    """

    def __init__(self, command: Sequence[str], **how: Any) -> None:
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid:
            return
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.update(how.get("env") or {})
        for number, file in ((1, how["stdout"]), (2, how["stderr"])):
            if file == subprocess.DEVNULL:
                os.dup2(os.open(os.devnull, os.O_WRONLY), number)
            elif file is not None:
                os.dup2(file.fileno(), number)
        _run(command[3:])

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float = math.inf) -> int:
        end = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("archspec", timeout)
            time.sleep(0.01)
        return int(self.returncode or 0)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until_gone(pids: Sequence[int], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < end, "the processes live on"
        time.sleep(0.05)


class Done:
    """A command that has ended: its exit code, and what it printed."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def __repr__(self) -> str:
        return f"exit {self.code}\n--- out\n{self.out}\n--- err\n{self.err}"


class Command:
    """A command that runs."""

    def __init__(self, mother: Mother, pid: int, out: Path, err: Path) -> None:
        self.mother, self.pid, self.out, self.err = mother, pid, out, err

    def kill(self, number: int = signal.SIGKILL) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait(self) -> Done:
        code = int(self.mother.ask(f"wait {self.pid}"))
        texts = [path.read_text(encoding="utf-8") for path in (self.out, self.err)]
        assert "Traceback" not in "".join(texts), texts
        return Done(code, *texts)

    def wait_for(self, path: Path, seconds: float = 300) -> None:
        """Wait until a file is there; so long only where it never comes."""
        end = time.monotonic() + seconds
        while not path.exists():
            assert time.monotonic() < end, f"{path} does not come: {self.out.read_text()}"
            time.sleep(0.005)

    def wait_for_children(self) -> list[int]:
        """The processes that it has started, as soon as there are some."""
        end = time.monotonic() + 300
        while not (found := children(self.pid)):
            assert time.monotonic() < end, "it starts no process"
            time.sleep(0.005)
        return found


class Mother:
    """The process that forks, which runs `serve` on a standard input and output."""

    def __init__(self, folder: Path, stdin: IO[str], stdout: IO[str]) -> None:
        self.folder, self.number = folder, 0
        self.stdin, self.stdout = stdin, stdout

    def ask(self, line: str) -> str:
        self.stdin.write(f"{line}\n")
        answer = self.stdout.readline()
        assert answer, "the mother process has died"
        return answer

    def start(self, arguments: Sequence[str], folder: Path, before: str = "") -> Command:
        """Start `archspec` with arguments in a folder; ``before`` is Python that runs first."""
        self.number += 1
        out, err = (self.folder / f"{self.number}.{name}" for name in ("out", "err"))
        out.touch(), err.touch()
        order = {
            "arguments": list(map(str, arguments)),
            "folder": str(folder),
            "before": before,
            "out": str(out),
            "err": str(err),
        }
        return Command(self, int(self.ask(json.dumps(order))), out, err)

    def run(self, arguments: Sequence[str], folder: Path, before: str = "") -> Done:
        return self.start(arguments, folder, before).wait()


@pytest.fixture(scope="session")
def mother(preloaded: Preloaded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mother]:
    process = preloaded.fork("tests.training.forked:serve")
    yield Mother(tmp_path_factory.mktemp("commands"), process.stdin, process.stdout)
    process.close()


if __name__ == "__main__":
    serve()
