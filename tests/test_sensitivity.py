"""Does `bookscore sensitivity` say what runs under other choices would say, and no more than it knows?"""

import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from remembered import remember
from six_rules import six_rules
from test_cli import AS_OF as TODAY
from test_cli import cli, contents
from test_compared import AS_OF, KEEP, STAY, company, rulebook

from scoring import pipeline
from scoring.cli.compare.varied import _effect, _manager
from scoring.compare import sensitivity as engine
from scoring.compare.choices import Choice, choices
from scoring.compare.sensitivity import AS_IT_IS, COMPARES_NOTHING, Effect, Manager, Sensitivity, Stand, sensitivity
from scoring.compare.subject import Subject, subject
from scoring.period import account_quarters
from scoring.period.booking import ByAccount
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of

GROW = {"name": "grow", "metric": "net_revenue_retention", "weight": 2}
LIKE = {"name": "like", "metric": "like_for_like_growth", "weight": 1}
MORE = {
    "ownership": "",
    "contracts": "\n".join(f"m{m}-{n} {10 * m + n} month 2025-{10 + m % 3}-01 ." for m in range(1, 7) for n in (4, 6)),
}
"""Accounts of every manager that grow by a second contract."""


def looked_at(book: Rulebook, known: dict[str, pl.DataFrame] | None = None) -> Subject:
    return subject(known or company(**MORE), book, calendar_of(book).period("2026-Q2"), AS_OF)


def varied(*rules: Mapping[str, Any], **settings: Any) -> Sensitivity:
    return sensitivity(looked_at(rulebook(*rules, **settings)))


def asked(book: Rulebook, *, reaches: int = 99, k: float = 40) -> dict[str, Choice]:
    made = choices(book, {"logo_retention": k}, lambda quarters: quarters <= reaches)
    return {choice.name: choice for choice in made}


def effect(found: Sensitivity, choice: str) -> Effect:
    return next(e for e in found.effects if e.choice == choice)


# ---- which choices there are ----


def test_the_rules_own_choices_are_left_out_and_so_are_windows_that_the_data_do_not_reach() -> None:
    assert list(asked(rulebook(STAY, GROW), reaches=4)) == [
        "stay weight ×1/2", "stay weight ×2", "grow weight ×1/2", "grow weight ×2", "window 1 quarter",
        "window 2 quarters", "winsor none", "winsor 5%", "k ×1/4", "k ×1/2", "k ×2", "k ×4", "expectation pooled",
        "account weights equal", "responsibility snapshot", "responsibility quarter_days",
        "responsibility event_owner",
    ]  # fmt: skip
    other = asked(
        rulebook(
            {**STAY, "weight": 0}, GROW, window={"quarters": 2}, expectation={"fit": "pooled"},
            weights={"account": "revenue", "max_share": 0.1}, responsibility={"rule": "snapshot"},
            winsor={"net_revenue_retention": [0, 0.95]},
        )
    )  # fmt: skip
    assert [name for name in other if not name.startswith("k ")] == [
        "grow weight ×1/2", "grow weight ×2", "window 1 quarter", "window 4 quarters", "window 8 quarters",
        "winsor none", "winsor 1%", "expectation within_book", "account weights equal", "account weights size_points",
        "responsibility share", "responsibility quarter_days", "responsibility event_owner",
    ]  # fmt: skip


def test_each_choice_changes_its_own_setting_and_no_other() -> None:
    book = rulebook(STAY, GROW)
    made = asked(book)
    changed = {name: {c.setting: c.new for c in made[name].settings(book)} for name in made}
    assert changed["stay weight ×1/2"] == {"rules.stay.weight": 0.5}
    assert changed["grow weight ×2"] == {"rules.grow.weight": 4}
    assert changed["window 2 quarters"] == {"window.quarters": 2, "window.weights": [1, 1]}
    assert changed["winsor 5%"] == {"winsor.net_revenue_retention": [0, 0.95]}
    assert changed["k ×4"] == {"credibility.k.logo_retention": 160}
    assert changed["expectation pooled"] == {"expectation.fit": "pooled"}
    assert changed["account weights equal"] == {"weights.account": "equal"}
    assert changed["responsibility snapshot"] == {"responsibility.rule": "snapshot"}


def test_what_has_limits_of_its_own_is_not_drawn_in_and_the_others_on_their_own_sides() -> None:
    assert not [name for name in asked(rulebook(STAY, KEEP)) if name.startswith("winsor")]
    both = asked(rulebook(STAY, LIKE))["winsor 5%"].rulebook.winsor
    assert both == {"like_for_like_growth": (0.05, 0.95)}


