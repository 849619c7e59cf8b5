"""Makes small companies at random: their tables, their rules, and the period that is scored."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from typing import Any

import polars as pl
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from random_rules import rulebooks

from scoring.calendar import Period
from scoring.days import EVER, NEVER
from scoring.ledger.build import Windows
from scoring.ledger.parents import rolled_up
from scoring.period.windows import windows_of
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.tables import STATUSES, TABLES

MANAGERS = ("m1", "m2", "m3")
PERIODS = {"month": ("2025-12", "2026-02", "2026-07"), "quarter": ("2025-Q4", "2026-Q2"), "year": ("2025", "2026")}
Row = dict[str, Any]
Draw = st.DrawFn
Days = st.SearchStrategy[date]


@dataclass(frozen=True, slots=True)
class World:
    """A company: its tables, its rulebook, the period to score and the day on which one looks."""

    tables: dict[str, pl.DataFrame]
    rulebook: Rulebook
    period: Period
    as_of: date

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Shows the tables with rows as CSV, and the settings that are not the defaults, when a property fails."""
        filled = [f"\n{n}\n{_seen(t).write_csv()}" for n, t in self.tables.items() if t.height]
        chosen = self.rulebook.model_dump_json(exclude_defaults=True)
        printer.text("".join([*filled, chosen, f"\n{self.period.name} as of {self.as_of}"]))


def _seen(table: pl.DataFrame) -> pl.DataFrame:
    """The table without origins and without columns that are empty."""
    kept = [c for c in table.columns if table[c].null_count() < table.height and not c.startswith("origin_")]
    return table.select(kept)


