"""``search:`` of a recipe → what a sweep tries: values of the network's variables and of the
recipe, by their names as in ``--set``; or every complaint about it.

    search:
      filters: [16, 32]                       # each of these
      learning_rate: {log: [1e-4, 1e-2]}      # drawn, uniformly on a logarithmic scale
      dropout: {uniform: [0.0, 0.5], when: $filters > 16}
      epochs: {integers: [3, 9]}
      where: $parameters <= 1_000_000         # others are left out
      objective: val_accuracy
      trials: 40
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.frontend.expressions.expression import Expression, ExpressionError, parse
from archspec.frontend.yaml.document import Document, Value
from archspec.spelling import listed_names

RANGES = ("uniform", "log", "integers")
SETTINGS = ("where", "objective", "trials")
COUNTS = ("parameters", "trainable_parameters", "macs")
"""What ``where`` may name besides what is searched: the network's counts."""

MOST_TRIALS = 100_000

Values = Mapping[str, Any]
"""What one trial sets, by name; what its ``when`` leaves out is missing."""


class Range(NamedTuple):
    """Numbers from ``low`` to ``high``, both included: drawn uniformly (``uniform``), uniformly on
    a logarithmic scale (``log``), or whole numbers (``integers``).
    """

    kind: str
    low: float
    high: float


class Condition(NamedTuple):
    """An expression that is true or false, and where it stands."""

    expression: Expression
    span: Span


class Dimension(NamedTuple):
    """One of the values searched: its choices, or a range; ``when`` says whether a trial has it."""

    choices: tuple[Any, ...]
    range: Range | None
    when: Condition | None
    span: Span


class Search(NamedTuple):
    """What a sweep tries. ``trials`` is their number, ``None`` for a grid; ``objective`` the number
    of an epoch by which they are compared, ``None`` for the recipe's own.
    """

    dimensions: Mapping[str, Dimension]
    where: Condition | None
    objective: str | None
    trials: int | None
    document: Document

    @property
    def is_grid(self) -> bool:
        """Whether there are choices alone, all of which are tried."""
        return self.trials is None

    def holds(self, condition: Condition, values: Values) -> bool:
        """Whether a condition is true of some values. Raises `SpecError`."""
        try:
            result = condition.expression.evaluate(TrialScope(values))
        except ExpressionError as error:
            raise self.refusal(error.message, condition.span, error.help) from None
        if not isinstance(result, bool):
            raise self.refusal("a condition must be true or false", condition.span)
        return result

    def refusal(self, message: str, span: Span, help: str | None = None) -> SpecError:
        """The refusal of something in the recipe."""
        problem = Diagnostic("wrong-search", message, span, help=help)
        return SpecError([problem], self.document.sources)

    def grid(self) -> Iterator[Values]:
        """All combinations of the choices, in the order of the text, each once."""
        seen = set()
        for combination in product(*(dimension.choices for dimension in self.dimensions.values())):
            values = self.applicable(dict(zip(self.dimensions, combination, strict=True)))
            if repr(values) not in seen:
                seen.add(repr(values))
                yield values

    def applicable(self, values: Values) -> Values:
        """The values without those that their ``when`` leaves out."""
        result: dict[str, Any] = {}
        for name, value in values.items():
            when = self.dimensions[name].when
            if when is None or self.holds(when, result):
                result[name] = value
        return result


class TrialScope(NamedTuple):
    """The scope of a condition: a path such as ``fit.epochs`` is known by its last step."""

    values: Values

    def lookup(self, name: str) -> Any:
        """The value of a variable. Raises `KeyError` where there is none."""
        short = {key.rpartition(".")[2]: value for key, value in self.values.items()}
        return {**short, **self.values}[name]

    def spend(self, steps: int) -> None:
        """Conditions are short, and evaluated once for each trial: nothing is counted."""


