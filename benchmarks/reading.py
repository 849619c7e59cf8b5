"""What does it cost to read a CSV file into typed tables, beside a bare typed scan that checks nothing, and DuckDB?

All read the same file in processes of their own, in turn, with the columns and types declared. Rows, the sum of all
amounts and the number of accounts must agree, or nothing is written. "With care" is the same file with a blank behind
one name, which makes bookscore look at every cell.

    uv run --group bench python benchmarks/reading.py [--lines 1000000 10000000] [--runs 5]
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from side_by_side import Contender, Stages, between_markers, in_turn, table

GOAL = 0.6
"""The share of the bare scan's speed that reading with all checks must have."""
OURS, CAREFUL, BARE, DUCKDB = "bookscore", "bookscore, with care", "Polars, bare typed scan", "DuckDB, typed read_csv"
NAME = "invoices.csv"


def make(folder: Path, lines: int) -> None:
    """Invoice lines of a tenth as many accounts, once plain and once with a blank behind one name."""
    import polars as pl

    number = pl.col("number")
    frame = pl.DataFrame({"number": pl.int_range(lines, eager=True)}).select(
        line_id=pl.lit("L") + number.cast(pl.String).str.zfill(9),
        account_id=pl.lit("A") + (number * 7_919 % max(lines // 10, 1)).cast(pl.String).str.zfill(7),
        dated_on=pl.date(2023, 1, 1) + pl.duration(days=number % 1_000),
        amount=(number * 104_729 % 10_000_000).cast(pl.Decimal(18, 2)) / 100,
        currency=pl.lit("EUR"),
        product=pl.lit("Plan ") + (number % 7).cast(pl.String),
        quantity=number % 5 + 1,
    )
    rounded = frame.with_columns(pl.col("amount").cast(pl.Decimal(18, 2)))
    rounded.write_csv(_place(folder, "plain"))
    with _place(folder, "odd").open("wb") as odd:
        odd.write(_place(folder, "plain").read_bytes().replace(b"Plan 1,", b"Plan 1 ,", 1))


def _place(folder: Path, which: str) -> Path:
    (folder / which).mkdir(exist_ok=True)
    return folder / which / NAME


def ours(file: Path) -> dict[str, Any]:
    """The tables of the folder, as every command reads them."""
    import adapters
    from scoring.tables import LAYOUT, OPEN_TABLES

    stage = Stages()
    with stage("read"):
        delivery = adapters.read_folder(file.parent, LAYOUT, OPEN_TABLES, None)
    frame = delivery.tables["invoices"]
    if delivery.faults or frame.columns[:2] != ["origin_file", "origin_row"]:
        raise SystemExit(f"{file}: {delivery.faults}")
    return {"stages": stage.seconds, **_figures(frame)}


def bare(file: Path) -> dict[str, Any]:
    """What Polars reads when it is told the types; it checks nothing else and knows no origin."""
    import polars as pl

    types = {
        "line_id": pl.String(), "account_id": pl.String(), "dated_on": pl.Date(), "amount": pl.Decimal(18, 4),
        "currency": pl.String(), "product": pl.String(), "quantity": pl.Decimal(18, 6),
    }  # fmt: skip
    stage = Stages()
    with stage("read"):
        frame = pl.scan_csv(file, schema=types).collect()
    return {"stages": stage.seconds, **_figures(frame)}


def by_duckdb(file: Path) -> dict[str, Any]:
    """The same columns and types into a table of DuckDB."""
    import duckdb

    columns = (
        "{'line_id': 'VARCHAR', 'account_id': 'VARCHAR', 'dated_on': 'DATE', 'amount': 'DECIMAL(18, 4)', "
        "'currency': 'VARCHAR', 'product': 'VARCHAR', 'quantity': 'DECIMAL(18, 6)'}"
    )
    stage, engine = Stages(), duckdb.connect()
    with stage("read"):
        engine.execute(f"CREATE TABLE lines AS SELECT * FROM read_csv('{file}', header = true, columns = {columns})")
    found = engine.execute("SELECT count(*), sum(amount), count(DISTINCT account_id) FROM lines").fetchone() or ()
    return {"stages": stage.seconds, "figures": [str(f) for f in found], "version": duckdb.__version__}


def _figures(frame: Any) -> dict[str, Any]:
    import polars as pl

    made = frame.select(pl.len(), pl.col("amount").sum(), pl.col("account_id").n_unique()).row(0)
    return {"figures": [str(figure) for figure in made]}


READERS = {OURS: (ours, "plain"), CAREFUL: (ours, "odd"), BARE: (bare, "plain"), DUCKDB: (by_duckdb, "plain")}


def measured(folder: Path, lines: int, runs: int) -> list[list[str]]:
    """A row of the table for each reader. Raises SystemExit where two of them read something else."""
    make(folder, lines)
    contenders = [Contender(name, [__file__, "--read", name, "--folder", str(folder)]) for name in READERS]
    in_turn(contenders, runs)
    if len({tuple(said["figures"]) for c in contenders for said in c.said}) > 1:
        raise SystemExit(f"the readers differ: {[(c.name, c.said[0]['figures']) for c in contenders]}")
    scan = next(c for c in contenders if c.name == BARE)
    return [
        [
            f"{lines:,}", c.name, f"{c.total:.2f}", f"{scan.total / c.total:.0%}", f"{max(c.peak_mib):,.0f}",
            f"{max(c.peak_mib) / max(scan.peak_mib):.2f}",
        ]
        for c in contenders
    ]  # fmt: skip


def main() -> None:
    """Measures and writes the table into the README, or reads one file and says what it cost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--read", choices=list(READERS))
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.read:
        read, which = READERS[asked.read]
        print(json.dumps(read(_place(asked.folder, which))))
        return
    rows = []
    for lines in asked.lines:
        with tempfile.TemporaryDirectory() as folder:
            rows += measured(Path(folder), lines, asked.runs)
    head = ["lines", "reader", "CPU s", "speed of the bare scan", "peak MiB", "times the bare scan's"]
    text = table(head, rows)
    print(text)
    between_markers("reading", text)


if __name__ == "__main__":
    main()
