"""What does pydantic complain about, in a reader's words and at a reader's line?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from scoring.document.nearest import did_you_mean, nearest
from scoring.document.place import Flaw, Keys, Tree
from scoring.document.sentences import sentence_of
from scoring.document.shape import Model, walk


def flawed(flaws: Iterable[Flaw]) -> PydanticCustomError:
    """What a model's validator raises when it finds several flaws; their places are relative to the model."""
    return PydanticCustomError("flaws", "several flaws", {"flaws": tuple(flaws)})


def flaws_of(error: ValidationError, tree: Tree, model: Model, above: Keys = ()) -> list[Flaw]:
    """Every flaw the model finds in what stands at `above`; of a union only those of the best fitting branch.

    Nothing is said twice about places that are spoiled already.
    """
    found = [c for e in error.errors(include_url=False) for c in _complaints(e, tree, model, above)]
    return [c.flaw for c in _best(found, 0) if not tree.is_spoiled(c.flaw.keys)]


@dataclass(frozen=True, slots=True)
class _Complaint:
    """One error of pydantic: its kind, the branches of unions on the way to it, and the flaw."""

    kind: str
    branches: tuple[tuple[Keys, str], ...]
    flaw: Flaw
    meant: str | None = None
    """For an unknown setting, the known one it probably is."""


def _complaints(error: ErrorDetails, tree: Tree, model: Model, above: Keys) -> list[_Complaint]:
    """The error as a complaint; several when a validator found several flaws."""
    kind, context = error["type"], error.get("ctx", {})
    keys, branches = _place(error, tree, model, above)
    if kind == "too_short" and _holds_enough(tree.at(keys), context):
        return []
    if kind == "flaws":
        inner = (replace(f, keys=keys + f.keys) for f in context["flaws"])
        return [_Complaint(kind, branches, f) for f in inner]
    if kind == "extra_forbidden":
        name = str(keys[-1])
        _, known = walk(model, error["loc"][:-1])
        remedy = did_you_mean(name, known) or "delete it, or correct its name"
        flaw = Flaw(keys, 'no setting "{key}"', remedy, "")
        return [_Complaint(kind, branches, flaw, nearest(name, known))]
    spot = tree.spots.get(keys)
    what, remedy = sentence_of(kind, error["msg"], context, spot.text if spot else None)
    value = "" if error["loc"][-1:] == ("[key]",) else None  # what stands behind a name says nothing about the name
    return [_Complaint(kind, branches, Flaw(keys, what, remedy, value))]


def _holds_enough(entries: object, context: Mapping[str, object]) -> bool:
    """Whether a list is too short only because pydantic did not count the entries it complains about."""
    return isinstance(entries, list | dict) and len(entries) >= int(str(context["min_length"]))


def _place(error: ErrorDetails, tree: Tree, model: Model, above: Keys) -> tuple[Keys, tuple[tuple[Keys, str], ...]]:
    """Pydantic's location as keys of the document, and the branches of unions on the way, with places."""
    steps = error["loc"]
    missing = steps[-1:] if error["type"] == "missing" else ()
    is_branch, _ = walk(model, steps)
    keys = above
    branches: list[tuple[Keys, str]] = []
    for step, names_branch in zip(steps[: len(steps) - len(missing)], is_branch, strict=False):
        if not names_branch and (*keys, step) in tree.spots:
            keys = (*keys, step)
        elif step != "[key]":
            branches.append((keys, str(step)))
    return keys + missing, tuple(branches)


def _best(found: Sequence[_Complaint], level: int) -> list[_Complaint]:
    """The complaints outside unions, and of each union those of the branch that fits best."""
    kept = [c for c in found if len(c.branches) <= level]
    unions: dict[Keys, dict[str, list[_Complaint]]] = {}
    for c in found:
        if len(c.branches) > level:
            place, branch = c.branches[level]
            unions.setdefault(place, {}).setdefault(branch, []).append(c)
    for place, branches in unions.items():
        kept += _branch([_best(b, level + 1) for b in branches.values()], place)
    return _unexplained(kept)


def _branch(branches: list[list[_Complaint]], place: Keys) -> list[_Complaint]:
    """The branch with the right kind of value and the fewest complaints; one sentence if none has."""

    def is_other_kind(branch: list[_Complaint]) -> bool:
        return any(c.flaw.keys == place and _is_kind(c.kind) for c in branch)

    fitting = [b for b in branches if not is_other_kind(b)]
    if fitting:
        return min(fitting, key=len)
    first = branches[0][0]
    must = dict.fromkeys(c.flaw.what.removeprefix("{key} must be ") for b in branches for c in b)
    if len(must) == 1 or any("{key}" in m for m in must):
        return branches[0]
    flaw = Flaw(place, f"{{key}} must be {' or '.join(must)}", "" if len(must) > 1 else first.flaw.remedy)
    return [replace(first, flaw=flaw)]


def _is_kind(kind: str) -> bool:
    return kind.endswith("_type") or kind in ("literal_error", "enum")


def _unexplained(found: list[_Complaint]) -> list[_Complaint]:
    """The complaints without missing settings that are only misspelt."""
    meant = {(*c.flaw.keys[:-1], c.meant) for c in found if c.meant is not None}
    return [c for c in found if not (c.kind == "missing" and c.flaw.keys in meant)]
