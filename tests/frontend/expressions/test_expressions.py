"""Expressions: their values against tables and against Python itself, their complaints against
exact words and places.
"""

import math
import time
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from archspec import limits
from archspec.frontend.expressions.expression import (
    RESERVED,
    UNKNOWN,
    ExpressionError,
    TensorValue,
    is_expression,
    parse,
    parse_template,
)

TABLE = [{"depth": 3, "width": 16}, {"depth": 5, "width": 24}]
VARIABLES = {
    "a": 4, "f": 64, "x": 2.5, "same": "same", "list": [3, 4, 6, 3], "flag": True, "nothing": None, "row": TABLE[0], "rows": TABLE, "i": 0,
    "in": TensorValue((None, 32, 16)), "prev": TensorValue((10, 64)), "h": TensorValue((None,)), "scalar": TensorValue(()),
    "conv_1": 1, "True_": 5, "is": 6,
}  # fmt: skip


class Purse:
    """A scope with a purse that may run dry."""

    def __init__(self, variables: dict[str, Any], work: float = math.inf):
        self.variables, self.work = variables, work

    def lookup(self, name: str) -> Any:
        return self.variables[name]

    def spend(self, steps: int) -> None:
        self.work -= steps
        if self.work < 0:
            raise ExpressionError("too much work", 0, 0, code="bound-expression")


def evaluate(text: str, variables: dict[str, Any] | None = None) -> Any:
    return parse(text).evaluate(Purse(VARIABLES if variables is None else variables))


