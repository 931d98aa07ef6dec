"""Specs in an editor, by the schema alone: what the real yaml-language-server completes, inserts and
marks. Skipped where it is not installed (`npm install -g yaml-language-server`).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from archspec.frontend.schema.editor_schema import editor_schema
from tests.paths import SPECS

COMMAND = shutil.which("yaml-language-server")
pytestmark = pytest.mark.skipif(COMMAND is None, reason="yaml-language-server is not installed")

HEAD = "archspec: 1\nname: net\ninput: [32, 32, 3]\nlayers:\n"


class Server:
    """The language server, spoken to over its standard input and output."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = {
            "schemas": {(folder / "schema.json").as_uri(): "*.yaml"},
            "schemaStore": {"enable": False},
        }
        self.numbers = count(1)
        self.published: dict[str, list[dict[str, Any]]] = {}
        self.process = subprocess.Popen(
            [str(COMMAND), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        snippets = {"completion": {"completionItem": {"snippetSupport": True}}}
        capabilities = {"textDocument": snippets, "workspace": {"configuration": True}}
        self.request(
            "initialize",
            {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities},
        )
        self.send({"method": "initialized", "params": {}})

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if "id" in message and "method" in message:
            sections = message.get("params", {}).get("items", ())
            result = [self.settings if one.get("section") == "yaml" else {} for one in sections]
            self.send({"id": message["id"], "result": result or None})
        elif message.get("method") == "textDocument/publishDiagnostics":
            self.published[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def request(self, method: str, params: dict[str, Any]) -> Any:
        number = next(self.numbers)
        self.send({"id": number, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == number and "method" not in message:
                return message["result"]

    def open(self, text: str) -> str:
        uri = (self.folder / f"net{next(self.numbers)}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        return uri

    def marks(self, text: str) -> list[tuple[str, str]]:
        """What is underlined, and what is said of it."""
        return self.marks_of(self.open(text), text)

    def marks_of(self, uri: str, text: str) -> list[tuple[str, str]]:
        """What is underlined in a document that is open."""
        while uri not in self.published:
            self.receive()
        lines = text.splitlines()
        return [
            (lines[span["start"]["line"]][span["start"]["character"] : span["end"]["character"]], one["message"])
            for one in self.published[uri]
            for span in [one["range"]]
        ]  # fmt: skip

    def inserts(self, text: str) -> dict[str, str]:
        """The completions at `|`: what each inserts."""
        before, _, after = text.partition("|")
        line, column = before.count("\n"), len(before.rpartition("\n")[2])
        position = {"line": line, "character": column}
        document = {"uri": self.open(before + after)}
        answer = self.request(
            "textDocument/completion", {"textDocument": document, "position": position}
        )
        return {one["label"]: one["insertText"] for one in answer["items"]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("editor")
    (folder / "schema.json").write_text(json.dumps(editor_schema()), encoding="utf-8")
    server = Server(folder)
    server.marks(f"{HEAD}  - Flatten\n")  # it answers before it has read the schema
    yield server
    server.process.kill()
    server.process.wait()


@pytest.mark.parametrize("typed", ["  - |", "  - Con|", "  - {|}"])
def test_a_layer_comes_with_the_arguments_that_it_needs(server: Server, typed: str) -> None:
    inserts = server.inserts(HEAD + typed)
    assert inserts["Conv2D"] == "Conv2D: {filters: $1, kernel_size: $2}"
    assert inserts["MultiHeadAttention"] == "MultiHeadAttention: {num_heads: $1, key_dim: $2}"
    assert inserts["Flatten"] == "Flatten: {}"


def test_what_takes_one_value_or_a_list_stays_on_its_line(server: Server) -> None:
    arguments = server.inserts(HEAD + "  - Conv2D:\n      |")
    assert arguments["kernel_size"].strip() == "kernel_size:"
    assert arguments["strides"] == "strides: ${1:1}"
    modifiers = server.inserts(HEAD + "  - Add: {}\n    |")
    assert modifiers["from"].strip() == "from:"
    assert modifiers["repeat"] == "repeat: ${1:2}"
    in_braces = server.inserts(HEAD + "  - Conv2D: {filters: 3, k|}")
    assert {"kernel_size", "strides"} <= in_braces.keys()
    assert not [text for text in (*arguments.values(), *in_braces.values()) if "\n" in text]


@pytest.mark.parametrize(
    ("typed", "among"),
    [
        (HEAD + "  - branches: {a: [], b: []}\n    merge: |", {"Add", "Concatenate", "Multiply"}),
        ("archspec: 1\nname: net\nextends: |", {"resnet", "resnet@resnet50", "keras/vgg@VGG16"}),
        (HEAD + "  - Dense: {units: 3, kernel_initializer: |}", {"he_normal", "zeros"}),
        (HEAD + "  - Dense:\n      kernel_initializer: |", {"he_normal", "zeros"}),
        (HEAD + "  - Dense:\n      kernel_regularizer: |", {"l2"}),
        (HEAD + "  - Dense: {units: 3, activation: |}", {"relu", "gelu"}),
        (HEAD + "  - Conv2D: {padding: |}", {"same", "valid"}),
        (HEAD + "  - {Attention: {}, call: {u|}}", {"use_causal_mask", "return_attention_scores"}),
        (HEAD + "  - LSTM: {units: 3}\n    call:\n      |", {"training"}),
        (HEAD + "  - {reuse: words, call: {r|}}", {"reverse", "training"}),
        (HEAD + "  - {Attention: {}, call: {use_causal_mask: |}}", {"true", "false"}),
        (HEAD + "  - {LSTM: {units: 3}, from: {s|}}", {"sequences", "initial_state", "mask"}),
        (HEAD + "  - Attention: {}\n    from:\n      |", {"query", "value", "key", "value_mask"}),
        (HEAD + "  - {ops.where: {}, from: {x|}}", {"condition", "x1", "x2"}),
    ],
)
def test_words_are_completed(server: Server, typed: str, among: set[str]) -> None:
    assert among <= server.inserts(typed).keys()


@pytest.mark.parametrize(
    ("line", "marks"),
    [
        ("  - Conv2D: {filters: 8, kernel_size: 3, pading: same}", ("pading", "Property pading is not allowed.")),
        ("  - Dense: {unit: 10}", ("unit", "Property unit is not allowed.")),
        ("  - {Attention: {}, from: {quer: a, value: a}}", ("quer", "Property quer is not allowed.")),
        ("  - {Attention: {}, call: {causal: true}}", ("causal", "Property causal is not allowed.")),
        ("  - Dense: {units: ten}", ("ten", "a positive integer")),
        ("  - Conv2D: {kernel_size: big}", ("big", "a positive integer, or a list of 2")),
        ("  - residual: [ReLU]\n    shortcutt: []", ("[]", "a mapping of a block's arguments: no operation or modifier has this name")),
    ],
)  # fmt: skip
def test_a_mistake_is_named(server: Server, line: str, marks: tuple[str, str]) -> None:
    assert marks in server.marks(f"{HEAD}{line}\n")


def test_an_unknown_key_of_the_spec_is_named(server: Server) -> None:
    marks = server.marks("archspec: 1\nname: net\ninput: [4]\nlayer: [ReLU]\n")
    assert marks == [("layer", "Property layer is not allowed.")]


def test_shipped_specs_are_clean(server: Server) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(SPECS.rglob("*.yaml"))}
    # It looks at each a while after the last change: all are open before the first is asked for.
    opened = {path: server.open(text) for path, text in texts.items()}
    for path, text in texts.items():
        assert server.marks_of(opened[path], text) == [], path.name
