"""Which systems' exports are read? One entry each; a new adapter is a module and a line here."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from adapters import mapped, plain
from adapters.adapter import Adapter
from adapters.delivery import Delivery, Layout
from adapters.files.headers import headers_in
from adapters.sources import Sources
from adapters.wanted import Wanted

PLAIN = Adapter(plain.NAME, plain.recognises, plain.read)
MAPPED = Adapter(mapped.NAME, mapped.recognises, mapped.read)

ADAPTERS: tuple[Adapter, ...] = (PLAIN, MAPPED)
"""All adapters; where two are equally sure of a folder, the first one reads it."""


def read_folder(
    folder: Path,
    layout: Layout,
    open_tables: Collection[str],
    sources: Sources | None,
    *,
    keys: Mapping[str, Sequence[str]] | None = None,
) -> Delivery:
    """The tables that a folder of exports gives, mapped by `sources` if there are any.

    Else the adapter that is surest of the folder's headers reads it. `keys` are those of the tables, by which
    `distinct` tells rows apart.
    """
    wanted = Wanted(layout, frozenset(open_tables), keys or {})
    adapter = MAPPED if sources is not None else surest(headers_in(folder))
    return adapter.read(folder, wanted, sources)


def surest(headers: Mapping[str, Collection[str]]) -> Adapter:
    """The adapter that is surest of the headers, `plain` where none is."""
    return max(ADAPTERS, key=lambda a: a.recognises(headers))
