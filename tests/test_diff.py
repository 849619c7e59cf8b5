"""Does `bookscore diff` say all that differs between two runs, and does what moved a score add up?"""

import json
import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from test_cli import cli

from scoring import demo, pipeline
from scoring.cli.run import run
from scoring.compare import Change, Side, changes, diff, moves
from scoring.compare.differences import Difference
from scoring.intake import Request
from scoring.letters import bare
from scoring.metrics import CATALOGUE
from scoring.store import RunRecord, named, open_store

CHANGED = "exports/billing/subscriptions.csv"


@pytest.fixture(scope="module")
def folder(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graded company with three stored runs: a quarter, the same under other rules and one row less, and the next."""
    made = Path(shutil.copytree(small_folder, tmp_path_factory.mktemp("diff") / "demo"))
    exchange(made, "method: oe_credibility ", "method: target_bands ")
    keep(made, "2026-Q1")
    exchange(made, "target: 110%", "target: 120%")
    rows = (made / CHANGED).read_bytes().splitlines(keepends=True)
    (made / CHANGED).write_bytes(b"".join(rows[:-1]))
    keep(made, "2026-Q1")
    keep(made, "2026-Q2")
    return made


def exchange(folder: Path, old: str, new: str) -> None:
    """Exchanges a text in the folder's rules."""
    rules = (folder / "rules.yaml").read_text(encoding="utf-8")
    assert old in rules
    (folder / "rules.yaml").write_text(rules.replace(old, new), encoding="utf-8")


def keep(folder: Path, period: str) -> None:
    """Runs the folder and stores the run, without its pages."""
    run._store(pipeline.run(Request(folder, demo.AS_OF, period, set_aside=True)), folder)


def sides(folder: Path, *words: str) -> list[Side]:
    store = open_store(folder)
    try:
        runs = [named(store, word) for word in words]
        return [
            Side(json.loads(r.summary), store.cards(r.run_id), pl.read_parquet(store.frame(r.run_id, "book")))
            for r in runs
        ]
    finally:
        store.close()


def first_run(folder: Path) -> str:
    return str(cli("runs", folder, "--json").json["data"][-1]["run_id"])


@pytest.fixture(scope="module")
def found(folder: Path) -> list[Difference]:
    """The same quarter under other rules, and two quarters."""
    first, second, third = sides(folder, first_run(folder), "2026-Q1", "last")
    return [diff(first, second), diff(second, third)]


# ---- what went in ----


def test_a_run_held_against_itself_differs_in_nothing(folder: Path) -> None:
    done = cli("diff", "last", "last", folder)
    assert done.code == 0
    assert done.out.startswith("Nothing differs: both are run ")
    told = cli("diff", "last", "last", folder, "--json").json["data"]
    assert told["is_same_run"]
    assert told["settings"] == []
    assert {i["state"] for i in told["inputs"]} == {"same"}
    assert not any(m["is_changed"] for m in told["managers"])


def test_the_file_that_changed_is_told_with_its_hashes_and_rows(found: list[Difference]) -> None:
    (changed,) = (i for i in found[0].inputs if i.state != "same")
    assert (changed.file, changed.state) == (CHANGED, "changed")
    assert changed.rows.now == changed.rows.then - 1
    assert changed.sha256.differs
    assert {i.state for i in found[1].inputs} == {"same"}


def test_the_setting_that_differs_is_told_with_both_values(found: list[Difference]) -> None:
    assert found[0].settings == (Change("rules.grow_revenue.grade.target", 1.1, 1.2),)
    assert found[1].settings == ()
    assert [name for name, pair in found[1].facts.items() if pair.differs] == ["run_id", "period"]


def test_rules_are_known_by_their_names() -> None:
    a, b, c = ({"name": n, "weight": w, "grade": {"floor": 0, "target": 1}} for n, w in (("a", 1), ("b", 2), ("c", 3)))
    bands = {**a, "grade": {"bands": [{"from": 0, "points": 1}]}}
    assert changes({"rules": [a, b]}, {"rules": [b, a]}) == (Change("rules.order", ["a", "b"], ["b", "a"]),)
    assert changes({"rules": [a, b]}, {"rules": [{**a, "weight": 5}, c]}) == (
        Change("rules.a.weight", 1, 5),
        Change("rules.c", None, {"weight": 3, "grade": {"floor": 0, "target": 1}}),
        Change("rules.b", {"weight": 2, "grade": {"floor": 0, "target": 1}}, None),
    )
    assert changes({"rules": [a]}, {"rules": [bands]}) == (Change("rules.a.grade", a["grade"], bands["grade"]),)
    assert changes({"x": {"y": 1, "z": 2}}, {"x": {"y": 1}}) == (Change("x.z", 2, None),)


# ---- what came out ----


def test_what_rules_add_is_the_change_of_every_score(found: list[Difference]) -> None:
    checked = 0
    for difference in found:
        for manager in (m for m in difference.managers if m.change is not None):
            assert sum(r.adds or 0 for r in manager.rules) == pytest.approx(manager.change, abs=1e-6)
            checked += bool(manager.change)
    assert checked > 8


def test_under_a_higher_target_the_rule_that_has_it_moved_scores_most(found: list[Difference]) -> None:
    moved = [m for m in found[0].managers if m.change and m.change < -1]
    assert moved
    assert {m.most.rule for m in moved if m.most} == {"grow_revenue"}


def test_accounts_move_a_value_by_as_much_as_it_moved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "NAMED", 10**6)
    metrics = ("net_revenue_retention", "gross_revenue_retention", "logo_retention", "like_for_like_growth")
    difference = diff(*sides(folder, "2026-Q1", "2026-Q2"))
    checked = 0
    for manager in difference.managers:
        for rule in (r for r in manager.rules if r.metric in metrics and r.accounts):
            whole = sum(float(m.amount) for m in rule.accounts)
            assert whole == pytest.approx(rule.value.now - rule.value.then, abs=1e-6)
            checked += 1
    assert checked > 10