def test_quarters_of_a_shorter_window_weigh_what_they_do_in_the_rules() -> None:
    book = rulebook(STAY, window={"quarters": 4, "weights": [1, 0.8, 0.6, 0.4]})
    made = asked(book)
    assert made["window 2 quarters"].rulebook.window.parts == (1, 0.8)
    assert made["window 8 quarters"].rulebook.window.parts == (1, 0.8, 0.6, 0.4, 0.4, 0.4, 0.4, 0.4)


@pytest.mark.parametrize(
    ("method", "groups"),
    [
        ("target_bands", {"weights"}),
        ("raw", {"weights", "window", "responsibility"}),
        ("weighted", {"weights", "window", "winsor", "account weights", "responsibility"}),
        ("oe", {"weights", "window", "winsor", "expectation", "account weights", "responsibility"}),
    ],
)
def test_a_method_is_asked_only_about_what_it_reads(method: str, groups: set[str]) -> None:
    grade = {"grade": {"floor": 0, "target": 1}}
    book = rulebook(STAY | grade, GROW | grade, method=method)
    assert {choice.group for choice in asked(book).values()} == groups


# ---- what they do ----


@pytest.fixture(scope="module")
def handed_over() -> Subject:
    """A company with an account handed over twenty days before it is lost, so that it matters whose it was."""
    known = company(**MORE)
    handed = known["ownership"].filter(pl.col("account_id") == "m1-3")
    rows = [
        handed.with_columns(pl.lit(date(2026, 5, 1)).alias("ends_on")),
        handed.with_columns(pl.lit("m2").alias("manager_id"), pl.lit(date(2026, 5, 1)).alias("starts_on")),
    ]
    kept = known["ownership"].filter(pl.col("account_id") != "m1-3")
    known["ownership"] = pl.concat([kept, *rows]).sort("account_id", "manager_id", "starts_on")
    return looked_at(rulebook(STAY, GROW), known)


@pytest.fixture(scope="module")
def found(handed_over: Subject) -> Sensitivity:
    """What is said of it."""
    return sensitivity(handed_over)


@pytest.fixture(scope="module")
def scores(handed_over: Subject) -> dict[str, pl.DataFrame]:
    """The scores under each choice, by its name, and as it is."""
    book = handed_over.rulebook
    made = _asked_of(handed_over)
    return {AS_IT_IS: handed_over.judged(book).scores} | {c.name: handed_over.judged(c.rulebook).scores for c in made}


def _asked_of(seen: Subject) -> tuple[Choice, ...]:
    return choices(seen.rulebook, engine.found_k(seen, seen.judged(seen.rulebook)), lambda quarters: True)


def test_choices_give_what_a_run_under_those_rules_gives(
    handed_over: Subject, found: Sensitivity, scores: dict[str, pl.DataFrame]
) -> None:
    made = {choice.name: choice for choice in _asked_of(handed_over)}
    assert [e.choice for e in found.effects] == list(made)
    firsts = {choice.group: choice.name for choice in reversed(made.values())}
    moved = {choice.group for choice in made.values() if effect(found, choice.name).largest_move}
    for choice in made.values():
        if choice.group in ("window", "responsibility") or choice.name == firsts[choice.group]:
            alone = pipeline.score(handed_over.trail.tables, choice.rulebook, handed_over.period, AS_OF, metrics=())
            assert_frame_equal(scores[choice.name], alone.scored.judged.scores)
    assert {"window", "responsibility"} <= moved


@pytest.fixture(scope="module")
def passed_on() -> dict[str, pl.DataFrame]:
    """A company of which m1 had accounts until December 2025."""
    known = company(**MORE)
    mine = pl.col("manager_id") == "m1"
    given = known["ownership"].filter(mine)
    rows = [
        given.with_columns(pl.lit(date(2025, 12, 1)).alias("ends_on")),
        given.with_columns(pl.lit("m2").alias("manager_id"), pl.lit(date(2025, 12, 1)).alias("starts_on")),
    ]
    return {**known, "ownership": pl.concat([known["ownership"].filter(~mine), *rows])}


@pytest.mark.parametrize("method", ["oe_credibility", "raw"])
def test_who_had_accounts_in_earlier_quarters_alone_has_no_score_by_the_last_one(
    passed_on: dict[str, pl.DataFrame], method: str
) -> None:
    found = sensitivity(looked_at(rulebook(STAY, retention_window="period", method=method), passed_on))
    gone = next(m for m in found.managers if m.manager_id == "m1")
    assert gone.score is not None
    assert Stand("window 1 quarter", None, None) in gone.others
    assert effect(found, "window 1 quarter").lost == 1
    lost = sum(s.score is None for s in gone.others)
    assert _manager(gone, len(found.effects))[-1] == f"{lost}"


