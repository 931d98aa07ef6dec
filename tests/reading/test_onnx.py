"""ONNX models → specs and weights: the same outputs as in onnxruntime, or refused."""

from __future__ import annotations

import re
from pathlib import Path

import onnx
import pytest
from click.testing import CliRunner, Result

import archspec
from archspec import SpecError
from archspec.cli import program
from archspec.reading.onnx.keras_file import apart, model_with
from tests.marks import LONG
from tests.reading.onnx_models import (
    Net,
    difference,
    proto_of,
    read_proto,
    with_random_weights,
)

CONV = {"w": (4, 3, 3, 3), "b": (4,)}

NETS: dict[str, tuple[Net, str]] = {
    # convolutions
    "conv": (Net("y = Conv(x, w, b)", CONV), "Conv2D"),
    "conv without bias": (Net("y = Conv(x, w)", {"w": (4, 3, 3, 3)}), "Conv2D"),
    "conv same": (Net("y = Conv<pads=[1,1,1,1]>(x, w, b)", CONV), "Conv2D"),
    "conv padded evenly, strided": (
        Net("y = Conv<pads=[1,1,1,1], strides=[2,2]>(x, w, b)", CONV),
        "ZeroPadding2D Conv2D",
    ),
    "conv padded as same, strided": (
        Net("y = Conv<pads=[0,0,1,1], strides=[2,2]>(x, w, b)", CONV),
        "Conv2D",
    ),
    "conv same upper": (
        Net('y = Conv<auto_pad="SAME_UPPER", strides=[2,2]>(x, w, b)', CONV),
        "Conv2D",
    ),
    "conv same lower": (
        Net('y = Conv<auto_pad="SAME_LOWER", strides=[2,2]>(x, w, b)', CONV),
        "ZeroPadding2D Conv2D",
    ),
    "conv valid": (Net('y = Conv<auto_pad="VALID">(x, w, b)', CONV), "Conv2D"),
    "conv dilated": (
        Net("y = Conv<pads=[2,2,2,2], dilations=[2,2]>(x, w, b)", CONV),
        "Conv2D",
    ),
    "conv 1x3": (
        Net("y = Conv<pads=[0,1,0,1]>(x, w)", {"w": (4, 3, 1, 3)}),
        "Conv2D",
    ),
    "conv in groups": (
        Net("y = Conv<group=3>(x, w)", {"w": (6, 2, 3, 3)}, ("batch", 6, 8, 8)),
        "Conv2D",
    ),
    "depthwise": (
        Net("y = Conv<group=3, pads=[1,1,1,1]>(x, w)", {"w": (6, 1, 3, 3)}),
        "DepthwiseConv2D",
    ),
    "depthwise, strides of two sizes": (
        Net("y = Conv<group=3, strides=[1,2]>(x, w)", {"w": (6, 1, 3, 3)}),
        "Conv2D",
    ),
    "conv of one channel": (
        Net("y = Conv(x, w)", {"w": (6, 1, 3, 3)}, ("batch", 1, 8, 8)),
        "Conv2D",
    ),
    "conv of a sequence": (
        Net("y = Conv<pads=[1,1]>(x, w, b)", {"w": (4, 3, 3), "b": (4,)}, ("batch", 3, 9)),
        "Conv1D",
    ),
    "conv of a volume": (
        Net(
            "y = Conv<pads=[1,1,1,1,1,1], strides=[2,1,2]>(x, w)",
            {"w": (4, 2, 3, 3, 3)},
            ("batch", 2, 5, 6, 7),
        ),
        "Conv3D",
    ),
    "conv of any size": (
        Net("y = Conv<pads=[1,1,1,1]>(x, w, b)", CONV, ("batch", 3, "height", "width")),
        "Conv2D",
    ),
    "conv of any size, strided": (
        Net("y = Conv<pads=[1,1,1,1], strides=[2,2]>(x, w, b)", CONV, ("batch", 3, "h", "w0")),
        "ZeroPadding2D Conv2D",
    ),
    "conv and a bias behind it": (
        Net("c = Conv(x, w)\ny = Add(c, b)", {"w": (4, 3, 3, 3), "b": (4, 1, 1)}),
        "Conv2D",
    ),
    "transposed conv": (
        Net("y = ConvTranspose<strides=[2,2]>(x, w, b)", {"w": (3, 4, 3, 3), "b": (4,)}),
        "Conv2DTranspose",
    ),
    "transposed conv, cropped": (
        Net("y = ConvTranspose<strides=[2,2], pads=[1,1,1,1]>(x, w)", {"w": (3, 4, 4, 4)}),
        "Conv2DTranspose",
    ),
    "transposed conv, cropped otherwise": (
        Net("y = ConvTranspose<strides=[2,2], pads=[1,1,1,1]>(x, w)", {"w": (3, 4, 3, 3)}),
        "Conv2DTranspose Cropping2D",
    ),
    "transposed conv, padded behind": (
        Net(
            "y = ConvTranspose<strides=[2,2], pads=[1,1,1,1], output_padding=[1,1]>(x, w)",
            {"w": (3, 4, 3, 3)},
        ),
        "Conv2DTranspose Cropping2D",
    ),
    "transposed conv, strides of more than the kernel": (
        Net("y = ConvTranspose<strides=[3,3]>(x, w)", {"w": (3, 4, 2, 2)}),
        "Conv2DTranspose Cropping2D",
    ),
    # pooling
    "max pool": (Net("y = MaxPool<kernel_shape=[2,2], strides=[2,2]>(x)"), "MaxPooling2D"),
    "max pool of what may be below 0": (
        Net("y = MaxPool<kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]>(x)"),
        "ops.pad MaxPooling2D",
    ),
    "max pool of what is not": (
        Net("c = Relu(x)\ny = MaxPool<kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]>(c)"),
        "Activation ZeroPadding2D MaxPooling2D",
    ),
    "max pool same": (
        Net("y = MaxPool<kernel_shape=[3,3], pads=[1,1,1,1]>(x)"),
        "MaxPooling2D",
    ),
    "max pool to the ceiling": (
        Net("y = MaxPool<kernel_shape=[3,3], strides=[2,2], ceil_mode=1>(x)"),
        "MaxPooling2D",
    ),
    "max pool to the ceiling of 7": (
        Net(
            "y = MaxPool<kernel_shape=[2,2], strides=[2,2], ceil_mode=1>(x)", {}, ("batch", 3, 7, 7)
        ),
        "MaxPooling2D",
    ),
    "max pool to the ceiling, where that is the floor": (
        Net(
            "y = MaxPool<kernel_shape=[3,3], strides=[2,2], ceil_mode=1>(x)", {}, ("batch", 3, 7, 7)
        ),
        "MaxPooling2D",
    ),
    "max pool, strides of more than the kernel": (
        Net("y = MaxPool<kernel_shape=[1,1], strides=[3,3], ceil_mode=1>(x)"),
        "MaxPooling2D",
    ),
    "average pool": (
        Net("y = AveragePool<kernel_shape=[2,2], strides=[2,2]>(x)"),
        "AveragePooling2D",
    ),
    "average pool same": (
        Net("y = AveragePool<kernel_shape=[3,3], pads=[1,1,1,1]>(x)"),
        "AveragePooling2D",
    ),
    "average pool with zeros": (
        Net("y = AveragePool<kernel_shape=[3,3], pads=[1,1,1,1], count_include_pad=1>(x)"),
        "ZeroPadding2D AveragePooling2D",
    ),
    "average pool without the zeros": (
        Net("y = AveragePool<kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]>(x)"),
        "ops.ones_like ZeroPadding2D AveragePooling2D ZeroPadding2D AveragePooling2D ops.divide",
    ),
    "average pool to the ceiling": (
        Net("y = AveragePool<kernel_shape=[3,3], strides=[2,2], ceil_mode=1>(x)", opset=19),
        "AveragePooling2D",
    ),
    "average pool of all": (
        Net("y = AveragePool<kernel_shape=[8,8]>(x)"),
        "GlobalAveragePooling2D",
    ),
    "average pool of all, padded": (
        Net("y = AveragePool<kernel_shape=[9,9], pads=[0,0,1,1]>(x)"),
        "GlobalAveragePooling2D",
    ),
    "global pools": (
        Net("a = GlobalAveragePool(x)\nb = GlobalMaxPool(x)\ny = Add(a, b)"),
        "GlobalAveragePooling2D GlobalMaxPooling2D Add",
    ),
    "mean over the image": (
        Net("y = ReduceMean<axes=[2,3], keepdims=0>(x)"),
        "GlobalAveragePooling2D",
    ),
    "mean over the channels": (Net("y = ReduceMean<axes=[1]>(x)"), "ops.mean"),
    "mean over positions": (
        Net("y = ReduceMean<axes=[1], keepdims=0>(x)", {}, ("batch", 5, 6)),
        "GlobalAveragePooling1D",
    ),
    "maximum over the height": (Net("y = ReduceMax<axes=[2], keepdims=0>(x)"), "ops.max"),
    # activations
    **{
        f"activation {text}": (Net(f"y = {text}(x)"), kind)
        for text, kind in {
            "Relu": "Activation",
            "Sigmoid": "Activation",
            "Tanh": "Activation",
            "Softplus": "Activation",
            "Softsign": "Activation",
            "Elu": "Activation",
            "Elu<alpha=0.5>": "ELU",
            "Selu": "Activation",
            "LeakyRelu": "LeakyReLU",
            "LeakyRelu<alpha=0.2>": "LeakyReLU",
            "HardSigmoid": "Rescaling ReLU",
            "HardSigmoid<alpha=0.16666667, beta=0.5>": "Activation",
            "HardSwish": "Activation",
            "Softmax<axis=1>": "Activation",
            "LogSoftmax<axis=1>": "Activation",
            "Softmax<axis=2>": "Permute Activation",
            "Exp": "ops.exp",
            "Erf": "ops.erf",
            "Abs": "ops.abs",
            "Neg": "Rescaling",
        }.items()
    },
    "gelu": (Net("y = Gelu(x)", opset=20), "Activation"),
    "gelu by tanh": (Net('y = Gelu<approximate="tanh">(x)', opset=20), "ops.gelu"),
    "mish": (Net("y = Mish(x)", opset=18), "Activation"),
    "clip 0 to 6": (
        Net("y = Clip(x, a, b)", {"a": 0.0, "b": 6.0}),
        "ReLU",
    ),
    "clip of old": (Net("y = Clip<min=-1.0, max=0.5>(x)", opset=6), "ops.clip"),
    "clip from below": (Net("y = Clip(x, a)", {"a": 0.0}), "Activation"),
    "prelu": (Net("y = PRelu(x, s)", {"s": (3, 1, 1)}), "PReLU"),
    "prelu of one slope": (Net("y = PRelu(x, s)", {"s": 0.25}), "LeakyReLU"),
    "softmax of old": (
        Net("f = Flatten(x)\ny = Softmax(f)", opset=11),
        "Permute Flatten Activation",
    ),
    "silu": (Net("s = Sigmoid(x)\ny = Mul(x, s)"), "Activation"),
    "silu, the gate first": (Net("s = Sigmoid(x)\ny = Mul(s, x)"), "Activation"),
    "hard sigmoid written out": (
        Net(
            "a = Add(x, three)\nb = Clip(a, zero, six)\ny = Div(b, six)",
            {"three": 3.0, "zero": 0.0, "six": 6.0},
        ),
        "Activation",
    ),
    "hard swish written out": (
        Net(
            "a = Add(x, three)\nb = Clip(a, zero, six)\nc = Mul(x, b)\ny = Div(c, six)",
            {"three": 3.0, "zero": 0.0, "six": 6.0},
        ),
        "Activation",
    ),
    "hard swish of a hard sigmoid": (
        Net("s = HardSigmoid<alpha=0.16666667, beta=0.5>(x)\ny = Mul(x, s)"),
        "Activation",
    ),
    "mish written out": (Net("a = Softplus(x)\nb = Tanh(a)\ny = Mul(x, b)"), "Activation"),
    "gelu written out": (
        Net(
            "a = Div(x, r)\nb = Erf(a)\nc = Add(b, one)\nd = Mul(x, c)\ny = Mul(d, half)",
            {"r": 2.0**0.5, "one": 1.0, "half": 0.5},
        ),
        "Activation",
    ),
    "gelu written out otherwise": (
        Net(
            "h = Mul(half, x)\na = Mul(x, r)\nb = Erf(a)\nc = Add(one, b)\ny = Mul(h, c)",
            {"r": 0.5**0.5, "one": 1.0, "half": 0.5},
        ),
        "Activation",
    ),
    "gelu by tanh written out": (
        Net(
            "p = Pow(x, three)\nq = Mul(p, k)\nr = Add(x, q)\ns = Mul(r, f)\nt = Tanh(s)\n"
            "u = Add(t, one)\nv = Mul(x, u)\ny = Mul(v, half)",
            {"three": 3.0, "k": 0.044715, "f": 0.7978845608, "one": 1.0, "half": 0.5},
        ),
        "ops.gelu",
    ),
    # numbers and constants
    "plus a number": (Net("y = Add(x, c)", {"c": 0.5}), "Rescaling"),
    "a number minus": (Net("y = Sub(c, x)", {"c": 0.5}), "Rescaling"),
    "divided by a number": (Net("y = Div(x, c)", {"c": 255.0}), "Rescaling"),
    "a number divided by": (Net("y = Div(c, x)", {"c": 2.0}), "ops.divide"),
    "a power": (Net("y = Pow(x, c)", {"c": 2.0}), "ops.square"),
    "a number to the power": (Net("y = Pow(c, x)", {"c": 2.0}), "ops.power"),
    "not less than a number": (Net("y = Max(x, c)", {"c": 0.25}), "ops.maximum"),
    "an image prepared": (
        Net("a = Sub(x, m)\ny = Div(a, s)", {"m": (1, 3, 1, 1), "s": (1, 3, 1, 1)}),
        "Rescaling",
    ),
    "a factor for each channel": (
        Net("y = Mul(x, c)", {"c": (6, 1, 1)}, ("batch", 6, 4, 4)),
        "Parameter Multiply",
    ),
    "a factor for each channel of a map": (
        Net("a = ReduceMean<axes=[1]>(x)\ny = Mul(c, a)", {"c": (1, 6, 1, 1)}),
        "ops.mean Parameter Multiply",
    ),
    "a constant minus": (
        Net("y = Sub(c, x)", {"c": (1, 6, 4, 1)}, ("batch", 6, 4, 5)),
        "Parameter Subtract",
    ),
    # normalizations
    "batch norm": (
        Net(
            "y = BatchNormalization(x, s, b, m, var)",
            {"s": (3,), "b": (3,), "m": (3,), "var": (3,)},
        ),
        "BatchNormalization",
    ),
    "batch norm of vectors": (
        Net(
            "y = BatchNormalization(x, s, b, m, var)",
            {"s": (3,), "b": (3,), "m": (3,), "var": (3,)},
            ("batch", 3),
        ),
        "BatchNormalization",
    ),
    "batch norm of what was flattened": (
        Net(
            "f = Flatten(x)\nn = BatchNormalization(f, s, b, m, var)\ny = Gemm(n, w)",
            {"s": (192,), "b": (192,), "m": (192,), "var": (192,), "w": (192, 5)},
        ),
        "Flatten BatchNormalization Dense",
    ),
    "batch norm written out": (
        Net(
            "a = Mul(x, s)\ny = Add(a, b)",
            {"s": (1, 6, 1, 1), "b": (1, 6, 1, 1)},
            ("batch", 6, 4, 4),
        ),
        "BatchNormalization",
    ),
    "batch norm and Caffe's scale": (
        Net(
            "n = BatchNormalization(x, s, b, m, var)\na = Mul(n, t)\ny = Add(a, u)",
            {**dict.fromkeys(["s", "b", "m", "var"], (6,)), "t": (6, 1, 1), "u": (6, 1, 1)},
            ("batch", 6, 4, 4),
        ),
        "BatchNormalization",
    ),
    "layer norm": (
        Net(
            "y = LayerNormalization<epsilon=0.001>(x, s, b)",
            {"s": (6,), "b": (6,)},
            ("batch", 5, 6),
        ),
        "LayerNormalization",
    ),
    "layer norm over channels": (
        Net(
            "t = Transpose<perm=[0,2,3,1]>(x)\nn = LayerNormalization(t, s, b)\ny = Transpose<perm=[0,3,1,2]>(n)",
            {"s": (3,), "b": (3,)},
        ),
        "LayerNormalization",
    ),
    "layer norm written out": (
        Net(
            "m = ReduceMean<axes=[-1]>(x)\nd = Sub(x, m)\ne = Pow(d, two)\nv = ReduceMean<axes=[-1]>(e)\n"
            "w = Add(v, eps)\nr = Sqrt(w)\nq = Div(d, r)\na = Mul(q, s)\ny = Add(a, b)",
            {"two": 2.0, "eps": 1e-5, "s": (6,), "b": (6,)},
            ("batch", 5, 6),
        ),
        "LayerNormalization",
    ),
    "instance norm": (
        Net("y = InstanceNormalization(x, s, b)", {"s": (3,), "b": (3,)}),
        "GroupNormalization",
    ),
    "group norm": (
        Net(
            "y = GroupNormalization<num_groups=2>(x, s, b)",
            {"s": (6,), "b": (6,)},
            ("batch", 6, 4, 4),
            opset=21,
        ),
        "GroupNormalization",
    ),
    "local response norm": (
        Net("y = LRN<size=5, alpha=0.01, bias=2.0>(x)", {}, ("batch", 9, 4, 4)),
        "LocalResponseNormalization",
    ),
    # products
    "gemm": (
        Net("y = Gemm<transB=1>(x, w, b)", {"w": (4, 6), "b": (4,)}, ("batch", 6)),
        "Dense",
    ),
    "gemm with factors": (
        Net("y = Gemm<alpha=0.5, beta=2.0>(x, w, b)", {"w": (6, 4), "b": (1, 4)}, ("batch", 6)),
        "Dense",
    ),
    "matmul and a bias": (
        Net("a = MatMul(x, w)\ny = Add(b, a)", {"w": (6, 4), "b": (4,)}, ("batch", 5, 6)),
        "Dense",
    ),
    "matmul alone": (Net("y = MatMul(x, w)", {"w": (6, 4)}, ("batch", 6)), "Dense"),
    "matmul over the channels": (
        Net("t = Transpose<perm=[0,2,3,1]>(x)\ny = MatMul(t, w)", {"w": (3, 4)}),
        "Dense",
    ),
    "matmul of tensors": (
        Net("t = Transpose<perm=[0,2,1]>(x)\ny = MatMul(x, t)", {}, ("batch", 5, 6)),
        "Permute ops.matmul",
    ),
    # order
    "flatten, dense": (
        Net("f = Flatten(x)\ny = Gemm(f, w)", {"w": (192, 5)}),
        "Flatten Dense",
    ),
    "flatten by reshape, dense": (
        Net("f = Reshape(x, s)\ny = Gemm(f, w)", {"w": (192, 5), "s": [-1, 192]}),
        "Flatten Dense",
    ),
    "flatten of 0 and -1, activation, dense": (
        Net("f = Reshape(x, s)\nr = Relu(f)\ny = Gemm(r, w)", {"w": (192, 5), "s": [0, -1]}),
        "Activation Flatten Dense",
    ),
    "flatten of computed shapes, dense": (
        Net(
            "s = Shape(x)\ni = Constant<value_int=0>()\nn = Gather<axis=0>(s, i)\na = Constant<value_ints=[0]>()\n"
            "u = Unsqueeze(n, a)\nm = Constant<value_ints=[-1]>()\nc = Concat<axis=0>(u, m)\n"
            "f = Reshape(x, c)\ny = Gemm(f, w)",
            {"w": (192, 5)},
        ),
        "Flatten Dense",
    ),
    "flatten alone": (Net("y = Flatten(x)"), "Permute Flatten"),
    "pooled, flattened, dense": (
        Net("p = GlobalAveragePool(x)\nf = Flatten(p)\ny = Gemm(f, w)", {"w": (3, 5)}),
        "GlobalAveragePooling2D Dense",
    ),
    "channels shuffled": (
        Net(
            "a = Reshape(x, s)\nb = Transpose<perm=[0,2,1,3,4]>(a)\nc = Reshape(b, t)\ny = Conv(c, w)",
            {"s": [-1, 2, 3, 4, 4], "t": [-1, 6, 4, 4], "w": (5, 6, 1, 1)},
            ("batch", 6, 4, 4),
        ),
        "Reshape Permute Reshape Conv2D",
    ),
    "transposed there and back": (
        Net(
            "a = Transpose<perm=[0,3,1,2]>(x)\nb = Conv(a, w)\ny = Transpose<perm=[0,2,3,1]>(b)",
            {"w": (4, 3, 3, 3)},
            ("batch", 8, 8, 3),
        ),
        "Conv2D",
    ),
    "squeezed and unsqueezed": (
        Net(
            "p = GlobalAveragePool(x)\na = Squeeze(p, ax)\nb = Unsqueeze(a, ax)\ny = Conv(b, w)",
            {"ax": [2, 3], "w": (4, 3, 1, 1)},
        ),
        "GlobalAveragePooling2D Conv2D",
    ),
    "depth to space": (
        Net("y = DepthToSpace<blocksize=2>(x)", {}, ("batch", 8, 3, 3)),
        "Reshape Permute Reshape",
    ),
    "depth to space otherwise": (
        Net('y = DepthToSpace<blocksize=2, mode="CRD">(x)', {}, ("batch", 8, 3, 3)),
        "Reshape Permute Reshape",
    ),
    "space to depth": (Net("y = SpaceToDepth<blocksize=2>(x)"), "Reshape Permute Reshape"),
    "reshaped as no layer does": (
        Net("y = Reshape(x, s)", {"s": [-1, 6, 4]}, ("batch", 4, 6)),
        "Reshape",
    ),
    # several tensors
    "residual": (
        Net("c = Conv<pads=[1,1,1,1]>(x, w)\na = Add(c, x)\ny = Relu(a)", {"w": (3, 3, 3, 3)}),
        "Conv2D Add Activation",
    ),
    "squeeze and excitation": (
        Net(
            "p = GlobalAveragePool(x)\na = Conv(p, w)\nb = Relu(a)\nc = Conv(b, v)\ng = Sigmoid(c)\ny = Mul(x, g)",
            {"w": (2, 3, 1, 1), "v": (3, 2, 1, 1)},
        ),
        "GlobalAveragePooling2D Conv2D Conv2D Multiply",
    ),
    "sum of three": (
        Net("a = Relu(x)\nb = Tanh(x)\ny = Sum(a, b, x)"),
        "Activation Activation Add",
    ),
    "mean of two": (Net("a = Relu(x)\ny = Mean(a, x)"), "Activation Average"),
    "difference": (Net("a = Relu(x)\ny = Sub(a, x)"), "Activation Subtract"),
    "quotient": (Net("a = Exp(x)\ny = Div(x, a)"), "ops.exp ops.divide"),
    "concatenated channels": (
        Net(
            "a = Relu(x)\nb = Conv<pads=[1,1,1,1]>(x, w)\ny = Concat<axis=1>(a, b)",
            {"w": (4, 3, 3, 3)},
        ),
        "Activation Conv2D Concatenate",
    ),
    "concatenated rows": (Net("a = Relu(x)\ny = Concat<axis=2>(a, x)"), "Activation Concatenate"),
    "concatenated vectors of images": (
        Net("a = Relu(x)\nf = Flatten(x)\ng = Flatten(a)\ny = Concat<axis=1>(f, g)"),
        "Permute Flatten Activation Permute Flatten Concatenate",
    ),
    "split and concatenated": (
        Net(
            "a, b = Split<axis=1>(x, s)\ny = Concat<axis=1>(b, a)",
            {"s": [2, 4]},
            ("batch", 6, 4, 4),
        ),
        "ops.split Concatenate",
    ),
    "cropped, of all examples": (
        Net("y = Slice(x, a, b)", {"a": [0, 0, 1, 0], "b": [2**62, 3, 2**62, -2]}),
        "Cropping2D",
    ),
    "a product of rows, as TensorFlow has it": (
        Net(
            "s = Shape(x)\ng = Gather(s, free)\np = ReduceProd<axes=[0], keepdims=0>(g)\nu = Unsqueeze(p, zero)\n"
            "j = Concat<axis=0>(u, six)\na = Reshape(x, j)\nm = MatMul(a, w)\nk = Concat<axis=0>(g, four)\n"
            "r = Reshape(m, k)\ny = Add(r, b)",
            {"free": [0, 1], "zero": [0], "six": [6], "four": [4], "w": (6, 4), "b": (4,)},
            ("batch", 5, 6),
        ),
        "Dense",
    ),
    "sliced": (
        Net("y = Slice(x, a, b, c)", {"a": [1, 0], "b": [3, -2], "c": [1, 2]}, ("batch", 4, 6, 6)),
        "ops.get_item",
    ),
    "one of the tokens": (
        Net("y = Gather<axis=1>(x, i)", {"i": 0}, ("batch", 5, 6)),
        "ops.get_item",
    ),
    "padded with zeros": (
        Net("y = Pad(x, p)", {"p": [0, 0, 1, 2, 0, 0, 3, 4]}),
        "ZeroPadding2D",
    ),
    "padded with ones": (
        Net("y = Pad(x, p, c)", {"p": [0, 0, 1, 2, 0, 0, 3, 4], "c": 1.0}),
        "ops.pad",
    ),
    "padded by reflection": (
        Net('y = Pad<mode="reflect">(x, p)', {"p": [0, 0, 1, 2, 0, 0, 3, 4]}),
        "ops.pad",
    ),
    "channels padded": (Net("y = Pad(x, p)", {"p": [0, 1, 0, 0, 0, 2, 0, 0]}), "ops.pad"),
    "enlarged": (
        Net(
            'y = Resize<mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor">(x, r, s)',
            {"r": 0.0, "s": [1.0, 1.0, 2.0, 3.0]},
        ),
        "UpSampling2D",
    ),
    "enlarged, of newer exporters": (
        Net('y = Resize<mode="nearest">(x, , s)', {"s": [1.0, 1.0, 2.0, 2.0]}),
        "UpSampling2D",
    ),
    "enlarged smoothly": (
        Net('y = Resize<mode="linear">(x, , s)', {"s": [1.0, 1.0, 2.0, 2.0]}),
        "UpSampling2D",
    ),
    "resized": (
        Net(
            'y = Resize<mode="linear", coordinate_transformation_mode="pytorch_half_pixel">(x, , , s)',
            {"s": [1, 3, 12, 11]},
            (1, 3, 8, 8),
        ),
        "Resizing",
    ),
    "enlarged of old": (
        Net("y = Upsample(x, s)", {"s": [1.0, 1.0, 2.0, 2.0]}, opset=9),
        "UpSampling2D",
    ),
    "a map of the image and one of the channels": (
        Net("a = ReduceMean<axes=[1]>(x)\nb = GlobalMaxPool(x)\ny = Mul(a, b)"),
        "ops.mean GlobalMaxPooling2D Multiply",
    ),
    "a module as PyTorch exports it": (
        Net(
            "c = Conv<pads=[1,1,1,1]>(x, w1, b1)\nr = Relu(c)\nd = Conv<pads=[1,1,1,1]>(r, w2, b1)\n"
            "a = Add(d, x)\ne = Relu(a)\np = GlobalAveragePool(e)\nf = Flatten(p)\ny = Gemm<transB=1>(f, w3)",
            {"w1": (3, 3, 3, 3), "w2": (3, 3, 3, 3), "b1": (3,), "w3": (7, 3)},
        ),
        "Conv2D Conv2D Add Activation GlobalAveragePooling2D Dense",
    ),
    "half of the channels, shuffled, as ShuffleNet's second version": (
        Net(
            "z = Conv(x, v)\na, b = Split<axis=1>(z)\nc = Conv(b, w)\nd = Concat<axis=1>(a, c)\ne = Reshape(d, s)\n"
            "f = Transpose<perm=[0,2,1,3,4]>(e)\ny = Reshape(f, t)",
            {"v": (6, 6, 1, 1), "w": (3, 3, 1, 1), "s": [0, 2, 3, 4, 4], "t": [0, 6, 4, 4]},
            ("batch", 6, 4, 4),
        ),
        "Conv2D ops.split Conv2D Concatenate Reshape Permute Reshape",
    ),
    "dropout": (Net("a = Relu(x)\nb = Dropout(a)\ny = Identity(b)"), "Activation"),
    "what nothing takes": (Net("a = Tanh(x)\ny = Relu(x)"), "Activation"),
    "attention": (
        Net(
            "q = MatMul(x, wq)\nk = MatMul(x, wk)\nv = MatMul(x, wv)\n"
            "q1 = Reshape(q, s)\nq2 = Transpose<perm=[0,2,1,3]>(q1)\n"
            "k1 = Reshape(k, s)\nk2 = Transpose<perm=[0,2,3,1]>(k1)\n"
            "v1 = Reshape(v, s)\nv2 = Transpose<perm=[0,2,1,3]>(v1)\n"
            "a = MatMul(q2, k2)\nb = Div(a, r)\nc = Softmax<axis=-1>(b)\nd = MatMul(c, v2)\n"
            "e = Transpose<perm=[0,2,1,3]>(d)\nf = Reshape(e, t)\ny = MatMul(f, wo)",
            {
                **dict.fromkeys(["wq", "wk", "wv", "wo"], (6, 6)),
                "s": [0, 5, 2, 3],
                "t": [0, 5, 6],
                "r": 3.0**0.5,
            },
            ("batch", 5, 6),
        ),
        "",
    ),
}


