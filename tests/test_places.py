"""Figures lead to file and row, whatever a file is called."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from scoring import intake, pipeline
from scoring.cli import main
from scoring.ledger.places import joined, listed, parted

NAMES = ("contracts.csv", "contracts, June.csv", "Q1, Q2, all.csv", "a:b, c.csv", "7, 8.csv")


def test_places_come_apart_as_they_were_put_together() -> None:
    places = [f"{name}:{row}" for name in NAMES for row in (2, 13)]
    text = pl.DataFrame({"place": places}).select(joined(pl.col("place"))).item()
    assert listed(text) == places
    assert pl.DataFrame({"text": [text]}).select(parted(pl.col("text"))).item().to_list() == places


@pytest.mark.parametrize("text", ["", "rates", "contracts, June.csv:7"])
def test_what_is_one_place_stays_one(text: str) -> None:
    assert listed(text) == [text]
    assert pl.DataFrame({"text": [text]}).select(parted(pl.col("text"))).item().to_list() == [text]


@pytest.mark.parametrize("movements", ["daily", "net"])
def test_a_comma_in_the_name_of_a_file_breaks_no_trace(
    movements: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _company(tmp_path, movements)
    moved = pipeline.run(intake.Request(tmp_path, date(2026, 4, 10), period="2026-Q1")).movements
    assert moved["origin"].to_list() == ["contracts, June.csv:2, contracts, June.csv:3"]
    main(["run", str(tmp_path), "--as-of", "2026-04-10", "--period", "2026-Q1"])
    capsys.readouterr()
    main(["explain", "Mia", "--account", "Acme", "--folder", str(tmp_path), "--json"])
    (account,) = json.loads(capsys.readouterr().out)["data"]["accounts"]
    assert account["movements"][0]["rows"] == ["contracts, June.csv:2", "contracts, June.csv:3"]


def _company(folder: Path, movements: str) -> None:
    """A company that grows by two lines on one day; its contracts are in a file with a comma in its name."""
    files = {
        "accounts.csv": "account_id,name,segment\nA1,Acme,SMB\n",
        "managers.csv": "manager_id,name,team\nm1,Mia,T\n",
        "ownership.csv": "account_id,manager_id,starts_on\nA1,m1,2024-01-01\n",
        "contracts, June.csv": (
            "line_id,account_id,product,amount,every,starts_on\nl1,A1,Suite,1000,month,2025-03-01\n"
            "l2,A1,Extra,500,month,2026-02-01\nl3,A1,Help,20,month,2026-02-01\n"
        ),
        "rules.yaml": (
            f"name: t\ngoal: g\ncurrency: EUR\npolicies: {{movements: {movements}}}\n"
            "rules: [{name: keep, metric: gross_revenue_retention, weight: 100}]\n"
        ),
    }
    columns = {name: text.split("\n", 1)[0].split(",") for name, text in files.items() if name.endswith(".csv")}
    tables = {name: "contracts" if name.startswith("contracts") else name.removesuffix(".csv") for name in columns}
    named = [
        {"file": name, "table": tables[name], "columns": {column: column for column in own}}
        for name, own in columns.items()
    ]
    files["sources.yaml"] = json.dumps({"files": named})
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
