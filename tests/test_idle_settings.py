"""Is every setting that makes no difference told, with its line and what to do?"""

from pathlib import Path

import pytest
from hypothesis import given
from worlds import World, examples, worlds

from scoring import pipeline
from scoring.metrics import CATALOGUE
from scoring.rules import Rulebook, version
from scoring.rules.unread import YES_OR_NO
from scoring.scorecard.estimates import column_of

HEAD = "name: Test\ngoal: Test them.\ncurrency: EUR\n"
RULES = "rules:\n  - {name: keep, metric: net_revenue_retention, weight: 1, grade: {floor: 90%, target: 110%}}\n"
DELETE = "; delete it"
OR_ADD = "; delete the line, or add a rule"


def idle(folder: Path, text: str) -> list[str]:
    """What is said to make no difference, but for the file."""
    path = folder / "rules.yaml"
    path.write_text(HEAD + text + RULES, encoding="utf-8")
    return [f"{p}".removeprefix("rules.yaml:") for p in version(path, CATALOGUE).problems]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("winsor: {logo_retention: [1%, 99%]}", "winsor.logo_retention: no rule uses logo_retention" + OR_ADD),
        ("credibility: {k: {nps: 9}}", "credibility.k.nps: no rule uses nps" + OR_ADD),
        ("credibility: {tau0: {nps: 9}}", "credibility.tau0.nps: no rule uses nps" + OR_ADD),
        ("min_n: {nps: 9}", "min_n.nps: no rule uses nps" + OR_ADD),
        (
            "credibility: {k: {net_revenue_retention: 9}, tau0: {net_revenue_retention: 9%}}",
            "credibility.tau0.net_revenue_retention is not used: credibility.k says how far differences of it are "
            "believed",
        ),
        (
            "credibility: {k: {net_revenue_retention: 9}, prior_managers: 3}",
            "credibility.prior_managers is not used where credibility.k names every metric",
        ),
        ("method: raw\nwinsor: {net_revenue_retention: [1%, 99%]}", "winsor moves no score with method raw"),
        ("method: weighted\nexpectation: {ridge: 5}", "expectation.ridge moves no score with method weighted"),
        ("method: raw\nexpectation: {segment: region}", "expectation moves no score with method raw"),
        ("method: oe\npublish: {peers: [team], peer_mean: drawn}", "publish.peer_mean moves no score with method oe"),
        ("method: oe\npublish: {min_z: 50%}", "publish.min_z moves no score with method oe"),
        ("publish: {chance: 20%}", "publish.chance is not used with method oe_credibility"),
        ("publish: {peer_mean: drawn}", "publish.peer_mean is not used without publish.peers"),
        ("method: target_bands\npublish: {peers: [team]}", "publish.peers is not used with method target_bands"),
        ("grades: [{from: 0, label: Good}]", "grades is not used with method oe_credibility"),
        (
            "missing: zero",
            "missing zero is not used with method oe_credibility: a rule without a value counts as 50; write withhold, "
            "or delete it",
        ),
        ("weights: {account: equal, points: [1, 1, 1, 1, 2]}", "weights.points is not used with account equal"),
        (
            "responsibility: {rule: snapshot, end_before_outcome: 5}",
            "responsibility.end_before_outcome is not used with rule snapshot",
        ),
        (
            "ownership: {policy: current}\ncredit: {churn: at_open}",
            "credit.churn is not used with policy current: no account changes hands in a period",
        ),
        ("basis: invoices\npolicies: {movements: net}", "policies.movements is not used with basis invoices"),
        ("basis: invoices\nlifetime: {orders_beside: true}", "lifetime.orders_beside is not used with basis invoices"),
        (
            "basis: invoices\nlifetime: {churn_prior_mean: 5%}",
            "lifetime.churn_prior_mean is not used with basis invoices",
        ),
        ("lifetime: {force: true}", "lifetime.force is not used with model auto"),
        ("ladder: {account_tier: largest}", "ladder.account_tier is not used without ladder.tiers"),
        ("engagement: {missing: zero}", "engagement.missing is not used without engagement.inputs"),
        (
            "engagement: {inputs: [{kind: seats, hi: 9, weight: 1, window_days: 30, expires_days: 30}]}",
            "engagement.input 1: expires_days is not used: no row is looked at that is older than window_days",
        ),
        ("trust: {cliffs: off, cliff: 20%}", "trust.cliff is not used with cliffs off"),
    ],
)
def test_what_makes_no_difference_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    (line,) = idle(tmp_path, text + "\n")
    assert line == f"{text.count(chr(10)) + 4}: {told if ';' in told else told + DELETE}"


@pytest.mark.parametrize(
    "text",
    [
        "method: target_bands\nmissing: zero",
        "method: oe\npublish: {chance: 20%}",
        "method: weighted\nweights: {account: equal}",
        "method: weighted\nexpectation: {segment: region}",
        "method: target_bands\ngrades: [{from: 0, label: Good}]",
        "publish: {min_z: 50%, peers: [team], peer_mean: drawn}",
        "credit: {churn: at_open}\nresponsibility: {days: 9, rule: snapshot}",
        "basis: invoices\npolicies: {reactivation_window_days: 90}\ncompare: previous_period",
        "basis: invoices\nlifetime: {churn_prior_mean: 2%}\nretention_window: 12m",
        "basis: invoices\nlifetime: {model: sbg, force: true, churn_prior_mean: 5%}",
        "min_n: {nps: 30}",
    ],
)
def test_what_makes_a_difference_or_says_what_holds_anyway_is_no_warning(tmp_path: Path, text: str) -> None:
    assert idle(tmp_path, text + "\n") == []


def test_no_profile_is_warned_about_for_a_basis_it_says_nothing_on(tmp_path: Path) -> None:
    assert idle(tmp_path, "basis: invoices\nprofile: stripe_like\n") == []


def test_what_happens_or_not_has_no_outliers_to_draw_in(tmp_path: Path) -> None:
    rules = RULES.replace("net_revenue_retention", "logo_retention")
    path = tmp_path / "rules.yaml"
    path.write_text(HEAD + "winsor: {logo_retention: [1%, 99%]}\n" + rules, encoding="utf-8")
    (problem,) = version(path, CATALOGUE).problems
    said = "winsor.logo_retention is not used: what happens to an account or does not has no outliers"
    assert str(problem) == f"rules.yaml:4: {said}{DELETE}"


@examples(10)
@given(worlds())
def test_metrics_of_what_happens_or_not_are_0_or_1_for_each_account(world: World) -> None:
    rules = [{"name": name, "metric": name, "weight": 1} for name in YES_OR_NO]
    ladder = {"tiers": ["Entry", "Premium"]}
    made = {"name": "E", "currency": world.rulebook.currency, "basis": world.rulebook.basis, "ladder": ladder}
    rulebook = Rulebook.model_validate({**made, "rules": rules})
    compared = pipeline.score(world.tables, rulebook, world.period, world.as_of).compared
    assert compared is not None
    for n in range(len(YES_OR_NO)):
        assert set(compared.units[column_of(n)].drop_nulls()) <= {0.0, 1.0}
