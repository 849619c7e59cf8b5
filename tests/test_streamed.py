"""Is a file that is read as it passes by told as it is when it is held, however it writes its names, texts and days?"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from test_history import FILES, company, rows, told

Change = Callable[[pl.DataFrame], pl.DataFrame]

LAST = pl.int_range(pl.len()) == pl.len() - 1


def changed(folder: Path, changes: dict[str, Change]) -> Path:
    """The company in Parquet, some of its tables changed."""
    company(folder, kind="parquet")
    for name, change in changes.items():
        file = folder / f"{name}.parquet"
        change(pl.read_parquet(file)).write_parquet(file)
    return folder


def answers(folder: Path, way: str) -> tuple[Any, ...]:
    """All that a history says and writes: by manager, by team, and frame by frame."""
    out = folder.parent / way
    by_manager = rows(folder, way, "--by", "manager", "--out", out)
    frames = {file.relative_to(out): pl.read_parquet(file).to_dicts() for file in out.rglob("*.parquet")}
    return by_manager, rows(folder, way, "--by", "team"), frames


def padded(*columns: str) -> Change:
    return lambda rows: rows.with_columns(pl.format(" {}\t", column).alias(column) for column in columns)


def named(name: Callable[[str], str]) -> Change:
    return lambda rows: rows.rename({column: name(column) for column in rows.columns})


def last(column: str, value: object) -> Change:
    return lambda rows: rows.with_columns(
        pl.when(LAST).then(pl.lit(value, dtype=rows.schema[column])).otherwise(column).alias(column)
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"contracts": padded("product")},
        {"contracts": lambda rows: rows.with_columns(pl.lit("").alias("tier"))},
        {"contracts": lambda rows: rows.with_columns(pl.lit(" NULL").alias("tier"))},
        {"contracts": lambda rows: rows.with_columns(pl.lit("Premium\u00a0").alias("tier"))},
        {"managers": padded("team")},
        {"managers": last("team", "")},
        {"managers": last("team", "#N/A")},
        {"managers": padded("manager_id"), "ownership": padded("manager_id")},
        {name: padded("account_id") for name in ("accounts", "contracts", "invoices", "ownership")},
        {name: named(str.upper) for name in FILES},
        {name: named(" {} ".format) for name in FILES},
    ],
)
def test_a_stream_of_parquet_is_told_as_it_is_held(tmp_path: Path, changes: dict[str, Change]) -> None:
    folder = changed(tmp_path / "c", changes)
    assert answers(folder, "--stream") == answers(folder, "--hold")


def test_words_for_nothing_in_a_stream_of_text_are_none(tmp_path: Path) -> None:
    """A contract of no tier has that of its product."""
    lines = FILES["contracts"].splitlines()
    tiers = [f"{lines[0]},tier", *(f"{line},NULL" for line in lines[1:])]
    teams = FILES["managers"].replace("West", "NULL")
    folder = company(tmp_path / "c", {**FILES, "contracts": "\n".join(tiers) + "\n", "managers": teams})
    assert "passed by" in told(folder, "--stream")[2]
    assert answers(folder, "--stream") == answers(folder, "--hold")


@pytest.mark.parametrize("way", ["--stream", "--hold"])
def test_managers_that_no_file_names_are_in_no_team(tmp_path: Path, way: str) -> None:
    folder = changed(tmp_path / "c", {})
    (folder / "managers.parquet").unlink()
    assert {who for who, _ in rows(folder, way, "--by", "team")} == {"(none)", "unassigned"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"contracts": last("ends_on", date(9999, 12, 31))}, "column ends_on"),
        ({"ownership": last("starts_on", date(1, 1, 1))}, "column starts_on"),
        ({"rates": last("dated_on", date(1600, 1, 1))}, "column dated_on"),
        ({"contracts": lambda rows: rows.drop("amount")}, "there is no column amount"),
        ({"invoices": lambda rows: rows.clear()}, "has a header but no data rows"),
        ({"contracts": lambda rows: rows.with_columns(pl.col("amount").alias("Amount"))}, "duplicate header"),
        ({"contracts": lambda rows: rows.with_columns(pl.col("amount").alias(""))}, "has no name in the header"),
        ({"accounts": last("account_id", "-")}, "account_id is empty"),
    ],
)
def test_what_is_refused_of_parquet_that_is_held_is_refused_in_a_stream(
    tmp_path: Path, changes: dict[str, Change], said: str
) -> None:
    folder = changed(tmp_path / "c", changes)
    code, out, err = told(folder, "--stream")
    assert (code, out) == (3, "")
    assert said in err
    assert err.replace("--stream", "--hold") == told(folder, "--hold")[2]


@pytest.mark.parametrize("way", ["--stream", "--hold"])
def test_a_company_without_the_table_that_revenue_is_read_on_is_told_so(tmp_path: Path, way: str) -> None:
    folder = changed(tmp_path / "c", {})
    (folder / "contracts.parquet").unlink()
    code, out, err = told(folder, way)
    assert (code, out) == (4, "")
    assert "revenue is read on contracts, and the exports hold none" in err


@pytest.mark.parametrize("way", ["--stream", "--hold"])
def test_of_a_single_file_no_other_is_read(tmp_path: Path, way: str) -> None:
    euros = FILES["contracts"].replace("USD", "EUR")
    folder = company(tmp_path / "c", {**FILES, "contracts": euros})
    said = rows(folder / "contracts.csv", way)["company", "2026-Q2"]
    assert (said["opening"], said["revenue"]) == ("275.0000", "0.0000")
