"""Programs `archspec` that start at once: a server that has loaded Keras, without running any of
it, forks for each command and lends it the program's folder, environment and files.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.preloaded import Preloaded
from tests.training import forked

STREAMS = {"stdin": "r", "stdout": "w", "stderr": "w"}

PROGRAM = f"""#!{sys.executable} -ES
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect(SOCKET)
    socket.send_fds(server, [b"files"], [0, 1, 2])
    order = {{"arguments": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
    server.sendall(json.dumps(order).encode())
    server.shutdown(socket.SHUT_WR)
    sys.exit(int(server.recv(10)))
"""


class Server:
    """The server, and the programs that it runs the commands of."""

    def __init__(self, address: str, preloaded: Preloaded) -> None:
        self.address = address
        self.process = preloaded.fork("tests.served:serve", address)
        assert self.process.stdout.readline() == "ready\n"

    def write_program(self, path: Path) -> None:
        """Write a program `archspec`, whose commands the server runs."""
        path.write_text(PROGRAM.replace("SOCKET", repr(self.address)), encoding="utf-8")
        path.chmod(0o755)


@pytest.fixture(scope="session")
def server(preloaded: Preloaded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(str(tmp_path_factory.mktemp("served") / "socket"), preloaded)
    yield made
    made.process.kill()


def serve(address: str) -> None:
    """Fork for each program that comes."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        print("ready", flush=True)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
        while True:
            program, _ = server.accept()
            if not os.fork():
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _answer(program)
                os._exit(0)
            program.close()


def _answer(program: socket.socket) -> None:
    """Run the program's command in a process of its own, and send its exit code."""
    _, files, *_ = socket.recv_fds(program, len(b"files"), 3)
    with program.makefile("rb") as stream:
        order = json.load(stream)
    command = os.fork()
    if not command:
        program.close()
        os.environ.update(order["environment"])
        os.chdir(order["folder"])
        for number, (name, mode) in enumerate(STREAMS.items()):
            os.dup2(files[number], number)
            os.close(files[number])
            # Python's stream of the server's own file knows what that one can do.
            setattr(sys, name, os.fdopen(number, mode, buffering=1, encoding="utf-8"))
        forked.be_command(order["arguments"])
    _, status = os.waitpid(command, 0)
    program.sendall(str(os.waitstatus_to_exitcode(status)).encode())
