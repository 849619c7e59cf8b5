"""Does `bookscore audit` say what can be said of groups, no more, and leave nothing behind?"""

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from math import comb
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from test_cli import cli, contents

from scoring import audit
from scoring.audit import FOUR_FIFTHS, Grouping, Rate, fisher
from scoring.cli.compare import audit as audit_command
from scoring.errors import Problem, ProblemsFoundError
from scoring.grouped import ROW, Grouped, People, grouped
from scoring.store import RunRecord, open_store

BEST = "Above target"


def cards(**groups: tuple[int, int, int, int]) -> tuple[list[dict[str, Any]], dict[str, str | None]]:
    """Cards and groups: of each group how many there are, above, below, and of the best grade."""
    made: list[dict[str, Any]] = []
    of: dict[str, str | None] = {}
    for name, (size, above, below, best) in groups.items():
        for n in range(size):
            group = "above" if n < above else "below" if n >= size - below else "within"
            label = BEST if n < best else "On target"
            made.append({"manager_id": f"{name}{n}", "score": 50.0 + n, "group": group, "label": label})
            of[f"{name}{n}"] = name
    return made, of


def rates(grouping: Grouping, outcome: str) -> dict[str, Rate]:
    return {g.name: next(r for r in g.rates if r.outcome == outcome) for g in grouping.groups}


def audited(**groups: tuple[int, int, int, int]) -> Grouping:
    made, of = cards(**groups)
    (grouping,) = audit.audit(made, {"office": of}, BEST)
    return grouping


# ---- figures ----


def test_four_fifths_flags_75_percent_and_neither_80_nor_85() -> None:
    """Selection rates of 60, 45, 48 and 51 %. Source: questions and answers on 29 CFR 1607.4(D), 1979."""
    found = rates(audited(a=(100, 60, 0, 0), b=(100, 45, 0, 0), c=(100, 48, 0, 0), d=(100, 51, 0, 0)), "above")
    assert {n: (r.rate, r.ratio, r.is_flagged) for n, r in found.items()} == {
        "a": (0.6, 1.0, False), "b": (0.45, 0.75, True), "c": (0.48, 0.8, False), "d": (0.51, 0.85, False),
    }  # fmt: skip
    assert found["a"].p is None


def test_exactly_four_fifths_is_no_flag_where_floats_fall_short_of_it() -> None:
    """30 % of 37.5 %, 60 % of 75 %: in whole numbers 4/5, in floats 0.7999999999999999."""
    for of_a, above_a, of_b, above_b in ((10, 3, 16, 6), (10, 3, 56, 21), (10, 6, 12, 9)):
        assert (above_a / of_a) / (above_b / of_b) < float(FOUR_FIFTHS)
        found = rates(audited(a=(of_a, above_a, 0, 0), b=(of_b, above_b, 0, 0)), "above")
        assert (found["a"].ratio, found["a"].is_flagged) == (0.8, False)


def test_each_rate_is_of_what_it_says() -> None:
    """Ten: 3 above, 2 below, 4 of the best grade. Twenty: 3, 8 and 2."""
    found = audited(a=(10, 3, 2, 4), b=(20, 3, 8, 2))
    assert {o: {n: (r.count, r.rate, r.ratio) for n, r in rates(found, o).items()} for o in audit.OUTCOMES} == {
        "above": {"a": (3, 0.3, 1.0), "b": (3, 0.15, 0.5)},
        "not_below": {"a": (8, 0.8, 1.0), "b": (12, 0.6, 0.75)},
        "best_grade": {"a": (4, 0.4, 1.0), "b": (2, 0.1, 0.25)},
    }
    assert [g.mean_score for g in found.groups] == [54.5, 59.5]


@pytest.mark.parametrize(
    ("table", "p"),
    [((3, 4, 1, 4), 34 / 70), ((8, 9, 2, 7), 280 / 8008), ((5, 10, 5, 10), 1.0), ((0, 10, 10, 10), 2 / 184756)],
)
def test_fishers_exact_p_is_what_comes_out_by_hand(table: tuple[int, int, int, int], p: float) -> None:
    """The lady tasting tea: 1 + 16 + 16 + 1 of the 70 ways to choose four cups. 8 of 9 and 2 of 7: of the 8,008 ways
    to choose ten of sixteen 189 give that, 84 and 7 give what is rarer. No difference. All and nobody."""
    assert fisher(*table) == pytest.approx(p, rel=1e-12)


def test_fishers_exact_p_is_that_of_scipy() -> None:
    """Every table of two groups of 7 and 12, and some larger ones."""
    tables = [(a, 7, b, 12) for a in range(8) for b in range(13)] + [(45, 100, 60, 100), (3, 250, 11, 240)]
    for a, of_a, b, of_b in tables:
        theirs = fisher_exact([[a, of_a - a], [b, of_b - b]]).pvalue
        assert fisher(a, of_a, b, of_b) == pytest.approx(theirs, rel=1e-9)


