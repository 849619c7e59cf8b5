"""Do the benchmarks still measure what the product does, and would they see it if two tools disagreed?"""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scoring.metrics import OVER_BOOK

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import catalogue
import catalogue_sql
import lifetime_tools
import lifetime_value
import made_book
import made_logs
import peers
import side_by_side
import workbook
from lifetime_tools import CHOSEN, LIFETIMES, OURS
from made_logs import UNTIL


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """The catalogue over a small made book, as the benchmark measures it."""
    folder = tmp_path_factory.mktemp("book")
    made_book.made_book(1_000, 20).write_parquet(folder / "book.parquet")
    said = catalogue.ours(folder / "book.parquet", folder / "ours.parquet")
    assert set(said["stages"]) == {"measure"}
    return pl.read_parquet(folder / "ours.parquet")


def _as_sql_would(figures: pl.DataFrame) -> pl.DataFrame:
    """The figures as one row per manager, as the statement makes them."""
    wide = pl.DataFrame({"id": figures["id"].unique().sort()}).with_columns(nobody_waits=pl.lit(value=False))
    for name, figure in catalogue_sql.FIGURES.items():
        asked = [f for f in ("value", "n", "amount", "low", "high") if getattr(figure, f) is not None]
        part = figures.filter(pl.col("metric") == name).select("id", pl.col(asked).name.prefix(f"{name}."))
        wide = wide.join(part, on="id", how="left")
    return wide


def _log(size: str, folder: Path) -> Path:
    made_logs.write_log(size, folder / "log.parquet")
    return folder / "log.parquet"


def test_the_made_log_is_the_same_each_time_and_as_long_as_the_published_one() -> None:
    log = made_logs.made_orders(1_000)
    assert log.equals(made_logs.made_orders(1_000))
    assert 2.5 < log.height / 1_000 < 3.2
    assert log["amount"].min() > 0
    assert log["date"].max() < UNTIL


def test_our_stages_and_the_automatic_choice_run_over_a_thousand_customers(tmp_path: Path) -> None:
    log = _log("1000", tmp_path)
    given, chosen = lifetime_tools.TOOLS[OURS](log, UNTIL), lifetime_tools.TOOLS[CHOSEN](log, UNTIL)
    assert list(given["stages"]) == list(lifetime_tools.STAGES)
    for said in (given, chosen):
        assert 0 < said["alive"] <= 1_000
        assert 0 < said["expected"] < said["value"]


def test_parameters_and_totals_are_those_of_lifetimes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("lifetimes")
    read = pl.read_parquet(log := _log("2000", tmp_path))
    columns = {name: read[name].to_numpy() for name in read.columns}
    monkeypatch.setattr(lifetime_tools, "_in_pandas", lambda _: pandas.DataFrame(columns))
    said: dict[str, dict[str, Any]] = {n: lifetime_tools.TOOLS[n](log, UNTIL) for n in (OURS, LIFETIMES)}
    conventions = said[OURS]["conventions"]()
    assert list(lifetime_value.disagreements(said, conventions)) == []
    said[LIFETIMES]["parameters"]["alpha"] *= 1.001
    (found,) = lifetime_value.disagreements(said, conventions)
    assert "alpha" in found


def test_a_peer_that_says_nothing_finite_disagrees() -> None:
    fine = {"parameters": dict(made_logs.MADE), "alive": 1.0, "expected": 1.0, "value": 1.0}
    broken = fine | {"expected": float("nan")}
    (found,) = lifetime_value.disagreements({OURS: fine, LIFETIMES: broken}, {LIFETIMES: 1.0})
    assert "expected" in found


def test_the_statement_has_every_metric_of_the_catalogue_and_no_other() -> None:
    assert set(catalogue_sql.FIGURES) == {metric.name for metric in OVER_BOOK}


def test_every_manager_has_every_figure(figures: pl.DataFrame) -> None:
    assert figures.height == 20 * len(OVER_BOOK)
    said = figures.group_by("metric").agg(pl.col("value").count())
    assert said.filter(pl.col("value") == 0).is_empty()


def test_the_made_book_has_the_columns_that_metrics_read() -> None:
    columns = made_book.made_book(100, 5, flags=True).columns
    assert {c for metric in OVER_BOOK for c in metric.columns} <= {*columns}


def test_one_ten_thousandth_of_money_and_one_part_in_ten_to_the_eleven_are_seen(figures: pl.DataFrame) -> None:
    wide = _as_sql_would(figures)
    assert catalogue.differences(figures, wide) == []
    cent = pl.col("opening.amount") + pl.lit("0.0001").str.to_decimal(scale=4)
    (found,) = catalogue.differences(figures, wide.with_columns(cent.alias("opening.amount")))
    assert found.startswith("opening.amount: 20 differ")
    (found,) = catalogue.differences(figures, wide.with_columns(pl.col("csat.value") * (1 + 1e-11)))
    assert found.startswith("csat.value")
    assert catalogue.differences(figures, wide.head(19))


def test_tables_go_between_their_markers_and_nothing_else_changes(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- a -->\nold\n<!-- end of a -->\nafter\n", encoding="utf-8")
    side_by_side.between_markers("a", side_by_side.table(("x", "y"), [("1", "2")]), page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- a -->\n| x | y |")
    assert text.endswith("| 1 | 2 |\n<!-- end of a -->\nafter\n")
    for name in ("lifetime value", "catalogue"):
        assert f"<!-- end of {name} -->" in (BENCHMARKS / "README.md").read_text(encoding="utf-8")


def test_ten_times_the_cost_is_a_longer_bar_and_never_a_broken_picture() -> None:
    picture = side_by_side.bars("Cost", {"a < b": {"ours": 0.1, "theirs": 1.0}, "large": {"ours": 10.0}}, "CPU seconds")
    assert "a &lt; b" in picture
    widths = [
        int(part.split('"')[0]) for part in picture.split('<rect x="190"')[1:] for part in [part.split('width="')[1]]
    ]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]


def test_days_before_the_end_of_a_log_are_those_of_the_made_customers() -> None:
    first = made_logs.made_orders(500).group_by("customer_id").agg(pl.col("date").min())["date"]
    assert first.min() >= date(2024, 1, 1)
    assert first.max() <= date(2025, 1, 2)


def test_the_benchmark_of_peers_scores_everybody_and_repeats_itself() -> None:
    first, second = (peers.compared(12, 20) for _ in range(2))
    assert (first["units"], first["scores"]) == (12 * 20 * peers.QUARTERS, 12)
    assert first["sha256"] == second["sha256"]


def test_the_workbook_that_is_measured_holds_every_account_and_is_the_same_each_time() -> None:
    first, again = workbook.written(3, 400), workbook.written(3, 400)
    assert first["sha256"] == again["sha256"]
    assert set(first["stages"]) == {"workbook", "csv"}
    assert first["mb"] < workbook.written(3, 500)["mb"]
