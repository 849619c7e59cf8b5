"""Can the checks of the line fail? A step is made to lose, double or misplace money, and the run must stop."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from tabled import tables

from scoring import pipeline
from scoring.credit import crediting
from scoring.credit.split import split
from scoring.errors import NotConservedError, UnbalancedError
from scoring.ledger.build import Ledger
from scoring.money import MONEY
from scoring.period import booking
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of

COMPANY = tables(
    {
        "accounts": """
            account_id
            a1
            a2
            a3
            """,
        "managers": """
            manager_id team
            m1         East
            m2         East
            """,
        "ownership": """
            account_id manager_id starts_on  ends_on
            a1         m1         .          2026-05-01
            a1         m2         2026-05-01 .
            a2         m1         .          .
            """,
        "contracts": """
            account_id amount every starts_on  ends_on
            a1         100    month 2024-01-01 .
            a1         20     month 2026-04-15 .
            a2         300    month 2024-01-01 2026-05-10
            a3         50     month 2026-06-01 .
            """,
    }
)
RULES = Rulebook.model_validate(
    {
        "name": "Keep",
        "currency": "EUR",
        "method": "target_bands",
        "retention_window": "period",
        "rules": [
            {"name": "keep", "metric": "net_revenue_retention", "weight": 1, "grade": {"floor": 0.5, "target": 1}}
        ],
    }
)

Step = Callable[..., pl.LazyFrame]
Break = Callable[[pl.LazyFrame], pl.LazyFrame]


def test_several_amounts_are_split_each_by_itself_and_to_the_last_digit() -> None:
    weights = {"m1": 333_333, "m2": 333_333, "m3": 333_334}
    rows = pl.LazyFrame(
        [
            {"account_id": "a1", "manager_id": m, "weight": w, "whole": 10**6, "one": 1, "ten": 10}
            for m, w in weights.items()
        ]
    ).with_columns(pl.col("one", "ten").cast(MONEY))
    parts = split(rows, ["one", "ten"], ["account_id"]).select("manager_id", "one", "ten").collect()
    assert [tuple(map(str, row)) for row in parts.rows()] == [
        ("m1", "0.3333", "3.3333"), ("m2", "0.3333", "3.3333"), ("m3", "0.3334", "3.3334"),
    ]  # fmt: skip
    for amount in ("one", "ten"):
        assert split(rows, [amount], ["account_id"]).collect()[amount].equals(parts[amount])


def test_the_company_adds_up_while_nothing_is_broken() -> None:
    book = _score().scored.rows
    assert str(book["opening"].sum()) == "400.0000"
    assert str(book["closing"].sum()) == "170.0000"


@pytest.mark.parametrize(
    ("step", "broken"),
    [
        ("movements", lambda moves: moves.filter(pl.col("kind") != "churn")),
        ("movements", lambda moves: pl.concat([moves, moves.filter(pl.col("kind") == "expansion")])),
        ("movements", lambda moves: moves.with_columns((pl.col("amount") * 2).cast(MONEY))),
        ("movements", lambda moves: moves.with_columns(pl.lit("a2").alias("account_id"))),
    ],
    ids=["lost", "repeated", "doubled", "misplaced"],
)
def test_movements_that_do_not_lead_from_opening_to_closing_stop_the_run(
    step: str, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break(monkeypatch, step, broken)
    with pytest.raises(UnbalancedError, match="the bridge of account a"):
        _score()


@pytest.mark.parametrize(
    ("step", "broken"),
    [
        ("level", lambda rows: rows.head(1)),
        ("level", lambda rows: pl.concat([rows, rows])),
        ("outcomes", lambda rows: rows.filter(pl.col("manager_id") != "m2")),
        ("outcomes", lambda rows: rows.with_columns((pl.col("before") * 2).cast(MONEY))),
    ],
    ids=["revenue lost", "revenue doubled", "outcome lost", "outcome doubled"],
)
def test_credit_that_is_not_all_there_is_stops_the_run(
    step: str, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break(monkeypatch, step, broken)
    with pytest.raises(NotConservedError, match="crediting: "):
        _score()


def test_a_ledger_that_forgets_a_movement_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = booking._ledger

    def forgetful(*given: object, **settings: bool) -> Ledger:
        ledger = whole(*given, **settings)  # type: ignore[arg-type]
        return replace(ledger, moves=ledger.moves.head(1))

    monkeypatch.setattr(booking, "_ledger", forgetful)
    with pytest.raises(UnbalancedError):
        _score()


def _score() -> pipeline.Result:
    period = calendar_of(RULES).period("2026-Q2")
    return pipeline.score(COMPANY, RULES, period, date(2026, 6, 30))


def _break(monkeypatch: pytest.MonkeyPatch, step: str, broken: Break) -> None:
    """Makes a step of crediting hand on what `broken` makes of its outcome."""
    whole: Step = getattr(crediting, step)
    monkeypatch.setattr(crediting, step, lambda *given: broken(whole(*given)))