@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_fishers_p_is_a_chance_and_the_same_from_either_side(of_a: int, of_b: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, of_a)), data.draw(st.integers(0, of_b))
    p = fisher(a, of_a, b, of_b)
    assert 0 < p <= 1
    assert p == fisher(b, of_b, a, of_a) == fisher(of_a - a, of_a, of_b - b, of_b)
    assert p >= comb(of_a, a) * comb(of_b, b) / comb(of_a + of_b, a + b) * (1 - 1e-12)


def test_groups_under_ten_are_named_and_nothing_of_them_is_shown() -> None:
    found = audited(a=(10, 5, 0, 0), b=(9, 9, 0, 9), c=(30, 10, 0, 0))
    assert [g.name for g in found.groups] == ["a", "c"]
    assert found.suppressed == ("b",)
    assert rates(found, "above")["a"].ratio == 1.0  # the small group has the highest rate, and sets no standard


def test_who_has_no_score_counts_in_no_rate() -> None:
    made, of = cards(a=(11, 5, 0, 0), b=(12, 6, 0, 0))
    for card in made[:2]:
        card.update(score=None, label=None, group="not_scored")
    (found,) = audit.audit(made, {"office": of}, BEST)
    assert found.suppressed == ("a",)
    assert [(g.managers, g.scored) for g in found.groups] == [(12, 12)]


def test_where_there_is_nothing_to_hold_against_nothing_is_said() -> None:
    alone = audited(a=(20, 5, 0, 0))
    nobody = audited(a=(20, 0, 0, 0), b=(20, 0, 0, 0))
    for found in (alone, nobody):
        assert {(r.ratio, r.p, r.is_flagged) for r in rates(found, "above").values()} == {(None, None, False)}


def test_who_has_no_group_is_counted() -> None:
    made, of = cards(a=(12, 5, 0, 0), b=(12, 6, 0, 0))
    of["a0"] = None
    del of["a1"]
    (found,) = audit.audit(made, {"office": of}, BEST)
    assert (found.without_group, found.groups[0].managers) == (2, 10)


# ---- who is meant ----

PEOPLE = People(
    {"M1": "Ada Lind", "M2": "Ben Ode", "M3": "Cy Ray", "M4": "cy ray"}, {"ben@x.example": "M2", "gone@x.example": "M9"}
)


def read(header: str, *rows: str, by: tuple[str, ...] = ()) -> Grouped:
    columns: Mapping[str, list[str | None]] = {
        name: [row.split(",")[n] or None for row in rows] for n, name in enumerate(header.split(","))
    }
    numbered = {ROW: list(range(1, len(rows) + 1)), **columns}
    return grouped(pl.DataFrame(numbered, schema_overrides=dict.fromkeys(columns, pl.String)), PEOPLE, "hr.csv", by)


def refused(header: str, *rows: str, by: tuple[str, ...] = ()) -> Problem:
    with pytest.raises(ProblemsFoundError) as raised:
        read(header, *rows, by=by)
    (problem,) = raised.value.problems
    assert problem.file == "hr.csv"
    assert problem.remedy
    return problem


def test_managers_are_known_by_id_mail_or_name() -> None:
    for header, row in (("Manager ID,g", "M2,x"), ("E-mail,g", "Ben@X.example,x"), ("Name,g", " ben  ODE,x")):
        found = read(header, row)
        assert found.columns == {"g": {"M2": "x"}}
        assert found.absent == ("Ada Lind", "Cy Ray", "cy ray")


def test_who_is_no_manager_of_the_run_is_listed_with_the_row() -> None:
    found = read("manager_id,g,h", "M1,x,", "M9,y,z")
    assert found.unmatched == ((2, "M9"),)
    assert read("email,g", "gone@x.example,x").unmatched == ((1, "gone@x.example"),)
    assert found.columns == {"g": {"M1": "x"}, "h": {"M1": None}}


def test_only_the_columns_asked_for_are_looked_at() -> None:
    assert set(read("manager_id,g,h", "M1,x,y", by=("h",)).columns) == {"h"}
    assert refused("manager_id,g", "M1,x", by=("age",)).value == "age"


def test_every_mistake_is_told_with_its_place_and_a_remedy() -> None:
    twice = refused("manager_id,g", "M1,x", "M1,y")
    assert (twice.row, twice.column, twice.value) == (2, "g", "y")
    two = refused("name,g", "Ada Lind,x", "Cy Ray,y")
    assert (two.row, two.column, two.value) == (2, "name", "Cy Ray")
    assert "M3, M4" in two.remedy
    nobody = refused("manager_id,g", ",x")
    assert (nobody.row, nobody.column, nobody.value) == (1, "manager_id", "")
    assert "there are who, g" in refused("who,g", "M1,x").remedy
    assert "no column of groups" in refused("manager_id", "M1").what


def test_the_same_said_twice_is_no_mistake() -> None:
    assert read("manager_id,g", "M1,x", "M1,x").columns == {"g": {"M1": "x"}}


