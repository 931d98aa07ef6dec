"""The dtypes of several tensors → the dtype of what is computed from them, as Keras promotes them.

The lattice is JAX's (https://docs.jax.dev/en/latest/jep/9407-type-promotion.html), which Keras
follows. A Python number is *weak*: it takes the dtype of the tensors beside it, unless it is a
floating number among integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from archspec.layers.axes import need_numbers
from archspec.layers.base import FLOATS
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.tensor import Tensor

WEAK_INTEGER, WEAK_FLOAT = "int", "float"
"""The dtypes of Python's numbers."""

_ABOVE = {
    "bool": (WEAK_INTEGER,),
    WEAK_INTEGER: ("uint8", "int8"),
    "uint8": ("int16", "uint16"),
    "uint16": ("int32", "uint32"),
    "uint32": ("int64", "uint64"),
    "uint64": (WEAK_FLOAT,),
    "int8": ("int16",),
    "int16": ("int32",),
    "int32": ("int64",),
    "int64": (WEAK_FLOAT,),
    WEAK_FLOAT: ("bfloat16", "float16"),
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float32": ("float64",),
    "float64": (),
}
"""The dtypes that each is promoted to next."""

_STRONG = {WEAK_INTEGER: "int32", WEAK_FLOAT: "float32", "uint64": "uint32"}
"""What stands for a weak dtype where no tensor decides, and for one that Keras does not give."""


@cache
def _reached(dtype: str) -> frozenset[str]:
    """The dtypes that one can be promoted to, itself among them."""
    return frozenset([dtype]).union(*map(_reached, _ABOVE[dtype]))


@cache
def promoted(*dtypes: str) -> str:
    """The dtype of what is computed from tensors, and Python's numbers, of these dtypes."""
    common = frozenset.intersection(*map(_reached, dtypes))
    least = next(dtype for dtype in common if common <= _reached(dtype))
    return _STRONG.get(least, least)


Gives = Callable[..., str]
"""Tensors and Python's numbers → the dtype of the result, or `Mismatch`."""


def any_dtype(*xs: Tensor) -> str:
    """The inputs' dtype, whatever it is."""
    return promoted(*(x.dtype for x in xs))


def numbers(*xs: Tensor) -> str:
    """The inputs' dtype. Raises `Mismatch` for truth values, which TensorFlow refuses."""
    if all(x.dtype == "bool" for x in xs):
        need_numbers(xs[0])
    return any_dtype(*xs)


def signed(x: Tensor) -> str:
    """The input's dtype. Raises `Mismatch` also for integers without a sign."""
    need_numbers(x, "uint8", "uint16", "uint32", "uint64")
    return x.dtype


def floats(*xs: Tensor) -> str:
    """The inputs' dtype. Raises `Mismatch` for integers and truth values."""
    for x in xs:
        if x.dtype not in (*FLOATS, WEAK_INTEGER, WEAK_FLOAT):
            raise Mismatch(
                f"{LAYER} computes with floating numbers, and its input is {x.dtype}",
                help="put `ops.cast: {dtype: float32}` before it",
            )
    return any_dtype(*xs)


def floating(*xs: Tensor) -> str:
    """A floating dtype: the inputs', else float32."""
    return promoted(WEAK_FLOAT, *(x.dtype for x in xs))


def strong_numbers(*xs: Tensor) -> str:
    """As `numbers`, where Keras makes tensors of Python's numbers first."""
    return numbers(*_strong(xs))


def strong_floating(*xs: Tensor) -> str:
    """As `floating`, where Keras makes tensors of Python's numbers first."""
    return floating(*_strong(xs))


def _strong(xs: Iterable[Tensor]) -> list[Tensor]:
    return [x._replace(dtype=_STRONG.get(x.dtype, x.dtype)) for x in xs]


def counted(x: Tensor) -> str:
    """An integer dtype that holds a sum: at least 32 bits; floating numbers stay what they are."""
    if x.dtype in ("bool", "int8", "int16"):
        return "int32"
    return "uint32" if x.dtype in ("uint8", "uint16") else x.dtype


def not_truth(x: Tensor) -> str:
    """The input's dtype, int32 for truth values."""
    return "int32" if x.dtype == "bool" else x.dtype


def truth(*xs: Tensor) -> str:
    """Truth values, of anything."""
    return "bool"


def compared(*xs: Tensor) -> str:
    """Truth values, of numbers."""
    numbers(*xs)
    return "bool"


def indices(*xs: Tensor) -> str:
    """Integers that count positions."""
    return "int32"


def product_dtype(*xs: Tensor) -> str:
    """The dtype of sums of products, of numbers; those of int8 are int32."""
    numbers(*xs)
    return "int32" if {x.dtype for x in xs} == {"int8"} else promoted(*(x.dtype for x in xs))
