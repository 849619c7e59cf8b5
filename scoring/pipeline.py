"""The line, from exports to scorecards: tables → ledger → credit → book → measures → scores → run.

Read this file first. Each step takes frames and returns frames; the rooms behind them say how.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import polars as pl

from scoring import book, notes, scope, trust, watch
from scoring.account_quarters import Trail
from scoring.asked import loose_costs
from scoring.booking import Booked, Tables, booked
from scoring.calendar import Period
from scoring.cohorts import cohorts
from scoring.company import company_facts, totals
from scoring.credit.tree import under_heads
from scoring.endings import churn_reasons
from scoring.engine import Engine, Here
from scoring.errors import Problem, in_order
from scoring.folder import Folder, opened
from scoring.intake import Request
from scoring.ledger.build import Windows
from scoring.measure import COMPANY, attainment, measure_at, sorted_by_key, with_loose
from scoring.metrics import OVER_BOOK, Metric
from scoring.metrics.acquisition import SPENDING
from scoring.parts import ACCOUNT, Part
from scoring.restate import Sealed, on_cards, prior_periods
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.run import Run
from scoring.scorecard.cards import Scored
from scoring.scorecard.compared import judge_compared
from scoring.scorecard.context import Context
from scoring.scorecard.estimates import Compared
from scoring.scorecard.exclusions import Excluded, excluded
from scoring.scorecard.judge import judge
from scoring.scorecard.judged import Judged
from scoring.scorecard.kept import kept
from scoring.scorecard.rule_findings import placed, rule_findings
from scoring.scorecard.trusted import trusted_cards
from scoring.scorecard.unweighed import account_points, estimates
from scoring.worth import Worth


def run(request: Request, seals: Sequence[Sealed] = (), engine: Engine | None = None) -> Run:
    """The run of a folder: scorecards of a period, with all that they were computed from.

    `seals` are the sealed runs of the folder: what was learned of earlier periods since becomes lines of this one.
    The `engine` says where accounts are worked out; the run is the same with every engine.
    Raises ProblemsFoundError when anything is wrong with the rules or, unless rows are to be set aside, with
    the exports; UnbalancedError or NotConservedError when money does not add up.
    """
    folder = opened(request)
    rulebook, tables, exports = folder.rulebook, folder.tables, folder.exports
    engine = engine or Here()
    period, trail = folder.period, Trail(tables, rulebook, request.as_of, engine=engine)
    before = _before(folder, trail)
    now = score(tables, rulebook, period, request.as_of, looks_back=True, weighs=True, trail=trail)
    measures = measured(now.scored.rows, rulebook, tables, period, engine=engine)
    people = notes.people(tables)
    left_out = excluded(tables, now.compared, request.as_of, people)
    with_all = judged_by_method(tables, rulebook, period, now.made, trail.with_all()) if left_out.are_applied else None
    seen = _seen(folder, now, left_out)
    said, watched = notes.of_run(seen), watch.of_run(seen)
    told = watch.with_notes(watched, said.by_manager)
    doubts = trust.of_run(looked_at(folder, now.scored.rows))
    found = rule_findings(now.scored.judged.weighing)
    verdicts = trust.verdicts(doubts, now.scored.judged.scores["manager_id"])
    shared = _shared(rulebook, (period, now.windows), (before.period, before.windows))
    context = Context(
        rulebook, period, before.period, now.windows, request.as_of, people, told, shared, left_out.by_manager,
        before.superseded,
    )  # fmt: skip
    scored = replace(now.scored, with_all=with_all)
    scored = scored.since(before.scored) if before.scored else scored
    made = trusted_cards(scored, before.scored, context, verdicts)
    prior = prior_periods(seals, folder.rows, request.as_of, period)
    return Run(
        rulebook=rulebook,
        context=context,
        inputs=exports.inputs,
        problems=in_order(
            (
                *folder.problems,
                *before.problems,
                *placed(found, folder.version, period.name),
                *folder.later,
                *trust.problems(doubts),
                *said.problems,
            )
        ),
        cards=on_cards(made, prior, now.scored.rows, period),
        company={
            **company_facts(measures, context, said.general, now.worth.sentences, trust.sentences(doubts)),
            "kept": kept(measures, now.scored.judged.lost, people, rulebook.interval),
        },
        totals=totals(now.scored.rows, rulebook.currency),
        measures=measures,
        book=now.scored.rows,
        movements=now.scored.moves,
        lines=now.ends.collect(),
        lifetime=now.worth.valued.now,
        cohorts=cohorts(now.ledger_lines, tables["accounts"], tables["rates"], rulebook, period, request.as_of),
        churn_reasons=churn_reasons(now.scored.moves, now.ledger_lines, now.scored.rows, rulebook.breakdowns),
        compared=now.scored.judged.trace,
        estimates=estimates(scored, before.scored, rulebook),
        account_points=account_points(scored, before.scored),
        matches=exports.matches,
        worth=now.worth.summary,
        mapping=exports.mapping,
        watch=watch.as_json(watched),
        trust=trust.as_json(doubts),
        exclusions=left_out.every,
        is_first=before.scored is None,
        rule_findings=found,
        prior=prior,
        read=folder.rows,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Before:
    """The period before, by the rules that were in force for it, and judged again by those of the period scored.

    `scored` is None where no rules were in force; `superseded` the rules of then, where they are others.
    """

    period: Period
    windows: Windows
    scored: Scored | None
    superseded: Rulebook | None = None
    problems: Sequence[Problem] = ()


def _before(folder: Folder, trail: Trail) -> _Before:
    """The period before the folder's; `trail` holds the quarters of the rules in force for the folder's."""
    rulebook, found = folder.rulebook, folder.before()
    if found is None:
        earlier = calendar_of(rulebook).previous(folder.period)
        return _Before(earlier, scope.windows(rulebook, earlier), None)
    again = score(folder.tables, rulebook, found.period, folder.as_of, metrics=(), trail=trail)
    if found.version is folder.version:
        return _Before(found.period, again.windows, again.scored)
    own = found.version.rulebook
    theirs = trail.by(found.tables, own)
    then = score(found.tables, own, found.period, folder.as_of, metrics=(), trail=theirs)
    scored = replace(then.scored, again=again.scored.judged)
    return _Before(found.period, again.windows, scored, own, found.version.problems)


def looked_at(folder: Folder, rows: pl.DataFrame | None = None) -> trust.Looked:
    """What the gates of trust look at; `rows` is the book."""
    checked = folder.exports.checked
    return trust.Looked(
        folder.rulebook, folder.tables, checked.tables, checked.set_aside, folder.exports.inputs, folder.period,
        folder.as_of, rows,
    )  # fmt: skip


def _seen(folder: Folder, now: "Result", left_out: Excluded) -> notes.Seen:
    """What notes and the watch look at."""
    rulebook, tables = folder.rulebook, folder.tables
    reaching = tuple(scope.late_start(tables, rulebook, now.windows))
    aside, outcome = folder.exports.checked.set_aside, now.windows.outcome
    return notes.Seen(
        rulebook, tables, now.ledger_lines, now.scored.rows, aside, outcome, reaching, now.compared, left_out.every
    )


def _shared(rulebook: Rulebook, now: tuple[Period, Windows], before: tuple[Period, Windows]) -> float:
    """The correlation of the chance in two periods' scores, by what they both look at."""
    if rulebook.method == "target_bands":
        return scope.shared_chance(rulebook, now[1], before[1])
    return scope.shared_quarters(rulebook, now[0], before[0])


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One period from ledger to scores.

    `made` is the book that was judged; `ledger_lines` what the ledger was read from; `ends`, not yet collected, the
    lines behind the outcomes; `compared` what managers are compared by, None where values are graded.
    """

    windows: Windows
    scored: Scored
    made: Booked
    ledger_lines: pl.DataFrame
    ends: pl.LazyFrame
    worth: Worth
    compared: Compared | None


def score(
    tables: Tables,
    rulebook: Rulebook,
    period: Period,
    as_of: date,
    *,
    metrics: Sequence[Metric] = OVER_BOOK,
    looks_back: bool = False,
    weighs: bool = False,
    trail: Trail | None = None,
) -> Result:
    """One period, from tables to scores, with a book for those `metrics` and the rules'.

    With `looks_back` past forecasts of lifetime value are checked, with `weighs` the rules are weighed against each
    other, too. `trail` holds quarters made already.
    """
    trail = trail or Trail(tables, rulebook, as_of)
    made = booked(tables, rulebook, period, as_of, metrics=metrics, looks_back=looks_back, engine=trail.engine)
    compared = None if rulebook.method == "target_bands" else trail.until(period, made)
    judged = _judged(tables, rulebook, period, made, compared, weighs=weighs)
    scored = Scored(judged, made.rows, made.moves)
    return Result(made.windows, scored, made, made.lines, made.ends, made.worth, compared)


def judged_by_method(
    tables: Tables, rulebook: Rulebook, period: Period, made: Booked, trail: Trail, *, weighs: bool = False
) -> Judged:
    """The scores of the period's book: graded by targets, or compared with what such accounts do in any hands."""
    compared = None if rulebook.method == "target_bands" else trail.until(period, made)
    return _judged(tables, rulebook, period, made, compared, weighs=weighs)


