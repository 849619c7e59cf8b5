"""Is it told that an account went up and down the ladder, although its two ends show nothing?"""

from datetime import date

import polars as pl
import pytest
import worked
from tabled import table

from scoring.days import Span
from scoring.ledger.build import Terms, contract_lines
from scoring.ledger.ladder import flips, steps
from scoring.notes.lines import flipped
from scoring.notes.seen import Seen
from scoring.rules import Rulebook

QUARTER = Span(date(2026, 4, 1), date(2026, 7, 1))
TERMS = Terms(currency="EUR", tiers=("Entry", "Standard", "Premium"))


def lines(text: str) -> pl.LazyFrame:
    return contract_lines(table("contracts", text).lazy(), TERMS, date(2026, 6, 30))


def turned(text: str) -> list[tuple[str, int, int]]:
    return [(a, up, down) for a, up, down in flips(steps(lines(text), QUARTER).collect()).iter_rows()]


def test_up_and_down_again_is_a_flip() -> None:
    assert turned("""
        account_id amount every tier     starts_on  ends_on
        A          10     month Entry    2025-01-01 2026-05-01
        A          30     month Premium  2026-05-01 2026-06-01
        A          10     month Entry    2026-06-01 .
    """) == [("A", 2, 2)]


def test_down_and_up_again_is_one_too() -> None:
    assert turned("""
        account_id amount every tier     starts_on  ends_on
        A          20     month Standard 2025-01-01 2026-05-01
        A          10     month Entry    2026-05-01 2026-06-01
        A          30     month Premium  2026-06-01 .
    """) == [("A", 2, 1)]


@pytest.mark.parametrize("day", ["2026-03-01", "2026-07-01"])
def test_one_of_the_moves_outside_the_window_makes_no_flip(day: str) -> None:
    first, second = sorted([day, "2026-05-01"])
    assert (
        turned(f"""
        account_id amount every tier     starts_on  ends_on
        A          10     month Entry    2025-01-01 {first}
        A          30     month Premium  {first}    {second}
        A          10     month Entry    {second}   .
    """)
        == []
    )


def test_a_flip_stands_on_the_card_of_whoever_has_the_account() -> None:
    text = """
        account_id amount every tier     starts_on  ends_on
        A          10     month Entry    2025-01-01 2026-05-01
        A          30     month Premium  2026-05-01 2026-06-01
        A          10     month Entry    2026-06-01 .
    """
    rulebook = Rulebook.model_validate({**worked.RULES, "ladder": {"tiers": TERMS.tiers}})
    rows = pl.DataFrame(
        {"account_id": ["A", "B"], "account": ["Acme", "Bolt"], "manager_id": ["X", "Y"], "share": [1, 1]}
    )
    seen = Seen(rulebook, {}, lines(text), rows, {}, QUARTER)
    assert flipped(seen) == {"X": "Acme went both up and down the ladder; only the tiers at the two ends count."}


def test_leaving_after_a_climb_is_no_flip() -> None:
    assert (
        turned("""
        account_id amount every tier     starts_on  ends_on    status
        A          10     month Entry    2025-01-01 2026-04-10 .
        A          30     month Premium  2026-04-10 2026-05-01 cancelled
    """)
        == []
    )
