"""`archspec compare`: the table, the depth, the accuracies, the chart and where its labels
stand.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner, Result

import archspec
from archspec.charts.bubbles import BY_PARAMETERS, Point, bubbles
from archspec.cli.program import main
from archspec.reports.compare import Network, compare, depth
from tests.paths import DATA

REFERENCE = {
    entry["name"]: entry for entry in yaml.safe_load((DATA / "networks.yaml").read_text("utf-8"))
}
SMALL = (
    "archspec: 1\nname: small\ninput: [8, 8, 3]\nlayers: [Conv2D: {filters: 4, kernel_size: 3},"
    " Flatten, Dense: {units: 2}]\n"
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SMALL)
    return lambda *words: CliRunner().invoke(main, ["compare", *words])


def rows(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


# The papers' own counts, which give the networks their names.
@pytest.mark.parametrize(
    ("name", "layers"),
    [
        *((f"resnet@resnet{layers}", layers) for layers in (18, 34, 50, 101, 152)),
        *(
            (f"vgg@{variant}", layers)
            for variant, layers in (("A", 11), ("B", 13), ("C", 16), ("D", 16), ("E", 19))
        ),
        ("googlenet", 22),  # section 5: "22 layers deep when counting only layers with parameters"
        ("googlenet@inference", 22),
        ("alexnet", 8),
        ("lenet5", 5),
        ("xception", 37),  # section 4.2: 36 convolutional layers, and the dense one
    ],
)
def test_depth_is_that_of_the_papers(name: str, layers: int) -> None:
    assert depth(archspec.compile(name)) == layers


def test_depth_takes_the_longest_way_and_counts_attention_and_no_normalization() -> None:
    conv, attention = (
        {"Conv2D": {"filters": 3, "kernel_size": 1}},
        {"MultiHeadAttention": {"num_heads": 1, "key_dim": 2}, "from": ["prev", "prev"]},
    )
    items = [
        {"residual": [conv, "BatchNormalization", conv], "shortcut": [conv]},
        {"Reshape": {"target_shape": [4, 3]}},
        attention,
        "LayerNormalization",
        "Flatten",
        {"name": "side", "output": [{"Dense": {"units": 1}}]},
    ]
    assert (
        depth(archspec.compile({"archspec": 1, "name": "net", "input": [2, 2, 3], "layers": items}))
        == 4
    )


def test_table_by_hand(run: Callable[..., Result]) -> None:
    # 3·3·3·4 + 4 weights on 6×6 places; 144·2 + 2 weights; outputs of 144, 144 and 2 numbers of 4
    # bytes.
    assert rows(run("small.yaml", "--format", "json")) == [
        {
            "name": "small",
            "inputs": [[8, 8, 3]],
            "parameters": 402,
            "macs": 4176,
            "activation_bytes": 1160,
            "depth": 2,
        }
    ]
    assert run("small.yaml").stdout.splitlines() == [
        "network  input  parameters  multiply-adds  activations  depth",
        "small    8×8×3         402         4.18 k      1.16 kB      2",
    ]
    assert (
        run("small.yaml", "--format", "markdown").stdout.splitlines()[2]
        == "| small | 8×8×3 | 402 | 4.18 k | 1.16 kB | 2 |"
    )
    (row,) = csv.DictReader(io.StringIO(run("small.yaml", "--format", "csv").stdout))
    assert row["macs"] == "4176"


def test_numbers_are_those_of_the_reference(run: Callable[..., Result]) -> None:
    expected = [REFERENCE[f"resnet_{layers}"] for layers in (18, 34, 50, 101, 152)]
    found = rows(run("resnet", "--format", "json"))
    assert [(row["parameters"], row["macs"]) for row in found] == [
        (entry["parameters"], entry["macs"]) for entry in expected
    ]


def test_a_spec_stands_for_its_variants_and_for_itself_if_it_is_none_of_them(
    run: Callable[..., Result],
) -> None:
    assert [
        row["name"]
        for row in rows(
            run("resnet", "googlenet", "resnet@resnet18", "googlenet", "--format", "json")
        )
    ] == [
        *("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
        *("googlenet", "googlenet-inference"),
    ]


def test_networks_of_one_name_are_told_apart(run: Callable[..., Result]) -> None:
    Path("other").mkdir()
    Path("other/small.yaml").write_text(SMALL.replace("units: 2", "units: 3"))
    assert [
        row["name"] for row in rows(run("small.yaml", "other/small.yaml", "--format", "json"))
    ] == [
        "small (small.yaml)",
        "small (other/small.yaml)",
    ]


def test_mistakes_of_all_specs_are_told(run: Callable[..., Result]) -> None:
    Path("wrong.yaml").write_text(SMALL.replace("units", "unit"))
    result = run("small.yaml", "wrong.yaml", "nowhere.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "wrong.yaml:4" in result.stderr and "nowhere.yaml" in result.stderr


def test_unknown_sizes_are_unknown_and_not_drawn(run: Callable[..., Result]) -> None:
    Path("open.yaml").write_text(
        "archspec: 1\nname: open\ninput: [null, null, 3]\nlayers: [Conv2D: {filters: 4,"
        " kernel_size: 3}]\n"
    )
    assert "?" in run("open.yaml").stdout
    result = run("open.yaml", "-o", "chart.svg")
    assert (
        result.exit_code == 1
        and "nothing to draw" in result.stderr
        and not Path("chart.svg").exists()
    )
    result = run("open.yaml", "small.yaml", "-o", "chart.svg")
    assert (
        result.exit_code == 0
        and "not drawn, as multiply-adds or memory depend on a size that is unknown: open"
        in result.stderr
    )


def test_accuracies_of_words_and_of_a_file(run: Callable[..., Result]) -> None:
    Path("known.csv").write_text(
        "name,year,accuracy\nresnet18,2015,69.8\nresnet50,2015,1\nothernet,1999,50\n"
    )
    result = run("resnet", "--csv", "known.csv", "--accuracy", "resnet50=76.1", "--format", "json")
    assert [row["accuracy"] for row in rows(result)] == [69.8, None, 76.1, None, None]
    assert "othernet" in result.stderr
    assert "69.8 %" in run("resnet", "--csv", "known.csv").stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--accuracy", "resnet5=76"], "did you mean `resnet50`?"),
        (["--accuracy", "resnet50"], "not of the form NAME=VALUE"),
        (["--accuracy", "resnet50=high"], "must be a number of percent"),
        (["--accuracy", "resnet50=nan"], "must be a number of percent"),
        (["--accuracy", "resnet50=1", "--accuracy", "resnet50=2"], "two accuracies"),
        (["-o", "chart.pdf"], "must end in .svg or .png"),
        ([], None),
    ],
)
def test_mistakes_of_usage(
    run: Callable[..., Result], words: list[str], complaint: str | None
) -> None:
    result = run("resnet", *words)
    assert result.exit_code == (2 if complaint else 0)
    assert complaint is None or complaint in result.stderr


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "`known.csv` cannot be read: no such file or directory"),
        (b"name;accuracy\n", "known.csv:1: there is no column `name`"),
        (b"", "known.csv:1: there is no column `name`"),
        (
            b"name,accuracy\nresnet18,much\n",
            (
                "known.csv:2: the accuracy of `resnet18` must be a number of percent, 0 to 100, and"
                " it is `much`"
            ),
        ),
        (b"name,accuracy\nresnet18\n", "known.csv:2: the accuracy of `resnet18`"),
        (b"name,accuracy\n\xff,1\n", "it is not UTF-8 text"),
    ],
)
def test_mistakes_in_the_file(
    run: Callable[..., Result], text: bytes | None, complaint: str
) -> None:
    if text is not None:
        Path("known.csv").write_bytes(text)
    result = run("resnet", "--csv", "known.csv")
    assert result.exit_code == 1 and complaint in result.stderr


def test_every_format_of_no_network() -> None:
    assert compare([], "json") == "[]"
    assert (
        compare([Network("a", "a.yaml", archspec.compile("lenet5"), 99.0)])
        .splitlines()[1]
        .endswith("99 %")
    )


BOTH = """
import contextlib
from archspec.cli.program import main
for name in ("ba.svg", "ba.png"):
    with contextlib.suppress(SystemExit):
        main(["compare", "resnet", "vgg", "small.yaml", "-o", name])
