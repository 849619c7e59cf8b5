"""Which known export is each file of a folder, or nearly? Told by its headers, the most telling kind first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from adapters.known.export import LIKE, Export

_THERE, _OWN = 3, 2
"""Telling headers that a file must have to be nearly an export, and how many of them no other system has."""

_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file that is a known export, with its header as it is written."""

    file: str
    header: tuple[str, ...]
    export: Export


def recognised(headers: Mapping[str, Collection[str]], exports: Sequence[Export]) -> tuple[Recognised, ...]:
    """The files that are known exports, in the order of their names; of several kinds that fit, the one with more
    telling headers, then the first."""
    found = []
    for file, header in sorted(headers.items()):
        folded = {h.strip().casefold() for h in header}
        fitting = [e for e in exports if e.fits(folded)]
        if fitting:
            found.append(Recognised(file, tuple(header), max(fitting, key=lambda e: len(e.tells))))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Near:
    """A known export that a file would be if it had one column more: any of those named."""

    export: Export
    lacks: tuple[str, ...]

    @property
    def what(self) -> str:
        """The sentence that says so of the file."""
        return f"looks like {self.export.what} but has no column {' or '.join(self.lacks)}"


def nearly(header: Collection[str], exports: Sequence[Export]) -> Near | None:
    """The export that fills a table and all of whose telling headers but one are there; None where none is near.

    Three must be there, and two of them be such as no other system tells its exports by: an id, a name and an address
    are in any file.
    """
    folded = {h.strip().casefold() for h in header}
    near = [n for e in exports if e.fills and (n := _lacking(e, folded)) and _is_own(e, folded, exports)]
    return max(near, key=lambda n: len(n.export.tells)) if near else None


def _lacking(export: Export, header: Collection[str]) -> Near | None:
    missing = export.missing(header)
    if len(missing) != 1 or len(export.tells) < _THERE + 1 or export.is_other(header):
        return None
    names = tuple(name for name in missing[0] if not name.startswith(LIKE))
    return Near(export, names[:_SHOWN]) if names else None


def _is_own(export: Export, header: Collection[str], exports: Sequence[Export]) -> bool:
    """Whether two of the headers are told of by this system alone."""
    others = {name for e in exports if e.system != export.system for name in e.telling}
    return len({*export.telling} & {*header} - others) >= _OWN
