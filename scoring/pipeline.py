"""The line, from exports to scorecards: tables → ledger → credit → book → measures → scores → run.

Read this file first. Each step takes frames and returns frames; the rooms behind them say how.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from scoring import notes, trust, watch
from scoring.calendar import Period, length_of
from scoring.cohorts import cohorts
from scoring.company import company_facts, totals
from scoring.endings import Exchange, churn_reasons
from scoring.engine import Engine, Here
from scoring.errors import Problem, in_order
from scoring.intake import Request
from scoring.intake.folder import Folder, opened
from scoring.ledger.build import Windows
from scoring.measures import measured
from scoring.metrics import OVER_BOOK, Metric
from scoring.period.account_quarters import Trail
from scoring.period.asked import undivided_costs, unmet_targets
from scoring.period.booking import Booked, Tables, booked
from scoring.period.shared_chance import shared_chance
from scoring.period.windows import late_start
from scoring.period.worth import Worth
from scoring.restate import Sealed, on_cards, prior_periods
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.run import Run
from scoring.scorecard.cards import Scored
from scoring.scorecard.compared import judge_compared
from scoring.scorecard.context import Context
from scoring.scorecard.estimates import Compared
from scoring.scorecard.exclusions import Excluded, People, excluded
from scoring.scorecard.judge import judge
from scoring.scorecard.judged import Judged
from scoring.scorecard.kept import kept
from scoring.scorecard.rule_findings import placed, rule_findings
from scoring.scorecard.trusted import trusted_cards, withheld_of
from scoring.scorecard.unweighed import account_points, estimates
from scoring.scorecard.verdict import Verdict


def run(request: Request, seals: Sequence[Sealed] = (), engine: Engine | None = None) -> Run:
    """The run of a folder: scorecards of a period, with all that they were computed from.

    `seals` are the sealed runs of the folder: what was learned of earlier periods since becomes lines of this one.
    The `engine` says where accounts are worked out; the run is the same with every engine.
    Raises ProblemsFoundError when anything is wrong with the rules or, unless rows are to be set aside, with
    the exports; UnbalancedError or NotConservedError when money does not add up.
    """
    folder = opened(request)
    rulebook, tables, exports, period = folder.rulebook, folder.tables, folder.exports, folder.period
    people = notes.people(tables)
    before, now, left_out = _scored(folder, people, engine or Here())
    measures = measured(now.scored.rows, rulebook, tables, period, engine=engine)
    seen = _seen(folder, now, left_out)
    said, watched = notes.of_run(seen), watch.of_run(seen)
    told = watch.with_notes(watched, said.by_manager)
    doubts = folder.reader.doubts(rulebook, period, now.scored.rows)
    found = rule_findings(now.scored.judged.weighing)
    verdicts = trust.verdicts(doubts, now.scored.judged.scores["manager_id"])
    shared = shared_chance(rulebook, period, before.period)
    context = Context(
        rulebook, period, before.period, now.windows, request.as_of, people, told, shared, left_out.by_manager,
        before.superseded,
    )  # fmt: skip
    scored = now.scored.since(before.scored) if before.scored else now.scored
    made = trusted_cards(scored, before.scored, context, verdicts, before.verdicts)
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
            **company_facts(measures.groups, context, said.general, now.worth.sentences, trust.sentences(doubts)),
            "kept": kept(measures.groups, now.scored.judged.lost, people, rulebook.interval, withheld_of(verdicts)),
        },
        totals=totals(now.scored.rows, rulebook.currency),
        measures=measures,
        book=now.scored.rows,
        movements=now.scored.moves,
        lines=now.ends.collect(),
        lifetime=now.worth.valued.now,
        cohorts=cohorts(now.ledger_lines, tables["accounts"], tables["rates"], rulebook, period, request.as_of),
        churn_reasons=churn_reasons(
            now.scored.moves,
            now.ledger_lines,
            now.scored.rows,
            rulebook,
            worth=Exchange(tables["rates"].lazy(), now.windows.moves.start, rulebook.currency),
        ),
        compared=now.scored.judged.trace,
        estimates=estimates(scored, before.scored, rulebook),
        account_points=account_points(scored, before.scored),
        expectations=now.scored.judged.expected.table,
        account_kinds=now.scored.judged.expected.kinds,
        matches=exports.matches,
        worth=now.worth.summary,
        mapping=exports.mapping,
        watch=watch.as_json(watched),
        trust=trust.as_json(doubts),
        trust_before=trust.as_json(before.doubts),
        exclusions=left_out.every,
        is_first=before.scored is None,
        rule_findings=found,
        prior=prior,
        read=folder.rows,
    )


def _scored(folder: Folder, people: People, engine: Engine) -> "tuple[_Before, Result, Excluded]":
    """The period before, the period, and what is left out of its scores; quarters are let go when both are done."""
    tables, rulebook, period = folder.tables, folder.rulebook, folder.period
    trail = Trail(tables, rulebook, folder.as_of, engine=engine)
    before = _before(folder, trail)
    now = score(tables, rulebook, period, folder.as_of, looks_back=True, weighs=True, trail=trail)
    left_out = excluded(tables, now.compared, folder.as_of, people, every=folder.rows["accounts"])
    if left_out.are_applied:
        with_all = judged_by_method(tables, rulebook, period, now.made, trail.with_all())
        now = replace(now, scored=replace(now.scored, with_all=with_all))
    return before, now, left_out


@dataclass(frozen=True, slots=True, eq=False)
class _Before:
    """The period before, by the rules that were in force for it, and judged again by those of the period scored.

    `scored` is None where no rules were in force; `superseded` the rules of then, where they are others. `doubts` is
    why the exports may not carry its scores.
    """

    period: Period
    scored: Scored | None
    superseded: Rulebook | None = None
    problems: Sequence[Problem] = ()
    doubts: Sequence[trust.Finding] = ()

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """By manager, whether the score may be given."""
        return {} if self.scored is None else trust.verdicts(self.doubts, self.scored.judged.scores["manager_id"])


def _before(folder: Folder, trail: Trail) -> _Before:
    """The period before the folder's; `trail` holds the quarters of the rules in force for the folder's."""
    rulebook, found = folder.rulebook, folder.before()
    if found is None:
        earlier = calendar_of(rulebook).previous(folder.period)
        return _Before(earlier, None)
    again = score(folder.tables, rulebook, found.period, folder.as_of, metrics=(), trail=trail)
    own = found.version.rulebook
    if found.version is folder.version:
        doubts = folder.reader.doubts(own, found.period, again.scored.rows)
        return _Before(found.period, again.scored.over, doubts=doubts)
    theirs = trail.by(found.tables, own)
    then = score(found.tables, own, found.period, folder.as_of, metrics=(), trail=theirs)
    scored = replace(then.scored.over, again=again.scored.judged)
    doubts = folder.reader.doubts(own, found.period, then.scored.rows)
    return _Before(found.period, scored, own, found.version.problems, doubts)


def _seen(folder: Folder, now: "Result", left_out: Excluded) -> notes.Seen:
    """What notes and the watch look at."""
    rulebook, tables = folder.rulebook, folder.tables
    reaching = tuple(late_start(tables, rulebook, now.windows))
    aside, outcome = folder.exports.checked.set_aside, now.windows.outcome
    return notes.Seen(
        rulebook, tables, now.ledger_lines, now.scored.rows, aside, outcome, reaching, now.compared, left_out.every,
        undivided_costs(tables, rulebook, now.windows), unmet_targets(tables, rulebook, folder.period),
        length_of(folder.period),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One period from ledger to scores.

    `made` is the book that was judged; `ledger_lines` what the ledger was read from; `ends`, not yet collected, the
    lines behind the outcomes; `compared` what managers are compared by, None where values are graded.
    """

    windows: Windows
    scored: Scored
    made: Booked
    ledger_lines: pl.LazyFrame
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
        return judge(made.rows, rulebook, tables["targets"], period.name, weighs=weighs)
    return judge_compared(made.rows, rulebook, tables["targets"], period.name, compared, weighs=weighs)
