"""Was everything read that the source system holds? Control totals that people give, against what was read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from scoring.numbers import decimals, exact, fixed, money, rounded, signed
from scoring.tables import COUNTS_ON
from scoring.trust.gate import Finding, Frames, Gate, Level, Looked, resting

_FILES_NAMED = 3


@dataclass(frozen=True, slots=True)
class Total:
    """A control total, and what it comes to in all rows that were read, and in those of them that are used."""

    said: Mapping[str, Any]
    currency: str
    read: Decimal
    used: Decimal

    @property
    def is_met(self) -> bool:
        """Whether the source system says what was read, or what is used of it, in the decimals of its currency."""
        return self._rounded(self.value) in (self._rounded(self.read), self._rounded(self.used))

    @property
    def is_whole(self) -> bool:
        """Whether it is about all days and currencies."""
        return all(self.said[c] is None for c in ("starts_on", "ends_on", "currency"))

    @property
    def value(self) -> Decimal:
        """What the source system says."""
        return exact(self.said["value"]) or Decimal(0)

    def shown(self, figure: Decimal, *, is_apart: bool = False) -> str:
        """A figure as people write it, with its sign where it is a difference."""
        places = decimals(self.currency) if self.said["measure"] == "amount" else 0
        if is_apart:
            return signed(figure, places)
        return money(figure, self.currency) if self.said["measure"] == "amount" else f"{fixed(figure, 0)} rows"

    def _rounded(self, figure: Decimal) -> Decimal:
        return rounded(figure, decimals(self.currency) if self.said["measure"] == "amount" else 0)


def totals(looked: Looked) -> list[Total]:
    """Every control total with what was read of it, in the order of the table."""
    whole = {name: looked.whole(name) for name in looked.read["controls"]["table"].unique().sort()}
    return [
        Total(
            said,
            said["currency"] or looked.rulebook.currency,
            _come_to(said, whole, looked.rulebook.currency),
            _come_to(said, looked.read, looked.rulebook.currency),
        )
        for said in looked.read["controls"].iter_rows(named=True)
    ]


def _come_to(said: Mapping[str, Any], frames: Frames, currency: str) -> Decimal:
    """What the rows that are meant come to."""
    frame, day = frames[said["table"]], COUNTS_ON.get(said["table"])
    meant = [pl.lit(value=True)]
    if said["file"] is not None:
        meant.append(pl.col("origin_file") == said["file"])
    if day and said["starts_on"] is not None:
        meant.append(pl.col(day) >= said["starts_on"])
    if day and said["ends_on"] is not None:
        meant.append(pl.col(day) < said["ends_on"])
    if "currency" in frame.columns and (said["measure"] == "amount" or said["currency"] is not None):
        meant.append(pl.col("currency").fill_null(currency) == (said["currency"] or currency))
    rows = frame.filter(meant)
    if said["measure"] == "rows":
        return Decimal(rows.height)
    return exact(rows["amount"].cast(pl.Decimal(38, 4)).sum()) or Decimal(0)


def find(looked: Looked) -> Iterator[Finding]:
    """Control totals that differ from what was read and from what is used."""
    for total in totals(looked):
        if total.is_met:
            continue
        table = total.said["table"]
        of = f"{total.shown(total.used)} of them are used, " if total.used != total.read else ""
        yield Finding(
            TOTALS.name,
            resting(looked, table, Level.WITHHOLDS),
            f"{table}{_days(total.said)}: the source system says {total.shown(total.value)}, read were "
            f"{total.shown(total.read)}, {of}a difference of {total.shown(total.read - total.value, is_apart=True)}",
            f"export {table} again whole, or correct row {total.said['origin_row']} of {total.said['origin_file']}"
            f"{_stranger(total.said['file'], looked.files_of(table), table)}",
            table=table,
            file=total.said["file"] or ", ".join(looked.files_of(table)),
        )


def _stranger(file: str | None, files: Sequence[str], table: str) -> str:
    """That the file which is named is none of the table's, and which are; nothing where it is one."""
    if file is None or file in files:
        return ""
    shown = f"; those are {', '.join(files[:_FILES_NAMED])}{' …' if len(files) > _FILES_NAMED else ''}" if files else ""
    return f", which names no file that {table} was read from{shown}"


def _days(said: Mapping[str, Any]) -> str:
    """The days that are meant, as in " from 2026-04-01 until 2026-07-01"; nothing for all."""
    begins = f" from {said['starts_on']}" if said["starts_on"] else ""
    return begins + (f" until before {said['ends_on']}" if said["ends_on"] else "")


TOTALS = Gate("totals", find)
