"""Is every known export told by its headers, and read with nothing lost, doubled or guessed?

Each folder under `exports` is a tiny invented export of one system in one of its dialects, with one fault in it on
purpose, and `expect.yaml` says what a person reads out of it.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from ruamel.yaml import YAML

from adapters import read_folder
from adapters.delivery import Delivery
from adapters.draft import draft
from adapters.files.headers import headers_in
from adapters.known.export import Export
from adapters.known.recognised import recognised
from adapters.mapping.sources import Sources
from adapters.systems import EXPORTS
from scoring import document
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

FOLDERS = sorted(p.parent for p in (Path(__file__).parent / "exports").glob("*/expect.yaml"))
KEYS = {name: table.key for name, table in TABLES.items()}
IDS = [folder.name for folder in FOLDERS]


@cache
def expected(folder: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = YAML(typ="safe").load(folder / "expect.yaml")
    return found


@cache
def delivered(folder: Path) -> Delivery:
    return read_folder(folder, LAYOUT, OPEN_TABLES, None, keys=KEYS)


def kinds_of(folder: Path) -> dict[str, str]:
    return {r.file: r.export.name for r in recognised(headers_in(folder), EXPORTS)}


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_every_file_is_recognised_by_its_headers(folder: Path) -> None:
    assert kinds_of(folder) == expected(folder)["files"]


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_the_declared_tables_come_out_with_all_their_rows_and_money(folder: Path) -> None:
    delivery, wanted = delivered(folder), expected(folder)["tables"]
    assert sorted(delivery.tables) == sorted(wanted)
    for table, what in wanted.items():
        frame = delivery.tables[table]
        frame = frame if "currency" in frame.columns else frame.with_columns(currency=pl.lit(None, pl.String))
        assert frame.height == what["rows"], table
        assert sum(f.filtered for f in delivery.files if f.table == table) == what.get("filtered", 0), table
        for column in {"amount"} & {*what}:
            sums = frame.group_by("currency").agg(pl.col(column).sum()).sort("currency")
            told = dict(sums.iter_rows())
            assert told == {c or None: Decimal(v) for c, v in what[column].items()}, table


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_rows_in_are_rows_out_and_filtered_and_lost(folder: Path) -> None:
    delivery = delivered(folder)
    for file in delivery.files:
        if file.table is None:
            continue
        frame = delivery.tables[file.table].filter(pl.col("origin_file") == file.name)
        origins = frame["origin_row"].n_unique()
        assert file.rows == origins + file.filtered + file.lost, file


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_every_row_names_its_file_and_row(folder: Path) -> None:
    delivery = delivered(folder)
    rows = {f.name: f.rows for f in delivery.files}
    for table, frame in delivery.tables.items():
        assert frame["origin_file"].is_in(list(rows)).all(), table
        within = frame["origin_row"].is_between(1, pl.Series([rows[f] for f in frame["origin_file"]]))
        assert within.all(), table
        if table not in OPEN_TABLES:
            assert {*frame.columns} <= {*LAYOUT[table]}, table


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_the_fault_put_into_it_is_found_and_no_other(folder: Path) -> None:
    errors = [f for f in delivered(folder).faults if f.severity == "error"]
    told = [{"file": f.file, "row": f.row, "column": f.column, "value": f.value} for f in errors]
    wanted = [{"file": None, "row": None, "column": None, "value": None, **e} for e in expected(folder)["errors"]]
    assert list({str(t): t for t in told}.values()) == wanted
    assert all(f.remedy or f.what for f in errors)


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_rows_read_as_a_person_would_read_them(folder: Path) -> None:
    for table, rows in expected(folder).get("rows", {}).items():
        frame = delivered(folder).tables[table]
        texts = frame.select(
            pl.col(c).dt.to_string() if d == pl.Date else pl.col(c).cast(pl.String) for c, d in frame.schema.items()
        )
        told = texts.to_dicts()
        for row in rows:
            known = {c: None if v is None else str(v) for c, v in row.items()}
            assert any(known == {c: t.get(c) for c in known} for t in told), (table, row, told)


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_the_drafted_sources_yaml_reads_the_same(folder: Path) -> None:
    required = {name: [c.name for c in table.columns if c.required] for name, table in TABLES.items()}
    text, _ = draft(folder, LAYOUT, required, OPEN_TABLES)
    sources, problems = document.read_text("sources.yaml", text).fit(Sources)
    assert sources is not None, problems
    again = read_folder(folder, LAYOUT, OPEN_TABLES, sources, keys=KEYS)
    assert sorted(again.tables) == sorted(delivered(folder).tables)
    for table, frame in delivered(folder).tables.items():
        assert_frame_equal(again.tables[table], frame, check_column_order=False)


def test_each_known_export_has_a_tiny_one_here() -> None:
    tried = {kind for folder in FOLDERS for kind in kinds_of(folder).values()}
    assert {e.name for e in EXPORTS} == tried


def test_names_of_exports_are_unique_and_begin_with_their_system() -> None:
    names = [e.name for e in EXPORTS]
    assert len(names) == len({*names})
    assert all("." in n for n in names)


@pytest.mark.parametrize("export", [e for e in EXPORTS if ".api_" in e.name and e.fills], ids=lambda e: e.name)
def test_times_of_a_warehouse_are_in_utc_but_zuora_has_days(export: Export) -> None:
    assert bool(export.settings.get("utc")) == (export.system != "zuora")


@pytest.mark.parametrize("export", EXPORTS, ids=[e.name for e in EXPORTS])
def test_what_an_export_fills_is_a_table_and_its_columns(export: Any) -> None:
    for fills in export.fills:
        assert {*fills.columns, *fills.constants} <= {*LAYOUT[fills.table]}
        assert {*fills.required} <= {*fills.columns, *fills.constants, *fills.where}