# ---- the command ----


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A folder with one stored run: 24 managers, every second one above."""
    store = open_store(tmp_path / "company")
    told = [
        {"manager_id": f"M{n:02}", "name": f"Manager {n}", "score": 40.0 + n, "low": 30.0 + n, "high": 50.0 + n,
         "label": BEST if n % 3 == 0 else "On target", "group": "within" if n % 2 else "above"}
        for n in range(24)
    ]  # fmt: skip
    grades = [{"from": 85, "label": BEST}, {"from": 0, "label": "On target"}]
    summary = json.dumps({"rules": {"settings": {"method": "target_bands", "grades": grades}}})
    words = {"rules_name": "x", "rules_hash": "x", "engine_version": "x", "summary": summary}
    run = RunRecord(run_id="a" * 64, period="2026-Q2", as_of="2026-07-15", **words)
    store.save(run, cards=told, frames={}, created_at=datetime(2026, 7, 15, tzinfo=UTC))
    store.close()
    return tmp_path / "company"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    place = tmp_path / "hr.csv"
    rows = [f"M{n:02},{'Zebra' if n % 2 else 'Quagga'},{'Okapi' if n < 3 else 'Tapir'}" for n in range(23)]
    place.write_text("\n".join(["manager_id,one,two", *rows, "M77,Zebra,Tapir"]) + "\n", encoding="utf-8")
    return place


def test_nothing_of_the_file_is_stored(company: Path, people: Path) -> None:
    before = contents(company)
    done = cli("audit", people, company)
    assert done.code == 0
    after = contents(company)
    assert after == before
    assert not any(word in content for word in (b"Zebra", b"Quagga", b"hr.csv") for content in after.values())


@pytest.mark.parametrize("columns", [80, 120])
def test_the_audit_says_who_is_flagged_who_is_left_out_and_what_it_cannot_say(
    company: Path, people: Path, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    done = cli("audit", people, company)
    assert "Zebra" in done.out
    assert "under 4/5" in done.out
    assert "Fewer than 10 scored managers, so not shown: Okapi." in done.out
    assert audit.SAYS in done.out
    assert "No manager of the run: row 24 M77." in done.err
    assert "Not in the file: Manager 23." in done.err
    assert "Nothing of the file was stored." in done.err
    tables = [text for text in done.out.splitlines() if "   " in text or "──" in text]
    assert max(len(text) for text in tables) <= columns


def test_the_same_is_told_as_json(company: Path, people: Path) -> None:
    told = cli("audit", people, company, "--by", "one", "--run", "2026-Q2", "--json").json["data"]
    (one,) = told["columns"]
    above = {g["name"]: g["rates"][0] for g in one["groups"]}
    assert (above["Quagga"]["count"], above["Zebra"]["count"]) == (12, 0)
    assert above["Zebra"]["is_flagged"]
    assert above["Zebra"]["p"] == pytest.approx(fisher(0, 11, 12, 12))
    assert told["unmatched"] == [{"row": 24, "value": "M77"}]
    assert told["says"] == audit.SAYS


def test_scores_that_are_compared_have_no_best_grade(
    company: Path, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = {"rules": {"settings": {"method": "oe_credibility", "grades": [{"from": 0, "label": BEST}]}}}
    monkeypatch.setattr(audit_command, "json", SimpleNamespace(loads=lambda _: compared))
    said = cli("audit", people, company, "--by", "one")
    assert "scores are compared and have no grades" in said.out
    assert "best grade" not in said.out.replace("best group", "")
    made, of = cards(a=(10, 3, 2, 4), b=(20, 3, 8, 2))
    (grouping,) = audit.audit(made, {"office": of}, None)
    assert {rate.outcome for group in grouping.groups for rate in group.rates} == {"above", "not_below"}


def test_a_group_file_that_cannot_be_read_is_told_by_row_and_remedy(company: Path, tmp_path: Path) -> None:
    assert cli("audit", tmp_path / "none.csv", company).code == 2
    ragged = tmp_path / "ragged.csv"
    ragged.write_text("manager_id,g\nM01,x\nM02,x,y\n", encoding="utf-8")
    done = cli("audit", ragged, company)
    assert (done.code, done.out) == (3, "")
    assert "error: ragged.csv row 2" in done.err
    (problem,) = cli("audit", ragged, company, "--json").json["problems"]
    assert problem["remedy"]
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert cli("audit", empty, company).code == 3


def test_addresses_are_looked_up_in_the_exports(small_folder: Path, company: Path, tmp_path: Path) -> None:
    mixed = Path(shutil.copytree(small_folder, tmp_path / "mixed"))
    shutil.copytree(company / ".bookscore", mixed / ".bookscore")
    mail = tmp_path / "mail.csv"
    address = "nobody@lumenta.example"
    known = audit_command._mails(mixed)
    assert len(known) >= 9
    assert all("@" in mail and mail == mail.casefold() for mail in known)
    mail.write_text(f"email,g\n{address},x\n", encoding="utf-8")
    done = cli("audit", mail, mixed)
    assert done.code == 0
    assert f"row 1 {address}" in done.err
