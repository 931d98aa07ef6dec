"""`archspec diff`: what it finds between two networks, how it tells, and its exit codes."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import archspec
from archspec.cli.program import main
from archspec.reports import alignment
from archspec.reports.diff import diff
from archspec.reports.differences import Difference, Differences, differences

CONV = {"Conv2D": {"filters": 4, "kernel_size": 3, "padding": "same"}}
POOL = {"MaxPooling2D": {"pool_size": 2}}
DENSE = {"Dense": {"units": 2}}


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["diff", *words])


def network(*layers: Any, **more: Any) -> archspec.Graph:
    return archspec.compile(
        {"archspec": 1, "name": "net", "input": [8, 8, 4], "layers": list(layers), **more}
    )


def between(a: list[Any], b: list[Any], **more: Any) -> Differences:
    return differences(network(*a, **more), network(*b, **more))


def told(one: Difference) -> tuple[Any, ...]:
    """A difference in short: status, names, changed arguments, and what is inside."""
    return (one.status, ",".join(one.names), dict(one.arguments), *map(told, one.children))


def changes(found: Differences) -> list[tuple[Any, ...]]:
    return [told(stage) for stage in found.stages]


@pytest.mark.parametrize(
    "name",
    ["resnet", "vgg@E", "googlenet", "xception", "efficientnet", "inception10", "lenet5@cifar10"],
)
def test_a_network_equals_itself(name: str) -> None:
    found = differences(archspec.compile(name), archspec.compile(name))
    assert found.equal and changes(found) == []


def test_what_is_written_otherwise_and_means_the_same_is_equal() -> None:
    block = {"conv": {"layers": [CONV, "ReLU"]}}
    assert differences(network(CONV, "ReLU"), network({"conv": {}}, blocks=block)).equal
    assert between(
        [CONV], [{"Conv2D": {**CONV["Conv2D"], "kernel_size": [3, 3], "strides": 1}}]
    ).equal


def test_an_argument_changed() -> None:
    found = between(
        [CONV, POOL], [{"Conv2D": {**CONV["Conv2D"], "filters": 6, "strides": 2}}, POOL]
    )
    assert changes(found)[0] == (
        "changed",
        "conv2d",
        {"filters": (4, 6), "strides": ((1, 1), (2, 2))},
    )
    # 4·9·2 + 2 weights more; the multiply-adds of 6 filters on 4×4 places in place of 4 on 8×8.
    assert (found.stages[0].parameters, found.stages[0].macs) == (74, 36 * 6 * 16 - 36 * 4 * 64)
    assert found.outputs["main"][1].shape == (2, 2, 6)  # type: ignore[union-attr]


def test_an_insertion_is_not_a_rewrite() -> None:
    found = between(
        [CONV, "ReLU", CONV, "Flatten"],
        [CONV, "ReLU", {"Conv2D": {"filters": 4, "kernel_size": 1}}, CONV, "Flatten"],
    )
    assert changes(found) == [("added", "conv2d_2", {})]
    found = between([CONV, POOL, CONV], [CONV, CONV])
    assert [told(stage)[:2] for stage in found.stages] == [
        ("removed", "max_pooling2d"),
        ("changed", "conv2d_2"),
    ]
    assert found.stages[1].macs == 36 * 4 * (64 - 16) and not found.stages[1].arguments


def test_a_renamed_stage_is_not_a_rewrite() -> None:
    stage = {"layers": [CONV, "ReLU", CONV]}
    found = between([{"name": "one", **stage}, DENSE], [{"name": "uno", **stage}, DENSE])
    assert changes(found) == [("changed", "uno", {})] and found.stages[0].was == "one"
    more = {"layers": [CONV, "ReLU", CONV, "BatchNormalization"]}
    found = between([{"name": "one", **stage}, DENSE], [{"name": "uno", **more}, DENSE])
    assert changes(found) == [("changed", "uno", {}, ("added", "batch_normalization", {}))]


def test_stages_that_change_places_keep_their_names() -> None:
    one, two = {"name": "one", **CONV}, {"name": "two", "Conv2D": {"filters": 4, "kernel_size": 1}}
    found = between([one, two], [two, one])
    assert {told(stage)[:2] for stage in found.stages} == {("changed", "one"), ("changed", "two")}
    assert {stage.takes for stage in found.stages} == {
        (("input",), ("two",)),
        (("one",), ("input",)),
    }


def test_another_connection_is_a_difference() -> None:
    items = [{"name": "a", **CONV}, {"name": "b", **CONV}]
    found = between(
        [*items, {"name": "c", **CONV, "from": "a"}, {"Add": {}, "from": ["b", "c"]}],
        [*items, {"name": "c", **CONV}, {"Add": {}, "from": ["a", "c"]}],
    )
    assert [(stage.names, stage.takes) for stage in found.stages] == [
        (("c",), (("a",), ("b",))),
        (("add",), (("b", "c"), ("a", "c"))),
    ]


def test_shared_weights_that_are_no_longer_shared() -> None:
    shared = [{"name": "a", **CONV}, {"name": "b", "reuse": "a"}]
    found = between(shared, [{"name": "a", **CONV}, {"name": "b", **CONV}])
    assert not found.equal and sum(stage.parameters for stage in found.stages) == 148


def test_inputs_and_outputs() -> None:
    found = differences(
        network(CONV), network(CONV, {"name": "side", "output": []}, input=[16, 16, 4])
    )
    assert found.inputs["input"][1].shape == (16, 16, 4)  # type: ignore[union-attr]
    assert list(found.outputs) == ["main", "side"]
    tap = {"name": "side", "output": []}
    found = between([CONV, tap, CONV], [CONV, CONV, tap, CONV])
    assert list(found.outputs) == ["side"] and not found.equal
    assert "~ output side leaves from another layer" in diff(found)


def test_repeats_that_change_alike_are_folded() -> None:
    found = differences(archspec.compile("resnet@resnet50"), archspec.compile("resnet@resnet101"))
    (stage,) = found.stages
    (added,) = stage.children
    assert stage.names == ("conv4_x",) and added.names == tuple(
        f"block{number}" for number in range(7, 24)
    )
    assert (added.status, len(added.kinds), added.parameters) == ("added", 10, 19_044_352 // 17)


LISTED = """\
resnet50 → resnet101

