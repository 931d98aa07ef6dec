"""The shipped specs have sources and claims, are short, and compile without a warning; the
design's specs compile to published counts.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import archspec
from tests.equivalence.zoo import CASES
from tests.networks.grown import GROWN
from tests.paths import DESIGN, SPECS

FILES = sorted(SPECS.rglob("*.yaml"))
KERAS = [path for path in FILES if path.parent.name == "keras"]
HUB = [path for path in FILES if path.parent.name == "hub"]
"""The backbones of KerasHub, which states their parameters alone."""
ORDER = [
    "archspec",
    "name",
    "description",
    "source",
    "extends",
    "vars",
    "input",
    "inputs",
    "defaults",
    "blocks",
    "layers",
    "expect",
    "variants",
]
NUMBERS = ["parameters", "trainable_parameters", "macs"]


@cache
def load(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text("utf-8"))


NETWORKS = [
    (path, variant) for path in FILES for variant in [None, *load(path).get("variants", {})]
]


def named(path: Path, variant: str | None) -> str:
    return f"{path}@{variant}" if variant else str(path)


def shown(part: Path | str | None) -> str | None:
    """How a test of a file, or of a variant, is called: as the library calls it."""
    return part.relative_to(SPECS).with_suffix("").as_posix() if isinstance(part, Path) else part


every_file = pytest.mark.parametrize("path", FILES, ids=shown)
every_network = pytest.mark.parametrize(("path", "variant"), NETWORKS, ids=shown)


def lines_without_expect(text: str) -> int:
    """The lines of a spec that are not, or not only, part of an ``expect``; comments and blank
    lines count.
    """
    rest, events = list(text), list(yaml.parse(text))
    for position, event in enumerate(events):
        if isinstance(event, yaml.ScalarEvent) and event.value == "expect":
            depth, last = 0, position + 1
            while True:
                depth += isinstance(events[last], yaml.CollectionStartEvent) - isinstance(
                    events[last], yaml.CollectionEndEvent
                )
                if not depth:
                    break
                last += 1
            for place in range(event.start_mark.index, events[last].end_mark.index):
                rest[place] = "\n" if text[place] == "\n" else "\0"
    lines = "".join(rest).splitlines()
    return sum(1 for line in lines if "\0" not in line or re.sub(r"#.*|[\0{},\s]", "", line))


@every_network
def test_it_compiles_to_what_it_expects_without_a_warning(path: Path, variant: str | None) -> None:
    assert archspec.compile(named(path, variant)).warnings == ()


@every_network
def test_it_has_a_source_and_claims(path: Path, variant: str | None) -> None:
    document = load(path)
    stated = document["variants"][variant] if variant else document
    assert stated.get("source", document["source"]) and document["description"]
    if path in HUB:
        assert stated["expect"]["parameters"] > 0
        return
    counted = NUMBERS[:2] if path.stem in GROWN else NUMBERS  # their papers round multiply-adds
    assert list(stated["expect"]) == [*counted, "shapes"]
    assert {"main", "boxes7"} & stated["expect"]["shapes"].keys()


@every_file
def test_it_is_called_like_its_file_and_opens_like_the_others(path: Path) -> None:
    document = load(path)
    assert "$schema=" not in path.read_text("utf-8"), "no schema lies beside it"
    assert path in KERAS or document["name"] == path.stem
    assert list(document) == [key for key in ORDER if key in document]
    assert all(
        set(variant) <= {"input", "vars", "source", "expect"}
        for variant in document.get("variants", {}).values()
    )


@pytest.mark.parametrize("path", KERAS, ids=shown)
def test_its_networks_are_called_like_keras_s_functions(path: Path) -> None:
    document = load(path)
    functions = [case.function for case in CASES if case.family == path.stem]
    first, *_ = called = [
        archspec.compile(named(path, variant)).name for variant in document["variants"]
    ]
    assert sorted(called) == sorted(functions)
    assert document["variants"][first] == {"expect": document["expect"]}


@every_file
def test_its_lines_fit_a_screen(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.endswith("\n") and "\t" not in text and " \n" not in text
    assert max(map(len, text.splitlines())) <= 150


@pytest.mark.parametrize(("name", "most"), [("resnet", 60), ("vgg", 45)])
def test_it_is_short(name: str, most: int) -> None:
    assert lines_without_expect((SPECS / f"{name}.yaml").read_text("utf-8")) <= most


def test_a_scaled_efficientnet_is_one_line() -> None:
    text = (SPECS / "efficientnet.yaml").read_text("utf-8")
    variants = text[text.index("variants:\n") :]
    assert lines_without_expect(variants) == len(
        ["variants:", "B0", "B1", "B2", "B3", "B4", "B5", "B6", "B7"]
    )


def test_lines_are_counted_without_expectations() -> None:
    assert (
        lines_without_expect(
            "a: 1\n\n# why\nexpect:\n  b: 2   # much\n  c: {d: 3}\ne:\n  f: {g: 4,\n    expect: {h:"
            " [5,\n      6]}}\n"
        )
        == 5
    )


def test_googlenet_reads_like_its_table() -> None:
    rows = re.findall(
        r"^  - \{name: (\w+), ", (SPECS / "googlenet.yaml").read_text("utf-8"), re.MULTILINE
    )
    assert [row for row in rows if not row.startswith("aux")] == [
        "conv1", "pool1", "conv2", "pool2", "3a", "3b", "pool3", "4a", "4b", "4c", "4d", "4e", "pool4", "5a", "5b", "avgpool", "dropout", "linear",
    ]  # fmt: skip


@pytest.mark.parametrize("phi", [1, 2, 3, 4])
def test_a_step_of_compound_scaling_about_doubles_the_multiply_adds(phi: int) -> None:
    smaller, larger = (
        archspec.compile(SPECS / "efficientnet.yaml", phi=step).macs for step in (phi - 1, phi)
    )
    assert 1.5 < larger / smaller < 2.7


@pytest.mark.parametrize("phi", [0, 0.5, 1, 2.5, 7])
def test_efficientnet_scales_to_any_phi(phi: float) -> None:
    assert archspec.compile(SPECS / "efficientnet.yaml", phi=phi).inputs["input"].shape == (
        round(224 * 1.15**phi),
    ) * 2 + (3,)


# The specs of the language's design, with published counts: total parameters, trainable ones, and
# multiply-adds.
DESIGNS: dict[str, tuple[int, int, int]] = {
    # Keras 3.15, keras.applications built with weights=None: `count_params`, the sizes of
    # `trainable_weights`, and every kernel
    # times the places of its layer's output. Keras's own B0 to B7 have 7 parameters more, for the
    # normalization of the input.
    "samples/efficientnet.yaml@B0": (5_330_571 - 7, 5_288_548, 385_814_752),
    "samples/efficientnet.yaml@B1": (7_856_239 - 7, 7_794_184, 686_802_832),
    "samples/efficientnet.yaml@B7": (66_658_687 - 7, 66_347_960, 37_745_884_192),
    "samples/vgg.yaml@D": (138_357_544, 138_357_544, 15_470_264_320),
    "samples/vgg.yaml@E": (143_667_240, 143_667_240, 19_632_062_464),
    "trials/convnext.yaml@tiny": (28_589_128, 28_589_128, 4_455_531_264),
    "trials/convnext.yaml@small": (50_223_688, 50_223_688, 8_683_712_256),
    "trials/convnext.yaml@base": (88_591_464, 88_591_464, 15_354_729_472),
    "trials/convnext.yaml@large": (197_767_336, 197_767_336, 34_361_433_600),
    "trials/convnext.yaml@xlarge": (350_196_968, 350_196_968, 60_921_030_656),
    "trials/efficientnet_v2.yaml@b0": (7_200_312, 7_139_704, 718_086_176),
    "trials/efficientnet_v2.yaml@b1": (8_212_124, 8_141_052, 1_196_819_360),
    "trials/efficientnet_v2.yaml@b2": (10_178_374, 10_096_086, 1_697_542_832),
    "trials/efficientnet_v2.yaml@b3": (14_467_622, 14_358_406, 3_011_458_816),
    "trials/efficientnet_v2.yaml@s": (21_612_360, 21_458_488, 8_365_617_152),
    "trials/inception_resnet_v2.yaml": (55_873_736, 55_813_192, 13_155_794_016),
    "trials/inception_v3.yaml": (23_851_784, 23_817_352, 5_713_216_096),
    "trials/mobilenet_v3.yaml@large": (5_507_432, 5_483_032, 216_589_760),
    "trials/mobilenet_v3.yaml@small": (2_554_968, 2_542_856, 56_510_400),
    "trials/nasnet.yaml@mobile": (5_326_716, 5_289_978, 563_638_816),
    "trials/nasnet.yaml@large": (88_949_818, 88_753_150, 23_783_414_658),
    "trials/xception.yaml": (22_910_480, 22_855_952, 8_357_403_496),
    # tests/data/networks.yaml
    "samples/googlenet.yaml": (13_378_280, 13_378_280, 1_591_044_096),
    "samples/resnet.yaml@resnet18": (11_699_112, 11_689_512, 1_814_073_344),
    "samples/resnet.yaml@resnet34": (21_814_696, 21_797_672, 3_663_761_408),
    "samples/resnet.yaml@resnet50": (25_610_152, 25_557_032, 3_857_973_248),
    "samples/resnet.yaml@resnet101": (44_654_504, 44_549_160, 7_570_194_432),
    "samples/resnet.yaml@resnet152": (60_344_232, 60_192_808, 11_282_415_616),
    "samples/vgg.yaml@A": (132_863_336, 132_863_336, 7_609_090_048),
    "samples/vgg.yaml@A-LRN": (132_863_336, 132_863_336, 7_609_090_048),
    "samples/vgg.yaml@B": (133_047_848, 133_047_848, 11_308_466_176),
    "samples/vgg.yaml@C": (133_638_952, 133_638_952, 11_770_888_192),
    # imgclsmob and timm print 41,609,928 trainable parameters, and timm 9.3e9 multiply-adds at 256;
    # the moving statistics,
    # 35,712, are two for each of the convolutions' 17,856 filters.
    "trials/darknet53.yaml": (41_609_928 + 2 * 17_856, 41_609_928, 9_285_115_904),
    # Koch's network is commonly given 38,951,745 parameters; the multiply-adds are both towers' and
    # the last layer's.
    "trials/siamese.yaml": (38_951_745, 38_951_745, 2 * 908_623_872 + 4_096),
    # torchvision's `num_params` and, in 10⁹, its `_ops`: 17.564, 4.409 and 61.555. It has H-14 at
    # 518 pixels, 633,470,440
    # parameters, which at 224 are fewer by the position embeddings of 37² - 16² patches.
    "trials/vit.yaml@B-16": (86_567_656, 86_567_656, 17_563_828_224),
    "trials/vit.yaml@B-32": (88_224_232, 88_224_232, 4_409_186_304),
    "trials/vit.yaml@L-16": (304_326_632, 304_326_632, 61_554_712_576),
    "trials/vit.yaml@H-14": (
        633_470_440 - (37**2 - 16**2) * 1280,
        633_470_440 - (37**2 - 16**2) * 1280,
        167_295_109_120,
    ),
}


@pytest.mark.parametrize("reference", DESIGNS)
def test_the_designs_compile_to_published_counts(reference: str) -> None:
    graph = archspec.compile(f"{DESIGN}/{reference}")
    assert (graph.parameters, graph.trainable_parameters, graph.macs) == DESIGNS[reference]
    assert graph.warnings == ()


def test_every_design_is_compared() -> None:
    files = {f"{path.parent.name}/{path.name}" for path in DESIGN.glob("*/*.yaml")}
    assert files == {reference.partition("@")[0] for reference in DESIGNS}
    assert len(files) == 14
