"""What else of accounts do the rules ask for? From the rulebook's settings and the tables to the facts of a book."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import polars as pl

from scoring.calendar import Calendar, Period
from scoring.credit.crediting import Responsibility
from scoring.credit.ownership import UNASSIGNED
from scoring.days import DAY, EVER, Span, months_back
from scoring.facts import KNOWN, Dated, breadth, entry, logos, onboarding, spend, use, voice
from scoring.ledger.build import Ledger, Windows
from scoring.ledger.currency import AMOUNT
from scoring.ledger.history import active
from scoring.parts import Part
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What happened on days, and what is known of accounts: one row per account_id, some of the columns of KNOWN.

    `constants` are the columns that are the same for all: those of KNOWN that nothing is known of, and `interval_z`,
    how many standard errors the rulebook's likely ranges reach.
    """

    happened: Sequence[Dated]
    known: pl.LazyFrame
    constants: Mapping[str, pl.Expr]


def asked(
    part: Part,
    ledger: Ledger,
    whose: Responsibility,
    rulebook: Rulebook,
    windows: Windows,
    as_of: date,
    *,
    columns: Set[str],
) -> Asked:
    """The facts of a period that come from surveys, activities, milestones, costs and ownership.

    `columns` are those of the book that anybody reads; what belongs to no such column is not looked for.
    """
    until = min(windows.moves.end, as_of + DAY)
    tables, filled, unread = part.tables, part.whole.filled, columns.isdisjoint
    accounts = tables["accounts"].lazy()
    happened: list[Dated] = []
    known: list[pl.LazyFrame] = []
    if not unread(logos.COLUMNS):
        happened.append(logos.logos(ledger.moves, rulebook.credit.new))
    if not unread({"is_owned"}):
        known.append(_owned(accounts, whose))
    if rulebook.basis in part.whole.naming and not unread(breadth.SCHEMA):
        known.append(_products(ledger, rulebook, windows))
    if "answers" in filled and not unread({*voice.COUNTS, *voice.SCHEMA}):
        span, survey = _voice(rulebook, windows), _survey(rulebook)
        happened.append(voice.voice(tables["answers"].lazy(), span, survey))
        known.append(voice.asked(accounts, tables["answers"].lazy(), span, survey))
    if "activities" in filled and not unread({"is_contacted", *use.SCHEMA}):
        known += _activities(accounts, tables["activities"].lazy(), rulebook, until, part.whole.first_days)
    if "milestones" in filled and not unread({*onboarding.COUNTS, *onboarding.SCHEMA}):
        found = _onboardings(tables["milestones"].lazy(), ledger, rulebook, windows, until).collect().lazy()
        happened.append(onboarding.counted(found))
        known.append(found.select("account_id", *onboarding.SCHEMA))
    if "costs" in filled and not unread(spend.COLUMNS):
        happened.append(spend.by_account(_spend(tables, rulebook, windows), ledger.moves, windows.moves))
    return Asked(happened, _beside(accounts, known), _constants(known, rulebook))


def loose_costs(tables: Tables, rulebook: Rulebook, windows: Windows) -> pl.DataFrame:
    """What was spent on no account, as `spend.loose`."""
    if tables["costs"].is_empty():
        return pl.DataFrame(schema={"team": pl.String})
    return spend.loose(_spend(tables, rulebook, windows)).collect()


def undivided_costs(tables: Tables, rulebook: Rulebook, windows: Windows) -> pl.DataFrame:
    """The rows of costs that do not count as their periods have other days, too, than those that are asked for."""
    return spend.undivided(tables["costs"], windows.moves, *_spending(rulebook))


def unmet_targets(tables: Tables, rulebook: Rulebook, period: Period) -> pl.DataFrame:
    """The rows of targets that do not count, as their periods are others that share days with the scored one.

    Those of a manager and metric that have a target for the scored period are left out.
    """
    calendar, targets = calendar_of(rulebook), tables["targets"]
    others = {name: calendar.period(name) for name in targets["period"].unique().sort() if name != period.name}
    sharing = [name for name, other in others.items() if other.start < period.end and period.start < other.end]
    agreed = targets.filter(pl.col("period") == period.name)
    return targets.filter(pl.col("period").is_in(sharing)).join(agreed, on=["manager_id", "metric"], how="anti")