@pytest.mark.parametrize("name", NETS)
def test_it_computes_what_onnxruntime_does(name: str) -> None:
    net, kinds = NETS[name]
    proto = proto_of(net)
    read = read_proto(proto)
    assert difference(proto, read) < 1e-4
    assert not kinds or sorted(read.kinds) == sorted(kinds.split()), read.text


def test_several_outputs_keep_their_order() -> None:
    net = Net("y = Relu(x)\np = GlobalAveragePool(y)\nb = Flatten(p)\na = Sigmoid(y)")
    proto = proto_of(net, ("y", "b", "a"))
    read = read_proto(proto)
    assert list(read.weights.graph.outputs) == ["main", "b", "a"]
    assert difference(proto, read) < 1e-4


@pytest.mark.parametrize(
    ("name", "weight", "expected"),
    [
        ("/layer1/layer1.0/conv1/Conv", "onnx::Conv_193", "layer1_0_conv1"),
        ("/features/features.0/Conv", "features.0.weight", "features_0"),
        ("Conv_0", "conv1.weight", "conv1"),
        ("n18", "conv1/7x7_s2_w_0", "conv1_7x7_s2"),
        ("resnetv17_conv0_fwd", "resnetv17_conv0_weight", "resnetv17_conv0_fwd"),
        ("", "w", "conv2d"),
    ],
)
def test_layers_are_called_as_people_called_them(name: str, weight: str, expected: str) -> None:
    proto = proto_of(Net("y = Conv(x, w)", {"w": (4, 3, 3, 3)}))
    proto.graph.node[0].name = name
    proto.graph.node[0].input[1] = proto.graph.initializer[0].name = weight
    assert read_proto(proto).network.graph.nodes[0].name == expected


