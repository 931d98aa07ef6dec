"""The reports: numbers in words, tables, stages, summaries, against the reference numbers and
what is counted by hand.
"""

import csv
import io
import json
import re

import pytest
import yaml

import archspec
from archspec.compiler import Checked
from archspec.diagnostics import Diagnostic, Span
from archspec.layers import KINDS
from archspec.reports import numbers
from archspec.reports.check import diagnostics_of, lines, verdict
from archspec.reports.kinds import overview, page
from archspec.reports.listing import ShippedSpec, listing
from archspec.reports.signature import signature
from archspec.reports.stages import LONG, layers, stages
from archspec.reports.summary import summary, weight_bytes
from archspec.reports.tables import Column, Table, markdown_paragraph
from archspec.spelling import counted, listed
from tests.paths import DATA

REFERENCE = {
    one["name"]: one for one in yaml.safe_load((DATA / "networks.yaml").read_text(encoding="utf-8"))
}


def spec(layers, **more):
    return {"archspec": 1, "name": "net", "input": [8, 8, 3], "layers": layers, **more}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00 k"),
        (9_994, "9.99 k"),
        (9_996, "10.0 k"),
        (99_960, "100 k"),
        (999_499, "999 k"),
        (999_600, "1.00 M"),
        (25_610_152, "25.6 M"),
        (138_357_544, "138 M"),
        (3_857_973_248, "3.86 G"),
        (10**25, "10000000 E"),
        (None, "?"),
    ],
)
def test_numbers_are_said_in_three_digits(number, words):
    assert numbers.short(number) == words


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (None, "?"),
        (0, "0 %"),
        (0.0001, "<0.1 %"),
        (0.0005, "0.1 %"),
        (0.031, "3.1 %"),
        (0.9996, "100.0 %"),
        (1, "100.0 %"),
    ],
)
def test_shares(part, words):
    assert numbers.share(part) == words


def test_other_words():
    assert numbers.exact(25_610_152) == "25,610,152"
    assert numbers.exact(None) == "?"
    assert numbers.size(53_513_120) == "53.5 MB"
    assert numbers.fraction(1, None) is None
    assert numbers.fraction(0, 0) == 0
    assert counted(1, "error") == "1 error"
    assert counted(2, "error") == "2 errors"
    assert [listed(list(words)) for words in ("", "a", "ab", "abc", "abcd", "abcde")] == [
        "", "a", "a and b", "a, b and c", "a, b, c and d", "a, b, c and 2 more",
    ]  # fmt: skip


TABLE = Table(
    [
        Column("name", "who"),
        Column("number", "how many", numbers.exact, right=True),
        Column("words", "what", wrap=True),
    ],
    [
        {"name": "a|b", "number": 1000, "words": "one two three"},
        {"name": "c", "number": None, "words": "x,y"},
    ],
    {"name": "all", "number": 1000},
)


def test_a_table_as_text():
    assert TABLE.text(width=24) == "\n".join(
        [
            "who  how many  what",
            "──────────────────────",
            "a|b     1,000  one two",
            "               three",
            "c           ?  x,y",
            "──────────────────────",
            "all     1,000",
        ]
    )


def test_a_table_as_markdown_and_csv_and_records():
    assert TABLE.markdown() == "\n".join(
        [
            "| who | how many | what |",
            "| --- | ---: | --- |",
            "| a\\|b | 1,000 | one two three |",
            "| c | ? | x,y |",
            "| **all** | **1,000** |  |",
        ]
    )
    assert list(csv.reader(io.StringIO(TABLE.csv()))) == [
        ["name", "number", "words"],
        ["a|b", "1000", "one two three"],
        ["c", "", "x,y"],
    ]
    assert TABLE.records()[1] == {"name": "c", "number": None, "words": "x,y"}


def test_nothing_is_cut_off_where_there_is_no_room():
    long = "w" * 130
    assert (
        long
        in Table(
            [Column("a", "a"), Column("b", "b", wrap=True)], [{"a": "v" * 90, "b": f"x {long} y"}]
        ).text()
    )


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("resnet_50", "resnet@resnet50"),
        ("resnet_152", "resnet@resnet152"),
        ("googlenet (with both auxiliary classifiers)", "googlenet"),
        ("vgg_D", "vgg@D"),
    ],
)
def test_summaries_hold_the_reference_numbers(reference, name):
    expected, graph = REFERENCE[reference], archspec.compile(name)
    data = json.loads(summary(graph, "json"))
    assert {key: data[key] for key in ("parameters", "trainable_parameters", "macs")} == {
        key: expected[key] for key in ("parameters", "trainable_parameters", "macs")
    }
    rows = {row["name"]: row for row in data["stages"]}
    assert sum(row["parameters"] for row in rows.values()) == expected["parameters"]
    assert sum(row["macs"] for row in rows.values()) == expected["macs"]
    assert sum(row["macs_share"] for row in rows.values()) == pytest.approx(1)
    shapes = {stage: shape for stage, shape in expected["shapes"].items() if stage in rows}
    assert {stage: rows[stage]["output"] for stage in shapes} == shapes
    assert numbers.exact(expected["parameters"]) in summary(graph)


