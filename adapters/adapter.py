"""What is an adapter? A name, how sure it is of a folder, and how it reads it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.delivery import Delivery
from adapters.mapping.sources import Sources
from adapters.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Adapter:
    """One system whose exports are read.

    `recognises` says from 0 to 1 how sure it is that a folder holds the system's exports, from the headers by
    file name. `read` gives the tables; only an adapter that takes a mapping looks at the sources.
    """

    name: str
    recognises: Callable[[Mapping[str, Collection[str]]], float]
    read: Callable[[Path, Wanted, Sources | None], Delivery]