parameters        25,610,152     44,654,504     +19,044,352  +74.4 %
multiply-adds  3,857,973,248  7,570,194,432  +3,712,221,184  +96.2 %

~ conv4_x: +19,044,352 parameters, +3,712,221,184 multiply-adds
  + block7 … block23 ×17, 10 layers each: 3 Conv2D, 3 BatchNormalization, 3 ReLU, Add, +1,120,256 parameters each
"""


def test_text() -> None:
    result = run("resnet@resnet50", "resnet@resnet101")
    assert (result.exit_code, result.stdout, result.stderr) == (1, LISTED, "")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("resnet@resnet18", "resnet@resnet34"),
        ("vgg@D", "vgg@E"),
        ("googlenet", "googlenet@inference"),
        ("xception", "xception_custom"),
        ("vgg@A", "resnet"),
    ],
)
def test_stages_sum_up_to_the_totals_both_ways(a: str, b: str) -> None:
    for one, other in ((a, b), (b, a)):
        found = differences(archspec.compile(one), archspec.compile(other))
        assert (
            sum(stage.parameters * len(stage.names) for stage in found.stages)
            == found.b.parameters - found.a.parameters
        )
        assert sum((stage.macs or 0) * len(stage.names) for stage in found.stages) == (
            found.b.macs or 0
        ) - (found.a.macs or 0)


def test_vgg_is_a_few_lines() -> None:
    assert run("vgg@D", "vgg@E").stdout.count("+ conv4, Conv2D {") == 3
    assert len(run("googlenet", "googlenet@inference").stdout.splitlines()) < 12


def test_json() -> None:
    data = json.loads(run("vgg@D", "vgg@E", "--format", "json").stdout)
    assert (data["equal"], data["a"]["name"], data["b"]["parameters"]) == (
        False,
        "vgg-D",
        143_667_240,
    )
    assert [stage["names"] for stage in data["stages"]] == [["block3"], ["block4"], ["block5"]]
    (added,) = data["stages"][0]["changes"]
    assert (added["change"], added["kind"], added["parameters"]) == ("added", "Conv2D", 590_080)
    assert added["given"]["filters"] == 256


def test_exit_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    equal = run("resnet", "resnet@resnet50")
    assert (equal.exit_code, equal.stdout) == (0, "resnet and resnet50 are equal\n")
    assert json.loads(run("resnet", "resnet", "--format", "json").stdout)["equal"]
    assert run("resnet", "vgg").exit_code == 1
    for words in (
        ["resnet"],
        ["resnet", "nowhere.yaml"],
        ["resnet", "resnet@resnet5"],
        ["resnet", "vgg", "--format", "xml"],
    ):
        assert run(*words).exit_code == 2
    Path("wrong.yaml").write_text(
        "archspec: 1\nname: wrong\ninput: [4]\nlayers: [Dense: {unit: 3}]\n"
    )
    result = run("wrong.yaml", "resnet")
    assert result.exit_code == 2 and "did you mean `units`?" in result.stderr


def test_networks_of_one_name_are_called_by_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for file, units in (("a.yaml", 3), ("b.yaml", 4)):
        Path(file).write_text(
            f"archspec: 1\nname: net\ninput: [4]\nlayers: [Dense: {{units: {units}}}]\n"
        )
    lines = run("a.yaml", "b.yaml").stdout.splitlines()
    assert (
        lines[0] == "a.yaml → b.yaml"
        and lines[-1] == "~ dense, Dense units 3 → 4: +5 parameters, +4 multiply-adds"
    )


LAYERS_OF_GROUPS = {
    "other kinds": ["Softmax", "ELU", {"Dropout": {"rate": 0.1}}],
    "in part the same": [{"Dense": {"units": 9}}, "ReLU", "Flatten"],
}


@pytest.mark.parametrize("layers", LAYERS_OF_GROUPS.values(), ids=LAYERS_OF_GROUPS)
def test_the_work_of_a_comparison_grows_with_the_layers_and_not_with_their_square(
    layers: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in the pairs of keys that `difflib` is given."""

    class Counting(SequenceMatcher[Any]):
        work = 0

        def __init__(self, junk: None, a: Any, b: Any, autojunk: bool) -> None:
            Counting.work += len(a) * len(b)
            super().__init__(junk, a, b, autojunk=autojunk)

    def work(count: int) -> int:
        Counting.work = 0
        before = {"name": "a$i", "layers": [{"Dense": {"units": "8 + $i % 5"}}, "ReLU"]}
        after = {"name": "b$i", "layers": [*layers, {"Dense": {"units": "8 + $i % 3"}}]}
        between([{"repeat": count, **before}], [{"repeat": count, **after}], input=[4])
        return Counting.work

    monkeypatch.setattr(alignment, "SequenceMatcher", Counting)
    assert work(3_000) < 20 * work(300)
