"""What text costs, in words of YAML, and what folding may make of it at most: all numbers that
decide what is folded, in one place.

Measured on the forty networks of `keras.applications` and on specs of others' networks. The bounds
of readability matter more than the exact prices: without them the shortest text is a block of
fifteen arguments that stands for different modules.
"""

ITEM = 2.0
"""An item: its line and its kind."""

SETTING = 1.0
"""A setting of a layer: its key and a literal. Each element of a list costs `ELEMENT` more."""

ELEMENT = 0.5

USUAL = 0.1
"""A setting that has the commonest value of its kind: it will stand in `defaults`."""

FORMULA = 2.0
"""A setting that is an expression."""

CONDITION = 3.0
"""A ``when`` around some items."""

REFERENCE = 1.5
"""A name in a ``from``."""

BRANCHING = 2.0
"""A branching, and with it its merge."""

PATH = 1.0
"""A path of a branching, with its label."""

CALL = 2.0
"""A call of a block; an argument that has not the default costs `ARGUMENT`."""

ARGUMENT = 1.5

BLOCK = 4.0
"""The definition of a block; each argument costs `PARAMETER`."""

PARAMETER = 1.2

INPUTS = 2.0
"""The ``inputs`` of a block; each beyond the first costs `PARAMETER`."""

LOOP = 2.0
"""A repetition; each of its lists costs `BINDING`, and each element `ELEMENT`."""

BINDING = 1.5

LONG_LIST = 8
"""Elements of a list beyond which each further one costs `ELEMENT` more: nobody counts them."""

LONG_ROW = 7
"""Rounds from which on what differs in one of them is written as that, and not as a list."""

ONE_MORE_ROUND = 2.0
"""What it is worth beyond its words that a piece beside a repetition becomes a round of it."""

PART_OF_LEVEL = 3.0
"""What it is worth beyond its words that an item of each level is in the block that calls itself,
and not once before it and once more within."""

# --- bounds

WINDOW = 40
"""Items of a piece that is compared with others."""

MOST_ARGUMENTS = 8
"""Arguments of a block."""

MOST_LIKE_NAMED = (1, 12)
"""Arguments of a block beyond one of each sort (``filters_2``), and lines that allow another."""

CALLS_OF_LIKE_NAMED = 1.5
"""Calls for each argument from which on a block without conditions may have more such arguments:
a table of the widths of modules that are the same but for them."""

MOST_CONDITIONS = (2, 8)
"""Conditions in a block, and the lines that allow another."""

MOST_VARIABLES = 7
"""Lists of a repetition."""

ALIKE_BLOCK = 0.33
"""What a call must save of the text of a block, for a piece to be a call of it."""

ALIKE_PIECE = 0.6
"""What a call must save of the text of the piece that it stands for."""

TORN = 0.35
"""What counts of what a piece saves that cuts through what the names of layers hold together."""

ALTERNATIVE = 1.5
"""Two activations, one of which is there under a condition and the other else."""

DIFFERENCE = 1.0
"""What it costs a call, before its arguments are known, that a setting is not the block's;
`FURTHER_DIFFERENCE` where the setting has several values already."""

FURTHER_DIFFERENCE = 0.3

STAGED = 0.7
"""What counts of what is saved by a block with a repetition in it: a table of stages says the same.
"""

BURIED = 0.5
"""What counts of what is saved by a block that is most of the path of a branching: authors make the
branching itself a block."""

LONG = 4
"""Items up to which a piece of a path is no such block."""

SEEDS = 6
"""Groups of equal pieces from which blocks are grown in one round of the search."""

LEAST_GAIN = 2.0
"""What a fold must save."""

TRIALS = 24
"""Folds that are worked out in one round of the search, the most promising first."""

LONG_BODY = 4
"""Lines that a repetition with branches in it may have before its body becomes a block."""

BARRED = 50
"""Folds that may be refused, since something would have no name, before the search ends."""

WORK = 20_000
"""Items that all rounds of the search together look at: some seconds. The largest networks of
`keras.applications`, of a thousand layers, need a quarter.
"""

ROUNDS = 60
"""Folds that are carried out in one network."""
