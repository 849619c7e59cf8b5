"""Does `bookscore diagnose` find what is wrong with a company that was made so, and say why where it cannot tell?"""

from collections.abc import Mapping
from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from remembered import remember
from six_rules import six_rules
from tabled import tables
from test_cli import AS_OF as TODAY
from test_cli import cli, contents
from test_compared import AS_OF, KEEP, LOST, STAY, company, rulebook

from scoring.compare import diagnosis as engine
from scoring.compare.diagnosis import AS_IF_COMPARED, Diagnosis, RuleFigures, diagnosis
from scoring.compare.findings import findings
from scoring.compare.subject import subject
from scoring.rules.versions import calendar_of
from scoring.scorecard.rule_findings import Finding

AGAIN = {"name": "again", "metric": "logo_retention", "weight": 2}


def diagnosed(*rules: Mapping[str, Any], known: dict[str, pl.DataFrame] | None = None, **settings: Any) -> Diagnosis:
    book = rulebook(*rules, **settings)
    tables_of = company() if known is None else known
    return diagnosis(subject(tables_of, book, calendar_of(book).period("2026-Q2"), AS_OF))


def only(found: Diagnosis) -> RuleFigures:
    (rule,) = found.rules
    return rule


def kinds(found: Diagnosis) -> dict[str, Finding]:
    return {one.kind: one for one in findings(found)}


# ---- rules ----


def test_two_rules_on_one_metric_measure_the_same() -> None:
    found = diagnosed(STAY, AGAIN)
    (pair,) = found.pairs
    assert (pair.rules, pair.both, pair.is_alike, pair.reason) == (("stay", "again"), 48 * 4 - 8, True, None)
    assert pair.correlation == pytest.approx(1, abs=1e-9)
    told = kinds(found)["same"]
    assert told.rules == ("stay", "again")
    assert (told.what, told.remedy) == (
        "stay and again score the same metric: it counts twice",
        "delete one of the two",
    )
    assert "same" not in kinds(diagnosed(STAY, {**AGAIN, "weight": 0}))


def test_where_whole_accounts_are_lost_and_nothing_else_happens_revenue_kept_is_accounts_kept() -> None:
    told = kinds(diagnosed(STAY, KEEP))["same"]
    assert told.what == "stay and keep measure nearly the same (1.00): what they share counts twice"
    assert told.remedy == "keep one, or let both together weigh what one should"


def test_a_rule_that_nobody_has_data_for_says_so_and_has_no_figures() -> None:
    found = diagnosed(STAY, {"name": "praise", "metric": "nps", "weight": 1})
    praise = found.rules[1]
    assert (praise.account_quarters, praise.managers, praise.published, praise.published_share) == (0, 0, 0, None)
    assert praise.tau is praise.k is praise.noise is praise.reliability is praise.largest_part is None
    assert set(praise.luck.values()) == {None}
    assert set(praise.reasons.values()) == {"No account has a value of it in these quarters."}
    assert found.pairs[0].correlation is None
    assert found.pairs[0].reason == "no account-quarter has both"
    assert kinds(found)["no_data"].rules == ("praise",)


def test_where_all_accounts_do_the_same_the_weight_does_not_matter() -> None:
    found = diagnosed(STAY, known=company(lost={}))
    told = kinds(found)
    assert told["no_signal"].what == (
        "stay: its weight does not matter. All accounts did the same, so there is nothing to tell managers apart by"
    )
    assert only(found).reasons["tau"].startswith("All accounts did the same")
    assert told["not_scored"].what == "6 of 6 managers have no score"


def test_managers_too_few_to_be_compared_are_no_fault_of_a_rule() -> None:
    found = diagnosed(STAY, known=company(3))
    assert (
        only(found).reasons["reliability"]
        == "There are fewer managers to compare with than the rules ask for: five, unless they say otherwise."
    )
    assert [*kinds(found)] == ["not_scored"]


def test_where_no_opinion_is_held_and_managers_do_not_differ_tau_is_nothing() -> None:
    """Each of six loses one account of eight, in turn: what they differ by is less than chance."""
    lost = {f"m{m}-{m}": f"2025-{6 + m:02}-20" for m in range(1, 7)}
    found = diagnosed(STAY, known=company(lost=lost), credibility={"prior_managers": 0})
    stay = only(found)
    assert (stay.tau, stay.tau_data, stay.k) == (0, 0, None)
    assert stay.reasons["k"] == "Managers do not differ in it beyond chance, and no opinion says that they do."
    assert "so its weight does not matter" in kinds(found)["no_signal"].what
    held = diagnosed(STAY, known=company(lost=lost))
    assert only(held).tau == pytest.approx(0.015 * sqrt(20 / 25))  # the opinion of 20 managers, and 5 who say nothing
    assert kinds(held)["rests_on_policy"].rules == ("stay",)


