"""Seconds, a seed and a number of processes → how many inputs were tried, and the findings among
them.

A batch of inputs is determined by the seed and its number. Within a batch, an input whose outcome
is of a new kind is mutated further.
"""

from __future__ import annotations

import multiprocessing
import re
import tempfile
import time
from collections.abc import Callable
from itertools import count, takewhile
from math import inf
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import yaml

from tests.fuzz.corpus import seeds
from tests.fuzz.law import Outcome, judge
from tests.fuzz.mutations import mutate
from tests.fuzz.words import EXPRESSIONS

BATCH = 3000


class Finding(NamedTuple):
    """An input that breaks the law: its bytes, how it was compiled, and what came of it."""

    text: bytes
    reference: str | dict[str, Any]
    variables: dict[str, Any]
    broken: str

    @property
    def kind(self) -> str:
        """What findings of one cause share: the last lines of a traceback, or the complaint
        without its numbers.
        """
        return re.sub(
            r"[0-9]+",
            "_",
            re.sub(r"Span\(.*?\)|/\S+", "", "".join(self.broken.strip().splitlines()[-3:])),
        )[:120]


class Report(NamedTuple):
    """What one batch, or a whole run, came to."""

    tried: int
    compiled: int
    kinds: int
    findings: list[Finding]


def batch(seed: int, number: int, deadline: float = inf, size: int = BATCH) -> Report:
    """A batch of inputs, tried in a folder of its own, until a time of the monotonic clock."""
    chance = Random(f"{seed}-{number}")
    corpus = list(seeds().values())
    healthy = [
        text for name, text in seeds().items() if "errors" not in name and "findings" not in name
    ]
    signatures: set[str] = set()
    findings, tried, compiled = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder))
        while tried < size and time.monotonic() < deadline:
            text = mutate(
                chance.choice(healthy if chance.random() < 0.75 else corpus), corpus, chance
            )
            path, reference, variables = _prepared(Path(folder), text, chance)
            outcome: Outcome = judge(path, reference, variables)
            tried += 1
            compiled += outcome.signature.startswith("graph")
            if outcome.broken:
                findings.append(Finding(text, reference, variables, outcome.broken))
            elif outcome.signature not in signatures:
                (healthy if outcome.signature.startswith("graph") else corpus).append(text)
            signatures.add(outcome.signature)
    return Report(tried, compiled, len(signatures), findings)


def lay_out(folder: Path) -> None:
    """The project's specs, for those that are mutated to extend."""
    for name, text in seeds().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text)


def _prepared(
    folder: Path, text: bytes, chance: Random
) -> tuple[Path, str | dict[str, Any], dict[str, Any]]:
    """The input as a file, or as one that another extends, or parsed; now and then one of its
    variants, or with variables changed.
    """
    if chance.random() < 0.05 and (parsed := _parsed(text)):
        return folder / "none.yaml", parsed, {}
    path = folder / "specs" / "fuzzed.yaml"
    path.write_bytes(text)
    variants = re.findall(rb"^  ([\w-]+): *\{", text, re.MULTILINE)
    variant = f"@{chance.choice(variants).decode()}" if variants and chance.random() < 0.2 else ""
    variables = re.findall(rb"(\w+)[:]", text[:600])
    changed = (
        {chance.choice(variables).decode("ascii", "replace"): _any_value(chance)}
        if variables and chance.random() < 0.1
        else {}
    )
    if chance.random() < 0.05:
        path = path.with_name("extending.yaml")
        path.write_text(f"archspec: 1\nname: extending\nextends: fuzzed.yaml{variant}\n")
        variant = ""
    return path, f"{path}{variant}", changed


def _parsed(text: bytes) -> dict[str, Any]:
    """The mapping that another parser makes of the text, dates and all; an empty one where it
    makes none.
    """
    try:
        data = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError, AttributeError):
        return {}
    return data if isinstance(data, dict) else {}


def _any_value(chance: Random) -> Any:
    return chance.choice(
        (
            0,
            1,
            -3,
            2.5,
            True,
            None,
            "relu",
            "Conv2D",
            [],
            [1, 2, 3],
            {},
            {"a": 1},
            [{"k": 1}],
            chance.choice(EXPRESSIONS),
        )
    )


def run(
    seconds: float, seed: int, jobs: int = 1, told: Callable[[Report], None] = lambda report: None
) -> Report:
    """Batches in ``jobs`` processes, a fresh one for each, until the time is over. ``told``
    hears of the state after each batch.
    """
    deadline = time.monotonic() + seconds
    total = Report(0, 0, 0, [])
    with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
        work = (
            (seed, number, deadline)
            for number in takewhile(lambda _: time.monotonic() < deadline, count())
        )
        running = [pool.apply_async(batch, next(work)) for _ in range(jobs)]
        while running:
            one = running.pop(0).get()
            total = Report(
                total.tried + one.tried,
                total.compiled + one.compiled,
                max(total.kinds, one.kinds),
                _each_once([*total.findings, *one.findings]),
            )
            told(total)
            running += [
                pool.apply_async(batch, arguments) for arguments in [next(work, None)] if arguments
            ]
    return total


def _each_once(findings: list[Finding]) -> list[Finding]:
    """The shortest finding of each kind."""
    return list(
        {one.kind: one for one in sorted(findings, key=lambda one: -len(one.text))}.values()
    )
