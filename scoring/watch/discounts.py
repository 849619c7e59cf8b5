"""Does growth come from discounts that the same manager gave a year before?"""

import polars as pl

from scoring.chance import drawn_at_least
from scoring.days import DAY, months_back
from scoring.ledger.history import active
from scoring.watch.looked import Looked, marked
from scoring.watch.sign import SURE, Sign, counted, counts

LEAST = 3
LARGE = 0.3
"""The part of a manager's growth from which on discounts that expired are named, whatever is usual."""


def find(looked: Looked) -> pl.DataFrame:
    """Managers of more accounts than others that grew by a discount that expired, given under the same manager.

    Where that is a large part of a manager's growth, more than usual is enough.
    """
    rows = looked.seen.rows
    if "growth_discount_expired" not in rows.columns:
        return counts([])
    held = rows.filter((pl.col("share") > 0) & (pl.col("before") > 0))
    grew = held.filter(pl.col("growth_discount_expired") > 0)
    expired = grew.join(_given(looked), on=["manager_id", "account_id"], how="semi")
    by_discount, growth = (
        dict(part.group_by("manager_id").agg(pl.col(name).cast(pl.Float64).sum()).iter_rows())
        for part, name in ((expired, "growth_discount_expired"), (held, "gained"))
    )
    theirs = counted(marked(held, expired))
    whole, cases = int(theirs["of"].sum()), int(theirs["cases"].sum())
    found = []
    for row in theirs.filter(pl.col("cases") >= LEAST).iter_rows(named=True):
        usual, p = row["of"] * cases / whole, drawn_at_least(row["cases"], row["of"], cases, whole)
        is_large = by_discount[row["manager_id"]] > LARGE * growth[row["manager_id"]] and row["cases"] > usual
        if p <= SURE or is_large:
            found.append({**row, "usual": usual, "p": p})
    return counts(found)


def _given(looked: Looked) -> pl.DataFrame:
    """Discounts in force at the start of the window and raised in the year before: manager_id, account_id."""
    start = looked.seen.outcome.start
    listed = (pl.col("list_price") * pl.col("quantity").fill_null(1)).cast(pl.Float64)
    by_price = pl.when(listed > 0).then(1 - pl.col("amount").cast(pl.Float64) / listed)
    lines = looked.lines.with_columns(pl.coalesce(by_price, pl.col("discount").cast(pl.Float64)).alias("off"))
    new = lines.filter(active(start), pl.col("starts_on") >= months_back(start, 12), pl.col("off") > 0)
    new = new.select("account_id", "starts_on", "off")
    old = lines.select("account_id", pl.col("off").alias("was"), pl.col("starts_on").alias("from"), "ends_on")
    earlier = (pl.col("from") < pl.col("starts_on")) & (pl.col("ends_on") >= pl.col("starts_on") - DAY).fill_null(
        value=True
    )
    before = new.join(old, on="account_id").filter(earlier).group_by("account_id", "starts_on", "off")
    less = before.agg(pl.col("was").fill_null(0).max()).filter(pl.col("was") < pl.col("off") - 0.001).collect()
    return looked.held(less.select("account_id", pl.col("starts_on").alias("given_on")), "given_on")


DISCOUNT_THEN_EXPIRY = Sign(
    "discount_then_expiry",
    "{cases} of {of} accounts grew because a discount expired that was given in the year before under the same "
    "manager; {usual} would be usual",
    ("contracts.discount", "contracts.list_price", "contracts.quantity", "contracts.amount", "ownership.manager_id"),
    find,
)
