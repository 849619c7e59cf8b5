"""Can the data be trusted as a whole? Gates that scores pass, are degraded by, or are withheld at, with the reason.

A gate looks at what was read and not at what scores say. A degraded score stands on its card and sets nobody apart; of
a withheld one its card gives the reason. How often gates speak where nothing is wrong stands in
`benchmarks/README.md`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scoring.errors import Problem
from scoring.scorecard.verdict import Standing, Verdict
from scoring.trust.cliffs import CLIFFS
from scoring.trust.coverage import COVERAGE
from scoring.trust.freshness import FRESHNESS
from scoring.trust.gate import Finding, Gate, Level, Looked
from scoring.trust.page_sizes import PAGE_SIZES
from scoring.trust.totals import TOTALS
from scoring.trust.unmatched import UNMATCHED

__all__ = [
    "GATES",
    "Finding",
    "Gate",
    "Level",
    "Looked",
    "as_json",
    "of_run",
    "problems",
    "sentences",
    "verdict_of",
    "verdicts",
]

GATES: tuple[Gate, ...] = (FRESHNESS, COVERAGE, TOTALS, UNMATCHED, CLIFFS, PAGE_SIZES)
"""Every gate, in the order in which cards name what they found."""

_STANDINGS: Mapping[Level, Standing] = {
    Level.TOLD: "full", Level.DEGRADES: "degraded", Level.WITHHOLDS: "withheld",
}  # fmt: skip


def of_run(looked: Looked) -> tuple[Finding, ...]:
    """What the gates found, in their order."""
    return tuple(finding for gate in GATES for finding in gate.findings(looked))


def verdicts(found: Sequence[Finding], managers: Iterable[str]) -> dict[str, Verdict]:
    """By manager, whether their score may be given, with the reasons; those fully trusted left out."""
    made = {}
    for manager in managers:
        touching = [f for f in found if f.level > Level.TOLD and (f.managers is None or manager in f.managers)]
        if touching:
            level = max(f.level for f in touching)
            gravest = sorted(touching, key=lambda f: -f.level)
            made[manager] = Verdict(_STANDINGS[level], tuple(f.reason for f in gravest))
    return made


def verdict_of(manager: str, told: Iterable[Mapping[str, Any]]) -> Verdict:
    """Whether the manager's score may be given, by findings `as_json`; without the reasons."""
    touching = (Level[f["level"].upper()] for f in told if f["managers"] is None or manager in f["managers"])
    return Verdict(_STANDINGS[max(touching, default=Level.TOLD)])


def problems(found: Iterable[Finding]) -> list[Problem]:
    """The findings among the problems of a run."""
    return [finding.problem for finding in found]


def sentences(found: Iterable[Finding]) -> list[str]:
    """The findings for the page of the company, each with what becomes of scores and how to mend it."""
    return [finding.sentence for finding in found]


def as_json(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """The findings for other programs to read."""
    return [finding.as_json for finding in found]
