"""What people bring from other tools gets a help that works: the edit that it asks for, made
literally, leaves nothing wrong.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from archspec.frontend.foreign.argument_names import ARGUMENTS, CHOICES, INITIALIZERS, LAYERS_APART
from archspec.frontend.foreign.layer_names import LACKING, LAYERS
from archspec.layers import CELLS, KINDS
from archspec.layers.objects import INITIALIZER_NAMES
from tests.frontend.slips import Slip, complaints, items


def arguments(kind: str, wrong: str, help: str, right: str) -> Slip:
    return Slip(f"  - {kind}: {{{wrong}}}", help, f"  - {kind}: {{{right}}}")


CONV = "filters: 8, kernel_size: 3"

SLIPS = [
    # Keras's Python
    Slip("  - Activation: relu", "write `Activation: {activation: relu}`", "  - Activation: {activation: relu}"),
    Slip("  - Conv2D(8, 3, padding='same')", "write `- Conv2D: {filters: 8, kernel_size: 3, padding: same}`",
         "  - Conv2D: {filters: 8, kernel_size: 3, padding: same}"),
    Slip("  - layers.Conv2D(8, (3, 3), activation=tf.nn.relu)", "write `- Conv2D: {filters: 8, kernel_size: [3, 3], activation: relu}`",
         "  - Conv2D: {filters: 8, kernel_size: [3, 3], activation: relu}"),
    Slip("  - tf.keras.layers.Dense(10, use_bias=False)", "write `- Dense: {units: 10, use_bias: false}`", "  - Dense: {units: 10, use_bias: false}"),
    Slip("  - Dense: units=10, activation='relu'", "write `Dense: {units: 10, activation: relu}`", "  - Dense: {units: 10, activation: relu}"),
    Slip("  - Dense: {units=10}", "write `units: 10`", "  - Dense: {units: 10}"),
    Slip("  - Dense 10", "write `- Dense: {units: 10}`", "  - Dense: {units: 10}"),
    Slip("  - keras.layers.Flatten: {}", "did you mean `Flatten`?", "  - Flatten: {}"),
    Slip("  - Conv2D: {filters: 8, kernel_size: (3, 3)}", "write `[3, 3]`", "  - Conv2D: {filters: 8, kernel_size: [3, 3]}"),
    Slip("  - Conv2D:\n      filters: 8\n      kernel_size: (3, 3)", "write `[3, 3]`", "  - Conv2D:\n      filters: 8\n      kernel_size: [3, 3]"),
    Slip("  - Conv2D: {filters: 8, kernel_size: 3x3}", "write `[3, 3]`", "  - Conv2D: {filters: 8, kernel_size: [3, 3]}"),
    Slip("  - MaxPooling2D: {pool_size: 2×2}", "write `[2, 2]`", "  - MaxPooling2D: {pool_size: [2, 2]}"),
    Slip("  - {name: a, Conv2D: {filters: 3, kernel_size: 1}}\n  - Add: [a, input]", "write `Add:` and below it `from: [a, input]`",
         "  - {name: a, Conv2D: {filters: 3, kernel_size: 1}}\n  - Add:\n    from: [a, input]"),
    Slip("  - Sequential: [ReLU]", "a list of items is a group: write `layers: [", "  - layers: [ReLU]"),
    # PyTorch
    Slip("  - nn.Conv2d(3, 8, 3, padding=1)", "write `- Conv2D: {filters: 8, kernel_size: 3, padding: same}`",
         "  - Conv2D: {filters: 8, kernel_size: 3, padding: same}"),
    Slip("  - nn.Linear(3072, 10, bias=False)", "write `- Dense: {units: 10, use_bias: false}`", "  - Dense: {units: 10, use_bias: false}"),
    Slip("  - nn.ReLU(inplace=True)", "write `- ReLU: {}`", "  - ReLU: {}"),
    Slip("  - nn.MaxPool2d(2, 2)", "write `- MaxPooling2D: {pool_size: 2, strides: 2}`", "  - MaxPooling2D: {pool_size: 2, strides: 2}"),
    Slip("  - nn.BatchNorm2d: {}", "did you mean `BatchNormalization`?", "  - BatchNormalization: {}"),
    Slip("  - Linear: {units: 10}", "did you mean `Dense`?", "  - Dense: {units: 10}"),
    Slip("  - BatchNorm2d", "did you mean `BatchNormalization`?", "  - BatchNormalization"),
    Slip("  - AdaptiveAvgPool2d: {output_size: 1}", "did you mean `AdaptiveAveragePooling2D`?", "  - AdaptiveAveragePooling2D: {output_size: 1}"),
    Slip("  - view: [-1, 3]", "did you mean `Reshape`?", "  - Reshape: {target_shape: [-1, 3]}"),
    Slip("  - chunk: {axis: -1, start: 0, end: 2}", "write `- Slice: {axis: -1, start: 0, stop: 2}`", "  - Slice: {axis: -1, start: 0, stop: 2}"),
    Slip("  - ChannelShuffle: {groups: 2}", "write it as `Reshape`, `Permute` and `Reshape`",
         "  - Reshape: {target_shape: [32, 32, 3, 1]}\n  - Permute: {dims: [1, 2, 4, 3]}\n  - Reshape: {target_shape: [32, 32, 3]}"),
    arguments("Slice", "axis: -1, start: 0, end: 2", "did you mean `stop`?", "axis: -1, start: 0, stop: 2"),
    arguments("Reshape", "shape: [16, 192]", "did you mean `target_shape`?", "target_shape: [16, 192]"),
    arguments("Permute", "dims: [0, 2, 1]", "axes are counted from 1", "dims: [1, 3, 2]"),
    Slip("  - Parameter: {size: [32, 32, 3]}\n  - Add:\n    from: [prev, input]", "did you mean `shape`?",
         "  - Parameter: {shape: [32, 32, 3]}\n  - Add:\n    from: [prev, input]"),
    Slip("  - ReLU6", "write `Activation: {activation: relu6}`", "  - Activation: {activation: relu6}"),
    Slip("  - ReLU6: {}", "write `Activation: {activation: relu6}`", "  - Activation: {activation: relu6}"),
    Slip("  - SiLU", "write `Activation: {activation: silu}`", "  - Activation: {activation: silu}"),
    Slip("  - nn.GELU: {}", "write `Activation: {activation: gelu}`", "  - Activation: {activation: gelu}"),
    arguments("Conv2D", "out_channels: 8, kernel_size: 3", "did you mean `filters`?", CONV),
    arguments("Conv2D", f"in_channels: 3, {CONV}", "remove it: shapes are inferred, from `input` on", CONV),
    arguments("Conv2D", "filters: 8, kernel: 3", "did you mean `kernel_size`?", CONV),
    arguments("Conv2D", f"{CONV}, stride: 2", "did you mean `strides`?", f"{CONV}, strides: 2"),
    arguments("Conv2D", f"{CONV}, bias: false", "did you mean `use_bias`?", f"{CONV}, use_bias: false"),
    arguments("Conv2D", f"{CONV}, dilation: 2", "did you mean `dilation_rate`?", f"{CONV}, dilation_rate: 2"),
    arguments("Conv2D", f"{CONV}, padding: 1", "write `padding: same`", f"{CONV}, padding: same"),
    arguments("Conv2D", f"{CONV}, weight_decay: 1e-4", "write `kernel_regularizer: {L2: {l2: 1e-4}}`", f"{CONV}, kernel_regularizer: {{L2: {{l2: 1e-4}}}}"),
    arguments("Dense", "in_features: 3, units: 10", "remove it", "units: 10"),
    arguments("Dense", "out_features: 10", "did you mean `units`?", "units: 10"),
    arguments("Dropout", "p: 0.5", "did you mean `rate`?", "rate: 0.5"),
    arguments("BatchNormalization", "eps: 1e-5", "did you mean `epsilon`?", "epsilon: 1e-5"),
    arguments("MaxPooling2D", "kernel_size: 2", "did you mean `pool_size`?", "pool_size: 2"),
    arguments("LeakyReLU", "alpha: 0.1", "did you mean `negative_slope`?", "negative_slope: 0.1"),
    # what Keras makes by a call
    arguments("Dense", "units: 8, kernel_regularizer: l2(1e-4)", "write `{L2: {l2: 0.0001}}`", "units: 8, kernel_regularizer: {L2: {l2: 0.0001}}"),
    arguments("Dense", "units: 8, kernel_initializer: HeNormal()", "write `HeNormal`", "units: 8, kernel_initializer: HeNormal"),
    arguments("Dense", "units: 8, kernel_initializer: RandomNormal(stddev=0.02)", "write `{RandomNormal: {stddev: 0.02}}`",
              "units: 8, kernel_initializer: {RandomNormal: {stddev: 0.02}}"),
    arguments("Dense", "units: 8, kernel_initializer: xavier", "write `glorot_uniform`", "units: 8, kernel_initializer: glorot_uniform"),
    arguments("Activation", "name: relu", "did you mean `activation`?", "activation: relu"),
    Slip("  - Softmax: {units: 10}", "put `- Dense: {units: 10}` before it, and remove this", "  - Dense: {units: 10}\n  - Softmax: {}"),
    Slip("  - Reshape: [16, 192]", "write `Reshape: {target_shape: [16, 192]}`", "  - Reshape: {target_shape: [16, 192]}"),
    Slip("  - Permute: [0, 3, 1, 2]", "write `Permute: {dims: ...}`", "  - Permute: {dims: [3, 1, 2]}"),
    Slip("  - TimeDistributed:\n      - Dense: {units: 8}", "write `TimeDistributed: {layer: ...}`", "  - TimeDistributed: {layer: {Dense: {units: 8}}}"),
    Slip("  - Lambda: {function: x * 2}", "a spec runs no code: write it as layers, such as `Rescaling`", "  - Rescaling: {scale: 2}"),
    # Ultralytics, Caffe and papers
    Slip("  - {from: -1, Dense: {units: 3}}", "write `prev`", "  - {from: prev, Dense: {units: 3}}"),
    Slip("  - ReLU\n  - {from: [-1, 0], Add: {}}", "items are not counted: give that one a `name`", "  - {name: a, ReLU: {}}\n  - {from: [prev, a], Add: {}}"),
    Slip("  - conv3x3: {filters: 8}", "write `Conv2D: {kernel_size: 3}`", "  - Conv2D: {filters: 8, kernel_size: 3}"),
    Slip("  - maxpool_2x2", "write `MaxPooling2D: {pool_size: 2}`", "  - MaxPooling2D: {pool_size: 2}"),
    Slip("  - [-1, 1, Conv, [64, 3]]", "write `- layers: [Conv2D: {filters: 64, kernel_size: 3, padding: same, use_bias: false}, BatchNormalization, Activation: {activation: silu}]`",
         "  - layers: [Conv2D: {filters: 64, kernel_size: 3, padding: same, use_bias: false}, BatchNormalization, Activation: {activation: silu}]"),
    Slip("  - [-1, 3, nn.Conv2d, [8, 3]]", "write `- Conv2D: {filters: 8, kernel_size: 3}`, and below it `repeat: 3`",
         "  - Conv2D: {filters: 8, kernel_size: 3}\n    repeat: 3"),
    Slip("  - BN", "did you mean `BatchNormalization`?", "  - BatchNormalization"),
    Slip("  - FC: {units: 10}", "did you mean `Dense`?", "  - Dense: {units: 10}"),
    Slip("  - GAP", "did you mean `GlobalAveragePooling2D`?", "  - GlobalAveragePooling2D"),
    Slip(f"  - Conv: {{{CONV}}}", "did you mean `Conv2D`?", f"  - Conv2D: {{{CONV}}}"),
    Slip("  - relu", "did you mean `ReLU`?", "  - ReLU"),
    Slip("  - conv_2d: {filters: 8, kernel_size: 3}", "did you mean `Conv2D`?", "  - Conv2D: {filters: 8, kernel_size: 3}"),
    Slip("  - DropPath: {rate: 0.1}", "did you mean `StochasticDepth`?", "  - StochasticDepth: {rate: 0.1}"),
    Slip("  - identity", "leave it out", ""),
    # control flow of other languages
    Slip("  - repeat: range(3)\n    ReLU: {}", "write `repeat: 3`", "  - repeat: 3\n    ReLU: {}"),
    Slip("  - for: 3\n    ReLU:", "did you mean `repeat`?", "  - repeat: 3\n    ReLU:"),
    Slip("  - times: 3\n    ReLU:", "did you mean `repeat`?", "  - repeat: 3\n    ReLU:"),
    Slip("  - ReLU:\n    if: true", "did you mean `when`?", "  - ReLU:\n    when: true"),
    Slip("  - ReLU\n    if: true", "did you mean `when`?", "  - ReLU\n    when: true"),
    Slip("  - {name: a, ReLU: }\n  - Add:\n    inputs: [a, prev]", "did you mean `from`?", "  - {name: a, ReLU: }\n  - Add:\n    from: [a, prev]"),
    Slip("  - parallel: {a: [ReLU], b: []}\n    merge: Add", "write `branches` in place of `parallel`", "  - branches: {a: [ReLU], b: []}\n    merge: Add"),
    Slip("  - sequence: [ReLU]", "did you mean `layers`?", "  - layers: [ReLU]"),
    Slip("  - Dense: {units: $x > 0 ? 3 : 4}", "write `3 if $x > 0 else 4`", "  - Dense: {units: 3 if $x > 0 else 4}"),
    Slip("  - Dense:\n      units: $x ? 3 : 4", "write `3 if $x else 4`", "  - Dense:\n      units: 3 if $x > 0 else 4"),
    Slip("  - Dense: {units: {{ units }}}", "write `$units`", "  - Dense: {units: $units}"),
    Slip('  - Dense: {units: "{{ units }}"}', "write `$units`", "  - Dense: {units: $units}"),
    Slip("  - Dense: {units: ${units}}", "write `$units`", "  - Dense: {units: $units}"),
]  # fmt: skip

DOCUMENTS = [
    # what stands in place of `input` and `layers`, the help, and what it makes of it
    Slip("input: [32, 32, 3]\nloss: mse\nlayers: [ReLU]", "training is no part of a spec", "input: [32, 32, 3]\nlayers: [ReLU]"),
    Slip("input: [32, 32, 3]\noptimizer: adam\nlayers: [ReLU]", "training is no part of a spec", "input: [32, 32, 3]\nlayers: [ReLU]"),
    Slip("input: [32, 32, 3]\nepochs: 3\nlayers: [ReLU]", "training is no part of a spec", "input: [32, 32, 3]\nlayers: [ReLU]"),
    Slip("input: [32, 32, 3]\nbackbone: [ReLU]", "did you mean `layers`?", "input: [32, 32, 3]\nlayers: [ReLU]"),
    Slip("input: [32, 32, 3]\nmodel: [ReLU]", "did you mean `layers`?", "input: [32, 32, 3]\nlayers: [ReLU]"),
    Slip("input_shape: [32, 32, 3]\nlayers: [ReLU]", "did you mean `input`?", "input: [32, 32, 3]\nlayers: [ReLU]"),
    Slip("input: [4]\nparams: {a: 1}\nlayers: [Dense: {units: $a}]", "did you mean `vars`?", "input: [4]\nvars: {a: 1}\nlayers: [Dense: {units: $a}]"),
    Slip("input: [4]\n  - ReLU", "put `layers:` on a line of its own above it", "input: [4]\nlayers:\n  - ReLU"),
    Slip("input: [4]\n- ReLU\n- Flatten", "put `layers:` on a line of its own above it", "input: [4]\nlayers:\n- ReLU\n- Flatten"),
    Slip("input: [4]\nDense: {units: 3}", "put it into `layers:`, as an item `- Dense: {...}`", "input: [4]\nlayers:\n  - Dense: {units: 3}"),
    Slip("input: [null, 32, 32, 3]\nlayers: [Conv2D: {filters: 8, kernel_size: 3}]", "write `input: [32, 32, 3]`",
         "input: [32, 32, 3]\nlayers: [Conv2D: {filters: 8, kernel_size: 3}]"),
    Slip("input: [3, 224, 224]\nlayers: [Conv2D: {filters: 8, kernel_size: 7}]", "write `input: [224, 224, 3]`",
         "input: [224, 224, 3]\nlayers: [Conv2D: {filters: 8, kernel_size: 7}]"),
    Slip("input: [1, 3, 224, 224]\nlayers: [Conv2D: {filters: 8, kernel_size: 7}]", "write `input: [224, 224, 3]`",
         "input: [224, 224, 3]\nlayers: [Conv2D: {filters: 8, kernel_size: 7}]"),
    Slip("input: {image: [4], text: [4]}\nlayers:\n  - {from: [image, text], Add: {}}", "write `inputs` in place of `input`",
         "inputs: {image: [4], text: [4]}\nlayers:\n  - {from: [image, text], Add: {}}"),
    Slip("input: [4]\nclasses: 10\nlayers: [Dense: {units: $classes}]", "write `vars: {classes: 10}`",
         "input: [4]\nvars: {classes: 10}\nlayers: [Dense: {units: $classes}]"),
    Slip("input: [4]\nblocks: {b: {args: [n], layers: [Dense: {units: $n}]}}\nlayers: [b(8)]", "the arguments of a block are given by name: `- b: {name: value}`",
         "input: [4]\nblocks: {b: {args: [n], layers: [Dense: {units: $n}]}}\nlayers: [b: {n: 8}]"),
    Slip("input: 32x32x3\nlayers: [ReLU]", "write `[32, 32, 3]`", "input: [32, 32, 3]\nlayers: [ReLU]"),
    Slip("input: [4]\nblocks: {b: {args: [units=8], layers: [Dense: {units: $units}]}}\nlayers: [b]", "write `units: 8`",
         "input: [4]\nblocks: {b: {args: [units: 8], layers: [Dense: {units: $units}]}}\nlayers: [b]"),
]  # fmt: skip

TABLE = [
    *(Slip(items(one.wrong), one.help, items(one.right)) for one in SLIPS),
    *(
        one._replace(
            wrong=f"archspec: 1\nname: net\n{one.wrong}\n",
            right=f"archspec: 1\nname: net\n{one.right}\n",
        )
        for one in DOCUMENTS
    ),
]
NAMES = [one.wrong.replace("\n", " ") for one in (*SLIPS, *DOCUMENTS)]


TOLD_ONCE = {
    "a modifier within the arguments": items("  - ReLU\n  - Add: {from: [input, prev]}"),
    "several inputs in place of one": (
        "archspec: 1\nname: net\ninput: {a: [4], b: [4]}\nlayers: [ReLU]\n"
    ),
    "a block that is called as a layer kind is": (
        "archspec: 1\nname: net\ninput: [4]\nblocks: {Unit: {layers: [ReLU]}}\nlayers: [Unit: {}]\n"
    ),
    "a model of Ultralytics": (
        "nc: 80\nbackbone:\n  - [-1, 1, Conv, [64, 6, 2, 2]]\nhead:\n  - [-1, 1, Conv, [8, 1]]\n"
    ),
}


@pytest.mark.parametrize("text", TOLD_ONCE.values(), ids=TOLD_ONCE)
def test_one_slip_is_one_complaint(text: str, tmp_path: Path) -> None:
    (told,) = complaints(text, tmp_path)
    assert told.help


@pytest.mark.parametrize("slip", TABLE, ids=NAMES)
def test_the_help_of_a_slip_works(slip: Slip, tmp_path: Path) -> None:
    first = complaints(slip.wrong, tmp_path)
    assert any(slip.help in (one.help or "") for one in first), [
        one[:2] + one[-2:] for one in first
    ]
    assert not complaints(slip.right, tmp_path)


def test_a_layer_that_only_keras_has_is_told_so(tmp_path: Path) -> None:
    for name in LACKING:
        for item in (name, f"{name}: {{units: 3}}", f"keras.layers.{name}: {{}}"):
            (told,) = complaints(items(f"  - {item}"), tmp_path)
            assert told.message == f"Keras has a layer `{name}`, and archspec does not"


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_is_told_where_it_belongs(cell: str, tmp_path: Path) -> None:
    for item in (cell, f"{cell}: {{units: 3}}", f"layers.{cell}: {{}}"):
        (told,) = complaints(items(f"  - {item}"), tmp_path)
        assert told.help == f"write `RNN: {{cell: {{{cell}: {{...}}}}}}`"


def test_every_name_leads_to_something_that_there_is() -> None:
    assert {name.partition(":")[0] for name in LAYERS.values()} <= set(KINDS)
    known = {name for kind in KINDS.values() for name in kind.attributes}
    assert {name for names in ARGUMENTS.values() for name in names} <= known
    assert set(INITIALIZERS.values()) <= set(INITIALIZER_NAMES)
    assert set(LAYERS_APART.values()) <= set(KINDS)
    types = [field.type for kind in KINDS.values() for field in kind.attributes.values()]
    choices = {word for one in types for word in one.expects.choices}
    assert {word for words in CHOICES.values() for word in words} <= choices


def test_a_layer_of_keras_is_a_kind_or_told_of() -> None:
    keras = pytest.importorskip("keras")
    theirs = {
        name
        for name, value in vars(keras.layers).items()
        if isinstance(value, type)
        and issubclass(value, keras.layers.Layer)
        and value.__name__ == name
    }
    bases = {"InputLayer", "Layer", "Wrapper"}
    assert theirs - {*KINDS, *CELLS, *bases} <= set(LACKING)
    assert not set(LACKING) & {*KINDS, *CELLS}
