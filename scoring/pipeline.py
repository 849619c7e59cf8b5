"""The line, from exports to scorecards: tables → ledger → credit → book → measures → scores → run.

Read this file first. Each step takes frames and returns frames; the rooms behind them say how.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from scoring import book, facts, notes, scope
from scoring.asked import asked, loose_costs
from scoring.calendar import Period
from scoring.cohorts import cohorts
from scoring.company import company_facts, totals
from scoring.credit.policy import Ownership, answering
from scoring.credit.tree import under_heads
from scoring.endings import churn_reasons
from scoring.errors import in_order
from scoring.facts import growth_parts, lifetime_value, margins, net_moves, renewals
from scoring.facts.flags import flags
from scoring.folder import opened
from scoring.intake import Request
from scoring.ledger.bridge import COLUMNS as BRIDGE
from scoring.ledger.bridge import check_balance, check_conserved
from scoring.ledger.build import Ledger, Windows, contract_lines, invoice_lines, of_contracts, of_invoices
from scoring.lifetime.exposure import exposure
from scoring.measure import COMPANY, attainment, measure, with_loose
from scoring.metrics import CATALOGUE, OVER_BOOK, Metric
from scoring.metrics.acquisition import SPENDING
from scoring.rules import Rulebook
from scoring.run import Run
from scoring.scorecard.cards import Scored, cards
from scoring.scorecard.context import Context
from scoring.scorecard.judge import judge
from scoring.worth import UNVALUED, VALUE_COLUMNS, Worth, facts_of, worth

Tables = dict[str, pl.DataFrame]


def run(request: Request) -> Run:
    """The run of a folder: scorecards of a period, with all that they were computed from.

    Raises ProblemsFoundError when anything is wrong with the rules or, unless rows are to be set aside, with
    the exports; UnbalancedError or NotConservedError when money does not add up.
    """
    folder = opened(request)
    rulebook, tables, exports = folder.rulebook, folder.tables, folder.exports
    calendar, period = scope.calendar_of(rulebook), folder.period(request.period)
    before = score(tables, rulebook, calendar.previous(period), request.as_of, metrics=())
    now = score(tables, rulebook, period, request.as_of, looks_back=True)
    measures = measured(now.scored.rows, rulebook, tables, period)
    reaching = (*scope.shortfall(tables, period, request.as_of), *scope.late_start(tables, rulebook, now.windows))
    aside, outcome = exports.checked.set_aside, now.windows.outcome
    seen = notes.Seen(rulebook, tables, now.ledger_lines, now.scored.rows, aside, outcome, reaching)
    said = notes.of_run(seen)
    problems = in_order((*folder.problems, *folder.later, *said.problems))
    context = Context(
        rulebook,
        period,
        calendar.previous(period),
        now.windows,
        request.as_of,
        notes.people(tables),
        said.by_manager,
        scope.shared_chance(rulebook, now.windows, before.windows),
    )
    return Run(
        rulebook=rulebook,
        context=context,
        inputs=exports.inputs,
        problems=problems,
        cards=cards(now.scored, before.scored, context),
        company=company_facts(measures, context, said.general, now.worth.sentences),
        totals=totals(now.scored.rows, rulebook.currency),
        measures=measures,
        book=now.scored.rows,
        movements=now.scored.moves,
        lines=now.ends.collect(),
        lifetime=now.worth.valued.now,
        cohorts=cohorts(now.ledger_lines, tables["accounts"], tables["rates"], rulebook, period, request.as_of),
        churn_reasons=churn_reasons(now.scored.moves, now.ledger_lines, now.scored.rows, rulebook.breakdowns),
        worth=now.worth.summary,
        mapping=exports.mapping,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One period from ledger to scores.

    `ledger_lines` is what the ledger was read from; `ends`, not yet collected, the lines behind the outcomes.
    """

    windows: Windows
    scored: Scored
    ledger_lines: pl.DataFrame
    ends: pl.LazyFrame
    worth: Worth


def score(
    tables: Tables,
    rulebook: Rulebook,
    period: Period,
    as_of: date,
    *,
    metrics: Sequence[Metric] = OVER_BOOK,
    looks_back: bool = False,
) -> Result:
    """One period, from tables to scores, with a book for those `metrics` and the rules'.

    With `looks_back` past forecasts of lifetime value are checked, too.
    """
    made = booked(tables, rulebook, period, as_of, metrics=metrics, looks_back=looks_back)
    judged = judge(made.rows, rulebook, tables["targets"], period.name)
    return Result(made.windows, Scored(judged, made.rows, made.moves), made.lines, made.ends, made.worth)


