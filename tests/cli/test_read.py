"""`archspec read`, and the commands that take a model as they take a spec."""

from __future__ import annotations

import itertools
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import pytest
import yaml
from click.testing import CliRunner, Result

from archspec import compile
from archspec.cli.program import main
from tests.reading.test_settings import entry, model, tensor

IMAGE = [None, 32, 32, 3]


def network() -> dict[str, Any]:
    """Three equal convolutions and a classifier."""
    config = {"filters": 3, "kernel_size": [3, 3], "padding": "same", "activation": "relu"}
    names = ["x", "conv1", "conv2", "conv3"]
    layers = [
        entry("Conv2D", {**config, "name": name}, tensor(before))
        for before, name in itertools.pairwise(names)
    ]
    layers.append(entry("GlobalAveragePooling2D", {"name": "pool"}, tensor("conv3")))
    layers.append(entry("Dense", {"name": "head", "units": 2}, tensor("pool", [None, 3])))
    return model(*layers)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = json.dumps(network())
    Path("net.json").write_text(text)
    with zipfile.ZipFile("net.keras", "w") as archive:
        archive.writestr("config.json", text)
    with h5py.File("net.h5", "w") as file:
        file.attrs["model_config"] = text.encode()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


SUMMARY = "net: 5 layers → 8 lines; equal\n"


def test_a_model_is_read_into_a_spec() -> None:
    done = run("read", "net.keras", "-o", "net.yaml")
    assert (done.exit_code, done.stderr, done.stdout) == (0, "", SUMMARY)
    items = yaml.safe_load(Path("net.yaml").read_text())["layers"]
    convolution = {"filters": 3, "kernel_size": 3, "padding": "same", "activation": "relu"}
    assert items == [
        {"Conv2D": convolution, "repeat": 3},
        "GlobalAveragePooling2D",
        {"Dense": {"units": "$classes"}},
    ]
    assert compile("net.yaml").parameters == 3 * (3 * 3 * 3 * 3 + 3) + 3 * 2 + 2


@pytest.mark.parametrize("name", ["net.h5", "net.json"])
def test_every_form_of_a_file_is_read(name: str) -> None:
    done = run("read", name)
    assert done.exit_code == 0
    assert yaml.safe_load(done.stdout)["inputs"] == {"x": [32, 32, 3]}
    assert done.stderr == SUMMARY


def test_names_are_kept_on_demand() -> None:
    done = run("read", "net.json", "--names", "keep")
    assert done.exit_code == 0
    spec = done.stdout
    names = [node.name for node in compile(yaml.safe_load(spec)).nodes]
    assert names == ["conv1", "conv2", "conv3", "pool", "head"]


def test_flat_writes_every_layer_out() -> None:
    done = run("read", "net.json", "--flat")
    assert done.exit_code == 0
    assert len(yaml.safe_load(done.stdout)["layers"]) == 5


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["summary", "net.keras"], "net: 32×32×3 → 2"),
        (["check", "net.h5"], "net  32×32×3 → 2  260 parameters"),
        (["compare", "net.keras", "lenet5"], "net             32×32×3         260"),
        (["diff", "net.keras", "net.json"], "net.keras and net.json are equal"),
        (["draw", "net.keras", "-o", "net.dot"], "wrote net.dot"),
        (["summary", "net.keras", "--layers"], "global_average_pooling2d"),
    ],
)
def test_a_command_takes_a_model_as_a_spec(arguments: list[str], printed: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 0
    assert printed in done.stdout


BAD = {
    "nothing.keras": (None, "there is no file `nothing.keras`"),
    "empty.keras": (b"", "it is not a zip archive"),
    "text.h5": (b"not HDF5", "it is not HDF5"),
    "list.json": (b'["class_name"]', "is not Keras's description of a model"),
    "broken.json": (b'{"class_name": ', "it is no JSON"),
    "deep.json": (b'["class_name",' + b"[" * 100_000, "is nested too deep to read"),
    "net.pt": (b"x", "it is a file of PyTorch"),
    "net.safetensors": (b"x", "it is a file of weights, without layers"),
    "net.txt": (b"x", "it does not end in .keras, .h5, .hdf5, .json"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_holds_no_model_is_refused(name: str) -> None:
    content, words = BAD[name]
    if content is not None:
        Path(name).write_bytes(content)
    done = run("read", name, "-o", "out.yaml")
    assert done.exit_code == 1
    assert words in done.stderr
    assert not Path("out.yaml").exists()


def test_a_file_of_weights_alone_is_refused() -> None:
    with h5py.File("net.weights.h5", "w") as file:
        file["layers/dense/vars/0"] = [1.0]
    done = run("read", "net.weights.h5")
    assert done.exit_code == 1
    assert "it holds weights, and no layers" in done.stderr


def test_a_file_that_is_no_yaml_is_not_written_to() -> None:
    assert run("read", "net.keras", "-o", "net.txt").exit_code == 2


def test_a_saved_model_of_keras_2_is_read() -> None:
    """Its metadata: messages of protocol buffers, of which the root's holds JSON."""

    def field(number: int, content: bytes) -> bytes:
        size, length = len(content), b""
        while size > 127:
            length += bytes([size & 127 | 128])
            size >>= 7
        return bytes([number << 3 | 2]) + length + bytes([size]) + content

    text = json.dumps({"model_config": network()}).encode()
    root = b"\x10\x00" + field(3, b"root") + field(4, b"_tf_keras_network") + field(5, text)
    Path("saved").mkdir()
    Path("saved/saved_model.pb").write_bytes(b"")
    done = run("read", "saved")
    assert done.exit_code == 1
    assert "without Keras's description of the layers" in done.stderr
    Path("saved/keras_metadata.pb").write_bytes(field(1, root))
    done = run("read", "saved")
    assert done.exit_code == 0
    assert yaml.safe_load(done.stdout)["name"] == "net"
    Path("saved/keras_metadata.pb").write_bytes(b"\xff" * 20)
    done = run("read", "saved")
    assert done.exit_code == 1
    assert "is damaged" in done.stderr