def alike(a: Any, b: Any) -> bool:
    """Equal, and of the same kinds throughout: 1, 1.0 and True differ."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(alike, a, b))
    return type(a) is type(b) and a == b


# --- Values
# -----------------------------------------------------------------------------------------------------------

VALUES = [
    # literals and names
    ("3", 3), ("1_000", 1000), ("010", 10), ("1e-3", 0.001), (".5", 0.5), ("5.", 5.0), ("1_0.2_5E1", 102.5),
    ("'same'", "same"), ('"a \'b\' $c"', "a 'b' $c"), (r"'\n'", r"\n"), ("''", ""), ("true", True), ("false", False), ("null", None),
    ("$f", 64), ("$conv_1", 1), ("$list", [3, 4, 6, 3]), ("$(f)", 64), ("$($f)", 64), ("$((f) + [$a, a][0])", 68), ("$(is)", 6), ("$(True_)", 5),
    ("  $f\n + 1\t", 65), ("$nothing", None),
    # arithmetic: Python's precedence, signs and kinds
    ("4 * $f", 256), ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("10 - 4 - 3", 3), ("2 ** 3 ** 2", 512), ("-2 ** 2", -4), ("2 ** -1", 0.5),
    ("(-2) ** 2", 4), ("- - 3", 3), ("+$x", 2.5), ("2 * -3", -6), ("-7 // 2", -4), ("-7 % 3", 2), ("7 % -3", -2), ("7.5 // 2", 3.0), ("$f / 4", 16.0),
    ("8 / 2 / 2", 2.0), ("2 * 3 % 4", 2), ("0 ** 0", 1), ("1 ** 10 ** 18", 1), ("(0 - 1) ** (10 ** 6)", 1), ("2 ** 62", 2**62),
    ("-9223372036854775807", -(2**63) + 1), ("$(1 / 127.5)", 1 / 127.5),
    # comparison, logic, choice
    ("1 < 2 < 3", True), ("3 > 2 > 2", False), ("1 < 2 == 2", True), ("1 == 1.0", True), ("true == 1", False), ("1 != true", True),
    ("'a' != 'b'", True),
    ("[1, [true]] == [1.0, [true]]", True), ("[1] == [true]", False), ("$row == $rows[0]", True), ("$row == $rows[1]", False),
    ("null == null", True), ("$nothing == null", True), ("$a == null", False), ("null != $same", True), ("'1' == 1", False), ("[] == [1]", False),
    ("$a in $list", True), ("5 not in $list", True), ("true in [1]", False), ("'depth' in $row", True), ("0 in $row", False),
    ("'a' in ['b', 'a']", True),
    ("not $flag", False), ("not 1 == 2", True), ("not not true", True), ("true or 1", True), ("false and 1", False), ("true and false or true", True),
    ("not false and false", False), ("$flag and $a > 3", True), ("1 if $flag else 1 / 0", 1), ("1 / 0 if not $flag else 2", 2),
    ("1 if false else 2 if false else 3", 3), ("1 + 1 if true else 0", 2), ("'valid' if $i == 0 else 'same'", "valid"), ("(not true) == false", True),
    # lists and rows
    ("[]", []), ("[1, 2,]", [1, 2]), ("[1] + [2] + []", [1, 2]), ("[0, 1] * 2", [0, 1, 0, 1]), ("2 * [0]", [0, 0]), ("[0] * -1", []),
    ("[0] * 2.0", [0, 0]),
    ("$list[0]", 3), ("$list[-1]", 3), ("$list[1.0]", 4), ("$list[1:]", [4, 6, 3]), ("$list[:-1]", [3, 4, 6]), ("$list[::-1]", [3, 6, 4, 3]),
    ("$list[1:3:2]", [4]), ("$list[:]", [3, 4, 6, 3]), ("$list[5:]", []), ("$list[::2][1]", 6), ("[[1, 2], [3]][0][1]", 2),
    ("$row['depth']", 3), ("$rows[1]['width'] * 2", 48), ("[3, 4][$i + 1]", 4),
    ("[$x * 2 for $x in $list]", [6, 8, 12, 6]), ("[ceil(1.5 * $row['depth']) for $row in $rows]", [5, 8]),
    ("$([r['width'] for r in rows])", [16, 24]),
    ("[[$x * $y for $y in [1, 2]] for $x in [1, 2]]", [[1, 2], [2, 4]]), ("[[$x for $x in [$x, $x]] for $x in [1, 2]]", [[1, 1], [2, 2]]),
    ("[$a for $a in [1]] + [$a]", [1, 4]), ("[$x if $x > 3 else 0 for $x in $list]", [0, 4, 6, 0]), ("[$x for $x in $list if $x > 3]", [4, 6]),
    ("[2 * $x for $x in [1, 2, 3] if $x != 2 and $x > 0]", [2, 6]), ("[0 for $x in []]", []),
    # functions
    ("min(3, 1, 2)", 1), ("max([3, 1, 2])", 3), ("max(1, 1.0)", 1), ("abs(-2.5)", 2.5), ("round(2.5)", 2), ("round(3.5)", 4),
    ("round(2.567, 2)", 2.57),
    ("round(2.5, 0)", 2.0), ("round(1234, -2)", 1200), ("round(5, -10 ** 18)", 0), ("round(2.5, 10 ** 18)", 2.5), ("int(-2.7)", -2), ("int(2)", 2),
    ("floor(-2.5)", -3), ("ceil(2.1)", 3), ("ceil(2)", 2), ("sum([1, 2.5])", 3.5), ("sum([])", 0), ("len($list)", 4), ("len([])", 0),
    ("range(3)", [0, 1, 2]),
    ("range(1, 4)", [1, 2, 3]), ("range(3, 0, -2)", [3, 1]), ("range(2.0)", [0, 1]), ("range(5, 1)", []), ("max (1, 2,)", 2),
    # MobileNetV2's `_make_divisible`: 12 -> 16 (halves up), 11 -> 16 (8 < 0.9 * 11), 33 -> 32, 35
    # -> 32 (32 >= 31.5), 3 -> 8
    ("make_divisible(12)", 16), ("make_divisible(11)", 16), ("make_divisible(33)", 32), ("make_divisible(35)", 32), ("make_divisible(3)", 8),
    ("make_divisible(32 * 1.4)", 48), ("make_divisible(24 * 0.35, 8)", 8), ("make_divisible(10, 4)", 12), ("make_divisible(7, 1)", 7),
    # tensors
    ("$in.channels", 16), ("$in.width", 32), ("$in.shape[1:]", [32, 16]), ("$(in.channels)", 16), ("$(in.channels in [in.channels])", True),
    ("$in.height", UNKNOWN), ("$in.shape", [UNKNOWN, 32, 16]), ("$in.height == null", True), ("null != $in.height", False),
    ("$in.width == null", False),
    ("$in.shape == null", False), ("$prev.shape", [10, 64]), ("$(prev.channels) / 2", 32.0), ("$h.channels == null", True), ("len($in.shape)", 3),
    ("[$in.height, 1][1]", 1), ("[$in.height] + [2]", [UNKNOWN, 2]), ("$in.height if true else 1", UNKNOWN), ("$scalar.shape", []),
    ("($in).width", 32),
    ("$in.width < 33 and $in.channels != $prev.channels", True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_value(text: str, value: Any) -> None:
    assert alike(evaluate(text), value), evaluate(text)


def test_one_expression_serves_many_scopes() -> None:
    expression = parse("[$x + $i for $x in range($n)]")
    assert [expression.evaluate(Purse({"i": i, "n": 2})) for i in range(3)] == [
        [0, 1],
        [1, 2],
        [2, 3],
    ]


def test_lists_of_variables_stay_as_they_are() -> None:
    variables = {"l": [1, 2]}
    assert evaluate("($l + [3])[::-1] + $l * 2 + range(1)", variables) == [3, 2, 1, 1, 2, 1, 2, 0]
    assert variables == {"l": [1, 2]}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("4 * $f + $(g - 1)", [("f", "$f"), ("g", "g")]),
        ("[$x * $y for $x in $x]", [("y", "$y"), ("x", "$x")]),
        ("$in.channels > $prev.width and $i == 0", [("in", "$in"), ("prev", "$prev"), ("i", "$i")]),
        ("$(in.channels)", [("in", "in")]),
        ("'$f'", []),
    ],
)
def test_names_are_the_free_variables_with_their_places(
    text: str, names: list[tuple[str, str]]
) -> None:
    assert [(name.text, text[name.start : name.end]) for name in parse(text).names] == names


def test_reserved_words_and_dollars() -> None:
    assert {"i", "in", "prev", "min", "make_divisible", "not", "null"} <= RESERVED
    assert is_expression("$f") and not is_expression("same")
    assert repr(parse("$f")) == "Expression(text='$f', names=(Name(text='f', start=0, end=2),))"


# --- Templates
# --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "filled", "names"),
    [
        ("conv", "conv", []),
        ("conv$i", "conv0", ["i"]),
        ("conv$(a)_x", "conv4_x", ["a"]),
        ("cell$(i + 3)", "cell3", ["i"]),
        ("$a.b", "4.b", ["a"]),
        ("$same.$a$i", "same.40", ["same", "a", "i"]),
        ("$(f / 4)-$('a)b' if flag else ['('][0])", "16-a)b", ["f", "flag"]),
        ("c$(max(1, (a)))$([a][0])", "c44", ["a", "a"]),
        (
            "a) ] 'b $(in.channels) # ? \N{GREEK SMALL LETTER PI}",
            "a) ] 'b 16 # ? \N{GREEK SMALL LETTER PI}",
            ["in"],
        ),
        ("x$([j for j in list][1])", "x4", ["list"]),
        ("", "", []),
    ],
)
def test_template(text: str, filled: str, names: list[str]) -> None:
    template = parse_template(text)
    assert template.fill(Purse(VARIABLES)) == filled
    assert [name.text for name in template.names] == names
    assert all(text[name.start : name.end].lstrip("$") == name.text for name in template.names)


ONLY = "only an integer or a text can be put into a name, and this is"
TEMPLATE_ERRORS = [
    ("conv«$x»", f"{ONLY} the number 2.5", None, "expression-value"),
    ("conv«$flag»", f"{ONLY} the truth value true", None, "expression-value"),
    ("«$list».a", f"{ONLY} the list [3, 4, 6, 3]", None, "expression-value"),
    ("«$row»", f"{ONLY} the row {{depth: 3, width: 16}}", None, "expression-value"),
    ("«$nothing»", f"{ONLY} `null`", None, "expression-value"),
    (
        "c«$in».channels",
        "`$in` is a tensor, not a value",
        "write `$(in.channels)`, `$(in.height)`, `$(in.width)` or `$(in.shape)`",
        "expression-value",
    ),
    (
        "c«$(in.height)»",
        "the height is unknown until the model is called",
        "an unknown size can only be compared with `null`, as in `$in.height == null`",
        "unknown-size",
    ),
    ("c$(1 / «0»)", "division by zero", None, "expression-value"),
    ("c«$»", "`$` stands at the end, without a name", None, "expression-syntax"),
    ("c«${i}»", "a variable has no braces", "write `$i` or `$(i)`", "expression-syntax"),
    ("c«$(»i", "this `$(` is never closed", None, "expression-syntax"),
    (
        "c$(i«]»)",
        "`)` belongs here: the `$(` at character 2 is still open",
        None,
        "expression-syntax",
    ),
    ("c$(«)»", "`)` stands where a value belongs", None, "expression-syntax"),
    (
        "c«$-»",
        "`$` needs the name of a variable or a `(` after it",
        "a name begins with a letter or `_`",
        "expression-syntax",
    ),
    ("c$i«$missing»", "there is no variable `missing`", None, "unknown-name"),
]


def place(marked: str) -> tuple[str, int, int]:
    """Read a text in which `«…»` marks the part at fault."""
    start, end = marked.index("«"), marked.index("»") - 1
    return marked.replace("«", "").replace("»", ""), start, end


@pytest.mark.parametrize(("marked", "message", "help", "code"), TEMPLATE_ERRORS)
def test_template_error(marked: str, message: str, help: str | None, code: str) -> None:
    text, start, end = place(marked)
    with pytest.raises(ExpressionError) as caught:
        parse_template(text).fill(Purse(VARIABLES))
    error = caught.value
    assert (error.message, error.start, error.end, error.help, error.code) == (
        message,
        start,
        end,
        help,
        code,
    )


# --- Complaints
# -------------------------------------------------------------------------------------------------------

OPERATOR = "between two values an operator is missing, such as `*` or `+`"
CHOICE = "write `a if condition else b`"
SYNTAX_ERRORS = [
    ("«»", "the expression is empty", None),
    ("«  »", "the expression is empty", None),
    ("3 + «»", "the expression ends where a value belongs", None),
    ("«*» 3", "`*` stands where a value belongs", None),
    ("max(«*»$list)", "`*` stands where a value belongs", None),
    ("3 «$»", "`$` stands at the end, without a name", None),
    ("1 + «$ f»", "a space separates `$` from its name", "write `$f`"),
    ("«${f}» * 2", "a variable has no braces", "write `$f` or `$(f)`"),
    (
        "«$1»",
        "`$` needs the name of a variable or a `(` after it",
        "a name begins with a letter or `_`",
    ),
    (
        "«filters» * $a",
        "`filters` is no word of expressions",
        "write `$filters`, or `'filters'` if it is text",
    ),
    ("$(a) * «f»", "`f` is no word of expressions", "write `$f`, or `'f'` if it is text"),
    ("«True»", "`True` is no word of expressions", "write `true`"),
    ("$(«NULL»)", "`NULL` is no word of expressions", "write `null`"),
    ("$a == «None»", "`None` is no word of expressions", "write `null`"),
    ("«none» == $a", "`none` is no word of expressions", "write `null`"),
    ("$flag «AND» $flag", "`AND` is no word of expressions", "write `and`"),
    ("$a «is» null", "`is` is no word of expressions", "write `==`"),
    ("$flag «&&» true", "`&&` means nothing in an expression", "write `and`"),
    ("$flag «||» true", "`||` means nothing in an expression", "write `or`"),
    ("«!»$flag", "`!` means nothing in an expression", "write `not`"),
    (
        "$a «=» 3",
        "`=` means nothing in an expression",
        "write `==` to compare; a function takes its arguments by position",
    ),
    ("$a «?» 1 : 2", "`?` means nothing in an expression", CHOICE),
    ("$a «^» 2", "`^` means nothing in an expression", "write `**` for a power"),
    ("$a «<>» 2", "`<>` means nothing in an expression", "write `!=`"),
    ("$a «=>» 2", "`=>` means nothing in an expression", "write `>=`"),
    ("$a «:=» 2", "`:=` means nothing in an expression", "name the value in `let` or `vars`"),
    ("3 «×» 3", "`×` means nothing in an expression", "write `*`"),
    ("3 + «#»", "`#` means nothing in an expression", None),
    ("«(»1 + 2", "this `(` is never closed", None),
    ("1 + «[»1, 2", "this `[` is never closed", None),
    ("max(1, «$(»2", "this `$(` is never closed", None),
    ("[1, 2«)»", "`]` belongs here: the `[` at character 1 is still open", None),
    ("1 «)»", "this `)` closes nothing", None),
    ("$a == «'»same", "this quote is never closed", None),
    ("(1«,» 2)", "`,` stands outside a list or a call", "a list is written `[1, 2]`"),
    ("1«:»2", "`:` stands outside a slice", None),
    ("2 «$a»", "`$a` stands where an operator belongs", OPERATOR),
    ("4«(»3)", "`(` stands where an operator belongs", OPERATOR),
    ("max(1 «2»)", "`2` stands where an operator belongs", OPERATOR),
    ("«$f»(3)", "`$f` is a variable and cannot be called", "to multiply, write `*`"),
    ("«3x3»", "`3x3` is no number", "if it is text, write `'3x3'`"),
    ("«0x1F»", "`0x1F` is no number", "if it is text, write `'0x1F'`"),
    ("1 + «1__0»", "`1__0` is no number", "if it is text, write `'1__0'`"),
    ("«$if»", "`if` is a word of the language and names no variable", "write `if`"),
    ("«$len»($list)", "`len` is a word of the language and names no variable", "write `len(…)`"),
    ("«len» + 1", "`len` is a function", "write `len(…)`"),
    ("«min()»", "`min` takes at least 1 argument, and here are none", None),
    ("1 + «int(2.5, 3)»", "`int` takes 1 argument, and here are 2", None),
    ("«round(1, 2, 3)»", "`round` takes 1 or 2 arguments, and here are 3", None),
    ("«range(1, 2, 3, 4)»", "`range` takes 1 to 3 arguments, and here are 4", None),
    ("1 «if» $flag", "this `if` has no `else`", CHOICE),
    ("«if» $flag", "`if` stands where a value belongs", CHOICE),
    ("1 «else» 2", "this `else` has no `if`", CHOICE),
    ("1 + «not» true", "`not` stands where a value belongs", "write `(not …)`"),
    ("$a «not» 3", "`not` stands where an operator belongs", "write `not in`, or `and not`"),
    ("«in».channels", "`in` stands where a value belongs", "the input is written `$in`"),
    ("$(«in»)", "`in` stands where a value belongs", "the input is written `$in`"),
    ("[$x for «x» in $list]", "`for` needs a variable after it", "write `for $x in`"),
    ("[1 for «3» in $list]", "`for` needs a variable after it", "write `for $x in $list`"),
    (
        "[1 for «$i» in $list]",
        "`i` cannot be the variable of a comprehension",
        "choose another name",
    ),
    ("[$x for $x «of» $list]", "this `for` has no `in`", "write `for $x in $list`"),
    (
        "[$x for $x in $list if $x > 3 «if» $x > 4]",
        "a list comprehension has one `for` and at most one `if`, and here is another `if`",
        None,
    ),
    (
        "[$x for $x in $list «for» $y in $x]",
        "a list comprehension has one `for` and at most one `if`, and here is another `for`",
        None,
    ),
    (
        "$x «for» $x in $list",
        "`for` belongs in a list, behind its one element",
        "write `[… for $x in $list]`",
    ),
    ("$list[«]»", "`]` stands where a value belongs", None),
    ("$in«.heigth»", "there is no attribute `.heigth`", "did you mean `.height`?"),
    (
        "$row«.depth»",
        "there is no attribute `.depth`",
        (
            "a row is read by its key, `['depth']`; a tensor has `.channels`, `.height`, `.width`,"
            " `.shape`"
        ),
    ),
    (
        "$in«.»",
        "`.` needs an attribute after it",
        "a tensor has `.channels`, `.height`, `.width`, `.shape`",
    ),
]
NUMBERS_OR_LISTS = "`+` needs two numbers or two lists, and"
TENSOR = "write `$in.channels`, `$in.height`, `$in.width` or `$in.shape`"
VALUE_ERRORS = [
    ("1 + «'same'»", f"{NUMBERS_OR_LISTS} this is the text 'same'", None),
    ("1 + «($same)» + 1", f"{NUMBERS_OR_LISTS} this is the text 'same'", None),
    ("2 * «($flag)» + 1", "`*` needs two numbers, or a list and a number, and this is the truth value true", None),
    ("«$list + 1» + 2", f"{NUMBERS_OR_LISTS} these are the list [3, 4, 6, 3] and the number 1", None),
    ("«$nothing» - 1", "`-` needs two numbers, and this is `null`", None),
    ("-«$same»", "`-` needs a number, and this is the text 'same'", None),
    ("$list * «1.5»", "`*` repeats a list a whole number of times, and this is the number 1.5", None),
    ("«$same» < 't'", "`<` needs two numbers, and this is the text 'same'", None),
    ("1 < 2 < «true»", "`<` needs two numbers, and this is the truth value true", None),
    ("1 if «$a» else 2", "a condition is true or false, and this is the number 4", None),
    ("$flag and «'no'»", "a condition is true or false, and this is the text 'no'", None),
    ("not «[]»", "a condition is true or false, and this is the list []", None),
    ("'a' in «$same»", "`in` needs a list or a row after it, and this is the text 'same'", None),
    ("$list[«4»]", "the list has 4 elements, index 4 is outside", None),
    ("[1][«-2»]", "the list has 1 element, index -2 is outside", None),
    ("$list[«1.5»]", "an index is a whole number, and this is the number 1.5", None),
    ("«$same»[0]", "only a list or a row has elements, and this is the text 'same'", None),
    ("«$same»[1:]", "only a list can be sliced, and this is the text 'same'", None),
    ("$list[1:«'b'»]", "the parts of a slice are whole numbers, and this is the text 'b'", None),
    ("$list[::«0»]", "the step of a slice is not 0", None),
    ("$row[«'dpeth'»]", "the row has no key 'dpeth'", "did you mean 'depth'?"),
    ("$row[«'x'»]", "the row has no key 'x'", "its keys are 'depth', 'width'"),
    ("$row[«0»]", "a row is read by a key, a text, and this is the number 0", None),
    ("[$x for $x in «$row»]", "`for` runs over a list, and this is the row {depth: 3, width: 16}", None),
    ("[1 / «$x» for $x in [1, 0]]", "division by zero", None),
    ("$a // «($a - 4)»", "division by zero", None),
    ("0 ** «-1»", "0 has no negative power", None),
    ("«(-8) ** 0.5»", "the result is no real number", None),
    ("len(«'abc'»)", "`len` needs a list, and this is the text 'abc'", None),
    ("sum(«[1, true]»)", "`sum` needs a list of numbers, and this one holds the truth value true", None),
    ("min(«[]»)", "`min` of an empty list has no value", None),
    ("max(«3»)", "`max` needs several numbers or one list, and this is the number 3", None),
    ("max(1, «[2]»)", "`max` needs numbers, and this is the list [2]", None),
    ("int(«'3'»)", "`int` needs a number, and this is the text '3'", None),
    ("range(0, 3, «0»)", "the step of `range` is not 0", None),
    ("range(«16.5»)", "`range` needs whole numbers, and this is the number 16.5", None),
    ("round(1, «0.5»)", "`round` needs a whole number of digits, and this is the number 0.5", None),
    ("make_divisible(3, «0»)", "`make_divisible` needs a positive number to divide by, and this is 0", None),
    ("«$in» == null", "`$in` is a tensor, not a value", TENSOR),
    ("«$same».channels", "`.channels` belongs to a tensor, and this is the text 'same'", None),
    ("«$prev.width»", "`.width` needs a tensor of three axes, and this one has the shape [10, 64]", None),
    ("«$scalar.channels»", "`.channels` needs a tensor of at least one axis, and this one has none", None),
    ("$list == range(9)[«9»]", "the list has 9 elements, index 9 is outside", None),
    ("len(«'" + "x" * 60 + "'»)", "`len` needs a list, and this is the text '" + "x" * 39 + "…'", None),
    ("-«[[1, [2, [3]]], 2, 3, 4, 5, 6]»", "`-` needs a number, and this is the list [[1, […]], 2, 3, 4, 5, …]", None),
]  # fmt: skip
UNKNOWN_HELP = "an unknown size can only be compared with `null`, as in `$in.height == null`"
HEIGHT = "the height is unknown until the model is called"
HOLDS = "this list holds a size that is unknown until the model is called"
UNKNOWN_ERRORS = [
    ("«$in.height» + 1", HEIGHT, UNKNOWN_HELP), ("2 * 3 * «$in.height»", HEIGHT, UNKNOWN_HELP), ("-«$in.height»", HEIGHT, UNKNOWN_HELP),
    ("«$in.height» < 3", HEIGHT, UNKNOWN_HELP), ("«$in.height» == 3", HEIGHT, UNKNOWN_HELP), ("«$in.height» == $nothing", HEIGHT, UNKNOWN_HELP),
    ("1 if «$in.height» else 2", HEIGHT, UNKNOWN_HELP), ("not «$in.height»", HEIGHT, UNKNOWN_HELP), ("«$in.height» in [1]", HEIGHT, UNKNOWN_HELP),
    ("max(1, «$in.height»)", HEIGHT, UNKNOWN_HELP), ("range(«$in.height»)", HEIGHT, UNKNOWN_HELP), ("$list[«$in.height»]", HEIGHT, UNKNOWN_HELP),
    ("[0] * «$in.height»", HEIGHT, UNKNOWN_HELP), ("«$in.height» + [0]", HEIGHT, UNKNOWN_HELP), ("len(«$in.height»)", HEIGHT, UNKNOWN_HELP),
    ("«$in.height»[0]", HEIGHT, UNKNOWN_HELP), ("[1 for $x in «$in.height»]", HEIGHT, UNKNOWN_HELP), ("$list[:«$in.height»]", HEIGHT, UNKNOWN_HELP),
    ("«$h.channels» / 2", "the number of channels is unknown until the model is called", UNKNOWN_HELP),
    ("«$in.shape[0]» - 1", "this size is unknown until the model is called", UNKNOWN_HELP),
    ("1 in «$in.shape»", HOLDS, None), ("«$in.shape» == [1]", HOLDS, None), ("[1] != «[$in.height]»", HOLDS, None), ("sum(«$in.shape»)", HOLDS, None),
    ("max(«$in.shape»)", HOLDS, None), ("[[1]] == «[$in.shape]»", HOLDS, None),
]  # fmt: skip
LIST = "a list has at most 10,000 elements, those of lists within it counted"
INTEGER = "the result is beyond 9223372036854775807, the largest integer"
FLOAT = "the result is beyond the largest number, about 1.8e308"
BOUND_ERRORS = [
    ("1 + «9**9**9»", INTEGER, None), ("«9223372036854775807 + 1»", INTEGER, None), ("«10 ** 18 * -10» + 10", INTEGER, None),
    ("«int(1e30)»", INTEGER, None),
    ("«ceil(1e300)»", INTEGER, None), ("«sum([9223372036854775807, 1])»", INTEGER, None), ("«2 ** 64»", INTEGER, None),
    ("«(-2) ** 99»", INTEGER, None),
    ("«2.0 ** 5000»", FLOAT, None), ("«1e308 * 10»", FLOAT, None), ("«1e308 // 1e-300»", FLOAT, None), ("«sum([1e308, 1e308])»", FLOAT, None),
    ("«round(1.7e308, -308)»", FLOAT, None),
    ("«9223372036854775808»", "the number is beyond 9223372036854775807, the largest integer", None),
    ("1 + «1e999»", "the number is beyond the largest number, about 1.8e308", None),
    ("«[0] * 10**9»", LIST, None), ("«10**18 * [0]»", LIST, None), ("len(«range(10**12)»)", LIST, None),
    ("«range(-(10 ** 18), 10 ** 18)»", LIST, None),
    ("«range(9_000) + range(1_001)»", LIST, None), ("«[range(5_000), range(5_000)]»", LIST, None), ("«[[0] * 1000 for $x in range(10)]»", LIST, None),
    ("«[range(100)] * 100»", LIST, None),
]  # fmt: skip
ERRORS = [
    *((*case, "expression-syntax") for case in SYNTAX_ERRORS),
    *((*case, "expression-value") for case in VALUE_ERRORS),
    *((*case, "unknown-size") for case in UNKNOWN_ERRORS),
    *((*case, "bound-expression") for case in BOUND_ERRORS),
    ("1 + «$missing»", "there is no variable `missing`", None, "unknown-name"),
    ("$(1 + «missing»)", "there is no variable `missing`", None, "unknown-name"),
    ("«rond»(2.5)", "there is no function `rond`", "did you mean `round`?", "unknown-name"),
    (
        "«sqrt»(4)",
        "there is no function `sqrt`",
        "the functions are abs, ceil, floor, int, len, make_divisible, max, min, range, round, sum",
        "unknown-name",
    ),
]


@pytest.mark.parametrize(("marked", "message", "help", "code"), ERRORS)
def test_error(marked: str, message: str, help: str | None, code: str) -> None:
    text, start, end = place(marked)
    with pytest.raises(ExpressionError) as caught:
        evaluate(text)
    error = caught.value
    assert (error.message, text[error.start : error.end], error.help, error.code) == (
        message,
        text[start:end],
        help,
        code,
    )
    assert (error.start, error.end) == (start, end)


# --- Bounds
# -----------------------------------------------------------------------------------------------------------


def test_long_chains_are_no_deep_expressions() -> None:
    assert evaluate("+".join(["1"] * 1000)) == 1000
    assert evaluate("-".join(["1"] * 1000)) == -998
    assert evaluate(" and ".join(["true"] * 220)) is True
    assert evaluate("<=".join(["1"] * 600)) is True
    assert evaluate("[" + ",".join(["1"] * 900) + "]") == [1] * 900


DEEP = [
    "(",
    "$(",
    "[",
    "-",
    "not ",
    "2**",
    "1 if true else ",
    "max(1,",
    "$list[",
    "[1 for $x in ",
    "1+(",
    "1 or 1 and 1 == 1 + 1 * (",
    "- - (",
]


@pytest.mark.parametrize("opening", DEEP)
def test_nesting_is_bounded(opening: str) -> None:
    for text in (
        opening * (limits.EXPRESSION_LENGTH // len(opening)),
        (opening * 60 + "1" + ")" * 60)[: limits.EXPRESSION_LENGTH],
    ):
        with pytest.raises(
            ExpressionError, match="brackets and operators nest more than 50 deep here"
        ) as caught:
            parse(text)
        assert caught.value.code == "bound-expression"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 49 + "1" + ")" * 49,
        "-" * 49 + "1",
        "[" * 49 + "]" * 49,
        "$list" + "[:]" * 49,
        "1 if false else " * 49 + "1",
    ],
)
def test_nesting_up_to_the_bound_is_fine(text: str) -> None:
    evaluate(text)


def test_postfixes_are_bounded_too() -> None:
    with pytest.raises(ExpressionError, match="nest more than 50"):
        parse("$list" + "[:]" * 600)


def test_length_is_bounded() -> None:
    for reader in (parse, parse_template):
        with pytest.raises(ExpressionError) as caught:
            reader("$a" + " " * limits.EXPRESSION_LENGTH)
        assert (caught.value.code, caught.value.message) == (
            "bound-expression",
            "an expression has at most 2,000 characters, and this has 2,002",
        )


def test_filled_names_are_bounded() -> None:
    with pytest.raises(
        ExpressionError, match="with its values put in, this text has more than 2,000 characters"
    ):
        parse_template("$t" * 900).fill(Purse({"t": "x" * 1000}))


def test_lists_of_variables_nest_within_bounds() -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    for text in ("$l == $l", "$l + $l", "[$l]", "$l * 2", "1 in $l"):
        with pytest.raises(ExpressionError, match="lists nest at most 50 deep"):
            evaluate(text, {"l": deep})


def test_doubling_lists_end_at_the_bound() -> None:
    doubled = [0]
    with pytest.raises(ExpressionError, match="a list has at most 10,000 elements"):
        for _ in range(60):
            doubled = evaluate("[$l, $l]", {"l": doubled})


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("1 + 2", 0), ("[1, 2]", 2), ("range(7)", 7), ("$l[1:]", 2), ("[0 for $x in $l]", 3), ("[$x + 1 for $x in $l]", 9),
        ("sum($l)", 3), ("max($l)", 3), ("9 in $l", 3),
        ("$l == $l", 6), ("$l + $l", 6), ("$l * 5", 15), ("$l[0]", 0), ("len($l)", 0), ("[$l]", 4),
    ],
)  # fmt: skip
def test_lists_cost_work(text: str, steps: int) -> None:
    purse = Purse({"l": [1, 2, 3]}, work=1000)
    parse(text).evaluate(purse)
    assert 1000 - purse.work == steps


def test_an_empty_purse_ends_the_work() -> None:
    with pytest.raises(ExpressionError, match="too much work"):
        parse("[sum(range($x)) for $x in range(10_000)]").evaluate(Purse({}, work=limits.WORK / 10))


# --- Python as the oracle
# ---------------------------------------------------------------------------------------------

ORACLE = {"a": 7, "b": -3, "x": 2.5, "p": True, "q": False, "l": [3, 1, 4, 1, 5], "m": []}


def _pair(*parts: Any) -> tuple[str, str]:
    """Join texts and pairs of texts into (archspec, Python)."""
    return tuple(
        "".join(part if isinstance(part, str) else part[side] for part in parts) for side in (0, 1)
    )  # type: ignore[return-value]


def _names(names: str) -> st.SearchStrategy[tuple[str, str]]:
    return st.sampled_from([(f"${name}", name) for name in names.split()])


def _same(*texts: str) -> st.SearchStrategy[tuple[str, str]]:
    return st.sampled_from([(text, text) for text in texts])


INDICES = _same("0", "1", "-1", "4", "5", "-6", "len([1, 2])")
EXPONENTS = _same("0", "1", "2", "3", "-1", "-2", "2 ** 1", "-1 ** 2", "+1 * 2")
LOGICALS = st.deferred(
    lambda: (
        _names("p q")
        | st.sampled_from([("true", "True"), ("false", "False")])
        | COMPARISONS
        | CONNECTED
    )
)
NUMBERS = st.deferred(
    lambda: _names("a b x") | _same("0", "1", "2", "10", "0.5", "1e3", "1_000") | COMPOUND
)
LISTS = st.deferred(lambda: _names("l m") | LISTED)


def _compose(*parts: Any) -> st.SearchStrategy[tuple[str, str]]:
    strategies = [st.just(part) if isinstance(part, str) else part for part in parts]
    return st.tuples(*strategies).map(lambda found: _pair(*found))


SIGN = st.sampled_from(["+", "-", "*", "/", "//", "%", " + ", " - "])
TEST = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
COMPOUND = st.one_of(
    _compose(NUMBERS, SIGN, NUMBERS),
    _compose("(", NUMBERS, SIGN, NUMBERS, ")"),
    _compose("-", NUMBERS),
    _compose("(", NUMBERS, ") ** ", EXPONENTS),
    _compose("-(", NUMBERS, ") ** 2"),
    _compose(
        "(", NUMBERS, " if ", LOGICALS, " else ", NUMBERS, " if ", LOGICALS, " else ", NUMBERS, ")"
    ),
    _compose("(", LISTS, ")[", INDICES, "]"),
    _compose("max(", NUMBERS, ", ", NUMBERS, ")"),
    _compose("min(", LISTS, " + [", NUMBERS, "])"),
    _compose(st.sampled_from(["abs(", "round(", "int(", "floor(", "ceil("]), NUMBERS, ")"),
    _compose("round(", NUMBERS, ", ", _same("0", "1", "-1", "3"), ")"),
    _compose("sum(", LISTS, ")"),
    _compose("len(", LISTS, ")"),
)
COMPARISONS = st.one_of(
    _compose("(", NUMBERS, TEST, NUMBERS, ")"),
    _compose("(", NUMBERS, TEST, NUMBERS, TEST, NUMBERS, ")"),
    _compose("(", NUMBERS, st.sampled_from([" in ", " not in "]), LISTS, ")"),
    _compose("(", LISTS, st.sampled_from([" == ", "!="]), LISTS, ")"),
)
CONNECTED = st.one_of(
    _compose(LOGICALS, st.sampled_from([" and ", " or "]), LOGICALS),
    _compose("not ", LOGICALS),
    _compose("(", LOGICALS, st.sampled_from([" and ", " or "]), LOGICALS, ")"),
    _compose("(", LOGICALS, " if ", LOGICALS, " else ", LOGICALS, ")"),
)
LISTED = st.one_of(
    _compose("[", NUMBERS, ", ", NUMBERS, "]"),
    _compose(LISTS, " + ", LISTS),
    _compose("(", LISTS, ") * ", _same("0", "2", "-1")),
    _compose("(", LISTS, ")[", INDICES, ":", INDICES, "]"),
    _compose("(", LISTS, ")[::", _same("1", "-1", "2", "-2"), "]"),
    _compose(
        "[",
        st.sampled_from([("$k * ", "k * "), ("$a + $k - ", "a + k - ")]),
        NUMBERS,
        " for ",
        _names("k"),
        " in ",
        LISTS,
        "]",
    ),
    _compose("range(", _same("0", "3", "1, 4", "5, 0, -2", "-2, 2"), ")"),
)


def _sum(values: list[float]) -> float:
    total: float = 0
    for value in values:
        total += value
    return total


PYTHON = {
    "floor": math.floor,
    "ceil": math.ceil,
    "sum": _sum,
    "range": lambda *numbers: list(range(*numbers)),
} | ORACLE
FAILURES: dict[type[Exception], tuple[str, ...]] = {
    ZeroDivisionError: ("division by zero", "0 has no negative power"),
    IndexError: ("the list has ",),
}


def _outcome(text: str) -> Any:
    try:
        return evaluate(text, ORACLE)
    except ExpressionError as error:
        return error


@settings(max_examples=250)
@given(st.one_of(NUMBERS, LOGICALS, LISTS))
@example(("2 ** -1 ** 2 - -3 ** 2", "2 ** -1 ** 2 - -3 ** 2"))
@example(("not true == false or not false", "not True == False or not False"))
def test_python_agrees(pair: tuple[str, str]) -> None:
    ours, python = pair
    found = _outcome(ours)
    assume(
        not (isinstance(found, ExpressionError) and found.code == "bound-expression")
    )  # a bound is ours alone
    try:
        expected = eval(python, dict(PYTHON))
    except (ZeroDivisionError, IndexError) as failure:
        assert isinstance(found, ExpressionError) and found.message.startswith(
            FAILURES[type(failure)]
        ), (ours, found)
    else:
        assert alike(found, expected), (ours, found, expected)


# --- Anything at all
# --------------------------------------------------------------------------------------------------

PIECES = [
    *RESERVED, "$a", "$f", "$x", "$list", "$rows", "$row", "$in", "$prev", "$i", "$flag", "$missing", ".channels", ".shape", ".height", "1", "0",
    "2.5", "1e308",
    "9" * 18, "'a'", "'depth'", '"', "'", "+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", "(", ")", "$(", "[", "]", ",", ":", "$", " ",
    "=", "&&", "\n",
    "for $x in ", "for x in ", "[$x for $x in ", "0] * ", "range(", "\N{GREEK SMALL LETTER PI}", "\0", "{", "\\", "`", "_",
]  # fmt: skip
SOUP = (
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
    | st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)
    | st.text(max_size=80)
)


@settings(max_examples=500)
@given(SOUP)
def test_nothing_but_an_expression_error(text: str) -> None:
    seconds = _seconds_to_read(text)
    assert seconds < 1 or _seconds_to_read(text) < 1  # a collection of garbage does not come twice


def _seconds_to_read(text: str) -> float:
    """This thread's own time: the machine may be busy."""
    began = time.thread_time()
    for read in (
        lambda: parse(text).evaluate(Purse(VARIABLES, 10**6)),
        lambda: parse_template(text).fill(Purse(VARIABLES, 10**6)),
    ):
        try:
            read()
        except ExpressionError as error:
            assert 0 <= error.start <= error.end <= max(len(text), 0), (text, error.message)
            assert error.message and error.code in {
                "expression-syntax",
                "expression-value",
                "unknown-name",
                "unknown-size",
                "bound-expression",
            }
    return time.thread_time() - began
