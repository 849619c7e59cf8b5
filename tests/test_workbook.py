"""Is the workbook what the cards say, about nobody else, the same each time, and never a formula?"""

import re
import time
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from openpyxl.workbook import Workbook
from read_workbook import HEAD, column, facts, opened, parts, said, table, typed
from sample_cards import HOSTILE, LONG, card, compared, hostile, lines, partly, team, without_score

from scoring import demo, intake, pipeline
from scoring.numbers import fixed, percent, rounded, signed
from scoring.reports.moves import printed_change
from scoring.reports.names import alphabetical, cleaned
from scoring.reports.workbook import NEEDED, workbook, write
from scoring.run import Run

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MONEY = pl.Decimal(18, 4)


def money(*amounts: str) -> pl.Series:
    return pl.Series([Decimal(a) for a in amounts], dtype=MONEY)


def frames() -> dict[str, pl.DataFrame]:
    """Two managers with two accounts each; the second has the account's name of the first's, and a bad one."""
    book = pl.DataFrame({
        "manager_id": ["m1", "m1", "m2", "m2"], "account_id": ["a1", "a2", "b1", "b2"],
        "account": ["Solace Clinics", "=HYPERLINK(1)", "Foreign Works", HOSTILE], "segment": ["SMB", None, "SMB", "-1"],
        "share": money("1", "0.4", "1", "1"), "opening": money("100", "50", "10", "20"),
        "closing": money("120.5", "0", "10", "20"), "before": money("100", "50", "10", "0"),
        "after": money("120.5", "0", "10", "99999999999999.9999"),
    })  # fmt: skip
    compared = pl.DataFrame({
        "manager_id": ["m1", "m1", "m1"], "rule": ["keep_revenue"] * 3, "account_id": ["a1", "a1", "a2"],
        "ends_on": [date(2026, 4, 1), date(2026, 7, 1), date(2026, 7, 1)], "points": [1.0, 0.25, -0.004],
    })  # fmt: skip
    movements = pl.DataFrame({
        "manager_id": ["m1", "m1", "m2"], "account_id": ["a1", "a2", "b1"],
        "moved_on": [date(2026, 5, 3), date(2026, 6, 1), date(2026, 5, 9)], "kind": ["expansion", "churn", "fx"],
        "amount": money("20.5", "50", "-0.001"), "gap_days": pl.Series([None, None, None], dtype=pl.Int64),
        "origin": ["exports/a.csv:7, exports/a.csv:9", "exports/a.csv:3, b.csv:4", "rates"],
    })  # fmt: skip
    return {"book": book, "compared": compared, "movements": movements}


def two() -> list[dict[str, Any]]:
    """The cards of the two managers."""
    return [compared(manager_id="m1", name="Ann Berg"), card(manager_id="m2", name="Bea Foreign", group="within")]


@pytest.fixture(scope="module")
def small_run(small_folder: Path) -> Run:
    """A run of the small made company."""
    return pipeline.run(intake.Request(small_folder, demo.AS_OF, set_aside=True))


@pytest.fixture(scope="module")
def small(small_run: Run) -> Workbook:
    """Its workbook, read back."""
    return opened(workbook(small_run.cards, small_run.frames, small_run.summary))


@pytest.fixture(scope="module")
def usual() -> Workbook:
    """The workbook of the two managers, read back."""
    return opened(workbook(two(), frames(), facts()))


def test_sheets_stand_in_the_order_in_which_questions_come(usual: Workbook) -> None:
    assert usual.sheetnames == ["League", "Lines", "Accounts", "Movements", "Definitions"]
    assert usual.active.title == "League"


def test_the_league_has_groups_in_alphabetical_order_and_no_ranks() -> None:
    cards = team()
    rows = table(opened(workbook(cards, {}, facts())), "League")
    assert len(rows) == len(cards)
    groups = [row["Group"] for row in rows]
    assert list(dict.fromkeys(groups)) == sorted(set(groups), key=groups.index)
    assert groups == sorted(groups, key=list(dict.fromkeys(groups)).index)
    for group in set(groups):
        names = [row["Manager"] for row in rows if row["Group"] == group]
        assert names == sorted(names, key=alphabetical)
    assert not any("rank" in head.casefold() or "place" in head.casefold() for head in rows[0])


