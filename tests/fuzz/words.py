"""What the fuzzer puts into specs: words of the language, values, expressions and signs, right
ones and wrong ones.
"""

from __future__ import annotations

from archspec.frontend.vocabulary import MODIFIERS, OPERATIONS, TOP_LEVEL
from archspec.layers import KINDS

ARGUMENTS = sorted({name for kind in KINDS.values() for name in kind.attributes})

WORDS = [
    *KINDS, *OPERATIONS, *MODIFIERS, *TOP_LEVEL, *ARGUMENTS, "args", "let", "inputs", "when", "shape", "dtype", "macs", "shapes", "prev", "in", "i",
]  # fmt: skip

SCALARS = [
    "0", "1", "-1", "2", "3", "7", "1000000", "2147483648", "9223372036854775808", "-9223372036854775808", "0.5", "-0.0", "1e400", "1e-400", ".nan",
    ".inf", "16.5", "true", "no", "null", "~", "''", '""', "same", "valid", "channels_last", "relu", "softmax", "float32", "int8", "he_normal",
    "[]", "{}", "[[]]", "[null]", "[0]", "[1, 2]", "[1, 2, 3, 4, 5]", "{a: 1}", "{L2: {l2: 1e-4}}", "{L2: {}}", "x" * 1100, "ä", "\U0001f600",
    "a.b", "a..b", ".",
]  # fmt: skip

EXPRESSIONS = [
    "$", "$i", "$in", "$prev", "$in.channels", "$prev.height", "$in.shape", "$in.shape[0]", "$x", "$classes", "$(1 / 0)", "$(9**9**9)",
    "$([0] * 10**9)", "$(1 if", "$(", "$)", "$i + 1", "$(2 ** -1)", "$(1e308 * 10)", "$([0] * 100)", "$('a' * 9)", "$(range(10**9))", "$(range(5))",
    "$([1][5])", "$(sum([]))", "$(max([]))", "$([x for x in range(3)])", "$([[x for y in range(100)] for x in range(100)])", "$(not 1)",
    "$(1 == 'a')", "$(1 < 'a')", "$(1 in 2)", "$(null + 1)", "$in.channels // 2", "$(8 % 0)", "$(-7 // 2)", "$(round(2.5))", "$(int('5'))",
    "$(len(3))", "$(make_divisible(30.5))", "$(make_divisible(1, 0))", "$(1 < 2 < 3)", "$('same' if $i == 0 else 'valid')", "$(lambda: 0)",
    "$(__import__('os'))", "$(().__class__)", "$in.__class__", "$({}", "conv$i", "conv$(i)", "$$", "$(" + "(" * 60 + "1" + ")" * 60 + ")",
    "$(-" + "-" * 100 + "1)", "$(" + "1 + " * 300 + "1)", "$(" + "1 + " * 600 + "1)", "$(10 ** 18 * 10)", "$(1.5 // 0.0)", "$(int(1e300))",
]  # fmt: skip

TOKENS = [
    "$", "$(", "{", "}", "[", "]", ":", ": ", "- ", "-", ", ", "&a ", "*a", "&a [*a]", "<<: *a", "!!python/object:os.system ", "!x ", "|", ">", "'",
    '"', "#", " #", "\n", "\t", "  ", "\r\n", "\r", "---\n", "...\n", "%YAML 1.2\n", "? ", "@", "`", "\\", "\x00", "\x07", "\x7f", "\x85", "\u2028",
    "\ufeff", "\u00a0", "“", "\U0001f600", "é", "=", "~", "!!", "!<", ".", "_", "0x", "1_", "e9",
]  # fmt: skip
