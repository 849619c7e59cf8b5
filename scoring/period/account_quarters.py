"""What did each account do in each of the trailing quarters, and whose was it? What managers are compared by.

A metric of an account is the metric by account: the same expressions over the book of the quarter, so that what is
compared is what is measured.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import polars as pl

from scoring import book
from scoring.calendar import Period
from scoring.engine import Engine, Here
from scoring.measure import measure_by
from scoring.metrics.metric import Metric
from scoring.money import RATE_SCALE
from scoring.parts import Part
from scoring.peers.bands import tenure_band
from scoring.peers.window import responsibility
from scoring.period.booking import Booked, ByAccount, Tables, booked_by_account
from scoring.period.windows import over_quarters, quarter_before, quarter_ends
from scoring.rules import Rule, Rulebook
from scoring.rules.deciding import leaves_quarters
from scoring.rules.terms import ledger_terms
from scoring.scorecard.estimates import WAS_LOST, Compared, column_of
from scoring.scorecard.exclusions import without_excluded
from scoring.scorecard.of_rules import is_long, metric_of

KEY = ["account_id", "quarter"]


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """The books of trailing quarters, each made once however many periods look at it.

    `made` and `spans` (the days on which each account was whose) are by the day after the quarter; the `engine` says
    where they are made.
    """

    tables: Tables
    rulebook: Rulebook
    as_of: date
    made: dict[date, Compared] = field(default_factory=dict)
    spans: dict[date, pl.DataFrame] = field(default_factory=dict)
    engine: Engine = field(default_factory=Here)

    def under(self, rulebook: Rulebook) -> "Trail":
        """The trail under a rulebook that differs in how managers are compared, but not in what makes accounts alike.

        No book is made again: whose an outcome is under another responsibility is read off the same units.
        """
        if rulebook.responsibility == self.rulebook.responsibility:
            return replace(self, rulebook=rulebook)
        known = {end: one for end, one in self.made.items() if end in self.spans}
        made = {e: replace(o, shares=_shares(o.units, self.spans[e], rulebook)) for e, o in known.items()}
        return replace(self, rulebook=rulebook, made=made)

    def by(self, tables: Tables, rulebook: Rulebook) -> "Trail":
        """The trail under any rulebook; quarters made already are kept where it would make the same of them."""
        if tables is self.tables and leaves_quarters(self.rulebook, rulebook):
            return self.under(rulebook)
        return Trail(tables, rulebook, self.as_of, engine=self.engine)

    def until(self, period: Period, now: Booked) -> Compared:
        """The quarters that end with the period, without what is excluded; `now` is the period's own book.

        Rules that look at lifetime value, whose models look at a year, are asked once of the whole period, and count
        in the last quarter in which the account paid.
        """
        ends = quarter_ends(self.rulebook, period)
        self._make([end for end in ends if end not in self.made])
        found = [self.made[end] for end in ends]
        units, shares = (
            pl.concat([getattr(f, name).with_columns(pl.lit(n).alias("quarter")) for n, f in enumerate(found)])
            for name in ("units", "shares")
        )
        if long := _rules(self.rulebook, are_long=True):
            last = units.group_by("account_id").agg(pl.col("quarter").max())
            whole = _figures(book.at(now.rows.lazy(), "account_id"), self.rulebook, long)
            whole = whole.join(last, on="account_id", validate="1:1")
            units = units.join(whole, on=KEY, how="left", validate="1:1")
        every = Compared(units.sort(KEY), shares.sort(*KEY, "manager_id"), self.tables["managers"])
        return without_excluded(every, self.tables["exclusions"], self.as_of)

    def with_all(self) -> "Trail":
        """The trail by which no account is left out; no book is made again."""
        return replace(self, tables={**self.tables, "exclusions": self.tables["exclusions"].clear()})

    def _make(self, ends: Sequence[date]) -> None:
        """Makes the quarters before those days."""
        if not ends:
            return
        step = partial(_quarters, rulebook=self.rulebook, as_of=self.as_of, ends=tuple(ends))
        if _looks_at_company(self.rulebook):
            parts = [step(self.engine.whole(self.tables), {})]
        else:
            parts = self.engine.map(step, self.tables, {})
        for end, found in zip(ends, zip(*parts, strict=True), strict=True):
            units, shares, spans = (
                pl.concat([getattr(one, name) for one in found]) for name in ("units", "shares", "spans")
            )
            self.spans[end] = spans
            self.made[end] = Compared(units, shares, self.tables["managers"])


@dataclass(frozen=True, slots=True, eq=False)
class _Quarter:
    """A quarter of some accounts: `units` and `shares` as in `Compared`, `spans` as in `Trail`."""

    units: pl.DataFrame
    shares: pl.DataFrame
    spans: pl.DataFrame


def _quarters(part: Part, _: Tables, rulebook: Rulebook, as_of: date, ends: Sequence[date]) -> list[_Quarter]:
    """The quarters of some accounts before those days."""
    asked = _rules(rulebook, are_long=False)
    short = over_quarters(rulebook).model_copy(update={"rules": tuple(asked.values())})
    first = pl.col("dated_on" if rulebook.basis == "invoices" else "starts_on").min().alias("first_on")
    since = part.lines(rulebook.basis, ledger_terms(short), as_of).group_by("account_id").agg(first).collect()
    return [_quarter(part, rulebook, short, as_of, end, since) for end in ends]


def _quarter(part: Part, rulebook: Rulebook, short: Rulebook, as_of: date, end: date, since: pl.DataFrame) -> _Quarter:
    """The quarter before the day; `since` is the day on which each account began: account_id, first_on."""
    quarter = quarter_before(end)
    made = booked_by_account(part, short, quarter, as_of)
    units = _units(made, rulebook, part.tables["accounts"].lazy(), quarter, since.lazy())
    figures = _figures(made.rows.lazy(), rulebook, _rules(rulebook, are_long=False))
    known = units.join(figures, on="account_id", how="left", validate="1:1")
    return _Quarter(known, _shares(units, made.spans, rulebook), made.spans)


def _looks_at_company(rulebook: Rulebook) -> bool:
    """Whether a rule's figure of an account needs all other accounts."""
    return any("company_closing" in metric_of(rule).columns for rule in rulebook.rules)


