"""What does a run say whatever its rules weigh? Made once of what it keeps, and weighed as often as somebody asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from scoring import trust
from scoring.calendar import Period
from scoring.compare.what_if.refusals import NotReweighableError
from scoring.compare.what_if.weights import refuse_other_tables, with_weights
from scoring.days import DAY
from scoring.period.shared_chance import shared_chance
from scoring.period.windows import windows_of
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.scorecard.apart import OF_RULES, Apart
from scoring.scorecard.context import Context
from scoring.scorecard.drivers import Accounts, chosen, largest_accounts
from scoring.scorecard.moving import CAUSES, PARTS, Moving
from scoring.scorecard.of_rules import believes, label_of
from scoring.scorecard.summed import AccountSums
from scoring.scorecard.trusted import withheld_of
from scoring.scorecard.unweighed import BEFORE, ESTIMATES, NOW, PUBLISHED, aparts
from scoring.scorecard.verdict import Verdict

FRAMES = ("estimates", "account_points", "compared", "book", "movements")
"""The frames of a run that are asked for."""

Card = dict[str, Any]
Points = Mapping[tuple[str, str], float | None]


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """The scores of the period before by the rules of then: manager_id, score; `accounts`, where evidence was weighed,
    what accounts added to them, and `again` what they add by the rules of now, before these are weighed."""

    scores: pl.DataFrame
    accounts: pl.DataFrame
    again: AccountSums


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """A run, ready to be weighed otherwise.

    `cards` are those of the run, `context` what they have in common, with the run's own rules. `sides` is what the
    rules say of the period and of the one before; `points` and `points_before` of each manager and rule. `sums` and
    `moving`, what accounts add and what moved the scores; `of_rules` the same where values are graded. `before` are
    the scores of the period before where other rules were in force, `verdicts_before` what may be said of its scores;
    `lost` accounts lost, by manager.
    """

    cards: tuple[Card, ...]
    context: Context
    doubts: list[Mapping[str, Any]]
    sides: Mapping[str, Apart]
    points: Points
    points_before: Points
    of_rules: pl.DataFrame
    sums: AccountSums
    moving: Moving
    rows: pl.DataFrame
    largest: pl.DataFrame
    told: Accounts
    names: Mapping[str, str]
    verdicts: Mapping[str, Verdict]
    before: Published | None
    verdicts_before: Mapping[str, Verdict]
    lost: Mapping[str, Any]

    @property
    def rulebook(self) -> Rulebook:
        """The rules of the run."""
        return self.context.rulebook

    @property
    def weights(self) -> dict[str, float]:
        """The run's own weights, in the order of the rules."""
        return {rule.name: rule.weight for rule in self.rulebook.rules}

    @property
    def labels(self) -> dict[str, str]:
        """Rule to what cards call it."""
        return {rule.name: label_of(rule) for rule in self.rulebook.rules}

    def under(self, weights: Mapping[str, float]) -> Rulebook:
        """The run's rules with those weights; rules that are not named keep theirs.

        Raises WeightsError for weights that rules cannot have, NotReweighableError where the run does not say.
        """
        asked = with_weights(self.rulebook, weights)
        refuse_other_tables(self.rulebook, asked, self.doubts)
        return asked

    def asked(self, weights: Mapping[str, float]) -> dict[str, float]:
        """All weights, those in place of the run's own. Raises as `under`."""
        return {rule.name: rule.weight for rule in self.under(weights).rules}