def test_a_frozen_k_is_told_and_sets_the_spread() -> None:
    found = diagnosed(STAY, credibility={"k": {"logo_retention": 60}})
    stay = only(found)
    assert stay.is_frozen
    assert stay.k == pytest.approx(60)
    assert stay.noise is not None
    assert stay.tau == pytest.approx(stay.noise / sqrt(60))
    assert stay.reliability == pytest.approx(26 / (26 + 60), abs=0.05)  # 31 account-quarters each, not all alike


def test_what_is_mostly_noise_is_named() -> None:
    found = diagnosed(STAY, publish={"min_z": 0.3}, credibility={"k": {"logo_retention": 600}})
    assert only(found).published == 0
    assert kinds(found)["mostly_noise"].what.startswith("stay: of a difference only 4")


def test_the_largest_part_is_that_of_an_account_over_its_quarters() -> None:
    """Eight accounts alike in four quarters are an eighth each; of three managers' some are lost on the way."""
    stay = only(diagnosed(STAY, weights={"account": "equal"}))
    assert stay.largest_part_median == pytest.approx((1 / 8 + 4 / 31) / 2)
    assert (stay.largest_part, stay.largest_part_manager) == (pytest.approx(4 / 27), "m1")


def test_plain_ratios_go_with_the_kind_of_accounts_and_what_was_expected_takes_it_out() -> None:
    """The n-th manager has n small accounts of eight, all of which are lost sooner or later; no other is."""
    days = ("2025-08-15", "2025-11-15", "2026-02-15", "2026-05-15")
    small = [(f"m{m}-{n}", days[n % 4]) for m in range(1, 7) for n in range(1, m + 1)]
    known = company(lost=dict(small))
    names = [name for name, _ in small]
    kind = pl.when(pl.col("account_id").is_in(names)).then(pl.lit("small")).otherwise(pl.lit("large"))
    known["accounts"] = known["accounts"].with_columns(kind.alias("segment"))
    found = diagnosed(STAY, known=known, method="raw", expectation={"features": ["segment"], "ridge": 1})
    luck = only(found).luck
    assert set(luck) == {"raw", "weighted", "oe_credibility"}
    assert luck["raw"] is not None
    assert luck["raw"] > 0.95
    told = kinds(found)["book_luck"]
    assert told.what.startswith("stay: what raw says rises with what was expected of the book (")


def test_where_the_same_is_expected_of_all_there_is_no_luck_to_speak_of() -> None:
    stay = only(diagnosed(STAY, expectation={"features": []}, method="weighted", weights={"account": "equal"}))
    assert stay.luck["oe_credibility"] is None or abs(stay.luck["oe_credibility"]) <= 1


def test_graded_values_are_diagnosed_as_if_they_were_compared() -> None:
    rule = {**STAY, "grade": {"floor": 0.5, "target": 1}}
    found, compared = diagnosed(rule, method="target_bands"), diagnosed(STAY)
    assert (found.says, compared.says) == (AS_IF_COMPARED, None)
    assert list(only(found).luck) == ["target_bands", "raw", "weighted", "oe_credibility"]
    assert only(found).luck["target_bands"] is not None
    assert only(found).k == only(compared).k


# ---- whose the accounts are ----


def test_days_claimed_twice_accounts_of_nobody_and_late_owners_are_counted() -> None:
    """m1-1 is for nine days m2's as well, in the windows of two quarters; nobody has m2-2; m3-3 is somebody's only in
    the last days of the last quarter. m1-2 has an owner, for whom it is excluded."""
    known = company(lost={n: d for n, d in LOST.items() if n not in ("m1-1", "m2-2")})
    kept = known["ownership"].filter(~pl.col("account_id").is_in(["m2-2", "m3-3"]))
    more = tables(
        {"ownership": "account_id manager_id starts_on ends_on\nm1-1 m2 2026-03-01 2026-03-10\nm3-3 m3 2026-06-20 ."},
    )["ownership"]
    known["ownership"] = pl.concat([kept, more]).sort("account_id", "manager_id", "starts_on")
    excluded = "account_id manager_id starts_on ends_on reason approved_by\nm1-2 m1 2025-01-01 2027-01-01 other Fay"
    known["exclusions"] = tables({"exclusions": excluded})["exclusions"]
    found = diagnosed(STAY, known=known)
    assert (found.overlapping.account_quarters, found.overlapping.names) == (2, ("m1-1",))
    assert (found.late.account_quarters, found.late.accounts, found.late.names) == (1, 1, ("m3-3",))
    assert (found.unassigned.account_quarters, found.unassigned.names) == (4 + 3, ("m2-2", "m3-3"))
    told = kinds(found)
    assert told["overlapping"].what.startswith("2 account-quarters of m1-1: several claim the same days")
    assert told["late_owner"].what.startswith("1 account-quarter of m3-3: nobody had the account in the window")
    assert told["unassigned"].what == (
        "7 account-quarters of m2-2, m3-3: nobody had the account at all, so it counts for nobody"
    )
    sold = {f.kind: f for f in findings(replace(found, is_sold=True))}
    assert "overlapping" not in sold
    assert (told["unassigned"].remedy, sold["unassigned"].remedy) == (
        "give it an owner in the export", "name who sold to it in the export",
    )  # fmt: skip
    whole = diagnosed(STAY)
    assert whole.overlapping.accounts == whole.late.accounts == whole.unassigned.accounts == 0