REFUSED: dict[str, tuple[Net, str]] = {
    "unknown operators, all at once": (
        Net(
            'a = NonZero(x)\nb = Einsum<equation="bi,bi->b">(x, x)\nc = NonZero(a)\ny = Add(b, c)',
            {},
            ("batch", 5),
        ),
        "3 operators of 2 kinds that have no counterpart in Keras as they are used there",
    ),
    "an operator of a domain of its own": (
        Net("y = com.microsoft.FusedConv(x)"),
        "com.microsoft.FusedConv, once: `y`",
    ),
    "several, each for its reason": (
        Net(
            "a = MaxPool<kernel_shape=[2,2], dilations=[2,2]>(x)\nb = Transpose<perm=[1,0,2,3]>(x)\n"
            "c = Relu(b)\ny = Add(a, c)"
        ),
        "MaxPool, once: `a`: its windows are dilated",
    ),
    "the batch is moved": (
        Net("y = Transpose<perm=[1,0]>(x)", {}, ("batch", 5)),
        "Transpose, once: `y`: it moves the batch",
    ),
    "the batch is joined": (
        Net("y = Reshape(x, s)", {"s": [-1, 4]}, ("batch", 6)),
        "it changes the size of the batch",
    ),
    "the batch is averaged": (
        Net("y = ReduceMean<keepdims=0>(x)"),
        "it takes the batch together",
    ),
    "a kernel of other channels": (
        Net("y = Conv(x, w)", {"w": (4, 5, 3, 3)}),
        "its weights do not fit its input",
    ),
    "a kernel that comes out of the network": (
        Net("y = Conv(x, x)"),
        "is no constant",
    ),
    "a circle": (Net("a = Relu(b)\nb = Relu(a)\ny = Add(x, b)"), "takes `b`, which nothing gives"),
    "nothing but constants": (
        Net("a = Constant<value_float=1.0>()\ny = Identity(a)"),
        "has no inputs, outputs or operators",
    ),
    "an input of no size": (Net("y = Relu(x)", {}, ("batch", 0, 8, 8)), "which no tensor has"),
    "an input without axes": (Net("y = Relu(x)", {}, ("batch",)), "does not say its shape"),
    "an input as it is": (Net("y = Identity(x)"), "is an input as it is"),
    "an image beyond all bounds": (
        Net("f = Flatten(x)\ny = Relu(f)", {}, ("batch", 3, 2**40, 2**40)),
        "which no tensor has",
    ),
    "a constant beyond all bounds": (
        Net(
            "s = Constant<value_ints=[100000, 100000]>()\na = ConstantOfShape(s)\nb = Exp(a)\ny = MatMul(x, b)",
            {},
            ("batch", 5),
        ),
        "",
    ),
    "values in between of another kind": (
        Net(
            'y = Resize<mode="linear", coordinate_transformation_mode="align_corners">(x, , s)',
            {"s": [1.0, 1.0, 2.0, 2.0]},
        ),
        "are found in another way than Keras's",
    ),
    "a transposed convolution in groups": (
        Net("y = ConvTranspose<group=3>(x, w)", {"w": (3, 1, 3, 3)}),
        "in groups is no layer of Keras",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_counterpart_is_refused_with_the_reason(name: str) -> None:
    net, words = REFUSED[name]
    with pytest.raises(SpecError) as refused:
        read_proto(proto_of(net))
    assert words in str(refused.value)


def test_all_reasons_are_said_at_once() -> None:
    net, _ = REFUSED["several, each for its reason"]
    with pytest.raises(SpecError) as refused:
        read_proto(proto_of(net))
    (diagnostic,) = refused.value.diagnostics
    assert [note.partition(",")[0] for note in diagnostic.notes] == ["MaxPool", "Transpose"]


# --- files


def run(*arguments: str) -> Result:
    return CliRunner().invoke(program.main, arguments)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    good = proto_of(NETS["conv"][0]).SerializeToString()
    for name, data in {"text": b"no model", "empty": b"", "cut": good[:-40]}.items():
        path = tmp_path / f"{name}.onnx"
        path.write_bytes(data)
        with pytest.raises(SpecError, match="does not hold an ONNX model that can be read"):
            archspec.read(path)


def test_no_other_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "outside.onnx"
    onnx.save(proto_of(NETS["conv"][0]), path, save_as_external_data=True, size_threshold=0)
    with pytest.raises(SpecError, match="its weights are in another file"):
        archspec.read(path)


def test_weights_are_written_beside_the_spec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    onnx.save(proto_of(NETS["squeeze and excitation"][0]), "net.onnx")
    done = run("read", "net.onnx", "-o", "net.yaml")
    assert (done.exit_code, done.stderr) == (0, "")
    said = "small: 4 layers → ... lines; equal\nwrote net.keras, ... kB, the weights: the same outputs as in onnxruntime\n"
    assert re.fullmatch(re.escape(said).replace(r"\.\.\.", r"[\d.]+"), done.stdout)
    assert run("verify", "net.yaml", "--against", "net.keras").exit_code == 0
    again = run("read", "net.onnx", "-o", "net.yaml")
    assert again.exit_code == 2
    assert "name it with --weights" in again.stderr
    assert run("diff", "net.onnx", "net.yaml").stdout == "net.onnx and net.yaml are equal\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.keras", "net.onnx", "net.yaml"]


MODEL_ZOO = {
    "bvlc_alexnet": 25,
    "densenet121": 45,
    "inception_v1": 70,
    "inception_v2": 105,
    "resnet50": 40,
    "shufflenet": 75,
    "squeezenet": 30,
    "vgg19": 15,
    "zfnet512": 20,
}
"""The networks of the model zoo that are in ``onnx``, and lines that an author might need."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[LONG] * (name != "squeezenet")) for name in MODEL_ZOO]
)
def test_a_network_of_the_model_zoo_is_read(name: str, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    onnx.save(with_random_weights(name), path)
    spec = archspec.read(path)
    assert spec.weights is not None
    model = model_with(spec.graph, spec.weights.arrays)
    assert apart(path, spec.weights.network, model, 1 / 255) < 1e-4
    assert len(spec.text.splitlines()) <= MODEL_ZOO[name]


EXPORTED = (
    "convnext@ConvNeXtTiny",
    "densenet@DenseNet121",
    "efficientnet@EfficientNetB0",
    "efficientnet_v2@EfficientNetV2B0",
    "inception_resnet_v2",
    "inception_v3",
    "mobilenet",
    "mobilenet_v2",
    "mobilenet_v3@MobileNetV3Small",
    "nasnet@NASNetMobile",
    "resnet@ResNet50",
    "resnet_v2@ResNet50V2",
    "vgg@VGG16",
    "xception",
)
"""A network of each family of `keras.applications`."""


@LONG
@pytest.mark.parametrize("name", EXPORTED)
def test_what_is_exported_is_read_again(name: str, tmp_path: Path) -> None:
    from archspec.backends.keras.export import write_onnx
    from archspec.backends.keras.model import build_model

    path, graph = tmp_path / "net.onnx", archspec.compile(f"keras/{name}")
    write_onnx(build_model(graph), graph, path)
    spec = archspec.read(path)
    assert spec.weights is not None
    model = model_with(spec.graph, spec.weights.arrays)
    assert apart(path, spec.weights.network, model, 1) < 1e-4
    assert "Permute" not in spec.text