def test_who_is_scored_under_another_choice_alone_is_told_with_those_that_are(
    passed_on: dict[str, pl.DataFrame],
) -> None:
    book = rulebook(STAY, retention_window="period", method="raw", window={"quarters": 1})
    found = sensitivity(looked_at(book, passed_on))
    assert [m.manager_id for m in found.managers] == ["m1", "m2", "m3", "m4", "m5", "m6"]
    assert found.managers[0].score is None
    assert found.managers[0].low is not None
    assert effect(found, "window 4 quarters").gained == 1


def test_who_has_no_score_has_none_under_every_choice_that_brings_none() -> None:
    brings = Stand("k ×1/4", 54.0, "In line with peers")
    assert _manager(Manager("m1", "Mara", None, None, brings, brings, (brings,)), 20)[-1] == "19"


def test_quarters_are_booked_once_for_all_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    ends, booked = [], account_quarters.booked_by_account

    def counted(part: Any, book: Rulebook, quarter: Any, as_of: date) -> ByAccount:
        ends.append(quarter.end)
        return booked(part, book, quarter, as_of)

    monkeypatch.setattr(account_quarters, "booked_by_account", counted)
    assert "window 8 quarters" in [e.choice for e in varied(STAY, method="raw").effects]
    assert len(ends) == len(set(ends)) == 8


def test_the_only_rule_may_weigh_what_it_will() -> None:
    found = varied(STAY)
    for choice in ("stay weight ×1/2", "stay weight ×2"):
        told = effect(found, choice)
        assert (told.both, told.labels, told.lost, told.gained) == (6, 0, 0, 0)
        assert (told.mean_move, told.largest_move, told.rank_correlation) == (0, 0, 1)


def test_with_a_larger_k_scores_move_towards_50() -> None:
    """From where half of a difference is believed; before, the points of a smaller spread outweigh what is lost."""
    seen = looked_at(rulebook(STAY))
    k = engine.found_k(seen, seen.judged(seen.rulebook))["logo_retention"]
    made = {c.name: c.rulebook for c in choices(seen.rulebook, {"logo_retention": k}, lambda quarters: False)}
    found = {n: seen.judged(book).scores for n, book in ({AS_IT_IS: seen.rulebook} | made).items()}
    assert set(found) >= {"k ×1/2", "k ×1/4"}
    order = ("k ×4", "k ×2", AS_IT_IS)
    for nearer, farther in pairwise(order):
        one, other = (found[name]["score"] - 50 for name in (nearer, farther))
        assert one.abs().mean() < other.abs().mean()
        assert other[0] < one[0] < 0  # the manager who lost most


def test_the_range_of_a_score_holds_the_score_and_names_the_choice(
    found: Sensitivity, scores: dict[str, pl.DataFrame]
) -> None:
    for manager in found.managers:
        assert manager.low is not None
        assert manager.high is not None
        assert manager.score is not None
        assert manager.low.score is not None
        assert manager.high.score is not None
        assert manager.low.score <= manager.score <= manager.high.score
        own = {c: f.row(by_predicate=pl.col("manager_id") == manager.manager_id, named=True) for c, f in scores.items()}
        known = {c: row["score"] for c, row in own.items() if row["score"] is not None}
        assert manager.low.score == pytest.approx(min(known.values()), abs=1e-8)
        assert known[manager.high.choice] == pytest.approx(max(known.values()), abs=1e-8)
        words = {"above": "Above peers", "in line": "In line with peers", "below": "Below peers"}
        labels = {c: words[row["label"]] for c, row in own.items()}
        assert {s.choice: s.label for s in manager.others} == {c: w for c, w in labels.items() if w != manager.label}


def test_where_too_little_is_believed_scores_are_lost_and_not_called_another_label() -> None:
    found = varied(STAY, publish={"min_z": 0.3})
    base = [m for m in found.managers if m.score is not None]
    told = effect(found, "k ×4")
    assert (told.both, told.labels, told.lost) == (0, 0, len(base))
    assert told.mean_move is told.largest_move is told.rank_correlation is None
    assert told.reason == "nobody has a score both ways"
    assert all("k ×4" in [s.choice for s in m.others if s.label is None] for m in base)


def test_moves_and_order_are_what_comes_out_by_hand() -> None:
    """Ranks 1 2 3 4 5 and 2 1 4 3 5: Spearman's is 1 - 6 * 4 / (5 * 24) = 0.8. Moves 11, 9, 11, 9 and 0."""
    book = rulebook(STAY)
    choice = asked(book)["stay weight ×2"]
    names, now, then = "abcdefg", (10, 20, 30, 40, 50, None, 60), (21, 11, 41, 31, 50, 20, None)
    sides = [
        {n: Stand("", None if s is None else float(s), None if s is None else "x" if s < 30 else "y") for n, s in made}
        for made in (zip(names, now, strict=True), zip(names, then, strict=True))
    ]
    told = engine._effect(choice, book, *sides)
    assert (told.both, told.labels, told.lost, told.gained) == (5, 0, 1, 1)
    assert (told.mean_move, told.largest_move, told.rank_correlation, told.reason) == (8, 11, 0.8, None)
    assert _effect(told) == ("stay weight ×2", "6", "", "1", "1", "8.0", "11.0", "0.80")
    assert engine._order([1, 2], [2, 1]) is engine._order([1, 2, 3], [4, 4, 4]) is None


