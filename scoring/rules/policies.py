"""By which definitions are revenue, movements and rates read? The settings in which companies and tools differ."""

from typing import Annotated, Literal

from pydantic import Field

from scoring.rules.kinds import Settings


class Policies(Settings):
    """How unclear cases of the ledger are decided."""

    gap_tolerance_days: int = Field(
        30,
        ge=0,
        le=366,
        description="A gap shorter than this many days, in which an account pays nothing, is no churn: its revenue "
        "stays as it was. While it pays for anything, what ends is less.",
    )
    reactivation_window_days: int | None = Field(
        None, ge=1, description="Who comes back later than this many days counts as new; empty means never."
    )
    early_renewal_days: int = Field(
        90,
        ge=0,
        le=366,
        description="A later signed contract for the same product that starts up to this many days before the "
        "other ends, and outlasts it, takes its place from its start, of several each that of one and of what ends "
        "with it; 0: both count until the first ends.",
    )
    weeks: Literal["fifty_two_a_year", "four_a_month"] = Field(
        "fifty_two_a_year", description="How many weeks a month has: a twelfth of 52, or four."
    )
    discounts: Literal["net", "list", "forever_only"] = Field(
        "net",
        description="net: what is charged; list: the list price times the quantity, where a line has one; "
        "forever_only: the list price for lines whose discount ends some day, what is charged for the others.",
    )
    churn_date: Literal["service_end", "notice"] = Field(
        "service_end",
        description="A cancelled contract is revenue until service ends, or until the day it was cancelled on.",
    )
    past_due_days: Annotated[int, Field(ge=0, le=366)] | None = Field(
        30,
        description="A line whose payment is overdue is lost after this many days, where the exports say since when; "
        "empty: kept until it is cancelled.",
    )
    fx: Literal["constant", "spot", "at_start"] = Field(
        "constant",
        description="Rates and ratios at the exchange rates of the window's start (constant), the end at its own rates "
        "(spot), or every line at the rate of its first day, for good (at_start).",
    )
    movements: Literal["daily", "lasting", "net"] = Field(
        "daily",
        description="contracts only: every day's change; the same without accounts that begin and end within the "
        "period (lasting); or one change per account from opening to closing (net).",
    )
    renewal_date: Literal["due_date", "signature"] = Field(
        "due_date", description="A renewal counts in the period in which it was due, or in which it was signed."
    )


class Retention(Settings):
    """What counts in the rates of retention."""

    reactivation_counts: bool = Field(
        False, description="Whether net revenue retention also gains by accounts that came back in the window."
    )
    contraction_counts: bool = Field(
        True, description="Whether net revenue retention loses by accounts that stay and pay less."
    )
    free_accounts: Literal["lost", "kept"] = Field(
        "lost",
        description="An account that pays nothing any more and keeps a line of no charge, as a free plan: whether "
        "logo retention counts it as lost or kept.",
    )


class QuickRatio(Settings):
    """What counts in the quick ratio."""

    reactivation_counts: bool = Field(True, description="Whether revenue of accounts that came back is won revenue.")
