"""The validator's errors → diagnostics in the author's words, and the document with the mistakes
marked in it, so that the next stages can go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from archspec import limits
from archspec.diagnostics import Diagnostic, SpecError, stopped
from archspec.frontend.schema import missing_keys, wrong_keys, wrong_values
from archspec.frontend.schema.recovery import Mistake, mended
from archspec.frontend.schema.refusals import Refusal
from archspec.frontend.yaml.document import Document


def explained(document: Document, errors: list[Any]) -> Document:
    """The document with the diagnostics of some errors of jsonschema's, each mistake once. Raises
    `SpecError` where no more can be said.
    """
    refusals = [
        refusal
        for refusal in (Refusal.of(document, error) for error in _once(errors))
        if refusal.keyword != "additionalProperties" or refusal.unknown_keys()
    ]
    if not refusals:  # the keys are kinds that the spec declares
        return document
    problems = [diagnostic for refusal in refusals for diagnostic in diagnostics(refusal)]
    if len(errors) == limits.MISTAKES:  # there may be more, which the next stages cannot pass over
        raise SpecError(stopped(problems), document.sources)
    mistakes = [Mistake(refusal.path, refusal.unknown_keys()) for refusal in refusals]
    return mended(document, mistakes, problems)


def _once(errors: Iterable[Any]) -> Iterator[Any]:
    """The validator's errors, each value and keyword once: it has an error for every key that is
    missing, and a `Refusal` names them all.
    """
    seen = set()
    for error in errors:
        which = (*error.absolute_path, "of", *error.absolute_schema_path)
        if which not in seen:
            seen.add(which)
            yield error


COMPLAINTS: Mapping[str, Callable[[Refusal], Iterator[Diagnostic]]] = {
    "additionalProperties": wrong_keys.unknown_keys,
    "required": missing_keys.missing_keys,
    "dependentRequired": missing_keys.missing_partners,
    "not": wrong_keys.both_inputs,
    "minProperties": wrong_values.empty,
    "maxProperties": wrong_values.too_many,
    "minItems": wrong_values.too_few,
}
"""What says what is wrong, by the keyword of the schema; without a row, `wrong_value`."""


def diagnostics(refusal: Refusal) -> Iterator[Diagnostic]:
    """What is wrong: nothing where another error of the validator says the same mistake."""
    if refusal.expects.what == "variant name":
        yield from wrong_keys.wrong_names(refusal)
    elif not missing_keys.is_misplaced_merge(refusal):
        yield from COMPLAINTS.get(refusal.keyword, wrong_values.wrong_value)(refusal)
