"""What is a score measured against, in words?"""

from decimal import Decimal

import pytest
from sample_cards import card, compared

from scoring.reports.sentences import group_sentence
from scoring.reports.standing import likelihood, mark_of, place, rule_of_groups, standing


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        ("0.92", "92 %"), ("0.43", "43 %"), ("0.5", "50 %"), ("0.29", "29 %"), ("0.990", "99 %"),
        ("0.9901", "over 99 %"), ("1", "over 99 %"), ("0.0099", "under 1 %"), ("0", "under 1 %"), ("0.01", "1 %"),
    ],
)  # fmt: skip
def test_a_probability_is_never_said_to_be_certain(chance: str, said: str) -> None:
    assert likelihood(Decimal(chance)).replace("\u202f", " ") == said


def test_a_probability_is_rounded_towards_a_half_so_that_it_never_looks_named_when_it_is_not() -> None:
    assert likelihood(Decimal("0.8999")) == "89\u202f%"
    assert likelihood(Decimal("0.1001")) == "11\u202f%"


def test_a_place_among_the_peers_comes_with_its_probability() -> None:
    said = {
        group: place(compared(group=group, chance_above=chance)).replace("\u202f", " ")
        for group, chance in (("above", 0.92), ("within", 0.43), ("below", 0.006788947))
    }
    assert said == {
        "above": "Above the average of its peers with a probability of 92 %.",
        "within": "In line with its peers: above their average with a probability of 43 %.",
        "below": "Below the average of its peers with a probability of over 99 %.",
    }


def test_where_managers_do_not_differ_a_place_has_no_probability() -> None:
    assert place(compared(group="within", chance_above=None)) == "In line with its peers."
    assert place(compared(score=None, chance_above=None)) == ""


def test_the_peers_are_drawn_at_fifty_where_evidence_is_weighed_and_at_their_median_else() -> None:
    assert mark_of(compared(), 61.0) == 50.0
    assert mark_of(card(), 61.0) == 61.0
    assert mark_of(card(method="raw"), None) is None


@pytest.mark.parametrize(
    "method", ["raw", "weighted", "target_bands", "peer_percentile", "oe", "oe_credibility", "joint"]
)
def test_every_method_has_its_words_and_only_those_that_weigh_evidence_leave_the_median(method: str) -> None:
    words = standing(method)
    assert words.method
    assert words.scale
    is_believing = method in ("oe_credibility", "joint")
    assert ("edian" not in words.peers + str(words.groups)) == is_believing
    assert list(words.groups) == ["above", "within", "below", "not_scored"]


@pytest.mark.parametrize(("method", "is_tested"), [("raw", False), ("weighted", False), ("peer_percentile", False),
                                                   ("oe", True), ("target_bands", True)])  # fmt: skip
def test_nothing_is_said_of_chance_where_nothing_was_tested(method: str, is_tested: bool) -> None:
    said = group_sentence(card(method=method, group="within"))
    words = (said, *standing(method).groups["within"], rule_of_groups(method, 0.9, 0.1))
    assert ("not distinguishable" in " ".join(words).casefold()) == is_tested
    assert ("cannot tell" in " ".join(words)) == is_tested
    if not is_tested:
        assert said == "The peer median is 66.0; whether the difference is more than chance is not tested."