def test_the_league_shows_what_the_cards_print(small: Workbook, small_run: Run) -> None:
    by_id = {row["Manager id"]: row for row in table(small, "League")}
    assert set(by_id) == {c["manager_id"] for c in small_run.cards}
    for one in small_run.cards:
        row = by_id[one["manager_id"]]
        change = printed_change(one)
        assert row["Accounts"] == one["accounts"]
        if one["score"] is None:
            assert (row["Score"], row["Likely from"], row["Score, unrounded"]) == (None, None, None)
            assert row["Main reason"] == cleaned(one["reason"])
            continue
        assert fixed(row["Score"]) == fixed(one["score"])
        assert row["Score, unrounded"] == one["score"]
        assert (row["Likely from"], row["Likely to"]) == tuple(float(rounded(one[end], 0)) for end in ("low", "high"))
        (moved,) = [value for head, value in row.items() if head.startswith("Change since")]
        assert (moved is None) == (change is None)
        assert change is None or signed(moved) == signed(change)
        chance = None if change is None else "Yes" if one["is_beyond_chance"] else "No"
        assert row["More than chance?"] == chance


def test_what_rules_add_is_together_the_printed_score(small: Workbook, small_run: Run) -> None:
    rows = table(small, "Lines")
    scored = [one for one in small_run.cards if one["score"] is not None]
    assert len(scored) > 3
    for one in scored:
        its = [row for row in rows if row["Manager"] == one["name"]]
        assert [row["Rule"] for row in its] == [line["label"] for line in one["lines"]]
        added = sum(Decimal(str(row["Adds to the score"])) for row in its if row["Adds to the score"] is not None)
        assert added == rounded(one["score"])
        exact = sum(row["Adds, unrounded"] or 0 for row in its)
        assert exact == pytest.approx(one["score"], abs=1e-6)
        assert sum(row["Weight in this score"] for row in its) == pytest.approx(1)


def test_accounts_add_up_to_the_distance_of_the_score_from_the_average(small: Workbook, small_run: Run) -> None:
    rows = table(small, "Accounts")
    for one in small_run.cards:
        points = [r["Points"] for r in rows if r["Manager"] == one["name"] and r["Points"] is not None]
        if one["score"] is None:
            assert points == []
        else:
            assert 50 + sum(points) == pytest.approx(one["score"], abs=1e-6)


def test_what_happened_is_told_in_the_words_of_the_card(small: Workbook, small_run: Run) -> None:
    told = {(r["Manager"], r["Account id"]): r for r in table(small, "Accounts")}
    drivers = [(one["name"], driver) for one in small_run.cards for driver in one["drivers"]]
    assert len(drivers) > 20
    for name, driver in drivers:
        row = told[name, driver["account_id"]]
        assert row["What happened"] == driver["sentence"]
        assert row["Account"] == driver["name"]
        assert row["Points"] == pytest.approx(driver["points"], abs=1e-9)
        assert Decimal(str(row["Before, EUR"])) == Decimal(driver["before"])


def test_movements_lead_from_opening_to_closing(small: Workbook, small_run: Run) -> None:
    moves, accounts = table(small, "Movements"), table(small, "Accounts")
    for one in small_run.cards:
        bridge = {k: Decimal(v) for k, v in one["bridge"].items()}
        moved = sum((Decimal(str(r["Amount, EUR"])) for r in moves if r["Manager"] == one["name"]), Decimal(0))
        assert bridge["opening"] + moved + bridge["transfer_in"] - bridge["transfer_out"] == bridge["closing"]
        held = [Decimal(str(r["Closing, EUR"] or 0)) for r in accounts if r["Manager"] == one["name"]]
        assert sum(held, Decimal(0)) == bridge["closing"]