def card(manager: str, score: float, lines: list[dict[str, Any]]) -> dict[str, Any]:
    told = {"score": score, "low": None, "high": None, "label": "x", "group": "within", "accounts": 5, "team": None}
    return {"manager_id": manager, "name": manager.title(), **told, "lines": lines}


def line(rule: str, points: float | None, share: float | None, value: float | None = 1.0) -> dict[str, Any]:
    facts = {"metric": "logo_retention", "label": rule, "unit": "ratio", "n": 5}
    return {"rule": rule, **facts, "value": value, "points": points, "share": share}


def side(*cards: Mapping[str, Any]) -> Side:
    named = ("run_id", "as_of", "basis", "currency")
    summary = {
        **dict.fromkeys(named, "x"), "period": {"name": "x"}, "engine": {"bookscore": "x", "polars": "x"},
        "sources": {"sha256": None}, "rules": {"sha256": "x", "settings": {}}, "inputs": [],
    }  # fmt: skip
    return Side(summary, cards, pl.DataFrame(schema={"manager_id": pl.String}))


def test_weight_that_goes_to_the_better_rule_lifts_the_score_by_both() -> None:
    """80 and 40 points, weights 1:1, then 3:1: 60 becomes 70, 3.75 by the one that weighs more, 6.25 by the other."""
    then = side(card("ada", 60, [line("a", 80, 0.5), line("b", 40, 0.5)]))
    now = side(card("ada", 70, [line("a", 80, 0.75), line("b", 40, 0.25)]))
    (ada,) = diff(then, now).managers
    assert [r.adds for r in ada.rules] == [3.75, 6.25]
    assert ada.most is not None
    assert ada.most.rule == "b"


def test_points_count_by_the_mean_of_both_shares_and_a_rule_that_comes_by_its_distance_from_the_score() -> None:
    then = side(card("ada", 60, [line("a", 60, 1.0)]))
    now = side(card("ada", 65, [line("a", 50, 0.5), line("b", 80, 0.5)]))
    (ada,) = diff(then, now).managers
    assert {r.rule: r.adds for r in ada.rules} == {"a": -7.5 + (55 - 62.5) * -0.5, "b": (80 - 62.5) * 0.5}
    assert sum(r.adds or 0 for r in ada.rules) == 5


