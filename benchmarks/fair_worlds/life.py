"""What happens to them? Months in which accounts leave, grow and shrink, and days on which they change hands."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from fair_worlds.book import Accounts, Managers
from fair_worlds.settings import (
    CONTRACTION,
    EVENTS,
    EXPANSION_MEDIAN,
    EXPANSION_SPREAD,
    FIRST_MONTH,
    JITTER,
    MEAN_CONTRACTION,
    MEAN_EXPANSION,
    MONTHS,
    QUARTER,
    Codes,
    Event,
    Flags,
    Plan,
    Vector,
)

TENURES = (6, 18, 48)
NEVER = 10**6


def month(number: int) -> int:
    """The first day of a month, in days since 1970."""
    at = FIRST_MONTH.year * 12 + FIRST_MONTH.month - 1 + number
    return (date(at // 12, at % 12 + 1, 1) - date(1970, 1, 1)).days


def created(of: Accounts) -> Codes:
    """The day on which each account came, in days since 1970: the first of a month."""
    first, last = int(of.age.min()), int(of.age.max())
    return np.array([month(-age) for age in range(first, last + 1)])[of.age - first]


@dataclass(frozen=True, slots=True, eq=False)
class Handovers:
    """One entry per change of hands, in the order of days: account, day, who has it from then on."""

    account: Codes
    day: Codes
    manager: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """`revenue` on the first of each month (one row per month and one more, one column per account), `owner` in the
    middle of each, the last day of service (NEVER), and the changes of hands."""

    revenue: Vector
    owner: Codes
    left: Codes
    handovers: Handovers
    is_dumped: Flags


def odds(event: Event, of: Accounts, at: int) -> Vector:
    """The log-odds of an event in a month for each account in an average manager's hands."""
    tenure = np.searchsorted(TENURES, of.age + at)
    middle = np.log(event.rate / (1 - event.rate))
    levels = ((event.segment, of.segment), (event.tier, of.tier), (event.tenure, tenure))
    others = ((event.industry, of.industry), (event.region, of.region))
    whole = middle + event.size * of.size + event.health * of.health
    for points, code in (*levels, *others):
        whole = whole + np.asarray(points)[code]
    return np.asarray(whole)


def chances(of: Accounts, at: int, retention: Vector, expansion: Vector) -> tuple[Vector, Vector, Vector]:
    """The chances of churn, expansion and contraction in a month, with those skills behind each account."""
    churn = sigmoid(odds(EVENTS["churn"], of, at) - retention)
    grow = sigmoid(odds(EVENTS["expansion"], of, at) + expansion)
    return churn, grow, sigmoid(odds(EVENTS["contraction"], of, at) - retention)


def kept(of: Accounts, at: int, retention: Vector, expansion: Vector) -> tuple[Vector, Vector]:
    """The expected share of revenue and of accounts that is there a quarter later."""
    churn, grow, shrink = chances(of, at, retention, expansion)
    change = grow * MEAN_EXPANSION - (1 - grow) * shrink * MEAN_CONTRACTION
    return ((1 - churn) * (1 + change)) ** QUARTER, (1 - churn) ** QUARTER


def sigmoid(value: Vector) -> Vector:
    """The chance with those log-odds."""
    return 1 / (1 + np.exp(-value))


def lived(plan: Plan, people: Managers, of: Accounts) -> Life:
    """What happens to the accounts."""
    draw, changes = plan.draw(6), plan.draw(7)
    n = len(of.owner)
    owner, left = of.owner.copy(), np.full(n, NEVER)
    revenue, owners = np.zeros((MONTHS + 1, n)), np.zeros((MONTHS, n), dtype=np.int64)
    paid, events = of.revenue.copy(), []
    due, to = np.full(n, NEVER), owner
    for at in range(MONTHS):
        here = (of.age + at >= 0) & (left == NEVER)
        if at % QUARTER == 0:
            due, to = _passed_on(changes, plan, people, owner, here, at)
            events.append((due, to))
        owner = np.where(due <= month(at) + 14, to, owner)
        owners[at] = owner
        revenue[at] = np.where(here, paid, 0.0)
        churn, grow, shrink = chances(of, at, people.retention[owner], people.expansion[owner])
        luck, won = draw.random((3, n)), EXPANSION_MEDIAN * np.exp(EXPANSION_SPREAD * draw.normal(size=n))
        lost, day = draw.beta(*CONTRACTION, n), draw.integers(0, month(at + 1) - month(at), n)
        left = np.where(here & (luck[0] < churn), month(at) + day, left)
        grows = luck[1] < grow
        factor = np.where(grows, 1 + won, np.where(luck[2] < shrink, 1 - lost, 1.0))
        paid = np.where(here, paid * factor * np.exp(JITTER * draw.normal(size=n)), paid)
        if at % QUARTER == QUARTER - 1:
            owner = np.where(due < NEVER, to, owner)
            due = np.full(n, NEVER)
    revenue[MONTHS] = np.where((of.age + MONTHS >= 0) & (left == NEVER), paid, 0.0)
    honest = _listed(events, left)
    handed, dumped = _dumped(plan, people, of, left, honest)
    return Life(revenue, owners, left, handed, dumped)


def _passed_on(
    draw: np.random.Generator, plan: Plan, people: Managers, owner: Codes, here: Flags, at: int
) -> tuple[Codes, Codes]:
    """The day of this quarter on which each account changes hands (NEVER), and to whom."""
    chosen = here & (draw.random(len(owner)) < plan.reassigned)
    day = month(at) + draw.integers(0, month(at + QUARTER) - month(at), len(owner))
    to = np.where(chosen, people.colleague(owner, draw), owner)
    return np.where(to != owner, day, NEVER), to


def _listed(events: list[tuple[Codes, Codes]], left: Codes) -> Handovers:
    """The changes of hands of accounts that are still there."""
    account = [np.flatnonzero(due <= left) for due, _ in events]
    account = [who[due[who] < NEVER] for who, (due, _) in zip(account, events, strict=True)]
    pairs = list(zip(account, events, strict=True))
    return Handovers(
        np.concatenate(account),
        np.concatenate([due[who] for who, (due, _) in pairs]),
        np.concatenate([to[who] for who, (_, to) in pairs]),
    )


def _dumped(plan: Plan, people: Managers, of: Accounts, left: Codes, honest: Handovers) -> tuple[Handovers, Flags]:
    """The changes of hands with those of dying accounts that dumpers get rid of, and which accounts these are."""
    draw, n = plan.draw(8), len(left)
    last, since = of.owner.copy(), created(of)
    last[honest.account], since[honest.account] = honest.manager, honest.day
    day = left + 1 - plan.dumped_before
    taker = people.colleague(last, draw)
    dying = (left < NEVER) & (day > month(0)) & (since < day) & people.is_dumper[last] & (taker != last)
    chosen = dying & (draw.random(n) < plan.dumped) & (plan.kind == "dumping")
    who = np.flatnonzero(chosen)
    account = np.concatenate([honest.account, who])
    return Handovers(
        account, np.concatenate([honest.day, day[who]]), np.concatenate([honest.manager, taker[who]])
    ), chosen
