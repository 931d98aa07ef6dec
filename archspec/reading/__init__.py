"""A `Graph` → the spec that an author would write for it.

The stages: `regions` turns the graph into a `tree` of lists, branches and side outputs; `fold`
finds repetitions and blocks in it; `references` names what is taken from elsewhere; `explain`
writes what differs from one run of a piece to the next as arguments, variables and expressions;
`emit` lays the spec out as data for the one printer of specs; `agreement` compiles the text and
compares its graph with the first. `author` joins them, and folds less where a spec does not agree.
"""
