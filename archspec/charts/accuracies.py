"""``NAME=VALUE`` texts and a CSV file with the columns ``name`` and ``accuracy`` → the accuracy
of each network, in percent.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

COLUMNS = ("name", "accuracy")


class Unreadable(Exception):
    """What is given is no accuracy; the message says where and why."""


def from_words(words: Iterable[str]) -> dict[str, float]:
    """``["resnet50=76.1"]`` → ``{"resnet50": 76.1}``. Raises `Unreadable`."""
    accuracies: dict[str, float] = {}
    for word in words:
        name, equals, value = word.rpartition("=")
        if not equals or not name.strip():
            raise Unreadable(f"`{word}` is not of the form NAME=VALUE, as in resnet50=76.1")
        _add(accuracies, name, value, "")
    return accuracies


def from_csv(path: Path) -> dict[str, float]:
    """The rows of a file; columns beside the two are passed over. Raises `Unreadable`, also
    where the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise Unreadable(f"`{path}` cannot be read: {reason[:1].lower()}{reason[1:]}") from error
    rows = csv.DictReader(text.splitlines(), skipinitialspace=True)
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise Unreadable(
            f"{path}:1: there is no column `{missing[0]}`; the first line must name the columns"
            " `name` and `accuracy`"
        )
    accuracies: dict[str, float] = {}
    for row in rows:
        _add(accuracies, row["name"] or "", row["accuracy"] or "", f"{path}:{rows.line_num}: ")
    return accuracies


def _add(accuracies: dict[str, float], name: str, value: str, place: str) -> None:
    name = name.strip()
    if name in accuracies:
        raise Unreadable(f"{place}`{name}` has two accuracies")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 100:
        raise Unreadable(
            f"{place}the accuracy of `{name}` must be a number of percent, 0 to 100, and it is"
            f" `{value.strip()}`"
        )
    accuracies[name] = number


def strangers(accuracies: Mapping[str, float], names: Iterable[str]) -> list[str]:
    """Those that have an accuracy and are not among ``names``."""
    return [name for name in accuracies if name not in set(names)]
