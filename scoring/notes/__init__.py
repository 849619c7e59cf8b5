"""What must be read with care? Oddities of the data in words, for the run and for the cards they touch."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from scoring.errors import Problem, Severity
from scoring.letters import told_apart
from scoring.notes import accounts, aside, compared, exclusions, lines, owners, periods
from scoring.notes.seen import Frames, Seen, sentence

__all__ = ["Said", "Seen", "of_run", "people"]

GENERAL: tuple[Callable[[Seen], list[str]], ...] = (
    owners.unassigned, owners.only_todays, owners.without_a_card, accounts.idle, accounts.returning,
    lines.at_risk, lines.trials, lines.side_by_side, lines.said_to_have_left, aside.rows,
    exclusions.applied, exclusions.not_applied,
)  # fmt: skip
"""What is said of the company, in this order."""

TO_MEND: tuple[Callable[[Seen], list[Problem]], ...] = (
    lines.off_ladder, lines.naming_nobody, lines.naming_later, owners.nameless_territories,
    periods.costs, periods.targets,
)  # fmt: skip
"""What is said with a way to mend it."""

OF_CARDS: tuple[Callable[[Seen], Mapping[str, str]], ...] = (
    owners.handed_over, accounts.dominant, aside.accounts, lines.at_risk_of, lines.flipped,
    compared.passed_on_late, compared.overlapping, compared.without_owner,
)  # fmt: skip
"""What is said on a manager's card."""


@dataclass(frozen=True, slots=True)
class Said:
    """Notes as problems of the run, as sentences by manager ("" for all), and as sentences about the company."""

    problems: Sequence[Problem]
    by_manager: Mapping[str, Sequence[str]]
    general: Sequence[str]


def of_run(seen: Seen) -> Said:
    """All that people should know before they read the scores."""
    reaching = [sentence(p) for p in seen.reaching]
    general = list(chain.from_iterable(said(seen) for said in GENERAL))
    mending = list(chain.from_iterable(said(seen) for said in TO_MEND))
    by_manager: dict[str, list[str]] = defaultdict(list)
    by_manager[""] = reaching
    for said in OF_CARDS:
        for manager, words in said(seen).items():
            by_manager[manager].append(words)
    problems = [*seen.reaching, *mending, *(Problem(words, severity=Severity.NOTE) for words in general)]
    return Said(problems, by_manager, [*reaching, *general, *(sentence(p) for p in mending)])


def people(tables: Frames) -> dict[str, dict[str, str | None]]:
    """Manager to name, team and whom they report to; behind a name that several have stands the id."""
    rows = list(tables["managers"].iter_rows(named=True))
    names = told_apart({row["manager_id"]: row["name"] for row in rows if row["name"]})
    told = ("team", "reports_to")
    return {r["manager_id"]: {"name": names.get(r["manager_id"]), **{t: r[t] for t in told}} for r in rows}