# ---- the command ----


@pytest.fixture(scope="module")
def answer(small_folder: Path) -> dict[str, Any]:
    before = contents(small_folder)
    with pytest.MonkeyPatch.context() as patch:
        remember(patch, engine, "of_request")
        done = cli("diagnose", small_folder, "--as-of", TODAY, "--set-aside", "--json")
    assert (done.code, done.err) == (0, "")
    assert contents(small_folder) == before
    return done.json


def test_json_holds_all_of_it_and_a_reason_for_every_null(answer: dict[str, Any]) -> None:
    data = answer["data"]
    assert set(data) == {
        "period", "as_of", "method", "currency", "least_z", "quarters", "account_quarters", "managers", "scored",
        "rules", "pairs", "is_sold", "overlapping", "kinds", "late", "unassigned", "says", "findings",
        "weighed",
    }  # fmt: skip
    for rule in data["rules"]:
        told = {n: rule[n] for n in ("k", "tau", "tau_data", "noise", "repeat", "reliability", "largest_part")}
        told |= {f"luck.{method}": value for method, value in rule["luck"].items()}
        assert {n for n, value in told.items() if value is None} <= set(rule["reasons"])
        assert set(rule["luck"]) == {"raw", "weighted", "oe_credibility"}
        assert rule["published"] <= rule["managers"]
    assert len(data["pairs"]) == 6 * 5 / 2
    assert all((pair["correlation"] is None) == (pair["reason"] is not None) for pair in data["pairs"])
    assert all(set(one) == {"kind", "rules", "what", "remedy"} for one in data["findings"])


def test_it_says_the_same_twice(answer: dict[str, Any], small_folder: Path) -> None:
    assert cli("diagnose", small_folder, "--as-of", TODAY, "--set-aside", "--json").json == answer


def test_tables_fit_and_findings_are_told_in_sentences(
    answer: dict[str, Any], small_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    remember(monkeypatch, engine, "of_request")
    done = cli("diagnose", small_folder, "--as-of", TODAY, "--set-aside")
    assert done.code == 0
    before, after = done.out.split("What it means:\n")
    assert max(map(len, before.splitlines())) <= 80
    assert after.splitlines() == [f"  {one['what']}; {one['remedy']}." for one in answer["data"]["findings"]]
    assert done.err.splitlines()[-1].startswith("Next: bookscore sensitivity ")


def test_faults_of_exports_end_it_with_3_and_of_rules_with_4(small_folder: Path, tmp_path: Path) -> None:
    assert cli("diagnose", small_folder, "--as-of", TODAY, "--json").code == 3
    rules = tmp_path / "rules.yaml"
    rules.write_text(six_rules().replace("metric: logo_retention", "metric: logo_retentoin"), encoding="utf-8")
    assert cli("diagnose", small_folder, "--as-of", TODAY, "--set-aside", "--rules", rules, "--json").code == 4
    assert cli("diagnose", tmp_path / "nowhere", "--json").code == 2


# ---- what is expected ----


def test_what_is_expected_of_which_accounts_is_what_scores_are_made_with() -> None:
    book = rulebook(STAY, KEEP)
    asked = subject(company(), book, calendar_of(book).period("2026-Q2"), AS_OF)
    table = asked.judged(book, weighs=True).expected.table
    found = diagnosis(asked).kinds
    assert [one.kind for one in found].count("base of all accounts") == 2
    for rule in ("keep", "stay"):
        mine = table.filter(pl.col("rule") == rule).group_by("number", maintain_order=True)
        points = mine.agg(pl.col("points").mean(), least=pl.col("points").min(), most=pl.col("points").max())
        told = [one for one in found if one.rule == rule]
        assert [one.adds for one in told] == pytest.approx(points["points"].to_list(), abs=1e-9)
        assert [(one.least, one.most) for one in told] == [pytest.approx(both, abs=1e-9) for both in zip(
            points["least"], points["most"], strict=True
        )]  # fmt: skip
    assert any(one.kind.startswith("the quarter to 30 June 2026") for one in found)


def test_where_there_are_no_books_of_others_nothing_more_is_expected_of_any_kind() -> None:
    known = company()
    alone = known | {"ownership": known["ownership"].with_columns(pl.lit("m1").alias("manager_id"))}
    assert [one.kind for one in diagnosed(STAY, known=alone).kinds] == ["base of all accounts"]
