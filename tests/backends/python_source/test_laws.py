"""Laws of emitted Python source, tried on specs made at random, in the pretended Keras: what is
written makes the network of the spec, whatever it says and whatever its names are.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, note, reject, settings
from hypothesis import strategies as st

import archspec
from archspec.backends.flat_spec import flat
from archspec.backends.python_source import source
from archspec.backends.python_source.words import OURS, RESERVED
from archspec.frontend.elaborate.recording import Recording
from tests.backends.python_source import pretended_keras, reused_specs
from tests.backends.python_source.emitted import recording_of

# --- what is used again, ends aside, is left out or repeats

USED_AGAIN = {
    "an output": """
        - {name: a, output: []}
        - ReLU
        - {name: b, reuse: a}
        - Dense: {units: 1}
    """,
    "an output with layers": """
        - {name: side, output: [Dense: {units: 4}, Dense: {units: 4}]}
        - {name: again, reuse: side}
        - Dense: {units: 2}
    """,
    "what holds an output": """
        - {name: d, branches: {a: [ReLU], b: [{name: side, output: []}]}, merge: Add}
        - {reuse: d}
        - Flatten
    """,
    "an output that is named again": """
        - {name: a, output: [ReLU]}
        - {name: b, reuse: a}
        - branches: {p: [{from: b, Dense: {units: 4}}], q: []}
          merge: Add
    """,
    "an item of an item that is used again": """
        - {name: a, layers: [{name: b, ReLU: {}}]}
        - reuse: a.b
        - reuse: a
    """,
    "an output in repetitions that are written out": """
        - repeat: 2
          branches:
            p: [{name: a, residual: [Dense: {units: 4}]}, {reuse: a}]
            q: [{name: b, output: []}, {name: c, from: b, output: []}]
          merge: Average
    """,
    "an output in a side path that is named again": """
        - {name: b, Dense: {units: 4}}
        - {name: a, output: []}
        - name: c
          output: [{reuse: b}, {name: d, reuse: a}, {from: input, layers: []}]
        - {residual: [{reuse: b}], shortcut: [{reuse: b, from: c}]}
    """,
    "blocks without layers": """
        - {name: a, outer: {}}
        - ReLU
        - {reuse: a}
    """,
    "outputs of a block in a shortcut": """
        - {name: a, side: {}, repeat: {k: [1, 2]}}
        - {name: b, reuse: a2}
        - {residual: [ReLU, {reuse: b}], shortcut: [side]}
    """,
}
"""Items that were other networks in their source once."""

BLOCKS: dict[str, Any] = {
    "nothing": {"args": ["v"], "layers": []},
    "outer": {"layers": [{"nothing": {"v": 1}}]},
    "side": {"layers": [{"name": "end", "output": []}]},
}


@pytest.mark.parametrize("what", USED_AGAIN)
def test_what_is_used_again_is_the_same_network(what: str) -> None:
    layers = yaml.safe_load(USED_AGAIN[what])
    head = {"archspec": 1, "name": "again", "input": [4], "blocks": BLOCKS}
    recording = recording_of({**head, "layers": layers})
    assert any("reuse" in str(item) for item in layers) or len(recording.graph.outputs) > 1
    pretended_keras.same(recording.graph, source(recording))


@settings(max_examples=60)
@given(reused_specs.specs())
def test_graph_flat_spec_and_source_are_one_network(spec: dict[str, Any]) -> None:
    recording = recorded(spec)
    assert_source_is_the_network(recording)
    graph = recording.graph
    assert meaning(graph) == meaning(archspec.compile(spec))
    assert meaning(archspec.compile(flat(graph))) == meaning(graph)


def recorded(spec: dict[str, Any]) -> Recording:
    """The recording of a drawn spec; another is drawn where it is refused."""
    note(yaml.safe_dump(spec, sort_keys=False))
    try:
        return recording_of(spec)
    except archspec.SpecError:
        reject()


def meaning(graph: archspec.Graph) -> object:
    """All of a graph that its flat spec says too."""
    nodes = [(node.name, node.layer, node.inputs, node.weights_of) for node in graph.nodes]
    return graph.inputs, nodes, list(graph.outputs.items())


def assert_source_is_the_network(recording: Recording) -> None:
    """Raise AssertionError unless the emitted source makes the network that was recorded."""
    text = source(recording)
    note(text)
    pretended_keras.same(recording.graph, text)


# --- names

NAMED = """
archspec: 1
name: named
vars: {@v0: 3, @v1: [2, 3], @v2: $@v0 + 1, @v3: relu, @v4: {@v0: 2}}
inputs: {@v5: [4, 4, 3], @v6: [4, 4, 3]}
blocks:
  @b0:
    args: [@v7, @v8: $(len($@v1)), @v9: null]
    let: {@v10: $@v7 + $@v2}
    layers:
      - {name: @n2, Conv2D: {filters: $@v10, kernel_size: $@v8}}
      - {Activation: {activation: $@v3}, when: $@v9 == null}
      - {Dense: {units: $@v11}, repeat: {@v11: "$([max($@v12, $@v0) + $@v7 for $@v12 in $@v1])"}}
  @b1:
    inputs: [@v13, @v14]
    layers:
      - {name: @n2, from: [@v13, @v14], Concatenate: {axis: -1}}
      - {name: @n5, output: [GlobalMaxPooling2D]}
      - {name: @n6, reuse: @n2, from: [@v14, @v13]}
      - {from: [prev, @n2], Concatenate: {}}