def read_search(document: Document) -> Search:
    """The search of a recipe. Raises `SpecError` with all that is wrong in it."""
    value = document.root.get("search")
    if value is None or not value.is_mapping or not value.data:
        span = value.place if value is not None else document.root.first_line
        help = "add `search: {learning_rate: [0.001, 0.01]}`, or more"
        message = "this recipe does not say what to search"
        raise SpecError([Diagnostic("wrong-search", message, span, help=help)], document.sources)
    problems: list[Diagnostic] = []
    dimensions = {
        name: _dimension(name, entry, problems)
        for name, entry in value.items()
        if name not in SETTINGS
    }
    where, objective, trials = (value.get(name) for name in SETTINGS)
    search = Search(
        dimensions,
        None if where is None else _condition(where, problems),
        None if objective is None else _text(objective, problems),
        None if trials is None else _number(trials, problems),
        document,
    )
    ranged = [name for name, dimension in dimensions.items() if dimension.range is not None]
    if ranged and trials is None:
        message = f"of {listed_names(ranged)} there is no end of values"
        help = "add `trials: 40` to `search`, or list values to try"
        problems.append(Diagnostic("wrong-search", message, dimensions[ranged[0]].span, help=help))
    if problems:
        raise SpecError(problems, document.sources)
    return search


def _dimension(name: str, value: Value, problems: list[Diagnostic]) -> Dimension:
    choices, ranged, when = value, None, None
    if value.is_mapping:
        kinds = [key for key in value.data if key in (*RANGES, "of")]
        unknown = [key for key in value.data if key not in (*RANGES, "of", "when")]
        if len(kinds) != 1 or unknown:
            help = (
                f"write `{name}: [...]`, or {listed_names([f'{kind}: [1, 10]' for kind in RANGES])}"
            )
            message = f"`{name}` must be a list of values, or a mapping with one range"
            problems.append(Diagnostic("wrong-search", message, value.first_line, help=help))
            return Dimension((), None, None, value.place)
        choices = value.data[kinds[0]]
        when = _condition(value.data["when"], problems) if "when" in value.data else None
        if kinds[0] in RANGES:
            ranged = _range(kinds[0], choices, problems)
            return Dimension((), ranged, when, value.place)
    if not choices.is_list or not choices.data:
        message, help = f"`{name}` must be a list of values", f"write `{name}: [1, 2]`"
        problems.append(Diagnostic("wrong-search", message, choices.span, help=help))
        return Dimension((), None, when, value.place)
    return Dimension(tuple(choices.unwrapped()), None, when, value.place)


def _range(kind: str, value: Value, problems: list[Diagnostic]) -> Range | None:
    bounds = value.unwrapped()
    numbers = (int,) if kind == "integers" else (int, float)
    if not (
        isinstance(bounds, list)
        and len(bounds) == 2
        and all(type(bound) in numbers for bound in bounds)
        and bounds[0] < bounds[1]
        and (kind != "log" or bounds[0] > 0)
    ):
        what = {"log": "two numbers above 0", "integers": "two integers"}.get(kind, "two numbers")
        message = f"`{kind}` must be {what}, the lower one first"
        example = "[1, 9]" if kind == "integers" else "[0.0001, 0.01]"
        help = f"write `{kind}: {example}`"
        problems.append(Diagnostic("wrong-search", message, value.span, help=help))
        return None
    return Range(kind, *bounds)


def _condition(value: Value, problems: list[Diagnostic]) -> Condition | None:
    try:
        if not isinstance(value.data, str) or "$" not in value.data:
            raise ExpressionError("this is no expression", 0, 0, help="write `$parameters < 1_000`")
        return Condition(parse(value.data), value.span)
    except ExpressionError as error:
        problems.append(Diagnostic(error.code, error.message, value.span, help=error.help))
        return None


def _text(value: Value, problems: list[Diagnostic]) -> str | None:
    if isinstance(value.data, str):
        return value.data
    message = "`objective` must be the name of a number of an epoch"
    problems.append(
        Diagnostic("wrong-search", message, value.span, help="write `objective: val_loss`")
    )
    return None


def _number(value: Value, problems: list[Diagnostic]) -> int | None:
    if type(value.data) is int and 0 < value.data <= MOST_TRIALS:
        return value.data
    message = f"`trials` must be an integer from 1 to {MOST_TRIALS:,}"
    problems.append(Diagnostic("wrong-search", message, value.span, help="write `trials: 40`"))
    return None
