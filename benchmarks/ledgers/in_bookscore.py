"""The workload as bookscore runs it: `scoring.packed` over the files of a folder, some of them at a time.

python benchmarks/ledgers/in_bookscore.py FOLDER OUT [parquet|csv] [KEPT [MONTHS]]

With a folder KEPT what was made of files before is taken from there; with MONTHS only so many are told.
"""

import json
import sys
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import numpy.ma  # noqa: F401 - Polars imports it with the first array that it is given, and imports do not count
import polars as pl
from floor import TYPES
from measured import measured

from scoring.credit.ownership import from_history
from scoring.ledger.terms import Terms
from scoring.packed.answers import answer
from scoring.packed.frames import FRAMES
from scoring.packed.history import Ledger
from scoring.packed.lines import File, Lines
from scoring.packed.months import Months
from scoring.packed.notes import digest_of

TIERS = ("Entry", "Standard", "Premium")
TERMS = Terms("EUR", gap_tolerance_days=0, tiers=TIERS, products={f"{tier} Plan": tier for tier in TIERS})
FEW = ("accounts", "ownership", "rates")
A_LINE = {"parquet": 9, "csv": 80}
"""Bytes of a line."""
FIRSTS = tuple(date(2023 + (6 + n) // 12, (6 + n) % 12 + 1, 1) for n in range(37))


def write(folder: Path, out: Path, kind: str, kept: Path | None = None, months: int = 36) -> None:
    """The four outputs of so many months."""
    out.mkdir(parents=True, exist_ok=True)
    owned = _scan([folder / f"ownership.{kind}"], "ownership", kind).with_columns(pl.lit(1).alias("share"))
    rates = _scan([folder / f"rates.{kind}"], "rates", kind)
    accounts = _scan([folder / f"accounts.{kind}"], "accounts", kind)
    contracts, invoices = (
        _lines(folder, name, kind, is_kept=kept is not None) for name in ("contracts-*", "invoices-*")
    )
    beside = f"{[digest_of(folder / f'{name}.{kind}') for name in FEW]}" if kept else ""
    ledger = Ledger(accounts, contracts, invoices, from_history(owned), rates, is_checked=False, beside=beside)
    firsts = FIRSTS[: months + 1]
    for name, content in answer(ledger, TERMS, Months(firsts), firsts[-1] - timedelta(1), FRAMES, kept).files.items():
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_bytes(content)


def _lines(folder: Path, pattern: str, kind: str, *, is_kept: bool) -> Lines:
    return Lines(
        [
            File(_scan([file], pattern, kind), file.stat().st_size // A_LINE[kind], digest_of(file) if is_kept else "")
            for file in sorted(folder.glob(f"{pattern}.{kind}"))
        ]
    )


def _scan(files: list[Path], name: str, kind: str) -> pl.LazyFrame:
    return pl.scan_csv(files, schema=TYPES[name]) if kind == "csv" else pl.scan_parquet(files)


if __name__ == "__main__":
    source, target, *more = sys.argv[1:]
    kept = Path(more[1]) if len(more) > 1 else None
    told = int(more[2]) if len(more) > 2 else 36
    cost = measured(lambda: write(Path(source), Path(target), (more or ["parquet"])[0], kept, told))
    print(json.dumps({**cost, "version": version("bookscore")}))
