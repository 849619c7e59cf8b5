"""When did an account pay? While its lines come to more than nothing, in some currency; on invoices, on such days.

Credits count: what they cancel out is not paid for. Exchange rates do not, so that whether an account ever paid does
not hang on what they did later.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

CHANGES = ("account", "day", "currency", "amount")
"""What an account has more of in a currency from a day on; any number of rows for each of them."""
_ALL = pl.lit(value=True)


def changes(lines: pl.LazyFrame, reporting: str) -> pl.LazyFrame:
    """The changes that recurring lines make, as `CHANGES`: text, Date, text, money a month in the line's currency."""
    who, currency = pl.col("account_id").alias("account"), pl.col("currency").fill_null(reporting)
    sides = {"starts_on": pl.col("monthly"), "ends_on": -pl.col("monthly")}
    return pl.concat(
        [
            lines.filter(pl.col(day).is_not_null()).select(who, pl.col(day).alias("day"), currency, amount=amount)
            for day, amount in sides.items()
        ]
    )


def spells(changes: pl.LazyFrame) -> pl.LazyFrame:
    """From when until when accounts paid, from all of their `CHANGES`.

    One row per account and spell, sorted: account, `began`, `stopped` (null where it has not), days as in the changes.
    """
    in_each = _turns(changes, "account", "currency").select("account", "day", amount="turn")
    turns, turn = _turns(in_each, "account"), pl.col("turn")
    stopped = pl.when(turn.shift(-1) < 0).then(pl.col("day").shift(-1))
    return (
        turns.select("account", "turn", pl.col("day").alias("began"), stopped.alias("stopped"))
        .filter(turn > 0)
        .drop("turn")
    )


def while_paying(
    lines: pl.LazyFrame, reporting: str, what: Sequence[pl.Expr], *, where: pl.Expr = _ALL
) -> pl.LazyFrame:
    """`what` of the times in which each account paid, by recurring lines: one row per account_id.

    A time has `starts_on` and `ends_on` (null: still), and is looked at only `where` so. It is that of a line that
    brings something, and where credits may have cancelled one out, one in which all came to more than nothing.
    """
    found = lines.filter(pl.col("monthly") > 0, where).group_by("account_id").agg(what)
    doubtful = _cancelled(lines, reporting, where).collect()
    if doubtful.is_empty():
        return found
    theirs = spells(changes(lines.join(doubtful.lazy(), on="account_id", how="semi"), reporting))
    times = theirs.select(account_id="account", starts_on="began", ends_on="stopped")
    others = found.join(doubtful.lazy(), on="account_id", how="anti")
    return pl.concat([others, times.filter(where).group_by("account_id").agg(what)])


def _cancelled(lines: pl.LazyFrame, reporting: str, where: pl.Expr) -> pl.LazyFrame:
    """The accounts whose credits together come to as much as one of their lines, so that they may cancel it out."""
    own, monthly = ("account_id", pl.col("currency").fill_null(reporting)), pl.col("monthly")
    credits = lines.filter(monthly < 0, where).group_by(*own).agg(back=monthly.sum())
    billed = (
        lines.join(credits, on="account_id", how="semi").filter(monthly > 0).group_by(*own).agg(least=monthly.min())
    )
    both = billed.join(credits, on=["account_id", "currency"])
    return both.filter(pl.col("least") + pl.col("back") <= 0).select("account_id").unique()


def _turns(changes: pl.LazyFrame, *of: str) -> pl.LazyFrame:
    """The days on which the sum so far becomes more than nothing (`turn` 1) or no longer is (-1), sorted.

    Without windows, which take four times as long: of a run of rows the sum before it is taken off.
    """
    begins = pl.any_horizontal(pl.col(column).ne_missing(pl.col(column).shift(1)) for column in of)
    base = pl.when("begins").then(pl.col("sum") - pl.col("amount")).forward_fill()
    paid = pl.when(~pl.col("begins")).then(pl.col("pays").shift(1)).otherwise(0)
    return (
        changes.group_by(*of, "day")
        .agg(pl.col("amount").sum())
        .sort(*of, "day")
        .with_columns(begins.alias("begins"), pl.col("amount").cum_sum().alias("sum"))
        .with_columns((pl.col("sum") > base).cast(pl.Int64).alias("pays"))
        .with_columns((pl.col("pays") - paid).alias("turn"))
        .filter(pl.col("turn") != 0)
    )


def paid_before(joining: pl.LazyFrame, changes: pl.LazyFrame) -> pl.LazyFrame:
    """Of accounts that pay from a day on, whether and until when they had paid before.

    `joining` has `account` and `moved_on`; `changes` are all `CHANGES` of theirs. One row per row of `joining`, with
    `has_paid`, and `paid_until`: null where it never had, or still does in some currency.
    """
    last = joining.sort("account", "moved_on").join_asof(
        spells(changes), left_on="moved_on", right_on="began", by="account", allow_exact_matches=False,
        check_sortedness=False,
    )  # fmt: skip
    is_over = pl.col("stopped") <= pl.col("moved_on")
    return last.select(
        "account",
        "moved_on",
        pl.col("began").is_not_null().alias("has_paid"),
        pl.when(is_over).then("stopped").alias("paid_until"),
    )


def bought(invoices: pl.LazyFrame, reporting: str) -> pl.LazyFrame:
    """The days on which accounts bought for more than was credited that day: account_id, `dated_on`, in no order."""
    currency = pl.col("currency").fill_null(reporting)
    sums = invoices.group_by("account_id", "dated_on", currency).agg(pl.col("amount").sum())
    return sums.filter(pl.col("amount") > 0).select("account_id", "dated_on")


def bought_before(balances: pl.LazyFrame, invoices: pl.LazyFrame, day: date, reporting: str) -> pl.LazyFrame:
    """Of accounts that bought nothing in one window and something in the next, the last day before that on which they
    had: account_id, `paid_until`. `balances` have `before` and `after`, and `day` is the first of the next."""
    joining = balances.filter((pl.col("before") <= 0) & (pl.col("after") > 0)).select("account_id")
    earlier = invoices.filter(pl.col("dated_on") < day).join(joining, on="account_id", how="semi")
    return bought(earlier, reporting).group_by("account_id").agg(pl.col("dated_on").max().alias("paid_until"))