def test_every_account_of_the_book_is_there(small: Workbook, small_run: Run) -> None:
    found = {(r["Manager"], r["Account id"]) for r in table(small, "Accounts")}
    names = {one["manager_id"]: one["name"] for one in small_run.cards}
    book = small_run.book.filter(pl.col("manager_id").is_in(list(names)))
    assert {(names[m], a) for m, a in book.select("manager_id", "account_id").iter_rows()} <= found


def test_a_movement_says_the_file_and_the_rows_it_was_read_from(usual: Workbook) -> None:
    rows = table(usual, "Movements")
    assert [(r["Manager"], r["What"], r["Amount, EUR"], r["File"], r["Rows"]) for r in rows] == [
        ("Ann Berg", "Expansion", 20.5, "exports/a.csv", "7, 9"),
        ("Ann Berg", "Left", -50, "exports/a.csv:3, b.csv:4", None),
        ("Bea Foreign", "Currency", -0.001, "rates", None),
    ]
    assert rows[0]["Day"] == datetime(2026, 5, 3)


def test_an_amount_of_more_than_fifteen_digits_is_text_and_said_to_be(usual: Workbook) -> None:
    cells = [c for c in column(usual["Accounts"], "After, EUR") if c.data_type == "s"]
    assert [c.value for c in cells] == ["99999999999999.9999"]
    assert ": 2 in this workbook" in said(usual)["Reading", "Long figures"]
    less = frames() | {
        "book": frames()["book"].with_columns(after=money("1", "12345678901234", "12345678901.2345", "9"))
    }
    book = opened(workbook(two(), less, facts()))
    assert [c.data_type for c in column(book["Accounts"], "After, EUR")] == ["n"] * 4
    assert sorted(c.value for c in column(book["Accounts"], "After, EUR")) == [1, 9, 12345678901.2345, 12345678901234]
    assert said(book)["Reading", "Long figures"].endswith("there is none.")


def test_a_result_in_the_middle_of_two_digits_is_that_of_the_card() -> None:
    """A spreadsheet shows 81.25 % as 81.3 %, a card as 81.2 %."""
    told = lines()
    told[0] |= {"value": 0.8125}
    row = table(opened(workbook([card(lines=told)], {}, facts())), "Lines")[0]
    assert (row["Result"], row["Result, unrounded"]) == (0.812, 0.8125)
    assert percent(told[0]["value"]) == percent(row["Result"])


def test_figures_have_the_formats_of_their_units(usual: Workbook) -> None:
    results = {c.value: c.number_format for c in column(usual["Lines"], "Result")}
    assert results[1.038] == '0.0%;"−"0.0%'
    assert results[102439] == '#,##0.00" EUR";"−"#,##0.00" EUR"'
    assert results[7] == '#,##0" steps";"−"#,##0" steps"'
    assert column(usual["Accounts"], "Before, EUR")[0].number_format == '#,##0.00;"−"#,##0.00'
    assert column(usual["Accounts"], "Part at the end")[1].number_format == '0%;"−"0%'
    assert column(usual["Movements"], "Day")[0].is_date
    assert column(usual["League"], "Change since 2026-Q1")[0].number_format == '"▲ +"0.0;"▼ −"0.0;"■ "0.0'


@pytest.mark.parametrize(
    ("currency", "shows"), [("JPY", "#,##0"), ("KWD", "#,##0.000"), ("EUR", "#,##0.00"), ("<b>", "#,##0.00")]
)
def test_money_has_the_decimals_of_its_currency(currency: str, shows: str) -> None:
    book = opened(workbook(two(), frames(), facts(currency=currency)))
    assert column(book["Accounts"], f"Before, {currency}")[0].number_format == f'{shows};"−"{shows}'


def test_what_is_too_small_to_be_seen_is_never_shown_as_nothing(usual: Workbook) -> None:
    small = [c for c in column(usual["Accounts"], "Points") if c.value == -0.004]
    assert [c.number_format for c in small] == ['"<0.01";">−0.01"']
    assert column(usual["Movements"], "Amount, EUR")[-1].number_format == '"<0.01";">−0.01"'


