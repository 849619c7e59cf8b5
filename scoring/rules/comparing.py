"""What is written about comparing managers? The windows, the expectation, the weights and the credibility.

Defaults are those of the engine in `scoring.peers`; `scoring.rules.fairness` hands them over.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from scoring.document import Flaw, flawed
from scoring.rules.kinds import Part, Ratio, Settings, Text, named_twice

Method = Literal["raw", "weighted", "target_bands", "peer_percentile", "oe", "oe_credibility", "joint"]
Quantiles = tuple[Part, Part]
"""Below which share of the accounts, and above which, a figure is drawn in."""

Weight = Annotated[float, Field(ge=0, le=1000)]


class Window(Settings):
    """The quarters that count together: a single one is nearly all luck."""

    quarters: int = Field(4, ge=1, le=12, description="How many spans of three months; the last ends with the period.")
    weights: tuple[Weight, ...] | None = Field(
        None,
        validate_default=True,
        description="What each quarter weighs, the latest first, as `[1, 0.8, 0.6, 0.4]`; left out: all alike.",
    )

    @field_validator("weights")
    @classmethod
    def _every_quarter_weighs(cls, weights: tuple[float, ...] | None, info: ValidationInfo) -> tuple[float, ...] | None:
        """The weights given, else 1 for each quarter."""
        quarters: int | None = info.data.get("quarters")
        if quarters is None:
            return weights
        if weights is None:
            return (1.0,) * quarters
        if len(weights) != quarters:
            raise ValueError(f"must have {quarters} entries, one for each quarter; write the latest quarter's first")
        if not any(weights):
            raise ValueError("has no quarter that counts; give one of them more than 0")
        return weights

    @property
    def parts(self) -> tuple[float, ...]:
        """What each quarter weighs, the latest first."""
        return (1.0,) * self.quarters if self.weights is None else self.weights


class Responsible(Settings):
    """Whose an outcome is: who had the account while something could still be done about it."""

    days: int = Field(90, ge=1, le=400, description="Length of the window whose owners share the outcome.")
    end_before_outcome: int = Field(
        30,
        ge=0,
        le=400,
        description="Days from the window's end to the outcome, so that handing over a dying account moves nothing.",
    )
    rule: Literal["share", "snapshot", "quarter_days", "event_owner"] = Field(
        "share",
        description="share: who had the account in the window, by their days; snapshot: the owner on the quarter's "
        "last day; quarter_days: who had it in the quarter, by their days up to the outcome; event_owner: the owner "
        "on the day before it. The others than share do not look at the window, but where nobody had the account: "
        "then those of the last `days` before the outcome.",
    )


class Expectation(Settings):
    """What accounts like these do in everybody's hands."""

    fit: Literal["within_book", "pooled"] = Field(
        "within_book",
        description="within_book: accounts are compared inside each book, so that no manager's skill is put down to "
        "the accounts; pooled: across all books.",
    )
    ridge: float = Field(20, gt=0, le=1e6, description="Accounts of pull to the average that each kind of account has.")
    folds: int = Field(
        5, ge=2, le=50, description="Groups of managers; nobody's accounts are judged by those of the same group."
    )
    features: tuple[Text, ...] = Field(
        ("segment", "size_band", "tenure_band", "tier", "industry", "region", "quarter"),
        description="What makes accounts alike: attributes of the first day that are not in the manager's hands. "
        "size_band, tenure_band, tier and quarter are worked out, the others are columns of accounts.",
    )
    segment: Text = Field(
        "segment",
        description="The attribute whose kinds have fifths of size, noise and limits of outliers of their own.",
    )

    @model_validator(mode="after")
    def _features_differ(self) -> Self:
        if flaws := named_twice("features", self.features):
            raise flawed(flaws)
        return self


class AccountWeights(Settings):
    """How much one account may count in a book."""

    account: Literal["equal", "size_points", "sqrt", "revenue"] = Field(
        "size_points",
        description="equal: all alike; size_points: by fifths of opening revenue inside the segment; sqrt, revenue: "
        "by opening revenue or its root, which leave a few large accounts in charge and need `max_share`.",
    )
    points: tuple[Annotated[float, Field(gt=0, le=1000)], ...] = Field(
        (1, 1.5, 2, 3, 4),
        min_length=5,
        max_length=5,
        description="size_points only: what an account of each fifth weighs, the smallest first.",
    )
    max_share: Annotated[Ratio, Field(gt=0, le=1)] | None = Field(
        None, description="Largest part of a book that one account may be, such as 10%; left out: no limit."
    )

    @model_validator(mode="after")
    def _revenue_is_capped(self) -> Self:
        if self.account in ("sqrt", "revenue") and self.max_share is None:
            what = f"{{key}} is needed with account {self.account}: one customer could be the whole score"
            raise flawed([Flaw(("max_share",), what, "add it, such as 10%, or write `account: size_points`")])
        return self


class Credibility(Settings):
    """How far a difference is believed: n / (n + k), with n the accounts that stand behind it."""

    k: dict[str, Annotated[float, Field(gt=0)]] = Field(
        {},
        description="Metric to the accounts at which half of a difference is believed, frozen by a calibration. "
        "Left out: worked out anew from the period's own spread.",
    )
    tau0: dict[str, Annotated[Ratio, Field(gt=0)]] = Field(
        {},
        description="Metric to how far managers are taken to differ truly, as a standard deviation, before anything "
        "is seen. Left out: 1.5 % for gross revenue and logo retention, 2 % for net revenue retention, "
        "growth and tier_up_rate, a usual part of the noise for others.",
    )
    prior_managers: float = Field(
        20, ge=0, le=10000, description="How many managers that opinion weighs against the spread that is seen."
    )


def low_below_high(quantiles: dict[str, Quantiles]) -> dict[str, Quantiles]:
    """The quantiles by metric; what their validator raises where one has no room between them."""
    flaws = [
        Flaw((metric,), "{key}: the lower quantile must be below the upper one", "write it like [1%, 99%]", "")
        for metric, (low, high) in quantiles.items()
        if low >= high
    ]
    if flaws:
        raise flawed(flaws)
    return quantiles
