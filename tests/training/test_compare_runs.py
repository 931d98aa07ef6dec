"""`archspec compare` of the folders of runs, written here by hand: no training, and no Keras."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archspec.cli.program import main

SPEC = "archspec: 1\nname: small\ninput: [4]\nlayers: [Dense: {units: 3}]\n"
LOG = """\
epoch,loss,accuracy,val_accuracy,val_loss,learning_rate
1,0.82,0.5,0.4,0.91,0.002
2,0.25,0.9876,0.75,0.31,0.002
"""


def write(folder: str, log: str | None = LOG) -> None:
    Path(folder).mkdir(parents=True)
    Path(folder, "recipe.yaml").write_text("recipe: 1\n")
    Path(folder, "spec.yaml").write_text(SPEC)
    if log is not None:
        Path(folder, "log.csv").write_text(log)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    write("runs/a")
    write("runs/begun", None)
    return lambda *words: CliRunner().invoke(main, ["compare", *words])


def test_the_table_has_the_numbers_of_the_last_epoch(run: Callable[..., Result]) -> None:
    result = run("runs/a", "runs/begun", "--format", "markdown")
    assert result.exit_code == 0, result.output
    assert result.output == (
        "| run | Params | Epochs | Loss | Val_Loss | ACC | Val_ACC |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        "| a | 15 | 2 | 0.2500 | 0.3100 | 0.9876 | 0.7500 |\n"
        "| begun | 15 | 0 | ? | ? | ? | ? |\n"
    )


def test_csv_is_exact(run: Callable[..., Result]) -> None:
    (row,) = csv.DictReader(io.StringIO(run("runs/a", "--format", "csv").stdout))
    assert (row["parameters"], row["accuracy"], row["val_loss"]) == ("15", "0.9876", "0.31")


def test_charts(run: Callable[..., Result]) -> None:
    pytest.importorskip("matplotlib")
    result = run("runs/a", "runs/begun", "-o", "chart.svg", "--curves", "curves.svg")
    assert result.exit_code == 0, result.output
    # In each of the four panels a dot for each of the two epochs, and one in the legend.
    dots = re.findall(r"<use [^>]*fill: #4477aa", Path("curves.svg").read_text())
    assert len(dots) == 4 * (2 + 1)
    assert "wrote chart.svg" in result.stderr and Path("chart.svg").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["runs/a", "resnet"], 2, "runs are compared with runs, and resnet is no folder of a run"),
        (["runs/a", "--accuracy", "a=3"], 2, "runs are as they are"),
        (["lenet5", "--curves", "c.svg"], 2, "--curves needs the folders of runs"),
        (["runs/a", "--curves", "c.pdf"], 2, "must end in .svg or .png"),
        (["runs/begun", "--curves", "c.svg"], 1, "no run has ended an epoch"),
        (["runs/damaged"], 1, "`runs/damaged/log.csv` cannot be read: it is no table of numbers"),
    ],
)
def test_what_cannot_be_compared(
    words: list[str], code: int, said: str, run: Callable[..., Result]
) -> None:
    write("runs/damaged", "epoch,loss\n1,abc\n")
    result = run(*words)
    assert result.exit_code == code and said in result.output, result.output
    assert not Path("c.svg").exists()


@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_epochs_are_whole_numbers(epochs: int, tmp_path: Path) -> None:
    from archspec.charts.curves import draw

    draw([{"loss": 1.0 / (1 + number)} for number in range(epochs)], tmp_path / "curves.svg")
    text = (tmp_path / "curves.svg").read_text()
    ticks = re.findall(r'id="xtick_\d+".*?<!-- (\S+) -->', text, re.DOTALL)
    assert ticks == [str(number + 1) for number in range(epochs)]