def test_where_accounts_are_not_compared_only_those_on_the_card_have_points() -> None:
    book, driver = frames(), card()["drivers"][0]
    book["book"] = book["book"].with_columns(account_id=pl.Series(["x1", "x2", driver["account_id"], "b2"]))
    rows = table(opened(workbook(two(), book | {"compared": book["compared"].clear()}, facts())), "Accounts")
    assert {r["Account id"]: r["Points"] for r in rows if r["Manager"] == "Bea Foreign"} == {
        driver["account_id"]: driver["points"],
        "b2": None,
    }


def test_of_a_withheld_score_nothing_that_it_was_made_of_is_shown() -> None:
    doubts = {"level": "withheld", "reasons": ["Invoices end on 3 May 2026."]}
    bare = without_score() | {"manager_id": "m1", "lines": lines(), "trust": doubts, "reason": "Withheld: Early."}
    book = opened(workbook([bare], frames(), facts()))
    (row,) = table(book, "League")
    assert (row["Data"], row["Score"], row["Main reason"]) == ("Withheld", None, "Withheld: Early.")
    for line in table(book, "Lines"):
        assert line["Because"] == "Not shown. Withheld: Early."
        figures = ("Result", "Points", "Likely from", "Likely to", "Adds to the score", "Adds, unrounded")
        assert [line[head] for head in figures] == [None] * 6
    assert {r["Points"] for r in table(book, "Accounts")} == {None}


def test_whether_a_change_is_chance_is_not_known_without_a_band() -> None:
    (row,) = table(opened(workbook([card(change_band=None)], {}, facts())), "League")
    assert row["More than chance?"] == "Not known"


def test_a_degraded_score_says_why_and_not_whether_a_change_is_chance() -> None:
    doubts = {"level": "degraded", "reasons": ["A month has few invoices."]}
    (row,) = table(opened(workbook([card(trust=doubts, is_beyond_chance=True)], {}, facts())), "League")
    assert (row["Data"], row["More than chance?"]) == ("Degraded: A month has few invoices.", "Not said")


def test_managers_of_the_same_name_are_told_apart_by_their_ids() -> None:
    same = [card(manager_id=i, name="Ann Berg") for i in ("m1", "m2")]
    rows = table(opened(workbook(same, frames(), facts())), "Accounts")
    assert {r["Manager"] for r in rows} == {"Ann Berg (m1)", "Ann Berg (m2)"}


def test_every_sheet_says_period_day_rules_and_that_it_is_confidential(usual: Workbook) -> None:
    for sheet in usual:
        assert sheet["A1"].value == f"{sheet.title} · 2026-Q2"
        assert sheet["A2"].value == (
            "1 Apr 2026 to 30 Jun 2026 · as of 30 Jun 2026 · rules Customer care 2026 (9f3c9f3c9f3c) · Confidential"
        )


def test_the_last_sheet_names_run_rules_metrics_and_method(usual: Workbook) -> None:
    told = said(usual)
    assert told["Run", "Run"] == "a3" * 32
    assert told["Run", "Hash of the rules"] == "9f3c" * 16
    assert told["Run", "Engine"] == "bookscore 0.1.0, polars 2.1.0"
    assert told["Rules", "Net revenue retention"].endswith("weight 35, metric net_revenue_retention.")
    assert told["Metrics", "Net revenue retention"].startswith("Closing revenue of the accounts")
    assert told["Columns", "Before, After"].startswith(
        "Revenue at the start and at the end of 1 Jul 2025 to 30 Jun 2026"
    )
    assert told["Sheets", "Accounts"].startswith("4 rows. ")
    assert ("Method", "How it is measured") in told
    assert told["Workbook", "Confidential"].startswith("Confidential: ")


def test_invoices_are_explained_as_two_windows() -> None:
    told = said(opened(workbook(two(), frames(), facts(basis="invoices"))))
    assert told["Columns", "Before, After"].startswith(
        "Revenue in the window before, and from 1 Jul 2025 to 30 Jun 2026"
    )


