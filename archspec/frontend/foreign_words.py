"""What people bring from Keras's Python, PyTorch, Ultralytics, Caffe, TensorFlow 1 and papers, as
tables: their word → Keras's name, ours, or what to do. `foreign` makes helps of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PREFIX = re.compile(
    r"^(?:tf\.)?(?:keras\.)?layers\.|^(?:torch\.)?nn\.|^tf\.nn\.|^keras\.|^tf\.keras\.|^F\.|^L\."
)
"""How Python's names of layers begin."""

FUNCTION = re.compile(
    r"^(?:ops|keras\.ops|keras\.backend|K|tf(?:\.math|\.nn|\.linalg|\.image)?|torch(?:\.linalg)?|np"
    r"|numpy|jnp|jax\.(?:numpy|nn)|F|torch\.nn\.functional|Tensor|torch\.Tensor)\.(\w+)$"
)
"""Python's names of functions of tensors."""

FUNCTIONS = {
    "amax": "max",
    "amin": "min",
    "bmm": "matmul",
    "cat": "concatenate",
    "chunk": "split",
    "clamp": "clip",
    "clip_by_value": "clip",
    "concat": "concatenate",
    "div": "divide",
    "eq": "equal",
    "expand": "broadcast_to",
    "fill": "full_like",
    "gather": "take_along_axis",
    "ge": "greater_equal",
    "gt": "greater",
    "item": "get_item",
    "l2_normalize": "normalize",
    "le": "less_equal",
    "lt": "less",
    "masked_fill": "where",
    "mm": "matmul",
    "mul": "multiply",
    "ne": "not_equal",
    "neg": "negative",
    "permute": "transpose",
    "pixel_shuffle": "depth_to_space",
    "pixel_unshuffle": "space_to_depth",
    "pow": "power",
    "repeat_interleave": "repeat",
    "resize": "image.resize",
    "extract_patches": "image.extract_patches",
    "unfold": "image.extract_patches",
    "scaled_dot_product_attention": "dot_product_attention",
    "sub": "subtract",
    "swapdims": "swapaxes",
    "topk": "top_k",
    "type": "cast",
    "unbind": "unstack",
    "unsqueeze": "expand_dims",
    "view": "reshape",
}
"""Functions of PyTorch and TensorFlow that Keras calls otherwise."""

