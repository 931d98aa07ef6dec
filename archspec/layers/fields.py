"""What a layer kind declares its arguments and inputs with, as the fields of its class.

What a layer is, the arguments of its constructor say (`attr`); how it is used, those of its call:
constants (`call_attr`) and, besides the tensors that it takes by position, tensors with a role
(`role`, `named_role`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from archspec.layers.types import FLAG, Type, optional

REQUIRED: Any = object()
"""The default of an argument that has none."""


class Field:
    """One argument of a layer kind: its type, its default (or `REQUIRED`) and a description of half
    a line.

    ``before`` names the inherited argument before which this one is listed; without it, it follows
    the inherited ones.
    """

    __slots__ = ("before", "default", "doc", "name", "type")

    def __init__(self, type: Type, default: Any, doc: str, before: str | None = None) -> None:
        self.name = ""
        self.type = type
        self.default = default
        self.doc = doc
        self.before = before

    @property
    def required(self) -> bool:
        """Whether the argument has no default."""
        return self.default is REQUIRED

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name


def attr(type: Type, default: Any = REQUIRED, doc: str = "", *, before: str | None = None) -> Any:
    """Declare an argument. ``default`` is Keras's own, as one would write it in YAML; the rules
    see it as ``type`` normalises it.
    """
    return Field(type, default, doc, before)


class CallField(Field):
    """One argument of the layer's call that is a constant."""

    __slots__ = ()


def call_attr(type: Type, default: Any, doc: str) -> Any:
    """Declare a constant argument of the call, such as ``use_causal_mask``. ``default`` is
    Keras's own.
    """
    return CallField(type, default, doc)


def training_mode() -> Any:
    """Declare Keras's call argument ``training``."""
    type = optional(FLAG, "as the model is run")
    return CallField(type, None, "whether the layer acts as in training")


class TensorRole:
    """What a tensor is to a layer: ``query``, ``mask``.

    Those that are not ``by_name`` are also given by position. ``several`` says that it is a list of
    tensors. A role that is not ``required`` may be left out. ``default`` is the role whose tensor
    it has where it is missing, ``""`` for none.
    """

    __slots__ = ("by_name", "default", "doc", "name", "required", "several")

    def __init__(
        self, doc: str, *, required: bool, by_name: bool, several: bool, default: str = ""
    ) -> None:
        self.name = ""
        self.doc = doc
        self.required = required
        self.by_name = by_name
        self.several = several
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name


def role(
    doc: str, *, required: bool = True, several: bool = False, default: str = ""
) -> TensorRole:
    """Declare a tensor that the layer takes by position or by the name of the role."""
    return TensorRole(doc, required=required, by_name=False, several=several, default=default)


def named_role(doc: str, *, several: bool = False) -> TensorRole:
    """Declare a tensor that the layer takes by the name of the role alone, and need not have."""
    return TensorRole(doc, required=False, by_name=True, several=several)


def declare_arguments(cls: Any, last: Mapping[str, Field]) -> None:
    """Gather the arguments of a class, those of all its bases among them, into its ``attributes``;
    its own fields give way to their defaults. ``last`` are those that follow all others where the
    class inherits them.
    """
    own = {
        name: value
        for name, value in vars(cls).items()
        if isinstance(value, Field) and not isinstance(value, CallField)
    }
    cls.own_attributes = own
    others = {
        name: value
        for name, value in last.items()
        if name not in own and cls.attributes.get(name) is value
    }
    cls.attributes = MappingProxyType({**_declared(cls, last), **others})
    for name, value in own.items():
        setattr(cls, name, REQUIRED if value.required else value.type.accept(value.default))


def _declared(cls: type, last: Mapping[str, Field]) -> dict[str, Field]:
    """The arguments of a class but for ``last``: those that it and each class above it declare,
    among those of the classes above that.
    """
    fields: dict[str, Field] = {}
    for base in reversed(cls.__mro__):
        own = vars(base).get("own_attributes")
        if own:
            new = {name: field for name, field in own.items() if field is not last.get(name)}
            fields = _in_order(fields, new)
    return fields


def _in_order(inherited: Mapping[str, Field], own: Mapping[str, Field]) -> dict[str, Field]:
    """The arguments of a class, its own among those that it inherits."""
    merged = {**inherited, **own}
    names = list(merged)
    for name, field in own.items():
        if field.before is not None:
            names.remove(name)
            names.insert(names.index(field.before), name)
    return {name: merged[name] for name in names}


def declare_call(cls: Any) -> None:
    """Gather the constants that the call of a class takes, into its ``call_attributes``, and its
    inputs, into its ``roles``. Roles by position replace inherited ones.
    """
    own = {name: value for name, value in vars(cls).items() if isinstance(value, CallField)}
    inherited: dict[str, CallField] = {}
    for base in reversed(cls.__mro__[1:]):
        inherited |= vars(base).get("call_attributes", {})
    cls.call_attributes = MappingProxyType({**inherited, **own})
    for name, value in own.items():
        setattr(cls, name, value.type.accept(value.default))
    roles = {name: value for name, value in vars(cls).items() if isinstance(value, TensorRole)}
    if roles:
        positional = any(not value.by_name for value in roles.values())
        inherited_roles = {
            name: role for name, role in cls.roles.items() if role.by_name or not positional
        }
        both = {**inherited_roles, **roles}
        order = sorted(both, key=lambda name: both[name].by_name)
        cls.roles = MappingProxyType({name: both[name] for name in order})
