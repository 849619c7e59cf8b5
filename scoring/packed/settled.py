"""What happened in spans that are over, and what later ones go on from? Kept of one history for the next.

A new month of lines changes nothing before it. So of the spans before the last one there are kept: their files, what
was sold in them, and all facts of contract lines with those of earlier days made short. They are taken if all files of
then are there now, at the same rates in those spans, by the same policies, and if all belonged to whom it did. What
is told then is the same to the byte; a new line of settled days has everything made anew. In the folder:

    contracts.parquet, invoices.parquet (facts), orders.parquet, accounts.parquet, the files of spans, part.json
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from scoring.packed import frames
from scoring.packed.grids import grid
from scoring.packed.history import Asked, Before, History, way_of_contracts
from scoring.packed.kept import renumbered
from scoring.packed.keys import day_in, month_number, number
from scoring.packed.months import Months
from scoring.packed.notes import contents, note, noted
from scoring.packed.reading import Rates
from scoring.packed.sales import Ordered, Whole
from scoring.packed.short import shortened

_FORM = 6
"""Goes up when something else is kept, or in another way."""
_TABLES = ("contracts.parquet", "invoices.parquet", "orders.parquet", "accounts.parquet")


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What is known for a history of later spans, and the files of those before them."""

    known: Before
    files: Mapping[str, bytes]


class Settled:
    """What is kept in a folder, for what is asked now. Nothing of it has to exist."""

    def __init__(self, folder: Path, of: Asked) -> None:
        self._folder, self._of = folder, of
        form = f"{_FORM} {version('bookscore')} {pl.__version__} {of.ids.seed}"
        self._way = f"{form} {way_of_contracts(of)} {of.months.length}"

    def before(self, wanted: Collection[str]) -> Taken | None:
        """What is settled before some span that is asked for; None where that cannot be known."""
        of, said, spans = self._of, note(self._folder), [str(day) for day in self._of.months.spans[:-1]]
        if said.get("way") != self._way or said["first"] not in spans[1:] or said["as_of"] > str(of.by.as_of):
            return None
        if not of.by.is_rated_since(said["since"]):
            return None
        closed = spans.index(said["first"])
        is_there = all(digests.issuperset(said[name]) for name, digests in self._digests().items())
        if not (is_there and self._is_priced(said["rates"], closed) and self._is_later(said)):
            return None
        paths = frames.of_spans(wanted, of.months.spans[:closed])
        content = contents(self._folder, [*_TABLES, *paths])
        known = self._known(said, content, closed) if content else None
        return Taken(known, {path: content[path] for path in paths}) if content and known else None

    def keep(self, made: History, files: Mapping[str, bytes]) -> None:
        """Keeps what is settled by now; nothing where lines were not read in the fast form, or no more is than before.

        `files` are those of all spans. Raises OSError.
        """
        of, first = self._of, self._of.settles
        closed = of.months.spans.index(first)
        if first == made.months.firsts[0] or made.contracts is None or made.invoices is None:
            return
        tables = (
            shortened(made.contracts, number(first), of.by),
            made.invoices.filter(day_in(pl.col("key")) >= month_number(first)),
            _framed(made.ordered.of_spans(0, closed)),
            pl.DataFrame({"hash": of.ids.in_order()}),
        )
        paths = frames.of_spans(frames.names(files), of.months.spans[:closed])
        for path in (*_TABLES, *paths):
            (self._folder / path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, rows in zip(_TABLES, tables, strict=True):
            rows.write_parquet(self._folder / name, compression="lz4")
        for path in paths:
            (self._folder / path).write_bytes(files[path])
        everyone = pl.int_range(len(of.ids), eager=True)
        said = {
            "way": self._way,
            "first": str(first),
            "as_of": str(of.by.as_of),
            "rates": self._rates_in(closed),
            "since": of.by.rated_since,
            "owned": self._owned(everyone, of.months.spans[0], first),
        }
        there = {name: sorted(digests) for name, digests in self._digests().items()}
        noted(self._folder, [*_TABLES, *paths], {**said, **there})

    def _digests(self) -> dict[str, frozenset[str]]:
        """What the files of lines are known by."""
        return {"contracts": self._of.ledger.contracts.digests, "invoices": self._of.ledger.invoices.digests}

    def _rates_in(self, closed: int) -> dict[str, Rates]:
        """The rates of so many spans."""
        days = self._of.months.spans[:closed]
        return {str(day): rates for day, rates in zip(days, self._of.by.rates, strict=False)}

    def _is_priced(self, before: Mapping[str, Rates], closed: int) -> bool:
        """Whether so many spans were among those before, at the same rates; those of other currencies do not matter."""
        return all(
            day in before and before[day].items() <= rates.items() for day, rates in self._rates_in(closed).items()
        )

    def _owned(self, accounts: pl.Series, first: date, after: date) -> str:
        """What the owners of these accounts are known by, from the day before one day to the day before another."""
        return self._of.spans.known_by(self._of.ids.in_order(), accounts, number(first) - 1, number(after))

    def _is_later(self, said: Mapping[str, Any]) -> bool:
        """Whether all lines of other files are of days that are not settled."""
        first, waits = date.fromisoformat(said["first"]), timedelta(days=self._of.by.terms.gap_tolerance_days)
        ledger = self._of.ledger
        new = [
            file.lines.select((pl.col(column).min() >= day).alias("is_later"))
            for lines, name, column, day in (
                (ledger.contracts, "contracts", "starts_on", first + waits),
                (ledger.invoices, "invoices", "dated_on", first),
            )
            for file in lines.files
            if file.digest not in said[name]
        ]
        return all(found.item() is not False for found in pl.collect_all(new))

    def _known(self, said: Mapping[str, Any], content: Mapping[str, bytes], closed: int) -> Before | None:
        """What is known, by the numbers that accounts have now; None where one has none, or was another's than now."""
        of = self._of
        contracts, invoices, ordered, accounts = (pl.read_parquet(content[name]) for name in _TABLES)
        numbers = of.ids.numbers_of(accounts["hash"])
        facts = [renumbered(found, numbers) for found in (contracts, invoices)]
        if numbers.null_count() or facts[0] is None or facts[1] is None:
            return None
        first = date.fromisoformat(said["first"])
        if self._owned(numbers, date.fromisoformat(min(said["rates"])), first) != said["owned"]:
            return None
        before = _ordered(ordered, of.months.of_spans(0, closed), numbers.to_numpy(), len(of.ids))
        files = (frozenset(said[name]) for name in self._digests())
        return Before(first, facts[0], facts[1], before, *files)


def _framed(ordered: Ordered) -> pl.DataFrame:
    """One row per account; a column for what was bought in each span, and one for the days of each month."""
    bought = {f"bought {day}": ordered.bought[:, n] for n, day in enumerate(ordered.months.spans[:-1])}
    return pl.DataFrame(
        {**bought, **{f"{day}": ordered.days[:, n] for n, day in enumerate(ordered.months.firsts[:-1])}}
    )


def _ordered(rows: pl.DataFrame, months: Months, who: Whole, accounts: int) -> Ordered:
    """What was ordered in the months, by so many accounts; `who` are the numbers of those in the rows."""
    bought = grid(accounts, len(months.spans) - 1, np.int64)
    ordered = Ordered(months, bought, grid(accounts, len(months.firsts) - 1, np.uint32))
    for place, day in enumerate(months.spans[:-1]):
        ordered.bought[who, place] = rows[f"bought {day}"].to_numpy()
    for place, day in enumerate(months.firsts[:-1]):
        ordered.days[who, place] = rows[f"{day}"].to_numpy()
    return ordered
