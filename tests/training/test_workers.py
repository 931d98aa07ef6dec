"""Several workers train one network, on Keras on JAX: what one process computes, to the same bits in
all of them. JAX is installed into a folder of its own, for Keras imports it wherever it finds it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.marks import LONG
from tests.paths import ROOT
from tests.preloaded import once
from tests.training.forked import Command, Mother, children, wait_until_gone
from tests.training.test_faults import NETWORK, RECIPE, TRAIN, progress, read, state

pytestmark = pytest.mark.heavy

LOADED = 60
"""Seconds that what takes one may take on a machine that has other things to do."""


@pytest.fixture(scope="session")
def environment(shared: Path) -> dict[str, str]:
    """That of processes that find JAX."""
    path = [str(ROOT)]
    if find_spec("jax") is None:
        jax = Path(os.environ.get("ARCHSPEC_TEST_JAX") or shared / "jax")
        with once(shared / "installed") as first:
            if first and not (jax / "jax").exists():
                _install(jax)
        path.append(str(jax))
    return {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "PYTHONPATH": os.pathsep.join(path),
        "JAX_COMPILATION_CACHE_DIR": str(shared / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",  # which take longer than these trainings
    }


def _install(folder: Path) -> None:
    """JAX alone: all that it needs is there, TensorFlow needs it too."""
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile"]
    command = [*install, "--target", str(folder), "jax>=0.4.35", "jaxlib>=0.4.35"]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("JAX is not installed, and cannot be without a package index")


ALL_CACHE = """
import contextlib
from types import SimpleNamespace
with contextlib.suppress(ImportError):
    from jax._src import compiler
    compiler.distributed = SimpleNamespace(global_state=SimpleNamespace(process_id=0))
"""
"""Python by which every worker keeps what it has compiled, not only the first as JAX has it: the
others compiled anew in each run, which took longer than the training.
"""


class JaxMother(Mother):
    """The mother of processes that compute with JAX."""

    def start(self, arguments: Sequence[str], folder: Path, before: str = "") -> Command:
        return super().start(arguments, folder, ALL_CACHE + before)


@pytest.fixture(scope="session")
def jax(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mother]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.training.forked"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdin and process.stdout
        yield JaxMother(tmp_path_factory.mktemp("commands"), process.stdin, process.stdout)


TWO = [*TRAIN, "--workers", "2", "-o"]


@pytest.fixture(scope="session")
def folder(shared: Path, environment: dict[str, str]) -> Path:
    """Recipe and network, and ``two``: a training by two workers that nobody disturbed, by
    processes as a user starts them.
    """
    with once(shared / "trained") as first:
        if first:
            (shared / "small.yaml").write_text(NETWORK)
            (shared / "recipe.yaml").write_text(RECIPE)
            command = [sys.executable, "-m", "archspec", *TWO, "two"]
            done = subprocess.run(
                command, cwd=shared, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done
            assert "Traceback" not in done.stdout + done.stderr, done
    return shared


def rows(run: Path) -> list[list[float]]:
    lines = read(run / "log.csv").splitlines()[1:]
    return [[float(one) for one in line.split(",")] for line in lines]


def test_two_workers_compute_what_one_does(jax: Mother, folder: Path) -> None:
    one = jax.run([*TRAIN, "-o", "one"], folder)
    assert one.code == 0, one
    for alone, together in zip(rows(folder / "one"), rows(folder / "two"), strict=True):
        assert together == pytest.approx(alone, abs=1e-5)
    digests = json.loads(read(folder / "two/report.json"))["workers"]
    assert len(digests) == 2 and len(set(digests)) == 1


def test_workers_that_are_killed_go_on_to_the_same_bits(jax: Mother, folder: Path) -> None:
    # Where one is killed all end.
    command = jax.start([*TWO, "killed"], folder)
    command.wait_for(folder / "killed/checkpoints/last.npz")
    second = children(command.pid)[1]
    os.kill(second, signal.SIGKILL)
    since = time.monotonic()
    done = command.wait()
    assert time.monotonic() - since < LOADED  # by itself JAX takes 95 s
    assert done.code == 6, done
    assert f"worker 1 (process {second}) died by signal 9" in done.err
    assert "error: this is a fault of archspec" not in done.err

    # Where their launcher is killed they do not live on.
    command = jax.start([*TWO, "killed"], folder)
    command.wait_for(folder / "killed/checkpoints/previous.npz")
    workers = children(command.pid)
    command.kill()
    command.wait()
    wait_until_gone(workers)

    done = jax.run([*TWO, "killed"], folder)
    assert done.code == 0, done
    assert state(folder / "killed") == state(folder / "two")
    assert read(folder / "killed/log.csv") == read(folder / "two/log.csv")


def at(place: str, who: str) -> str:
    """Python that sends SIGTERM to the launcher or to the second worker itself, at a place in the
    course of the second worker.
    """
    owner, name, when = {
        "before the first step": ("keras.Model", "make_train_function", "True"),
        "in an epoch": ("TerminalProgress", "step", "arguments[1:3] == (0, 6)"),
        "at the last step": ("TerminalProgress", "step", "arguments[1:3] == (0, 9)"),
        "in the validation": ("Conductor", "on_test_batch_end", "arguments[1] == 0"),
    }[place]
    target = {"launcher": "os.getppid()", "itself": "os.getpid()"}[who]
    pause = 0.5 if place == "in the validation" else 0  # so that there is a vote after each batch
    return f"""
