"""`archspec new` writes a spec that every command takes as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from archspec.cli.program import main


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args)


@pytest.mark.parametrize("base", [(), ("--from", "resnet@resnet18"), ("--from", "googlenet")])
def test_a_new_spec_is_right_without_a_warning(base: tuple[str, ...]) -> None:
    assert run("new", "mynet", *base).stdout.startswith("wrote mynet.yaml\n")
    checked = run("check", "mynet.yaml")
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert checked.stdout.startswith("mynet  ")
    first = Path("mynet.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=archspec.schema.json"


def test_nothing_is_written_over_or_for_nothing() -> None:
    Path("mynet.yaml").write_text("mine")
    assert run("new", "mynet").exit_code == 1
    assert Path("mynet.yaml").read_text() == "mine"
    assert run("new", "other", "--from", "nosuch").exit_code == 1
    result = run("new", "My Net")
    assert (result.exit_code, "write `my-net`" in result.stderr) == (2, True)
    assert [path.name for path in Path().iterdir()] == ["mynet.yaml"]


@pytest.mark.parametrize("name", ["resnet@resnet18", "googlenet", "efficientnet@B0"])
def test_an_expanded_spec_is_right_without_a_warning(name: str) -> None:
    Path("x.yaml").write_text(run("expand", name).stdout, encoding="utf-8")
    checked = run("check", "x.yaml")
    assert (checked.exit_code, checked.stderr) == (0, "")


HOSTILE = ["a: {b}, #.yaml", "'a'.yaml", '"""\\N{x}.yaml', "- [é].yaml", "!!python.yaml"]
"""Paths that would be other YAML if they were not quoted."""


@pytest.mark.parametrize("base", HOSTILE)
def test_the_path_of_a_base_is_a_text_and_nothing_else(base: str) -> None:
    text = "archspec: 1\nname: other\ninput: [4]\nlayers: [Dense: {units: 3}]\n"
    Path(base).write_text(text, encoding="utf-8")
    assert run("new", "mine", "--from", base).exit_code == 0
    written = Path("mine.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(written) == {"archspec": 1, "name": "mine", "extends": base}
    assert run("check", "mine.yaml").exit_code == 0


def test_a_base_whose_path_no_spec_could_hold_is_refused() -> None:
    base = "a\nlayers: []\n#\x1b[31m.yaml"
    Path(base).write_text("archspec: 1\nname: a\ninput: [4]\nlayers: [ReLU]\n")
    result = run("new", "mine", "--from", base)
    assert (result.exit_code, Path("mine.yaml").exists()) == (2, False)
    assert "\x1b" not in result.stderr
