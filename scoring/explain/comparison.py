"""What does an explanation hold of a rule by which accounts are compared? Points of accounts, quarter by quarter."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of what is expected of an account, in the metric's unit: what is `said` to be its cause, and from how many
    `account_quarters` it was learned, None where from none."""

    said: str
    adds: float
    account_quarters: int | None


@dataclass(frozen=True, slots=True)
class AccountQuarter:
    """An account in a quarter, named by its last day.

    `part` is what it weighs in the manager's book of the rule; observed and expected are in the metric's unit.
    `reasons` add up to what is expected; they are told of one account that is asked for.
    """

    last_day: date
    part: float
    observed: float
    expected: float
    points: Decimal
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedAccount:
    """An account with the points it adds to the score by a rule; its quarters, the first first, add up to them.

    `observed` and `expected` are averages over the quarters.
    """

    account_id: str
    name: str
    part: float
    observed: float
    expected: float
    points: Decimal
    quarters: tuple[AccountQuarter, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a rule got its points: what happened beside what was expected, in the metric's unit.

    Of `difference`, observed less expected, so much as `z` says is believed; that makes `theta`. `scale` is how many
    points of the score one of the metric's unit is worth. `middle` are the points that an average book would add; with
    what the accounts add they are what the rule adds, to the last digit. Accounts begin with those that add or take
    most. Where the rule could not be compared, it adds `middle` and has no accounts.
    """

    observed: float | None
    expected: float | None
    difference: float | None
    z: float | None
    theta: float | None
    peer_mean: float | None
    scale: float | None
    account_quarters: int | None
    middle: Decimal
    accounts: tuple[ComparedAccount, ...]

    def of(self, account_id: str) -> "Comparison":
        """The comparison with one account alone."""
        return replace(self, accounts=tuple(a for a in self.accounts if a.account_id == account_id))


@dataclass(frozen=True, slots=True)
class Added:
    """The points that an account adds to the score by all rules together."""

    account_id: str
    name: str
    points: Decimal


def added(comparisons: Iterable[Comparison | None]) -> tuple[Added, ...]:
    """What each account adds over the comparisons; those that add or take most first."""
    found: dict[str, Added] = {}
    for account in (a for c in comparisons if c is not None for a in c.accounts):
        before = found[account.account_id].points if account.account_id in found else Decimal(0)
        found[account.account_id] = Added(account.account_id, account.name, before + account.points)
    return tuple(sorted(found.values(), key=lambda a: (-abs(a.points), a.account_id)))