LAYERS = {
    # PyTorch
    "adaptiveavgpool1d": "AdaptiveAveragePooling1D",
    "adaptiveavgpool2d": "AdaptiveAveragePooling2D",
    "adaptiveavgpool3d": "AdaptiveAveragePooling3D",
    "adaptivemaxpool1d": "AdaptiveMaxPooling1D",
    "adaptivemaxpool2d": "AdaptiveMaxPooling2D",
    "adaptivemaxpool3d": "AdaptiveMaxPooling3D",
    "avgpool1d": "AveragePooling1D",
    "avgpool2d": "AveragePooling2D",
    "avgpool3d": "AveragePooling3D",
    "batchnorm1d": "BatchNormalization",
    "batchnorm2d": "BatchNormalization",
    "batchnorm3d": "BatchNormalization",
    "bmm": "Dot",
    "chunk": "Slice",
    "convtranspose1d": "Conv1DTranspose",
    "convtranspose2d": "Conv2DTranspose",
    "convtranspose3d": "Conv3DTranspose",
    "dropout1d": "SpatialDropout1D",
    "dropout2d": "SpatialDropout2D",
    "dropout3d": "SpatialDropout3D",
    "groupnorm": "GroupNormalization",
    "instancenorm1d": "GroupNormalization: {groups: -1}",
    "instancenorm2d": "GroupNormalization: {groups: -1}",
    "instancenorm3d": "GroupNormalization: {groups: -1}",
    "instancenormalization": "GroupNormalization: {groups: -1}",
    "interpolate": "UpSampling2D",
    "layernorm": "LayerNormalization",
    "layernorm2d": "LayerNormalization",
    "linear": "Dense",
    "localresponsenorm": "LocalResponseNormalization",
    "maxpool1d": "MaxPooling1D",
    "maxpool2d": "MaxPooling2D",
    "matmul": "Dot",
    "maxpool3d": "MaxPooling3D",
    "multiheadattention": "MultiHeadAttention",
    "narrow": "Slice",
    "rmsnorm": "RMSNormalization",
    "transpose": "Permute",
    "unflatten": "Reshape",
    "unsqueeze": "Reshape",
    "upsample": "UpSampling2D",
    "upsamplingbilinear2d": "UpSampling2D: {interpolation: bilinear}",
    "view": "Reshape",
    "zeropad2d": "ZeroPadding2D",
    # papers, Ultralytics, Caffe, TensorFlow 1
    "avgpool": "AveragePooling2D",
    "averagepool": "AveragePooling2D",
    "averagepooling": "AveragePooling2D",
    "batchnorm": "BatchNormalization",
    "bn": "BatchNormalization",
    "concat": "Concatenate",
    "cat": "Concatenate",
    "conv": "Conv2D",
    "convolution": "Conv2D",
    "convolution1d": "Conv1D",
    "convolution2d": "Conv2D",
    "convolution3d": "Conv3D",
    "deconv": "Conv2DTranspose",
    "deconv2d": "Conv2DTranspose",
    "deconvolution": "Conv2DTranspose",
    "depthwiseconv": "DepthwiseConv2D",
    "dropconnect": "StochasticDepth",
    "droppath": "StochasticDepth",
    "dwconv": "DepthwiseConv2D",
    "eltwise": "Add",
    "fc": "Dense",
    "fullyconnected": "Dense",
    "gap": "GlobalAveragePooling2D",
    "globalavgpool": "GlobalAveragePooling2D",
    "globalavgpool2d": "GlobalAveragePooling2D",
    "globalaveragepool": "GlobalAveragePooling2D",
    "globalaveragepooling": "GlobalAveragePooling2D",
    "globalmaxpool": "GlobalMaxPooling2D",
    "innerproduct": "Dense",
    "lambdascale": "Rescaling",
    "ln": "LayerNormalization",
    "l2norm": "UnitNormalization",
    "l2normalize": "UnitNormalization",
    "lrn": "LocalResponseNormalization",
    "maxpool": "MaxPooling2D",
    "maxpooling": "MaxPooling2D",
    "mha": "MultiHeadAttention",
    "mlp": "Dense",
    "mul": "Multiply",
    "normalize": "UnitNormalization",
    "pool": "MaxPooling2D",
    "pooling": "MaxPooling2D",
    "selfattention": "MultiHeadAttention",
    "separableconv": "SeparableConv2D",
    "sepconv": "SeparableConv2D",
    "split": "Slice",
    "sum": "Add",
    "transposedconv": "Conv2DTranspose",
    "transposeconv": "Conv2DTranspose",
    "zeropad": "ZeroPadding2D",
}
"""Layers by what others call them, in lower case without `_` → Keras's name, with the arguments
that it needs to mean the same."""

ACTIVATIONS = {
    "celu": "celu",
    "exp": "exponential",
    "gelu": "gelu",
    "glu": None,
    "hardsigmoid": "hard_sigmoid",
    "hardsilu": "hard_silu",
    "hardswish": "hard_swish",
    "hardtanh": "hard_tanh",
    "hsigmoid": "hard_sigmoid",
    "hswish": "hard_swish",
    "logsigmoid": "log_sigmoid",
    "logsoftmax": "log_softmax",
    "mish": "mish",
    "relu6": "relu6",
    "selu": "selu",
    "sigmoid": "sigmoid",
    "silu": "silu",
    "softplus": "softplus",
    "softsign": "softsign",
    "swish": "swish",
    "tanh": "tanh",
}
"""Activations that are layers elsewhere → the argument of `Activation`."""

SHUFFLED = "write it as `Reshape`, `Permute` and `Reshape`, in a block of its own"

