"""Does a change of score split into parts that add up, each with the accounts that made it?"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest
from tabled import tables

from scoring import notes, pipeline
from scoring.days import Span
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.run import Run
from scoring.scorecard.account_points import TRACE
from scoring.scorecard.moved import moved
from scoring.scorecard.moved import parts as changes
from scoring.scorecard.moving import LABELS

RULES = {
    "name": "R",
    "currency": "EUR",
    "publish": {"min_z": 0},
    "rules": [
        {"name": "keep", "metric": "gross_revenue_retention", "weight": 2},
        {"name": "stay", "metric": "churn_rate", "weight": 1},
    ],
}
PEOPLE, EACH = 6, 8
LOST = {"m1-1": "2025-08-15", "m1-2": "2026-05-20", "m2-1": "2026-02-10", "m3-8": "2025-05-05", "m4-3": "2026-05-25"}


def company(owners: Mapping[str, str] = {}, begins: Mapping[str, str] = {}) -> dict[str, pl.DataFrame]:
    """Six managers of eight accounts, the n-th paying n hundred a month; `owners` replaces rows of ownership."""
    accounts = [(f"m{m}-{n}", f"m{m}", 100 * n) for m in range(1, PEOPLE + 1) for n in range(1, EACH + 1)]
    contracts = [f"{a} {pays} month {begins.get(a, '2024-01-01')} {LOST.get(a, '.')}" for a, _, pays in accounts]
    return tables({
        "accounts": "\n".join(["account_id", *(a for a, _, _ in accounts)]),
        "managers": "\n".join(["manager_id", *(f"m{m}" for m in range(1, PEOPLE + 1))]),
        "ownership": "\n".join([
            "account_id manager_id starts_on ends_on", *(owners.get(a, f"{a} {m} . .") for a, m, _ in accounts)
        ]),
        "contracts": "\n".join(["account_id amount every starts_on ends_on", *contracts]),
    })  # fmt: skip


def scored(known: dict[str, pl.DataFrame], period: str) -> pipeline.Result:
    book = Rulebook.model_validate(RULES)
    return pipeline.score(known, book, calendar_of(book).period(period), date(2026, 6, 30), metrics=())


def parts_of(known: dict[str, pl.DataFrame]) -> dict[str, dict[str, dict[str, Any]]]:
    """Manager and part to the part, which together are the change from the first quarter of 2026 to the second."""
    now, before = (scored(known, p).scored.judged for p in ("2026-Q2", "2026-Q1"))
    found = moved(changes(now, before), Rulebook.model_validate(RULES), {})
    change = {
        i: s - w
        for i, s, w in now.scores.join(before.scores, on="manager_id")
        .select("manager_id", "score", "score_right")
        .iter_rows()
    }
    for manager, parts in found.items():
        assert sum(p["points"] for p in parts) == pytest.approx(change[manager], abs=1e-7)
    return {m: {p["part"]: p for p in parts} for m, parts in found.items()}


def named(part: Mapping[str, Any]) -> list[str]:
    return [a["account_id"] for a in part["accounts"]]


def test_the_parts_of_every_card_add_up_to_its_change(demo_run: Run) -> None:
    both = [card for card in demo_run.cards if card["change"] is not None]
    assert len(both) > 15
    for card in both:
        assert sum(p["points"] for p in card["moved"]) == pytest.approx(card["change"], abs=1e-7)
        assert [p["part"] for p in card["moved"]] == [c for c in LABELS if c in {p["part"] for p in card["moved"]}]
    assert all(card["moved"] is None for card in demo_run.cards if card["change"] is None)


def test_an_account_that_left_in_the_new_quarter_is_performance_and_an_old_loss_falls_out_of_the_window() -> None:
    found = parts_of(company())
    assert found["m4"]["kept"]["points"] < -1
    assert named(found["m4"]["kept"])[0] == "m4-3"
    assert named(found["m3"]["gone"]) == ["m3-8"]
    assert found["m3"]["gone"]["points"] > 1


def test_a_manager_nothing_happened_to_is_moved_by_peers_and_expectations_alone() -> None:
    parts = parts_of(company())["m6"]
    assert set(parts) <= {"kept", "table", "peers", "evidence", "scale", "weights"}
    assert abs(parts["kept"]["points"]) < abs(parts_of(company())["m4"]["kept"]["points"])


def test_an_account_is_taken_over_when_its_first_quarter_counts_and_handed_over_when_its_last_one_no_longer_does() -> (
    None
):
    lately = parts_of(company({"m5-2": "m5-2 m5 . 2026-04-15\nm5-2 m6 2026-04-15 ."}))
    assert named(lately["m6"]["taken_over"]) == ["m5-2"]
    assert "handed_over" not in lately["m5"]
    long_ago = parts_of(company({"m5-2": "m5-2 m5 . 2025-04-15\nm5-2 m6 2025-04-15 ."}))
    assert named(long_ago["m5"]["handed_over"]) == ["m5-2"]


def test_a_new_account_is_named_as_new() -> None:
    assert named(parts_of(company(begins={"m2-5": "2026-01-10"}))["m2"]["new"]) == ["m2-5"]


def test_a_trace_says_what_its_type_says() -> None:
    assert dict(scored(company(), "2026-Q2").scored.judged.trace.schema) == TRACE


def test_an_account_passed_on_just_before_it_left_is_told_on_both_cards() -> None:
    known = company({"m1-2": "m1-2 m1 . 2026-05-10\nm1-2 m6 2026-05-10 ."})
    result = scored(known, "2026-Q2")
    book, windows = Rulebook.model_validate(RULES), result.windows
    nothing = {name: frame.clear() for name, frame in known.items()}
    seen = notes.Seen(
        book, known, result.ledger_lines, result.scored.rows, nothing, Span(windows.outcome.start, windows.outcome.end),
        (), result.compared,
    )  # fmt: skip
    said = notes.of_run(seen).by_manager
    assert any("Handed over 45 days or less before leaving: m1-2" in words for words in said["m1"])
    assert any("Taken over 45 days or less before leaving: m1-2" in words for words in said["m6"])
    lost = result.scored.judged.trace.filter((pl.col("account_id") == "m1-2") & (pl.col("ends_on") == date(2026, 7, 1)))
    assert lost["manager_id"].unique().to_list() == ["m1"]
