"""Several workers train one network, on Keras on JAX: what one process computes, to the same bits in
all of them. JAX is installed into a folder of its own, for Keras imports it wherever it finds it.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.marks import LONG
from tests.paths import ROOT
from tests.training.test_faults import NETWORK, RECIPE, progress, read, state

pytestmark = pytest.mark.heavy

LOADED = 60
"""Seconds that what takes one may take on a machine that has other things to do."""


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the processes of pytest-xdist have in common."""
    base = tmp_path_factory.getbasetemp()
    made = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "workers"
    made.mkdir(exist_ok=True)
    return made


@contextmanager
def once(path: Path) -> Iterator[bool]:
    """Whether this process is the first to come here, to make what the others wait for."""
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not path.exists()
        path.touch()


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
        "PYTHONPATH": os.pathsep.join(path),
        "JAX_COMPILATION_CACHE_DIR": str(shared / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    }


def _install(folder: Path) -> None:
    same = [f"{name}=={version(name)}" for name in ("numpy", "ml_dtypes")]
    install = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder)]
    subprocess.run([*install, "jax>=0.4.35", *same], check=True, capture_output=True)


@pytest.fixture(scope="session")
def folder(shared: Path, environment: dict[str, str]) -> Path:
    """Recipe and network, and ``two``: a training by two workers that nobody disturbed."""
    with once(shared / "trained") as first:
        if first:
            (shared / "small.yaml").write_text(NETWORK)
            recipe = RECIPE.replace("seed: 0", "seed: 0\nbackend: jax")
            (shared / "recipe.yaml").write_text(recipe)
            ended(start(["-o", "two", "--workers", "2"], shared, environment), 0)
    return shared


def start(arguments: Sequence[str], folder: Path, environment: dict[str, str]) -> Any:
    return subprocess.Popen(
        [sys.executable, "-m", "archspec", "train", "recipe.yaml", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: Any, code: int) -> str:
    out, err = process.communicate(timeout=300)
    assert process.returncode == code, out + err
    assert "Traceback" not in out + err, err
    return str(out + err)


def rows(run: Path) -> list[list[float]]:
    lines = read(run / "log.csv").splitlines()[1:]
    return [[float(one) for one in line.split(",")] for line in lines]


def workers_of(process: Any) -> list[int]:
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(one) for one in found]


def wait_for(path: Path, seconds: float = 200) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} does not come"
        time.sleep(0.01)


def test_workers(folder: Path, environment: dict[str, str]) -> None:
    one = start(["-o", "one", "--set", "backend=jax"], folder, environment)
    ended(one, 0)
    for alone, together in zip(rows(folder / "one"), rows(folder / "two"), strict=True):
        assert together == pytest.approx(alone, abs=1e-5)
    digests = json.loads(read(folder / "two/report.json"))["workers"]
    assert len(digests) == 2 and len(set(digests)) == 1

    # One is killed: all end, and the same command goes on to the same bits.
    killed = start(["-o", "killed", "--workers", "2"], folder, environment)
    wait_for(folder / "killed/checkpoints/previous.npz")
    second = workers_of(killed)[1]
    os.kill(second, signal.SIGKILL)
    since = time.monotonic()
    said = ended(killed, 6)
    assert time.monotonic() - since < LOADED  # by itself JAX takes 95 s
    assert f"worker 1 (process {second}) died by signal 9" in said
    ended(start(["-o", "killed", "--workers", "2"], folder, environment), 0)
    assert state(folder / "killed") == state(folder / "two")
    assert read(folder / "killed/log.csv") == read(folder / "two/log.csv")


@LONG  # the workers have stopped at different steps once, and then waited for one another
def test_four_workers_stop_together(folder: Path, environment: dict[str, str]) -> None:
    arguments = ["-o", "four", "--workers", "4", "--set", "data.drop_remainder=true"]
    stopped = start(arguments, folder, environment)
    wait_for(folder / "four/checkpoints/last.npz")
    stopped.send_signal(signal.SIGTERM)
    said = ended(stopped, 143)
    assert "stopped" in said and "go on with: archspec train recipe.yaml -o four" in said
    assert progress(folder / "four")["epoch"] < 3
    ended(start(arguments, folder, environment), 0)
    alone = ["-o", "one4", "--set", "backend=jax", "--set", "data.drop_remainder=true"]
    ended(start(alone, folder, environment), 0)
    for ours, theirs in zip(rows(folder / "four"), rows(folder / "one4"), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-5)


def test_all_workers_are_killed(folder: Path, environment: dict[str, str]) -> None:
    """The launcher too, without which they do not live on."""
    arguments = ["-o", "all", "--workers", "2"]
    process = start(arguments, folder, environment)
    wait_for(folder / "all/checkpoints/last.npz")
    pids = workers_of(process)
    process.kill()
    process.wait()
    end = time.monotonic() + LOADED
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < end, "workers live on"
        time.sleep(0.1)
    ended(start(arguments, folder, environment), 0)
    assert state(folder / "all") == state(folder / "two")
