"""A graph and its document's ``expect`` section → where the network is not what the paper claims,
with what that comes from where it can be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from archspec import limits
from archspec.diagnostics import Diagnostic, stopped
from archspec.frontend.yaml.document import Value
from archspec.graph import Graph, Node, count_parameters
from archspec.spelling import did_you_mean, listed
from archspec.tensor import show_shape

NOUNS = {
    "parameters": "parameters",
    "trainable_parameters": "trainable parameters",
    "macs": "multiply-adds",
}

MEND = "mend the network, or the claim; `--no-expect` turns this check off"

MOST_STAGES = 8
"""Stages that one note counts; of more, the largest."""


def unmet_expectations(graph: Graph, expect: Value) -> list[Diagnostic]:
    """Where what the paper claims, an ``expect`` section, is not what the network has."""
    numbers = (_unmet_number(graph, what, claim) for what, claim in expect.items() if what in NOUNS)
    entries = expect.get("shapes")
    claims = entries.items() if entries is not None else ()
    shapes = (_unmet_shape(graph, path, claim) for path, claim in claims)
    problems = (problem for problem in chain(numbers, shapes) if problem is not None)
    unmet = list(islice(problems, limits.MISTAKES))
    return stopped(unmet) if len(unmet) == limits.MISTAKES else unmet


def _unmet_number(graph: Graph, what: str, claim: Value) -> Diagnostic | None:
    number, noun = getattr(graph, what), NOUNS[what]
    if number is None:
        message = f"{noun} depend on an unknown size, so they cannot be expected"
        help = "give the input fixed sizes, or remove this line"
        return Diagnostic("expectation", message, claim.span, help=help)
    if number == claim.data:
        return None
    message = f"the network has {number:,} {noun}, and {claim.data:,} are expected"
    label = f"{abs(number - claim.data):,} {'more' if number > claim.data else 'fewer'}"
    notes = tuple(_by_stage(graph, what))
    help = _cause(graph, what, claim.data) or MEND
    return Diagnostic("expectation", message, claim.span, label, notes, help)


def _unmet_shape(graph: Graph, path: str, claim: Value) -> Diagnostic | None:
    name = graph.endpoints.get(path, path if path in graph.inputs else None)
    name = graph.outputs.get(path, name)
    if name is None:
        near = did_you_mean(path, [*graph.endpoints, *graph.inputs, *graph.outputs])
        message = f"nothing in the network is called `{path}`"
        help = near or "`archspec summary --layers` lists the names"
        return Diagnostic("unknown-name", message, claim.place, help=help)
    shape, claimed = graph.tensors[name].shape, tuple(claim.unwrapped())
    if shape == claimed:
        return None
    message = f"`{path}` is {show_shape(shape)}, and {show_shape(claimed)} is expected"
    forgotten = "has a `Flatten` or a global pooling been forgotten?"
    help = forgotten if len(shape) > len(claimed) == 1 else MEND
    return Diagnostic("expectation", message, claim.span, help=help)


# --- where a number comes from


def _by_stage(graph: Graph, what: str) -> Iterator[str]:
    """A note with the number of each stage, where there are several."""
    stages: dict[str, list[Node]] = {}
    for node in graph.nodes:
        stages.setdefault(node.name.partition(".")[0], []).append(node)
    numbers = {name: _number(nodes, what) for name, nodes in stages.items()}
    numbers = {name: number for name, number in numbers.items() if number}
    if len(numbers) < 2:
        return
    largest = sorted(numbers, key=lambda name: -numbers[name])[:MOST_STAGES]
    shown = [f"`{name}` {number:,}" for name, number in numbers.items() if name in largest]
    more = len(numbers) - len(shown)
    rest = sum(numbers.values()) - sum(numbers[name] for name in largest)
    if more:
        shown.append(f"the {more:,} others {rest:,}")
    yield f"by stage: {listed(shown, len(shown))}"


def _number(nodes: Sequence[Node], what: str) -> int:
    if what == "macs":
        return sum(node.macs or 0 for node in nodes)
    return count_parameters(nodes, trainable=what == "trainable_parameters")


def _cause(graph: Graph, what: str, claim: int) -> str | None:
    """What the difference is, where it is the number of something, and what to do."""
    if what == "macs":
        twice = claim == 2 * (graph.macs or 0)
        return (
            f"the claim is twice the number: where a paper counts a multiply-add as two operations,"
            f" write `macs: {graph.macs:_}`"
            if twice
            else None
        )
    other = "parameters" if what == "trainable_parameters" else "trainable_parameters"
    if claim == getattr(graph, other):
        with_or_without = "with" if other == "parameters" else "without"
        return (
            f"that is their number {with_or_without} the moving statistics of normalizations: write"
            f" `{other}: {claim:_}`"
        )
    return _biases(graph, claim - getattr(graph, what))


def _biases(graph: Graph, lacking: int) -> str | None:
    """What to do where the number of parameters that a network has less than is claimed, or, below
    0, more, is that of the biases of all its layers of a kind.
    """
    kinds = dict.fromkeys(node.layer.kind() for node in graph.nodes if _has_kernel(node))
    for kind in kinds:
        nodes = [node for node in graph.nodes if node.layer.kind() == kind and _has_kernel(node)]
        biased = [node for node in nodes if _bias(node)]
        bare = [node for node in nodes if not _bias(node)]
        if biased and lacking == -sum(map(_bias, biased)):
            return "the difference is " + _biases_of(kind, biased, use="false")
        if bare and lacking == sum(node.output.shape[-1] or 0 for node in bare):
            return "the difference would be " + _biases_of(kind, bare, use="true")
    return None


def _biases_of(kind: str, nodes: Sequence[Node], use: str) -> str:
    if len(nodes) == 1:
        return f"the bias of `{nodes[0].name}`: write `use_bias: {use}` there"
    argument = f"`defaults: {{{kind}: {{use_bias: {use}}}}}`"
    return f"the biases of {len(nodes):,} `{kind}` layers: {argument} sets them all"


def _has_kernel(node: Node) -> bool:
    return "use_bias" in node.layer.attributes and bool(node.own_weights)


def _bias(node: Node) -> int:
    return sum(weight.size for weight in node.own_weights if weight.name == "bias")