import os, signal, sys, time
import keras
from archspec.cli.train import TerminalProgress
from archspec.training.callbacks import Conductor
plain = {owner}.{name}
def method(*arguments, **named):
    time.sleep({pause})
    result = plain(*arguments, **named)
    if sys.argv[-2:] == ["--rank", "1"] and {when} and not sent:
        sent.append(True)
        os.kill({target}, signal.SIGTERM)
    return result
sent = []
{owner}.{name} = method
"""


@pytest.mark.parametrize(
    ("place", "who", "epochs"),
    [
        ("in an epoch", "launcher", {0, 1}),
        ("in the validation", "itself", {0}),
        pytest.param("before the first step", "itself", {0}, marks=LONG),
        pytest.param("at the last step", "launcher", {0, 1}, marks=LONG),
    ],
)
def test_workers_stop_together(
    place: str, who: str, epochs: set[int], jax: Mother, folder: Path
) -> None:
    """Wherever a signal comes to them, and to whichever of them."""
    run = place.replace(" ", "-")
    done = jax.run([*TWO, run], folder, at(place, who))
    assert done.code == 143, done
    assert "stopped in epoch" in done.err or "stopped after epoch" in done.err
    assert f"go on with: archspec train recipe.yaml --workers 2 -o {run}\n" in done.err
    assert progress(folder / run)["epoch"] in epochs
    if place == "in the validation":
        done = jax.run([*TWO, run], folder)
        assert done.code == 0, done
        assert state(folder / run) == state(folder / "two")
        assert read(folder / f"{run}/log.csv") == read(folder / "two/log.csv")


def test_workers_that_slurm_has_started(jax: Mother, folder: Path) -> None:
    job = str(os.getpid())  # of which the port is made
    slurm = {"SLURM_JOB_ID": job, "SLURM_STEP_NODELIST": "localhost", "SLURM_NTASKS": "2"}
    commands = []
    for rank in "01":
        task = {**slurm, "SLURM_PROCID": rank, "SLURM_LOCALID": rank}
        words = [*TWO, "slurm", "--address", "auto", "--epochs", "1"]
        commands.append(jax.start(words, folder, f"import os\nos.environ.update({task})"))
    done = [one.wait() for one in commands]
    assert [one.code for one in done] == [0, 0], done
    assert rows(folder / "slurm") == rows(folder / "two")[:1]


FOUR = [*TRAIN, "--workers", "4", "-o", "four"]


@LONG
def test_four_workers_compute_what_two_do(jax: Mother, folder: Path, tmp_path: Path) -> None:
    for name in ("small.yaml", "recipe.yaml"):
        (tmp_path / name).write_text(read(folder / name))
    done = jax.run([*FOUR, "--epochs", "1"], tmp_path)
    assert done.code == 0, done
    (first,) = rows(tmp_path / "four")
    assert first == pytest.approx(rows(folder / "two")[0], abs=1e-5)


@LONG
def test_four_workers_stop_together_and_go_on(jax: Mother, folder: Path) -> None:
    command = jax.start(FOUR, folder)
    command.wait_for(folder / "four/checkpoints/last.npz")
    command.kill(signal.SIGTERM)
    done = command.wait()
    assert done.code == 143, done
    assert "stopped" in done.err
    done = jax.run(FOUR, folder)
    assert done.code == 0, done
    for alone, together in zip(rows(folder / "two"), rows(folder / "four"), strict=True):
        assert together == pytest.approx(alone, abs=1e-5)
