"""`archspec draw` as it is typed: what it says, its exit codes, what it leaves on the disk, and
that Keras stays away.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from archspec.cli import program
from tests.diagrams import pictures
from tests.diagrams.test_rendering import png_size
from tests.paths import ROOT
from tests.test_architecture import LOADED

NET = """\
archspec: 1
name: net
input: [32, 32, 3]
vars: {classes: 10}
layers:
  - name: stem
    layers: [Conv2D: {filters: 8, kernel_size: 3}, BatchNormalization, ReLU, MaxPooling2D]
  - name: body
    repeat: 3
    residual: [Conv2D: {filters: 8, kernel_size: 3, padding: same}, ReLU, Conv2D: {filters: 8, kernel_size: 3, padding: same}]
  - GlobalAveragePooling2D
  - Dense: {units: $classes}
variants:
  a.b+c: {vars: {classes: 20}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(NET, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(program.main, ["draw", *arguments])


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"net.yaml"}


def test_the_picture_is_an_svg_called_after_the_network(folder: Path) -> None:
    result = run("net.yaml")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "wrote net.svg\n", "")
    assert left(folder) == {"net.svg"}
    assert pictures.read((folder / "net.svg").read_bytes()).text.startswith("net")


def test_a_variants_picture_is_called_after_it(folder: Path) -> None:
    assert run("resnet@resnet18").stdout == "wrote resnet18.svg\n"
    assert run("net.yaml@a.b+c").exit_code == 0
    (other,) = left(folder) - {"resnet18.svg"}
    assert other.startswith("net-a") and other.endswith(".svg")
    assert "/" not in other


@pytest.mark.parametrize(
    ("ending", "start"),
    [("svg", b"<?xml"), ("png", b"\x89PNG"), ("dot", b"digraph "), ("mmd", b"---\ntitle: ")],
)
def test_the_ending_is_the_format(folder: Path, ending: str, start: bytes) -> None:
    result = run("net.yaml", "-o", f"picture.{ending}")
    assert (result.exit_code, result.stdout) == (0, f"wrote picture.{ending}\n")
    assert (folder / f"picture.{ending}").read_bytes().startswith(start)


def test_dots_to_an_inch(folder: Path) -> None:
    sizes = []
    for dpi in ("72", "288"):
        assert run("net.yaml", "-o", f"{dpi}.png", "--dpi", dpi).exit_code == 0
        sizes.append(png_size((folder / f"{dpi}.png").read_bytes())[0])
    assert sizes[1] == pytest.approx(4 * sizes[0], abs=6)


def test_direction_turns_the_picture(folder: Path) -> None:
    shapes = {}
    for direction in ("tb", "lr"):
        assert run("net.yaml", "-o", f"{direction}.svg", "--direction", direction).exit_code == 0
        read = pictures.read((folder / f"{direction}.svg").read_bytes())
        shapes[direction] = read.width / read.height
    assert shapes["tb"] < 1 < shapes["lr"]


def test_title_theme_and_variables_are_heeded(folder: Path) -> None:
    assert (
        run(
            "net.yaml", "--title", "My <net> & more", "--theme", "dark", "--set", "classes=7"
        ).exit_code
        == 0
    )
    text = (folder / "net.svg").read_text(encoding="utf-8")
    read = pictures.read(text)
    assert "My <net> & more" in read.text.replace("\xa0", " ")
    assert "#0d1117" in text.lower()
    assert any(node.text.startswith("dense, 7\n") for node in read.nodes)


def test_levels_of_detail_show_more_and_more(folder: Path) -> None:
    found = []
    for level in ("stages", "blocks", "layers", "full"):
        assert run("resnet@resnet18", "--detail", level, "-o", f"{level}.svg").exit_code == 0
        found.append(len(pictures.read((folder / f"{level}.svg").read_bytes()).nodes))
    assert found == sorted(found)
    assert found[0] < found[-2] < found[-1]


def test_a_block_and_a_comparison(folder: Path) -> None:
    assert run("googlenet", "--block", "inception", "-o", "block.svg").exit_code == 0
    assert run("googlenet", "--block", "4a", "-o", "4a.svg").exit_code == 0
    assert run("net.yaml", "--compare", "net.yaml@a.b+c", "-o", "both.svg").exit_code == 0
    for name in ("block", "4a", "both"):
        ElementTree.parse(folder / f"{name}.svg")


@pytest.mark.parametrize(
    "arguments",
    [
        ["net.yaml", "-o", "picture.gif"],
        ["net.yaml", "-o", "picture"],
        ["net.yaml", "--direction", "up"],
        ["net.yaml", "--detail", "most"],
        ["net.yaml", "--theme", "pink"],
        ["net.yaml", "--dpi", "1"],
        ["net.yaml", "--renderer", "magick"],
        ["net.yaml", "--block", "stem", "--compare", "net.yaml"],
        [],
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant_is_exit_code_two(folder: Path, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: ")
    assert left(folder) == set()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--expand", "stme"], "did you mean `stem`"),
        (["--collapse", "stm"], "did you mean `stem`"),
        (["--block", "stme"], "did you mean `stem`"),
        (["--expand", "qqqqqqq"], "stem"),
        (["--compare", "nowhere.yaml"], "nowhere.yaml"),
        (["-o", "no/such/folder/net.svg"], "no/such/folder"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_what_is_wrong_is_exit_code_one_and_leaves_nothing(
    folder: Path, arguments: list[str], said: str
) -> None:
    result = run("net.yaml", *arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert left(folder) == set()


def test_a_wrong_spec_is_told_as_by_check(folder: Path) -> None:
    (folder / "net.yaml").write_text(
        NET.replace("BatchNormalization", "BatchNormalisation"), encoding="utf-8"
    )
    result = run("net.yaml")
    assert result.exit_code == 1
    assert "did you mean `BatchNormalization`" in result.stderr
    assert left(folder) == set()


def test_a_picture_that_fails_leaves_the_one_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of programs is empty, so that there is no `dot` for a PDF; what was there
    stays.
    """
    (folder / "net.pdf").write_bytes(b"before")
    monkeypatch.setenv("PATH", str(folder / "empty"))
    result = run("net.yaml", "-o", "net.pdf")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "apt install graphviz" in result.stderr
    assert (folder / "net.pdf").read_bytes() == b"before"
    assert left(folder) == {"net.pdf"}


def test_open_shows_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("click.launch", lambda path: opened.append(path) or 0)
    assert run("net.yaml", "--open").exit_code == 0
    assert [Path(path).name for path in opened] == ["net.svg"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["resnet@resnet152"],
        ["googlenet", "-o", "x.mmd"],
        ["net.yaml", "--compare", "lenet5", "-o", "x.png"],
    ],
    ids=" ".join,
)
def test_no_keras_is_loaded(arguments: list[str]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", LOADED, "draw", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout.split("LOADED", 1)[1].split()) & {
        "keras",
        "tensorflow",
        "numpy",
        "jax",
        "torch",
        "h5py",
        "PIL",
        "matplotlib",
    }
