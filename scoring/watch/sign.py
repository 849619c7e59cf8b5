"""What is a sign? Something countable by manager, held against how often it happens in the company by chance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from scoring.chance import drawn_at_least
from scoring.credit.ownership import UNASSIGNED
from scoring.notes.seen import named
from scoring.numbers import fixed, percent
from scoring.watch.looked import Looked

SURE = 0.01
"""How seldom chance may give as many, for one sign of one manager."""

COUNTS = {
    "manager_id": pl.String(),
    "cases": pl.Int64(),
    "of": pl.Int64(),
    "usual": pl.Float64(),
    "p": pl.Float64(),
    "account_ids": pl.List(pl.String()),
    "further": pl.String(),
}
"""One row is a manager a sign speaks of: so many cases of so many, how many were usual, and how seldom chance gives
as many; the accounts of the cases, and what else the sentence says."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a sign found of a manager. `usual` is how many cases would be usual, `p` how seldom chance gives as many."""

    code: str
    cases: int
    of: int
    usual: float
    p: float
    account_ids: Sequence[str]
    columns: Sequence[str]
    sentence: str

    @property
    def as_json(self) -> dict[str, Any]:
        """The finding for other programs."""
        return {
            "code": self.code,
            "statistic": float(f"{self.cases / self.of:.4g}"),
            "cases": self.cases,
            "of": self.of,
            "usual": float(f"{self.usual:.4g}"),
            "p": float(f"{self.p:.3g}"),
            "accounts": list(self.account_ids),
            "columns": list(self.columns),
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class Sign:
    """Something worth a look.

    `says` is the plain sentence for the card, with {cases}, {of} and {usual}, `columns` where it is read from; `find`
    gives the managers it speaks of, as `COUNTS`.
    """

    code: str
    says: str
    columns: Sequence[str]
    find: Callable[[Looked], pl.DataFrame]

    def findings(self, looked: Looked) -> Mapping[str, Finding]:
        """By manager, what it found."""
        return {row["manager_id"]: self._finding(row, looked) for row in self.find(looked).iter_rows(named=True)}

    def _finding(self, row: Mapping[str, Any], looked: Looked) -> Finding:
        cases, of, usual = row["cases"], row["of"], row["usual"]
        told = self.says.format(cases=f"{cases:,}", of=f"{of:,}", share=percent(cases / of), usual=fixed(usual))
        names = named(looked.names.get(a, a) for a in row["account_ids"])
        sentence = f"Worth a look, without any effect on the score: {told}: {names}.{row['further']}"
        return Finding(self.code, cases, of, usual, row["p"], row["account_ids"], self.columns, sentence)


def against_company(units: pl.DataFrame, *, least_cases: int, least: int = 1) -> pl.DataFrame:
    """The managers with more cases than a draw from all of the company's units would give, as `COUNTS`.

    `units`: one row per manager_id and thing that may be a case: account_id, `is_case`. Only managers with at least
    so many cases, of at least so many units.
    """
    theirs = counted(units)
    of, cases = int(theirs["of"].sum()), int(theirs["cases"].sum())
    rows = [
        {**row, "usual": row["of"] * cases / of, "p": drawn_at_least(row["cases"], row["of"], cases, of)}
        for row in theirs.iter_rows(named=True)
        if row["cases"] >= least_cases and row["of"] >= least
    ]
    return counts([row for row in rows if row["p"] <= SURE])


def counted(units: pl.DataFrame) -> pl.DataFrame:
    """By manager, how many cases of how many units, and the accounts of the cases; nobody is left out but nobody."""
    case = pl.col("is_case")
    return (
        units.filter(pl.col("manager_id") != UNASSIGNED)
        .group_by("manager_id")
        .agg(
            case.sum().cast(pl.Int64).alias("cases"),
            pl.len().cast(pl.Int64).alias("of"),
            pl.col("account_id").filter(case).unique().sort().alias("account_ids"),
        )
        .with_columns(pl.lit("").alias("further"))
        .sort("manager_id")
    )


def counts(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """The rows as `COUNTS`."""
    return pl.DataFrame([{name: row[name] for name in COUNTS} for row in rows], schema=COUNTS)