def test_sheets_print_on_wide_pages_with_their_head_and_numbers(usual: Workbook) -> None:
    for sheet in usual:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in ((1, 0), (None, 0))
        assert sheet.print_title_rows == f"${HEAD}:${HEAD}"
        assert sheet.freeze_panes in (f"B{HEAD + 1}", f"C{HEAD + 1}")
        assert sheet.auto_filter.ref.startswith(f"A{HEAD}:")
        foot = sheet.oddFooter
        assert (foot.left.text, foot.right.text) == ("Confidential", "Page &P of &N")
        assert foot.center.text == f"Scorecards 2026-Q2 · {sheet.title}"


def test_columns_are_as_wide_as_what_they_hold_and_long_names_are_wrapped() -> None:
    cards = [compared(manager_id="m1", name=LONG), compared(manager_id="m2", name="Ann")]
    sheet = opened(workbook(cards, frames(), facts()))["League"]
    assert 40 <= sheet.column_dimensions["B"].width <= 45
    names = {c.value: c for c in column(sheet, "Manager")}
    assert names[cleaned(LONG)].alignment.wrap_text
    assert sheet.row_dimensions[names[cleaned(LONG)].row].height >= 60
    assert not names["Ann"].alignment.wrap_text


def test_a_line_stands_above_the_first_row_of_each_group(usual: Workbook) -> None:
    for name in ("Accounts", "Movements", "Lines"):
        managers = column(usual[name], "Manager")
        firsts = [c.value != above.value for above, c in pairwise(managers)]
        assert [c.border.top.style == "thin" for c in managers] == [True, *firsts]


def test_bars_stand_behind_scores_and_points(usual: Workbook) -> None:
    for name, head in (("League", "Score"), ("Lines", "Points"), ("Accounts", "Points")):
        (where,) = usual[name].conditional_formatting
        assert {rule.type for rule in where.rules} == {"dataBar"}
        first = column(usual[name], head)[0].coordinate
        assert str(where.sqref).startswith(first)


def test_the_bars_of_scores_have_fixed_ends_unless_one_is_outside() -> None:
    def ends(*scores: float) -> set[str]:
        content = workbook([card(score=s, manager_id=str(s)) for s in scores], {}, facts())
        return set(re.findall(r'<cfvo type="(\w+)"', parts(content)["xl/worksheets/sheet1.xml"].decode()))

    assert ends(10.0, 90.0) == {"num"}
    assert ends(10.0, 101.0) == {"min", "max"}


def test_no_name_becomes_a_formula_a_link_or_markup() -> None:
    bad = [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "\t=1",
        "http://evil.example",
        "<r><t>x</t></r>",
        "<r>_x0041_</r>",
        "_x0041_",
        "_x0041_x0042_",
        " ends ",
        HOSTILE,
    ]
    cards = [hostile() | {"manager_id": f"h{n}", "name": name, "team": name} for n, name in enumerate(bad)]
    book = pl.DataFrame({"manager_id": [c["manager_id"] for c in cards], "account_id": bad, "account": bad})
    content = workbook(cards, {"book": book}, facts())
    for name, part in parts(content).items():
        tags = {each.tag for each in ElementTree.fromstring(part).iter()}  # noqa: S314  our own file
        assert not {f"{{{SHEET}}}{tag}" for tag in ("f", "r", "hyperlink", "externalReferences", "oleObject")} & tags, (
            name
        )
        assert "externalLink" not in name
        if name.endswith(".rels"):
            assert b"TargetMode" not in part
    read = opened(content)
    for cell in column(read["Accounts"], "Account"):
        assert (cell.data_type, cell.hyperlink) == ("s", None)
    parted = {
        "<r><t>x</t></r>": " <r><t>x</t></r>",
        "<r>_x0041_</r>": " <r>_x0041_</r>",
        "_x0041_x0042_": "_x0041_ x0042_",
    }
    shown = [parted.get(name, cleaned(name)) for name in bad]
    assert sorted(typed(c.value) for c in column(read["Accounts"], "Account id")) == sorted(shown)
    assert {typed(c.value) for c in column(read["Lines"], "Team")} == set(shown)
    text = b"".join(parts(content).values()).decode()
    assert not set(text) & set("\u202e\u2066\x00\x1b")
    decoded = pl.read_excel(content, sheet_name="Accounts", has_header=False)
    assert set(shown) <= {*decoded.to_series(2)}


