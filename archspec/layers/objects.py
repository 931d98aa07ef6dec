"""The types of the small objects that layers take, as literal tables: activations, initializers,
regularizers, constraints.

The names are the ones that Keras's ``get`` resolves, as in `ACTIVATION` = ``relu``; the classes and
arguments are its constructors'.
"""

from __future__ import annotations

from archspec.layers.types import (
    AXES,
    NUMBER,
    SEED,
    Type,
    choice,
    number,
    object_of,
    optional,
)

# Without `glu`: it halves the last axis, which Keras's own symbolic shapes deny. Without
# `threshold`: it takes two numbers more, and its name alone cannot be run.
ACTIVATION = choice(
    "relu", "gelu", "silu", "swish", "sigmoid", "tanh", "softmax", "linear", "relu6",
    "leaky_relu", "elu", "selu", "celu", "mish", "softplus", "softsign", "exponential",
    "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "hard_shrink", "soft_shrink",
    "tanh_shrink", "log_sigmoid", "log_softmax", "sparse_plus", "sparse_sigmoid", "sparsemax",
    "squareplus",
    words="the name of an activation, such as `relu`",
)  # fmt: skip
OPTIONAL_ACTIVATION = optional(ACTIVATION, "no activation")

_NONNEGATIVE = number("a number of at least 0", 0)
_SEEDED = {"seed": SEED}

INITIALIZERS: dict[str, dict[str, Type]] = {
    "Constant": {"value": NUMBER},
    "GlorotNormal": _SEEDED,
    "GlorotUniform": _SEEDED,
    "HeNormal": _SEEDED,
    "HeUniform": _SEEDED,
    "Identity": {"gain": NUMBER},
    "LecunNormal": _SEEDED,
    "LecunUniform": _SEEDED,
    "Ones": {},
    "Orthogonal": {"gain": NUMBER, **_SEEDED},
    "RandomNormal": {"mean": NUMBER, "stddev": _NONNEGATIVE, **_SEEDED},
    "RandomUniform": {"minval": NUMBER, "maxval": NUMBER, **_SEEDED},
    "TruncatedNormal": {"mean": NUMBER, "stddev": _NONNEGATIVE, **_SEEDED},
    "VarianceScaling": {
        "scale": number("a positive number", above=0),
        "mode": choice("fan_in", "fan_out", "fan_avg"),
        "distribution": choice("normal", "truncated_normal", "untruncated_normal", "uniform"),
        **_SEEDED,
    },
    "Zeros": {},
}
REGULARIZERS: dict[str, dict[str, Type]] = {
    "L1": {"l1": _NONNEGATIVE},
    "L2": {"l2": _NONNEGATIVE},
    "L1L2": {"l1": _NONNEGATIVE, "l2": _NONNEGATIVE},
    "OrthogonalRegularizer": {"factor": _NONNEGATIVE, "mode": choice("rows", "columns")},
}
CONSTRAINTS: dict[str, dict[str, Type]] = {
    "MaxNorm": {"max_value": _NONNEGATIVE, "axis": AXES},
    "MinMaxNorm": {
        "min_value": _NONNEGATIVE,
        "max_value": _NONNEGATIVE,
        "rate": number("a number from 0 to 1", 0, 1),
        "axis": AXES,
    },
    "NonNeg": {},
    "UnitNorm": {"axis": AXES},
}

# Without `constant`, which Keras takes only with its value: {Constant: {value: 1}}.
INITIALIZER_NAMES = (
    "zeros", "zero", "ones", "one", "identity", "uniform", "random_uniform", "normal",
    "random_normal", "truncated_normal", "variance_scaling", "glorot_uniform", "glorot_normal",
    "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "orthogonal",
    *(name for name in INITIALIZERS if name != "Constant"),
)  # fmt: skip
REGULARIZER_NAMES = ("l1", "l2", "l1l2", "orthogonal_regularizer", *REGULARIZERS)
CONSTRAINT_NAMES = ("max_norm", "min_max_norm", "non_neg", "unit_norm", *CONSTRAINTS)

INITIALIZER = object_of(
    "initializers", "an initializer", INITIALIZER_NAMES, INITIALIZERS, null=False
)
OPTIONAL_INITIALIZER = object_of(
    "initializers", "an initializer", INITIALIZER_NAMES, INITIALIZERS, null=True
)
REGULARIZER = object_of("regularizers", "a regularizer", REGULARIZER_NAMES, REGULARIZERS, null=True)
CONSTRAINT = object_of("constraints", "a constraint", CONSTRAINT_NAMES, CONSTRAINTS, null=True)
