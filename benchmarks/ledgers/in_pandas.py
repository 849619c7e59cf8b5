"""The workload in pandas as one would write it well: accounts as codes, whole columns, no loop over rows.

python benchmarks/ledgers/in_pandas.py FOLDER OUT
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from measured import measured

FIRST = pd.Timestamp(2023, 7, 1)
RUNGS = ("Entry Plan", "Standard Plan", "Premium Plan")
KINDS = ("new", "reactivation", "expansion", "contraction", "churn")


def answered(folder: Path, out: Path) -> None:
    """Reads the folder and writes the four outputs."""
    rates = _rates(folder)
    contracts = _read(
        folder, "contracts-*", ["account_id", "product", "amount", "currency", "every", "starts_on", "ends_on"]
    )
    invoices = _read(folder, "invoices-*", ["account_id", "dated_on", "amount", "currency", "kind"])
    owners = _read(folder, "ownership", None)
    ids = pd.Index(np.unique(np.concatenate([t["account_id"].unique() for t in (contracts, invoices, owners)])))
    for frame in (contracts, invoices, owners):
        frame["a"] = pd.Categorical(frame.pop("account_id"), categories=ids).codes
    invoices["eur"] = _half_even(invoices["units"] * invoices["currency"].map(rates), 1_000_000)
    lines = _lines(contracts, rates)
    owners["starts"] = _day(owners["starts_on"]).fillna(-(10**6)).astype(int)
    owners["stops"] = _day(owners["ends_on"]).fillna(10**6).astype(int)
    owners = owners.sort_values("starts")
    events = _events(lines)
    moves = _moves(events, lines)
    book = _book(events, invoices)
    book["manager_id"] = _owner(book, owners, _last_of(book["q"] * 3 + 2)).astype(object).fillna("unassigned")
    out.mkdir(parents=True, exist_ok=True)
    _write(_sums(book, moves, owners), out / "sums.parquet")
    _write(_orders(invoices), out / "orders.parquet", ids)
    moves = moves.sort_values(["m", "a"])
    moves["month"] = _first_of(moves["m"])
    _write(moves[["a", "month", "kind", "amount"]], out / "movements.parquet", ids)
    book = book.sort_values(["q", "a"])
    there = (book[["opening", "closing", "revenue"]] != 0).any(axis=1)
    _write(book[there].drop(columns=["q", "before", "after"]), out / "book.parquet", ids)


def _read(folder: Path, name: str, columns: list[str] | None) -> pd.DataFrame:
    """The files as one frame; an amount as "units" of a ten-thousandth, so that no row is a Decimal of its own."""
    table = pa.concat_tables(pq.read_table(file, columns=columns) for file in sorted(folder.glob(f"{name}.parquet")))
    if "amount" in table.column_names:
        units = pc.cast(pc.multiply(table["amount"], pa.scalar(10_000)), pa.int64())
        table = table.drop_columns("amount").append_column("units", units)
    return table.to_pandas(date_as_object=False)


def _rates(folder: Path) -> dict[str, int]:
    rates = pd.read_parquet(folder / "rates.parquet").sort_values("dated_on")
    known = rates[pd.to_datetime(rates["dated_on"]) <= pd.Timestamp(2026, 4, 1)]
    return {"EUR": 1_000_000} | {c: int(r * 1_000_000) for c, r in known.groupby("currency")["rate"].last().items()}


def _half_even(amount: pd.Series, by: pd.Series | int) -> pd.Series:
    whole, rest = amount // by, amount % by
    return whole + ((2 * rest > by) | ((2 * rest == by) & (whole % 2 == 1))).astype(int)


def _month(days: pd.Series) -> pd.Series:
    return (days.dt.year * 12 + days.dt.month - 24_283).clip(lower=-1)


def _day(days: pd.Series) -> pd.Series:
    return (days - FIRST).dt.days


def _first_of(month: pd.Series) -> pd.Series:
    """The first day of each month, by its number."""
    firsts = pd.Series(pd.date_range(FIRST, periods=37, freq="MS"))
    return pd.Series(firsts.to_numpy()[month.to_numpy()], index=month.index)


def _last_of(month: pd.Series) -> pd.Series:
    """The last day of each month, as days since July 2023."""
    return _day(_first_of(month + 1)) - 1


def _lines(contracts: pd.DataFrame, rates: dict[str, int]) -> pd.DataFrame:
    lines = contracts[contracts["ends_on"].isna() | (contracts["ends_on"] > contracts["starts_on"])].copy()
    monthly = _half_even(lines["units"], lines["every"].map({"month": 1, "quarter": 3, "year": 12}))
    lines["eur"] = _half_even(monthly * lines["currency"].map(rates), 1_000_000)
    lines["begins"], lines["stops"] = _month(lines["starts_on"]), _month(lines["ends_on"])
    for number, product in enumerate(RUNGS):
        lines[number] = lines["eur"].where((lines["product"] == product) & (lines["eur"] > 0), 0)
    return lines[lines["eur"] != 0]


def _events(lines: pd.DataFrame) -> pd.DataFrame:
    """Changes by account and month, of everything ("eur") and of each rung (0 to 2)."""
    figures = ["eur", 0, 1, 2]
    ended = lines[lines["stops"].notna()]
    begun = lines[["a", *figures]].assign(m=lines["begins"])
    sides = pd.concat([begun, (-ended[figures]).assign(a=ended["a"], m=ended["stops"].astype(int))])
    return sides[sides["m"] < 36].groupby(["a", "m"])[figures].sum().reset_index()


def _moves(events: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    after = events.groupby("a")["eur"].cumsum()
    before, first = after - events["eur"], events["a"].map(lines[lines["eur"] > 0].groupby("a")["begins"].min())
    begins, gone = (before <= 0) & (after > 0), (before > 0) & (after <= 0)
    kinds = [begins & (first < events["m"]), begins, gone, after > before]
    moves = events[["a", "m"]].assign(
        kind=np.select(kinds, ["reactivation", "new", "churn", "expansion"], "contraction"), amount=events["eur"].abs()
    )
    return moves[(events["eur"] != 0) & (events["m"] >= 0)]


def _book(events: pd.DataFrame, invoices: pd.DataFrame) -> pd.DataFrame:
    """The book with levels `before` and `after`, which may be below nothing; and rows that have nothing but those."""
    by = [events["a"], events["m"].floordiv(3).rename("q")]
    changes = events.groupby(by)[["eur", 0, 1, 2]].sum().unstack(fill_value=0)
    level = {
        name: changes[name].reindex(columns=range(-1, 12), fill_value=0).cumsum(axis=1) for name in ("eur", 0, 1, 2)
    }
    tier = pd.DataFrame(-1, index=changes.index, columns=range(-1, 12))
    for number in range(3):
        tier = tier.mask(level[number] > 0, number)
    billed = invoices[(invoices["dated_on"] >= FIRST) & (invoices["dated_on"] < pd.Timestamp(2026, 7, 1))]
    revenue = billed.groupby(["a", _month(billed["dated_on"]).floordiv(3).rename("q")])["eur"].sum()
    after = level["eur"]
    frames = {"before": after.shift(axis=1), "after": after, "tier_before": tier.shift(axis=1), "tier_after": tier}
    long = pd.concat({name: frame[range(12)].stack() for name, frame in frames.items()} | {"revenue": revenue}, axis=1)
    book = long.rename_axis(["a", "q"]).sort_index().reset_index()
    money = ["before", "after", "revenue"]
    book[money] = book[money].fillna(0).astype("int64")
    book["opening"], book["closing"] = book["before"].clip(lower=0), book["after"].clip(lower=0)
    book["retained"] = book[["opening", "closing"]].min(axis=1)
    book["quarter"] = _first_of(book["q"] * 3)
    for name in ("tier_before", "tier_after"):
        book[name] = book[name].astype("Int64").where(book[name] >= 0)
    return book


def _owner(rows: pd.DataFrame, owners: pd.DataFrame, day: pd.Series) -> pd.Series:
    asked = rows[["a"]].assign(day=day.astype("int64"), row=rows.index).sort_values("day")
    found = pd.merge_asof(asked, owners, left_on="day", right_on="starts", by="a").set_index("row")
    return found["manager_id"].where(found["stops"] > found["day"]).reindex(rows.index)


def _sums(book: pd.DataFrame, moves: pd.DataFrame, owners: pd.DataFrame) -> pd.DataFrame:
    steps = (book["tier_after"] - book["tier_before"]).fillna(0).astype("int64")
    own = book.assign(
        accounts=((book["opening"] > 0) | (book["closing"] > 0)).astype(int),
        ups=steps.clip(lower=0),
        downs=(-steps).clip(lower=0),
    )
    opened = book[["q", "before"]].assign(manager_id=_owner(book, owners, _last_of(book["q"] * 3 - 1)))
    moved = moves.assign(q=moves["m"] // 3, manager_id=_owner(moves, owners, _last_of(moves["m"])))
    by = ["manager_id", "q"]
    frames = [f.assign(manager_id=f["manager_id"].astype(object).fillna("unassigned")) for f in (own, opened, moved)]
    sums = pd.concat(
        [
            frames[0].groupby(by)[["accounts", "after", "retained", "revenue", "ups", "downs"]].sum(),
            frames[1].groupby(by)["before"].sum(),
            frames[2]
            .pivot_table(index=by, columns="kind", values="amount", aggfunc="sum")
            .reindex(columns=list(KINDS)),
        ],
        axis=1,
    )
    sums = sums.rename(columns={"before": "opening", "after": "closing"})
    sums = sums.fillna(0).astype("int64").reset_index().sort_values(["q", "manager_id"])
    return sums.assign(quarter=_first_of(sums.pop("q") * 3))


def _orders(invoices: pd.DataFrame) -> pd.DataFrame:
    paid = invoices[(invoices["kind"] != "credit") & (invoices["eur"] > 0)].groupby("a")
    days = paid["dated_on"]
    return pd.DataFrame(
        {"first_on": days.min(), "last_on": days.max(), "orders": days.nunique(), "total": paid["eur"].sum()}
    ).reset_index()


def _write(frame: pd.DataFrame, place: Path, ids: pd.Index | None = None) -> None:
    """Accounts get their ids back, in front; days are days."""
    if ids is not None:
        frame = frame.assign(account_id=ids.to_numpy()[frame["a"]]).drop(columns="a")
    for day in frame.columns.intersection(["quarter", "month", "first_on", "last_on"]):
        frame[day] = frame[day].astype("date32[pyarrow]")
    frame.to_parquet(place, index=False)


if __name__ == "__main__":
    print(json.dumps({**measured(lambda: answered(Path(sys.argv[1]), Path(sys.argv[2]))), "version": pd.__version__}))