def basis(cards: Sequence[Mapping[str, Any]], frames: Mapping[str, pl.DataFrame], summary: Mapping[str, Any]) -> Basis:
    """The basis of a run: all of its cards, its frames of FRAMES by name, and its run.json.

    Raises NotReweighableError where the run lacks what is needed.
    """
    missing = [name for name in FRAMES if name not in frames]
    if missing := missing or [name for name in ESTIMATES if name not in frames["estimates"].columns]:
        raise NotReweighableError(
            f"the run keeps no {' and no '.join(missing)}, as it was stored by an earlier bookscore; run the period "
            "again to try other weights"
        )
    context = _context(summary)
    rulebook, kept, by_rule = context.rulebook, frames["estimates"], frames["account_points"]
    sides, rows = aparts(kept, rulebook), frames["book"]
    rules = by_rule.filter(pl.col("rule").is_not_null())
    weighs = believes(rulebook)
    names = dict(rows.select("account_id", pl.coalesce("account", "account_id")).iter_rows())
    of_rules = (rules.drop_nulls("points") if weighs else rules).select(*OF_RULES)
    sums = AccountSums.of(of_rules if weighs else of_rules.clear(), rulebook)
    doubts_before = summary.get("trust_before", ())  # older runs have none
    verdicts_before = {c["manager_id"]: trust.verdict_of(c["manager_id"], doubts_before) for c in cards}
    moves = rules.filter(pl.any_horizontal(pl.col(CAUSES).is_not_null())).select(*PARTS)
    return Basis(
        cards=tuple(dict(card) for card in cards),
        context=context,
        doubts=[*summary["trust"], *(() if context.superseded else doubts_before)],
        sides=sides,
        points=_points(sides.get(NOW)),
        points_before=_points(sides.get(BEFORE), withheld_of(verdicts_before)),
        of_rules=of_rules,
        sums=sums,
        moving=Moving.of(moves, tuple(rule.name for rule in rulebook.rules), names),
        rows=rows.select("manager_id", "account_id"),
        largest=largest_accounts(rows),
        told=_told(Accounts.of(rows, frames["movements"], frames["compared"], rulebook), sums),
        names=names,
        verdicts={c["manager_id"]: Verdict(c["trust"]["level"], tuple(c["trust"]["reasons"])) for c in cards},
        before=_published(kept, by_rule, rulebook) if context.superseded else None,
        verdicts_before=verdicts_before,
        lost={m["manager_id"]: m["lost"] for m in summary["company"]["kept"]["managers"]},
    )


def _context(summary: Mapping[str, Any]) -> Context:
    """What the cards of the run have in common, as far as scores ask for it."""
    rulebook = Rulebook.model_validate(summary["rules"]["settings"])
    period = calendar_of(rulebook).period(summary["period"]["name"])
    settings = (summary["rules_before"] or {}).get("settings")
    superseded = None if settings is None else Rulebook.model_validate(settings)
    previous = _previous(period, rulebook, superseded or rulebook)
    windows, shared = windows_of(rulebook, period), shared_chance(rulebook, period, previous)
    as_of = date.fromisoformat(summary["as_of"])
    return Context(rulebook, period, previous, windows, as_of, {}, shared=shared, superseded=superseded)


def _previous(period: Period, rulebook: Rulebook, before: Rulebook) -> Period:
    """The period before, in the calendar of the rules that were in force for it."""
    calendar = calendar_of(before)
    if calendar == calendar_of(rulebook):
        return calendar.previous(period)
    return calendar.latest_complete(period.start - DAY)


def _told(accounts: Accounts, sums: AccountSums) -> Accounts:
    """The accounts, with what is to be said of those that add most to a rule, so that it is known when asked."""
    rules = [rule.name for rule in accounts.rulebook.rules]
    for n in range(sums.points.shape[1]):
        top = sums.keys.with_columns(points=pl.Series(sums.points[:, n]), rule=pl.lit(rules[n]))
        accounts.told(top[chosen(sums.manager, sums.points[:, n])])
    return accounts


def _points(apart: Apart | None, withheld: Sequence[str] = ()) -> Points:
    """Manager and rule to the points, but for those whose scores are withheld."""
    lines = () if apart is None else apart.whole.select("manager_id", "rule", "points").iter_rows()
    return {(m, rule): points for m, rule, points in lines if m not in withheld}


def _published(kept: pl.DataFrame, by_rule: pl.DataFrame, rulebook: Rulebook) -> Published:
    then = kept.filter(pl.col("side") == PUBLISHED).select("manager_id", pl.col("points").alias("score"))
    added = by_rule.filter(pl.col("before").is_not_null()).with_columns(points="before", without="before")
    by_then = pl.col("rule").is_null()
    again = AccountSums.of(added.filter(~by_then).select(*OF_RULES), rulebook)
    return Published(then, added.filter(by_then).select("manager_id", "account_id", "points"), again)
