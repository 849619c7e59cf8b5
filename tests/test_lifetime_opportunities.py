"""Are chances to leave counted as a person would count them in the contracts?"""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tabled import table

from scoring.ledger.history import recurring
from scoring.ledger.terms import Terms
from scoring.lifetime.contracts import exponential_gamma
from scoring.lifetime.contracts.renewals import Renewals, at, described, last_lines, of_spells, standing

INSTANT = date(2025, 6, 1)

YEARLY = """
    account_id product amount every starts_on  ends_on    status
    Renewed    P       100    month 2023-01-01 2024-01-01 ended
    Renewed    P       110    month 2024-01-01 2025-01-01 ended
    Renewed    P       120    month 2025-01-01 2026-01-01 active
    Left       P       100    month 2023-01-01 2024-01-01 ended
    First_term P       90     month 2024-09-15 2025-09-15 active
"""


def _lines(text: str, as_of: date = INSTANT) -> pl.LazyFrame:
    contracts = table("contracts", "\n".join(line.strip() for line in text.splitlines() if line.strip()))
    return recurring(contracts.lazy(), Terms(currency="EUR"), as_of)


def spells(lines: pl.LazyFrame, instant: date, *, since: date | None = None) -> pl.DataFrame:
    return described([last_lines(lines, instant, since=since)], instant, since=since)


def _standing(text: str, instant: date = INSTANT, *, since: date | None = None) -> pl.DataFrame:
    lines = _lines(text, instant)
    return standing(spells(lines, instant, since=since), at(lines, instant))


def _seen(text: str, instant: date = INSTANT, *, since: date | None = None) -> dict[str, dict[str, object]]:
    found = _standing(text, instant, since=since)
    assert found["account_id"].is_sorted()
    return {row["account_id"]: row for row in found.iter_rows(named=True)}


def _of(row: dict[str, object], *names: str) -> tuple[object, ...]:
    return tuple(row[name] for name in names)


def test_a_followed_term_is_a_renewal_and_one_that_was_not_is_a_loss() -> None:
    seen = _seen(YEARLY)
    told = {a: _of(r, "kind", "renewals_made", "is_lost", "term_months", "is_paying") for a, r in seen.items()}
    assert told == {
        "First term": ("term", 0, False, 12, True),
        "Left": ("term", 0, True, 12, False),
        "Renewed": ("term", 2, False, 12, True),
    }


def test_months_until_the_renewal_are_payments_still_certain() -> None:
    seen = _seen(YEARLY)
    assert {a: r["months_to_renewal"] for a, r in seen.items()} == {"First term": 4, "Left": None, "Renewed": 7}
    assert float(seen["Renewed"]["monthly"]) == 120  # type: ignore[arg-type]


def test_what_happens_after_the_instant_is_not_known() -> None:
    before = _seen(YEARLY, date(2023, 6, 1))
    assert {a: (r["renewals_made"], r["is_lost"]) for a, r in before.items()} == {
        "Left": (0, False),
        "Renewed": (0, False),
    }


def test_open_ended_line_that_was_cancelled_has_no_term() -> None:
    seen = _seen("""
        account_id product amount every starts_on  ends_on    status
        Stays      P       100    month 2023-01-01 .          active
        Cancelled  P       100    month 2023-01-01 2024-03-09 cancelled
        No_status  P       100    month 2023-01-01 2024-01-01 .
        Upgraded   P       50     month 2023-03-01 2024-03-01 .
        Upgraded   Q       70     month 2024-03-01 .          .
    """)
    assert {a: _of(r, "kind", "is_lost", "months_to_renewal") for a, r in seen.items()} == {
        "Cancelled": ("evergreen", True, None),
        "No status": ("evergreen", True, None),
        "Stays": ("evergreen", False, None),
        "Upgraded": ("evergreen", False, None),
    }
    assert seen["Cancelled"]["age_months"] == pytest.approx(14.23, abs=0.01)


def test_contract_broken_off_is_lost_at_its_next_renewal() -> None:
    seen = _seen(YEARLY + "    Broken_off P       50     month 2024-03-01 2024-08-15 cancelled")
    assert _of(seen["Broken off"], "kind", "renewals_made", "is_lost", "term_months") == ("term", 0, True, 12)


def test_short_gap_is_a_renewal_and_a_long_one_a_new_beginning() -> None:
    text = (
        YEARLY
        + """
    Short_gap  P       50     month 2023-03-01 2024-03-01 .
    Short_gap  P       50     month 2024-03-16 2025-03-16 .
    Long_gap   P       50     month 2023-03-01 2024-03-01 .
    Long_gap   P       50     month 2024-10-01 2025-10-01 ."""
    )
    seen = _seen(text)
    assert _of(seen["Short gap"], "renewals_made", "is_lost") == (1, True)
    assert _of(seen["Long gap"], "renewals_made", "is_lost") == (0, False)
    all_times = spells(_lines(text), INSTANT).filter(pl.col("account_id") == "Long gap")
    assert all_times.select("renewals_made", "is_lost", "is_latest").rows() == [(0, True, False), (0, False, True)]


