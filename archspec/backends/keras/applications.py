"""A call of a function of `keras.applications` → its Keras model, with published weights if
they are asked for, and its layers in our names.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.error import URLError

import keras

from archspec.backends.keras.families import Application
from archspec.backends.keras.model import build_model, without_values
from archspec.backends.keras.pairing import flat_name, flattened, own_names
from archspec.backends.keras.stores import Store, of_layers
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import reason
from archspec.graph import Graph

PATIENCE = 30
"""Seconds to wait for a server that does not answer."""

URL = re.compile(r"https?://\S*[^\s:]")
"""The address of a file that Keras could not fetch, which stands in its message alone."""


def make(application: Application) -> keras.Model:
    """The model of a call, its weights random. Raises `SpecError` where Keras refuses the
    arguments.
    """
    return _called(application, {**application.arguments, "weights": None})


def published(application: Application, wanted: Collection[str], reference: Graph | None) -> Store:
    """The ImageNet weights of a function, fetched by Keras unless they are in its cache, under our
    names of its layers.

    ``wanted``, the names of the layers that take them, decide whether the file with the classifier
    is fetched or that without. ``reference`` is the network of the family's spec, which gives names
    to the layers of a function that leaves them unnamed. Raises `SpecError` where Keras refuses the
    arguments or the file cannot be fetched.
    """
    head = application.family.head
    top = any(flat_name(name).endswith(head) for name in wanted)
    arguments = {"include_top": top, **application.arguments, "weights": "imagenet"}
    with _patience(), redirect_stdout(sys.stderr if sys.stderr.isatty() else StringIO()):
        model = _called(application, arguments)
    layers = list(flattened(model))
    names = own_names(layers)
    weighted = [layer for layer in layers if layer.weights]
    if reference is not None:
        names |= {
            layer.name: name
            for layer, name in zip(weighted, names_in_order(reference), strict=False)
        }
    return of_layers(layers, names)


def names_in_order(graph: Graph) -> list[str]:
    """The names of the layers with weights of a network, in the order of its Keras model, whose
    weights take no memory.
    """
    with without_values():
        return [layer.name for layer in build_model(graph).layers if layer.weights]


def _called(application: Application, arguments: dict[str, Any]) -> keras.Model:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes that no weights were trained for
            return getattr(keras.applications, application.function)(**arguments)
    except Exception as error:  # whatever Keras raises, its user gets a sentence
        raise SpecError([_unfetched(application, error) or _refused(application, error)]) from error


def _refused(application: Application, error: Exception) -> Diagnostic:
    message = f"Keras cannot make `{application}`: {reason(error)}"
    return Diagnostic(
        "keras-application",
        message,
        Span(str(application), 1, 1, 1, 1),
        help="see its arguments on keras.io/api/applications",
    )


def _unfetched(application: Application, error: Exception) -> Diagnostic | None:
    """The complaint about weights that could not be fetched, where that is what went wrong."""
    cause = error.__context__
    refused = isinstance(cause, URLError)  # HTTPError too
    damaged = "corrupted file" in str(error)  # a ValueError, as of arguments
    if not (refused or damaged or isinstance(error, OSError)):
        return None
    address = URL.search(str(error))
    url = address[0] if refused and address else ""
    why = str(getattr(cause, "reason", cause)) if refused else reason(error)
    why = re.sub(r"^\[Errno -?\d+\] ", "", " ".join(why.split()))
    cache = Path(os.environ.get("KERAS_HOME", "~/.keras")) / "models"
    return Diagnostic(
        "weights-download",
        f"the weights of `{application}` could not be fetched" + (f" from {url}" if url else ""),
        Span(str(application), 1, 1, 1, 1),
        notes=(why[:1].lower() + why[1:], f"Keras keeps what it has fetched in {cache}"),
        help=(
            f"put {url.rpartition('/')[2] or 'its file'} there, fetched on another machine, or"
            " give a file of weights: `--weights FILE`"
        ),
    )


@contextmanager
def _patience() -> Iterator[None]:
    """Wait for an answer no longer than `PATIENCE`."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(before or PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
