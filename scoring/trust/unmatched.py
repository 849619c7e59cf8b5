"""How many rows belong to nobody known? Ids of accounts and managers that are in no export."""

from collections.abc import Iterator

import polars as pl

from scoring.checks.references import references, strangers
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
            bad = frame.filter(pl.col(column.name).is_in(lost.implode()))
            rows, amount = bad.height / frame.height, _of_amount(bad, frame)
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


def _of_amount(bad: pl.DataFrame, frame: pl.DataFrame) -> float | None:
    """The part of all amounts, signs and currencies aside; None where the table has none."""
    if "amount" not in frame.columns:
        return None
    some, whole = (f["amount"].cast(pl.Decimal(38, 4)).abs().sum() for f in (bad, frame))
    return float(some) / float(whole) if whole else None


UNMATCHED = Gate("unmatched", "How many rows belong to nobody known?", find)