def test_of_a_withheld_score_no_points_are_told_that_add_up_to_it() -> None:
    doubts = {"level": "withheld", "reasons": ["Early."]}
    then = card("m1", 50.0, [line("keep", 50.0, 1.0)]) | {"score": None, "trust": doubts}
    (manager,) = diff(side(then), side(card("m1", 60.0, [line("keep", 60.0, 1.0, value=2.0)]))).managers
    (rule,) = manager.rules
    assert (rule.points.then, rule.share.then, rule.points.now, rule.adds) == (None, None, 60.0, None)
    assert (rule.value.then, rule.value.now) == (1.0, 2.0)


def test_managers_in_one_run_only_are_told_apart() -> None:
    rules = [line("a", 60, 1.0)]
    made = diff(
        side(card("ada", 60, rules), card("ben", 60, rules)), side(card("ben", 60, rules), card("cy", 9, rules))
    )
    assert [(m.name, m.is_in, m.change) for m in made.managers] == [
        ("Ada", "then", None), ("Ben", "both", 0), ("Cy", "now", None),
    ]  # fmt: skip
    assert [m.is_changed for m in made.managers if m.is_in == "both"] == [False]


def test_no_account_is_named_where_a_rule_looks_at_something_else(folder: Path) -> None:
    first, second = sides(folder, "2026-Q1", "2026-Q2")
    for card_ in second.cards:
        for told in card_["lines"]:
            told["metric"] = "gross_revenue_retention" if told["rule"] == "grow_revenue" else told["metric"]
    rules = [r for m in diff(first, second).managers for r in m.rules if r.rule == "grow_revenue"]
    assert rules
    assert not any(r.accounts for r in rules)


def test_metrics_a_book_lacks_the_columns_of_name_no_accounts() -> None:
    empty = pl.DataFrame(schema={"manager_id": pl.String, "account_id": pl.String, "account": pl.String})
    assert moves.moved(empty, empty, [CATALOGUE["net_revenue_retention"], CATALOGUE["closing"]]) == {}


# ---- accounts compared ----


