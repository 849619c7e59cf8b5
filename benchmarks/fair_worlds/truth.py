"""What does only the maker of the world know? The effect of each manager, and how good each book is."""

import numpy as np
import polars as pl

from fair_worlds.book import Accounts, Managers
from fair_worlds.life import Life, kept
from fair_worlds.settings import LEAD, MONTHS, QUARTER, Plan, Vector

COMMON = 2000
"""Accounts of the common book, on which all managers are compared."""
STEP = 0.01


def of_managers(plan: Plan, people: Managers, of: Accounts, life: Life) -> pl.DataFrame:
    """One row per manager, in their order.

    nrr_effect and logo_effect are what the manager adds to the quarterly outcomes of the own accounts, each month
    of the year in which an account was paying counting alike, against an average manager; nrr_common that on a
    common book, the same for all; book_goodness the quarterly revenue retention that the average manager would
    have had, expected_months on how many months of accounts all this stands. Shares, not points. nps_effect is in
    points of the answer.
    """
    weight = np.zeros(plan.managers)
    sums = np.zeros((3, plan.managers))
    for at in range(LEAD, MONTHS):
        owner, pays = life.owner[at], (life.revenue[at] > 0).astype(np.float64)
        none = np.zeros(len(owner))
        average = kept(of, at, none, none)
        own = kept(of, at, people.retention[owner], people.expansion[owner])
        weight += np.bincount(owner, pays, plan.managers)
        for row, value in enumerate((own[0] - average[0], own[1] - average[1], average[0])):
            sums[row] += np.bincount(owner, pays * value, plan.managers)
    nrr, logo, goodness = np.divide(sums, weight, out=np.full_like(sums, np.nan), where=weight > 0)
    return pl.DataFrame({
        "manager_id": ids("M", plan.managers, 4),
        "skill_retention": people.retention, "skill_expansion": people.expansion,
        "book_goodness": goodness, "is_dumper": people.is_dumper & (plan.kind == "dumping"),
        "nrr_effect": nrr, "logo_effect": logo, "nrr_common": _common(plan, people, of),
        "nps_effect": nps_effect(people), "account_months": weight, "first_goodness": _first(plan, of),
    }, nan_to_null=True)  # fmt: skip


def of_accounts(plan: Plan, of: Accounts) -> pl.DataFrame:
    """One row per account: its hidden health, what the average manager would keep of it in the first quarter of the
    year, and by how much retention of revenue rises per unit of log-odds of either skill."""
    none = np.zeros(len(of.owner))
    nrr, logo = kept(of, LEAD, none, none)
    return pl.DataFrame({
        "account_id": ids("A", len(of.owner), 6), "health": of.health, "expected_nrr": nrr, "expected_logo": logo,
        "nrr_per_retention": (kept(of, LEAD, none + STEP, none)[0] - nrr) / STEP,
        "nrr_per_expansion": (kept(of, LEAD, none, none + STEP)[0] - nrr) / STEP,
    })  # fmt: skip


def nps_effect(people: Managers) -> Vector:
    """What each manager adds to the answers of customers, on the scale from 0 to 10."""
    return 0.8 * people.retention + 0.4 * people.expansion


def ids(letter: str, n: int, digits: int) -> pl.Series:
    """The ids of n things."""
    return pl.select(pl.format("{}{}", pl.lit(letter), pl.int_range(n).cast(pl.String).str.zfill(digits))).to_series()


def _first(plan: Plan, of: Accounts) -> Vector:
    """The quarterly retention of revenue that the average manager would have had with each first book."""
    none, there = np.zeros(len(of.owner)), (of.age >= 0) & (of.revenue > 0)
    kept_there = np.bincount(of.owner, there * kept(of, 0, none, none)[0], plan.managers)
    many = np.bincount(of.owner, there, plan.managers)
    return np.divide(kept_there, many, out=np.full(plan.managers, np.nan), where=many > 0)


def _common(plan: Plan, people: Managers, of: Accounts) -> Vector:
    """The effect of each manager on the same accounts, drawn from all that are there in the middle of the year."""
    at = LEAD + 2 * QUARTER
    there = np.flatnonzero((of.age + at >= 0) & (of.revenue > 0))
    drawn = plan.draw(9).choice(there, min(COMMON, len(there)), replace=False)
    book = Accounts(**{name: getattr(of, name)[drawn] for name in Accounts.__slots__})
    none = np.zeros(len(drawn))
    average = kept(book, at, none, none)[0]
    skills = zip(people.retention, people.expansion, strict=True)
    return np.array([np.mean(kept(book, at, none + r, none + e)[0] - average) for r, e in skills])
