"""The floor: Polars reads the columns that the workload needs, streaming, and makes one number of each; nothing else.

python benchmarks/ledgers/floor.py FOLDER OUT [parquet|csv]
"""

import json
import sys
from pathlib import Path

import polars as pl
from measured import measured

TYPES: dict[str, dict[str, pl.DataType]] = {
    "contracts-*": {
        "line_id": pl.String(), "account_id": pl.String(), "product": pl.String(), "quantity": pl.Int64(),
        "amount": pl.Decimal(12, 2), "currency": pl.String(), "every": pl.String(), "starts_on": pl.Date(),
        "ends_on": pl.Date(),
    },
    "invoices-*": {
        "line_id": pl.String(), "account_id": pl.String(), "dated_on": pl.Date(), "amount": pl.Decimal(12, 2),
        "currency": pl.String(), "kind": pl.String(),
    },
    "ownership": {
        "account_id": pl.String(), "manager_id": pl.String(), "starts_on": pl.Date(), "ends_on": pl.Date(),
    },
    "accounts": {"account_id": pl.String()},
    "rates": {"currency": pl.String(), "dated_on": pl.Date(), "rate": pl.Decimal(18, 6)},
}  # fmt: skip
"""The columns of each table, as CSV files are told them."""
NOT_NEEDED = ("line_id", "quantity")


def scanned(folder: Path, kind: str) -> None:
    """Reads it all once."""
    for name, types in TYPES.items():
        numbers = (_number(c, t) for c, t in types.items() if c not in NOT_NEEDED)
        _scan(folder, name, kind).select(numbers).collect(engine="streaming")


def lines(folder: Path, kind: str) -> int:
    """How many lines of contracts and invoices there are."""
    counts = pl.collect_all(_scan(folder, name, kind).select(pl.len()) for name in ("contracts-*", "invoices-*"))
    return sum(count.item() for count in counts)


def _scan(folder: Path, name: str, kind: str) -> pl.LazyFrame:
    place = folder / f"{name}.{kind}"
    return pl.scan_csv(place, schema=TYPES[name]) if kind == "csv" else pl.scan_parquet(place)


def _number(column: str, of_type: pl.DataType) -> pl.Expr:
    return pl.col(column).str.len_bytes().sum() if of_type == pl.String else pl.col(column).max()


if __name__ == "__main__":
    source, kind = Path(sys.argv[1]), [*sys.argv[3:], "parquet"][0]
    cost = measured(lambda: scanned(source, kind))
    print(json.dumps({**cost, "lines": lines(source, kind), "version": pl.__version__}))