INITIALIZERS = {
    "gaussian": "random_normal",
    "he": "he_normal",
    "kaiming": "he_normal",
    "kaiming_normal": "he_normal",
    "kaiming_normal_": "he_normal",
    "kaiming_uniform": "he_uniform",
    "kaiming_uniform_": "he_uniform",
    "lecun": "lecun_normal",
    "msra": "he_normal",
    "xavier": "glorot_uniform",
    "xavier_normal": "glorot_normal",
    "xavier_normal_": "glorot_normal",
    "xavier_uniform": "glorot_uniform",
    "xavier_uniform_": "glorot_uniform",
}
"""Initializers by what others call them → Keras's names."""

STRUCTURE = {
    "channelshuffle": SHUFFLED,
    "depthtospace": SHUFFLED,
    "detect": "write the head's layers, and an `output` for each level",
    "identity": "leave it out: a list without items, `[]`, is the identity",
    "input": "the input stands at the top of the spec: `input: [height, width, channels]`",
    "inputlayer": "the input stands at the top of the spec: `input: [height, width, channels]`",
    "model": "write `layers: [...]`: a list of items is a group",
    "modulelist": "write `layers: [...]`: a list of items is a group",
    "pixelshuffle": SHUFFLED,
    "pixelunshuffle": SHUFFLED,
    "sequential": "write `layers: [...]`: a list of items is a group",
    "spacetodepth": SHUFFLED,
}
"""What is a layer elsewhere and structure here."""

_CODE = (
    "a spec runs no code: write it as layers, such as `Rescaling` or `Multiply`, as `ops.`"
    " functions, or declare a kind in `kinds`"
)
_LABELS = "it changes labels too, so it belongs to the data and not to the network"
_WRAPPED = "a spec holds the layers themselves: write them, or declare a kind in `kinds`"

LACKING = {
    "CutMix": _LABELS,
    "Equalization": "Keras cannot make it part of a model: equalize images in the data",
    "FlaxLayer": _WRAPPED,
    "HashedCrossing": "cross features in the data, and hash what comes of it with `Hashing`",
    "JaxLayer": _WRAPPED,
    "Lambda": _CODE,
    "MaxNumBoundingBoxes": _LABELS,
    "MixUp": _LABELS,
    "Pipeline": "write its layers as items, one after the other",
    "TFSMLayer": _WRAPPED,
    "TorchModuleWrapper": _WRAPPED,
}
"""Layers of Keras that archspec does not have, and what to write instead."""

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "act": ("activation",),
    "act_fn": ("activation",),
    "activation_fn": ("activation",),
    "alpha": ("negative_slope", "alpha"),
    "axes": ("axis", "dims"),
    "begin": ("start",),
    "bias": ("use_bias",),
    "bias_init": ("bias_initializer",),
    "channels": ("filters",),
    "d_model": ("key_dim", "units"),
    "decay": ("momentum",),
    "dim": ("units", "axis", "output_dim"),
    "dilation": ("dilation_rate",),
    "dilations": ("dilation_rate",),
    "dim_head": ("key_dim",),
    "drop_prob": ("rate",),
    "drop_rate": ("rate",),
    "embed_dim": ("key_dim", "output_dim"),
    "embedding_dim": ("output_dim",),
    "end": ("stop",),
    "eps": ("epsilon",),
    "features": ("filters", "units"),
    "group": ("groups",),
    "heads": ("num_heads",),
    "hidden_size": ("units",),
    "hidden_units": ("units",),
    "init": ("kernel_initializer",),
    "k": ("kernel_size", "pool_size"),
    "keep_prob": ("rate",),
    "kernel": ("kernel_size", "pool_size"),
    "kernel_init": ("kernel_initializer",),
    "kernel_shape": ("kernel_size", "pool_size"),
    "kernel_size": ("pool_size",),
    "ksize": ("kernel_size", "pool_size"),
    "mode": ("interpolation",),
    "n_filters": ("filters",),
    "n_heads": ("num_heads",),
    "n_units": ("units",),
    "nb_filter": ("filters",),
    "neurons": ("units",),
    "new_shape": ("target_shape",),
    "nodes": ("units",),
    "num_embeddings": ("input_dim",),
    "num_filters": ("filters",),
    "num_groups": ("groups",),
    "num_output": ("filters", "units"),
    "num_units": ("units",),
    "order": ("dims",),
    "out_channels": ("filters",),
    "out_features": ("units",),
    "output_channels": ("filters",),
    "output_shape": ("target_shape",),
    "output_size": ("units", "height"),
    "outputs": ("units", "filters"),
    "p": ("rate",),
    "pad": ("padding",),
    "perm": ("dims",),
    "pool": ("pool_size",),
    "prob": ("rate",),
    "ratio": ("rate",),
    "regularizer": ("kernel_regularizer",),
    "s": ("strides",),
    "scale_factor": ("size",),
    "shape": ("target_shape",),
    "size": ("kernel_size", "pool_size", "shape"),
    "stride": ("strides",),
    "subsample": ("strides",),
    "vocab_size": ("input_dim",),
    "weight_decay": ("kernel_regularizer",),
    "weights_initializer": ("kernel_initializer",),
    "width": ("units",),
    "window": ("kernel_size", "pool_size"),
}
"""Arguments by what others call them → Keras's names, of which a kind has one."""

