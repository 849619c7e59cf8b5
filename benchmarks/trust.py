"""How often do the gates of trust speak where nothing is wrong, and do they see what is missing?

Prints the tables of `benchmarks/README.md`; with `--write` puts them there. Clean are made companies of
`scoring.demo`, the neutral worlds of `fair_worlds`, companies of `watch_worlds`, and sellers whose orders follow the
seasons, of four sizes each. Every company is looked at on the last days of its last four quarters, as far as it was
known then; nothing is scored. Then rows are taken away from it: the last days of the period, a month, a part of the
accounts.

    uv run python benchmarks/trust.py [--worlds 6] [--write]
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from side_by_side import ROOT, between_markers, table

if TYPE_CHECKING:
    import polars as pl

    from scoring.trust import Looked

SEEDS = 3000
"""The first seed; each world has the next one."""
SIZES = {"100 accounts": (3, 100), "150": (8, 150), "600": (20, 600), "3,000": (60, 3000)}
"""Managers and accounts."""
LIMIT = 0.02
QUARTERS = 4
RULES = """name: trust
currency: EUR
rules:
  - {name: nrr, metric: net_revenue_retention, weight: 1}
  - {name: voice, metric: nps, weight: 1}
  - {name: use, metric: contacted_share, weight: 1}
  - {name: start, metric: onboarded_share, weight: 1}
"""
ORDERS = """name: trust
currency: EUR
basis: invoices
ownership: {policy: current}
rules:
  - {name: growth, metric: like_for_like_growth, weight: 1}
