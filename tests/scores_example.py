"""The small company of `docs/how-scores-work.md`: its tables, and what the engine makes of them.

Eight managers with forty accounts each. Mara has mostly small accounts, which leave more often in everybody's hands.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
from tabled import tables

from scoring import pipeline
from scoring.peers import table
from scoring.peers.company import Company
from scoring.peers.estimate import Estimate
from scoring.peers.settings import Fairness
from scoring.peers.table import folds
from scoring.period.account_quarters import Trail
from scoring.period.booking import booked
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.scorecard.cards import Card, Scored, cards
from scoring.scorecard.context import Context
from scoring.scorecard.estimates import company_of, estimate_of, settings_of

AS_OF = date(2026, 6, 30)
PERIOD, BEFORE = "2026-Q2", "2026-Q1"
MANAGER, GIVER, PASSED_ON = "Mara", "Tom", "Tom 3"
ACCOUNTS = 40

YEAR = """
manager small lost_small lost_large grew shrank
Ines    10    3          1          8    1
Jonas   20    6          1          5    3
Lena    16    5          2          4    3
Mara    30    4          0          5    2
Olek    24    14         1          3    4
Priya   12    2          0          5    2
Sana    26    7          1          6    2
Tom     22    7          2          3    3
"""
"""Of forty accounts, how many are small (the others are large), and what became of them in the year."""

FIRST = ("Birch", "Harbour", "North", "Silver", "Cedar", "Stone", "River", "Maple")
SECOND = ("Bakery", "Clinic", "Travel", "Press", "Studio")
STARTS = date(2025, 7, 1)
OLD, YOUNG = "2021-03-01", "2025-03-01"
HANDED_ON, LEFT_ON = "2026-05-01", "2026-05-20"

NOBODY = pl.DataFrame(schema=dict.fromkeys(("manager_id", "rule", "reason"), pl.String))
"""Whose figures rest on too few."""

RULES: dict[str, Any] = {
    "name": "Example",
    "currency": "EUR",
    "rules": [{"name": "grow_revenue", "metric": "net_revenue_retention", "weight": 1}],
    "expectation": {"features": ["segment", "tenure_band"]},
}


def exports() -> dict[str, pl.DataFrame]:
    """The tables of the company: one contract per account, and another one where its fee changed."""
    accounts, ownership, contracts = [], [], []
    _, *people = (line.split() for line in YEAR.strip().splitlines())
    for manager, *counts in people:
        small, *events = map(int, counts)
        told = _events(small, *events)
        for n in range(ACCOUNTS):
            account, since = f"{manager}_{n}", YOUNG if n % 5 == 3 else OLD
            name = f"{FIRST[n % 8]}_{SECOND[n % 5]}"
            fee = 40 + 5 * n if n < small else 400 + 20 * n
            on, to = told.get(n, (".", 0))
            if account.replace("_", " ") == PASSED_ON:
                on, to = LEFT_ON, 0
                ownership.append(f"{account} {MANAGER} {HANDED_ON} .")
            accounts.append(f"{account} {name} {'Small' if n < small else 'Large'} {since}")
            until = HANDED_ON if on == LEFT_ON else "."
            ownership.append(f"{account} {manager} {since} {until}")
            contracts.append(f"{account} {fee} month {since} {on}")
            if to:
                contracts.append(f"{account} {fee * to / 100:.2f} month {on} .")
    return tables({
        "accounts": "\n".join(["account_id name segment created_on", *accounts]),
        "managers": "\n".join(["manager_id", *(one[0] for one in people)]),
        "ownership": "\n".join(["account_id manager_id starts_on ends_on", *ownership]),
        "contracts": "\n".join(["account_id amount every starts_on ends_on", *contracts]),
    })  # fmt: skip


def _events(small: int, lost_small: int, lost_large: int, grew: int, shrank: int) -> dict[int, tuple[str, int]]:
    """Number of the account to the day from which it pays another fee, and that as per cent of the old one."""
    left = sorted(range(small), key=lambda n: (n % 5 in (0, 1, 4), n * 7 % ACCOUNTS))[:lost_small]
    left += range(ACCOUNTS - lost_large, ACCOUNTS)
    rest = [n for n in range(0, ACCOUNTS, 2) if n not in left]
    ups, downs = rest[-grew:], rest[:shrank]
    new = dict.fromkeys(left, 0) | dict.fromkeys(ups, 125) | dict.fromkeys(downs, 80)
    order = sorted(new, key=lambda n: n * 17 % ACCOUNTS)
    return {n: (str(STARTS + timedelta(days=20 + 331 * i // len(new))), new[n]) for i, n in enumerate(order)}


@dataclass(frozen=True)
class Example:
    """What the engine says: cards by manager, the trace of points, the rule's estimate, its units and its points."""

    cards: dict[str, Card]
    trace: pl.DataFrame
    estimate: Estimate
    units: pl.DataFrame
    levels: pl.DataFrame

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """The estimate's row of each manager."""
        return {row["manager_id"]: row for row in self.estimate.rows.iter_rows(named=True)}


@lru_cache(maxsize=1)
def example() -> Example:
    """The company, scored."""
    book, known = Rulebook.model_validate(RULES), exports()
    calendar = calendar_of(book)
    period = calendar.period(PERIOD)
    result = pipeline.score(known, book, period, AS_OF)
    past = pipeline.score(known, book, calendar.period(BEFORE), AS_OF)
    context = Context(book, period, calendar.previous(period), result.windows, AS_OF, {})
    told, was = (Scored(r.scored.judged, r.scored.rows, r.scored.moves) for r in (result, past))
    settings = settings_of(book)
    compared = Trail(known, book, AS_OF).until(period, booked(known, book, period, AS_OF))
    made = company_of(compared, book, settings)
    found = estimate_of(made, book, 0, settings, NOBODY)
    return Example(
        cards={card["manager_id"]: card for card in cards(told, was, context)},
        trace=result.scored.judged.trace,
        estimate=found,
        units=made.shelf.units.with_columns(pl.Series("code", made.features.codes.T)),
        levels=_levels(made, found, settings),
    )


def _levels(made: Company, found: Estimate, settings: Fairness) -> pl.DataFrame:
    """Each kind of account, how many account-quarters are of it, and its points by all books.

    Points are fitted with a fold of books left out; a further fold, of no book, leaves out none.
    """
    values, fold = made.shelf.units[found.metric].to_numpy(), folds(found.books.managers, settings.folds)
    fitted = table._points(values, made.features, found.books.owner, fold, settings.folds + 1, settings.ridge)
    return made.features.names.with_columns(
        pl.Series("points", fitted[-1]), pl.Series("accounts", np.bincount(made.features.codes.ravel()))
    )