INFERRED = (
    "in_channels", "in_dim", "in_features", "in_planes", "inp", "input_channels",
    "input_features", "input_size", "normalized_shape", "num_channels", "num_features",
    "num_input",
)  # fmt: skip
"""Arguments that state what the input is."""

REMOVED = {
    "affine": "write `center: false` and `scale: false` for PyTorch's `affine: false`",
    "count_include_pad": "remove it: Keras counts no padding",
    "inplace": "remove it: tensors are never changed in place",
    "padding_mode": "remove it: Keras pads with zeros",
    "reuse": "remove it: weights are used again by `reuse: NAME` in an item",
    "return_indices": "remove it",
    "training": "remove it: training is a recipe's, `archspec train`",
}
"""Arguments that mean nothing to archspec's kinds, and what to do."""

TRAINING = (
    "augment", "augmentation", "batch", "batch_size", "batches", "callbacks", "checkpoint",
    "compile", "data", "dataset", "early_stopping", "epochs", "eval", "fit", "loss", "losses",
    "lr", "lr_schedule", "learning_rate", "metric", "metrics", "momentum", "num_epochs", "optim",
    "optimizer", "optimizers", "precision", "scheduler", "schedule", "solver", "steps", "test",
    "train", "trainer", "training", "val", "validation", "warmup", "weight_decay",
)  # fmt: skip
"""Keys of a document that say how a network is trained."""

DOCUMENT = {
    "arch": "layers",
    "architecture": "layers",
    "backbone": "layers",
    "base": "extends",
    "base_model": "extends",
    "body": "layers",
    "class": "name",
    "config": "vars",
    "constants": "vars",
    "default": "defaults",
    "encoder": "layers",
    "feature_extractor": "layers",
    "features": "layers",
    "functions": "blocks",
    "graph": "layers",
    "image_size": "input",
    "img_size": "input",
    "imgsz": "input",
    "import": "extends",
    "include": "extends",
    "inherits": "extends",
    "input_dim": "input",
    "input_shape": "input",
    "input_size": "input",
    "items": "layers",
    "layer": "layers",
    "macros": "blocks",
    "model": "layers",
    "models": "variants",
    "modules": "blocks",
    "net": "layers",
    "network": "layers",
    "parameters": "vars",
    "params": "vars",
    "sequential": "layers",
    "settings": "vars",
    "shape": "input",
    "sizes": "variants",
    "stages": "layers",
    "title": "name",
    "variables": "vars",
    "version": "archspec",
}
"""Keys of a document by what others call them → ours."""

SECTIONS = {
    "decoder": "a network is one list: put its items into `layers`, below the others",
    "depth_multiple": "write `vars: {depth: ...}`, and `repeat: round($depth * 3)` in an item",
    "head": "a network is one list: put its items into `layers`, below the others",
    "nc": "write `vars: {classes: ...}`, and `$classes` in the last layer",
    "neck": "a network is one list: put its items into `layers`, below the others",
    "num_classes": "write `vars: {classes: ...}`, and `$classes` in the last layer",
    "output": "outputs are items of `layers`: the last is `main`, others are `output: []`",
    "outputs": "outputs are items of `layers`: the last is `main`, others are `output: []`",
    "scales": "write `variants:`, with the `vars` of each",
    "width_multiple": "write `vars: {width: ...}`, and `filters: $width * 64` in a layer",
}
"""Keys of a document that others have, and what to do."""

