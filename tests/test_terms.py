from dataclasses import asdict
from datetime import date

import pytest
from one_rule import rulebook

from scoring.rules.terms import growth_terms, ledger_terms, renewal_terms

LADDER = {"tiers": ["Basic", "Pro"], "products": {"Suite": "Pro"}}


@pytest.mark.parametrize(
    ("settings", "changed"),
    [
        ({}, {}),
        ({"currency": "USD"}, {"currency": "USD"}),
        ({"policies": {"gap_tolerance_days": 11}}, {"gap_tolerance_days": 11}),
        ({"policies": {"early_renewal_days": 12}}, {"early_renewal_days": 12}),
        ({"policies": {"reactivation_window_days": 13}}, {"reactivation_window_days": 13}),
        ({"policies": {"weeks": "four_a_month"}}, {"weeks": "four_a_month"}),
        ({"policies": {"discounts": "list"}}, {"discounts": "list"}),
        ({"policies": {"churn_date": "notice"}}, {"at_notice": True}),
        ({"policies": {"past_due_days": 14}}, {"past_due_days": 14}),
        ({"policies": {"fx": "spot"}}, {"fx": "spot"}),
        ({"policies": {"movements": "net"}}, {"movements": "net"}),
        ({"retention": {"reactivation_counts": True}}, {"knows_returns": True}),
        ({"quick_ratio": {"reactivation_counts": False}}, {"knows_returns": True}),
        ({"retention": {"free_accounts": "kept"}}, {"keeps_free": True}),
        ({"calendar": {"time_zone": "Asia/Tokyo"}}, {"time_zone": "Asia/Tokyo"}),
        ({"ladder": LADDER}, {"tiers": ("Basic", "Pro"), "products": {"Suite": "Pro"}}),
        ({"ladder": {"account_tier": "largest"}}, {"largest_tier": True}),
    ],
)
def test_each_policy_of_the_rules_reaches_the_ledger(settings: dict[str, object], changed: dict[str, object]) -> None:
    usual, found = asdict(ledger_terms(rulebook())), asdict(ledger_terms(rulebook(**settings)))
    assert {name: value for name, value in found.items() if value != usual[name]} == changed


def test_renewals_are_read_as_the_rules_say_and_on_the_day() -> None:
    as_of, book = date(2026, 7, 5), rulebook(policies={"renewal_date": "signature"}, credit={"renewal": "at_open"})
    found = renewal_terms(book, as_of)
    assert (found.ledger, found.as_of, found.by_signature, found.way) == (ledger_terms(book), as_of, True, "at_open")
    assert not renewal_terms(rulebook(), as_of).by_signature


def test_the_parts_of_growth_are_read_as_the_rules_say() -> None:
    book = rulebook(
        currency="USD",
        ladder=LADDER,
        policies={"discounts": "list"},
        credit={"growth_parts": ["seats"], "outcome": "at_open"},
    )
    found = growth_terms(book)
    assert (found.currency, found.has_ladder, found.discounts) == ("USD", True, "list")
    assert (tuple(found.credited), found.way) == (("seats",), "at_open")
    assert not growth_terms(rulebook()).has_ladder
