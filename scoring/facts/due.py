"""Which contracts are due, and which lines renew them? Each line renews one contract at most.

A contract is due on its end date, the first day without service; one without an end date is never due. What
renews it is the line that names it in `renews`, else a line for the same product that follows it (early, as the
ledger reads it, or within the days of grace), else what else the account takes up first within the days of grace.
Where several lines may renew several contracts, each takes one before a second is put behind any.
A credit renews nothing and is not renewed: where it ends with contracts it lowers what was due, where it starts with
what renews them what that brings.
A contract that was replaced by one ending no later, and a step of a ramp (signed on the day on which its next step
was), are not due.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from scoring.days import Span
from scoring.facts.dated import At
from scoring.facts.pairing import NEW, PAIR, shared_out, starting, within
from scoring.ledger.currency import priced
from scoring.ledger.history import bringing, is_over, unpaid
from scoring.ledger.terms import Terms as Ledger
from scoring.money import MONEY

AHEAD = 90
"""Days after the period for which it is told what will be due."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How renewals are read; contracts as the `ledger` does.

    `by_signature`: a renewal counts in the period in which it was signed, not in that of its due date. `way` is the
    policy of credit.
    """

    ledger: Ledger
    as_of: date
    by_signature: bool = False
    way: At = "at_event"

    @property
    def grace_days(self) -> int:
        """A renewal that starts fewer days late than these is on time, and what nobody cancelled is open so long: until
        the day it is due is over at least."""
        return max(1, self.ledger.gap_tolerance_days)

    @property
    def early_days(self) -> int:
        """How long before the end a renewal may start."""
        return self.ledger.early_renewal_days


def due_lines(contracts: pl.LazyFrame, rates: pl.LazyFrame, period: Span, terms: Terms) -> pl.LazyFrame:
    """The contracts that are due, with what renews them.

    One row per contract line with an end: account_id, line_id, starts_on, `due_on`, `annual` and `renewed` (a
    year's amount at the rate of the period's first day, below 0 for a credit), `renewed_on` and `signed_on` of what
    renews it, and `is_over`, where nobody waits for that. Without `by_signature` only those that end about the period,
    or are named.
    """
    contracts = _naming(contracts)
    around = timedelta(days=terms.grace_days + terms.early_days)
    about = Span(period.start - around, period.end + timedelta(days=AHEAD) + around)
    ends = pl.col("ends_on").is_not_null() if terms.by_signature else about.holds(pl.col("ends_on"))
    if not terms.by_signature:  # the dues, what may renew them, and whatever else credits may start with
        begins = Span(about.start - around, about.end + around).holds(pl.col("starts_on"))
        said = contracts.select(pl.col("renews").drop_nulls().unique()).collect().to_series()
        ends |= pl.col("ends_on").is_not_null() & pl.col("line_id").is_in(said.implode())
        contracts = contracts.filter(ends | begins | pl.col("renews").is_not_null() | (pl.col("amount") < 0))
    lines = yearly(contracts, rates, period.start, terms).collect().lazy()  # read many times below
    ending = lines.filter(ends).rename({"ends_on": "due_on"})
    named = _named(ending, lines)
    is_replaced = (pl.col("new_ends_on") <= pl.col("due_on")) & (pl.col("new_starts_on") < pl.col("due_on"))
    dues = ending.join(named.filter(is_replaced), on="line_id", how="anti")
    owed = dues.filter(pl.col("annual") > 0)
    successors = pl.concat([named, _following(owed, lines, named, terms)]).collect().lazy()
    is_step = (pl.col("new_starts_on") == pl.col("due_on")) & (pl.col("new_signed_on") == pl.col("signed_on"))
    due = dues.join(successors.filter(is_step), on="line_id", how="anti")
    first = _in_time(successors, terms)
    unserved = due.filter(pl.col("annual") > 0).join(first, on="line_id", how="anti")
    pairs = pl.concat([first, _otherwise(unserved, lines, successors, terms)]).collect().lazy()
    renewed = pl.concat([pairs, _credits(pairs, lines)], how="diagonal").group_by("line_id").agg(
        pl.col("new_annual").sum().cast(MONEY).alias("renewed"),
        pl.col("new_starts_on").min().alias("renewed_on"),
        pl.col("new_signed_on").min().alias("new_signed_on"),
    )  # fmt: skip
    return due.join(renewed, on="line_id", how="left", validate="1:1").select(
        "account_id",
        "line_id",
        "starts_on",
        "due_on",
        "annual",
        pl.col("renewed").fill_null(pl.lit(0).cast(MONEY)),
        "renewed_on",
        pl.col("new_signed_on").alias("signed_on"),
        "is_over",
    )


def _naming(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """The lines, with `renews` only where it names another of them."""
    is_other = pl.col("renews") != pl.col("line_id")
    said = contracts.filter(is_other).select("renews").collect().to_series()
    there = contracts.filter(pl.col("line_id").is_in(said.implode())).select("line_id").collect().to_series()
    is_known = is_other & pl.col("renews").is_in(there.implode())
    return contracts.with_columns(pl.when(is_known).then("renews").alias("renews"))


def yearly(contracts: pl.LazyFrame, rates: pl.LazyFrame, day: date, terms: Terms) -> pl.LazyFrame:
    """The lines that bring something, with `annual`, a year's amount, and whether they are `is_over`."""
    lasts = pl.col("ends_on").is_null() | (pl.col("ends_on") > pl.col("starts_on"))
    lines = (
        bringing(contracts.filter(~unpaid() & lasts), terms.ledger, "annual", months=12)
        .filter(pl.col("annual") != 0)
        .with_columns(is_over(terms.ledger, terms.as_of).alias("is_over"))
    )
    return priced(lines, rates, day, terms.ledger.currency, "annual").select(
        "account_id", "line_id", "product", "starts_on", "ends_on", "signed_on", "renews", "annual", "is_over"
    )