def test_staggered_products_do_not_double_the_renewals() -> None:
    seen = _seen("""
        account_id product amount every starts_on  ends_on
        A          P       100    month 2022-01-01 2023-01-01
        A          P       100    month 2023-01-01 2024-01-01
        A          P       100    month 2024-01-01 2025-01-01
        A          P       100    month 2025-01-01 2026-01-01
        A          Q       10     month 2022-07-01 2023-07-01
        A          Q       10     month 2023-07-01 2024-07-01
        A          Q       10     month 2024-07-01 2025-07-01
    """)
    assert _of(seen["A"], "renewals_made", "months_to_renewal") == (3, 7)


def test_gap_that_may_still_be_bridged_is_a_renewal_due_now() -> None:
    seen = _seen(YEARLY + "    Due        P       50     month 2024-05-20 2025-05-20 .")
    assert _of(seen["Due"], "is_lost", "term_months", "is_paying") == (False, 12, True)
    assert seen["Due"]["months_to_renewal"] in (0, 1)


def test_days_of_a_gap_do_not_make_a_term() -> None:
    """A line of 446 days and 12 of grace looks like 15 months."""
    seen = _seen(YEARLY + "    Due        P       50     month 2024-03-01 2025-05-20 .")
    assert _of(seen["Due"], "is_lost", "term_months") == (False, 12)


def test_term_that_went_on_without_one_was_renewed() -> None:
    text = (
        YEARLY
        + """
    Goes_on    P       50     month 2023-02-01 2024-02-01 .
    Goes_on    P       50     month 2024-02-01 .          ."""
    )
    assert _of(_seen(text)["Goes on"], "kind", "renewals_made", "is_lost") == ("evergreen", 1, False)


def test_term_renewed_early_was_renewed() -> None:
    text = (
        YEARLY
        + """
    Early      P       50     month 2023-08-01 2024-05-20 .
    Early      P       50     month 2024-05-20 2025-08-01 ."""
    )
    assert _of(_seen(text)["Early"], "renewals_made", "is_lost") == (1, False)


def test_renewals_before_losses_were_recorded_only_say_where_an_account_came_in() -> None:
    seen = _seen(YEARLY, since=date(2024, 6, 1))
    assert _of(seen["Renewed"], "renewals_made", "entered_after") == (2, 1)
    assert seen["Renewed"]["entered_age_months"] == pytest.approx(16.99, abs=0.01)
    assert "Left" not in seen


def test_company_everybody_left_still_shows_its_terms() -> None:
    seen = _seen("""
        account_id product amount every starts_on  ends_on    status
        A          P       100    month 2022-01-01 2023-01-01 .
        B          P       100    month 2022-03-01 2023-03-01 cancelled
    """)
    assert [_of(r, "kind", "is_lost") for r in seen.values()] == [("term", True)] * 2


def test_company_without_lines_has_no_opportunities() -> None:
    empty = _standing("account_id product amount every starts_on ends_on")
    assert empty.is_empty()
    assert of_spells(empty).accounts == 0
    assert exponential_gamma.of_spells(empty).customers == 0
    assert empty.schema == _standing(YEARLY).schema


def test_terms_and_open_ended_lines_go_to_different_models() -> None:
    mixed = _standing(YEARLY + "    Open       P       50     month 2024-03-01 .          .")
    assert (of_spells(mixed).accounts, exponential_gamma.of_spells(mixed).customers) == (3, 1)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=8), st.randoms())
@settings(max_examples=25, deadline=None)
def test_counts_are_those_of_the_contracts_written(accounts: list[tuple[int, bool]], random: object) -> None:
    """Accounts of yearly terms, with so many renewals and then lost or not, come back as they were made."""
    lines = []
    for n, (made, lost) in enumerate(accounts):
        last = 2023 if lost else 2024
        lines += [f"a{n} P 10 month {y}-07-01 {y + 1}-07-01" for y in range(last - made, last + 1)]
    lines.append("keeps P 10 month 2024-07-01 2025-07-01")
    random.shuffle(lines)  # type: ignore[attr-defined]
    seen = _seen("account_id product amount every starts_on ends_on\n" + "\n".join(lines))
    assert [_of(seen[f"a{n}"], "renewals_made", "is_lost") for n in range(len(accounts))] == accounts


def test_account_seen_with_more_renewals_than_it_made_is_refused() -> None:
    with pytest.raises(ValueError, match="more renewals than it has made"):
        Renewals(np.array([1]), np.array([False]), entered=np.array([2]))
