"""Layers, their arguments and items as other tools have them get one complaint, with a help that
works: the text that it says to write, put in the place of the item, leaves nothing wrong.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.frontend.slips import Slip, assert_mended, complaints, document, items, line

STEPS = "[10, 8]"
TOKENS = "[10, 64]"
GROUP = (
    "write `- layers: [ZeroPadding2D: {padding: 2}, Conv2D: {filters: 64, kernel_size: 6, strides: 2,"
    " use_bias: false}, BatchNormalization, Activation: {activation: silu}]`"
)

EXCITE = (
    "squeeze_excite: {layers: [{branches: {features: [], weights: [GlobalAveragePooling2D: {keepdims: true},"
    " Dense: {units: $in.channels / 4, activation: relu}, Dense: {units: $in.channels, activation: sigmoid}]},"
    " merge: Multiply}]}"
)

LINES = [
    # gated units, factors
    line("- GLU", "did you mean `ops.glu`?", "[32, 32, 4]"),
    line("- Activation: glu", "write `- ops.glu`", "[32, 32, 4]"),
    # wrappers of recurrent layers
    line("- Bidirectional: LSTM", "write `Bidirectional: {layer: {LSTM: {units: 64}}}`", STEPS),
    line("- Bidirectional: {LSTM: {units: 8}}", "write `Bidirectional: {layer: {LSTM: {units: 8}}}`", STEPS),
    line("- Bidirectional: {GRU: {units: 8}, merge_mode: sum}", "write `Bidirectional: {layer: {GRU: {units: 8}}, merge_mode: sum}`", STEPS),
    line("- TimeDistributed: Dense", "write `TimeDistributed: {layer: {Dense: {units: 64}}}`", STEPS),
    line("- TimeDistributed: {Dense: {units: 8}}", "write `TimeDistributed: {layer: {Dense: {units: 8}}}`", STEPS),
    line("- Bidirectional(LSTM(64, return_sequences=True))",
         "write `- Bidirectional: {layer: {LSTM: {units: 64, return_sequences: true}}}`", STEPS),
    line("- TimeDistributed(Dense(8))", "write `- TimeDistributed: {layer: {Dense: {units: 8}}}`", STEPS),
    line("- BiLSTM: {units: 8}", "write `Bidirectional: {layer: {LSTM: {units: 64}}}`", STEPS),
    line("- LSTM: {units: 8, bidirectional: true}", "write `Bidirectional: {layer: {LSTM: {units: 8}}}`", STEPS),
    line("- nn.LSTM(8, 16, batch_first=True, bidirectional=True)",
         "write `- Bidirectional: {layer: {LSTM: {units: 16, return_sequences: true}}}`", STEPS),
    line("- nn.GRU(8, 16)", "write `- GRU: {units: 16, return_sequences: true}`", STEPS),
    # attention
    line("- nn.MultiheadAttention(64, 4, batch_first=True)", "write `- MultiHeadAttention: {num_heads: 4, key_dim: 16}`", TOKENS),
    # Python
    line("- nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)",
         "write `- layers: [ZeroPadding2D: {padding: 3}, Conv2D: {filters: 64, kernel_size: 7, strides: 2, use_bias: false}]`"),
    line("- nn.Conv2d(3, 8, 3, padding=1)", "write `- Conv2D: {filters: 8, kernel_size: 3, padding: same}`"),
    line("- nn.Conv2d(3, 8, 3, padding=0)", "write `- Conv2D: {filters: 8, kernel_size: 3}`"),
    line("- nn.MaxPool2d(kernel_size=3, stride=2, padding=1)", "write `- MaxPooling2D: {pool_size: 3, strides: 2, padding: same}`"),
    line("- nn.BatchNorm2d(3, momentum=0.1)", "write `- BatchNormalization: {momentum: 0.9}`"),
    line("- nn.GELU()", "write `- Activation: {activation: gelu}`"),
    line("- nn.Softmax(dim=-1)", "write `- Softmax: {axis: -1}`"),
    line("- nn.Flatten(start_dim=1)", "write `- Flatten: {}`"),
    line("- nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False)", "write `- UpSampling2D: {size: 2, interpolation: bilinear}`"),
    line("- nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())", "write `- layers: [Conv2D: {filters: 8, kernel_size: 3}, ReLU: {}]`"),
    line("- nn.PixelShuffle(2)", "write `ops.depth_to_space: {block_size: 2}`", "[8, 8, 16]"),
    line("- nnx.Linear(64, 10, rngs=rngs)", "write `- Dense: {units: 10}`"),
    line("- nn.Conv(features=8, kernel_size=(3, 3))", "write `- Conv2D: {filters: 8, kernel_size: [3, 3]}`"),
    line("- x = F.relu(x)", "write `- ReLU: {}`"),
    line("- torch.flatten(x, 1)", "write `- Flatten: {}`"),
    line("- x.view(-1, 3072)", "write `- Reshape: {target_shape: [3072]}`"),
    line("- x.permute(0, 2, 3, 1)", "write `- Permute: {dims: [2, 3, 1]}`"),
    line("- tf.reduce_mean(x, axis=1)", "write `- ops.mean: {axis: 1}`"),
    line("- Dense(10)(x)", "write `- Dense: {units: 10}`"),
    line("- Add()([input, prev])", "write `- {from: [input, prev], Add: {}}`"),
    line("- torch.cat([input, prev], 1)", "write `- {from: [input, prev], Concatenate: {}}`"),
    line("- x + input", "write `- {from: [prev, input], Add: {}}`"),
    line("- Conv2d: {in_channels: 3, out_channels: 8, kernel_size: 3, stride: 1, padding: 1}",
         "write `Conv2D: {filters: 8, kernel_size: 3, strides: 1, padding: same}`"),
    line("- Conv2d: {out_channels: 8, kernel_size: 3, padding: [$x, $x]}",
         "write `layers: [ZeroPadding2D: {padding: [$x, $x]}, Conv2D: {filters: 8, kernel_size: 3}]`"),
    line("- BatchNorm2d: {num_features: 3, eps: 1e-5, momentum: 0.1}", "write `BatchNormalization: {epsilon: 1e-05, momentum: 0.9}`"),
    line("- add: [prev, input]", "write `- {from: [prev, input], Add: {}}`"),
    line("- Activation: LeakyReLU(0.1)", "write `- LeakyReLU: {negative_slope: 0.1}`"),
    line("- Activation: tf.nn.relu", "write `Activation: {activation: relu}`"),
    line("- Conv2D: filters=8 kernel_size=3", "write `- Conv2D: {filters: 8, kernel_size: 3}`"),
    # rows
    line("- [-1, 1, nn.Upsample, [None, 2, nearest]]", "write `- UpSampling2D: {size: 2, interpolation: nearest}`"),
    line("- [-1, 1, Conv, [64, 6, 2, 2]]", GROUP),
    line("- [-1, 1, Conv, [64]]", "write `- layers: [Conv2D: {filters: 64, kernel_size: 1, use_bias: false}, BatchNormalization, Activation: {activation: silu}]`"),
    # items
    line("- {Conv2D: {filters: 8}, kernel: [3, 3]}", "it is an argument: write `Conv2D: {filters: 8, kernel_size: [3, 3]}`"),
    line("- {type: Conv2D, filters: 8, kernel_size: 3}", "write `- Conv2D: {filters: 8, kernel_size: 3}`"),
    line("- {type: Conv2d, out_channels: 8, kernel_size: 3, name: a}", "write `- {name: a, Conv2D: {filters: 8, kernel_size: 3}}`"),
    line("- {layer: Conv2D, args: {filters: 8, kernel_size: 3}}", "write `- Conv2D: {filters: 8, kernel_size: 3}`"),
    line("- {class_name: Dense, config: {units: 8, activation: relu}}", "write `- Dense: {units: 8, activation: relu}`"),
    line("- loop: {count: 3, body: [ReLU]}", "write `- repeat: 3`, and the items below `layers:` beside it")._replace(right=items("  - repeat: 3\n    layers: [ReLU]")),
    line("- ConvBNReLU: {filters: 8}", "write a group, `layers: [Conv2D: {filters: 32, kernel_size: 3, padding: same, use_bias: false},"
         " BatchNormalization, ReLU]`, or define it in `blocks`"),
]  # fmt: skip


def arguments(kind: str, wrong: str, help: str, right: str, shape: str = "[32, 32, 3]") -> Slip:
    texts = [
        items(f"  - {kind}: {{{text}}}").replace("[32, 32, 3]", shape, 1) for text in (wrong, right)
    ]
    return Slip(texts[0], help, texts[1])


CONV = "filters: 8, kernel_size: 3"

ARGUMENTS = [
    # activations
    arguments("Conv2D", f"{CONV}, activation: tf.nn.relu", "write `relu`", f"{CONV}, activation: relu"),
    arguments("Conv2D", f"{CONV}, activation: nn.ReLU()", "write `relu`", f"{CONV}, activation: relu"),
    arguments("Conv2D", f"{CONV}, activation: keras.activations.gelu", "write `gelu`", f"{CONV}, activation: gelu"),
    arguments("Conv2D", f"{CONV}, activation: Hardswish", "write `hard_swish`", f"{CONV}, activation: hard_swish"),
    arguments("Conv2D", f"{CONV}, kernel_initializer: kaiming_normal", "write `he_normal`", f"{CONV}, kernel_initializer: he_normal"),
    arguments("Conv2D", f"{CONV}, kernel_regularizer: 1e-4", "write `kernel_regularizer: {L2: {l2: 1e-4}}`", f"{CONV}, kernel_regularizer: {{L2: {{l2: 1e-4}}}}"),
    arguments("Conv2D", f"{CONV}, kernel_regularizer: {{L2: 1e-4}}", "write `{L2: {l2: 0.0001}}`", f"{CONV}, kernel_regularizer: {{L2: {{l2: 1e-4}}}}"),
    arguments("Reshape", "target_shape: (4, -1)", "write `[4, -1]`", "target_shape: [4, -1]"),
    arguments("Reshape", "target_shape: [None, 3]", "write `-1`: what is left over", "target_shape: [-1, 3]"),
    # arguments that are something else
    arguments("MultiHeadAttention", "num_heads: 4, embed_dim: 64", "write `key_dim: 16`, the size of one head: 64 / 4", "num_heads: 4, key_dim: 16", TOKENS),
    arguments("Conv1D", "filters: 8, kernel_size: 3, causal: true", "write `padding: causal`", "filters: 8, kernel_size: 3, padding: causal", STEPS),
    arguments("Conv2D", f"{CONV}, act: relu", "did you mean `activation`?", f"{CONV}, activation: relu"),
    arguments("Conv2D", f"{CONV}, padding: auto", "write `same`", f"{CONV}, padding: same"),
    arguments("Conv2D", f"{CONV}, padding: 0", "write `padding: valid`", f"{CONV}, padding: valid"),
    arguments("Conv2D", f"{CONV}, dtype: half", "write `float16`", f"{CONV}, dtype: float16"),
    arguments("Conv2D", f"{CONV}, dtype: torch.float32", "did you mean `float32`?", f"{CONV}, dtype: float32"),
    arguments("Conv2D", f"{CONV}, strides: [1, 2, 2, 1]", "write `strides: [2, 2]`, without batch and channels", f"{CONV}, strides: [2, 2]"),
    arguments("Conv2D", "filters: 8, kernel_size: [3, 3, 3, 64]", "write `kernel_size: [3, 3]`, without batch and channels", "filters: 8, kernel_size: [3, 3]"),
    arguments("ZeroPadding2D", "padding: [[0, 0], [1, 1], [2, 2], [0, 0]]", "write `padding: [[1, 1], [2, 2]]`, without batch and channels", "padding: [[1, 1], [2, 2]]"),
    arguments("ZeroPadding2D", "padding: [1, 1, 1, 1]", "write `padding: 1`, which stands for every axis", "padding: 1"),
    arguments("UpSampling2D", "size: 2, align_corners: true", "remove it: Keras resizes as PyTorch does with `align_corners: false`", "size: 2"),
    arguments("Flatten", "start_dim: 1", "remove it: `Flatten` takes all axes but the batch; for fewer use `Reshape`", ""),
    arguments("MaxPooling2D", "ceil_mode: true", "remove it: with `padding: same` sizes are rounded up", ""),
    arguments("LSTM", "units: 8, batch_first: true", "remove it: the batch is the first axis of every tensor, and is never written", "units: 8", STEPS),
    arguments("Dropout", "keep_prob: 0.9", "write `rate: 0.1`, the share that is dropped", "rate: 0.1"),
]  # fmt: skip

CONVOLUTION = "  - Conv2D: {filters: 8, kernel_size: 3}"
RELU = "  - ReLU: {}"

UNIT = (
    "input: [32, 32, 4]\nblocks:\n  unit:\n    args: [filters, kernel_size: 3]\n    layers:\n"
    "      - Conv2D: {filters: $filters, kernel_size: $kernel_size}\nlayers:\n"
)

SLIPS = [
    # modifiers by other tools' words, with a mapping behind them as if they called a block
    Slip(items("  - for: {rate: [0.1, 0.2]}\n    Dropout: {rate: $rate}"), "write `repeat` in place of `for`",
         items("  - repeat: {rate: [0.1, 0.2]}\n    Dropout: {rate: $rate}")),
    Slip(items("  - Dropout: {rate: $rate}\n    loop: {rate: [0.1, 0.2]}"), "write `repeat` in place of `loop`",
         items("  - Dropout: {rate: $rate}\n    repeat: {rate: [0.1, 0.2]}")),
    Slip(items("  - Conv2D: {8, 3}"), "write `Conv2D: {filters: 8, kernel_size: 3}`", items("  - Conv2D: {filters: 8, kernel_size: 3}")),
    # several tensors in a text, sizes with letters among them, products in parentheses
    Slip(items("  - {name: a, ReLU: {}}\n  - Add:\n    from: a, prev"), "write `from: [a, prev]`",
         items("  - {name: a, ReLU: {}}\n  - Add:\n    from: [a, prev]")),
    Slip(document("input: points [n, 3]\nlayers: [Dense: {units: 2}]"), "write `[null, 3]`",
         document("input: [null, 3]\nlayers: [Dense: {units: 2}]")),
    Slip(items("  - Reshape: {target_shape: (-1, 2 * 4)}"), "write `[-1, $(2 * 4)]`",
         items("  - Reshape: {target_shape: [-1, $(2 * 4)]}")),
    Slip(items("  - InstanceNorm"), "write `GroupNormalization: {groups: -1}`", items("  - GroupNormalization: {groups: -1}")),
    # arguments of a block without their names, a loop of branches, a residual that is no item
    Slip(document(f"{UNIT}  - unit: [8, 1]"), "write `unit: {filters: 8, kernel_size: 1}`",
         document(f"{UNIT}  - unit: {{filters: 8, kernel_size: 1}}")),
    Slip(document(f"{UNIT}  - unit: [8, 1, 2]\n"), "write `unit: {filters: ...}`",
         document(f"{UNIT}  - unit: {{filters: 8}}")),
    Slip(items("  - branches:\n    - []\n    - for: {rate: [1, 2]}\n      layers: [Dropout: {rate: 1 / (2 * $rate)}]\n    merge: Add"),
         "did you mean `repeat`?",
         items("  - branches:\n    - []\n    - repeat: {rate: [1, 2]}\n      layers: [Dropout: {rate: 1 / (2 * $rate)}]\n    merge: Add")),
    Slip(document("input: [8]\nlayers:\n  residual:\n    - ReLU"), "begin each item with `- `",
         document("input: [8]\nlayers:\n  - residual:\n    - ReLU")),
    # a layer in place of an activation, and settings that are layers
    *(
        Slip(items(f"  - Conv2D: {{{CONV}, activation: {wrong}}}"), f"it is a layer: remove `activation`, and put `- {right}` below",
             items(f"{CONVOLUTION}\n  - {right}"))
        for wrong, right in (
            ("LeakyReLU(0.1)", "LeakyReLU: {negative_slope: 0.1}"),
            ("nn.LeakyReLU(0.2)", "LeakyReLU: {negative_slope: 0.2}"),
            ("PReLU", "PReLU"),
            ("nn.Softmax(dim=-1)", "Softmax: {axis: -1}"),
        )
    ),
    *(
        Slip(items(f"  - Conv2D: {{{CONV}, {wrong}}}"), f"put `- {right}` below it, and remove this", items(f"{CONVOLUTION}\n  - {right}"))
        for wrong, right in (
            ("bn: true", "BatchNormalization"),
            ("norm: ln", "LayerNormalization"),
            ("dropout: 0.5", "Dropout: {rate: 0.5}"),
            ("batch_normalize: 1", "BatchNormalization"),
        )
    ),
    Slip(items(f"{CONVOLUTION}\n    bn: true"), "put `- BatchNormalization` below it, and remove this", items(f"{CONVOLUTION}\n  - BatchNormalization")),
    Slip(items(f"{CONVOLUTION}\n    act: relu"), "it is an argument: write `Conv2D: {filters: 8, kernel_size: 3, activation: relu}`",
         items("  - Conv2D: {filters: 8, kernel_size: 3, activation: relu}")),
    Slip(items("  - Conv2D: {kernel_size: 3, filters: 8, depthwise: true}"), "use `DepthwiseConv2D`, and remove this", items("  - DepthwiseConv2D: {kernel_size: 3}"))._replace(
         right=items("  - DepthwiseConv2D: {kernel_size: 3}")),
    Slip(document("input: [10, 64]\nlayers:\n  - MultiHeadAttention: {num_heads: 4, key_dim: 16, causal: true}"),
         "it is an argument of the call: `call: {use_causal_mask: true}` beside `MultiHeadAttention`",
         document("input: [10, 64]\nlayers:\n  - MultiHeadAttention: {num_heads: 4, key_dim: 16}\n    call: {use_causal_mask: true}")),
    Slip(document("input: [10, 8]\nlayers:\n  - LSTM: {units: 8, num_layers: 2}"), "write `LSTM: {units: 8, return_sequences: true}`, and beside it `repeat: 2`",
         document("input: [10, 8]\nlayers:\n  - LSTM: {units: 8, return_sequences: true}\n    repeat: 2")),
    Slip(document("input: [10, 8]\nlayers:\n  - GRU: {units: 8, num_layers: true}"), "write `GRU: {units: 8, return_sequences: true}`, and beside it `repeat: 2`",
         document("input: [10, 8]\nlayers:\n  - GRU: {units: 8, return_sequences: true}\n    repeat: 2")),
    # structure
    Slip(items("  - [ReLU, Flatten]"), "write its items as items of this list, or as a group, `- layers: [...]`", items("  - layers: [ReLU, Flatten]")),
    Slip(items("  - Add: prev, input"), "write `Add:` and below it `from: [prev, input]`, with two tensors or more", items("  - Add:\n    from: [prev, input]")),
    Slip(items("  - Conv2D:\n    - filters: 8\n    - kernel_size: 3"), "arguments are no list: write `Conv2D: {filters: 8, kernel_size: 3}`",
         items("  - Conv2D: {filters: 8, kernel_size: 3}")),
    Slip(document("input: {shape: [4], dtype: long}\nlayers: [Embedding: {input_dim: 10, output_dim: 4}]"), "write `int64`",
         document("input: {shape: [4], dtype: int64}\nlayers: [Embedding: {input_dim: 10, output_dim: 4}]")),
    Slip(items("  - residual: {main: [ReLU], shortcut: []}"), "`shortcut` stands beside `residual`, not inside it: write `residual: [ReLU], shortcut: []`",
         items("  - {residual: [ReLU], shortcut: []}")),
    Slip(items("  - residual:\n      main:\n        - ReLU\n      shortcut:\n        - Softmax"),
         "remove `main:`, so that its items stand in its place; `shortcut` stands beside `residual`, not inside it: move it below all these items, and indent it by 4"
         " spaces, as `residual` on line 6",
         items("  - residual:\n        - ReLU\n    shortcut:\n        - Softmax")),
    Slip(items("  - residual:\n      body: [ReLU]"), "remove `body:`, and let its items stand in its place", items("  - residual: [ReLU]")),
    Slip(document("input: [4, 4, 3]\nlayers:\n  conv1: Conv2D"), "items are a list, and a name stands in the item: write `- {name: conv1, Conv2D: {filters: 32, kernel_size: 3}}`",
         document("input: [4, 4, 3]\nlayers:\n  - {name: conv1, Conv2D: {filters: 32, kernel_size: 3}}")),
    Slip(items(f"{RELU}\n  - [[-1, 6], 1, Concat, [1]]"), "give each item that it takes a `name`, and write `- {from: [prev, NAME], Concatenate: {}}`",
         items("  - {name: NAME, ReLU: {}}\n  - {from: [prev, NAME], Concatenate: {}}")),
    Slip(items(f"{RELU}\n  - {{name: a, Dense: {{units: 3}}}}\n  - {{from: [a, input], Concatenate: {{axis: 1}}}}").replace("units: 3", "units: 5"),
         "tensors are channels-last: to join channels write `axis: -1`",
         items(f"{RELU}\n  - {{name: a, Dense: {{units: 5}}}}\n  - {{from: [a, input], Concatenate: {{axis: -1}}}}")),
    Slip(document("input: [8, 8, 16]\nlayers:\n  - SqueezeExcite: {rd_ratio: 0.25}"), f"define it in `blocks`, as `{EXCITE}`, and call it, `- squeeze_excite`",
         document(f"input: [8, 8, 16]\nblocks: {{{EXCITE}}}\nlayers:\n  - squeeze_excite")),
    # whole networks
    Slip(document("input: [224, 224, 3]\nlayers:\n  - resnet50"), "a whole network is a block: `blocks: {resnet50: {spec: resnet@resnet50}}`, and `- resnet50` here",
         document("input: [224, 224, 3]\nblocks: {resnet50: {spec: resnet@resnet50}}\nlayers:\n  - resnet50")),
    Slip(document("input: [224, 224, 3]\nlayers:\n  - EfficientNetB0: {weights: imagenet}"),
         "a whole network is a block: `blocks: {efficientnetb0: {spec: efficientnet@B0}}`, and `- efficientnetb0` here",
         document("input: [224, 224, 3]\nblocks: {efficientnetb0: {spec: efficientnet@B0}}\nlayers:\n  - efficientnetb0")),
]  # fmt: skip

TABLE = [*LINES, *ARGUMENTS, *SLIPS]


@pytest.mark.parametrize("slip", TABLE, ids=[one.wrong.replace("\n", " ")[-90:] for one in TABLE])
def test_the_help_of_a_slip_works(slip: Slip, tmp_path: Path) -> None:
    assert_mended(slip, tmp_path)


def test_a_key_beside_a_layer_with_a_value_alone_is_told_of(tmp_path: Path) -> None:
    for value in ("8", "relu", "[8, 3]"):
        helps = [
            one.help for one in complaints(items(f"  - Conv2D: {value}\n    act: relu"), tmp_path)
        ]
        assert "it is an argument: write `Conv2D: {activation: relu}`" in helps


BLOCKS = ("Bottleneck", "MBConv", "TransformerEncoderLayer", "InceptionModule", "DenseBlock")


@pytest.mark.parametrize("word", BLOCKS)
def test_a_block_that_a_shipped_spec_has_leads_there(word: str, tmp_path: Path) -> None:
    (told,) = complaints(items(f"  - {word}"), tmp_path)
    assert told.help
    assert told.help.startswith("it is a block of layers, and a spec defines those in `blocks`")
    spec = told.help.split("`archspec expand ")[1].split("`")[0]
    blocks = complaints(document(f"extends: {spec}"), tmp_path)
    assert not blocks
