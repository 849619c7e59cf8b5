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


def test_a_score_and_its_range_are_the_same_whether_or_not_more_is_asked_of_the_book() -> None:
    """Accounts that stopped long ago have a lifetime value, and so a row of a book of which everything is asked."""
    paid = [f"kept{n} {100 * n} 2026-02-01" for n in range(2, 7)] + [f"kept{n} {100 * n} 2026-05-01" for n in (1, 3, 4)]
    gone = [f"gone{n} 70 2024-0{month}-01" for n in range(1, 7) for month in (1, 2)]
    ids = [f"{kind}{n}" for n in range(1, 7) for kind in ("kept", "gone")]
    company = tables(
        {
            "managers": "manager_id\nm1",
            "accounts": "\n".join(["account_id segment", *(f"{a} {'Large' if a < 'h' else 'Small'}" for a in ids)]),
            "ownership": "\n".join(["account_id manager_id", *(f"{a} m1" for a in ids)]),
            "invoices": "\n".join(["account_id amount dated_on", *paid, *gone]),
        }
    )
    won = {"name": "won", "metric": "new", "weight": 1, "grade": {"floor": 0, "target": 200}}
    kinds = {"segments": {"by": "segment", "grades": {"Large": {"floor": 0, "target": 50}}}}
    settings = {"name": "R", "currency": "EUR", "method": "target_bands", "basis": "invoices"}
    more = {"compare": "previous_period", "rules": [KEEP, won | kinds]}
    rulebook = Rulebook.model_validate(settings | more)
    period = calendar_of(rulebook).period("2026-Q2")
    usual, bare = (
        pipeline.score(company, rulebook, period, date(2026, 6, 30), metrics=metrics).scored.judged.scores
        for metrics in (OVER_BOOK, ())
    )
    assert usual["error"].is_not_null().all()
    assert usual.equals(bare)


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