layers:
  - {name: @n2, @b0: {@v7: 2}}
  - {name: @n7, from: @v6, @b0: {@v7: 2, @v8: 2, @v9: 1}}
  - {name: @n8, from: [@n2, @n2], @b1: {}}
  - {name: @n9, output: [Dense: {units: "$@v4['@v0']"}]}
  - name: @n10
    branches: {@n2: [{Dense: {units: $@v0}}], @n11: [{name: @n7, ReLU: {}}, Dense: {units: 3}]}
    merge: Add
  - {from: [prev, @n10.@n11], Add: {}}
  - {name: @n14, reuse: @n10.@n11.@n7}
  - {name: @n12, Rescaling: {scale: $(floor($@v15 / 2) + $i)}, repeat: {@v15: [2, 4]}}
  - {output: [], name: @n13, from: @n7}
  - GlobalAveragePooling2D
"""

OF_KERAS = {"Dense", "Input", "Model", "Layer", "ops", "layers", "keras", "backend", "saving"}
OF_THE_EMITTER = {*OURS, "numbered", "keep", "frozen", "make_divisible", "rows", "row", "slot"}
WORDS = sorted(
    {*RESERVED, *OF_KERAS, *OF_THE_EMITTER, *keyword.kwlist, "a", "b", "i_", "j", "X", "shortcut"}
)
OF_EXPRESSIONS = re.compile(
    "i|in|prev|and|or|not|if|else|for|true|false|null|min|max|abs|round|int|floor|ceil|sum|len"
    "|range|make_divisible"
)
OPERATIONS = re.compile(
    "layers|branches|residual|reuse|output|name|repeat|when|from|merge|shortcut"
)


def names(random: Random, kind: str) -> Iterator[str]:
    """Words of Python, Keras and the emitter, in an order of chance, as names of a kind."""
    words = [word for word in WORDS if word.isascii() and yaml.safe_load(word) == word]
    random.shuffle(words)
    for word in words:
        if kind == "b" and re.fullmatch("[a-z][a-z0-9_]*", word):
            yield from [] if OPERATIONS.fullmatch(word) else [word]
        elif kind == "v" and not OF_EXPRESSIONS.fullmatch(word):
            yield word
        elif kind == "n" and word != "prev":
            yield random.choice([word, f"{word}-1", f"{word.lower()}_2", f"1{word}"])


def named_spec(seed: int) -> str:
    """The spec above with its names chosen by chance."""
    random = Random(seed)
    given = {kind: names(random, kind) for kind in "vbn"}
    chosen = {name: next(given[name[1]]) for name in sorted(set(re.findall(r"@[vbn]\d+", NAMED)))}
    return re.sub(r"@[vbn]\d+", lambda match: chosen[match[0]], NAMED)


@settings(max_examples=50)
@given(st.integers(0, 10_000))
def test_names_may_be_words_of_python_of_keras_and_of_the_emitter(seed: int) -> None:
    assert_source_is_the_network(recorded(yaml.safe_load(named_spec(seed))))


# --- texts

HOSTILE = [
    'x"""\nimport os\nos.system("echo")\n"""',
    "'''\\N{BULLET}\\",
    "\\",
    'ends in a quote"',
    '\\"""',
    "\x1b[31m \u202e \u2028",
    "{__import__('os')}",
    "# noqa\r\nimport os",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_spec_is_run(text: str) -> None:
    spec = {
        "archspec": 1,
        "name": "hostile",
        "description": text,
        "source": text,
        "vars": {"word": text, "words": [text, "b"]},
        "input": [4],
        "layers": [
            {"Dense": {"units": 2}, "when": "$word != 'x'"},
            {"Dense": {"units": 3}, "repeat": {"k": "$words"}, "when": "$k == $word"},
            {"Dense": {"units": 3}, "when": "$word in $words"},
        ],
    }
    recording = recording_of(spec)
    text = source(recording)
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    statements = ast.parse(text).body
    kinds = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.FunctionDef, ast.If)
    assert all(isinstance(statement, kinds) for statement in statements)
    imported = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Import)]
    assert {alias.name for one in imported for alias in one.names} == {"keras"}
    pretended_keras.same(recording.graph, text)