def _judged(
    tables: Tables, rulebook: Rulebook, period: Period, made: Booked, compared: Compared | None, *, weighs: bool
) -> Judged:
    if compared is None:
        return judge(made.rows, rulebook, tables["targets"], period.name)
    return judge_compared(made.rows, rulebook, tables["targets"], period.name, compared, weighs=weighs)


def measured(
    rows: pl.DataFrame,
    rulebook: Rulebook,
    tables: Tables,
    period: Period,
    metrics: Sequence[Metric] = OVER_BOOK,
    engine: Engine | None = None,
) -> pl.DataFrame:
    """Each metric for the company, teams, branches, managers, accounts, and the kinds of accounts asked for.

    `rows` is the book; a branch is a manager with everybody below. One row per grain, id and metric, as
    `measure.SCHEMA`, sorted by them.
    """
    kinds = [b for b in rulebook.breakdowns if b in rows.columns]
    apart = engine is not None and engine.splits
    grains = [COMPANY, "team", "manager_id", *(() if apart else (ACCOUNT,)), *kinds]
    by_grain = dict.fromkeys(grains, rows)
    branched = under_heads(rows, tables["managers"])
    if branched.height:
        by_grain["branch"] = branched
    books = pl.collect_all([book.at(frame.lazy(), grain) for grain, frame in by_grain.items()])
    once = {grain: frame.lazy() for grain, frame in zip(by_grain, books, strict=True)}
    everywhere, spending = [m for m in metrics if m not in SPENDING], [m for m in metrics if m in SPENDING]
    frames = measure_at(once, everywhere, basis=rulebook.basis)
    if spending:
        loose = loose_costs(tables, rulebook, scope.windows(rulebook, period)).lazy()
        spent = {grain: with_loose(once[grain], loose, grain) for grain in (COMPANY, "team", "manager_id")}
        frames += measure_at(spent, spending, basis=rulebook.basis)
    figures = pl.concat(pl.collect_all(frames))
    reached = attainment(figures.lazy(), tables["targets"].lazy(), period.name).collect()
    made = sorted_by_key(pl.concat([figures, reached]))
    if engine is not None and apart:
        step = partial(_of_accounts, metrics=everywhere, basis=rulebook.basis)
        made = _among(made, engine.map(step, {"rows": rows}, {}))
    names = {"manager_id": "manager", ACCOUNT: "account"}
    return made.with_columns(pl.col("grain").replace(names))


def _of_accounts(part: Part, _: Mapping[str, pl.DataFrame], metrics: Sequence[Metric], basis: str) -> pl.DataFrame:
    """Each metric for each of some accounts, as `measured`, from their part of the book."""
    once = book.at(part.tables["rows"].lazy(), ACCOUNT)
    return sorted_by_key(pl.concat(pl.collect_all(measure_at({ACCOUNT: once}, metrics, basis=basis))))


def _among(made: pl.DataFrame, accounts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The measures with those of accounts, which come in the order of their ids, where these belong."""
    before, after = made.filter(pl.col("grain") < ACCOUNT), made.filter(pl.col("grain") > ACCOUNT)
    return pl.concat([before, *accounts, after]).rechunk()
