"""Do bookscore and two statements of SQL say the same of a ledger, to the ten-thousandth, and would it show if not?"""

import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path[1:1] = [str(BENCHMARKS), str(BENCHMARKS / "ledgers")]

import compare
import goals
import in_bookscore
import in_duckdb
import made
from side_by_side import Contender

ENGINES = {"bookscore": in_bookscore.write, "best": in_duckdb.best, "plain": in_duckdb.plain}
SMALL = {
    "contracts-2023-07": """
        line_id,account_id,product,quantity,amount,currency,every,starts_on,ends_on
        1,Oak,Entry Plan,1,30.00,EUR,month,2023-07-05,2023-09-05
        2,Oak,Premium Plan,1,100.00,EUR,quarter,2023-09-05,2023-12-05
        3,Oak,Entry Plan,1,10.00,EUR,month,2024-02-01,
        4,Elm,Reports,1,0.01,USD,year,2023-08-10,2024-08-10
        5,Elm,Standard Plan,1,12.00,USD,month,2023-08-10,2023-10-10
        6,Elm,Standard Plan,1,-20.00,USD,month,2023-09-10,2023-10-10
        7,Ash,Standard Plan,1,50.00,EUR,month,2023-08-01,2023-08-01
        8,Ash,Storage,1,24.00,EUR,year,2025-01-10,2026-01-10
        9,Yew,Standard Plan,1,30.00,EUR,month,2023-08-05,2023-11-05
        10,Yew,Premium Plan,1,50.00,EUR,month,2023-11-05,2024-02-05
        11,Yew,Entry Plan,1,30.00,EUR,month,2024-02-05,2024-08-05
        12,Yew,Standard Plan,1,40.00,EUR,month,2024-08-05,
        13,Yew,Account credit,1,-30.00,EUR,month,2023-08-05,
        """,
    "invoices-2023-07": """
        line_id,account_id,dated_on,amount,currency,kind
        1,Oak,2023-08-05,9.99,EUR,order
        2,Oak,2023-08-05,1.01,EUR,usage
        3,Oak,2023-09-05,-4.00,EUR,credit
        4,Ash,2024-01-31,3.00,USD,order
        5,Ash,2024-01-31,0.01,USD,order
        6,Ash,2024-01-31,0.03,USD,usage
        7,Oak,2023-08-20,2.00,EUR,credit
        """,
    "ownership": """
        account_id,manager_id,starts_on,ends_on
        Oak,Ann,,2023-09-30
        Oak,Bob,2023-09-30,
        Elm,Ann,2023-08-15,
        Yew,Cid,,
        """,
    "accounts": "account_id\nOak\nElm\nAsh\nYew",
    "rates": "currency,dated_on,rate\nUSD,2023-07-01,0.900000\nUSD,2024-01-01,0.955000",
}
"""Oak pays 30.00 a month, then 33.3333 on a higher tier, stops, and comes back. Elm's credit is larger than what it
pays, and a hundredth of a dollar a year is 0.0008 a month. Ash has a void line before its first, invoices on
one day, two of which end on a half, and no manager. Oak was invoiced what is called a credit; it is no order. A credit
makes all but the dearer plans of Yew free."""


def _written(folder: Path) -> Path:
    folder.mkdir()
    for name, text in SMALL.items():
        (folder / f"{name}.csv").write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n")
    return folder


def _rows(folder: Path, name: str, *columns: str) -> list[tuple[object, ...]]:
    return compare.scanned(folder, name).select(columns).collect().rows()


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What each engine says of a made ledger of 200 accounts."""
    root = tmp_path_factory.mktemp("ledgers")
    made.make(root / "ledger", 200)
    for name, write in ENGINES.items():
        write(root / "ledger", root / name, "parquet")
    return {name: root / name for name in ENGINES}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What each engine says of the small ledger, read from CSV files."""
    root = tmp_path_factory.mktemp("small")
    folder = _written(root / "ledger")
    for name, write in ENGINES.items():
        write(folder, root / name, "csv")
    return {name: root / name for name in ENGINES}


