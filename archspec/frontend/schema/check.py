"""A `Document` → the same, checked by the JSON Schema, with a diagnostic for each mistake. What
finds and explains mistakes is loaded where there is one.
"""

from __future__ import annotations

from archspec.frontend.schema.accepts import accepts
from archspec.frontend.schema.json_schema import for_checking
from archspec.frontend.yaml.document import Document


def check(document: Document) -> Document:
    """The document with what the schema has against it, each mistake once, in the author's
    words. Raises `SpecError` where no more can be said.
    """
    schema = for_checking()
    if accepts(schema, document.data, schema):
        return document
    from archspec.frontend.schema.complaints import explained

    return explained(document)
