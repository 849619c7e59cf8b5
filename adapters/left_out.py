"""Which rows were left out of which tables, and why? Said once for all tables that a condition holds for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from adapters.delivery import Fault
from adapters.wording import counted


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many rows of a file a condition left out of a table, the reason, and what is said of their money, if any."""

    file: str
    table: str
    rows: int
    reason: str
    money: str = ""


def told(found: Sequence[LeftOut], filled: Collection[tuple[str, str]]) -> list[Fault]:
    """A note for each condition of a file, with the tables it holds for where that file fills several.

    `filled` are the files with the tables that they fill.
    """
    alike: dict[tuple[str, int, str], list[LeftOut]] = {}
    for one in found:
        alike.setdefault((one.file, one.rows, one.reason), []).append(one)
    return [note for several in alike.values() for note in _of_one(several, filled)]


def _of_one(several: Sequence[LeftOut], filled: Collection[tuple[str, str]]) -> list[Fault]:
    """The notes of a condition: one, or one for each sum where it holds for rows with another one."""
    first, tables = several[0], sorted({one.table for one in several})
    is_one = len({table for file, table in filled if file == first.file}) < 2
    names = " and ".join([", ".join(tables[:-1]), tables[-1]] if tables[1:] else tables)
    of = "" if is_one else f" of {names}"
    sums = list(dict.fromkeys(one.money for one in several if one.money)) or [""]
    table = first.table if len(tables) == 1 else None
    what = f"{counted(first.rows, 'row')} left out{of} because {first.reason}"
    return [Fault(what + money, file=first.file, table=table, severity="note") for money in sums]
