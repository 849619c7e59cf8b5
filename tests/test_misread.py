import pytest
from one_rule import rulebook
from tabled import tables

from scoring.intake import misread


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"expectation": {"features": ["quarter", "sector", "size_band", "tenure_band", "tier", "region"]}},
        {"expectation": {"segment": "sector"}},
        {"expectation": {"segment": "tenure_band"}},
        {"publish": {"peers": ["team", "reports_to"]}},
    ],
)
def test_attributes_that_accounts_have_or_that_are_usual_are_not_missed(settings: dict[str, object]) -> None:
    assert unknown(settings) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"expectation": {"features": ["sektor"]}}, 'did you mean "sector"?'),
        ({"expectation": {"features": ["colour"]}}, "map a column to it under accounts in sources.yaml"),
        ({"expectation": {"segment": "size_band"}}, "map a column to it under accounts in sources.yaml"),
        ({"expectation": {"segment": "quarter"}}, "map a column to it under accounts in sources.yaml"),
        ({"publish": {"peers": ["team", "Teams"]}}, 'did you mean "team"?'),
        ({"publish": {"peers": ["office"]}}, "known: name, email, team, reports_to, starts_on, ends_on"),
    ],
)
def test_what_accounts_are_alike_in_and_who_are_peers_must_be_there(settings: dict[str, object], said: str) -> None:
    assert unknown(settings) == [said]


def unknown(settings: dict[str, object]) -> list[str]:
    """The remedies for what the rules name and the exports do not have; accounts have a region and a sector."""
    known = tables({"accounts": "account_id sector\nA Retail", "managers": "manager_id\nm"})
    return [p.remedy for p in misread.unknown_attributes(known, rulebook(**settings), "rules.yaml")]
