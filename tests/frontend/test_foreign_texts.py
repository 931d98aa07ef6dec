"""What is written as other languages have it — colons, dashes, comments, repetitions, lists — gets one
complaint, with a help that works.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.frontend.slips import Slip, assert_mended, complaints, document, items, line

COLON = "write `- Conv2D: {filters: 8, kernel_size: 3}`"

LINES = [
    # a colon that is missing
    line("- Conv2D {filters: 8, kernel_size: 3}", COLON),
    line("- Conv2D{filters: 8, kernel_size: 3}", COLON),
    line("- Dense {units: 3}", "write `Dense: {units: 3}`"),
    line("- Dense units: 3", "write `Dense: {units: 3}`"),
    line("- Conv2D filters=8 kernel_size=3", COLON),
    line("- Conv2D 8 3", COLON),
    line("- Conv2D, 8, 3", COLON),
    line("- [Conv2D, 8, 3]", COLON),
    line("- [Conv2D, {filters: 8, kernel_size: 3}]", COLON),
    line('- "Dense: {units: 3}"', "remove the quotes: write `- Dense: {units: 3}`"),
    # how often
    line("- {Dense: {units: 3}} x 3", "write `- {repeat: 3, Dense: {units: 3}}`"),
    line("- 3 x Dense: {units: 3}", "write `- {repeat: 3, Dense: {units: 3}}`"),
    line("- Dense x 3: {units: 3}", "write `- {repeat: 3, Dense: {units: 3}}`"),
    # other ends of lines
    line("- ReLU,", "write `- ReLU`: nothing stands between items but a new line"),
    line("- ReLU;", "write `- ReLU`: nothing stands between items but a new line"),
    line("- ReLU // the end", "write `ReLU  # the end`"),
    line("- ReLU /* the end */", "write `ReLU  # the end`"),
    line("- ReLU -- the end", "write `ReLU  # the end`"),
    # names
    line("- conv1 = Conv2D: {filters: 8, kernel_size: 3}", "write `- {name: conv1, Conv2D: {filters: 8, kernel_size: 3}}`"),
    line("- conv1: {Conv2D: {filters: 8, kernel_size: 3}}", "write `- {name: conv1, Conv2D: {filters: 8, kernel_size: 3}}`"),
    line("- conv1: {type: Conv2D, filters: 8, kernel_size: 3}", "write `- {name: conv1, Conv2D: {filters: 8, kernel_size: 3}}`"),
    line("- conv1: Conv2D", "write `- {name: conv1, Conv2D: {filters: 32, kernel_size: 3}}`"),
    # tables of papers
    line("- conv3-64", "write `- Conv2D: {filters: 64, kernel_size: 3, padding: same}`"),
    line("- 3x3 conv, 64", "write `- Conv2D: {filters: 64, kernel_size: 3, padding: same}`"),
    line("- 7×7 conv, 64, /2", "write `- Conv2D: {filters: 64, kernel_size: 7, strides: 2, padding: same}`"),
    line("- Conv 3x3, 64", "write `- Conv2D: {filters: 64, kernel_size: 3, padding: same}`"),
    line("- 2x2 max pool, /2", "write `- MaxPooling2D: {pool_size: 2, strides: 2}`"),
    line("- FC-4096", "write `- Dense: {units: 4096}`"),
]  # fmt: skip

SLIPS = [
    Slip(items("  -Conv2D: {filters: 8, kernel_size: 3}"), COLON, items("  - Conv2D: {filters: 8, kernel_size: 3}")),
    Slip(document("input: [4]\nlayers:\n  -ReLU"), "write `- ReLU`", document("input: [4]\nlayers:\n  - ReLU")),
    Slip(document("input: [4]\nlayers:\n  -ReLU\n  -Flatten"), "write `- ReLU`", document("input: [4]\nlayers:\n  - ReLU\n  - Flatten")),
    Slip(items("  - ReLU\n  -Flatten"), "write `- Flatten`", items("  - ReLU\n  - Flatten")),
    Slip(document("input: [4, 4, 3]\nlayers: [Conv2D {filters: 8, kernel_size: 3}, ReLU]"), "write `Conv2D: {filters: 8, kernel_size: 3}`",
         document("input: [4, 4, 3]\nlayers: [Conv2D: {filters: 8, kernel_size: 3}, ReLU]")),
    Slip(document("input: [4]\nlayers:\n- ReLU: {}\n  - Flatten"), "remove the 2 spaces before its `- `", document("input: [4]\nlayers:\n- ReLU: {}\n- Flatten")),
    Slip(items("  - Dense: {units: 3} x 3"), "remove it, and write `repeat: 3` on the next line, indented by 4 spaces",
         items("  - Dense: {units: 3}\n    repeat: 3")),
    Slip(items("  - ReLU x 3"), "write `- ReLU`, and below it, indented as the name, `repeat: 3`", items("  - ReLU\n    repeat: 3")),
    Slip(items("  - repeat: 3x\n    ReLU:"), "write `repeat: 3`", items("  - repeat: 3\n    ReLU:")),
    Slip(items("  - repeat 3:\n      - ReLU"), "write `- repeat: 3`, and the items below `layers:` beside it", items("  - repeat: 3\n    layers:\n      - ReLU")),
    Slip(items("  - for i in range(3):\n      - ReLU"), "write `- repeat: 3`, and the items below `layers:` beside it",
         items("  - repeat: 3\n    layers:\n      - ReLU")),
    Slip(items("  - if $x > 0:\n      - ReLU"), "write `- when: $x > 0`, and the items below `layers:` beside it",
         items("  - when: $x > 0\n    layers:\n      - ReLU")),
    # comments
    Slip(items("  - Dense: {units: 3}  // stem"), "write `# stem` in its place", items("  - Dense: {units: 3}  # stem")),
    Slip(items("  - ReLU\n  // stem"), "write `# stem` in its place", items("  - ReLU\n  # stem")),
    Slip(items("  - Dense: {units: 3};"), "remove it", items("  - Dense: {units: 3}")),
    Slip(items("  - Dense: {units: 3},"), "remove it: nothing stands between items but a new line", items("  - Dense: {units: 3}")),
    # lists and numbers
    Slip(document("input: (None, None, 3)\nlayers: [ReLU]"), "write `[null, null, 3]`", document("input: [null, null, 3]\nlayers: [ReLU]")),
    Slip(document("input: ?x?x3\nlayers: [ReLU]"), "write `[null, null, 3]`", document("input: [null, null, 3]\nlayers: [ReLU]")),
    Slip(document("input: tf.keras.Input(shape=(None, 32, 3))\nlayers: [ReLU]"), "write `[null, 32, 3]`", document("input: [null, 32, 3]\nlayers: [ReLU]")),
    Slip(document("input: [batch, 32, 32, 3]\nlayers: [ReLU]"), "the batch is never written: remove this entry", document("input: [32, 32, 3]\nlayers: [ReLU]")),
    Slip(document("input: [8, 3, 32, 32]\nlayers: [Conv2D: {filters: 8, kernel_size: 3}]"),
         "the batch is never written, and tensors are channels-last: write `input: [32, 32, 3]`; where 8 is a number of frames or slices, use `Conv3D`",
         document("input: [32, 32, 3]\nlayers: [Conv2D: {filters: 8, kernel_size: 3}]")),
    Slip(document("input: [8, 32, 32, 3]\nlayers: [Conv2D: {filters: 8, kernel_size: 3}]"),
         "the batch is never written: write `input: [32, 32, 3]`; where 8 is a number of frames or slices, use `Conv3D`",
         document("input: [8, 32, 32, 3]\nlayers: [Conv3D: {filters: 8, kernel_size: 3}]")),
    Slip(document("input: {shape: [4], batch_size: 8}\nlayers: [ReLU]"), "remove it: the batch is never written, and its size belongs to a recipe",
         document("input: {shape: [4]}\nlayers: [ReLU]")),
    Slip(document("input: {batch_shape: [8, 4]}\nlayers: [ReLU]"), "the batch is never written: write `shape: [4]`", document("input: {shape: [4]}\nlayers: [ReLU]")),
    Slip(document("input: {height: 32, width: 32, channels: 3}\nlayers: [ReLU]"), "write `input: [32, 32, 3]`", document("input: [32, 32, 3]\nlayers: [ReLU]")),
    Slip(document("inputs: [image, mask]\nlayers: [{from: [image, mask], Add: {}}]"),
         "write each with its shape: `inputs: {image: [32, 32, 3], mask: [32, 32, 3]}`",
         document("inputs: {image: [32, 32, 3], mask: [32, 32, 3]}\nlayers: [{from: [image, mask], Add: {}}]")),
    Slip(items("  - Dropout: 50%"), "write `Dropout: {rate: 0.5}`", items("  - Dropout: {rate: 0.5}")),
    Slip(items("  - Dropout: {rate: 50%}"), "write `0.5`", items("  - Dropout: {rate: 0.5}")),
    # variables
    Slip(items("  - Dense: {units: $vars.units}"), "write `$units`", items("  - Dense: {units: $units}")),
    Slip(items("  - Dense: {units: vars.units * 2}"), "write `$units * 2`", items("  - Dense: {units: $units * 2}")),
    Slip(items("  - Dense: {units: self.units}"), "write `$units`", items("  - Dense: {units: $units}")),
    Slip(items("  - Dense:\n      units: cfg['units']"), "write `$units`", items("  - Dense:\n      units: $units")),
    Slip(items('  - Dense: {units: "{{ cfg.units }}"}'), "write `$units`", items("  - Dense: {units: $units}")),
    Slip(items("  - Dense: {units: @units}"), "write `$units`", items("  - Dense: {units: $units}")),
    Slip(items("  - Dense: {units: %units%}"), "write `$units`", items("  - Dense: {units: $units}")),
    Slip(items("  - Dense: {units: $$units}"), "write one `$`", items("  - Dense: {units: $units}")),
    # blocks
    Slip(document("input: [4]\nblocks: {b: {params: [n], layers: [Dense: {units: $n}]}}\nlayers: [b: {n: 8}]"), "did you mean `args`?",
         document("input: [4]\nblocks: {b: {args: [n], layers: [Dense: {units: $n}]}}\nlayers: [b: {n: 8}]")),
    Slip(document("input: [4]\nblocks: {b: {args: {n: int, m: 2}, layers: [Dense: {units: $n * $m}]}}\nlayers: [b: {n: 8}]"), "write `args: [n, m: 2]`",
         document("input: [4]\nblocks: {b: {args: [n, m: 2], layers: [Dense: {units: $n * $m}]}}\nlayers: [b: {n: 8}]")),
    Slip(document("input: [4]\nblocks:\n  b(n):\n    - Dense: {units: $n}\nlayers: [b: {n: 8}]"), "write `b: {args: [n], layers: [...]}`, with the list below `layers:`",
         document("input: [4]\nblocks:\n  b:\n    args: [n]\n    layers:\n    - Dense: {units: $n}\nlayers: [b: {n: 8}]")),
    Slip(document("input: [4]\nblocks:\n  - name: b\n    layers: [ReLU]\nlayers: [b]"), "the name is the key: write `b:` in place of `- name: b`",
         document("input: [4]\nblocks:\n  b:\n    layers: [ReLU]\nlayers: [b]")),
    Slip(document("input: [4]\nblocks: {b: {layers: [ReLU]}}\nlayers: [b 8]"), "the arguments of a block are given by name: `- b: {name: 8}`",
         document("input: [4]\nblocks: {b: {args: [name], layers: [ReLU, Dense: {units: $name}]}}\nlayers: [b: {name: 8}]")),
]  # fmt: skip

TABLE = [*LINES, *SLIPS]


@pytest.mark.parametrize("slip", TABLE, ids=[one.wrong.replace("\n", " ")[-90:] for one in TABLE])
def test_the_help_of_a_slip_works(slip: Slip, tmp_path: Path) -> None:
    assert_mended(slip, tmp_path)


NUMBERS = {
    "a share with two points": "Dropout: {rate: 1.2.3%}",
    "a layer and a share with two points": "Dropout: 1.2.3%",
    "a padding that is no number": "nn.Conv2d(3, 8, 3, padding=(None, 1))",
    "units of too many digits": f"fc-{'9' * 5000}",
    "repetitions of too many digits": f"ReLU x {'9' * 5000}",
    "repetitions of too many digits behind braces": f"Dense: {{units: 3}} x {'9' * 5000}",
}


@pytest.mark.parametrize("item", NUMBERS.values(), ids=NUMBERS)
def test_what_is_no_number_is_a_complaint_too(item: str, tmp_path: Path) -> None:
    assert complaints(items(f"  - {item}"), tmp_path)


FILES = {
    "a network of Darknet": "[net]\nwidth=416\n\n[convolutional]\nfilters=32\n",
    "a network of Caffe": 'name: "net"\nlayer {\n  name: "conv1"\n  type: "Convolution"\n}\n',
    "Python": "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        pass\n",
    "a model as PyTorch prints it": "Sequential(\n  (0): Conv2d(3, 8, kernel_size=(3, 3))\n)\n",
    "a table of Keras's `summary`": 'Model: "sequential"\n_________________________\n Layer (type)   Output Shape   Param #\n',
}  # fmt: skip


@pytest.mark.parametrize(("what", "text"), FILES.items(), ids=FILES)
def test_a_file_of_another_tool_is_called_what_it_is(what: str, text: str, tmp_path: Path) -> None:
    (told,) = complaints(text, tmp_path)
    assert told.message == f"this is {what}, and no spec"
    assert told.help


def test_what_a_variant_changes_is_shown_as_it_is_written(tmp_path: Path) -> None:
    rest = "input: [4]\nvars: {n: 1}\nlayers: [Dense: {units: $n}]"
    for new in ("8", "true", "[8, 9]"):
        (told,) = complaints(document(f"{rest}\nvariants: {{big: [{new}]}}"), tmp_path)
        assert told.help == f"write `big: {{vars: {{n: {new}}}}}`, or `big: {{}}` for no change"


@pytest.mark.parametrize("key", ["layers", "residual"])
def test_braces_with_nothing_in_them_are_no_list(key: str, tmp_path: Path) -> None:
    (told,) = complaints(items(f"  - {key}: {{}}"), tmp_path)
    assert told.help == "begin each item with `- `"


def test_marks_around_a_spec_are_called_what_they_are(tmp_path: Path) -> None:
    spec = document("input: [4]\nlayers: [ReLU]")
    (told,) = complaints(f"```yaml\n{spec}```\n", tmp_path)
    assert told.message == "this is Markdown"
    (told,) = complaints(f"<<<<<<< HEAD\n{spec}=======\n{spec}>>>>>>> other\n", tmp_path)
    assert told.message == "this is a file with a conflict of Git"
