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
    invoices["eur"] = _worth(invoices["units"], _month(invoices["dated_on"]), invoices["currency"], rates)
    lines = _lines(contracts)
    owners["starts"] = _day(owners["starts_on"]).fillna(-(10**6)).astype(int)
    owners["stops"] = _day(owners["ends_on"]).fillna(10**6).astype(int)
    owners = owners.sort_values("starts")
    facts = _facts(lines)
    ends = _ends(facts, rates)
    moves = _moves(facts, ends, rates)
    book = _book(ends, invoices)
    book["manager_id"] = _owner(book, owners, _last_of(book["q"] * 3 + 2)).astype(object).fillna("unassigned")
    out.mkdir(parents=True, exist_ok=True)
    _write(_sums(book, moves, owners), out / "sums.parquet")
    _write(_orders(invoices), out / "orders.parquet", ids)
    moves = moves.sort_values(["m", "a"])
    moves["month"] = _first_of(moves["m"])
    _write(moves[["a", "month", "kind", "amount"]], out / "movements.parquet", ids)
    there = (book[["opening", "closing", "revenue"]] != 0).any(axis=1)
    _write(book[there].drop(columns=["q", "before", "after"]), out / "book.parquet", ids)


def _read(folder: Path, name: str, columns: list[str] | None) -> pd.DataFrame:
    """The files as one frame; an amount as "units" of a ten-thousandth, so that no row is a Decimal of its own."""
    table = pa.concat_tables(pq.read_table(file, columns=columns) for file in sorted(folder.glob(f"{name}.parquet")))
    if "amount" in table.column_names:
        units = pc.cast(pc.multiply(table["amount"], pa.scalar(10_000)), pa.int64())
        table = table.drop_columns("amount").append_column("units", units)
    return table.to_pandas(date_as_object=False)


def _rates(folder: Path) -> pd.DataFrame:
    """One row per quarter, one column per currency: the last rate known on the quarter's first day."""
    rates = pd.read_parquet(folder / "rates.parquet").sort_values("dated_on")
    days, quarters = pd.to_datetime(rates["dated_on"]), _first_of(pd.Series(range(0, 36, 3)))
    known = [rates[days <= first].groupby("currency")["rate"].last() for first in quarters]
    return (
        pd.DataFrame([(found * 1_000_000).astype("int64") for found in known])
        .reset_index(drop=True)
        .assign(EUR=1_000_000)
    )


def _worth(amount: pd.Series, month: pd.Series, currency: pd.Series, rates: pd.DataFrame) -> pd.Series:
    """Amounts at the rates of the quarters of the months."""
    columns = pd.Series(range(rates.shape[1]), index=rates.columns)
    at = rates.to_numpy()[month.to_numpy(int) // 3, currency.map(columns).to_numpy(int)]
    return _half_even(amount * at, 1_000_000)


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


def _lines(contracts: pd.DataFrame) -> pd.DataFrame:
    lines = contracts[contracts["ends_on"].isna() | (contracts["ends_on"] > contracts["starts_on"])].copy()
    lines["each"] = _half_even(lines["units"], lines["every"].map({"month": 1, "quarter": 3, "year": 12}))
    lines["begins"], lines["stops"] = _month(lines["starts_on"]), _month(lines["ends_on"])
    rungs = pd.Series(range(len(RUNGS)), index=RUNGS)
    lines["rung"] = lines["product"].map(rungs).where(lines["each"] > 0).fillna(-1).astype(int)
    return lines[lines["each"] != 0]


def _facts(lines: pd.DataFrame) -> pd.DataFrame:
    """How many lines of an amount begin, less those that end, by account, rung, currency and month."""
    by = ["a", "rung", "currency", "each"]
    ended = lines[lines["stops"].notna()]
    sides = pd.concat(
        [
            lines[by].assign(m=lines["begins"], n=1),
            ended[by].assign(m=ended["stops"].astype(int), n=-1),
        ]
    )
    summed = sides[sides["m"] < 36].groupby([*by, "m"])["n"].sum().reset_index()
    return summed[summed["n"] != 0]


def _ends(facts: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """What runs on where each quarter begins, and after the last, by account: at the rates of both quarters."""
    frames = []
    for quarter in range(13):
        running = facts[facts["m"] < 3 * quarter].groupby(["a", "rung", "currency", "each"])["n"].sum().reset_index()
        running = running[running["n"] != 0]
        for name, q in (("opening", min(quarter, 11)), ("closing", max(quarter - 1, 0))):
            month = pd.Series(3 * q, index=running.index)
            running[name] = running["n"] * _worth(running["each"], month, running["currency"], rates)
        made = running.groupby("a").agg(opening=("opening", "sum"), closing=("closing", "sum"), tier=("rung", "max"))
        frames.append(made.reset_index().assign(q=quarter))
    return pd.concat(frames, ignore_index=True)


def _moves(facts: pd.DataFrame, ends: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    own = facts[facts["m"] >= 0]
    changes = own.assign(eur=own["n"] * _worth(own["each"], own["m"], own["currency"], rates))
    events = changes.groupby(["a", "m"])["eur"].sum().reset_index()
    events["q"] = events["m"] // 3
    opening = events.merge(ends[["a", "q", "opening"]], how="left", on=["a", "q"])["opening"].fillna(0)
    after = opening.astype("int64") + events.groupby(["a", "q"])["eur"].cumsum()
    before, first = after - events["eur"], events["a"].map(_first_paid(ends, events[after > 0]))
    begins, gone = (before <= 0) & (after > 0), (before > 0) & (after <= 0)
    kinds = [begins & (first < events["m"]), begins, gone, after > before]
    moves = events[["a", "m"]].assign(
        kind=np.select(kinds, ["reactivation", "new", "churn", "expansion"], "contraction"), amount=events["eur"].abs()
    )
    return moves[events["eur"] != 0]


def _first_paid(ends: pd.DataFrame, paying: pd.DataFrame) -> pd.Series:
    """The first month in which each account paid, by account; −1 where it did before."""
    before = ends[(ends["q"] == 0) & (ends["opening"] > 0)]
    return pd.concat([before.assign(m=-1)[["a", "m"]], paying[["a", "m"]]]).groupby("a")["m"].min()


def _book(ends: pd.DataFrame, invoices: pd.DataFrame) -> pd.DataFrame:
    """The book with levels `before` and `after`, which may be below nothing; and rows that have nothing but those."""
    starts = ends[ends["q"] < 12].rename(columns={"opening": "before", "tier": "tier_before"})
    stops = ends[ends["q"] > 0].rename(columns={"closing": "after", "tier": "tier_after"})
    stops = stops.assign(q=stops["q"] - 1)
    billed = invoices[(invoices["dated_on"] >= FIRST) & (invoices["dated_on"] < pd.Timestamp(2026, 7, 1))]
    revenue = billed.groupby(["a", _month(billed["dated_on"]).floordiv(3).rename("q")])["eur"].sum().rename("revenue")
    book = starts[["a", "q", "before", "tier_before"]].merge(
        stops[["a", "q", "after", "tier_after"]], how="outer", on=["a", "q"]
    )
    book = book.merge(revenue.reset_index(), how="outer", on=["a", "q"]).sort_values(["q", "a"], ignore_index=True)
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
    pays = (book["opening"] > 0) & (book["closing"] > 0)
    steps = (book["tier_after"] - book["tier_before"]).where(pays).fillna(0).astype("int64")
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