def test_resnet50_fits_a_terminal():
    text = summary(archspec.compile("resnet@resnet50"))
    assert len(text.splitlines()) <= 25
    assert max(map(len, text.splitlines())) <= 100
    assert "…" not in text
    row = next(line for line in text.splitlines() if line.startswith("conv4_x"))
    assert row.split() == [
        "conv4_x",
        "14×14×1024",
        "7,118,848",
        "27.8",
        "%",
        "1,387,266,048",
        "36.0",
        "%",
    ]
    assert "25.6 M" in text
    assert "3.86 G" in text
    assert "53,120 not" in text  # twice the channels of its 53 normalizations


def test_a_stage_is_what_shares_the_first_steps_of_a_path():
    graph = archspec.compile("resnet@resnet18")
    assert [row.name for row in stages(graph, 2) if row.name.startswith("conv2_x")] == [
        "conv2_x.block1",
        "conv2_x.block2",
    ]
    assert [row.name for row in layers(graph)] == [node.name for node in graph.nodes]
    for rows in (stages(graph), stages(graph, 2), stages(graph, 9), layers(graph)):
        assert sum(row.parameters for row in rows) == graph.parameters
        assert sum(row.trainable for row in rows) == graph.trainable_parameters
        assert sum(row.macs for row in rows) == graph.macs
        assert sum(len(row.nodes) for row in rows) == len(graph.nodes)


def test_a_stages_output_is_what_it_gives_on():
    branches = {"a": [{"Conv2D": {"filters": 4, "kernel_size": 1}}], "b": []}
    graph = archspec.compile(
        spec([{"name": "mix", "branches": branches, "merge": "Concatenate"}, "Flatten"])
    )
    assert {row.name: row.output.shape for row in stages(graph)} == {
        "mix": (8, 8, 7),
        "flatten": (448,),
    }


def test_small_networks_by_hand():
    graph = archspec.compile(
        spec(
            [
                {"name": "conv", "Conv2D": {"filters": 4, "kernel_size": 3}},
                "BatchNormalization",
                "Flatten",
                {"Dense": {"units": 2}},
            ]
        )
    )
    conv, norm, flatten, dense = stages(graph)
    assert (conv.parameters, conv.macs) == (3 * 3 * 3 * 4 + 4, 6 * 6 * 4 * 27)
    assert (norm.parameters, norm.trainable, norm.macs) == (16, 8, 0)
    assert (flatten.parameters, flatten.macs) == (0, 0)
    assert (dense.parameters, dense.macs) == (144 * 2 + 2, 288)
    assert weight_bytes(graph) == 4 * graph.parameters
    assert graph.activation_bytes == 4 * (144 + 144 + 144 + 2)
    assert re.search(r"parameters +418 +410 trainable, 8 not$", summary(graph), re.M)


def test_unknown_sizes_are_question_marks():
    graph = archspec.compile(
        spec(
            [
                {"Conv2D": {"filters": 4, "kernel_size": 3}},
                "GlobalAveragePooling2D",
                {"Dense": {"units": 2}},
            ],
            input=[None, None, 3],
        )
    )
    text = summary(graph)
    assert re.search(r"conv2d +\?×\?×4 +112 +91\.8 % +\? +\?", text)
    assert re.search(r"multiply-adds +\? ", text)
    assert re.search(r"activations +\? ", text)
    data = json.loads(summary(graph, "json"))
    assert data["macs"] is None
    assert data["stages"][0]["output"] == [None, None, 4]
    assert next(csv.DictReader(io.StringIO(summary(graph, "csv"))))["macs"] == ""


