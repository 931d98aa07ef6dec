"""Diagnostics as text, JSON and GitHub's annotations."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

import archspec
from archspec.diagnostics import (
    STOPPED,
    Complaints,
    Diagnostic,
    Enough,
    Span,
    SpecError,
    as_github,
    as_json,
    as_text,
    in_order,
)
from archspec.limits import MISTAKES, SHOWN_DIAGNOSTICS
from tests import paths

DOCS = paths.DOCS / "errors.md"
FILE = "net.yaml"


def one(line: int, column: int, end: int, **words: object) -> Diagnostic:
    return Diagnostic("wrong-value", "this is wrong", Span(FILE, line, column, line, end), **words)  # type: ignore[arg-type]


def shown(text: str, diagnostic: Diagnostic) -> tuple[str, str]:
    """The source line of a rendered diagnostic, and the line with its carets, after the gutter."""
    rows = as_text([diagnostic], {FILE: text}).splitlines()
    gutter = len(str(diagnostic.span.line)) + 3
    return rows[3][gutter:], rows[4][gutter:]


def under(text: str, diagnostic: Diagnostic) -> str:
    """The characters of the shown line that have a caret below them, where each takes one
    column.
    """
    source, carets = shown(text, diagnostic)
    start = carets.index("^")
    return source[start : start + carets.count("^")]


# --- text


def test_all_parts_in_order() -> None:
    diagnostic = one(
        2, 3, 6, label="found this", notes=("in block `a`", "and so on"), help="write that"
    )
    assert as_text([diagnostic], {FILE: "a: 1\nb: xyz\n"}) == "\n".join(
        [
            "error[wrong-value]: this is wrong",
            "  --> net.yaml:2:3",
            "  |",
            "2 | b: xyz",
            "  |   ^^^ found this",
            "  = in block `a`",
            "  = and so on",
            "  = help: write that",
        ]
    )


def test_gutter_is_as_wide_as_the_line_number() -> None:
    rows = as_text([one(120, 1, 2)], {FILE: "x\n" * 130}).splitlines()
    assert rows[1:5] == ["    --> net.yaml:120:1", "    |", "120 | x", "    | ^"]


def test_file_without_text_shows_its_label() -> None:
    rows = as_text([one(1, 1, 1, label="it looks like UTF-16")], {}).splitlines()
    assert rows[2] == "  = it looks like UTF-16"


def test_tab_is_seen_and_takes_one_column() -> None:
    assert shown("\tfilters: 8\n", one(1, 2, 9)) == ("→filters: 8", " ^^^^^^^")


def test_the_command_line_is_no_file() -> None:
    text = as_text(
        [
            Diagnostic(
                "unknown-variable",
                "there is none",
                Span("--set clases=10", 1, 1, 1, 7),
                help="write that",
            )
        ],
        {"--set clases=10": "clases=10"},
    )
    assert text.splitlines()[1:5] == [
        "  --> the command line",
        "  |",
        "  | --set clases=10",
        "  |       ^^^^^^",
    ]


def test_wide_characters_take_two_columns() -> None:
    assert shown("名前: 層x\n", one(1, 5, 7)) == ("名前: 層x", " " * 6 + "^^^")


def test_combining_characters_take_none() -> None:
    assert shown("re\u0301seau: x\n", one(1, 10, 11)) == ("re\u0301seau: x", " " * 8 + "^")


@pytest.mark.parametrize("char", ["\x1b", "\x00", "\u200b", "\u202e"])
def test_invisible_characters_are_signs(char: str) -> None:
    assert under(f"a: {char}b\n", one(1, 4, 5)) == "�"


def test_words_cannot_break_the_lines_or_the_terminal() -> None:
    text = as_text([one(1, 1, 2, label="found the text 'a\nb'", help="\x1b[31mred")], {FILE: "x"})
    assert len(text.splitlines()) == 6
    assert "\x1b" not in text


@pytest.mark.parametrize("column", [1, 60, 400, 990])
def test_long_line_is_cut_around_the_span(column: int) -> None:
    text = "".join(chr(ord("a") + index % 26) for index in range(1000))
    diagnostic = one(1, column, column + 5)
    assert under(text, diagnostic) == text[column - 1 : column + 4]
    assert len(shown(text, diagnostic)[0]) <= 102


def test_carets_of_a_long_span_end_with_the_shown_line() -> None:
    source, carets = shown("x" * 1000, one(1, 60, 900))
    assert len(carets) <= len(source)


def test_span_of_several_lines_marks_the_first() -> None:
    diagnostic = Diagnostic("wrong-value", "this is wrong", Span(FILE, 1, 3, 3, 2))
    assert shown("a: [1,\n 2,\n ]\n", diagnostic) == ("a: [1,", "  ^^^^")


@pytest.mark.parametrize("text", ["a: [1", "a: [1\n"])
def test_span_at_the_end_of_the_last_line(text: str) -> None:
    assert shown(text, one(1, 6, 7)) == ("a: [1", "     ^")


def test_empty_text_has_no_excerpt() -> None:
    assert len(as_text([one(1, 1, 1, help="write something")], {FILE: ""}).splitlines()) == 3


def test_many_are_counted() -> None:
    text = as_text(
        [one(line, 1, 2) for line in range(1, SHOWN_DIAGNOSTICS + 8)], {FILE: "x\n" * 100}
    )
    assert text.count("error[") == SHOWN_DIAGNOSTICS
    assert text.endswith("\n\n... and 7 more")


def test_a_stage_that_stops_says_so_once() -> None:
    problems = Complaints()
    with pytest.raises(Enough):
        for line in range(1, MISTAKES + 2):
            problems.append(one(line, 1, 2))
    assert [STOPPED in each.notes for each in problems] == [False] * (MISTAKES - 1) + [True]
    assert as_text(problems, {}).endswith(
        f"\n\n... and {MISTAKES - SHOWN_DIAGNOSTICS} more; {STOPPED}"
    )


def test_order_is_that_of_the_text_file_by_file() -> None:
    other = Diagnostic("wrong-value", "elsewhere", Span("base.yaml", 1, 1, 1, 2))
    assert in_order([one(5, 1, 2), other, one(2, 4, 5), one(2, 1, 2), one(5, 1, 2)]) == (
        one(2, 1, 2),
        one(2, 4, 5),
        one(5, 1, 2),
        other,
    )


# --- JSON

SCHEMA = next(
    json.loads(block)
    for block in re.findall(r"```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    if "$schema" in block
)


def test_json_is_what_its_schema_says() -> None:
    diagnostics = [
        one(1, 2, 3),
        one(4, 5, 6, label="é", notes=("a", "b"), help="c", severity="warning"),
    ]
    data = json.loads(as_json(diagnostics))
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    assert data[1] == {
        "severity": "warning",
        "code": "wrong-value",
        "message": "this is wrong",
        "span": {"file": FILE, "line": 4, "column": 5, "end_line": 4, "end_column": 6},
        "label": "é",
        "notes": ["a", "b"],
        "help": "c",
    }


def test_nothing_is_an_empty_array() -> None:
    assert json.loads(as_json([])) == []


def test_example_of_the_documentation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (
        "archspec: 1\nname: lenet\ninput: [28, 28, 1]\n\nlayers:\n  - Conv2D: {filters: 6,"
        " kernel_size: 5, padding: smae}\n"
    )
    Path("lenet.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        archspec.compile("lenet.yaml")
    documentation = DOCS.read_text(encoding="utf-8")
    assert f"```\n{caught.value}\n```" in documentation
    assert f"```\n{as_github(caught.value.diagnostics)}\n```" in documentation
    example = re.search(r"```json\n(\[.*?)```", documentation, re.DOTALL)
    assert example is not None
    assert json.loads(example[1]) == json.loads(as_json(caught.value.diagnostics))


# --- GitHub


def test_annotation_names_severity_place_and_code() -> None:
    assert (
        as_github([one(4, 5, 9, severity="warning")])
        == "::warning file=net.yaml,line=4,endLine=4,col=5,endColumn=8,title=wrong-value::this is"
        " wrong"
    )


def test_annotation_of_several_lines_has_no_columns() -> None:
    diagnostic = Diagnostic("wrong-value", "this is wrong", Span(FILE, 1, 3, 3, 2))
    assert (
        as_github([diagnostic])
        == "::error file=net.yaml,line=1,endLine=3,title=wrong-value::this is wrong"
    )


def test_annotation_holds_label_notes_and_help() -> None:
    line = as_github([one(1, 1, 2, label="found it", notes=("in block `a`",), help="write that")])
    assert line.endswith("::this is wrong: found it%0Ain block `a`%0Ahelp: write that")


def test_annotation_is_escaped() -> None:
    diagnostic = Diagnostic("wrong-value", "100% :: a\r\nb", Span("a,b:c%.yaml", 1, 1, 1, 2))
    line = as_github([diagnostic])
    assert (
        line == "::error"
        " file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=1,endColumn=1,title=wrong-value::100%25 ::"
        " a%0D%0Ab"
    )


def test_annotations_are_a_line_each() -> None:
    assert len(as_github([one(1, 1, 2, help="a\nb"), one(2, 1, 2)]).splitlines()) == 2
