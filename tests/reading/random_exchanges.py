"""Random networks of several lanes that exchange what they have, by seed: merges of many tensors,
some of them behind layers, which random networks of motifs seldom have.
"""

from __future__ import annotations

from random import Random
from typing import Any

from archspec import compile
from archspec.graph import Graph

CHANNELS = 4
PATHS: tuple[list[Any], ...] = (
    [],
    ["ReLU"],
    ["BatchNormalization", "ReLU"],
    [{"Dense": {"units": CHANNELS}}],
    ["ReLU", {"Dense": {"units": CHANNELS}}],
    [{"Dense": {"units": CHANNELS}}, "ReLU", {"Dense": {"units": CHANNELS}}],
)
"""What is done to a lane before it is merged."""


def network(seed: int) -> Graph:
    """The graph of such a network."""
    return compile(document(seed))


def document(seed: int) -> dict[str, Any]:
    """Its spec: in each stage every lane merges some of the lanes of the stage before, mostly in
    one way, and at the end one merges all that is left.
    """
    random = Random(seed)
    lanes = [f"s0_{lane}" for lane in range(random.randint(2, 4))]
    items: list[Any] = [
        {"name": lane, "from": "input", "Dense": {"units": CHANNELS}} for lane in lanes
    ]
    unused = dict.fromkeys(lanes)
    paths = random.sample(PATHS, 3)
    for stage in range(1, random.randint(2, 5)):
        new = []
        for number in range(len(lanes) if random.random() < 0.8 else random.randint(1, 4)):
            taken = random.sample(lanes, random.randint(min(2, len(lanes)), len(lanes)))
            usual = paths if random.random() < 0.8 else PATHS
            items += _merged(random, f"s{stage}_{number}", taken, usual)
            new.append(f"s{stage}_{number}")
            unused = {lane: None for lane in (*unused, new[-1]) if lane not in taken}
        lanes = [*new, *random.sample(lanes, random.randint(0, 1))]
    items += _merged(random, "last", [*unused], paths)
    return {"archspec": 1, "name": "exchange", "input": [CHANNELS], "layers": items}


def _merged(random: Random, name: str, taken: list[str], paths: Any) -> list[dict[str, Any]]:
    """A merge of some lanes, each behind layers of its own, and sometimes a layer behind it."""
    items: list[dict[str, Any]] = []
    for number, lane in enumerate(taken):
        path = random.choice(paths)
        items.append({"name": f"{name}_{number}", "from": lane, "layers": path})
    sources = [f"{name}_{number}" for number in range(len(taken))]
    if len(sources) > 1:
        items.append({"from": sources, random.choice(("Add", "Add", "Average")): {}})
    else:
        items.append({"from": sources[0], "ReLU": {}})
    behind = random.choice(([], ["ReLU"], [{"Dense": {"units": CHANNELS}}]))
    return [*items, {"name": name, "layers": behind}]