@pytest.mark.parametrize("output", ["book", "orders", "movements", "sums"])
@pytest.mark.parametrize("engine", ["best", "plain"])
def test_bookscore_and_sql_say_the_same_of_a_made_ledger(answers: dict[str, Path], engine: str, output: str) -> None:
    assert compare.differences(answers["bookscore"], answers[engine], [output]) == []


def test_both_forms_of_sql_say_the_same(answers: dict[str, Path]) -> None:
    assert compare.differences(answers["best"], answers["plain"]) == []
    counts = compare.rows(answers["best"])
    assert counts["book"] > 1_500
    assert counts["movements"] > 500


def test_the_made_ledger_holds_what_is_hard(answers: dict[str, Path]) -> None:
    kinds = {kind for (kind,) in _rows(answers["plain"], "movements", "kind")}
    assert kinds == set(compare.KINDS)
    sums = compare.scanned(answers["plain"], "sums").collect()
    assert sums["ups"].sum() > 10
    assert sums["downs"].sum() > 5


@pytest.mark.parametrize("engine", list(ENGINES))
def test_a_ledger_that_one_can_work_out_by_hand(small: dict[str, Path], engine: str) -> None:
    told = small[engine]
    assert _rows(told, "movements", "account_id", "month", "kind", "amount") == [
        ("Oak", date(2023, 7, 1), "new", 300_000),
        ("Elm", date(2023, 8, 1), "new", 108_007),  # 12.00 at 0.9, and 0.01 / 12
        ("Elm", date(2023, 9, 1), "churn", 180_000),
        ("Oak", date(2023, 9, 1), "expansion", 33_333),
        ("Elm", date(2023, 10, 1), "reactivation", 72_000),
        ("Yew", date(2023, 11, 1), "new", 200_000),
        ("Oak", date(2023, 12, 1), "churn", 333_333),
        ("Oak", date(2024, 2, 1), "reactivation", 100_000),
        ("Yew", date(2024, 2, 1), "churn", 200_000),
        ("Elm", date(2024, 8, 1), "churn", 8),  # at 0.955 it is 0.0008, at 0.9 it was 0.0007
        ("Yew", date(2024, 8, 1), "reactivation", 100_000),
        ("Ash", date(2025, 1, 1), "new", 20_000),
        ("Ash", date(2026, 1, 1), "churn", 20_000),
    ]
    assert _rows(told, "orders", "account_id", "first_on", "last_on", "orders", "total") == [
        ("Ash", date(2024, 1, 31), date(2024, 1, 31), 1, 29_032),
        ("Oak", date(2023, 8, 5), date(2023, 8, 5), 1, 110_000),
    ]
    columns = ("account_id", "quarter", "opening", "closing", "retained", "revenue", "tier_before", "tier_after")
    book = _rows(told, "book", *columns)
    assert [row for row in book if row[0] == "Ash"][:2] == [
        ("Ash", date(2024, 1, 1), 0, 0, 0, 29_032, None, None),  # 95.5 is 96, 286.5 is 286
        ("Ash", date(2025, 1, 1), 0, 20_000, 0, 0, None, None),
    ]
    assert [row for row in book if row[0] == "Elm"] == [
        ("Elm", date(2023, 10, 1), 0, 7, 0, 0, 1, None),  # the credit is on no rung
        ("Elm", date(2024, 1, 1), 8, 8, 8, 0, None, None),  # the same line, at the rates of the new quarter
        ("Elm", date(2024, 4, 1), 8, 8, 8, 0, None, None),
        ("Elm", date(2024, 7, 1), 8, 0, 0, 0, None, None),
    ]
    assert [row for row in book if row[0] == "Oak"][:3] == [
        ("Oak", date(2023, 7, 1), 0, 333_333, 0, 90_000, None, 2),
        ("Oak", date(2023, 10, 1), 333_333, 0, 0, 0, 2, None),
        ("Oak", date(2024, 1, 1), 0, 100_000, 0, 0, None, 0),
    ]
    owned = _rows(told, "book", "account_id", "manager_id")
    assert {row for row in owned if row[0] != "Ash"} == {("Elm", "Ann"), ("Oak", "Bob"), ("Yew", "Cid")}


