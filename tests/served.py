"""A program `archspec` that starts at once: a server that has loaded Keras, without running any of
it, forks for each command and lends it the program's folder and files.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.paths import ROOT
from tests.training import forked

STREAMS = {"stdin": "r", "stdout": "w", "stderr": "w"}

PROGRAM = f"""#!{sys.executable} -ES
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect(SOCKET)
    order = json.dumps({{"arguments": sys.argv[1:], "folder": os.getcwd()}})
    socket.send_fds(server, [order.encode()], [0, 1, 2])
    sys.exit(int(server.recv(10)))
"""


@contextmanager
def served(program: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Within it there is the program at a path, whose commands run in an environment."""
    address = str(program.with_suffix(".socket"))
    command = [sys.executable, "-m", "tests.served", address]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    assert server.stdout
    try:
        assert server.stdout.readline() == b"ready\n"
        program.write_text(PROGRAM.replace("SOCKET", repr(address)), encoding="utf-8")
        program.chmod(0o755)
        yield
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def serve(address: str) -> None:
    """Fork for each program that comes."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import archspec.training.trainer  # noqa: F401 - loads Keras

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
    text, files, *_ = socket.recv_fds(program, 65536, 3)
    order = json.loads(text)
    command = os.fork()
    if not command:
        program.close()
        os.chdir(order["folder"])
        for number, (name, mode) in enumerate(STREAMS.items()):
            os.dup2(files[number], number)
            os.close(files[number])
            # Python's stream of the server's own file knows what that one can do.
            setattr(sys, name, os.fdopen(number, mode, buffering=1, encoding="utf-8"))
        forked.be_command(order["arguments"])
    _, status = os.waitpid(command, 0)
    program.sendall(str(os.waitstatus_to_exitcode(status)).encode())


if __name__ == "__main__":
    serve(sys.argv[1])
