"""Are profiles what they say: complete, sourced, and taken under what is written in the rules?"""

from pathlib import Path

import pytest
import worked

from scoring.errors import ProblemsFoundError
from scoring.metrics import CATALOGUE
from scoring.rules import Rulebook, fingerprint, version
from scoring.rules.definitions import defaults, definitions, differing
from scoring.rules.profiles import DEFINING, NAMES, profile, profiles, reference, settings_of, switched, with_profile

HEAD = "name: Test\ngoal: Test them.\ncurrency: EUR\n"
RULES = "rules:\n  - {name: keep, metric: net_revenue_retention, weight: 1, grade: {floor: 90%, target: 110%}}\n"


def reading(folder: Path, text: str) -> Rulebook:
    path = folder / "rules.yaml"
    path.write_text(HEAD + RULES + text, encoding="utf-8")
    found = version(path, CATALOGUE)
    assert found.problems == ()
    return found.rulebook


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_says_of_every_policy_whether_it_differs_is_the_same_or_was_not_found(name: str) -> None:
    known = profile(name)
    said = [*known.values, *(s.setting for s in known.same), *known.silent]
    assert sorted(said) == sorted(DEFINING)
    assert known.name == name
    assert all(source.startswith(("https://", "http://")) for source in known.sources)
    assert all(s.says.endswith(".") for s in (*known.policies, *known.same))


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_names_only_what_differs_from_the_default(name: str) -> None:
    assert [s for s, v in profile(name).values.items() if defaults()[s] == v] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_rulebook_that_names_a_profile_is_complete_with_its_policies(name: str, tmp_path: Path) -> None:
    rulebook = reading(tmp_path, f"profile: {name}\n")
    assert settings_of(rulebook) == defaults() | profile(name).values
    assert Rulebook.model_validate(rulebook.model_dump()) == rulebook


def test_what_is_written_wins_over_the_profile(tmp_path: Path) -> None:
    rulebook = reading(tmp_path, "profile: profitwell_like\npolicies: {past_due_days: 40}\n")
    assert rulebook.policies.past_due_days == 40
    assert rulebook.policies.gap_tolerance_days == 0
    rulebook = reading(tmp_path, "profile: chartmogul_like\nretention_window: 12m\nretention: {free_accounts: lost}\n")
    assert rulebook.retention_window == "12m"
    assert rulebook.retention.free_accounts == "lost"
    assert rulebook.retention.reactivation_counts


def test_the_fingerprint_covers_the_policies_of_a_profile(tmp_path: Path) -> None:
    prints = [fingerprint(reading(tmp_path, f"profile: {name}\n")) for name in NAMES]
    assert len({fingerprint(reading(tmp_path, "")), *prints}) == len(NAMES) + 1


def test_an_unknown_profile_is_named_with_the_one_that_was_probably_meant(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFoundError) as caught:
        reading(tmp_path, "profile: chartmogul\n")
    (problem,) = caught.value.problems
    assert problem.row == 6
    assert "chartmogul_like" in problem.remedy


def test_a_group_that_is_no_mapping_is_complained_about_as_without_a_profile(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFoundError) as caught:
        reading(tmp_path, "profile: profitwell_like\npolicies: 3\n")
    assert [(p.row, p.column) for p in caught.value.problems] == [(7, "policies")]


def test_what_is_written_is_not_changed_by_taking_a_profile() -> None:
    text = {"profile": "profitwell_like", "policies": {"past_due_days": 3}}
    assert with_profile(text) is not text
    assert text == {"profile": "profitwell_like", "policies": {"past_due_days": 3}}
    assert with_profile([1]) == [1]


def test_on_invoices_a_profile_says_nothing_of_contracts(tmp_path: Path) -> None:
    rulebook = reading(tmp_path, "basis: invoices\nprofile: chartmogul_like\n")
    assert rulebook.retention_window == "12m"
    assert rulebook.retention.reactivation_counts
    assert differing(definitions("default", rulebook), definitions("mrr_playbook", rulebook)) == []


def test_settings_can_be_switched_one_by_one(tmp_path: Path) -> None:
    usual = reading(tmp_path, "")
    other = switched(usual, definitions("stripe_like", usual))
    assert settings_of(other) == definitions("stripe_like", usual)
    assert switched(other, settings_of(usual)) == usual


def test_the_page_has_every_profile_every_source_and_says_that_they_are_only_alike() -> None:
    text = reference.docs_text(profiles(), defaults())
    assert "not the tool's own" in text
    assert [s for p in profiles() for s in (p.name, p.words, *p.sources) if s not in text] == []


def test_every_profile_has_the_quarter_of_seven_accounts_and_the_plans_of_every_term() -> None:
    for name, cases in worked.profile_cases().items():
        asked = [metric for case in cases for metric in case.expected]
        assert asked.count("closing") >= 2, name
        assert {"net_revenue_retention", "quick_ratio", "closing"} <= set(asked), name
