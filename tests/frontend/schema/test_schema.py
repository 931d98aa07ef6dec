"""The JSON Schema for editors: it is one, it describes every argument, and it takes what an
editor makes of our specs.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from archspec.frontend.schema.editor_schema import editor_schema
from archspec.layers import KINDS
from tests.paths import ROOT

SCHEMA = editor_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_it_is_a_schema_that_an_editor_loads_in_no_time() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert len(json.dumps(SCHEMA)) < 320_000


def test_every_reference_in_it_leads_somewhere() -> None:
    """An editor that misses one definition checks and completes nothing at all."""
    references = set(re.findall(r'"[$]ref": "#/[$]defs/([^"]+)"', json.dumps(SCHEMA)))
    assert references <= SCHEMA["$defs"].keys()


@pytest.mark.parametrize("path", sorted(ROOT.glob("specs/*.yaml")), ids=lambda path: path.stem)
def test_every_spec_passes_as_a_plain_yaml_reader_reads_it(path: Path) -> None:
    found = VALIDATOR.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert not [(list(error.absolute_path), error.message) for error in found]


def resolved(fragment: dict[str, Any]) -> dict[str, Any]:
    """A fragment, the one that it refers to instead of a reference."""
    return SCHEMA["$defs"][fragment["$ref"].rpartition("/")[2]] if "$ref" in fragment else fragment


@pytest.mark.parametrize("kind", KINDS)
def test_every_argument_has_a_type_a_default_and_a_description(kind: str) -> None:
    (written,) = SCHEMA["$defs"]["item"]["else"]["properties"][kind]["anyOf"]
    if not kind.startswith("ops."):  # the schema does not list them in `defaults`
        defaults = SCHEMA["$defs"]["defaults"]["properties"][kind]
        assert defaults["$ref"] == written["$ref"]
    properties = resolved(written)["properties"]
    assert list(properties) == list(KINDS[kind].attributes)
    for name, attribute in KINDS[kind].attributes.items():
        fragment = resolved(properties[name])
        assert fragment["description"] and ("default" in fragment) != attribute.required, name
        assert {"type", "anyOf"} & fragment.keys(), name


def accepts(**arguments: Any) -> bool:
    layer = {"Dense": {"units": 3, **arguments}}
    return VALIDATOR.is_valid({"archspec": 1, "name": "net", "input": [4], "layers": [layer]})


@pytest.mark.parametrize("units", [3, "1_000", "$n", "2 * $n"])
def test_a_number_may_be_an_expression_or_a_text_that_is_a_number_in_yaml_1_2(units: Any) -> None:
    assert accepts(units=units)


@pytest.mark.parametrize("units", [0, -1, "three", "3a", None, [3]])
def test_anything_else_is_no_number(units: Any) -> None:
    assert not accepts(units=units)


@pytest.mark.parametrize(
    "value",
    [
        "l2",
        {"L2": {"l2": 0.1}},
        {"L2": {"l2": "1e-4"}},
        {"L2": {"l2": "$decay"}},
        {"L2": None},
        "$penalty",
        None,
    ],
)
def test_objects_are_names_or_written_like_layers(value: Any) -> None:
    assert accepts(kernel_regularizer=value)


@pytest.mark.parametrize(
    "value",
    ["l3", {"L3": {}}, {"L2": {"l1": 0.1}}, {"L2": {"l2": "much"}}, {"L1": {}, "L2": {}}, 3],
)
def test_other_objects_are_refused(value: Any) -> None:
    assert not accepts(kernel_regularizer=value)
