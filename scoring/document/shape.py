"""Where in a model did pydantic complain? Its locations, read along the model's annotations."""

from collections.abc import Iterator, Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel, Tag

Model = type[BaseModel]
Step = str | int
Branch = tuple[str | None, object]
"""A member of a union, or an annotation that is none: its tag if it has one, and the bare annotation."""


def walk(model: Model, steps: Sequence[Step]) -> tuple[tuple[bool, ...], tuple[str, ...]]:
    """Which steps of a location only name a branch of a union, and the settings known where it ends.

    A step names a branch exactly where the annotation leaves a choice, so branches may be called like
    settings. Settings are named as people write them, by alias where there is one.
    """
    here: list[Branch] = [(None, model)]
    is_branch = []
    is_open = False
    for step in steps:
        is_branch.append(is_open and step != "[key]")
        if is_branch[-1]:
            here = [b for b in here if step in (b[0], getattr(b[1], "__name__", None))] or here
            is_open = False
        else:
            inside = [_branches(kind) for _, branch in here for kind in _into(branch, step)]
            is_open = any(len(found) > 1 for found in inside)
            here = [b for found in inside for b in found]
    known = (name for _, kind in here if _is_model(kind) for name in _names(kind))
    return tuple(is_branch), tuple(dict.fromkeys(known))


def _names(model: Model) -> dict[str, object]:
    """The annotations of the model's settings by the name people write."""
    return {info.alias or name: info.annotation for name, info in model.model_fields.items()}


def _is_model(kind: object) -> TypeGuard[Model]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _branches(kind: object, tag: str | None = None) -> list[Branch]:
    """The annotation without wrapping; of a union each member but None."""
    if get_origin(kind) is Annotated:
        inner, *notes = get_args(kind)
        return _branches(inner, next((n.tag for n in notes if isinstance(n, Tag)), tag))
    if get_origin(kind) in (Union, UnionType):
        return [b for member in get_args(kind) if member is not NoneType for b in _branches(member)]
    return [(tag, kind)]


def _into(kind: object, step: Step) -> Iterator[object]:
    """The annotation of what stands under the step, if the kind can hold it."""
    origin, args = get_origin(kind), get_args(kind)
    if _is_model(kind):
        if step in (names := _names(kind)):
            yield names[str(step)]
    elif isinstance(origin, type) and args:
        is_named = issubclass(origin, Mapping)
        if is_named == isinstance(step, str):
            yield args[-1 if is_named else 0]
