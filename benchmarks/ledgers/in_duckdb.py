"""The workload in DuckDB's SQL, in two forms: the best that was found, and the plain one that most would write first.

`best` groups by hashed ids and brings texts back at the end, lets a cast round (it rounds halves to even), reads each
line once for both of its events, and keeps the days of a month as bits. `plain` groups by text ids, rounds in whole
numbers, reads each line twice, and counts days. Both drop what cancels out before any window, and carry what runs on
over ranges of quarters.

    python benchmarks/ledgers/in_duckdb.py FOLDER OUT [best|plain parquet|csv]
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import statements as sql
from measured import measured


def best(folder: Path, out: Path, kind: str) -> None:
    """The four outputs by the best form found."""
    words = {"key": "hash(account_id)", "rounding": sql.BY_CAST, "sides": sql.ONE_SCAN}
    _run(folder, out, kind, words, sql.BITS)


def plain(folder: Path, out: Path, kind: str) -> None:
    """The four outputs by plain statements over text ids."""
    words = {"key": "account_id", "rounding": sql.IN_WHOLE_NUMBERS, "sides": sql.TWO_SCANS}
    _run(folder, out, kind, words, sql.DAYS)


def _run(folder: Path, out: Path, kind: str, words: Mapping[str, str], bills: str) -> None:
    figures = [f"CAST(coalesce(sum({name}), 0) AS BIGINT) AS {name}" for name in sql.FIGURES]
    figures += [f"CAST(coalesce(sum(amount) FILTER (kind = '{name}'), 0) AS BIGINT) AS {name}" for name in sql.KINDS]
    read = {"read": f"read_{kind}", **({name: typed * (kind == "csv") for name, typed in sql.TYPED.items()})}
    parts = (sql.INPUTS, sql.FACTS, sql.LEVELS, sql.MOVES, sql.BILLS, bills, sql.BOOK, sql.OUTPUTS)
    out.mkdir(parents=True, exist_ok=True)
    engine = duckdb.connect(config={"preserve_insertion_order": False})
    engine.execute("".join(parts).format(folder=folder, out=out, kind=kind, sums=", ".join(figures), **words, **read))


FORMS: dict[str, Callable[[Path, Path, str], None]] = {"best": best, "plain": plain}

if __name__ == "__main__":
    source, target, *more = sys.argv[1:]
    form, kind = more or ("best", "parquet")
    cost = measured(lambda: FORMS[form](Path(source), Path(target), kind))
    print(json.dumps({**cost, "version": duckdb.__version__}))
