"""Which settings does a model know at a place? Read from its annotations, for "did you mean"."""

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic.fields import FieldInfo

Model = type[BaseModel]


def settings(model: Model, steps: tuple[str | int, ...]) -> tuple[str, ...]:
    """The names of the settings at the place, by alias where there is one, in the order of the model.

    The steps may name branches of unions as pydantic does; unnamed, all branches count.
    """
    here = _branches(model)
    for step in steps:
        chosen = [b for b in here if step in (b[0], getattr(b[1], "__name__", None))]
        inside = [c for _, kind in here for c in _into(kind, step)]
        here = inside or chosen or here
    return tuple(dict.fromkeys(n for _, kind in here if _is_model(kind) for n in names(kind)))


def names(model: Model) -> dict[str, FieldInfo]:
    """The model's fields by the name people write."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _is_model(kind: object) -> TypeGuard[Model]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _branches(kind: object, tag: str | None = None) -> list[tuple[str | None, object]]:
    """The annotation without wrapping, one entry for each branch of a union, with its tag."""
    if get_origin(kind) is Annotated:
        inner, *notes = get_args(kind)
        tag = next((n.tag for n in notes if isinstance(n, Tag)), tag)
        return _branches(inner, tag)
    if get_origin(kind) in (Union, UnionType):
        return [b for arg in get_args(kind) for b in _branches(arg)]
    return [(tag, kind)]


def _into(kind: object, step: str | int) -> list[tuple[str | None, object]]:
    """What the annotation holds under the step."""
    if _is_model(kind):
        info = names(kind).get(str(step))
        return _branches(info.annotation) if info is not None and isinstance(step, str) else []
    origin, args = get_origin(kind), get_args(kind)
    if not isinstance(origin, type) or not args:
        return []
    if issubclass(origin, Mapping):
        return _branches(args[-1]) if isinstance(step, str) else []
    return _branches(args[0]) if isinstance(step, int) else []