ULTRALYTICS = (
    "this is a model of Ultralytics: write each of its lines as an item of `layers`, such as"
    " `- Conv2D: {filters: 64, kernel_size: 3}`; a spec starts with `archspec: 1`, then `name`,"
    " `input` and `layers`"
)

ITEM = {
    "bottom": "from",
    "condition": "when",
    "count": "repeat",
    "depends_on": "from",
    "elif": "when",
    "for": "repeat",
    "id": "name",
    "if": "when",
    "in": "from",
    "inbound_nodes": "from",
    "input": "from",
    "inputs": "from",
    "join": "merge",
    "label": "name",
    "loop": "repeat",
    "n": "repeat",
    "num": "repeat",
    "number": "repeat",
    "only_if": "when",
    "parent": "from",
    "previous": "from",
    "repeats": "repeat",
    "sources": "from",
    "takes": "from",
    "times": "repeat",
    "top": "name",
    "unless": "when",
    "with_items": "repeat",
}
"""Modifiers of an item by what others call them → ours."""

OPERATION = {
    "block": "layers",
    "group": "layers",
    "items": "layers",
    "parallel": "branches",
    "paths": "branches",
    "residuals": "residual",
    "resblock": "residual",
    "seq": "layers",
    "sequence": "layers",
    "sequential": "layers",
    "share": "reuse",
    "shared": "reuse",
    "split": "branches",
    "stack": "layers",
    "tie": "reuse",
}
"""Operations of an item by what others call them → ours."""

ITEM_HELP = {
    "activation": "give the layer `activation: relu`, or make it an item, `- ReLU`",
    "args": "write the arguments behind the layer: `- Conv2D: {filters: 8, kernel_size: 3}`",
    "class_name": "an item is named by its layer: `- Conv2D: {filters: 8, kernel_size: 3}`",
    "config": "write the arguments behind the layer: `- Conv2D: {filters: 8, kernel_size: 3}`",
    "else": "write a second item with the opposite `when`, or an expression, `a if $x else b`",
    "freeze": "write `trainable: false` in the layer's arguments",
    "kind": "an item is named by its layer: `- Conv2D: {filters: 8, kernel_size: 3}`",
    "layer": "an item is named by its layer: `- Conv2D: {filters: 8, kernel_size: 3}`",
    "module": "an item is named by its layer: `- Conv2D: {filters: 8, kernel_size: 3}`",
    "op": "an item is named by its layer: `- Conv2D: {filters: 8, kernel_size: 3}`",
    "params": "write the arguments behind the layer: `- Conv2D: {filters: 8, kernel_size: 3}`",
    "skip": "the way around a `residual` is its `shortcut`; without one it is the identity",
    "type": "an item is named by its layer: `- Conv2D: {filters: 8, kernel_size: 3}`",
}
"""Keys of an item that others have, and what to do."""

POSITIONS: Mapping[str, tuple[str, ...]] = {
    "conv1d": ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation"),
    "conv2d": ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation"),
    "conv3d": ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation"),
    "convtranspose2d": ("in_channels", "out_channels", "kernel_size", "stride", "padding"),
    "linear": ("in_features", "out_features", "bias"),
    "batchnorm2d": ("num_features", "eps"),
    "maxpool2d": ("kernel_size", "stride", "padding"),
    "avgpool2d": ("kernel_size", "stride", "padding"),
    "dropout": ("p", "inplace"),
    "layernorm": ("normalized_shape", "eps"),
    "groupnorm": ("num_groups", "num_channels"),
    "embedding": ("num_embeddings", "embedding_dim"),
}
"""The arguments of PyTorch's modules in their order."""
