"""Which accounts stand together where a company is worked out in parts? Ranges of their ids, about alike in rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from scoring.ledger.build import contracts_served, invoice_lines
from scoring.ledger.history import by_themselves, serving
from scoring.ledger.terms import Terms

Tables = Mapping[str, pl.DataFrame]

ACCOUNT = "account_id"
_PLACE = "place of the part"
"""No export has a column of this name."""


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """What must be known of all accounts to read some of them alike.

    `filled` are the tables with any rows, `naming` those of contracts and invoices in which any line names a product;
    `first_days` holds the first day of each kind of activity.
    """

    filled: frozenset[str]
    naming: frozenset[str]
    first_days: Mapping[str, date]

    @classmethod
    def of(cls, tables: Tables) -> "Whole":
        """What the tables say of it."""
        lines = {name: tables[name] for name in ("contracts", "invoices") if name in tables}
        activities = tables.get("activities", pl.DataFrame(schema={"kind": pl.String, "dated_on": pl.Date}))
        days = activities.group_by("kind").agg(pl.col("dated_on").min()).drop_nulls()
        return cls(
            frozenset(name for name, frame in tables.items() if frame.height),
            frozenset(name for name, frame in lines.items() if frame["product"].null_count() < frame.height),
            dict(days.sort("kind").iter_rows()),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some accounts, or all: their rows of the tables, and what must be known of the whole."""

    tables: Tables
    whole: Whole
    _contracts: list[tuple[Terms, pl.DataFrame]] = field(default_factory=list)
    _lines: list[tuple[tuple[str, Terms, date], pl.DataFrame]] = field(default_factory=list)

    @classmethod
    def of(cls, tables: Tables) -> "Part":
        """All accounts as one part."""
        return cls(tables, Whole.of(tables))

    def read(self, basis: str, terms: Terms) -> dict[str, pl.LazyFrame]:
        """The tables; on contracts these as `history.by_themselves`, once however many days one looks from."""
        tables = {name: frame.lazy() for name, frame in self.tables.items()}
        if basis != "contracts":
            return tables
        found = next((contracts for known, contracts in self._contracts if known == terms), None)
        if found is None:
            found = by_themselves(tables[basis], terms).collect()
            self._contracts.append((terms, found))
        return {**tables, basis: found.lazy()}

    def lines(self, basis: str, terms: Terms, as_of: date) -> pl.LazyFrame:
        """The ledger's lines as known on a day, worked out once however many periods are read from them.

        They are chosen anew by whoever reads them, of the columns that are read: a copy of all takes as much memory as
        the tables do.
        """
        asked, of_contracts = (basis, terms, as_of), basis == "contracts"
        found = next((lines for known, lines in self._lines if known == asked), None)
        if found is None:
            rows = self.read(basis, terms)[basis]
            made = contracts_served(rows, terms, as_of) if of_contracts else invoice_lines(rows, terms)
            found = made.collect()
            self._lines.append((asked, found))
        return serving(found.lazy()) if of_contracts else found.lazy()


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """In which of `count` parts each account is, in the order of account ids: account_id and place."""

    where: pl.DataFrame
    count: int

    def divided(self, frames: Tables) -> list[dict[str, pl.DataFrame]]:
        """The frames of each part; those without accounts are the same in all."""
        made: list[dict[str, pl.DataFrame]] = [{} for _ in range(self.count)]
        for name, frame in frames.items():
            found: dict[object, pl.DataFrame] = {}
            if ACCOUNT in frame.columns:
                placed = frame.join(self.where, on=ACCOUNT, validate="m:1", maintain_order="left")
                cut = placed.partition_by(_PLACE, maintain_order=True, include_key=False, as_dict=True)
                found = {place: rows for (place,), rows in cut.items()}
            for place, part in enumerate(made):
                part[name] = found.get(place, frame.clear()) if ACCOUNT in frame.columns else frame
        return made


def split(tables: Tables, count: int) -> tuple[Places, list[Part]]:
    """The tables in so many parts at most, and where everybody is, for further frames.

    A row with an account is in the part of its account, in the order it had; a table without accounts is in every
    part. Rows of no account (some costs) are in none: whoever wants them looks at all. Accounts one of whose
    contracts renews a contract of the other stand together.
    """
    where, whole = _where(tables, count), Whole.of(tables)
    places = Places(where, max(1, where[_PLACE].n_unique()))
    return places, [Part(mine, whole) for mine in places.divided(tables)]


def _where(tables: Tables, count: int) -> pl.DataFrame:
    """The part of each account: cuts of the sorted ids where so many parts would be alike in rows."""
    with_accounts = [frame.select(ACCOUNT) for frame in tables.values() if ACCOUNT in frame.columns]
    accounts = pl.concat(with_accounts).drop_nulls().group_by(ACCOUNT).agg(pl.len().cast(pl.Int64).alias("rows"))
    first = pl.DataFrame(_first_of(tables), schema={ACCOUNT: pl.String, "first": pl.String}, orient="row")
    known = accounts.join(first, on=ACCOUNT, how="left").with_columns(pl.coalesce("first", ACCOUNT).alias("first"))
    above = pl.col("rows").cum_sum() - pl.col("rows")
    cut = above * count // pl.col("rows").sum()
    together = known.group_by("first").agg(pl.col("rows").sum()).sort("first")
    placed = together.select("first", (cut.rank("dense") - 1).cast(pl.Int64).alias(_PLACE))
    return known.join(placed, on="first").select(ACCOUNT, _PLACE).sort(ACCOUNT)


def _first_of(tables: Tables) -> list[tuple[str, str]]:
    """Each account that shares a renewal with another, and the first of those that stand together."""
    if "contracts" not in tables:
        return []
    contracts = tables["contracts"].select(ACCOUNT, "line_id", "renews")
    old = contracts.select("line_id", pl.col(ACCOUNT).alias("other"))
    new = contracts.select(ACCOUNT, "renews").drop_nulls()
    pairs = new.join(old, left_on="renews", right_on="line_id").filter(pl.col(ACCOUNT) != pl.col("other"))
    return sorted(_joined(pairs.select(ACCOUNT, "other").iter_rows()).items())


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The first of those that a chain of pairs leads to, for everybody in a pair."""
    above: dict[str, str] = {}

    def top(of: str) -> str:
        while above.setdefault(of, of) != of:
            of = above[of]
        return of

    for one, other in pairs:
        low, high = sorted((top(one), top(other)))
        above[high] = low
    return {account: top(account) for account in list(above)}
