"""What is assumed of the future, and which model was chosen, in words people can check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log

import polars as pl

from scoring.errors import BookscoreError
from scoring.lengths import DAYS_A_WEEK, MONTHS_A_YEAR, WEEKS_A_MONTH
from scoring.lifetime.fit import FLAGS, Fit
from scoring.plurals import many

VALUES = {
    "account_id": pl.String(),
    "model": pl.String(),
    "chance_active": pl.Float64(),
    "expected": pl.Float64(),
    "size": pl.Float64(),
    "factor": pl.Float64(),
    "value": pl.Float64(),
    "value_total": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
}
"""The value of an account. `chance_active`: on orders the chance that it still buys, on contracts the chance that it
makes its next renewal (without a term: that it is still there in a year). `expected`: orders, or months of revenue,
within the horizon. `size`: revenue of an order, or of a month. `value` = size × `factor`, the discounted margin
within the horizon, in the reporting currency; `value_total` without a horizon; `low` and `high` hold the value
at the level asked for."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The policies of lifetime value, as `rules.yaml` names them.

    `days`, which only repeat orders know, takes the place of the horizon's months.
    """

    model: str = "auto"
    is_forced: bool = False
    margin: float = 0.8
    discount: float = 0.10
    horizon_months: int = 60
    level: float = 0.90
    prior_churn: float = 0.02
    prior_months: float = 50.0
    days: int | None = None

    @property
    def weekly_rate(self) -> float:
        """The continuous rate of discount a week."""
        return log(1 + self.discount) / (MONTHS_A_YEAR * WEEKS_A_MONTH)

    @property
    def weeks(self) -> float:
        """The horizon in weeks."""
        return self.horizon_months * WEEKS_A_MONTH if self.days is None else self.days / DAYS_A_WEEK


LABELS = {
    "sbg": "The shifted beta-geometric model",
    "bdw": "The beta-discrete-Weibull model",
    "exponential_gamma": "The exponential-gamma model",
    "gamma_gamma": "The gamma-gamma model",
    "bg_bb": "The BG/BB model",
}
"""What people call a model, where that is not its name."""


def labelled(model: str) -> str:
    """What people call the model, as the start of a sentence."""
    return LABELS.get(model, f"The {model} model")


PLAIN = Assumptions(margin=1.0, discount=0.0)
"""Revenue as it will be received: for forecasts that are held against what came."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The model used for some accounts: `of` which, the fit, and why this one.

    `candidates` names what was tried with its log-likelihood, `conventions` what is assumed, in sentences;
    `spread` is the fit that ranges come from, where that is another.
    """

    of: str
    fit: Fit
    why: str
    candidates: Mapping[str, float] = field(default_factory=dict)
    conventions: Sequence[str] = ()
    spread: Fit | None = None

    @property
    def of_ranges(self) -> Fit:
        """The fit that says how far an account may lie from its value."""
        return self.fit if self.spread is None else self.spread

    @property
    def sentence(self) -> str:
        """What was used and why, with what the fit has to say against itself."""
        said = "; ".join(FLAGS[flag] for flag in self.fit.flags)
        against = f" Read it with care: {said}." if said else ""
        accounts = many(self.fit.observations, "account")
        return f"{self.of}: {labelled(self.fit.model)} on {accounts}. {self.why}{against}"


class WrongFamilyError(BookscoreError):
    """A model was asked for that is not made for what is observed."""

    remedy = "write auto, or set lifetime.force to true"

    def __init__(self, model: str, made_for: str, observed: str) -> None:
        super().__init__(f"lifetime.model {model} is made for {made_for}, and revenue is read on {observed}")
