"""By which policies is a ledger read? Those of `rules.yaml`, in the form the ledger takes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Weeks = Literal["fifty_two_a_year", "four_a_month"]
Discounts = Literal["net", "list", "forever_only"]
Rates = Literal["constant", "spot", "at_start"]
Grain = Literal["daily", "lasting", "net"]


@dataclass(frozen=True, slots=True)
class Terms:
    """The policies of a ledger, as `rules.yaml` names them.

    `at_notice`: a cancelled line ends on the day of the notice. `knows_returns`: some rate asks who came back.
    `keeps_free`: some rate asks who stays without paying. `time_zone`: where a day begins.
    """

    currency: str
    gap_tolerance_days: int = 30
    early_renewal_days: int = 90
    reactivation_window_days: int | None = None
    tiers: tuple[str, ...] = ()
    products: Mapping[str, str] = field(default_factory=dict)
    largest_tier: bool = False
    weeks: Weeks = "fifty_two_a_year"
    discounts: Discounts = "net"
    at_notice: bool = False
    past_due_days: int | None = 30
    fx: Rates = "constant"
    movements: Grain = "daily"
    knows_returns: bool = False
    keeps_free: bool = False
    time_zone: str = "UTC"