@dataclass(frozen=True, slots=True, eq=False)
class Booked:
    """One period from ledger to book: `rows` and `moves` with who is credited, `lines` and `ends` as in `Result`."""

    windows: Windows
    rows: pl.DataFrame
    moves: pl.DataFrame
    lines: pl.DataFrame
    ends: pl.LazyFrame
    worth: Worth


def booked(
    tables: Tables,
    rulebook: Rulebook,
    period: Period,
    as_of: date,
    *,
    metrics: Sequence[Metric] = OVER_BOOK,
    looks_back: bool = False,
) -> Booked:
    """One period, from tables to the book that those `metrics` and the rules' are measured over."""
    windows = scope.windows(rulebook, period)
    lazy = {name: frame.lazy() for name, frame in tables.items()}
    ledger = _ledger(lazy, rulebook, windows, as_of)
    own = Ownership(rulebook.ownership.policy, rulebook.ownership.attribute, rulebook.ownership.managers)
    whose = answering(own, lazy, ledger, windows, basis=rulebook.basis, as_of=as_of, currency=rulebook.currency)
    further = asked(tables, ledger, whose.moves, rulebook, windows, as_of)
    ruled = [CATALOGUE[name] for rule in rulebook.rules for name in (rule.metric, rule.of) if name in CATALOGUE]
    asked_for = {column for metric in (*metrics, *ruled) for column in metric.columns}
    made = worth(lazy, ledger, rulebook, windows, looks_back=looks_back) if asked_for & VALUE_COLUMNS else UNVALUED
    known = _known(ledger, rulebook, windows).join(further.known, on="account_id", how="full", coalesce=True)
    known = known.join(lifetime_value.known(made.valued), on="account_id", how="full", coalesce=True)
    constants = {**_constants(rulebook), **further.constants, "value_error": pl.lit(made.error.spread, pl.Float64)}
    valued = facts_of(made, ledger, rulebook, windows)
    happened = facts.found([*_happened(lazy, ledger, rulebook, windows, as_of), *further.happened, *valued])
    policies = rulebook.credit.model_dump(exclude={"growth_parts", "lifetime_value"})
    built = book.build(ledger, whose, policies, lazy["accounts"], known, constants, happened=happened)
    bridge, outcome, lines, rows, moves = pl.collect_all(
        [ledger.bridge, ledger.outcome, ledger.lines, built.rows, built.moves]
    )
    rows = _with_teams(rows, tables["managers"])
    _check(bridge, outcome, rows)
    return Booked(windows, rows, moves, lines, ledger.ends, made)


def measured(
    rows: pl.DataFrame,
    rulebook: Rulebook,
    tables: Tables,
    period: Period,
    metrics: Sequence[Metric] = OVER_BOOK,
) -> pl.DataFrame:
    """Each metric for the company, teams, branches, managers, accounts, and the kinds of accounts asked for.

    `rows` is the book; a branch is a manager with everybody below. One row per grain, id and metric, as
    `measure.SCHEMA`, sorted by them.
    """
    kinds = [b for b in rulebook.breakdowns if b in rows.columns]
    by_grain = dict.fromkeys((COMPANY, "team", "manager_id", "account_id", *kinds), rows)
    branched = under_heads(rows, tables["managers"])
    if branched.height:
        by_grain["branch"] = branched
    books = pl.collect_all([book.at(frame.lazy(), grain) for grain, frame in by_grain.items()])
    once = {grain: frame.lazy() for grain, frame in zip(by_grain, books, strict=True)}
    everywhere, spending = [m for m in metrics if m not in SPENDING], [m for m in metrics if m in SPENDING]
    frames = [f for grain in once for f in measure(once[grain], everywhere, grain, basis=rulebook.basis)]
    loose = loose_costs(tables, rulebook, scope.windows(rulebook, period)).lazy()
    for grain in (COMPANY, "team", "manager_id") if spending else ():
        frames += measure(with_loose(once[grain], loose, grain), spending, grain, basis=rulebook.basis)
    figures = pl.concat(pl.collect_all(frames))
    reached = attainment(figures.lazy(), tables["targets"].lazy(), period.name).collect()
    names = {"manager_id": "manager", "account_id": "account"}
    return pl.concat([figures, reached]).with_columns(pl.col("grain").replace(names)).sort("grain", "id", "metric")


