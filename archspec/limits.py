"""The bounds of the project: what a spec may ask for, beyond which it is refused.

They keep a slip (`9**9**9`, `repeat: 10**9`) from filling the memory, and lie far above anything a
published network needs. An error that reports one of them names it in words.
"""

EXPRESSION_LENGTH = 2_000
"""Characters of one expression, and of one name with expressions in it, before and after they
are put in.
"""

EXPRESSION_DEPTH = 50
"""How deep brackets and operators may nest in one expression, and lists in a value: each level
costs a few frames of Python's stack.
"""

LIST_LENGTH = 10_000
"""Elements of one list, those of the lists and rows within it counted too."""

INTEGER = 2**63 - 1
"""The largest absolute value of an integer: what a tensor's size, a 64-bit number, can hold."""

WORK = 10_000_000
"""Elementary steps of list operations in all expressions of one spec, all its variants together: a
few seconds.
"""

TEXT_BYTES = 1_000_000
"""Bytes of one spec file."""

NESTING = 48
"""Levels of lists and mappings in one another, aliases expanded."""

VALUES = 100_000
"""Scalars, lists and mappings of one file, aliases expanded."""

NAME_LENGTH = 1_000
"""Characters of a key, of a name once its expressions are filled in, and of a whole path."""

LAYERS = 100_000
"""Layers of a network, and repetitions of one item."""

ITEMS = 250_000
"""Items that one spec carries out, all its variants together: layers, groups, block calls, each
repetition by itself.
"""

REUSE = 5
"""What one `reuse` counts for among the items."""

NEW_LAYER = 4
"""What a layer counts for among the items if no other has its arguments: it is kept in memory."""

INPUTS = 5
"""Names of a `from` that count for one of the items; one that a `repeat` makes counts for one."""

FAN = 5
"""What one branch of a fan counts for among the items, besides what is in it."""

DECLARED_WEIGHT = 2
"""What one weight of a layer of a declared kind counts for among the items: its shape is worked out
for each layer.
"""

VARIABLES = 5
"""Variables of the spec that count for one of the items, for each network."""

AXES = 31
"""Axes of a tensor. With that of the batch they are 32, the most that every NumPy holds."""

ITEMS_AFTER_MISTAKE = 50_000
"""Items that are carried out after the first mistake, to find others."""

PATHS = 40_000_000
"""Characters of the paths of all items of a network together."""

CHAIN = 50
"""Variables that need one another in a row, each defined below the one that needs it: each
costs a few frames of Python's stack.
"""

CALL_DEPTH = 60
"""Groups, branches and blocks inside one another, as carried out."""

EXTENSIONS = 20
"""Documents that extend one another in a row."""

PARTS = 50
"""Blocks of a network that are other specs, those of these specs counted too."""

PARTS_BYTES = 1_000_000
"""Characters of the specs that a network is made of, where blocks are other specs."""

MISTAKES = 100
"""Mistakes that one stage of the compiler gathers before it stops."""

NEAR_WORDS = 300
"""Words that a misspelt one is compared with."""

SENTENCE = 1_000
"""Characters of a sentence of a diagnostic: what quotes a longer text of the spec is cut in the
middle.
"""

SHOWN_DIAGNOSTICS = 50
"""Diagnostics that the text form shows; JSON has all."""

SIZE = 2**31 - 1
"""The length of an axis, window or step: what every Keras backend can index."""
