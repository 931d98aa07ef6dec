"""What layers are called in PyTorch, Flax, Ultralytics, Caffe, TensorFlow 1 and papers, as tables:
their word → Keras's name, or what to write instead. `layers` makes helps of them.
"""

from __future__ import annotations

import re

PREFIX = re.compile(
    r"^(?:(?:tf\.)?(?:keras\.)?(?:layers|activations)|(?:torch\.|tf\.|flax\.|jax\.|eqx\.|hk\.|mx\.|paddle\.)?"
    r"nn(?:\.functional)?|flax\.linen|linen|nnx|hk|eqx|timm\.layers|torchvision\.ops|self|keras|tf\.keras"
    r"|F|L)\."
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

_PYTORCH = {
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
    "flatten": "Flatten",
    "groupnorm": "GroupNormalization",
    "instancenorm": "GroupNormalization: {groups: -1}",
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
    "lstmcell": "LSTM",
    "multiheadattention": "MultiHeadAttention",
    "narrow": "Slice",
    "rmsnorm": "RMSNormalization",
    "transpose": "Permute",
    "scaleddotproductattention": "Attention",
    "syncbatchnorm": "BatchNormalization",
    "unflatten": "Reshape",
    "unsqueeze": "Reshape",
    "upsample": "UpSampling2D",
    "upsamplingbilinear2d": "UpSampling2D: {interpolation: bilinear}",
    "view": "Reshape",
    "zeropad2d": "ZeroPadding2D",
}

_JAX = {
    "densegeneral": "EinsumDense",
    "embed": "Embedding",
    "multiheaddotproductattention": "MultiHeadAttention",
}

_PAPERS = {
    "avgpool": "AveragePooling2D",
    "averagepool": "AveragePooling2D",
    "averagepooling": "AveragePooling2D",
    "batchnorm": "BatchNormalization",
    "bigru": "Bidirectional: {layer: {GRU: {units: 64}}}",
    "bilstm": "Bidirectional: {layer: {LSTM: {units: 64}}}",
    "birnn": "Bidirectional: {layer: {SimpleRNN: {units: 64}}}",
    "blstm": "Bidirectional: {layer: {LSTM: {units: 64}}}",
    "bn": "BatchNormalization",
    "concatenation": "Concatenate",
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
    "glu": "ops.glu",
    "scale": "Rescaling",
    "gap": "GlobalAveragePooling2D",
    "globalavgpool": "GlobalAveragePooling2D",
    "globalavgpool2d": "GlobalAveragePooling2D",
    "globalaveragepool": "GlobalAveragePooling2D",
    "globalaveragepooling": "GlobalAveragePooling2D",
    "gmp": "GlobalMaxPooling2D",
    "globalmaxpool": "GlobalMaxPooling2D",
    "innerproduct": "Dense",
    "lambdascale": "Rescaling",
    "hadamard": "Multiply",
    "ln": "LayerNormalization",
    "l2norm": "UnitNormalization",
    "l2normalize": "UnitNormalization",
    "lrn": "LocalResponseNormalization",
    "maxpool": "MaxPooling2D",
    "maxpooling": "MaxPooling2D",
    "mha": "MultiHeadAttention",
    "mlp": "Dense",
    "mul": "Multiply",
    "pointwiseconv": "Conv2D: {filters: 32, kernel_size: 1}",
    "normalize": "UnitNormalization",
    "pool": "MaxPooling2D",
    "pooling": "MaxPooling2D",
    "selfattention": "MultiHeadAttention",
    "separableconv": "SeparableConv2D",
    "sepconv": "SeparableConv2D",
    "split": "Slice",
    "shortcut": "Add",
    "sum": "Add",
    "tconv": "Conv2DTranspose",
    "transposedconv": "Conv2DTranspose",
    "transposeconv": "Conv2DTranspose",
    "upconv": "Conv2DTranspose",
    "upconv2d": "Conv2DTranspose",
    "zeropad": "ZeroPadding2D",
}

LAYERS = {**_PYTORCH, **_JAX, **_PAPERS}
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
_TO_SPACE = "write `ops.depth_to_space: {block_size: 2}`"
_TO_DEPTH = "write `ops.space_to_depth: {block_size: 2}`"

_GROUP = "a list of items is a group: write `layers: [Conv2D: {filters: 32, kernel_size: 3}, ReLU]`"
_INPUT = "the input stands at the top of the spec: `input: [height, width, channels]`"
_CONV_NORM = (
    "write a group, `layers: [Conv2D: {filters: 32, kernel_size: 3, padding: same, use_bias:"
    " false}, BatchNormalization, ReLU]`, or define it in `blocks`"
)
_EXCITE = (
    "define it in `blocks`, as `squeeze_excite: {layers: [{branches: {features: [], weights:"
    " [GlobalAveragePooling2D: {keepdims: true}, Dense: {units: $in.channels / 4, activation:"
    " relu}, Dense: {units: $in.channels, activation: sigmoid}]}, merge: Multiply}]}`, and call it,"
    " `- squeeze_excite`"
)


def _block_of(spec: str) -> str:
    return (
        "it is a block of layers, and a spec defines those in `blocks`:"
        f" `archspec expand {spec}` prints a spec that has it"
    )


STRUCTURE = {
    "channelshuffle": SHUFFLED,
    "depthtospace": _TO_SPACE,
    "detect": "write the head's layers, and an `output` for each level",
    "identity": "leave it out: a list without items, `[]`, is the identity",
    "input": _INPUT,
    "inputlayer": _INPUT,
    "model": _GROUP,
    "modulelist": _GROUP,
    "pixelshuffle": _TO_SPACE,
    "pixelunshuffle": _TO_DEPTH,
    "sequential": _GROUP,
    "spacetodepth": _TO_DEPTH,
}
"""What is a layer elsewhere, and structure here."""

BLOCKS = {
    "basicblock": _block_of("resnet"),
    "basicconv2d": _CONV_NORM,
    "bottleneck": _block_of("resnet@resnet50"),
    "cbr": _CONV_NORM,
    "cbs": _CONV_NORM,
    "convbn": _CONV_NORM,
    "convbnact": _CONV_NORM,
    "convbnrelu": _CONV_NORM,
    "convmodule": _CONV_NORM,
    "convnormact": _CONV_NORM,
    "conv2dbn": _CONV_NORM,
    "conv2dnormactivation": _CONV_NORM,
    "convnormactivation": _CONV_NORM,
    "convnextblock": _block_of("keras/convnext"),
    "convnormrelu": _CONV_NORM,
    "denseblock": _block_of("keras/densenet"),
    "encoderlayer": _block_of("transformer"),
    "inceptionblock": _block_of("googlenet"),
    "inceptionmodule": _block_of("googlenet"),
    "invertedresidual": _block_of("keras/mobilenet_v2"),
    "mbconv": _block_of("keras/efficientnet"),
    "residualblock": _block_of("resnet"),
    "resblock": _block_of("resnet"),
    "resnetblock": _block_of("resnet"),
    "se": _EXCITE,
    "seblock": _EXCITE,
    "selayer": _EXCITE,
    "semodule": _EXCITE,
    "squeezeandexcitation": _EXCITE,
    "squeezeexcitation": _EXCITE,
    "squeezeexcite": _EXCITE,
    "transformerblock": _block_of("transformer"),
    "transformerdecoderlayer": _block_of("transformer"),
    "transformerencoder": _block_of("transformer"),
    "transformerencoderlayer": _block_of("transformer"),
}
"""What is a layer elsewhere, and several layers here; written in CamelCase, as others are a block's
name.
"""

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