def _shares(units: pl.DataFrame, spans: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Each manager's part of each unit, as `peers.window.responsibility`."""
    own, whole = rulebook.responsibility, None if rulebook.ownership.policy == "seller" else RATE_SCALE
    return responsibility(units, spans, rule=own.rule, days=own.days, gap=own.end_before_outcome, whole=whole)


def _rules(rulebook: Rulebook, *, are_long: bool) -> dict[int, Rule]:
    """The rules, by their place, that look at lifetime value, or that do not."""
    return {n: rule for n, rule in enumerate(rulebook.rules) if is_long(rule) == are_long}


def _units(
    made: ByAccount, rulebook: Rulebook, accounts: pl.LazyFrame, quarter: Period, since: pl.LazyFrame
) -> pl.DataFrame:
    """The accounts that paid on the first day, with what was known of them then; one row per account_id."""
    once = made.rows.lazy().filter(pl.col("before") > 0)
    created = accounts.select("account_id", "created_on")
    last_day = pl.col("event_on") if rulebook.basis == "contracts" else pl.lit(None, dtype=pl.Date)
    ended = made.outcome.lazy().select("account_id", pl.when(pl.col("after") <= 0).then(last_day).alias("cancelled_on"))
    tiers = dict(enumerate(rulebook.ladder.tiers))
    tier = pl.col("tier_before").replace_strict(tiers, default=None, return_dtype=pl.String)
    joined = once.with_columns(tier.alias("tier"))
    for known in (since, created, ended):
        joined = joined.join(known, on="account_id", how="left", validate="1:1")
    return (
        joined.with_columns(
            pl.col("before").alias("opening"),
            (pl.col("after") <= 0).alias(WAS_LOST),
            pl.lit(0).alias("quarter"),
            pl.lit(quarter.start).alias("starts_on"),
            pl.lit(quarter.end).alias("ends_on"),
            tenure_band(pl.coalesce("created_on", "first_on"), pl.lit(quarter.start)).alias("tenure_band"),
        )
        .select(
            *KEY, "account", "opening", WAS_LOST, "starts_on", "ends_on", "cancelled_on", *_features(rulebook, joined)
        )
        .sort("account_id")
        .collect()
    )


def _features(rulebook: Rulebook, joined: pl.LazyFrame) -> list[str]:
    """The columns that say what kind of account it is, as far as anything says so."""
    there = {*joined.collect_schema().names(), "tenure_band"}
    asked = dict.fromkeys((*rulebook.expectation.features, rulebook.expectation.segment))
    return [name for name in asked if name in there and name != "quarter"]


def figures(
    once: pl.LazyFrame, metrics: Collection[Metric], keys: tuple[str, ...] = ("account_id",), *, basis: str
) -> pl.DataFrame:
    """What each metric is of each account, or of each combination of `keys`: these, and a column of each metric's name.

    Null where the metric does not count it; sorted by keys. `once` is the book at that grain.
    """
    if not metrics:
        return once.select(keys).unique().sort(keys).collect()
    long = pl.concat(measure_by(once, list(metrics), keys, basis=basis))
    columns = [pl.col("value").filter(pl.col("metric") == m.name).first().alias(m.name) for m in metrics]
    return long.group_by(keys).agg(columns).sort(keys).collect()


def _figures(once: pl.LazyFrame, rulebook: Rulebook, rules: dict[int, Rule]) -> pl.DataFrame:
    """What each rule's metric is of each account: account_id, and `column_of` each rule."""
    metrics = {m.name: m for m in map(metric_of, rules.values())}
    found = figures(once, metrics.values(), basis=rulebook.basis)
    return found.select("account_id", *(pl.col(metric_of(r).name).alias(column_of(n)) for n, r in rules.items()))
