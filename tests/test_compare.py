"""Does the comparison leave nothing over, whatever the company and the two definitions are?"""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
import worked
from hypothesis import given
from hypothesis import strategies as st
from worlds import World, examples, worlds

from scoring.cli import profiles
from scoring.compare import Company, Comparison, compare
from scoring.compare.bridging import Bridge, Step
from scoring.compare.figures import COMPARED, compared
from scoring.measures import measured
from scoring.metrics import CATALOGUE
from scoring.pipeline import score
from scoring.rules.definitions import KNOWN, definitions
from scoring.rules.profiles import DEFINING, settings_of, switched
from scoring.rules.versions import calendar_of


def quarter() -> Company:
    """The quarter of seven accounts."""
    case = worked.metric_cases()["net_revenue_retention"][0]
    rulebook = worked.rules_of(case)
    period = calendar_of(rulebook).period(case.period)
    return Company(worked.frames_of(case), rulebook, period, period.last_day)


def of(found: Comparison, metric: str) -> dict[str, Decimal]:
    (bridge,) = (b for b in found.bridges if b.metric == metric)
    return {s.setting: s.effect for s in bridge.steps if s.effect}


def test_two_numbers_of_one_quarter_are_explained_by_the_one_policy_that_makes_them() -> None:
    found = compare(quarter(), "rules", "chartmogul_like")
    (nrr,) = (b for b in found.bridges if b.metric == "net_revenue_retention")
    assert (round(nrr.a or 0, 4), round(nrr.b or 0, 4)) == (Decimal("0.7814"), Decimal("0.8497"))
    assert list(of(found, "net_revenue_retention")) == ["retention.reactivation_counts"]
    (step,) = (s for s in nrr.steps if s.effect)
    assert [(m.account_id, round(m.amount, 4)) for m in step.accounts] == [("E", Decimal("0.0683"))]
    assert [b.metric for b in found.bridges if b.differs] == ["net_revenue_retention"]


def test_money_is_explained_to_the_last_digit_with_the_accounts_that_make_it() -> None:
    found = compare(quarter(), "rules", "profitwell_like")
    assert of(found, "closing") == {"policies.fx": Decimal("30.0000")}
    (step,) = (s for b in found.bridges if b.metric == "closing" for s in b.steps if s.effect)
    assert [(m.account_id, m.amount) for m in step.accounts] == [("G", Decimal("30.0000"))]


def test_a_profile_compared_with_itself_has_no_steps() -> None:
    found = compare(quarter(), "stripe_like", "stripe_like")
    assert all(not b.steps and not b.differs for b in found.bridges)


def test_a_value_that_is_missing_under_one_definition_says_why_and_has_no_effect() -> None:
    case = replace(worked.metric_cases()["quick_ratio"][0], tables={"contracts": "account_id amount starts_on ends_on\n"
        "A 100 2025-01-01 2026-06-01\nA 100 2026-06-10 ."}, settings={"retention_window": "period"})  # fmt: skip
    rulebook = worked.rules_of(case)
    period = calendar_of(rulebook).period(case.period)
    company = Company(worked.frames_of(case), rulebook, period, period.last_day)
    (bridge,) = compare(company, "default", "rules", [CATALOGUE["quick_ratio"]]).bridges
    assert (bridge.a, bridge.reason_a) == (None, "no_losses")
    assert [s.effect for s in bridge.steps] == [None]
    assert bridge.residual == 0


@pytest.mark.parametrize(
    ("metric", "first", "effects", "printed"),
    [
        ("expansion", "1.004", ["0", "1.004", None, "1.004"], ["€1.00", "€0.00", "+€1.01", "n/a", "+€1.00", "€3.01"]),
        ("net_revenue_retention", "0.90004", ["0.00004", "0.00004"], ["90.00", "+0.01", "0.00", "90.01"]),
        ("accounts", "7", ["-1"], ["7", "−1", "6"]),
        ("products_per_account", "1.73", ["0.02"], ["1.73", "+0.02", "1.75"]),
    ],
)
def test_effects_add_up_to_the_difference_as_they_are_printed(
    metric: str, first: str, effects: list[str | None], printed: list[str]
) -> None:
    moves = [None if effect is None else Decimal(effect) for effect in effects]
    steps = tuple(Step("policies.fx", "spot", "constant", None, move, ()) for move in moves)
    last = Decimal(first) + sum(filter(None, moves), Decimal(0))
    bridge = Bridge(metric, "", str(CATALOGUE[metric].unit), Decimal(first), last, None, None, steps)
    rows = profiles._rows(bridge, Comparison("a", "b", "2026-Q2", "EUR", "contracts", (bridge,)))
    assert [cell.removesuffix("%").removesuffix("pp").strip() for _, cell, _ in rows] == printed


def test_every_metric_that_is_compared_is_in_the_catalogue() -> None:
    assert [n for n in COMPARED if n not in CATALOGUE] == []


@pytest.mark.parametrize("setting", DEFINING)
def test_every_setting_that_is_switched_moves_something_in_some_case(setting: str) -> None:
    """A policy that nothing reads would be a promise that is not kept; the cases of profiles need each of them."""
    for case in (*worked.everything(),):
        if setting.rpartition(".")[2] in str(case.settings) or "profile" in case.settings:
            rulebook = worked.rules_of(case)
            if settings_of(rulebook)[setting] != definitions("default", rulebook)[setting]:
                return
    pytest.fail(setting)


@examples(8)
@given(worlds(accounts=(4, 9)), st.sampled_from(KNOWN), st.sampled_from(KNOWN))
def test_effects_add_up_to_the_difference_for_any_company_and_any_two_definitions(world: World, a: str, b: str) -> None:
    found = compare(Company(world.tables, world.rulebook, world.period, world.as_of), a, b)
    for bridge in found.bridges:
        assert bridge.residual == 0, bridge
        values = [v for v in (bridge.a, *(s.value for s in bridge.steps)) if v is not None]
        effects = [s.effect for s in bridge.steps if s.effect is not None]
        assert effects == [later - earlier for earlier, later in pairwise(values)], bridge
        assert not bridge.steps or bridge.steps[-1].value == bridge.b


@examples(4)
@given(worlds(accounts=(4, 9)), st.sampled_from(KNOWN))
def test_the_ends_of_a_comparison_are_what_a_run_with_those_rules_says(world: World, name: str) -> None:
    found = compare(Company(world.tables, world.rulebook, world.period, world.as_of), name, "rules")
    rulebook = switched(world.rulebook, definitions(name, world.rulebook))
    rows = score(world.tables, rulebook, world.period, world.as_of).scored.rows
    measures = measured(rows, rulebook, world.tables, world.period, compared(rulebook.basis)).groups
    said = {r["metric"]: r for r in measures.iter_rows(named=True) if r["grain"] == "company"}
    for bridge in found.bridges:
        row = said[bridge.metric]
        if row["amount"] is not None:
            assert bridge.a == row["amount"]
        else:
            assert (bridge.a is None) == (row["value"] is None)
            assert bridge.a is None or abs(float(bridge.a) - row["value"]) < 1e-8 * max(1, abs(row["value"]))
