"""A graph and its document's ``names`` section → the graph with the names that Keras has for the
layers which it does not call by their paths.

A key is a path, the beginning of one with a mapping of what lies within it, or either with a
variable in the place of each number: ``stage$s.block$b``. The key ``.`` says what stands for the
dots of all other paths.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from archspec import limits
from archspec.diagnostics import Diagnostic, stopped
from archspec.frontend.elaborate.budget import Budget, Exceeded
from archspec.frontend.program.formulas import Located, NameFormula, name_formula
from archspec.frontend.yaml.document import Value
from archspec.graph import Graph
from archspec.spelling import cut, did_you_mean, listed_names

DOT = "."
"""The key whose value stands for the dots of paths."""

VARIABLE = re.compile(r"\$([A-Za-z_]\w*)|\$\(\s*([A-Za-z_]\w*)\s*\)", re.ASCII)
NUMBER = r"(0|[1-9]\d{0,8})"
COUNTED = r"(?:_([1-9]\d{0,8}))?"
"""What the number of a step matches, and that of an automatic step, which does not write its 1."""


class Rule(NamedTuple):
    """An entry: the whole key, what paths it matches, its variables in their order, and the name;
    ``value`` is where it stands.
    """

    key: str
    pattern: re.Pattern[str]
    variables: tuple[str, ...]
    name: NameFormula
    value: Value


class Numbers(NamedTuple):
    """The numbers that a path has in the places of a key's variables, and what may be spent."""

    values: Mapping[str, int]
    budget: Budget

    def lookup(self, name: str) -> Any:
        """The number of a variable."""
        return self.values[name]

    def spend(self, steps: int) -> None:
        """Pay for elementary steps. Raises `Exceeded`."""
        self.budget.spend(steps)


def with_names(graph: Graph, section: Value) -> tuple[Graph, list[Diagnostic]]:
    """The graph with the names of a ``names`` section, and warnings of keys that no layer has; and
    what is wrong with the names.
    """
    naming = _Naming(section)
    names = {
        node.name: naming.name_of(node.name) for node in graph.nodes if node.weights_of is None
    }
    problems = [*naming.problems, *naming.wrong(graph.inputs, names)][: limits.MISTAKES]
    used = {rule.key for rule in naming.givers.values()}
    unused = [_unused(rule, graph) for rule in naming.rules if rule.key not in used]
    graph = replace(
        graph,
        names={path: name for path, name in names.items() if name != path},
        warnings=(*graph.warnings, *unused),
    )
    return graph, stopped(problems) if len(problems) == limits.MISTAKES else problems


class _Naming:
    """The entries of a section, applied to one path after the other."""

    def __init__(self, section: Value) -> None:
        self.section = section
        self.budget = Budget()
        self.problems: list[Diagnostic] = []
        self.rules = list(_rules(section, self.problems))
        self.by_words: dict[str, list[Rule]] = {}
        for rule in sorted(self.rules, key=lambda rule: len(rule.variables) > 0):
            self.by_words.setdefault(_words(rule.key), []).append(rule)  # whole paths come first
        dot = section.get(DOT)
        self.between = DOT if dot is None else str(dot.text)
        self.givers: dict[str, Rule] = {}

    def name_of(self, path: str) -> str:
        """What Keras calls the layer of a path."""
        for rule in self.by_words.get(_words(path), ()):
            values = _numbers(rule, path)
            if values is not None:
                self.givers[path] = rule
                return self._filled(rule, values)
        return path.replace(DOT, self.between)

    def _filled(self, rule: Rule, values: Mapping[str, int]) -> str:
        """The name that a rule gives; a mistake in it is told once."""
        try:
            return rule.name.fill(Numbers(values, self.budget))
        except Located as error:
            problem = error.diagnostic
        except Exceeded as error:
            problem = Diagnostic("bound-network", error.message, rule.value.span, help=error.help)
        if problem not in self.problems:
            self.problems.append(problem)
        return rule.key

    def wrong(self, inputs: Iterable[str], names: Mapping[str, str]) -> Iterator[Diagnostic]:
        """Names that Keras refuses, and those that two layers, or a layer and an input, have."""
        owners = {name: f"the input `{name}`" for name in inputs}
        for path, name in names.items():
            rule = self.givers.get(path)
            span = rule.value.span if rule else self.section.place
            if not name or "/" in name or len(name) > limits.NAME_LENGTH:
                shown = f"`{cut(name)}`" if name else "an empty text"
                message = f"{shown} is no name for a layer in Keras"
                help = f"a name is a text without `/`, of at most {limits.NAME_LENGTH:,} characters"
                yield Diagnostic("wrong-name", message, span, help=help)
            elif name in owners and not self.problems:
                message = f"`{path}` and {owners[name]} are both called `{name}` in Keras"
                help = "give one of them another name"
                yield Diagnostic("duplicate-name", message, span, help=help)
            owners.setdefault(name, f"`{path}`")


# --- entries


def _rules(section: Value, problems: list[Diagnostic]) -> Iterator[Rule]:
    """The entries, those of mappings within the section with their whole keys."""
    pending = [(key, value) for key, value in section.items() if key != DOT]
    while pending:
        key, value = pending.pop(0)
        if value.is_mapping:
            pending[:0] = [(f"{key}{DOT}{inner}", entry) for inner, entry in value.items()]
            continue
        try:
            name = name_formula(value)
        except Located as error:
            problems.append(error.diagnostic)
            continue
        pattern, variables = _pattern(key)
        unknown = [one for one in name.mentions if one.name not in variables]
        if unknown:
            problems.append(_unknown(key, unknown[0], variables))
        else:
            yield Rule(key, pattern, variables, name, value)


def _pattern(key: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """What a key matches, and its variables."""
    parts: list[str] = []
    variables: list[str] = []
    at = 0
    for match in VARIABLE.finditer(key):
        before = key[at : match.start()]
        at = match.end()
        counted = before.endswith("_") and key[at : at + 1] in ("", DOT)
        parts += [re.escape(before.removesuffix("_") if counted else before)]
        parts += [COUNTED if counted else NUMBER]
        variables.append(match[1] or match[2])
    parts.append(re.escape(key[at:]))
    return re.compile("".join(parts)), tuple(variables)


def _numbers(rule: Rule, path: str) -> Mapping[str, int] | None:
    """The numbers in a path, where a rule matches it."""
    match = rule.pattern.fullmatch(path)
    if match is None:
        return None
    values: dict[str, int] = {}
    for name, text in zip(rule.variables, match.groups(), strict=True):
        number = int(text or 1)
        if values.setdefault(name, number) != number:
            return None
    return values


def _words(path: str) -> str:
    """A path or key without numbers, by which the keys that may match it are looked up."""
    return re.sub(r"[\d_]+", "", VARIABLE.sub("", path))


# --- what is wrong


def _unknown(key: str, mention: Any, variables: tuple[str, ...]) -> Diagnostic:
    known = listed_names([f"${name}" for name in dict.fromkeys(variables)])
    message = f"the key `{key}` has no variable `{mention.name}`"
    help = f"its variables: {known}" if known else "write it into the key, as in `block$n: b$n`"
    return Diagnostic("unknown-variable", message, mention.span, help=help)


def _unused(rule: Rule, graph: Graph) -> Diagnostic:
    message = f"no layer has the path `{rule.key}`"
    near = did_you_mean(rule.key, [node.name for node in graph.nodes])
    help = near or "correct it, or remove it; `archspec summary --layers` lists the paths"
    return Diagnostic("unused", message, rule.value.place, help=help, severity="warning")
