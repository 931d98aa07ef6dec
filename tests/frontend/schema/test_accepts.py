"""Whether a schema accepts a value: as jsonschema says, of every document and of any other value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from archspec.diagnostics import SpecError
from archspec.frontend.schema.accepts import ANNOTATIONS, KEYWORDS, accepts
from archspec.frontend.schema.complaints import validator
from archspec.frontend.schema.json_schema import for_checking, generate
from archspec.frontend.yaml import reader
from tests.paths import CORPUS, SPECS

ONE = ("additionalProperties", "else", "if", "items", "not", "propertyNames", "then")
BY_NAME = ("$defs", "dependentSchemas", "patternProperties", "properties")


def subschemas(schema: Any) -> Iterator[dict[str, Any]]:
    """A schema and all that stand in it."""
    if isinstance(schema, dict):
        yield schema
        inner = [schema[key] for key in ONE if key in schema] + schema.get("anyOf", [])
        inner += [each for key in BY_NAME for each in schema.get(key, {}).values()]
        for each in inner:
            yield from subschemas(each)


def test_every_keyword_of_the_schema_is_known() -> None:
    cells = generate()["$defs"]["cells"]  # schemas by name, and no schema itself
    schemas = [each for each in subschemas(generate()) if each != cells]
    used = {key for schema in schemas for key in schema}
    assert used <= KEYWORDS.keys() | ANNOTATIONS


def test_what_is_not_known_accepts_nothing() -> None:
    assert accepts({"type": "integer"}, 6, {})
    assert not accepts({"type": "integer", "multipleOf": 3}, 6, {})


def documents() -> Iterator[Any]:
    for path in (*sorted(SPECS.rglob("*.yaml")), *sorted(CORPUS.glob("*.yaml"))):
        try:
            yield reader.read(path.read_text(encoding="utf-8"), path.name).data
        except (SpecError, UnicodeDecodeError):
            continue


DOCUMENTS = list(documents())


def agree(document: Any) -> bool:
    schema = for_checking()
    return accepts(schema, document, schema) == validator().is_valid(document)


def test_it_says_of_every_document_what_jsonschema_says() -> None:
    schema = for_checking()
    accepted = [accepts(schema, document, schema) for document in DOCUMENTS]
    assert accepted.count(True) > 100 and accepted.count(False) >= 100
    assert all(map(agree, DOCUMENTS))


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.sampled_from([1.0, 0.5, "", "a", "$a", "Add"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abx"), inner),
    max_leaves=4,
)


def replaced(document: Any, steps: list[int], value: Any) -> Any:
    """A document with another value somewhere in it: which way to go, at each level."""
    if not steps or not isinstance(document, dict | list) or not document:
        return value
    keys = list(document) if isinstance(document, dict) else list(range(len(document)))
    key = keys[steps[0] % len(keys)]
    copy = document.copy()
    copy[key] = replaced(document[key], steps[1:], value)
    return copy


@given(st.sampled_from(DOCUMENTS), st.lists(st.integers(0, 20), max_size=7), VALUES)
@settings(max_examples=150)
def test_and_of_a_document_with_any_value_anywhere(
    document: Any, steps: list[int], value: Any
) -> None:
    assert agree(replaced(document, steps, value))


TYPES = st.sampled_from(["object", "array", "string", "integer", "number", "boolean", "null"])
NUMBERS = st.integers(-1, 2) | st.just(0.5)
COUNTS = st.integers(0, 2)
KEYS = st.lists(st.sampled_from("abx"), max_size=2, unique=True)


def a_schema(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    by_key = st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    numbers = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    sizes = ("minItems", "maxItems", "minProperties", "maxProperties")
    keywords: dict[str, st.SearchStrategy[Any]] = {
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
        "const": SCALARS,
        "enum": st.lists(SCALARS, min_size=1, max_size=3),
        **dict.fromkeys(numbers, NUMBERS),
        **dict.fromkeys(sizes, COUNTS),
        "pattern": st.sampled_from(["[$]", "^a", "^A.*d$"]),
        "properties": by_key,
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "b|x"]), inner, max_size=2),
        "additionalProperties": st.booleans() | inner,
        "required": KEYS,
        "dependentSchemas": by_key,
        "dependentRequired": st.dictionaries(st.sampled_from("ab"), KEYS, max_size=2),
        **dict.fromkeys(("items", "propertyNames", "if", "then", "else", "not"), inner),
        "anyOf": st.lists(inner, min_size=1, max_size=2),
        "$ref": st.just("#/$defs/it"),
    }
    assert keywords.keys() == KEYWORDS.keys() | {"then", "else"}
    some = st.lists(st.sampled_from(sorted(keywords)), max_size=4, unique=True)
    return some.flatmap(lambda names: st.fixed_dictionaries({n: keywords[n] for n in names}))


REFERRED = {"type": ["integer", "object"], "maximum": 1, "required": ["a"]}
SCHEMAS = st.recursive(st.just({}), a_schema, max_leaves=6)


@given(SCHEMAS, VALUES)
@settings(max_examples=300)
def test_a_schema_accepts_what_it_accepts_for_jsonschema(schema: Any, value: Any) -> None:
    root = {**schema, "$defs": {"it": REFERRED}}
    assert accepts(root, value, root) == jsonschema.Draft202012Validator(root).is_valid(value)
