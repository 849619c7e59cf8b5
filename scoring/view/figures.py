"""What was measured for a team, a manager, an account or the company? Figures with their reasons, and over periods."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scoring.metrics import CATALOGUE, REASONS
from scoring.view.seen import Seen


@dataclass(frozen=True, slots=True)
class FigureSeen:
    """A metric's value for a group. `amount` is there for money, in the reporting currency; without a value, `reason`.

    `n` are the accounts behind it, `low` and `high` its likely range where it has one.
    """

    metric: str
    label: str
    unit: str
    definition: str
    value: float | None
    amount: Decimal | None
    n: int | None
    low: float | None
    high: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class FigurePoint:
    """A metric's value in a period."""

    period: str
    value: float | None
    amount: Decimal | None
    reason: str | None


def figures(seen: Seen, grain: str, whose: str, metrics: Sequence[str]) -> tuple[FigureSeen, ...]:
    """The metrics of a group, in the order given; those that the run did not measure are left out.

    `grain` is company, team, manager, account, or an attribute. What they may not see has no figures.
    """
    found = _rows(seen, grain, whose, metrics)
    return tuple(_figure(name, found[name]) for name in metrics if name in found and name in CATALOGUE)


def figures_over(runs: Sequence[Seen], grain: str, whose: str, metrics: Sequence[str]) -> dict[str, list[FigurePoint]]:
    """Metric to its values over the runs, given with the latest first; the earliest comes first."""
    told: dict[str, list[FigurePoint]] = {name: [] for name in metrics}
    for seen in reversed(runs):
        for name, row in _rows(seen, grain, whose, metrics).items():
            told[name].append(FigurePoint(seen.period, row["value"], row["amount"], _reason(row["reason"])))
    return told


def _rows(seen: Seen, grain: str, whose: str, metrics: Sequence[str]) -> dict[str, dict[str, Any]]:
    return {row["metric"]: row for row in seen.figures(grain, whose, metrics).iter_rows(named=True)}


def _figure(name: str, row: dict[str, Any]) -> FigureSeen:
    metric = CATALOGUE[name]
    told = {key: row[key] for key in ("value", "amount", "n", "low", "high")}
    return FigureSeen(
        metric=name, label=metric.label, unit=str(metric.unit), definition=metric.definition,
        reason=_reason(row["reason"]), **told
    )  # fmt: skip


def _reason(code: object) -> str | None:
    return REASONS.get(str(code), str(code)) if code else None
