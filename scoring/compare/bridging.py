"""How does one value become the other? By the effect of each definition that is switched, with nothing left over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from scoring.compare.figures import PLACES, Figure
from scoring.metrics import Metric

NAMED = 3
"""How many accounts a step names."""


@dataclass(frozen=True, slots=True)
class Moved:
    """An account, and what it put into the effect: money for sums, else a part of the value."""

    account_id: str
    name: str
    amount: Decimal


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
        if self.a is None or self.b is None:
            return Decimal(0)
        return self.b - self.a - sum((s.effect for s in self.steps if s.effect is not None), Decimal(0))


def bridges(
    metrics: Sequence[Metric], switches: Sequence[tuple[str, Any, Any]], states: Sequence[Mapping[str, Figure]]
) -> tuple[Bridge, ...]:
    """A bridge for each metric.

    `switches` are setting, old and new value; `states` the figures before the first and after each of them.
    """
    return tuple(_bridge(metric, switches, [state[metric.name] for state in states]) for metric in metrics)


def _bridge(metric: Metric, switches: Sequence[tuple[str, Any, Any]], figures: Sequence[Figure]) -> Bridge:
    less = Decimal(str(metric.parts.less)) if metric.parts else Decimal(0)
    steps, known = [], figures[0]
    for (setting, old, new), figure in zip(switches, figures[1:], strict=True):
        effect = None if known.value is None or figure.value is None else figure.value - known.value
        moved = _moved(known, figure, less) if effect is not None else ()
        steps.append(Step(setting, old, new, figure.value, effect, moved))
        known = known if figure.value is None else figure
    first, last = figures[0], figures[-1]
    return Bridge(
        metric.name, metric.label, str(metric.unit), first.value, last.value, first.reason, last.reason, tuple(steps)
    )


def _moved(old: Figure, new: Figure, less: Decimal) -> tuple[Moved, ...]:
    """The accounts that made most of the change.

    A value T/B becomes T'/B' by the sum over accounts of (t' - t - (b' - b) T/B) / B'.
    """
    if old.accounts is None or new.accounts is None or old.value is None:
        return ()
    earlier = old.accounts.select("account_id", was_account="account", was_top="top", was_bottom="bottom")
    both = earlier.lazy().join(new.accounts.lazy(), on="account_id", how="full", coalesce=True, validate="1:1")
    more = pl.col("top").fill_null(0) - pl.col("was_top").fill_null(0)
    if new.accounts["bottom"].null_count() == new.accounts.height:
        amount = more
    else:
        below = (pl.col("bottom").fill_null(0) - pl.col("was_bottom").fill_null(0)).cast(pl.Float64)
        whole = float(new.accounts["bottom"].sum() or 0)
        amount = ((more.cast(pl.Float64) - float(old.value + less) * below) / whole).round(PLACES)
    named = (
        both.select("account_id", pl.coalesce("account", "was_account", "account_id").alias("name"), amount.alias("by"))
        .filter(pl.col("by") != 0)
        .sort(pl.col("by").abs(), "account_id", descending=[True, False])
        .head(NAMED)
        .collect()
    )
    return tuple(Moved(i, n, by if isinstance(by, Decimal) else Decimal(repr(by))) for i, n, by in named.iter_rows())
