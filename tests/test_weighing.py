"""Are rules that say too little, or the same, told by a run without being asked, at their lines?"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from tabled import table
from test_cli import AS_OF, Done, cli
from test_compared import AS_OF as LAST
from test_compared import KEEP, STAY, company, rulebook
from worlds import World, compared_worlds, examples, worlds

from scoring import pipeline, rules
from scoring.errors import Severity
from scoring.intake import RULES
from scoring.metrics import CATALOGUE
from scoring.rules.versions import calendar_of
from scoring.scorecard.judged import Judged
from scoring.scorecard.rule_findings import placed, rule_findings
from scoring.scorecard.weighing import Pair, Weighed, Weighing

GROW = {"name": "grow", "metric": "like_for_like_growth", "weight": 1}
PRAISE = {"name": "praise", "metric": "nps", "weight": 1}
MOVES = "m4-8 500 month 2024-01-01 2026-03-01\nm5-2 300 month 2026-02-01 .\nm6-4 50 month 2025-08-01 ."
"""One that pays less from March on, and two that pay more."""


def lively() -> dict[str, pl.DataFrame]:
    return company(contracts=MOVES)


def judged(known: dict[str, pl.DataFrame], *asked: Mapping[str, Any], **settings: Any) -> Judged:
    """The scores under these rules, which are weighed against each other."""
    book = rulebook(*asked, **settings)
    period = calendar_of(book).period("2026-Q2")
    return pipeline.score(known, book, period, LAST, metrics=(), weighs=True).scored.judged


def of(found: Judged, rule: str) -> Weighed:
    return next(one for one in found.weighing.rules if one.rule == rule)


def apart(found: Judged, without: Judged) -> tuple[float, int]:
    """How far scores of two judgements are apart at most, and how many labels are others."""
    both = found.scores.join(without.scores, on="manager_id", suffix="_without")
    labels = both.select(pl.col("label").ne_missing(pl.col("label_without")).sum()).item()
    return float(both.select((pl.col("score") - pl.col("score_without")).abs().max()).item()), labels


# ---- what hangs on a rule ----


@pytest.mark.parametrize("method", ["oe_credibility", "joint", "raw", "oe"])
@pytest.mark.parametrize("name", ["keep", "grow"])
def test_what_hangs_on_a_rule_is_what_scores_without_it_say(method: str, name: str) -> None:
    asked = ({**STAY, "weight": 3}, {**KEEP, "weight": 2}, GROW)
    found = judged(lively(), *asked, method=method)
    moves, labels = apart(found, judged(lively(), *(r for r in asked if r["name"] != name), method=method))
    weighed = of(found, name)
    assert weighed.moves == pytest.approx(moves, abs=1e-9)
    assert moves > 0.1
    assert weighed.labels == (labels if method in ("oe_credibility", "joint") else None)


def test_a_label_that_hangs_on_a_rule_is_counted() -> None:
    found = judged(
        lively(), {**STAY, "weight": 1}, {**GROW, "weight": 8}, publish={"min_z": 0, "label_probability": 0.6}
    )
    without = judged(lively(), {**GROW, "weight": 8}, publish={"min_z": 0, "label_probability": 0.6})
    assert of(found, "stay").labels == apart(found, without)[1] > 0


def test_of_one_rule_alone_there_is_nothing_to_leave_out() -> None:
    for method in ("oe_credibility", "raw"):
        (one,) = judged(lively(), STAY, method=method).weighing.rules
        assert (one.moves, one.labels) == (None, None)
    shown = judged(lively(), STAY, {**KEEP, "weight": 0})
    assert [of(shown, n).moves for n in ("stay", "keep")] == [None, None]


@examples(3)
@given(compared_worlds(accounts=(10, 14), grain="account"))
def test_in_any_world_what_hangs_on_a_rule_is_what_scores_without_it_say(world: World) -> None:
    without_each(world)


@examples(6)
@given(worlds(accounts=(15, 20), grain="account"))
def test_in_any_world_of_graded_values_as_well(world: World) -> None:
    without_each(world)


def without_each(world: World) -> None:
    """Each rule left out of the rulebook, and the scores that are given either way held against what was said.

    Without a rule a score may come or go, as its coverage is another; where values are graded those count as labels.
    """
    book = world.rulebook
    found = pipeline.score(world.tables, book, world.period, world.as_of, metrics=(), weighs=True).scored.judged
    for rule in book.rules if sum(r.weight > 0 for r in book.rules) > 1 else ():
        rest = tuple(r for r in book.rules if r is not rule)
        other = book.model_copy(update={"rules": rest})
        left = pipeline.score(world.tables, other, world.period, world.as_of, metrics=()).scored.judged
        both = found.scores.join(left.scores, on="manager_id", suffix="_without")
        moved = both.select((pl.col("score") - pl.col("score_without")).abs().max()).item()
        if rule.weight:
            assert of(found, rule.name).moves == (None if moved is None else pytest.approx(moved, abs=1e-6))
        if rule.weight and book.method == "target_bands":
            words = [[None if s is None else book.label(s) for s in both[c]] for c in ("score", "score_without")]
            assert of(found, rule.name).labels == sum(now != then for now, then in zip(*words, strict=True))


def test_graded_values_have_labels_of_the_rules() -> None:
    grade = {"grade": {"floor": 0.5, "target": 1}}
    words = {"grades": [{"from": 90, "label": "Fine"}, {"from": 0, "label": "Poor"}], "method": "target_bands"}
    found = judged(lively(), {**STAY, **grade}, {**KEEP, **grade}, **words)
    alone = judged(lively(), {**STAY, **grade}, **words)
    both = found.scores.join(alone.scores, on="manager_id", suffix="_without")
    fine = [(row["score"] >= 90, row["score_without"] >= 90) for row in both.iter_rows(named=True)]
    weighed = of(found, "keep")
    assert weighed.labels == sum(a != b for a, b in fine)
    assert (weighed.told, weighed.managers, weighed.measured) == (6, 6, None)
    assert found.weighing.pairs == ()


# ---- what is said of it ----


def weighed(name: str = "a", **other: Any) -> Weighed:
    known: dict[str, Any] = {
        "metric": name, "weight": 1.0, "measured": 400, "account_quarters": 400, "told": 10, "managers": 10,
        "differs": True, "moves": 5.0, "labels": 0,
    }  # fmt: skip
    return Weighed(rule=name, **(known | other))


@pytest.mark.parametrize(
    ("rule", "kind", "what"),
    [
        ({}, None, ""),
        ({"measured": 0, "told": 0}, "no_data", "a: no account has a value of it, so it counts for nobody"),
        ({"measured": None, "account_quarters": None, "told": 0}, "no_data", "a: nobody has a value of it, so it "
         "counts for nobody"),
        ({"measured": 100}, None, ""),  # once in four quarters, as lifetime value
        ({"measured": 9, "told": 4}, "little_data", "a: almost nobody has data for it: 4 of 10 managers have a "
         "figure, 9 of 400 account-quarters, 9\u202f% of what there could be"),
        ({"measured": 10, "told": 1}, None, ""),
        ({"managers": 25, "told": 2}, "little_data", "a: almost nobody has data for it: 2 of 25 managers have a "
         "figure, 400 of 400 account-quarters, 8\u202f% of what there could be"),
        ({"differs": False}, "no_signal", "a: managers do not differ in it beyond chance (tau is 0), so its weight "
         "does not matter"),
        ({"moves": 0.99}, "no_weight", "a: its weight does not matter: without it no score moves by more than 1.0 "
         "points and nobody has another label"),
        ({"moves": 0.2, "labels": None}, "no_weight", "a: its weight does not matter: without it no score moves by "
         "more than 0.2 points"),
        ({"moves": 0.99, "labels": 1}, None, ""),
        ({"moves": 1.0}, None, ""),
        ({"moves": None, "labels": None}, None, ""),
        ({"weight": 0.0, "measured": 0, "told": 0}, None, ""),  # shown, not scored
    ],
)  # fmt: skip
def test_what_is_said_of_a_rule(rule: Mapping[str, Any], kind: str | None, what: str) -> None:
    found = rule_findings(Weighing((weighed(**rule),), (), quarters=4))
    assert [(f.kind, f.what) for f in found] == ([] if kind is None else [(kind, what)])


@pytest.mark.parametrize(
    ("correlation", "other", "kind"),
    [(0.71, {}, "same"), (0.7, {}, None), (-0.8, {}, "opposed"), (1.0, {"metric": "a"}, "same"),
     (0.9, {"weight": 0.0}, None)],
)  # fmt: skip
def test_what_is_said_of_two_rules(correlation: float, other: Mapping[str, Any], kind: str | None) -> None:
    pair = Pair(("a", "b"), 400, correlation, is_alike=abs(correlation) > 0.7, reason=None)
    found = rule_findings(Weighing((weighed("a"), weighed("b", **other)), (pair,), quarters=4))
    assert [f.kind for f in found] == ([] if kind is None else [kind])


def test_a_survey_that_only_few_answered_is_named() -> None:
    answers = "account_id respondent answered_on kind score\n" + "\n".join(
        f"m1-4 r{n} 2026-05-02 nps 9" for n in range(10)
    )
    known = company() | {"answers": table("answers", answers)}
    found = judged(known, STAY, PRAISE, min_n={"nps": 1})
    (told,) = [f for f in rule_findings(found.weighing) if f.rules == ("praise",)]
    assert told.kind == "little_data"
    assert "1 of 184 account-quarters" in told.what


def test_too_few_managers_to_be_compared_are_no_lack_of_data() -> None:
    found = judged(company(3), STAY)
    assert found.scores["score"].to_list() == [None] * 3
    rule = of(found, "stay")
    assert (rule.told, rule.managers, rule.measured) == (3, 3, rule.account_quarters)
    assert rule_findings(found.weighing) == ()


FILE = """\
name: Test
goal: Test them.
currency: EUR
rules:
  - {name: keep, metric: gross_revenue_retention, weight: 1}
  - name: stay
    weight: 1
    metric: logo_retention   # here
