"""The words of the language: what a document, an item, a block and an expectation may hold,
each with a description for editors.
"""

TOP_LEVEL = {
    "archspec": "The version of the language: 1.",
    "name": "The network's name: lower-case letters, digits, `_` and `-`.",
    "description": "What the network is, in a sentence.",
    "source": "The paper and table, or the text, that the network comes from.",
    "extends": (
        "Another spec to start from: a path relative to this file, or the bare name of a shipped"
        " spec, with `@variant`."
    ),
    "vars": "Variables: numbers, texts, truth values, lists. A variant and `--set` change them.",
    "input": (
        "The shape of the input without the batch, channels last; null = unknown until the model is"
        " called."
    ),
    "inputs": "Several inputs, or one with a name of its own, instead of `input`.",
    "defaults": "Arguments that every layer of a kind starts from.",
    "kinds": (
        "Kinds of layers of one's own: arguments, weights and shapes, and the Keras class that a"
        " model is built with."
    ),
    "blocks": "Blocks: sequences of layers with arguments, used like layers.",
    "layers": "The network: items in a chain, each taking the output of the one before.",
    "names": (
        "What Keras calls layers, by their paths, where it is not to call them by these; `.` for"
        " what stands for the dots of all others."
    ),
    "variants": "Named sets of changes to this document.",
    "expect": "What the paper claims, checked at every compilation.",
}
"""The keys of a document, in the order in which one writes them."""

VARIANT_KEYS = (
    "vars",
    "input",
    "inputs",
    "defaults",
    "blocks",
    "layers",
    "expect",
    "description",
    "source",
)
"""Keys of a document that a variant may change."""

OPERATIONS = {
    "layers": "A group: the items run in sequence.",
    "branches": "Every branch takes the same input; `merge` says how they join.",
    "residual": (
        "The items' output is added to their input; `shortcut` holds the layers on the way around."
    ),
    "reuse": "The item of that name once more, on another input, with the same weights.",
    "output": (
        "A side path that ends in a further output of the model; the main path goes on from"
        " before it."
    ),
}
"""The operations of an item besides layers and blocks."""

MODIFIERS = {
    "name": "The item's name, from which come the names of its layers.",
    "repeat": (
        "Makes the item several times in a chain: a count, lists of values by variable, or a list"
        " of rows."
    ),
    "when": "An expression: where it is false the item is left out.",
    "from": (
        "A name, a list of names, or names by role, to take instead of the previous output; `prev`"
        " is the previous output."
    ),
    "call": "Constant arguments of the layer's call: how it is used here.",
    "merge": "How `branches` join: a merging layer.",
    "shortcut": "The layers on the way around a `residual`; without it, the identity.",
    "_shortcut": "As `shortcut`, but no step of the paths of its layers.",
    "first": "`shortcut`: the way around a `residual` is made, and added, before its items.",
}
"""The modifiers of an item."""

PARTNERS = {
    "shortcut": "residual",
    "_shortcut": "residual",
    "first": "residual",
    "merge": "branches",
}
"""Modifiers that stand beside one operation, and that operation."""

NO_STEP = "_"
"""What the label of a branch or a shortcut begins with that is no step of a path."""

BLOCKS_TOO = ("call", "first")
"""Modifiers that blocks may be called, as they were before these words had a meaning: an item that
has no other operation calls the block. Beside one, a modifier is all that the word can be.
"""

ITEM_WORDS = frozenset(OPERATIONS) | frozenset(MODIFIERS)
"""The keys of an item that are words of the language."""

RESERVED_STEPS = ITEM_WORDS - frozenset(BLOCKS_TOO)
"""Names that no block may have."""

BLOCK_NAME = r"[a-z][a-z0-9_]*"
VARIABLE_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
STEP = r"[A-Za-z0-9_-]+"
NETWORK_NAME = r"[a-z0-9_-]+"
VARIANT_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.+-]*"

CALL_PATTERN = f"^(?!(?:{'|'.join(sorted(ITEM_WORDS))})$){BLOCK_NAME}$"
"""Keys of an item that can only call a block."""
