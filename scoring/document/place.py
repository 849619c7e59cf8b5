"""Where in a document is something, and how is the place called in a sentence?"""

from collections.abc import Mapping
from dataclasses import dataclass

Keys = tuple[str | int, ...]
"""The way from the top of a document to a place in it: names of settings and numbers of entries from 0."""

_NAMES = ("name", "file")
"""The settings by which people call an entry of a list."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong at a place of a document.

    `{key}` in `what` becomes the setting's name. `value` is the text at the place unless given, `""` hides
    it; `line` is the place's unless given.
    """

    keys: Keys
    what: str
    remedy: str = ""
    value: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a setting stands, counted from 1, and its text if it is a single word.

    `span` is from where to where in the document that word is written, quotes included, counted from 0.
    """

    line: int
    column: int
    text: str | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """A document as mappings, lists and words; `spoiled` are the places whose value is not to be judged."""

    data: object
    spots: Mapping[Keys, Spot]
    flaws: tuple[Flaw, ...] = ()
    spoiled: frozenset[Keys] = frozenset()

    def line(self, keys: Keys) -> int | None:
        """The line of the place, or of the nearest one around it."""
        around = (keys[:n] for n in range(len(keys), -1, -1))
        return next((self.spots[k].line for k in around if k in self.spots), None)

    def at(self, keys: Keys) -> object:
        """What stands at the place; None if nothing does."""
        return at(self.data, keys)

    def is_spoiled(self, keys: Keys) -> bool:
        """Whether the place, or one around it, has a flaw that keeps its value from being judged."""
        return any(keys[:n] in self.spoiled for n in range(len(keys) + 1))


def at(data: object, keys: Keys) -> object:
    """What stands at the place; None if nothing does."""
    for key in keys:
        if isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data):
            data = data[key]
        else:
            data = data.get(key) if isinstance(data, dict) else None
    return data


def dotted(tree: Tree, keys: Keys) -> str:
    """The place as one path, entries of lists by name or number from 1: `rules.keep_revenue.grade.floor`."""
    return ".".join(_called(tree, keys[: n + 1]) for n in range(len(keys)))


def sentence(tree: Tree, keys: Keys, what: str) -> str:
    """The flaw in words with its place in front: `rule keep_revenue: grade.floor must be a number`."""
    entries, setting = _spoken(tree, keys)
    if "{key}" in what:
        subject = setting or (entries.pop() if entries else "the document")
        what = what.replace("{key}", subject, 1)
    elif not entries and setting:
        entries = [setting]
    return f"{', '.join(entries)}: {what}" if entries else what


def _spoken(tree: Tree, keys: Keys) -> tuple[list[str], str]:
    """The entries of lists on the way, as people call them, and the dotted settings behind the last one."""
    entries: list[str] = []
    settings: list[str] = []
    for n, key in enumerate(keys):
        if isinstance(key, int):
            *above, plural = settings or ["entry"]
            entry = f"{plural.removesuffix('s')} {_called(tree, keys[: n + 1])}"
            entries.append(".".join([*above, entry]))
            settings = []
        else:
            settings.append(key)
    return entries, ".".join(settings)


def _called(tree: Tree, keys: Keys) -> str:
    """What people call the last step of the way."""
    if isinstance(keys[-1], str):
        return keys[-1]
    entry = tree.at(keys)
    names = (entry.get(n) for n in _NAMES) if isinstance(entry, dict) else iter(())
    return next((n for n in names if isinstance(n, str) and n), str(keys[-1] + 1))