def test_a_text_that_no_cell_holds_is_cut_and_says_so() -> None:
    (row,) = table(opened(workbook([card(name="😀" * 20_000)], {}, facts())), "League")
    assert row["Manager"].endswith("😀… (cut: 20,000 characters)")
    assert 32_700 < len(row["Manager"].encode("utf-16-le")) // 2 <= 32_767


def test_a_workbook_of_some_names_nobody_else() -> None:
    whole, own = frames(), [two()[0]]
    content = workbook(own, whole, facts())
    text = b"".join(parts(content).values()).decode()
    assert "Ann Berg" in text
    for foreign in ("Bea", "Foreign", "m2", "b1", "b2", "evil"):
        assert not re.search(rf"\b{foreign}\b", text), foreign
    theirs = {name: frame.filter(pl.col("manager_id") == "m1") for name, frame in whole.items()}
    assert workbook(own, theirs, facts()) == content


def test_one_managers_workbook_of_a_real_run_names_nobody_else(small_run: Run) -> None:
    own, *others = small_run.cards
    content = workbook([own], small_run.frames, small_run.summary)
    text = b"".join(parts(content).values()).decode()
    mine = small_run.book.filter(pl.col("manager_id") == own["manager_id"])["account_id"].to_list()
    mine += small_run.compared.filter(pl.col("manager_id") == own["manager_id"])["account_id"].to_list()
    foreign = small_run.book.filter(~pl.col("account_id").is_in(mine))
    names = {*(c["name"] for c in others), *(c["manager_id"] for c in others), *(c["reports_to"] for c in others)}
    names |= {*foreign["account_id"]} | ({*foreign["account"]} - {own["reports_to"]})
    assert len(names) > 100
    assert [name for name in names if name and name in text] == []


def test_frames_may_be_files(tmp_path: Path) -> None:
    for name in NEEDED:
        frames()[name].write_parquet(tmp_path / f"{name}.parquet")
    files = {name: tmp_path / f"{name}.parquet" for name in NEEDED}
    assert workbook(two(), files, facts()) == workbook(two(), frames(), facts())


def test_a_frame_that_is_missing_is_told() -> None:
    told = said(opened(workbook(two(), {"book": frames()["book"]}, facts())))
    assert {what for about, what in told if what.startswith("Not there")} == {
        "Not there: compared",
        "Not there: movements",
    }


def test_without_cards_there_is_still_a_workbook() -> None:
    book = opened(workbook([], frames(), facts()))
    assert [table(book, name) for name in ("League", "Lines", "Accounts", "Movements")] == [[], [], [], []]


def test_the_same_content_gives_the_same_bytes_in_any_zone_and_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [*two(), hostile(), partly()]
    first = workbook(cards, frames(), facts())
    for zone, language in (("Pacific/Kiritimati", "de_DE.UTF-8"), ("America/St_Johns", "C")):
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("LC_ALL", language)
        time.tzset()
        write(list(reversed(cards)), frames(), facts(), tmp_path / "again.xlsx")
        assert (tmp_path / "again.xlsx").read_bytes() == first
    monkeypatch.delenv("TZ")
    time.tzset()
    book = opened(first)
    assert book.properties.created == datetime(2026, 6, 30)
    assert book.properties.title == "Scorecards 2026-Q2"


def test_nothing_is_left_behind_where_a_workbook_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    broken = frames() | {"book": pl.concat([frames()["book"]] * 2)}
    with pytest.raises(pl.exceptions.PolarsError):
        write(two(), broken, facts(), tmp_path / "scorecards.xlsx")
    monkeypatch.setattr("scoring.reports.workbook.definitions.write", _failing)
    with pytest.raises(OSError, match="disk full"):
        write(two(), frames(), facts(), tmp_path / "scorecards.xlsx")
    assert list(tmp_path.iterdir()) == []


def _failing(*_: Any) -> Mapping[str, Any]:
    raise OSError("disk full")
