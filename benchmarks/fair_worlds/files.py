"""What would a CRM hold of it? The world as tables, and the tables as files."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import polars as pl

from fair_worlds import truth
from fair_worlds.book import Accounts, Managers, accounts, managers
from fair_worlds.life import NEVER, Life, created, lived, month
from fair_worlds.settings import INDUSTRIES, LEAD, MONTHS, REGIONS, SEGMENTS, TIERS, USAGES, Codes, Plan
from fair_worlds.truth import ids, nps_effect

ANSWERS = 0.2
"""The share of accounts that answer a survey in a quarter."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """The tables a CRM would hold, and those that only the maker of the world has."""

    plan: Plan
    accounts: pl.DataFrame
    owners_history: pl.DataFrame
    revenue_monthly: pl.DataFrame
    nps: pl.DataFrame
    managers: pl.DataFrame
    truth_managers: pl.DataFrame
    truth_accounts: pl.DataFrame


def made(plan: Plan) -> World:
    """The world of a plan; the same for the same plan."""
    people = managers(plan)
    of = accounts(plan, people)
    life = lived(plan, people, of)
    return World(
        plan,
        _accounts(of, life),
        _owners(of, life),
        _revenue(of, life),
        _nps(plan, people, of, life),
        _managers(people),
        truth.of_managers(plan, people, of, life),
        truth.of_accounts(plan, of),
    )


def write(world: World, folder: Path) -> None:
    """Writes each table as a CSV file of its name into the folder, and the plan as world.json."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in World.__slots__:
        if name != "plan":
            getattr(world, name).write_csv(folder / f"{name}.csv")
    (folder / "world.json").write_text(json.dumps(asdict(world.plan), indent=1) + "\n", encoding="utf-8")


def _day(days: Codes, name: str) -> pl.Series:
    """Days since 1970 as dates; NEVER as null."""
    column = pl.Series(name, days.astype(np.int32))
    return pl.select(pl.when(column < NEVER).then(column).cast(pl.Date).alias(name)).to_series()


def _named(codes: Codes, names: tuple[str, ...]) -> pl.Series:
    return pl.Series(np.asarray(names)[codes].tolist())


def _accounts(of: Accounts, life: Life) -> pl.DataFrame:
    return pl.DataFrame({
        "account_id": ids("A", len(of.owner), 6),
        "created_date": _day(created(of), "d"),
        "segment": _named(of.segment, SEGMENTS), "industry": _named(of.industry, INDUSTRIES),
        "region": _named(of.region, REGIONS), "usage_band": _named(of.usage, USAGES),
        "employees": of.employees, "churn_date": _day(life.left, "d"),
    })  # fmt: skip


def _owners(of: Accounts, life: Life) -> pl.DataFrame:
    """One row per stretch in which a manager has an account; the end is the first day of the next, or empty."""
    n, changes = len(of.owner), life.handovers
    account = np.concatenate([np.arange(n), changes.account])
    begun = created(of)
    day, owner = np.concatenate([begun, changes.day]), np.concatenate([of.owner, changes.manager])
    order = np.lexsort((day, account))
    account, day, owner = account[order], day[order], owner[order]
    end = np.append(np.where(account[1:] == account[:-1], day[1:], NEVER), NEVER)
    return pl.DataFrame({
        "account_id": ids("A", n, 6).gather(account), "manager_id": ids("M", int(of.owner.max()) + 1, 4).gather(owner),
        "start_date": _day(day, "d"), "end_date": _day(end, "d"),
    })  # fmt: skip


def _revenue(of: Accounts, life: Life) -> pl.DataFrame:
    """One row per account and month in which it was a customer on the first day."""
    first = np.array([month(at) for at in range(MONTHS + 1)])
    there = (of.age[None, :] + np.arange(MONTHS + 1)[:, None] >= 0) & (life.left[None, :] >= first[:, None])
    at, account = np.nonzero(there)
    return pl.DataFrame({
        "account_id": ids("A", len(of.owner), 6).gather(account), "month": _day(first[at], "d"),
        "mrr": np.round(life.revenue[at, account], 2), "plan_tier": _named(of.tier[account], TIERS),
    }).sort("account_id", "month")  # fmt: skip


def _nps(plan: Plan, people: Managers, of: Accounts, life: Life) -> pl.DataFrame:
    """One row per answer to a quarter's survey."""
    draw, rows, names = plan.draw(10), [], ids("A", len(of.owner), 6)
    for at in range(LEAD, MONTHS, 3):
        day = month(at) + draw.integers(0, 90, len(of.owner))
        mood = 7.1 + 0.2 * of.segment + 0.15 * of.tier + 0.4 * of.health + nps_effect(people)[life.owner[at + 1]]
        score = np.clip(np.rint(mood + 1.8 * draw.normal(size=len(mood))), 0, 10).astype(np.int64)
        who = np.flatnonzero((draw.random(len(mood)) < ANSWERS) & (life.left > day) & (life.revenue[at] > 0))
        rows.append(pl.DataFrame({"account_id": names.gather(who), "date": _day(day[who], "d"), "score": score[who]}))
    return pl.concat(rows).sort("account_id", "date")


def _managers(people: Managers) -> pl.DataFrame:
    segment, region = _named(people.segment, SEGMENTS), _named(people.region, REGIONS)
    return pl.DataFrame({
        "manager_id": ids("M", len(people.size), 4), "team": segment + "-" + region, "segment": segment,
        "region": region, "hire_date": _day(np.array([month(-int(m)) for m in people.hired]), "d"),
    })  # fmt: skip
