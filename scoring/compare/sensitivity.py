"""How far do scores hang on what was chosen? The same period under other reasonable choices, one at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from scoring.calendar import Period
from scoring.compare.changes import Change
from scoring.compare.choices import Choice, Group, choices
from scoring.compare.subject import Subject, of_folder
from scoring.days import months_back
from scoring.errors import Problem
from scoring.intake import Request
from scoring.lengths import MONTHS_A_QUARTER
from scoring.letters import by_letters
from scoring.period.windows import windows_of
from scoring.reach import first_day
from scoring.rules import Rulebook
from scoring.scorecard.judged import Judged
from scoring.scorecard.of_rules import believes, metric_of

AS_IT_IS = "as it is"
"""What the rules' own choices are called."""
COMPARES_NOTHING = (
    "Method target_bands grades values and compares nothing, so of the choices only the weights of rules apply; "
    "with another method there are more."
)
_PLACES = 9
_DIGITS = 12
_FEWEST = 3
"""Below so many scores there is no order to speak of."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a manager stands under a choice; score and label are None where no score is published."""

    choice: str
    score: float | None
    label: str | None


@dataclass(frozen=True, slots=True)
class Manager:
    """A manager under all choices.

    `low` and `high` are the lowest and highest score that is published, the rules' own among them, None where there
    is none; `others` the choices under which the label is another one, or a score is published or not.
    """

    manager_id: str
    name: str
    score: float | None
    label: str | None
    low: Stand | None
    high: Stand | None
    others: tuple[Stand, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a choice does to all scores.

    `settings` is what would be written otherwise. `both` have a score either way, and of them `labels` another label;
    `lost` have none under the choice, `gained` only under it. `mean_move` and `largest_move` are in points, whichever
    way; `rank_correlation` is Spearman's. What cannot be said is None, for the `reason`.
    """

    choice: str
    group: Group
    settings: tuple[Change, ...]
    both: int
    labels: int
    lost: int
    gained: int
    mean_move: float | None
    largest_move: float | None
    rank_correlation: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """A period under other choices; managers by name, choices in the order of the settings.

    `left_out` says what could not be tried, or seen, and why.
    """

    period: str
    as_of: date
    method: str
    managers: tuple[Manager, ...]
    effects: tuple[Effect, ...]
    left_out: tuple[str, ...]


def of_request(request: Request) -> tuple[Sensitivity, tuple[Problem, ...]]:
    """The sensitivity of a folder's period, and what is odd about rules and exports. Raises ProblemsFoundError."""
    found = of_folder(request)
    return sensitivity(found), found.problems


def sensitivity(subject: Subject) -> Sensitivity:
    """The period's scores under other choices. Nothing is stored."""
    rulebook = subject.rulebook
    judged = subject.judged(rulebook)
    first = first_day(subject.trail.tables, rulebook.basis)
    asked = choices(rulebook, found_k(subject, judged), lambda n: _opens(subject, n) >= first)
    told = {AS_IT_IS: _stands(subject, judged, rulebook, AS_IT_IS)}
    told |= {c.name: _stands(subject, subject.judged(c.rulebook), c.rulebook, c.name) for c in asked}
    managers = {manager for stands in told.values() for manager in stands}
    everybody = sorted(managers, key=lambda m: (by_letters(subject.name_of(m)), m))
    base, *under = ({m: stands.get(m, Stand(name, None, None)) for m in everybody} for name, stands in told.items())
    return Sensitivity(
        subject.period.name,
        subject.as_of,
        rulebook.method,
        tuple(_manager(subject, m, stand, [found[m] for found in under]) for m, stand in base.items()),
        tuple(_effect(c, rulebook, base, found) for c, found in zip(asked, under, strict=True)),
        _left_out(rulebook, asked, first),
    )


def found_k(subject: Subject, judged: Judged) -> dict[str, float]:
    """Metric to the k of the rules' own choices; of methods that weigh evidence, where managers differ at all."""
    if not believes(subject.rulebook):
        return {}
    _, estimates = subject.estimates(judged)
    scales = {metric_of(r).name: found.scale for r, found in zip(subject.rulebook.rules, estimates, strict=True)}
    return {name: scale.k for name, scale in scales.items() if scale and scale.k}


def _opens(subject: Subject, quarters: int) -> date:
    """The first day that so many quarters up to the period's end look at."""
    end = months_back(subject.period.end, MONTHS_A_QUARTER * (quarters - 1))
    short = subject.rulebook.model_copy(update={"retention_window": "period"})
    return windows_of(short, Period("", months_back(end, MONTHS_A_QUARTER), end)).outcome.start


def _left_out(rulebook: Rulebook, asked: Sequence[Choice], first: date) -> tuple[str, ...]:
    """What a reader would look for and not find, and why."""
    if rulebook.method == "target_bands":
        return (COMPARES_NOTHING,)
    found = []
    if not believes(rulebook) and rulebook.method != "oe":
        found.append(
            f"Method {rulebook.method} has no range, so nobody is set apart from the peers whatever is chosen."
        )
    if rulebook.window.quarters < 8 and "window 8 quarters" not in [c.name for c in asked]:
        found.append(f"A window of 8 quarters was not tried: the exports begin on {first}.")
    if believes(rulebook) and not any(c.group == "credibility" for c in asked):
        found.append("No other k was tried: none was found.")
    return tuple(found)


def _stands(subject: Subject, judged: Judged, rulebook: Rulebook, choice: str) -> dict[str, Stand]:
    """Manager to what the card would say."""
    cards = subject.cards(judged, rulebook)
    return {c["manager_id"]: Stand(choice, c["score"], c["label"]) for c in cards}


def _manager(subject: Subject, manager: str, now: Stand, under: Sequence[Stand]) -> Manager:
    scored = [(s.score, s) for s in (now, *under) if s.score is not None]
    low = min(scored, key=lambda s: s[0])[1] if scored else None
    high = max(scored, key=lambda s: s[0])[1] if scored else None
    others = tuple(s for s in under if s.label != now.label or (s.score is None) != (now.score is None))
    return Manager(manager, subject.name_of(manager), now.score, now.label, low, high, others)


def _effect(choice: Choice, base: Rulebook, now: Mapping[str, Stand], then: Mapping[str, Stand]) -> Effect:
    pairs = [(one, then[manager]) for manager, one in now.items()]
    both = [(a.score, b.score, a.label != b.label) for a, b in pairs if a.score is not None and b.score is not None]
    moves = [abs(b - a) for a, b, _ in both]
    order = _order([a for a, _, _ in both], [b for _, b, _ in both])
    return Effect(
        choice.name,
        choice.group,
        choice.settings(base),
        len(both),
        sum(differs for _, _, differs in both),
        sum(a.score is not None and b.score is None for a, b in pairs),
        sum(a.score is None and b.score is not None for a, b in pairs),
        round(sum(moves) / len(moves), _PLACES) if moves else None,
        round(max(moves), _PLACES) if moves else None,
        order,
        None if order is not None else "nobody has a score both ways" if not moves else "there is no order to compare",
    )


def _order(now: Sequence[float], then: Sequence[float]) -> float | None:
    """Spearman's correlation; None where there are few scores, or all are alike."""
    if len(now) < _FEWEST or len(set(now)) == 1 or len(set(then)) == 1:
        return None
    found = pl.DataFrame({"now": now, "then": then}).select(pl.corr("now", "then", method="spearman")).item()
    return round(float(found), _DIGITS)
