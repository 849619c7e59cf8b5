"""Which systems' exports are read? One entry each; a new adapter is a module and a line here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from adapters import mapped, plain, unread
from adapters.adapter import Adapter
from adapters.delivery import Delivery, Layout
from adapters.files.headers import headers_in
from adapters.joining import joined
from adapters.known import reading as known
from adapters.mapping.sources import Match, Sources
from adapters.wanted import Wanted

PLAIN = Adapter(plain.NAME, plain.recognises, plain.read)
MAPPED = Adapter(mapped.NAME, mapped.recognises, mapped.read)
KNOWN = Adapter(known.NAME, known.recognises, known.read)

ADAPTERS: tuple[Adapter, ...] = (PLAIN, MAPPED, KNOWN)
"""All adapters; where two are equally sure of a folder, the first one reads it."""


def read_folder(
    folder: Path,
    layout: Layout,
    open_tables: Collection[str],
    sources: Sources | None,
    *,
    keys: Mapping[str, Sequence[str]] | None = None,
    home: Path | None = None,
    time_zone: str | None = None,
) -> Delivery:
    """The tables that a folder of exports gives, mapped by `sources` if there are any.

    Else the adapter that is surest of the folder's headers reads it. `keys` are those of the tables, by which
    `distinct` tells rows apart; `home` is the folder with the decisions of people, where one file of it is read only;
    `time_zone` is the business's, where `sources` declare none.
    """
    wanted = Wanted(layout, frozenset(open_tables), keys or {}, time_zone)
    if sources is not None:
        delivery = mapped.read(folder, wanted, sources)
        told = unread.beside(folder, sources, wanted)
    else:
        headers = headers_in(folder)
        delivery = surest(headers).read(folder, wanted, None)
        read = {file.name for file in delivery.files}
        told = unread.near({name: header for name, header in headers.items() if name not in read})
    match = sources.match if sources is not None else Match()
    return joined(replace(delivery, faults=(*delivery.faults, *told)), home or folder, match)


def surest(headers: Mapping[str, Collection[str]]) -> Adapter:
    """The adapter that is surest of the headers, `plain` where none is."""
    return max(ADAPTERS, key=lambda a: a.recognises(headers))
