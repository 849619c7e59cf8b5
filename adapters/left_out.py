"""Which rows were left out of which tables, and why? Said once for all tables that a condition holds for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from adapters.delivery import Fault
from adapters.wording import counted


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many rows of a file a condition left out of a table, the reason, and what is said of their money, if any.

    `is_doubtful` where it names words and no row is left: these may be written otherwise in the file. Of several
    `entries` that read the file for the table, others may take the rows.
    """

    file: str
    table: str
    rows: int
    reason: str
    money: str = ""
    is_doubtful: bool = False
    entries: int = 1


def told(found: Sequence[LeftOut], filled: Collection[tuple[str, str]]) -> list[Fault]:
    """A note for each condition of a file, with the tables it holds for where that file fills several; a warning where
    it is doubtful in every file that it leaves rows out of.

    `filled` are the files with the tables that they fill.
    """
    sound = {(one.table, one.reason) for one in found if not one.is_doubtful}
    alike: dict[tuple[str, int, str, bool], list[LeftOut]] = {}
    for one in found:
        is_doubtful = one.is_doubtful and (one.table, one.reason) not in sound
        alike.setdefault((one.file, one.rows, one.reason, is_doubtful), []).append(one)
    return [said for key, several in alike.items() for said in _of_one(several, filled, is_doubtful=key[-1])]


def _of_one(several: Sequence[LeftOut], filled: Collection[tuple[str, str]], *, is_doubtful: bool) -> list[Fault]:
    """The notes of a condition: one, or one for each sum where it holds for rows with another one."""
    first, tables = several[0], sorted({one.table for one in several})
    is_one = len({table for file, table in filled if file == first.file}) < 2
    names = " and ".join([", ".join(tables[:-1]), tables[-1]] if tables[1:] else tables)
    of = "" if is_one else f" of {names}"
    sums = list(dict.fromkeys(one.money for one in several if one.money)) or [""]
    of += f" by one of {first.entries} entries" if first.entries > 1 else ""
    table = first.table if len(tables) == 1 else None
    what = f"{counted(first.rows, 'row')} left out{of} because {first.reason}"
    if not is_doubtful:
        return [Fault(what + money, file=first.file, table=table, severity="note") for money in sums]
    remedy = "write under where in sources.yaml what the file has"
    return [
        Fault(f"{what}, so that none is left{money}", remedy, file=first.file, table=table, severity="warning")
        for money in sums
    ]