"""
SEASON = (0.9, 0.8, 1.0, 1.0, 1.0, 0.9, 0.7, 0.4, 1.0, 1.2, 1.5, 1.6)
"""What the months of a year have of an average one, as the shops and the holidays have it."""

Said = dict[str, Any]


def company(folder: Path, seed: int, managers: int, accounts: int) -> date:
    """A made company, in which nothing is missing; its last day."""
    from scoring import demo

    demo.write(folder, seed=seed, accounts=accounts, managers=max(9, managers), plant=False, quarters=12)
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    return demo.AS_OF


def neutral(folder: Path, seed: int, managers: int, _: int) -> date:
    """A world of known managers; its last day."""
    from fair_worlds import Plan, made
    from fair_worlds.exports import export

    export(made(Plan(kind="neutral", seed=seed, managers=managers)), folder)
    return date(2023, 12, 31)


def chance(folder: Path, seed: int, managers: int, _: int) -> date:
    """A company in which everything happens by chance; its last day."""
    import watch_worlds

    watch_worlds.write(folder, seed, managers)
    return watch_worlds.AS_OF


def seasonal(folder: Path, seed: int, managers: int, accounts: int) -> date:
    """A seller whose accounts order by chance, more or less often, by seasons and hardly at weekends; its last day."""
    import numpy as np
    import polars as pl

    draw, first, last = np.random.default_rng([seed, 17]), date(2022, 1, 1), date(2025, 12, 31)
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    busy = np.array([SEASON[d.month - 1] * (0.05 if d.weekday() > 4 else 1.38) for d in days])
    often = draw.gamma(0.8, 0.5, accounts) / 30
    counts = draw.poisson(busy[None, :] * often[:, None])
    who, when = np.nonzero(counts)
    ids = [f"A{n:05}" for n in range(accounts)]
    rows = {"account_id": [ids[n] for n in who], "dated_on": [days[n] for n in when]}
    amounts = pl.Series("amount", draw.lognormal(5, 1, len(who)).round(2))
    pl.DataFrame(rows).with_columns(amounts).write_csv(folder / "invoices.csv")
    owners = {"account_id": ids, "manager_id": [f"M{n % managers:03}" for n in range(accounts)]}
    pl.DataFrame(owners).write_csv(folder / "ownership.csv")
    (folder / "rules.yaml").write_text(ORDERS, encoding="utf-8")
    return last


KINDS: Mapping[str, Callable[[Path, int, int, int], date]] = {
    "made companies": company,
    "neutral worlds": neutral,
    "everything by chance": chance,
    "orders by season": seasonal,
}


def looked_at(folder: Path, last_day: date) -> "Iterator[Looked]":
    """The company on the last days of its last quarters."""
    from scoring.calendar import Calendar
    from scoring.intake import Request
    from scoring.intake import folder as folders
    from scoring.trust import Looked

    calendar = Calendar()
    for n in range(QUARTERS):
        period = calendar.previous(calendar.containing(last_day), n)
        found = folders.opened(Request(folder, period.last_day, period.name))
        checked, files = found.exports.checked, found.exports.inputs
        yield Looked(
            found.rulebook, found.tables, checked.tables, checked.set_aside, files, period, period.last_day
        )  # fmt: skip


def without(looked: "Looked", name: str, kept: "pl.Expr") -> "Looked":
    """The company without some rows of a table; with ids of accounts that are gone, their rows are set aside."""
    import polars as pl

    read = {**looked.read, name: looked.read[name].filter(kept)}
    aside = dict(looked.aside)
    if name == "accounts":
        known = pl.col("account_id").is_in(read["accounts"]["account_id"].implode())
        for other in ("contracts", "invoices", "ownership", "answers", "activities", "milestones"):
            aside[other] = read[other].filter(~known).with_columns(why=pl.lit("unknown"))
            read[other] = read[other].filter(known)
    return replace(looked, read=read, tables={**looked.tables, **read}, aside=aside)


def faults(looked: "Looked") -> "Iterator[tuple[str, str, Looked]]":
    """What is taken away, the gate that should see it, and the company without it."""
    import polars as pl

    basis, end = looked.rulebook.basis, looked.period.last_day
    day = pl.coalesce("signed_on", "starts_on") if basis == "contracts" else pl.col("dated_on")
    for days in (10, 20, 45):
        kept = day <= end - timedelta(days)
        if basis == "contracts":
            kept &= pl.col("cancelled_on").is_null() | (pl.col("cancelled_on") <= end - timedelta(days))
        yield f"the last {days} days", "freshness", without(looked, basis, kept)
    month = (end.replace(day=1) - timedelta(days=100)).replace(day=1)
    after = (month + timedelta(days=32)).replace(day=1)
    yield "a month", "cliffs", without(looked, basis, (day < month) | (day >= after))
    half = (pl.col("origin_row") % 3 > 0) & (day >= month) & (day < after)
    yield "two thirds of a month", "cliffs", without(looked, basis, ~half)
    for part in (2, 10):
        kept = pl.col("account_id").hash(7) % 100 >= part
        yield f"{part} % of the accounts", "unmatched", without(looked, "accounts", kept)


def measured(kind: str, seed: int, size: str) -> Said:
    """How often each gate speaks of a company, and which of what is missing it sees."""
    from scoring.trust import GATES, of_run

    false: dict[str, int] = dict.fromkeys((g.name for g in GATES), 0)
    seen: dict[str, list[int]] = {}
    told: list[str] = []
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        last_day = KINDS[kind](folder, seed, *SIZES[size])
        for looked in looked_at(folder, last_day):
            found = of_run(looked)
            for gate in {f.gate for f in found}:
                false[gate] += 1
            told += [f.reason for f in found]
            for name, gate, missing in faults(looked):
                hits = seen.setdefault(name, [0, 0])
                hits[0] += any(f.gate == gate for f in of_run(missing))
                hits[1] += 1
    return {"kind": kind, "size": size, "looks": QUARTERS, "false": false, "seen": seen, "told": told}


def text_of(worlds: Sequence[Said]) -> tuple[str, bool]:
    """Both tables, and whether every gate keeps the limit."""
    keeps, rows = True, []
    for gate in worlds[0]["false"]:
        cells = []
        for some in (*([w for w in worlds if w["kind"] == kind] for kind in KINDS), list(worlds)):
            n, of = sum(w["false"][gate] for w in some), sum(w["looks"] for w in some)
            cells.append(f"{n} of {of:,} ({n / of:.1%})")
            keeps &= n / of <= LIMIT
        rows.append((f"`{gate}`", *cells))
    clean = table(("gate", *KINDS, "all"), rows)
    power = []
    for name in worlds[0]["seen"]:
        cells = []
        for size in SIZES:
            some = [w["seen"][name] for w in worlds if w["size"] == size]
            hits, of = sum(s[0] for s in some), sum(s[1] for s in some)
            cells.append(f"{hits} of {of:,} ({hits / of:.0%})")
        power.append((name, *cells))
    return f"{clean}\n{table(('missing', *SIZES), power)}", keeps


def main() -> None:
    """Looks at the worlds and prints what was said of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=6)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--world", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.world:
        print(json.dumps(measured(asked.world[0], int(asked.world[1]), asked.world[2])))
        return
    worlds = []
    for kind in KINDS:
        for size in SIZES:
            for seed in range(SEEDS, SEEDS + asked.worlds):
                command = [sys.executable, __file__, "--world", kind, str(seed), size]
                output = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, text=True).stdout
                worlds.append(json.loads(output.splitlines()[-1]))
                print(kind, size, seed, worlds[-1]["told"], file=sys.stderr)
    text, keeps = text_of(worlds)
    print(text)
    if asked.write:
        between_markers("trust", text)
    if not keeps:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