"""


def test_findings_stand_at_the_line_of_the_later_rule(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(FILE, encoding="utf-8")
    (version,) = rules.read_versions(tmp_path / "rules.yaml", CATALOGUE)
    pair = Pair(("keep", "stay"), 400, 0.95, is_alike=True, reason=None)
    found = rule_findings(Weighing((weighed("keep", measured=0), weighed("stay")), (pair,), quarters=4))
    told = placed(found, version, "2026-Q2")
    assert [str(p) for p in told] == [
        "rules.yaml:5: rule keep: no account has a value of it, so it counts for nobody (2026-Q2); bring the data, "
        "give it weight 0, or delete it",
        "rules.yaml:8: rule stay: keep and stay measure nearly the same (0.95): what they share counts twice "
        "(2026-Q2); keep one, or let both together weigh what one should",
    ]
    assert {p.severity for p in told} == {Severity.WARNING}
    assert [p.column for p in told] == ["rules.keep.metric", "rules.stay.metric"]


# ---- in the commands ----


@pytest.fixture(scope="module")
def twins(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small company with two rules that measure the same. Only to be copied."""
    folder = Path(shutil.copytree(small_folder, tmp_path_factory.mktemp("twins") / "demo"))
    text = (folder / RULES).read_text(encoding="utf-8")
    head, rest = text.split("\nrules:\n", 1)
    twin = "  - {name: heads, metric: logo_retention, weight: 20}\n  - {name: churn, metric: churn_rate, weight: 20}\n"
    (folder / RULES).write_text(f"{head}\nrules:\n{twin}{rest}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run_of_twins(twins: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """A copy of it that was run, and what the run said."""
    folder = Path(shutil.copytree(twins, tmp_path_factory.mktemp("run") / "demo"))
    return folder, cli("run", folder, "--as-of", AS_OF, "--set-aside", "--json")


def told(done: Done) -> list[str]:
    """The warnings about rules that measure the same, of heads and churn."""
    found = [f"{p['file']}:{p['row']}: {p['what']}" for p in done.json["problems"]]
    return [line for line in found if "heads and churn" in line]


def test_a_run_warns_and_check_repeats_it_as_long_as_rules_and_exports_are_the_same(
    twins: Path, run_of_twins: tuple[Path, Done], tmp_path: Path
) -> None:
    assert told(cli("check", twins, "--as-of", AS_OF, "--json")) == []
    (line,) = told(run_of_twins[1])
    folder = Path(shutil.copytree(run_of_twins[0], tmp_path / "demo"))

    def checked() -> list[str]:
        return told(cli("check", folder, "--as-of", AS_OF, "--json"))

    assert line.endswith(
        "rule churn: heads and churn measure nearly the same (1.00): what they share counts twice (2026-Q2)"
    )
    assert checked() == [line]
    text = (folder / RULES).read_text(encoding="utf-8")
    (folder / RULES).write_text(f"# a word\n# more\n{text}", encoding="utf-8")
    number = int(line.split(":")[1])
    assert [moved.split(":")[1] for moved in checked()] == [str(number + 2)]
    (folder / RULES).write_text(
        text.replace("logo_retention, weight: 20", "logo_retention, weight: 19", 1), encoding="utf-8"
    )
    assert checked() == []
    (folder / RULES).write_text(text, encoding="utf-8")
    export = folder / "exports" / "surveys" / "csat.csv"
    export.write_text(export.read_text(encoding="utf-8").rstrip("\n").rpartition("\n")[0] + "\n", encoding="utf-8")
    assert checked() == []


def test_diagnose_says_what_the_run_said(twins: Path, run_of_twins: tuple[Path, Done]) -> None:
    _, run = run_of_twins
    said = [
        p for p in run.json["problems"] if p["column"] and p["column"].startswith("rules.") and "(2026-Q2)" in p["what"]
    ]
    found = cli("diagnose", twins, "--as-of", AS_OF, "--set-aside", "--json").json["data"]["findings"]
    kinds = ("no_data", "little_data", "no_signal", "no_weight", "same", "opposed")
    mine = [f for f in found if f["kind"] in kinds]
    assert len(said) == len(mine) > 0
    for finding in mine:
        assert any(finding["what"].endswith(p["what"].split(": ", 1)[1].removesuffix(" (2026-Q2)")) for p in said)