def _ledger(tables: dict[str, pl.LazyFrame], rulebook: Rulebook, windows: Windows, as_of: date) -> Ledger:
    """The ledger, collected once, since much is made from it; but for `ends`, which only the scored period needs."""
    terms = scope.terms(rulebook)
    if rulebook.basis == "contracts":
        lines = contract_lines(tables["contracts"], terms, as_of).collect().lazy()
        made = of_contracts(lines, tables["rates"], terms, windows)
    else:
        made = of_invoices(invoice_lines(tables["invoices"], terms), tables["rates"], terms, windows)
    frames = pl.collect_all([made.bridge, made.moves, made.outcome, made.tiers, made.lines])
    bridge, moves, outcome, tiers, read = (frame.lazy() for frame in frames)
    return Ledger(bridge, moves, outcome, tiers, read, made.ends, made.standing, made.is_net)


def _known(ledger: Ledger, rulebook: Rulebook, windows: Windows) -> pl.LazyFrame:
    """What is known of each account beside its revenue: how long it was at risk, and whether it left."""
    if rulebook.basis != "contracts":
        return pl.LazyFrame(schema={"account_id": pl.String}) if ledger.standing is None else ledger.standing
    ends = exposure(ledger.lines, windows.outcome.end, "")
    starts = exposure(ledger.lines, windows.outcome.start, "_before")
    known = ends.join(starts, on="account_id", how="left", validate="1:1")
    if ledger.standing is None:
        return known
    return known.join(ledger.standing, on="account_id", how="full", coalesce=True, validate="1:1")


def _happened(
    tables: dict[str, pl.LazyFrame], ledger: Ledger, rulebook: Rulebook, windows: Windows, as_of: date
) -> list[facts.Dated]:
    """What happened to accounts on days of the period, beside movements of revenue."""
    credit, rates = rulebook.credit, tables["rates"]
    happened = net_moves.facts(ledger, credit.model_dump(exclude={"growth_parts"}))
    happened += margins.facts(tables["invoices"], rates, windows.moves, rulebook.currency)
    if rulebook.basis == "contracts":
        happened += renewals.facts(tables["contracts"], rates, windows.moves, scope.renewal_terms(rulebook, as_of))
        happened += growth_parts.facts(ledger, rates, windows.outcome, scope.growth_terms(rulebook))
    return happened


def _constants(rulebook: Rulebook) -> dict[str, pl.Expr]:
    """The rulebook's numbers that metrics need, as columns of the book."""
    lifetime = rulebook.lifetime
    tiers = {str(number): name for number, name in enumerate(rulebook.ladder.tiers)}
    return {
        "tier": pl.col("tier_after").cast(pl.String).replace_strict(tiers, default=None, return_dtype=pl.String),
        "top_tier": pl.lit(len(rulebook.ladder.tiers) - 1, dtype=pl.Int64),
        "margin": pl.lit(float(lifetime.margin)),
        "horizon_months": pl.lit(float(lifetime.horizon_months)),
        "prior_losses": pl.lit(float(lifetime.churn_prior_mean * lifetime.churn_prior_strength)),
        "prior_months": pl.lit(float(lifetime.churn_prior_strength)),
        "company_closing": pl.col("closing").sum(),
        **flags(
            returns_retained=rulebook.retention.reactivation_counts,
            forgives_contraction=not rulebook.retention.contraction_counts,
            free_stays=rulebook.retention.free_accounts == "kept",
            returns_unwon=not rulebook.quick_ratio.reactivation_counts,
        ),
    }


def _with_teams(rows: pl.DataFrame, managers: pl.DataFrame) -> pl.DataFrame:
    teams = managers.select("manager_id", "team")
    return rows.join(teams, on="manager_id", how="left", validate="m:1", maintain_order="left")


def _check(bridge: pl.DataFrame, outcome: pl.DataFrame, rows: pl.DataFrame) -> None:
    """Raises when the bridge of an account, a manager, a team or the company does not balance or add up."""
    check_conserved("crediting", bridge, rows, ("opening", "closing"))
    check_conserved("crediting", outcome, rows, ("before", "after"))
    grains = {"account_id": False, "manager_id": True, "team": True, COMPANY: False}
    bridges = [_named(rows).group_by(grain).agg(pl.col(c).sum() for c in BRIDGE) for grain in grains]
    for (grain, transfers), whole in zip(grains.items(), pl.collect_all(bridges), strict=True):
        check_balance(whole, grain.removesuffix("_id"), grain, transfers=transfers)


def _named(rows: pl.DataFrame) -> pl.LazyFrame:
    """The bridges of the book with a name at every grain."""
    return rows.lazy().with_columns(pl.col("team").fill_null("(none)"), pl.lit("whole").alias(COMPANY))
