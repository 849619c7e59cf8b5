"""Exports that are known by their headers, of one system or several, beside files in our own layout."""

from collections.abc import Collection, Mapping
from pathlib import Path

from adapters import mapped, plain
from adapters.delivery import Delivery, Fault
from adapters.files.headers import headers_in
from adapters.known.planning import plan
from adapters.known.recognised import recognised
from adapters.mapping.sources import Sources
from adapters.named import overlooked
from adapters.parts import deliver
from adapters.systems import EXPORTS
from adapters.wanted import Wanted
from adapters.wording import counted, listed

NAME = "known"

_MOST_NOTES = 10


def recognises(headers: Mapping[str, Collection[str]]) -> float:
    """All for a folder with a file that a known system wrote."""
    return 1.0 if recognised(headers, EXPORTS) else 0.0


def read(folder: Path, wanted: Wanted, sources: Sources | None = None) -> Delivery:
    """The tables that known exports of the folder give, and those for which it has a file of their name."""
    headers = headers_in(folder)
    found = recognised(headers, EXPORTS)
    theirs = {r.file for r in found}
    own = plain.gathered(folder, wanted, theirs)
    made = plan(found)
    missed = overlooked(folder, wanted, theirs)
    unread = headers.keys() - theirs - {part.file.name for part in own.parts} - {fault.file for fault in missed}
    notes = [*made.notes, *missed, *_unread(sorted(unread))]
    return deliver((mapped.gathered(folder, wanted, made.sources) + own).with_faults(notes))


def _unread(names: list[str]) -> list[Fault]:
    """A note for each file that is no known export; one for all where a system wrote hundreds of them."""
    remedy = "map what is needed in sources.yaml"
    if len(names) > _MOST_NOTES:
        what = (
            f"{counted(len(names), 'file')} are no exports known by their headers, and were not read: {listed(names)}"
        )
        return [Fault(what, remedy, severity="note")]
    what = "is no export that is known by its headers, and was not read"
    return [Fault(what, remedy, file=name, severity="note") for name in names]