def test_shared_weights_count_once_and_say_whose_they_are():
    tower = {"name": "tower", "layers": [{"Conv2D": {"filters": 4, "kernel_size": 3}}]}
    graph = archspec.compile(
        spec(
            [
                tower,
                {"name": "twin", "reuse": "tower", "from": "input"},
                {"Add": None, "from": ["tower", "twin"]},
            ]
        )
    )
    rows = {row.name: row for row in stages(graph)}
    assert (rows["tower"].parameters, rows["twin"].parameters) == (112, 0)
    assert rows["twin"].macs == rows["tower"].macs == 3888
    assert rows["twin"].notes == ("weights of tower",)


def test_outputs_are_named_where_there_are_several():
    head = {"name": "side", "output": ["Flatten", {"Dense": {"units": 5}}]}
    graph = archspec.compile(
        spec(
            [
                {"name": "conv", "Conv2D": {"filters": 4, "kernel_size": 3}},
                head,
                {"name": "tap", "output": []},
                "Flatten",
            ]
        )
    )
    assert signature(graph) == "8×8×3 → 144, side 5 and tap 6×6×4"
    assert {row.name: row.notes for row in stages(graph)} == {
        "conv": ("output tap",),
        "side": ("output side",),
        "flatten": ("output main",),
    }
    assert "output side" in summary(graph)
    assert "output" not in summary(archspec.compile(spec(["Flatten"]))).replace(
        "output  ", ""
    ).replace("layer outputs", "")


def test_inputs_are_named_where_there_are_several():
    graph = archspec.compile(
        {
            "archspec": 1,
            "name": "two",
            "inputs": {"a": [4], "b": [4]},
            "layers": [{"from": ["a", "b"], "Add": None}],
        }
    )
    assert signature(graph) == "a 4 and b 4 → 4"


def test_long_chains_without_names_are_folded_and_stay_exact():
    pair = [{"Conv2D": {"filters": 8, "kernel_size": 3, "padding": "same"}}, "ReLU"]
    graph = archspec.compile(
        spec([*(LONG * pair), "MaxPooling2D", *pair, {"name": "own", "ReLU": None}, "Flatten"])
    )
    rows = stages(graph)
    assert [(row.name, row.notes) for row in rows] == [
        ("conv2d … re_lu_40", ("80 layers",)),
        ("max_pooling2d … re_lu_41", ("3 layers",)),
        ("own", ()),
        ("flatten", ("output main",)),
    ]
    assert sum(row.parameters for row in rows) == graph.parameters
    assert sum(row.macs for row in rows) == graph.macs
    assert len(stages(graph, 2)) == len(graph.nodes)


@pytest.mark.parametrize(
    ("text", "paragraph"),
    [
        ("He et al. 2015, Table 1 (a < b)", r"He et al. 2015, Table 1 (a \< b)"),
        ("| a | <b>x</b> `y` *z* [l](u)", r"\| a \| \<b>x\</b> \`y\` \*z\* \[l](u)"),
        ("# one\ntwo", r"\# one two"),
        ("- one", r"\- one"),
        ("1. one", r"1\. one"),
    ],
)
def test_texts_of_a_spec_are_no_markup_in_markdown(text: str, paragraph: str) -> None:
    assert markdown_paragraph(text) == paragraph


def test_a_summary_as_markdown():
    text = summary(archspec.compile("resnet@resnet50"), "markdown")
    assert text.startswith("## resnet50: 224×224×3 → 1000\n")
    assert "| conv1 | 112×112×64 | 9,664 | <0.1 % | 118,013,952 | 3.1 % |" in text
    assert "| **total** |  | **25,610,152** |  | **3,857,973,248** |  |" in text
    assert "- multiply-adds: 3,857,973,248 = 3.86 G (for one example)" in text


def test_weights_are_in_the_precision_that_they_are_kept_in():
    dense = {"Dense": {"units": 2, "use_bias": False}}
    sizes = {
        dtype: weight_bytes(
            archspec.compile(spec([dense], input=[3], defaults={"Dense": {"dtype": dtype}}))
        )
        for dtype in ("float16", "mixed_float16")
    }
    assert sizes == {"float16": 12, "mixed_float16": 24}


def diagnostic(code="c", line=1, severity="error", message="m"):
    return Diagnostic(code, message, Span("f.yaml", line, 1, line, 2), severity=severity)


def checked(name, *diagnostics, graph=None):
    return Checked(name, "f.yaml", graph, diagnostics, {})


def test_what_several_networks_share_is_told_once():
    every, some = diagnostic(line=1), diagnostic(line=2)
    result = diagnostics_of(
        [
            checked("a", every),
            checked("a@x", every, some),
            checked("a@y", every, some._replace(message="other words")),
        ]
    )
    assert [(one.span.line, one.notes) for one in result] == [
        (1, ()),
        (2, ("found in a@x and a@y",)),
    ]


