"""The canonical layout of specs: what is laid out is the same document with the same comments, and
laid out twice it is as it was once.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings

from archspec.diagnostics import SpecError
from archspec.frontend.yaml.formatter import formatted
from archspec.frontend.yaml.reader import read
from archspec.frontend.yaml.writer import write
from tests.paths import ROOT
from tests.test_laws import DATA, specs

FILES = sorted(
    [
        *(ROOT / "specs").rglob("*.yaml"),
        *(ROOT / "recipes").rglob("*.yaml"),
        *(ROOT / "tests" / "data").rglob("*.yaml"),
        *(ROOT / "tests" / "errors").rglob("*.yaml"),
    ]
)


def documents() -> list[tuple[Path, str]]:
    """The files that hold a document of YAML, with their texts."""
    found = []
    for path in FILES:
        try:
            text = path.read_bytes().decode()
            read(text, path.name)
        except (SpecError, UnicodeDecodeError):
            continue
        found.append((path, text))
    return found


def comments(text: str) -> list[str]:
    """The comments as PyYAML's own scanner leaves them: what lies between its tokens."""
    between, at = [], 0
    for token in yaml.scan(text, Loader=yaml.Loader):
        if token.start_mark.index > at:
            between.append(text[at : token.start_mark.index])
        at = max(at, token.end_mark.index)
    between.append(text[at:])
    return [match.rstrip() for gap in between for match in re.findall(r"#.*", gap)]


def test_every_document_stays_the_same_with_the_same_comments_and_is_laid_out_once() -> None:
    seen = documents()
    assert len(seen) > 300
    for path, text in seen:
        once = formatted(text, path.name)
        assert read(once, path.name).data == read(text, path.name).data, path
        assert formatted(once, path.name) == once, path
        if "|" not in text and ">" not in text:  # a block scalar's `#` is text
            assert sorted(comments(once)) == sorted(comments(text)), path


def test_what_archspec_ships_is_laid_out() -> None:
    for folder in ("specs", "recipes"):
        for path in (ROOT / folder).rglob("*.yaml"):
            text = path.read_text(encoding="utf-8")
            assert formatted(text, path.name) == text, f"run: archspec fmt {path}"


@settings(max_examples=100)
@given(specs())
def test_what_is_written_is_laid_out(spec: object) -> None:
    text = write(spec)
    assert formatted(text, "spec.yaml") == text


@settings(max_examples=200)
@given(DATA)
def test_any_data_stay_what_they_are(data: object) -> None:
    text = write({"data": data})
    assert read(formatted(text, "spec.yaml"), "spec.yaml").data == {"data": data}


CASES = {
    "spaces, indentation and empty lines": (
        "\n\narchspec:   1\nname: net\n\n\n\nlayers:\n- Flatten\n-   Dense: { units:  3 }\n\n\n",
        "archspec: 1\nname: net\n\nlayers:\n  - Flatten\n  - Dense: {units: 3}\n",
    ),
    "an item of one pair needs no braces": (
        "layers:\n  - {Dense: {units: 3}}\n  - {name: a, layers: [{ReLU: {}}, Flatten]}\n",
        "layers:\n  - Dense: {units: 3}\n  - {name: a, layers: [ReLU: {}, Flatten]}\n",
    ),
    "the colon that YAML needs": (
        "layers:\n  - Concatenate\n    from: [a, b]\n",
        "layers:\n  - Concatenate:\n    from: [a, b]\n",
    ),
    "comments stay at what they are about": (
        "# the file\nname: net # its name\n# the layers\nlayers: # in a chain\n  # first\n"
        "  - Flatten   # flat\n  # - Dropout\n  # the end of layers\n# the end\nexpect: {}\n",
        "# the file\nname: net  # its name\n# the layers\nlayers:  # in a chain\n  # first\n"
        "  - Flatten   # flat\n  # - Dropout\n  # the end of layers\n# the end\nexpect: {}\n",
    ),
    "comments within brackets open them": (
        "vars: {a: 1,   # one\n       b: 2}   # two\n",
        "vars:\n  a: 1         # one\n  b: 2         # two\n",
    ),
    "a comment behind brackets over several lines": (
        "vars: {a: 1,\n  b: 2}  # both\n",
        "vars: {a: 1, b: 2}  # both\n",
    ),
    "a hash in a text is no comment": (
        "source: 'Table #1'   # a table\nurl: a#b\n",
        "source: 'Table #1'   # a table\nurl: a#b\n",
    ),
    "lines that end as on Windows": (
        "name: net # its name\r\nlayers: # in a chain\r\n  - Flatten # flat, #1\r\n",
        "name: net  # its name\nlayers:  # in a chain\n  - Flatten  # flat, #1\n",
    ),
    "the columns of a table stay": (
        "rows:\n  - {k: 3,  f: 16, last: a}\n  - {k: 11, f: 128,  last: b}\n",
        "rows:\n  - {k: 3,  f: 16,  last: a}\n  - {k: 11, f: 128, last: b}\n",
    ),
    "what stands side by side stays in columns": (
        "repeat:\n  filters: [64, 128]\n  strides: [1,    2]\n",
        "repeat:\n  filters: [64, 128]\n  strides: [1,    2]\n",
    ),
    "branches below one another": (
        "branches:\n  1x1:  [a]\n  pool: [b]\n",
        "branches:\n  1x1:  [a]\n  pool: [b]\n",
    ),
    "numbers and quotes as they are written": (
        "a: 1_000\nb: 1e-3\nc: '1'\nd: \"x\"\ne: 0x10\n",
        "a: 1_000\nb: 1e-3\nc: '1'\nd: \"x\"\ne: 0x10\n",
    ),
    "anchors and aliases": (
        "a: &x {b:  1}\nc: *x\nd: &y\n    e: 1\nf: [*x,   *y]\n",
        "a: &x {b: 1}\nc: *x\nd: &y\n  e: 1\nf: [*x, *y]\n",
    ),
    "a text over several lines": (
        "description: >-\n      one\n      two\nsource: |\n    three\n\n    four\nname: a\n",
        "description: >-\n  one\n  two\nsource: |\n  three\n\n  four\nname: a\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_layout(case: str) -> None:
    text, expected = CASES[case]
    assert formatted(text, "spec.yaml") == expected


def test_long_brackets_are_broken() -> None:
    argument = "kernel_initializer: {VarianceScaling: {scale: 2.0, mode: fan_out}}"
    text = f"layers:\n  - {{name: projection, Conv2D: {{filters: 64, kernel_size: 3, {argument}, use_bias: false}}}}\n"
    assert formatted(text, "spec.yaml") == (
        "layers:\n  - name: projection\n"
        f"    Conv2D: {{filters: 64, kernel_size: 3, {argument}, use_bias: false}}\n"
    )
    numbers = ", ".join(str(number) for number in range(100, 140))
    assert formatted(f"vars: {{depths: [{numbers}]}}\n", "spec.yaml") == (
        f"vars:\n  depths: [{', '.join(str(number) for number in range(100, 126))},\n"
        f"           {', '.join(str(number) for number in range(126, 140))}]\n"
    )


def test_a_text_that_is_no_document_is_refused_as_everywhere() -> None:
    with pytest.raises(SpecError, match="never closed"):
        formatted("layers: [a\n", "spec.yaml")
