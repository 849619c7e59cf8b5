"""How many rows belong to nobody known? Ids of accounts and managers that are in no export."""

from collections.abc import Iterator

import polars as pl

from scoring.checks.references import references, strangers
from scoring.ledger.currency import priced
from scoring.ledger.history import bringing
from scoring.ledger.terms import Terms
from scoring.numbers import percent
from scoring.tables import TABLES
from scoring.trust.gate import Finding, Gate, Looked, beyond, resting
from scoring.trust.needed import OF_ACCOUNTS


def find(looked: Looked) -> Iterator[Finding]:
    """Tables with many rows, or much money, whose account or manager is unknown; none of those that were derived is."""
    delivered = {"accounts", "managers"} - looked.derived
    keys = {name: looked.whole(name)[TABLES[name].key[0]] for name in delivered}
    for name, table in TABLES.items():
        if name in OF_ACCOUNTS:
            continue
        frame = looked.whole(name)
        for column in (c for c in references(table) if c.refers_to in keys):
            lost = strangers(frame[column.name], keys[column.refers_to or ""])
            if lost.is_empty():
                continue
            is_bad = frame[column.name].is_in(lost.implode())
            bad = frame.filter(is_bad)
            rows, amount = bad.height / frame.height, _of_amount(frame, is_bad, looked)
            part = max(rows if bad.height > 1 else 0.0, amount or 0.0)  # one row alone counts by its money
            if level := beyond(part, looked.rulebook.trust.unknown_ids):
                worth = "" if amount is None else f" and {percent(amount)} of the amounts"
                yield Finding(
                    UNMATCHED.name,
                    resting(looked, name, level),
                    f"{bad.height:,} of {frame.height:,} rows of {name} ({percent(rows)}){worth}: "
                    f"{column.name} is not among the {column.refers_to}",
                    f"export all {column.refers_to}, or mend the ids",
                    table=name,
                    file=", ".join(bad["origin_file"].unique().sort()),
                )


def _of_amount(frame: pl.DataFrame, is_bad: pl.Series, looked: Looked) -> float | None:
    """The part of all amounts, signs aside, of contracts those of a year, at the rates of the period's first day; None
    where the table has none.
    """
    if "amount" not in frame.columns:
        return None
    lines, currency = frame.with_columns(is_bad.alias("is_bad")).lazy(), looked.rulebook.currency
    if "every" in frame.columns:
        lines = bringing(lines, Terms(currency), "amount", months=12)
    worth = priced(lines, looked.read["rates"].lazy(), looked.period.start, currency, "amount").collect()
    some, whole = (f["amount"].cast(pl.Decimal(38, 4)).abs().sum() for f in (worth.filter("is_bad"), worth))
    return float(some) / float(whole) if whole else None


UNMATCHED = Gate("unmatched", find)
