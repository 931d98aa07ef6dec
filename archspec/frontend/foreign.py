"""What people bring from Keras's Python, PyTorch, Ultralytics, Caffe, TensorFlow 1, Jinja, C and
papers → what it is here, as tables, and the helps that they give.

Every function takes what stands in a spec and returns a help, or ``None`` where it knows nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from typing import Any

from archspec.layers import KINDS
from archspec.spelling import cut, in_yaml
from archspec.tensor import Shape

SMALLEST_IMAGE = 8
"""The least height and width by which an image is told from a vector of channels."""

LONGEST_CALL = 300
"""Characters beyond which a text is not read as a call."""

PREFIX = re.compile(
    r"^(?:tf\.)?(?:keras\.)?layers\.|^(?:torch\.)?nn\.|^tf\.nn\.|^keras\.|^tf\.keras\.|^F\.|^L\."
)
"""How Python's names of layers begin."""

LAYERS = {
    # PyTorch
    "adaptiveavgpool2d": "GlobalAveragePooling2D",
    "adaptivemaxpool2d": "GlobalMaxPooling2D",
    "avgpool1d": "AveragePooling1D",
    "avgpool2d": "AveragePooling2D",
    "avgpool3d": "AveragePooling3D",
    "batchnorm1d": "BatchNormalization",
    "batchnorm2d": "BatchNormalization",
    "batchnorm3d": "BatchNormalization",
    "convtranspose1d": "Conv1DTranspose",
    "convtranspose2d": "Conv2DTranspose",
    "convtranspose3d": "Conv3DTranspose",
    "dropout1d": "SpatialDropout1D",
    "dropout2d": "SpatialDropout2D",
    "dropout3d": "SpatialDropout3D",
    "groupnorm": "GroupNormalization",
    "instancenorm2d": "GroupNormalization: {groups: -1}",
    "layernorm": "LayerNormalization",
    "linear": "Dense",
    "localresponsenorm": "LocalResponseNormalization",
    "maxpool1d": "MaxPooling1D",
    "maxpool2d": "MaxPooling2D",
    "maxpool3d": "MaxPooling3D",
    "multiheadattention": "MultiHeadAttention",
    "upsample": "UpSampling2D",
    "upsamplingbilinear2d": "UpSampling2D: {interpolation: bilinear}",
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
    "lrn": "LocalResponseNormalization",
    "maxpool": "MaxPooling2D",
    "maxpooling": "MaxPooling2D",
    "mha": "MultiHeadAttention",
    "mlp": "Dense",
    "pool": "MaxPooling2D",
    "pooling": "MaxPooling2D",
    "selfattention": "MultiHeadAttention",
    "separableconv": "SeparableConv2D",
    "sepconv": "SeparableConv2D",
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

STRUCTURE = {
    "detect": "write the head's layers, and an `output` for each level",
    "identity": "leave it out: a list without items, `[]`, is the identity",
    "input": "the input stands at the top of the spec: `input: [height, width, channels]`",
    "inputlayer": "the input stands at the top of the spec: `input: [height, width, channels]`",
    "model": "write `layers: [...]`: a list of items is a group",
    "modulelist": "write `layers: [...]`: a list of items is a group",
    "sequential": "write `layers: [...]`: a list of items is a group",
}
"""What is a layer elsewhere and structure here."""

KERAS_ONLY = (
    "AdditiveAttention", "Attention", "AutoContrast", "Bidirectional", "CategoryEncoding",
    "CenterCrop", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "CutMix", "Discretization", "Dot",
    "EinsumDense", "Equalization", "FlaxLayer", "GRU", "GRUCell", "GroupQueryAttention",
    "HashedCrossing", "Hashing", "Identity", "IntegerLookup", "JaxLayer", "LSTM", "LSTMCell",
    "Lambda", "Masking", "MaxNumBoundingBoxes", "MelSpectrogram", "MixUp", "Pipeline",
    "RMSNormalization", "RNN", "RandAugment", "RandomBrightness", "RandomColorDegeneration",
    "RandomColorJitter", "RandomContrast", "RandomCrop", "RandomErasing", "RandomFlip",
    "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective",
    "RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear",
    "RandomTranslation", "RandomZoom", "ReversibleEmbedding", "STFTSpectrogram", "SimpleRNN",
    "SimpleRNNCell", "Solarization", "SpectralNormalization", "StackedRNNCells", "StringLookup",
    "TFSMLayer", "TextVectorization", "TimeDistributed", "TorchModuleWrapper",
)  # fmt: skip
"""Layers of Keras 3 besides those that archspec has, but for those that it has by now."""

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "act": ("activation",),
    "act_fn": ("activation",),
    "activation_fn": ("activation",),
    "alpha": ("negative_slope", "alpha"),
    "bias": ("use_bias",),
    "bias_init": ("bias_initializer",),
    "channels": ("filters",),
    "decay": ("momentum",),
    "dim": ("units", "axis", "output_dim"),
    "dilation": ("dilation_rate",),
    "dilations": ("dilation_rate",),
    "drop_prob": ("rate",),
    "drop_rate": ("rate",),
    "embed_dim": ("key_dim", "output_dim"),
    "embedding_dim": ("output_dim",),
    "eps": ("epsilon",),
    "features": ("filters", "units"),
    "group": ("groups",),
    "heads": ("num_heads",),
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
    "nodes": ("units",),
    "num_embeddings": ("input_dim",),
    "num_filters": ("filters",),
    "num_groups": ("groups",),
    "num_output": ("filters", "units"),
    "num_units": ("units",),
    "out_channels": ("filters",),
    "out_features": ("units",),
    "output_channels": ("filters",),
    "output_size": ("units", "height"),
    "outputs": ("units", "filters"),
    "p": ("rate",),
    "pad": ("padding",),
    "pool": ("pool_size",),
    "prob": ("rate",),
    "regularizer": ("kernel_regularizer",),
    "s": ("strides",),
    "scale_factor": ("size",),
    "size": ("kernel_size", "pool_size"),
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


def _plain(word: str) -> str:
    return re.sub(r"[_\s-]", "", PREFIX.sub("", word)).lower()


def kind_of(word: str) -> str | None:
    """The layer kind that a word of another tool means: ``nn.Conv2d`` → ``Conv2D``."""
    plain = _plain(word)
    own = next((kind for kind in KINDS if kind.lower() == plain), None)
    return own or (LAYERS[plain].partition(":")[0] if plain in LAYERS else None)


def layer_help(word: str) -> str | None:
    """What to write for the name of a layer of another tool, where it calls a layer."""
    plain = _plain(word)
    if plain in STRUCTURE:
        return STRUCTURE[plain]
    if plain in LAYERS:
        return (
            f"write `{LAYERS[plain]}`"
            if ":" in LAYERS[plain]
            else f"did you mean `{LAYERS[plain]}`?"
        )
    if plain in ACTIVATIONS and not any(kind.lower() == plain for kind in KINDS):
        name = ACTIVATIONS[plain]
        return f"write `Activation: {{activation: {name}}}`" if name else None
    kind = kind_of(word) if PREFIX.match(word) else None
    return f"did you mean `{kind}`?" if kind else None


def lacking(word: str) -> tuple[str, str] | None:
    """What to say of a layer of Keras that archspec does not have, and the help."""
    name = PREFIX.sub("", word)
    if name not in KERAS_ONLY or name in KINDS or _plain(word) in STRUCTURE:
        return None
    if name.startswith("Random") or name in ("MixUp", "CutMix", "RandAugment"):
        help = "augmentation belongs to training: `archspec train` has recipes"
    else:
        help = "`archspec layers` lists the kinds that it has"
    return f"Keras has a layer `{name}`, and archspec does not", help


def argument_help(kind: str, name: str, written: str | None) -> str | None:
    """What to do about an argument that another tool has, as ``written`` in the spec."""
    key, equals, value = name.partition("=")
    if equals and value and written is None:
        return f"write `{key.strip()}: {value.strip()}`"
    if name in INFERRED:
        return "remove it: shapes are inferred, from `input` on"
    if name in REMOVED:
        return REMOVED[name]
    has = next((one for one in ARGUMENTS.get(name, ()) if one in KINDS[kind].attributes), None)
    if name == "weight_decay" and has:
        return f"write `{has}: {{L2: {{l2: {written or '...'}}}}}`"
    if name == "keep_prob" and has:
        return "write `rate`, the share that is dropped: 1 less what is kept"
    return f"did you mean `{has}`?" if has else None


def document_help(key: str) -> str | None:
    """What to do about a key of a document that another tool has."""
    if key in KINDS:
        return f"put it into `layers:`, as an item `- {key}: {{...}}`"
    if key in TRAINING:
        return "remove it: training is no part of a spec but of a recipe, see `archspec train`"
    if key in SECTIONS:
        return SECTIONS[key]
    return f"did you mean `{DOCUMENT[key]}`?" if key in DOCUMENT else None


def item_help(key: str) -> str | None:
    """What to do about a key of an item that another tool has."""
    if key in ITEM_HELP:
        return ITEM_HELP[key]
    ours = ITEM.get(key) or OPERATION.get(key)
    return f"did you mean `{ours}`?" if ours else None


def operation_for(partner: str, keys: Iterable[str]) -> str | None:
    """The key of an item that means, elsewhere, an operation that one of its modifiers needs."""
    return next((key for key in keys if OPERATION.get(key) == partner), None)


def list_help(text: str) -> str | None:
    """What to write for a list as Python, C or a paper has it: ``(3, 3)``, ``3x3``."""
    sides = re.fullmatch(r"\s*(\d+(?:\s*[x×X]\s*\d+)+)\s*", text)
    if sides:
        return f"write `[{', '.join(re.findall(r'[0-9]+', text))}]`"
    inner = re.fullmatch(r"\s*\(\s*([\w.$-]+(?:\s*,\s*[\w.$-]+)*)\s*,?\s*\)\s*", text)
    return f"write `[{', '.join(re.split(r' *, *', inner[1]))}]`" if inner and "," in text else None


def template_help(text: str) -> str | None:
    """What to write for a variable as Jinja, a shell or Python's ``format`` has it."""
    name = re.fullmatch(r"\s*(?:\{\{\s*(\w+)\s*\}\}|\$?\{(\w+)\}|%\((\w+)\)s?|<(\w+)>)\s*", text)
    return f"write `${next(filter(None, name.groups()))}`" if name else None


def choice_help(text: str) -> str | None:
    """What to write for C's ``a ? b : c``."""
    parts = re.fullmatch(r"\s*(.+?)\s*\?\s*(.+?)\s*:\s*(.+?)\s*", text)
    return f"write `{parts[2]} if {parts[1]} else {parts[3]}`" if parts else None


def call_help(text: str) -> str | None:
    """What to write for a layer as Python calls it, ``Conv2D(8, 3, padding='same')``, and for a
    layer with a bare number behind it.
    """
    number = re.fullmatch(r"([A-Za-z]\w*) +(\d[\d_.]*)", text)
    if number and (kind := kind_of(number[1])) and KINDS[kind].attributes:
        return f"write `- {kind}: {{{next(iter(KINDS[kind].attributes))}: {number[2]}}}`"
    call = _parsed(text)
    if call is None or not (kind := kind_of(ast.unparse(call.func))):
        return None
    given = _arguments(kind, call)
    return f"write `- {_written(kind, given)}`"


def keywords_help(kind: str, text: str) -> str | None:
    """What to write for arguments as Python has them: ``units=10, activation='relu'``."""
    call = _parsed(f"{kind}({text})") if "=" in text else None
    return f"write `{_written(kind, _arguments(kind, call))}`" if call else None


def entry_help(values: list[Any]) -> str | None:
    """What to write for a line of Ultralytics's lists: ``[-1, 1, Conv, [64, 3]]``."""
    if len(values) != 4 or not isinstance(values[2], str) or not isinstance(values[3], list):
        return None
    source, number, module, arguments = values
    kind = kind_of(module)
    if kind is None:
        return "write the module as an item, `- Layer: {...}`, or as a call of a block"
    names = [name for name in KINDS[kind].attributes if name != "axis"][: len(arguments)]
    item = _written(kind, dict(zip(names, arguments, strict=False)))
    if kind_takes_several(kind):
        return f"write `{kind}:` and below it `from: [...]`, with the names of its inputs"
    more = f", and below it `repeat: {number}`" if number not in (1, None) else ""
    other = "" if source == -1 else ", and `from: NAME` for the item that it takes"
    return f"write `- {item}`{more}{other}"


def input_help(name: str, shape: Shape, rank: int | None) -> str | None:
    """What to write for an input with the batch first, where a layer needs ``rank`` axes, or with
    channels first.
    """
    inner = (
        shape[1:] if rank is not None and len(shape) == rank + 1 and shape[0] in (None, 1) else ()
    )
    image = inner or shape
    channels_first = (
        len(image) == 3
        and image[0] in (1, 3, 4)
        and all(size is not None and size >= SMALLEST_IMAGE for size in image[1:])
    )
    if channels_first:
        image = (*image[1:], image[0])
    if image == shape:
        return None
    why = "the batch is never written" if inner else "tensors are channels-last"
    if inner and channels_first:
        why += ", and tensors are channels-last"
    return f"{why}: write `{name}: {in_yaml(['null' if one is None else one for one in image])}`"


def kind_takes_several(kind: str) -> bool:
    """Whether a layer kind merges tensors."""
    return KINDS[kind].arity[0] > 1


def _parsed(text: str) -> ast.Call | None:
    if len(text) > LONGEST_CALL:
        return None
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree if isinstance(tree, ast.Call) else None


def _arguments(kind: str, call: ast.Call) -> dict[str, Any]:
    """The arguments of a call by Keras's names; what archspec infers is left out."""
    own = list(KINDS[kind].attributes)
    name = PREFIX.sub("", ast.unparse(call.func))
    order = own if name in KINDS else POSITIONS.get(_plain(name), own)
    given = dict(zip(order, map(_value, call.args), strict=False))
    given |= {one.arg: _value(one.value) for one in call.keywords if one.arg}
    named = {}
    for name, value in given.items():
        keras = next((one for one in (name, *ARGUMENTS.get(name, ())) if one in own), None)
        if keras is not None:
            named[keras] = value
    if isinstance(named.get("padding"), int):  # PyTorch's margin
        if 2 * named["padding"] + 1 == named.get("kernel_size", named.get("pool_size")):
            named["padding"] = "same"
        else:
            del named["padding"]
    return named


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Tuple | ast.List):
        return [_value(one) for one in node.elts]
    text = ast.unparse(node)
    return text.rpartition(".")[2] if re.fullmatch(r"[\w.]+", text) else text


def _written(kind: str, arguments: Mapping[str, Any]) -> str:
    pairs = ", ".join(f"{name}: {in_yaml(value)}" for name, value in arguments.items())
    return f"{kind}: {{{cut(pairs, 200)}}}"
