"""Are scores judged as the rules say where values are missing, and with accounts left out?"""

from datetime import date
from typing import Any

import pytest
from tabled import tables

from scoring import pipeline
from scoring.metrics import OVER_BOOK
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.scorecard.judged import Judged

ACCOUNTS = """
    account_id segment
    a1         Small
    a2         Small
    a3         Large
    a4         Large
    """
OWNERS = """
    account_id manager_id
    a1         m1
    a2         m1
    a3         m1
    a4         m1
    """
HALF_OF_A1_LEAVES = """
    account_id amount every starts_on  ends_on
    a1         100    month 2024-01-01 .
    a1         100    month 2024-01-01 2026-05-01
    a2         200    month 2024-01-01 .
    a3         400    month 2024-01-01 .
    a4         400    month 2024-01-01 .
    """
KEEP = {"name": "keep", "metric": "gross_revenue_retention", "weight": 1, "grade": {"floor": 0, "target": 1}}
STAY = {"name": "stay", "metric": "logo_retention", "weight": 3, "grade": {"floor": 0, "target": 1}}


def test_a_rule_that_too_few_accounts_count_in_stands_as_it_is_when_one_is_left_out() -> None:
    judged = _judged([KEEP, STAY], missing="neutral", min_n={"logo_retention": 9})
    without = _without(judged)
    assert without["a1"] == pytest.approx((100 + 3 * 50) / 4)
    assert without["a2"] == pytest.approx((100 * 9 / 10 + 3 * 50) / 4)


def test_a_value_that_is_missing_without_an_account_is_stood_in_for() -> None:
    growth = {"name": "ratio", "metric": "quick_ratio", "weight": 1, "grade": {"floor": 0, "target": 1}}
    without = dict(
        _judged([KEEP, growth], missing="neutral").accounts.select("account_id", "score_without").iter_rows()
    )
    assert without["a1"] == pytest.approx((100 + 50) / 2)
    without = dict(_judged([KEEP, growth]).accounts.select("account_id", "score_without").iter_rows())
    assert without["a1"] == pytest.approx(100)


def test_a_kind_without_a_value_has_no_weight_when_an_account_of_another_is_left_out() -> None:
    ratio = {
        "name": "ratio", "metric": "quick_ratio", "weight": 1, "grade": {"floor": 0, "target": 1},
        "segments": {"by": "segment", "grades": {"Large": {"floor": 0, "target": 4}}},
    }  # fmt: skip
    won = "a2 50 month 2026-05-01 ."
    judged = _judged([ratio], more=won)
    without = _without(judged)
    assert judged.lines["points"].to_list() == [pytest.approx(50)]
    assert without["a3"] == pytest.approx(50)
    assert without["a2"] == pytest.approx(0)


def test_a_rule_has_no_value_where_no_kind_of_account_has_one() -> None:
    ratio = {
        "name": "growth", "metric": "revenue_per_account_growth", "weight": 1, "grade": {"floor": 0, "target": 1},
        "segments": {"by": "segment", "grades": {"Large": {"floor": 0, "target": 4}}},
    }  # fmt: skip
    contracts = """
        account_id amount every starts_on  ends_on
        a1         100    month 2024-01-01 2026-01-10
        a1         300    month 2026-05-01 .
        a3         400    month 2024-01-01 2026-05-01
        """
    (line,) = _judged([ratio], contracts=contracts).lines.rows(named=True)
    assert (line["value"], line["points"], line["is_measured"], line["reason"]) == (None, None, False, "no_kind")


def test_a_range_is_the_same_whether_or_not_more_is_asked_of_the_book() -> None:
    """Accounts that stopped long ago have a lifetime value, and so a row of a book of which everything is asked."""
    orders = [
        f"kept{n} {100 * n} {day}"
        for n in range(1, 7)
        for day in ("2026-02-01", "2026-05-01")
        if n > 2 or day < "2026-03"
    ]
    gone = [f"gone{n} 70 2024-0{month}-01" for n in range(1, 7) for month in (1, 2)]
    owners = [f"{kind}{n} m1" for kind in ("kept", "gone") for n in range(1, 7)]
    company = tables(
        {
            "managers": "manager_id\nm1",
            "accounts": "\n".join(["account_id", *(row.split()[0] for row in owners)]),
            "ownership": "\n".join(["account_id manager_id", *owners]),
            "invoices": "\n".join(["account_id amount dated_on", *orders, *gone]),
        }
    )
    rules = {
        "name": "R",
        "currency": "EUR",
        "method": "target_bands",
        "basis": "invoices",
        "compare": "previous_period",
    }
    rulebook = Rulebook.model_validate(rules | {"rules": [KEEP]})
    period = calendar_of(rulebook).period("2026-Q2")
    usual, bare = (
        pipeline.score(company, rulebook, period, date(2026, 6, 30), metrics=metrics).scored.judged.scores
        for metrics in (OVER_BOOK, ())
    )
    assert usual["error"].to_list() == bare["error"].to_list() != [None]


def _without(judged: Judged) -> dict[str, float | None]:
    """Account to the score without it."""
    return dict(judged.accounts.select("account_id", "score_without").iter_rows())


def _judged(
    rules: list[dict[str, Any]], *, contracts: str = HALF_OF_A1_LEAVES, more: str = "", **settings: Any
) -> Judged:
    company = tables(
        {
            "accounts": ACCOUNTS,
            "managers": "manager_id\nm1",
            "ownership": OWNERS,
            "contracts": f"{contracts.rstrip()}\n{more}",
        }
    )
    rulebook = Rulebook.model_validate(
        {
            "name": "R",
            "currency": "EUR",
            "method": "target_bands",
            "retention_window": "period",
            "rules": rules,
            "min_coverage": 0,
        }
        | settings
    )
    period = calendar_of(rulebook).period("2026-Q2")
    return pipeline.score(company, rulebook, period, date(2026, 6, 30)).scored.judged
