"""A process that has loaded Keras, without running any of it, and forks: what tests start as
processes of their own begins where it would be after four seconds. The processes of pytest-xdist
share it; it ends when the last of them has.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NamedTuple

import pytest

from tests.paths import ROOT

Order = dict[str, Any]


@contextlib.contextmanager
def once(path: Path) -> Iterator[bool]:
    """Whether this process is the first to come here, to make what the others wait for."""
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not path.exists()
        path.touch()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the processes of pytest-xdist have in common."""
    base = tmp_path_factory.getbasetemp()
    made = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    made.mkdir(exist_ok=True)
    return made


class Forked(NamedTuple):
    """A process that was forked, and what it reads and writes."""

    pid: int
    stdin: IO[str]
    stdout: IO[str]

    def close(self) -> None:
        """Close what it reads, at whose end it ends, and wait for that."""
        self.stdin.close()
        self.stdout.read()
        self.stdout.close()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.close()


class Preloaded:
    """The process that forks, as one of pytest's processes sees it."""

    def __init__(self, folder: Path) -> None:
        self.address = folder / "socket"
        self.connection = socket.socket(socket.AF_UNIX)
        with once(folder / "preloaded"):
            try:
                self.connection.connect(str(self.address))
            except OSError:  # nobody has started it, or those who had it have ended
                self.address.unlink(missing_ok=True)
                _start(self.address)
                self.connection.connect(str(self.address))

    def fork(self, function: str, *arguments: str) -> Forked:
        """A process that calls a function, ``MODULE:NAME``, in the environment of this one."""
        order = {"function": function, "arguments": arguments, "environment": dict(os.environ)}
        (read, stdin), (stdout, write) = os.pipe(), os.pipe()
        text = json.dumps(order).encode()
        socket.send_fds(self.connection, [len(text).to_bytes(8, "big")], [read, write, 2])
        self.connection.sendall(text)
        os.close(read), os.close(write)
        pid = int.from_bytes(self.connection.recv(8), "big")
        assert pid, "the process that forks has died"
        return Forked(pid, os.fdopen(stdin, "w", buffering=1), os.fdopen(stdout))

    def close(self) -> None:
        self.connection.close()


@pytest.fixture(scope="session")
def preloaded(shared: Path) -> Iterator[Preloaded]:
    made = Preloaded(shared)
    yield made
    made.close()


def _start(address: Path) -> None:
    """Start the process that forks; its standard input and output are pipes, as those of its forks."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.preloaded", str(address)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # it ends after those who use it, not with an interrupt
    )
    assert process.stdin and process.stdout
    assert process.stdout.readline() == b"ready\n"
    process.stdin.close(), process.stdout.close()


def serve(address: str) -> None:
    """Fork for each order that comes, until the last of those who order has gone."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import archspec.training.trainer  # loads Keras

    archspec.compile("lenet5")  # which loads all that a compilation needs
    gc.collect()
    gc.freeze()  # whose marks would copy the pages that the forks share
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        print("ready", flush=True)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
        clients = [server.accept()[0]]
        while clients:
            for ready in select.select([server, *clients], [], [])[0]:
                if ready is server:
                    clients.append(server.accept()[0])
                elif received := _receive(ready):
                    _fork(*received, client=ready, open_here=[server, *clients])
                else:
                    clients.remove(ready)
                    ready.close()


def _receive(client: socket.socket) -> tuple[list[int], Order] | None:
    """The files and the order that a client has sent; nothing where it has gone."""
    head, files, *_ = socket.recv_fds(client, 8, 3)
    if not head:
        return None
    missing, text = int.from_bytes(head, "big"), b""
    while missing > len(text):
        text += client.recv(missing - len(text))
    return files, json.loads(text)


def _fork(
    files: list[int], order: Order, client: socket.socket, open_here: list[socket.socket]
) -> None:
    child = os.fork()
    if child:
        for file in files:
            os.close(file)
        client.sendall(child.to_bytes(8, "big"))
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for one in open_here:
        one.close()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(order["environment"])
    module, _, name = order["function"].partition(":")
    getattr(import_module(module), name)(*order["arguments"])
    os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
