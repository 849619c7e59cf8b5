"""How does one value become the other? By the effect of each definition that is switched, with nothing left over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scoring.compare.effects import effects_of, from_known, residual
from scoring.compare.figures import Figure
from scoring.compare.moves import Moved, moved_together
from scoring.metrics import Metric


@dataclass(frozen=True, slots=True)
class Step:
    """A setting switched from one value to the other, and what that did.

    `effect` is the change since the value was last known; None where there was none before, or is none now.
    """

    setting: str
    old: Any
    new: Any
    value: Decimal | None
    effect: Decimal | None
    accounts: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """A metric under both definitions. Where it has a value under both, the effects add up to the difference."""

    metric: str
    label: str
    unit: str
    a: Decimal | None
    b: Decimal | None
    reason_a: str | None
    reason_b: str | None
    steps: tuple[Step, ...]

    @property
    def differs(self) -> bool:
        """Whether the two definitions say different things."""
        return self.a != self.b

    @property
    def residual(self) -> Decimal:
        """What the steps leave unexplained: always 0."""
        change = None if self.a is None or self.b is None else self.b - self.a
        return residual(change, [step.effect for step in self.steps])


def bridges(
    metrics: Sequence[Metric], switches: Sequence[tuple[str, Any, Any]], states: Sequence[Mapping[str, Figure]]
) -> tuple[Bridge, ...]:
    """A bridge for each metric.

    `switches` are setting, old and new value; `states` the figures before the first and after each of them.
    """
    return tuple(_bridge(metric, switches, [state[metric.name] for state in states]) for metric in metrics)


def _bridge(metric: Metric, switches: Sequence[tuple[str, Any, Any]], figures: Sequence[Figure]) -> Bridge:
    less = Decimal(str(metric.parts.less)) if metric.parts else Decimal(0)
    known = from_known([None if figure.value is None else figure for figure in figures])
    effects = effects_of([figure.value for figure in figures])
    steps = tuple(
        Step(*switch, now.value, effect, moved_together(then, now, less) if then and effect is not None else ())
        for switch, (then, _), now, effect in zip(switches, known, figures[1:], effects, strict=True)
    )
    first, last = figures[0], figures[-1]
    return Bridge(
        metric.name, metric.label, str(metric.unit), first.value, last.value, first.reason, last.reason, steps
    )
