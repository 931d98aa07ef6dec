"""``archspec train --workers N`` → N processes on this machine, and one exit code: when one dies
the others are ended at once, since without it none can go on. Nothing of it loads Keras.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from tempfile import TemporaryFile
from threading import Thread
from typing import IO, Any

from archspec.training.outcome import INTERRUPTED, TERMINATED, WORKER_DIED, Ended

LAUNCHED = "ARCHSPEC_WORKER"
"""The variable of the environment of processes that end with the one that has started them: the
workers of a training, and the trials of a sweep.
"""


def follow_launcher() -> None:
    """Let this process end when the one that has started it does, if it was started so: nothing
    else would end the workers when one of them dies, and a sweep that is begun again would find
    its trials in the hands of others.
    """
    if LAUNCHED in os.environ:
        Thread(target=_follow, args=(os.getppid(),), daemon=True).start()


def _follow(launcher: int) -> None:
    while os.getppid() == launcher:
        time.sleep(1)
    os._exit(WORKER_DIED)


def choose_backend(backend: str, workers: int) -> None:
    """Let Keras, which is not loaded yet, compute with a recipe's backend. Under ``auto`` several
    workers compute with JAX, and one with what Keras is set to.
    """
    if workers > 1 or backend != "auto":
        os.environ["KERAS_BACKEND"] = "jax" if workers > 1 else backend


POLL = 0.05
PATIENCE = 5.0
"""Seconds between looks at the workers, and until those that do not end are killed."""


class _Worker:
    """A worker that was started here."""

    def __init__(self, rank: int, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.rank = rank
        self.errors: IO[bytes] | None = None if rank == 0 else TemporaryFile()  # noqa: SIM115 - open as long as the worker
        self.process = subprocess.Popen(
            [*command, "--rank", str(rank)],
            env=environment,
            stdout=None if rank == 0 else subprocess.DEVNULL,
            stderr=self.errors,
            start_new_session=True,
        )

    @property
    def code(self) -> int | None:
        """Its exit code, ``None`` while it runs."""
        return self.process.poll()

    def said(self) -> list[str]:
        """The last lines of its standard error."""
        if self.errors is None:
            return []
        self.errors.seek(0)
        text = self.errors.read().decode(errors="replace").strip()
        return [line for line in text.splitlines() if line.strip()][-3:]


def launch(arguments: Sequence[str], size: int) -> int:
    """Run ``archspec`` with these arguments as so many workers here; the exit code of all. When one
    dies the others are ended. Raises `Ended`, which says which died, or that all were stopped.
    """
    address = f"127.0.0.1:{_free_port()}"
    command = [sys.executable, "-m", "archspec", *arguments, "--address", address]
    environment = {**os.environ, LAUNCHED: "1", "KERAS_BACKEND": "jax"}
    workers = [_Worker(rank, command, environment) for rank in range(size)]
    asked: list[int] = []

    def receive(number: int, frame: Any) -> None:
        asked.append(number)
        _signal(workers, signal.SIGTERM if len(asked) == 1 else signal.SIGKILL)

    before = {number: signal.signal(number, receive) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return _watched(workers, asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _end(workers)


def _watched(workers: Sequence[_Worker], asked: Sequence[int]) -> int:
    """Wait for all workers: their exit code, or `Ended` for one that died. Those that were asked to
    stop do so together.
    """
    while True:
        codes = {worker.rank: worker.code for worker in workers}
        failed = [worker for worker in workers if codes[worker.rank] not in (None, 0, *STOPPED)]
        if failed:  # by a signal, before those that miss it: they end by themselves, with 70
            return _after(min(failed, key=lambda one: one.code or 0), workers, asked)
        if None not in codes.values():
            if any(codes.values()):
                raise _stopped(asked)
            return 0
        time.sleep(POLL)


STOPPED = (INTERRUPTED, TERMINATED)


def _stopped(asked: Sequence[int]) -> Ended:
    """The end of workers that have stopped; where we were not asked, one of them was."""
    return Ended(INTERRUPTED if asked and asked[0] == signal.SIGINT else TERMINATED)


def _after(failed: _Worker, workers: Sequence[_Worker], asked: Sequence[int]) -> int:
    """The exit code after a worker has failed, the others ended too. Where it says itself why it
    ends, as a full disk or a loss that is not a number, the first worker has seconds to do so too,
    for only what that one says is printed.
    """
    failure = failed.code or 0
    if 0 < failure < CHOSEN:
        with suppress(subprocess.TimeoutExpired):
            workers[0].process.wait(PATIENCE)
    code = workers[0].code or 0
    _end(workers)
    missed = failure < 0 and code == WORKER_DIED  # the first worker only says that one is gone
    if 0 < code < CHOSEN and not missed:
        return code
    if asked:  # for the second time, or before it could take signals
        raise _stopped(asked)
    how = f"by signal {-failure}" if failure < 0 else f"with exit code {failure}"
    raise Ended(
        WORKER_DIED,
        f"worker {failed.rank} (process {failed.process.pid}) died {how}; the others were ended",
        *failed.said(),
        "the same command goes on from the last checkpoint",
    )


CHOSEN = 70
"""Exit codes below are those that a training chooses; 70 is a fault, in archspec or in JAX."""


def _signal(workers: Sequence[_Worker], number: int) -> None:
    for worker in workers:
        with suppress(ProcessLookupError):
            if worker.code is None:
                worker.process.send_signal(number)


def _end(workers: Sequence[_Worker]) -> None:
    """Kill what still runs: without the others no worker can go on. What is killed may take longer
    to be gone, as where it waits for a network drive; the exit code does not depend on it.
    """
    _signal(workers, signal.SIGKILL)
    for worker in workers:
        with suppress(subprocess.TimeoutExpired):
            worker.process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