def test_a_window_that_the_exports_do_not_reach_is_not_tried_and_that_is_said() -> None:
    known = company()
    known["contracts"] = known["contracts"].with_columns(pl.lit(date(2025, 7, 1)).alias("starts_on"))
    found = sensitivity(looked_at(rulebook(STAY), known))
    assert "window 8 quarters" not in [e.choice for e in found.effects]
    assert found.left_out == ("A window of 8 quarters was not tried: the exports begin on 2025-07-01.",)


# ---- the command ----


@pytest.fixture(scope="module")
def four_rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with four of the six rules, as every further one is two choices more for the whole company."""
    head, *each = re.split(r"(?m)^(?=  - name: )", six_rules().replace("  # min_z: 30% ", "  min_z: 0%     "))
    assert len(each) == 6
    place = tmp_path_factory.mktemp("rules") / "rules.yaml"
    place.write_text("".join([head, *each[:3], each[4]]), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def asked_words(small_folder: Path, four_rules: Path) -> tuple[str | Path, ...]:
    return ("sensitivity", small_folder, "--as-of", TODAY, "--set-aside", "--rules", four_rules)


@pytest.fixture(scope="module")
def answer(small_folder: Path, asked_words: tuple[str | Path, ...]) -> dict[str, Any]:
    before = contents(small_folder)
    with pytest.MonkeyPatch.context() as patch:
        remember(patch, engine, "of_request")
        done = cli(*asked_words, "--json")
    assert (done.code, done.err) == (0, "")
    assert contents(small_folder) == before
    return done.json


def test_json_holds_all_of_it(answer: dict[str, Any]) -> None:
    data = answer["data"]
    assert set(data) == {"period", "as_of", "method", "managers", "effects", "left_out"}
    assert set(data["managers"][0]) == {"manager_id", "name", "score", "label", "low", "high", "others"}
    assert set(data["effects"][0]) == {
        "choice", "group", "settings", "both", "labels", "lost", "gained", "mean_move", "largest_move",
        "rank_correlation", "reason",
    }  # fmt: skip
    for told in data["effects"]:
        assert (told["rank_correlation"] is None) == (told["reason"] is not None)
        assert told["settings"]
        assert all(set(one) == {"setting", "old", "new"} for one in told["settings"])
    assert answer["problems"]


def test_it_says_the_same_twice(answer: dict[str, Any], asked_words: tuple[str | Path, ...]) -> None:
    assert cli(*asked_words, "--json").json == answer


def test_tables_fit_and_the_next_command_is_named(
    answer: dict[str, Any], asked_words: tuple[str | Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    remember(monkeypatch, engine, "of_request")
    done = cli(*asked_words)
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= 80
    short = [told["choice"] for told in answer["data"]["effects"] if len(told["choice"]) < 28]  # others are broken
    assert len(short) > 20
    assert all(choice in done.out for choice in short)
    assert done.err.splitlines()[-1].startswith("Next: bookscore diagnose ")


def test_where_values_are_graded_only_weights_are_tried_and_that_is_said(small_folder: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(six_rules().replace("method: oe_credibility", "method: target_bands"), encoding="utf-8")
    done = cli("sensitivity", small_folder, "--as-of", TODAY, "--set-aside", "--rules", rules, "--json")
    data = done.json["data"]
    assert (done.code, data["method"], data["left_out"]) == (0, "target_bands", [COMPARES_NOTHING])
    assert {told["group"] for told in data["effects"]} == {"weights"}
    assert any(told["largest_move"] for told in data["effects"])


def test_faults_of_exports_end_it_with_3_and_of_rules_with_4(small_folder: Path, tmp_path: Path) -> None:
    assert cli("sensitivity", small_folder, "--as-of", TODAY, "--json").code == 3
    rules = tmp_path / "rules.yaml"
    rules.write_text(six_rules().replace("metric: logo_retention", "metric: logo_retentoin"), encoding="utf-8")
    done = cli("sensitivity", small_folder, "--as-of", TODAY, "--set-aside", "--rules", rules, "--json")
    assert (done.code, done.json["data"]) == (4, None)
    assert cli("sensitivity", tmp_path / "nowhere", "--json").code == 2
