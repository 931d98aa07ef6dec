"""A `Document` → the same, checked by the JSON Schema, with a diagnostic for each mistake. What
explains mistakes is loaded where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

import jsonschema

from archspec import limits
from archspec.frontend.schema.json_schema import for_checking
from archspec.frontend.yaml.document import Document


@cache
def validator() -> jsonschema.Draft202012Validator:
    """The validator of specs, made once."""
    kinds_by_name = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
        jsonschema.Draft202012Validator, {"properties": _properties}
    )
    made: jsonschema.Draft202012Validator = kinds_by_name(for_checking())
    return made


def _properties(
    validator: Any, properties: Mapping[str, Any], instance: Any, schema: Any
) -> Iterator[Any]:
    """The keyword ``properties``, by the keys of the instance: an item has a few, and the schema of
    an item over a hundred.
    """
    if not validator.is_type(instance, "object"):
        return
    for key, value in instance.items():
        if key in properties:
            yield from validator.descend(value, properties[key], path=key, schema_path=key)


def check(document: Document) -> Document:
    """The document with what the schema has against it, each mistake once, in the author's
    words. Raises `SpecError` where no more can be said.
    """
    errors = list(islice(validator().iter_errors(document.data), limits.MISTAKES))
    if not errors:
        return document
    from archspec.frontend.schema.complaints import explained

    return explained(document, errors)