def test_two_mistakes_at_one_place_stay_two():
    assert (
        len(diagnostics_of([checked("a", diagnostic(message="one"), diagnostic(message="two"))]))
        == 2
    )


def test_the_verdict_counts():
    graph = archspec.compile(spec(["Flatten"]))
    warning = diagnostic(severity="warning", line=3)
    assert verdict([checked("a", warning, graph=graph)]) == "1 warning"
    assert verdict([checked("a", graph=graph)]) == ""
    assert (
        verdict(
            [
                checked("a", warning, graph=graph),
                checked("b", diagnostic(line=1), diagnostic(line=2)),
            ]
        )
        == "2 errors and 1 warning; 1 of 2 networks fails"
    )
    assert lines([checked("a", graph=graph), checked("b", diagnostic())]).splitlines() == [
        "net  8×8×3 → 192     0 parameters  0 multiply-adds",
        "b    fails: 1 error",
    ]


def test_every_kind_is_in_the_overview_and_has_a_page():
    text = overview()
    for name, kind in KINDS.items():
        assert re.search(rf"^  {name} ", text, re.M)
        shown = page(kind)
        assert shown.startswith(f"{name}\n\n")
        assert "Shape:" in shown
        for argument in kind.attributes:
            assert re.search(rf"^{argument} ", shown, re.M)
    assert max(map(len, text.splitlines())) <= 100


def test_the_page_of_a_kind():
    shown = page(KINDS["Conv2D"])
    assert re.search(
        r"^filters +required +a positive integer +the number of output channels$", shown, re.M
    )
    assert re.search(r"^padding +valid +`valid` or `same`", shown, re.M)
    assert re.search(r"^activation +null ", shown, re.M)


def family(name, *sizes):
    graphs = [archspec.compile(spec([{"Dense": {"units": size}}], input=[9])) for size in sizes]
    return ShippedSpec(
        name,
        graphs[0],
        {str(size): graph for size, graph in zip(sizes[1:], graphs[1:], strict=True)},
    )


def test_the_list_of_networks():
    families = [family("b", 100, 200), family("a", 1000)]
    text = listing(families)
    assert [line.split()[0] for line in text.splitlines()] == ["name", "a", "b"]
    assert re.search(r"^b +200 +9 +1.00 – 2.00 k +900 – 1.80 k$", text, re.M)
    assert [line.split()[0] for line in listing(families, sort="macs").splitlines()] == [
        "name",
        "b",
        "a",
    ]
    data = json.loads(listing(families, "json"))
    assert [one["name"] for one in data] == ["a", "b"]
    assert data[1]["variants"]["200"]["parameters"] == 2000
    assert listing(families, "markdown").splitlines()[1] == "| --- | --- | --- | --- | --- | --- |"


# equal repetitions

REPEATED = """\
archspec: 1
name: net
input: [32, 32, 8]
layers:
  - {Conv2D: {filters: 8, kernel_size: 3, padding: same}, repeat: 4}
  - name: b
    repeat: {units: [8, 8, 8, 16, 8]}
    layers: [Dense: {units: $units}, ReLU]
  - {name: c, repeat: 3, BatchNormalization: {}}
"""


def test_equal_repetitions_share_a_row_with_their_sums(tmp_path):
    (tmp_path / "net.yaml").write_text(REPEATED, encoding="utf-8")
    graph = archspec.compile(tmp_path / "net.yaml")
    rows = stages(graph, fold=True)
    assert [row.name for row in rows] == [
        "conv2d … conv2d_4 ×4", "b1 … b3 ×3", "b4", "b5", "c1 … c3 ×3",
    ]  # fmt: skip
    assert "b1 … b3 ×3" in summary(graph)
    assert "b1 … b3 ×3" in summary(graph, "markdown")
    for text in (summary(graph, "csv"), summary(graph, "json"), summary(graph, every_layer=True)):
        assert " ×3" not in text


@pytest.mark.parametrize("name", ["resnet@resnet50", "keras/densenet@DenseNet121", "googlenet"])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_folding_keeps_every_sum(name, depth):
    graph = archspec.compile(name)
    folded, unfolded = stages(graph, depth, fold=True), stages(graph, depth)
    assert [node for row in folded for node in row.nodes] == [
        node for row in unfolded for node in row.nodes
    ]
    assert sum(row.parameters for row in folded) == graph.parameters
