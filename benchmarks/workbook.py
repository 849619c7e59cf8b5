"""What does a workbook cost: 1,000 managers with 50,000 and with 100,000 accounts, from cards and frames to the file?

    uv run python benchmarks/workbook.py [--managers 1000] [--accounts 50 100] [--runs 3] [--write]

Five lines a card, four account-quarters an account, a movement of every second account. CPU seconds without start and
imports; memory is what the process holds at the most over what it held with cards and frames. The same CSV of the
accounts beside it. Two runs must give the same bytes, or nothing is written.
"""

import argparse
import hashlib
import json
import resource
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from side_by_side import Contender, Stages, between_markers, in_turn, table

GOAL_S, GOAL_MIB = 4, 300
RULE = {"name": "keep_revenue", "metric": "net_revenue_retention", "weight": 100.0}


def made(managers: int, accounts: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Cards and frames of a made company, as a run leaves them: `accounts` in each of the `managers`' books."""
    import polars as pl

    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    import sample_cards

    cards = [
        sample_cards.compared(manager_id=f"m{n:06}", name=f"Manager {n:06}", team=f"Team {n % 20}")
        for n in range(managers)
    ]
    n = pl.int_range(managers * accounts, eager=True)
    text, money = n.cast(pl.String).str.zfill(9), pl.Decimal(18, 4)
    book = pl.DataFrame({
        "manager_id": "m" + (n // accounts).cast(pl.String).str.zfill(6), "account_id": "a" + text,
        "account": "Müller & Söhne " + text,
    }).with_columns(
        segment=pl.lit("SMB"), share=pl.lit(1).cast(money), opening=(n * 7 % 991 / 7).cast(money),
        closing=(n * 5 % 991 / 7).cast(money), before=(n * 11 % 991 / 7).cast(money),
        after=(n * 13 % 991 / 7).cast(money),
    )  # fmt: skip
    key = book.select("manager_id", "account_id")
    quarters = pl.DataFrame({"ends_on": pl.date_range(date(2025, 10, 1), date(2026, 7, 1), "3mo", eager=True)})
    told = {
        "rule": pl.lit(RULE["name"]),
        "points": (n % 1000 - 500) / 9973,
        "observed": n % 7 / 7,
        "expected": n % 9 / 9,
    }
    compared = key.with_columns(**told).join(quarters, how="cross")
    moves = book.filter(n % 2 == 0).select(
        "manager_id", "account_id", pl.lit(date(2026, 5, 3)).alias("moved_on"), pl.lit("expansion").alias("kind"),
        pl.col("after").alias("amount"), pl.lit(None, dtype=pl.Int64).alias("gap_days"),
        pl.format("exports/billing/subscriptions.csv:{}", pl.col("account_id").str.slice(1)).alias("origin"),
    )  # fmt: skip
    return cards, {"book": book, "compared": compared, "movements": moves}


def facts() -> dict[str, Any]:
    """What is true of the made run."""
    span = {"from": "2025-07-01", "until": "2026-07-01"}
    return {
        "run_id": "0" * 64, "engine": {"bookscore": "0", "polars": "0"}, "as_of": "2026-06-30", "basis": "contracts",
        "period": {"name": "2026-Q2", "from": "2026-04-01", "to": "2026-06-30"},
        "windows": {"movements": span, "outcome": span}, "currency": "EUR",
        "rules": {
            "name": "Made", "version": None, "sha256": "0" * 64,
            "settings": {"interval": 0.9, "window": {"quarters": 4}, "publish": {"chance": 0.1}, "rules": [RULE]},
        },
    }  # fmt: skip


def written(managers: int, accounts: int) -> dict[str, Any]:
    """The workbook of a made company as a hash, and what it cost."""
    from scoring.reports.csv_out import frame_chunks
    from scoring.reports.workbook import write

    cards, frames = made(managers, accounts)
    stage, held = Stages(), _mib()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "scorecards.xlsx"
        with stage("workbook"):
            write(cards, frames, facts(), out)
        over = _mib() - held
        content = out.read_bytes()
    with stage("csv"):
        sent = sum(map(len, frame_chunks(frames["book"])))
    return {
        "stages": stage.seconds, "over_mib": over, "mb": len(content) / 1e6, "csv_mb": sent / 1e6,
        "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip


def _mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def shown(one: Contender) -> Sequence[str]:
    """The row of the table."""
    figures = {name: median(said[name] for said in one.said) for name in ("over_mib", "mb", "csv_mb")}
    return (
        one.name,
        f"{one.stage('workbook'):.2f}",
        f"{figures['over_mib']:,.0f}",
        f"{figures['mb']:.1f}",
        f"{one.stage('csv'):.2f}",
        f"{figures['csv_mb']:.1f}",
    )


def main() -> None:
    """Measures, and with `--write` puts the table into the README."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--managers", type=int, default=1_000)
    parser.add_argument("--accounts", type=int, nargs="+", default=[50, 100])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        print(json.dumps(written(asked.managers, asked.accounts[0])))
        return
    ran = [
        Contender(
            f"{asked.managers:,} managers, {asked.managers * each:,} accounts",
            [__file__, "--once", "--managers", str(asked.managers), "--accounts", str(each)],
        )
        for each in asked.accounts
    ]
    in_turn(ran, asked.runs)
    if any(len({said["sha256"] for said in one.said}) > 1 for one in ran):
        raise SystemExit("two runs gave other bytes")
    told = table(("what", "workbook, CPU s", "MiB over the frames", "MB", "CSV, CPU s", "MB"), map(shown, ran))
    sys.stdout.write(told)
    if asked.write:
        between_markers("workbook", told)


if __name__ == "__main__":
    main()