"""


@pytest.mark.heavy
def test_chart_is_the_same_bytes_in_any_process(run: Callable[..., Result]) -> None:
    root = str(Path(archspec.__file__).parents[1])
    environment = {"PYTHONPATH": root, "PYTHONHASHSEED": "7", "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-c", BOTH], check=True, env=environment, capture_output=True)
    for name in ("a.svg", "a.png"):
        result = run("resnet", "vgg", "small.yaml", "-o", name)
        assert (result.exit_code, result.stderr) == (0, f"wrote {name}\n")
        assert Path(name).read_bytes() == Path(f"b{name}").read_bytes()
    text = Path("a.svg").read_text("utf-8")
    assert "<dc:date>" not in text and str(Path.cwd()) not in text
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")


def test_chart_is_written_whole_or_not_at_all(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    Path("a.svg").write_text("before")
    monkeypatch.setattr("archspec.charts.bubble_chart.draw", fail)
    assert run("resnet", "-o", "a.svg").exit_code == 1
    assert Path("a.svg").read_text() == "before"
    assert sorted(path.name for path in Path().iterdir()) == ["a.svg", "small.yaml"]
    assert run("resnet", "-o", "nowhere/a.svg").exit_code == 1


def test_without_matplotlib_a_line_says_what_to_install(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "archspec.charts.bubble_chart", None)
    result = run("resnet", "-o", "a.svg")
    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        result.stderr
        == "Error: charts need matplotlib and adjustText: pip install 'archspec-nn[plot]'\n"
    )
    assert run("resnet").exit_code == 0


def test_matplotlib_is_loaded_only_for_a_chart() -> None:
    code = (
        "import sys; from archspec.cli.program import main\ntry: main(['compare', 'resnet'])\nfinally:"
        " print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "False"


def test_labels_keep_apart_and_inside() -> None:
    from archspec.charts.bubble_chart import figure

    points = [
        Point(
            f"network-{index}", "abc"[index % 3], 1e9 * 1.3**index, 1e7 * 1.1 ** (index % 7), index
        )
        for index in range(24)
    ]
    chart = figure(points, BY_PARAMETERS)
    (plot,) = chart.axes
    extents = [text.get_window_extent() for text in plot.texts]
    assert [text.get_text() for text in plot.texts] == [point.name for point in points]
    frame = plot.get_window_extent().padded(1)
    assert all(frame.fully_containsx(box.x0) and frame.fully_containsx(box.x1) for box in extents)
    assert all(frame.fully_containsy(box.y0) and frame.fully_containsy(box.y1) for box in extents)
    assert not any(
        box.overlaps(other) for index, box in enumerate(extents) for other in extents[:index]
    )


def test_a_lone_label_stands_right_of_its_bubble() -> None:
    from archspec.charts.bubble_chart import figure

    (plot,) = figure([Point("alone", "a", 1e9, 1e7, 1e6)], BY_PARAMETERS).axes
    (text,) = plot.texts
    x, y = plot.transData.transform((1e9, 1e7))
    box = text.get_window_extent()
    assert 24 < box.x0 - x < 40 and box.y0 < y < box.y1


@pytest.mark.parametrize("name", ["\x1b[31mred", "a--b", "$x_1$", "<b>&", "\ud800", "\x00", "]]>"])
def test_no_name_breaks_the_chart(name: str, tmp_path: Path) -> None:
    from archspec.charts.bubble_chart import draw

    path = tmp_path / "a.svg"
    network = Network(name, "a.yaml", archspec.compile("lenet5"), None)
    found = bubbles([network])
    draw(found.points, found.axes, path)
    ElementTree.parse(path)
