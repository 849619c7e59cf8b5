"""What must be read with care? Oddities of the data in words, for the run and for the cards they touch."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.document import did_you_mean
from scoring.errors import Problem, Severity
from scoring.ledger.ladder import on_no_rung
from scoring.money import added
from scoring.numbers import money, percent
from scoring.rules import Rulebook

LARGE = 0.2
"""An account with more than this part of a book's revenue is named on the card."""

SHOWN = 3

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Said:
    """Notes as problems of the run, as sentences by manager, and as sentences about the company."""

    problems: Sequence[Problem]
    by_manager: Mapping[str, Sequence[str]]
    general: Sequence[str]


def of_run(tables: Frames, lines: pl.DataFrame, rulebook: Rulebook, aside: Frames, rows: pl.DataFrame) -> Said:
    """All that people should know before they read the scores."""
    currency = rulebook.currency
    general = [*_unassigned(rows, currency), *_ownership(rulebook), *_at_risk(lines), *_aside(aside)]
    ladder = _off_ladder(lines, rulebook)
    by_manager: dict[str, list[str]] = defaultdict(list)
    for notes in (
        _handed_over(rows, currency),
        _dominant(rows),
        _set_aside_of(aside, rows),
        _at_risk_of(lines, rows),
    ):
        for manager, sentence in notes.items():
            by_manager[manager].append(sentence)
    problems = [*ladder, *(Problem(sentence, severity=Severity.NOTE) for sentence in general)]
    return Said(problems, by_manager, [*general, *(f"{p.what}; {p.remedy}." for p in ladder)])


def people(tables: Frames) -> dict[str, dict[str, str | None]]:
    """Manager to name, team and whom they report to."""
    return {
        row["manager_id"]: {k: row[k] for k in ("name", "team", "reports_to")}
        for row in tables["managers"].iter_rows(named=True)
    }


def _unassigned(rows: pl.DataFrame, currency: str) -> list[str]:
    loose = rows.filter(pl.col("manager_id") == UNASSIGNED)
    closing, whole = added(loose["closing"]), added(rows["closing"])
    if not closing:
        return []
    share = f", {percent(closing / whole)} of the company's" if whole else ""
    if closing == whole:
        return [
            f"No account has a manager, so all revenue ({money(closing, currency)}) is unassigned and nobody is scored."
        ]
    held = loose.filter(pl.col("closing") != 0).height
    return [
        f"{held:,} accounts with {money(closing, currency)}{share} have no manager at the end and stand as unassigned."
    ]


def _ownership(rulebook: Rulebook) -> list[str]:
    if rulebook.ownership.policy == "current":
        return ["Only today's owners are known, so hand-overs cannot be seen."]
    return []


def _at_risk(lines: pl.DataFrame) -> list[str]:
    risky = _risky(lines)
    if not risky.height:
        return []
    return [
        f"{risky['account_id'].n_unique():,} accounts whose contract ended and is not renewed yet still count, "
        "within the tolerated gap."
    ]


def _at_risk_of(lines: pl.DataFrame, rows: pl.DataFrame) -> dict[str, str]:
    risky = _risky(lines).select("account_id").unique()
    counts = rows.filter(pl.col("closing") > 0).join(risky, on="account_id", how="semi").group_by("manager_id").len()
    return {
        m: f"{n:,} of the accounts ended their contract and have not renewed yet; they still count as paying."
        for m, n in counts.sort("manager_id").iter_rows()
    }


def _risky(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.filter(pl.col("at_risk") & pl.col("counts")) if "at_risk" in lines.columns else lines.clear()


def _off_ladder(lines: pl.DataFrame, rulebook: Rulebook) -> list[Problem]:
    """Products with revenue that stand on no rung, with the rung's product they may be meant to be."""
    if not rulebook.ladder.tiers:
        return []
    amount = "monthly" if "monthly" in lines.columns else "amount"
    unknown = on_no_rung(lines.lazy(), amount, pl.col("counts")).collect()
    return [
        Problem(
            f"product {row['product']!r} is on no rung of the ladder ({row['lines']:,} lines, {row['revenue']:,.2f} in "
            "their own currencies)",
            did_you_mean(
                row["product"] or "",
                list(rulebook.ladder.products),
                "name it under ladder.products if it is a tier",
            ),
            file="rules.yaml",
            column="ladder.products",
            severity=Severity.NOTE,
        )
        for row in unknown.head(SHOWN).iter_rows(named=True)
    ]


def _aside(aside: Frames) -> list[str]:
    return [
        f"Rows of {table} set aside: {frame.height:,} ({'; '.join(sorted(set(frame['why'].to_list()))[:SHOWN])})."
        for table, frame in sorted(aside.items())
        if frame.height
    ]


def _set_aside_of(aside: Frames, rows: pl.DataFrame) -> dict[str, str]:
    """The managers whose accounts a row that was set aside speaks of."""
    touched = [
        frame.select("account_id", pl.format("{} row {}", "origin_file", "origin_row").alias("place"))
        for frame in aside.values()
        if "account_id" in frame.columns
    ]
    if not touched:
        return {}
    joined = rows.select("manager_id", "account_id", "account").join(pl.concat(touched), on="account_id")
    told = joined.group_by("manager_id").agg(pl.format("{} ({})", "account", "place").unique().sort().alias("told"))
    return {
        m: f"Rows were set aside for {', '.join(places[:SHOWN])}{' and others' if len(places) > SHOWN else ''}."
        for m, places in told.sort("manager_id").iter_rows()
    }


def _handed_over(rows: pl.DataFrame, currency: str) -> dict[str, str]:
    came, went = pl.col("transfer_in"), pl.col("transfer_out")
    moved = rows.group_by("manager_id").agg(
        (came > 0).sum().alias("in"), came.sum().alias("in_amount"),
        (went > 0).sum().alias("out"), went.sum().alias("out_amount"),
    )  # fmt: skip
    return {
        row[
            "manager_id"
        ]: f"Handed over in the period: {row['in']:,} accounts in ({money(row['in_amount'], currency)}), "
        f"{row['out']:,} out ({money(row['out_amount'], currency)})."
        for row in moved.sort("manager_id").iter_rows(named=True)
        if row["in"] or row["out"]
    }


def _dominant(rows: pl.DataFrame) -> dict[str, str]:
    part = pl.col("closing").cast(pl.Float64) / pl.col("closing").cast(pl.Float64).sum().over("manager_id")
    large = (
        rows.filter(pl.col("closing") > 0)
        .with_columns(part.alias("part"))
        .filter(pl.col("part") > LARGE)
        .sort("manager_id", "part", "account_id", descending=[False, True, False])
        .group_by("manager_id", maintain_order=True)
        .first()
    )
    return {
        row[
            "manager_id"
        ]: f"{row['account'] or row['account_id']} alone is {percent(row['part'])} of the revenue; look at "
        "the score without it."
        for row in large.iter_rows(named=True)
    }