def _constants(known: Sequence[pl.LazyFrame], rulebook: Rulebook) -> dict[str, pl.Expr]:
    there = {name for frame in known for name in frame.collect_schema().names()}
    reach = NormalDist().inv_cdf((1 + rulebook.interval) / 2)
    unknown = {name: pl.lit(None, dtype=kind) for name, kind in KNOWN.items() if name not in there}
    return {**unknown, "interval_z": pl.lit(reach)}


def _beside(accounts: pl.LazyFrame, known: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """The frames side by side, by account."""
    whole = known[0] if known else accounts.select("account_id")
    for frame in known[1:]:
        whole = whole.join(frame, on="account_id", how="full", coalesce=True, validate="1:1")
    return whole


def _products(ledger: Ledger, rulebook: Rulebook, windows: Windows) -> pl.LazyFrame:
    if rulebook.basis == "contracts":
        before, after = active(windows.outcome.start), active(windows.outcome.end)
    else:
        day = pl.col("dated_on")
        before, after = windows.outcome.holds(day), windows.moves.holds(day)
    return breadth.products(ledger.lines, AMOUNT[rulebook.basis], before, after, rulebook.currency)


def _owned(accounts: pl.LazyFrame, whose: Responsibility) -> pl.LazyFrame:
    named = whose.spans.filter(pl.col("manager_id") != UNASSIGNED)
    return entry.owned(accounts, named, whose.closes_on)


def _trailing(windows: Windows) -> date:
    """The first day of the 12 months that end with the scored window."""
    return months_back(windows.moves.end, 12)


def _voice(rulebook: Rulebook, windows: Windows) -> Span:
    return windows.moves if rulebook.voice.window == "period" else Span(_trailing(windows), windows.moves.end)


def _survey(rulebook: Rulebook) -> voice.Survey:
    asked_for = rulebook.voice
    return voice.Survey(asked_for.exclude, asked_for.csat_scales, asked_for.credit == "when_answered")


def _activities(
    accounts: pl.LazyFrame, activities: pl.LazyFrame, rulebook: Rulebook, until: date, first_days: Mapping[str, date]
) -> list[pl.LazyFrame]:
    """What activities say of accounts: how engaged they are, and whether there was contact."""
    rules, entered = rulebook.engagement, rulebook.completeness
    frames = [entry.contacted(accounts, activities, entered.contact, entered.contact_days, until)]
    if rules.inputs:
        signs = [use.Sign(**one.model_dump()) for one in rules.inputs]
        frames.append(use.engagement(accounts, activities, signs, rules.missing, until, first_days))
    return frames


def _onboardings(
    milestones: pl.LazyFrame, ledger: Ledger, rulebook: Rulebook, windows: Windows, until: date
) -> pl.LazyFrame:
    rules = rulebook.onboarding
    starts = {"12m": _trailing(windows), "period": windows.moves.start, "ever": EVER}
    left = onboarding.departures(ledger.lines, until, rulebook.currency) if rulebook.basis == "contracts" else None
    return onboarding.onboardings(milestones, left, rules.from_, rules.to, Span(starts[rules.window], until))


def _spend(tables: Tables, rulebook: Rulebook, windows: Windows) -> pl.LazyFrame:
    return spend.spend(tables["costs"], tables["rates"].lazy(), windows.moves, *_spending(rulebook))


def _spending(rulebook: Rulebook) -> tuple[Calendar, spend.Spending]:
    rules, calendar = rulebook.acquisition, calendar_of(rulebook)
    return calendar, spend.Spending(rules.kinds, rules.expand, rules.lag * calendar.months, rulebook.currency)