_CREDIT = "credit"


def _new(lines: pl.LazyFrame) -> pl.LazyFrame:
    return lines.filter(pl.col("annual") > 0).select(
        "account_id", "renews", *(pl.col(n).alias(m) for n, m in NEW.items())
    )


def _named(dues: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """The dues with the lines that say they renew them."""
    named = _new(lines).filter(pl.col("renews").is_not_null()).drop("account_id")
    return dues.drop("renews").join(named, left_on="line_id", right_on="renews").select(*PAIR)


def _following(dues: pl.LazyFrame, lines: pl.LazyFrame, named: pl.LazyFrame, terms: Terms) -> pl.LazyFrame:
    """The dues with the lines for the same product that follow them, each line behind one due.

    Dues that others are said to renew, which are `named`, have one.
    """
    new = _new(lines).filter(pl.col("renews").is_null()).drop("renews")
    on_time = starting(dues, new, ["account_id", "product"], _grace(terms))
    outlasts = pl.col("new_ends_on").is_null() | (pl.col("new_ends_on") > pl.col("due_on"))
    signed = pl.col("product").is_not_null() & pl.col("signed_on").is_not_null()
    early = starting(
        dues.filter(signed),
        new.filter(pl.col("new_signed_on").is_not_null()),
        ["account_id", "product"],
        (-terms.early_days, 0),
    ).filter(
        (pl.col("new_starts_on") > pl.col("starts_on")) & outlasts & (pl.col("new_signed_on") > pl.col("signed_on"))
    )
    pairs = pl.concat([found.select(*PAIR) for found in (on_time, early)])
    return shared_out(pairs, named.select("line_id"))


def _in_time(pairs: pl.LazyFrame, terms: Terms) -> pl.LazyFrame:
    """Without those that came when the days of grace were over."""
    return pairs.filter((pl.col("new_starts_on") < pl.col("due_on")) | within(_grace(terms)))


def _otherwise(dues: pl.LazyFrame, lines: pl.LazyFrame, taken: pl.LazyFrame, terms: Terms) -> pl.LazyFrame:
    """What else the account took up first after each due that nothing renews, where that renews no other."""
    free = (
        _new(lines).filter(pl.col("renews").is_null()).drop("renews")
        .join(taken.select("new_line_id"), on="new_line_id", how="anti")
    )  # fmt: skip
    pairs = starting(dues, free, ["account_id"], _grace(terms))
    return shared_out(pairs.select(*PAIR), dues.select("line_id").clear()).filter(
        pl.col("new_starts_on") == pl.col("new_starts_on").min().over("line_id")
    )


def _credits(pairs: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """What credits take off renewals: line_id of the due and `new_annual`, below 0.

    A credit belongs to the renewal that it starts with, or in the gap before, of several to one for its product, and of
    those to the first.
    """
    since = pl.min_horizontal("due_on", "new_starts_on").alias("since")
    renewals = pairs.select(
        "account_id", "line_id", since, pl.col("new_product").alias("product"), pl.col("new_starts_on").alias("until")
    ).sort("until", "since", "line_id", descending=[False, True, True])  # fmt: skip
    left = lines.filter(pl.col("annual") < 0).select(
        "account_id", "product", "starts_on", pl.col("annual").alias("new_annual"), pl.col("line_id").alias(_CREDIT)
    ).sort("starts_on")  # fmt: skip
    found = []
    for key in (["account_id", "product"], ["account_id"]):
        begun = renewals.select(*key, "since", "until", "line_id").drop_nulls()
        met = left.join_asof(
            begun, left_on="starts_on", right_on="until", by=key, strategy="forward", check_sortedness=False
        ).filter(pl.col("starts_on") >= pl.col("since"))  # fmt: skip
        found.append(met.select("line_id", "new_annual"))
        left = left.join(met, on=_CREDIT, how="anti", maintain_order="left")
    return pl.concat(found)


def _grace(terms: Terms) -> tuple[int, int]:
    """The days after a due, from the first to before the last, on which what starts is on time."""
    return 0, terms.grace_days
