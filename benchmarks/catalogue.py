"""What does the whole catalogue of metrics cost over a large book, beside DuckDB computing the same in SQL?

Both read the same Parquet book in processes of their own, in turn. Every figure of every manager is compared: money
to the last digit, everything else to 1e-12 of itself; where they differ nothing is written. Models are not fitted here:
what they say of an account is a column of the book.

    uv run --group bench python benchmarks/catalogue.py [--accounts 1000000] [--managers 5000] [--runs 5]
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import catalogue_sql
from made_book import made_book
from side_by_side import Contender, Stages, between_markers, in_turn, table

OURS, PEER = "bookscore", "DuckDB"
GOAL = 2.0
"""How many times DuckDB's CPU seconds ours may be."""
CLOSE = 1e-12


# The two


def ours(book_file: Path, result: Path) -> dict[str, Any]:
    """The catalogue by the functions that the pipeline calls, as one long table."""
    import polars as pl

    from scoring import book
    from scoring.measure import measure
    from scoring.metrics import OVER_BOOK

    stage = Stages()
    with stage("measure"):
        once = book.at(pl.read_parquet(book_file).lazy(), "manager_id")
        made = measure(once, OVER_BOOK, "manager_id", basis="contracts").collect()
    made.write_parquet(result)
    return {"stages": stage.seconds, "figures": made.height}


def by_duckdb(book_file: Path, result: Path) -> dict[str, Any]:
    """The catalogue as one statement over the Parquet file, of which DuckDB reads what it needs."""
    import duckdb

    stage = Stages()
    engine = duckdb.connect(config={"preserve_insertion_order": False})
    engine.execute(f"CREATE VIEW book AS SELECT * FROM read_parquet('{book_file}')")
    names = {row[0] for row in engine.execute("DESCRIBE book").fetchall()}
    statement = catalogue_sql.query(names & set(catalogue_sql.FLAGS))
    with stage("measure"):
        engine.execute(f"CREATE TABLE figures AS {statement}")
    engine.execute(f"COPY figures TO '{result}' (FORMAT parquet)")
    return {"stages": stage.seconds, "version": duckdb.__version__}


TOOLS = {OURS: ours, PEER: by_duckdb}


def differences(long: Any, wide: Any) -> list[str]:
    """What the two say otherwise, in sentences; `long` as `measure.SCHEMA`, `wide` one row per manager."""
    import polars as pl

    found = [f"{m}: not in the SQL" for m in long["metric"].unique().sort() if m not in catalogue_sql.FIGURES]
    for (metric,), part in long.partition_by("metric", as_dict=True).items():
        both = part.join(wide, on="id", how="full", suffix="_of_peer")
        if both.height != part.height or both["metric"].null_count():
            found.append(f"{metric}: not the same managers")
        for field in ("value", "n", "amount", "low", "high"):
            name = f"{metric}.{field}"
            if name not in wide.columns:
                found += [f"{name}: only here"] * (both[field].null_count() < both.height)
                continue
            mine, theirs = pl.col(field), pl.col(name)
            if field == "amount":
                same = mine.cast(pl.Decimal(38, 4)).eq_missing(theirs.cast(pl.Decimal(38, 4)))
            else:
                mine, theirs = mine.cast(pl.Float64), theirs.cast(pl.Float64)
                theirs = theirs.fill_null(0.0) if field == "n" else theirs
                near = (mine - theirs).abs() <= CLOSE * pl.max_horizontal(mine.abs(), theirs.abs(), 1e-3)
                same = (mine.is_null() & theirs.is_null()) | near.fill_null(value=False)
            if (off := both.filter(~same)).height:
                one = off.row(0, named=True)
                found.append(f"{name}: {off.height} differ, such as {one['id']}: {one[field]} against {one[name]}")
    return found


def compare(results: Sequence[Path]) -> dict[str, Any]:
    """How many figures there are, and what differs between the two files."""
    import polars as pl

    long, wide = (pl.read_parquet(place) for place in results)
    return {"figures": long.height, "differences": differences(long, wide)}


# What is measured


def measured(accounts: int, managers: int, runs: int, scratch: Path) -> tuple[dict[str, Contender], int]:
    """The two after all runs, and how many figures agree. Stops, and says what, where any does not."""
    book_file, results = scratch / "book.parquet", {name: scratch / f"{name}.parquet" for name in TOOLS}
    sizes = ["--accounts", str(accounts), "--managers", str(managers)]
    Contender("the book", [__file__, "--write", str(book_file), *sizes]).run()
    both = {
        name: Contender(name, [__file__, "--tool", name, "--book", str(book_file), "--result", str(results[name])])
        for name in TOOLS
    }
    in_turn(both.values(), runs)
    judge = Contender("the comparison", [__file__, "--compare", *(str(place) for place in results.values())])
    judge.run()
    if found := judge.said[0]["differences"]:
        raise SystemExit("\n".join(["The two do not agree, so nothing is written.", *found]))
    return both, judge.said[0]["figures"]


def report(accounts: int, managers: int, runs: int, *, dry: bool) -> None:
    """Measures both and puts the table into the README."""
    with tempfile.TemporaryDirectory() as scratch:
        both, figures = measured(accounts, managers, runs, Path(scratch))
    rows = [
        [
            f"{tool.name} {tool.said[0].get('version', '')}".strip(),
            *(f"{middle:.2f}" for middle in (tool.total, _middle(tool.cpu), _middle(tool.wall))),
            f"{_middle(tool.peak_mib):.0f}",
        ]
        for tool in both.values()
    ]
    text = table(("engine", "the figures", "whole process", "wall", "peak MiB"), rows)
    ratio = both[OURS].total / both[PEER].total
    text += (
        f"\n{accounts:,} accounts, {managers:,} managers: {figures:,} figures, all equal. Ours costs {ratio:.2f} times "
        f"DuckDB's CPU seconds; the goal is {GOAL:.0f}."
    )
    print(text)
    if not dry:
        between_markers("catalogue", text)


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def main() -> None:
    """Measures both and writes the table; or, as a child, does one part of it and prints what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--managers", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dry", action="store_true", help="print the table, and leave the README alone")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--tool", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--book", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--result", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--compare", type=Path, nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        made_book(asked.accounts, asked.managers).write_parquet(asked.write)
        print(json.dumps({}))
    elif asked.tool:
        print(json.dumps(TOOLS[asked.tool](asked.book, asked.result)))
    elif asked.compare:
        print(json.dumps(compare(asked.compare)))
    else:
        report(asked.accounts, asked.managers, asked.runs, dry=asked.dry)


if __name__ == "__main__":
    main()