@pytest.mark.parametrize("engine", list(ENGINES))
def test_who_belongs_to_nobody_is_unassigned(small: dict[str, Path], engine: str) -> None:
    assert ("Ash", "unassigned") in _rows(small[engine], "book", "account_id", "manager_id")


@pytest.mark.parametrize("engine", list(ENGINES))
def test_sums_add_levels_below_nothing_and_the_book_does_not_hold_them(small: dict[str, Path], engine: str) -> None:
    told = small[engine]
    sums = _rows(told, "sums", "manager_id", "quarter", "accounts", "opening", "closing", "new", "churn")
    assert [row for row in sums if row[0] == "Ann"][:2] == [
        ("Ann", date(2023, 7, 1), 0, 0, -71_993, 408_007, 180_000),  # Elm's credit is larger than what it pays
        ("Ann", date(2023, 10, 1), 1, -71_993, 7, 0, 0),
    ]


@pytest.mark.parametrize("engine", list(ENGINES))
def test_nobody_climbs_or_falls_who_does_not_pay_at_both_ends(small: dict[str, Path], engine: str) -> None:
    tiers = ("quarter", "opening", "closing", "tier_before", "tier_after")
    book = [row[1:] for row in _rows(small[engine], "book", "account_id", *tiers) if row[0] == "Yew"][:4]
    assert book == [
        (date(2023, 10, 1), 0, 200_000, 1, 2),
        (date(2024, 1, 1), 200_000, 0, 2, 0),
        (date(2024, 7, 1), 0, 100_000, 0, 1),
        (date(2024, 10, 1), 100_000, 100_000, 1, 1),
    ]
    moved = [row for row in _rows(small[engine], "sums", "manager_id", "ups", "downs") if row[0] == "Cid"]
    assert set(moved) == {("Cid", 0, 0)}


def test_one_unit_a_swap_and_a_missing_row_are_told(small: dict[str, Path], tmp_path: Path) -> None:
    book, place = pl.read_parquet(small["plain"] / "book.parquet"), tmp_path / "book.parquet"

    def told_of(frame: pl.DataFrame) -> list[str]:
        frame.write_parquet(place)
        return compare.differences(small["best"], tmp_path, ["book"])

    assert told_of(book) == []
    one_more = book.with_columns(pl.col("revenue") + (pl.int_range(pl.len()) == 5))
    assert [said.split(":")[0] for said in told_of(one_more)] == ["book, row 5"]
    assert "tier_after None" in told_of(book.with_columns(pl.col("tier_after").fill_null(0)))[0]
    assert "no such row" in told_of(book.head(-1))[-1]
    assert told_of(book.reverse()) != []
    assert compare.differences(tmp_path, tmp_path, ["book"]) == ["book: not sorted by quarter, account_id"]


def _ran(name: str, cpu: float, lines: int = 0) -> Contender:
    return Contender(name, [], peak_mib=[100.0], said=[{"cpu": cpu, "wall": cpu, "lines": lines}])


def test_goals_are_judged_against_duckdbs_faster_form_and_by_growth() -> None:
    found = {
        size: {n: _ran(n, s * times, lines) for n, s in seconds.items()}
        for size, times, lines, seconds in (
            ("S", 1, 10**6, {goals.OURS: 0.6, goals.BEST: 1.0, goals.PLAIN: 0.8, goals.FLOOR: 0.3}),
            ("M", 100, 10**7, {goals.OURS: 0.6, goals.BEST: 1.0, goals.PLAIN: 2.0, goals.FLOOR: 0.1}),
        )
    }
    judged = {verdict.goal: (round(verdict.found, 6), verdict.is_met) for verdict in goals.verdicts(found)}
    assert judged["S: CPU, times DuckDB's"] == (0.75, False)
    assert judged["M: CPU, times DuckDB's"] == (0.6, True)
    assert judged["M: CPU, times the floor's"] == (6.0, False)
    assert judged["S to M: exponent of CPU"] == (2.0, False)