def examples(count: int) -> settings:
    """How a property is tried: the same examples on every machine, more with PROPERTY_FACTOR, and other ones."""
    factor = float(os.environ.get("PROPERTY_FACTOR", "0.2"))
    return settings(
        max_examples=max(2, round(count * factor)),
        derandomize=factor < 1,
        database=None,
        deadline=None,  # processes of their own know nothing of what holds for all tests
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


@st.composite
def worlds(draw: Draw, *, accounts: tuple[int, int] = (5, 10), whole: bool = False, **fixed: Any) -> World:
    """Companies of so many accounts; `fixed` holds settings of the rulebook that do not vary.

    With `whole`, amounts are such that a month of them is a whole sum in every currency.
    """
    rulebook = draw(rulebooks(MANAGERS, **fixed))
    calendar = calendar_of(rulebook)
    period = calendar.period(draw(st.sampled_from(PERIODS[rulebook.calendar.period])))
    as_of = period.last_day + timedelta(days=draw(st.sampled_from([0, 10, 200])))
    ids = [f"a{n}" for n in range(1, draw(st.integers(*accounts)) + 1)]
    days = days_around(windows_of(rulebook, period))
    lines = contracts if rulebook.basis == "contracts" else invoices
    rows = {
        "accounts": [draw(_account(a, ids)) for a in ids],
        "managers": draw(_managers()),
        "ownership": [row for a in ids for row in draw(ownership(a, days))],
        rulebook.basis: [row for a in ids for row in draw(lines(a, days))],
        "targets": draw(_targets(period.name)),
        "rates": draw(_rates(days)),
    }
    if whole:
        rows[rulebook.basis] = [{**r, "amount": _whole(r["amount"])} for r in rows[rulebook.basis]]
    tables = {n: frame(n, rows.get(n, [])) for n in TABLES}
    return World(rolled_up(tables) if rulebook.grain == "parent" else tables, rulebook, period, as_of)


def compared_worlds(**fixed: Any) -> st.SearchStrategy[World]:
    """Companies in which accounts are compared, with scores for the two or three managers there are."""
    return worlds(**{"method": "oe_credibility", "publish": {"least_peers": 2, "min_z": 0}} | fixed)


def frame(name: str, rows: Sequence[Row]) -> pl.DataFrame:
    """The declared table, sorted by its key, each row with an origin of its own."""
    table = TABLES[name]
    placed = [{"origin_file": f"{name}.csv", "origin_row": n, **row} for n, row in enumerate(rows, 1)]
    return pl.DataFrame(placed, schema=table.schema).sort(table.key)


def _whole(amount: Decimal) -> Decimal:
    """An amount near the given one that is a whole sum of hundreds a month, whatever it is paid for."""
    return amount if amount == 0 else (amount / 2400).to_integral_value(ROUND_UP) * 2400


def days_around(windows: Windows) -> Days:
    """Days in the two years that matter, often those on which a window opens or closes, where mistakes live."""
    ends = {windows.moves.start, windows.moves.end, windows.outcome.start, windows.outcome.end}
    edges = [end + timedelta(days=n) for end in sorted(ends) for n in (-1, 0, 1)]
    inside = st.integers(0, (windows.moves.end - windows.moves.start).days).map(
        lambda n: windows.moves.start + timedelta(days=n)
    )
    around = st.integers(-600, 100).map(lambda n: windows.moves.end + timedelta(days=n))
    return st.one_of(st.sampled_from(edges), inside, around)


def amounts(least: int = 1) -> st.SearchStrategy[Decimal]:
    """Money: round sums, odd ones, and ones with as many decimals as can be."""
    whole = st.integers(least, 30).map(lambda n: Decimal(n * 100))
    return st.one_of(whole, st.integers(least * 100, 99_999_999).map(lambda n: Decimal(n) / 10_000))


@st.composite
def contracts(draw: Draw, account: str, days: Days) -> list[Row]:
    """Lines of one account: chains of contracts that follow each other with gaps, overlaps or neither."""
    rows: list[Row] = []
    for _ in range(draw(st.sampled_from([1, 1, 2, 0]))):
        start, before = draw(days) - timedelta(days=draw(st.sampled_from([0, 0, 90, 365, 365]))), None
        for _ in range(draw(st.sampled_from([1, 2, 3]))):
            rows.append(draw(_contract(account, f"{account}-{len(rows)}", start, before)))
            before = rows[-1]
            if before["ends_on"] is None:
                break
            start = before["ends_on"] + timedelta(days=draw(st.sampled_from([-40, -1, 0, 0, 1, 29, 30, 31, 200])))
    return rows


@st.composite
def _contract(draw: Draw, account: str, line: str, start: date, before: Row | None) -> Row:
    length = draw(st.sampled_from([0, 31, 90, 181, 365, 365, None]))
    sign = draw(st.sampled_from([1, 1, 1, 1, 1, 1, 1, 1, 0, Decimal("-0.1")]))
    amount = sign * draw(amounts())
    is_renewal = before is not None and draw(st.booleans())
    return {
        "line_id": line,
        "account_id": account,
        "product": draw(st.sampled_from(["Entry Plan", "Premium Plan", "Add-on", None])),
        "tier": draw(st.sampled_from([None, None, "Standard", "Premium"])),
        "amount": amount.quantize(Decimal("0.0001")),
        "currency": draw(st.sampled_from(["EUR", "EUR", "USD", "GBP", None])),
        "every": draw(st.sampled_from(["month", "month", "quarter", "year", "week", "day", "6 months"])),
        "starts_on": start,
        "ends_on": None if length is None else start + timedelta(days=length),
        "signed_on": draw(st.one_of(st.none(), st.integers(0, 60).map(lambda n: start - timedelta(days=n)))),
        "status": draw(st.sampled_from([None, None, None, *STATUSES])),
        "trial": draw(st.sampled_from([None, None, None, None, False, False, True])),
        "quantity": draw(st.sampled_from([None, None, Decimal(3), Decimal("0.5")])),
        "list_price": draw(st.sampled_from([None, None, Decimal(200), Decimal("99.9999")])),
        "discount_ends": draw(st.sampled_from([None, False, True])),
        "cancelled_on": draw(_day_after(start)),
        "past_due_on": draw(_day_after(start)),
        "renews": before["line_id"] if is_renewal and before else None,
        "seller_id": draw(st.sampled_from([None, *MANAGERS])),
    }


def _day_after(start: date) -> st.SearchStrategy[date | None]:
    """A day soon after, or before, the start; most often none."""
    return st.one_of(st.none(), st.none(), st.integers(-20, 400).map(lambda n: start + timedelta(days=n)))


@st.composite
def invoices(draw: Draw, account: str, days: Days) -> list[Row]:
    """Orders of one account, some of them returns."""
    rows = []
    for n in range(draw(st.sampled_from([4, 1, 2, 6, 0]))):
        amount = draw(amounts())
        is_return = draw(st.integers(0, 4)) == 0
        rows.append(
            {
                "line_id": f"{account}-{n}",
                "account_id": account,
                "dated_on": draw(days),
                "amount": -amount if is_return else amount,
                "currency": draw(st.sampled_from(["EUR", "EUR", "USD", "GBP", None])),
                "product": draw(st.sampled_from(["Entry Plan", "Premium Plan", None])),
                "kind": "return" if is_return else None,
                "seller_id": draw(st.sampled_from([None, *MANAGERS])),
            }
        )
    return rows


@st.composite
def ownership(draw: Draw, account: str, days: Days) -> list[Row]:
    """Who was responsible for an account, one span after the other, some of them without anybody."""
    cuts = sorted(draw(st.lists(days, max_size=3, unique=True)))
    spans = list(
        zip([draw(st.sampled_from([None, EVER])), *cuts], [*cuts, draw(st.sampled_from([None, NEVER]))], strict=True)
    )
    return [
        {"account_id": account, "manager_id": manager, "starts_on": start, "ends_on": end, "share": share}
        for start, end in spans
        for manager, share in draw(_shares())
    ]


@st.composite
def _shares(draw: Draw) -> list[tuple[str, Decimal | None]]:
    """Managers with their shares of an account on the same days; never more than the whole."""
    parts = draw(
        st.sampled_from([[], [None], [None], [None], ["0.5", "0.5"], ["0.333333"] * 3, ["0.1"], ["0.7", "0.2"]])
    )
    who = draw(st.permutations(MANAGERS))
    return [(m, None if p is None else Decimal(p)) for m, p in zip(who, parts, strict=False)]


@st.composite
def _account(draw: Draw, account: str, ids: Sequence[str]) -> Row:
    earlier = ids[: ids.index(account)]
    return {
        "account_id": account,
        "name": draw(st.sampled_from([None, f"The {account}"])),
        "parent_id": draw(st.sampled_from([None, None, *earlier])),
        "segment": draw(st.sampled_from([None, "Small", "Large"])),
        "region": draw(st.sampled_from([None, "North", "South"])),
    }


@st.composite
def _managers(draw: Draw) -> list[Row]:
    teams = st.sampled_from([None, "East", "West"])
    return [{"manager_id": m, "team": draw(teams), "reports_to": None if m == "m1" else "m1"} for m in MANAGERS]


@st.composite
def _targets(draw: Draw, period: str) -> list[Row]:
    kept = draw(st.lists(st.sampled_from(MANAGERS), unique=True))
    value = st.sampled_from([Decimal(0), Decimal(50), Decimal(1000)])
    return [{"manager_id": m, "metric": "closing", "period": period, "value": draw(value)} for m in kept]


@st.composite
def _rates(draw: Draw, days: Days) -> list[Row]:
    """A rate of every currency from the first day on, and some changes."""
    price = st.integers(100_000, 3_000_000).map(lambda n: Decimal(n) / 10**6)
    changes = st.lists(days, max_size=3, unique=True)
    return [
        {"currency": currency, "dated_on": day, "rate": draw(price)}
        for currency in ("USD", "GBP")
        for day in [date(2020, 1, 1), *draw(changes)]
    ]