@pytest.fixture(scope="module")
def compared_folder(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with three stored runs: graded, compared, and compared a quarter later with other weights."""
    made = Path(shutil.copytree(small_folder, tmp_path_factory.mktemp("diff") / "compared"))
    exchange(made, "method: oe_credibility ", "method: target_bands ")
    keep(made, "2026-Q1")
    exchange(made, "method: target_bands ", "method: oe_credibility ")
    keep(made, "2026-Q1")
    exchange(made, "weight: 25", "weight: 5")
    keep(made, "2026-Q2")
    return made


def test_what_rules_add_is_the_change_of_every_score_that_compares(compared_folder: Path) -> None:
    first, second, third = sides(compared_folder, first_run(compared_folder), "2026-Q1", "last")
    by_method, by_quarter = diff(first, second), diff(second, third)
    assert by_method.settings == (Change("method", "target_bands", "oe_credibility"),)
    assert by_quarter.settings == (Change("rules.keep_revenue.weight", 25.0, 5.0),)
    for difference in (by_method, by_quarter):
        changed = [m for m in difference.managers if m.change]
        assert len(changed) > 4
        for manager in changed:
            assert sum(r.adds or 0 for r in manager.rules) == pytest.approx(manager.change, abs=1e-6)
            assert manager.most is not None
    assert {m.label.now for m in by_quarter.managers} <= {"Above peers", "In line with peers", "Below peers", None}


def test_a_comparison_is_told_rule_by_rule(compared_folder: Path) -> None:
    told = cli("diff", "2026-Q1", "2026-Q2", compared_folder, "--json").json["data"]["managers"]
    who = next(m for m in told if m["change"])
    done = cli("diff", "2026-Q1", "2026-Q2", compared_folder, "--who", who["name"])
    assert done.code == 0
    assert all(rule["rule"] in done.out for rule in who["rules"])


def test_what_rules_add_is_the_change_as_printed(compared_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    managers, rules = cli("diff", "2026-Q1", "2026-Q2", compared_folder, "--all").out.split("What each rule adds")
    number = r"([+−]?\d+\.\d)"
    changes = re.findall(rf"(?m)^(\S.*?)  +{number}  +{number}  +{number}  ", managers)
    assert len(changes) > 4
    end = next(line.index("Adds") + 4 for line in rules.splitlines() if line.startswith("Manager  "))
    assert re.search(r"[+−]\d+\.\d\u202fpp", rules)
    assert not re.search(r"[+]\d+\.\d\u202f%", rules)
    for name, then, now, change in changes:
        adds = [line[:end].split()[-1] for line in rules.splitlines() if line.startswith(f"{name}  ")]
        assert _figure(now) - _figure(then) == _figure(change)
        assert sum(map(_figure, adds)) == _figure(change)


def _figure(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


# ---- the command ----


def test_runs_are_named_by_id_by_period_or_by_their_place(folder: Path) -> None:
    listed = cli("runs", folder, "--json").json["data"]
    third, second, first = (r["run_id"] for r in listed)
    store = open_store(folder)
    try:
        words = ("last", "previous", "2026-Q1", "2026-q2", first[:10], first)
        meant = {word: named(store, word).run_id for word in words}
    finally:
        store.close()
    assert meant == {
        "last": third, "previous": second, "2026-Q1": second, "2026-q2": third, first[:10]: first, first: first,
    }  # fmt: skip


@pytest.mark.parametrize("word", ["2024-Q1", "zzz", ""])
def test_an_unknown_run_is_refused_with_those_there_are(folder: Path, word: str) -> None:
    done = cli("diff", word, "last", folder)
    assert (done.code, done.out) == (2, "")
    assert f'there is no run "{word}"; stored are ' in done.err
    assert first_run(folder)[:12] in done.err
    assert "Next: bookscore runs" in done.err


def test_previous_needs_a_run_before(tmp_path: Path) -> None:
    assert cli("diff", "previous", "last", tmp_path).code == 2
    store = open_store(tmp_path)
    words = {"rules_name": "x", "rules_hash": "x", "engine_version": "x"}
    only = RunRecord(run_id="a" * 64, period="2026-Q2", as_of="2026-07-15", **words)
    store.save(only, cards=[], frames={}, created_at=datetime(2026, 7, 15, tzinfo=UTC))
    assert named(store, "last").run_id == only.run_id
    store.close()
    done = cli("diff", "previous", "last", tmp_path)
    assert done.code == 2
    assert 'there is no run "previous"; stored are aaaaaaaaaaaa (2026-Q2, as of 2026-07-15)' in done.err


@pytest.mark.parametrize("columns", [80, 120])
def test_the_tables_fit_and_show_who_changed(folder: Path, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    done = cli("diff", "2026-Q1", "2026-Q2", folder)
    assert done.code == 0
    tables = [text for text in done.out.splitlines() if "  " in text or "──" in text]
    assert max(len(text) for text in tables) <= columns
    told = cli("diff", "2026-Q1", "2026-Q2", folder, "--json").json["data"]
    changed = [m for m in told["managers"] if m["is_in"] == "both" and m["is_changed"]]
    scored = [m for m in changed if m["score"] != {"then": None, "now": None}]
    for manager in changed:
        assert (bare(manager["name"])[:8] in bare(done.out)) == (manager in scored)
    assert (f"{len(changed) - len(scored)} other" in done.err) == (scored != changed)


def test_groups_are_told_in_words_and_to_programs_by_their_codes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    told = cli("diff", "2026-Q1", "2026-Q2", folder, "--all").out
    stored = cli("diff", "2026-Q1", "2026-Q2", folder, "--json").json["data"]["managers"]
    assert {m["group"]["now"] for m in stored} & {"within", "not_scored"}
    assert "in line" in told
    assert not re.search(r"\bwithin\b|not_scored", told)


def test_one_manager_is_told_rule_by_rule_and_all_with_all(folder: Path) -> None:
    told = cli("diff", "2026-Q1", "2026-Q2", folder, "--json").json["data"]["managers"]
    who = next(m for m in told if m["is_changed"] and m["is_in"] == "both")
    done = cli("diff", "2026-Q1", "2026-Q2", folder, "--who", who["name"])
    assert all(rule["rule"] in done.out for rule in who["rules"])
    assert cli("diff", "2026-Q1", "2026-Q2", folder, "--who", "nobody").code == 2
    both = sum(m["is_in"] == "both" for m in told)
    assert cli("diff", "2026-Q1", "2026-Q2", folder, "--all").out.count("climb_the_ladder") == both
