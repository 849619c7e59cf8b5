"""What does the page of one account show? What it gave in points, its movements, and rows as read and as used."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fastapi import APIRouter

from scoring import view as viewing
from scoring.explain import Account, AccountQuarter, Line, Movement, plain
from scoring.numbers import figure, in_parts, money, percent, printed_parts, rounded, signed, signed_figure
from scoring.reports.dates import day
from scoring.scorecard.cards import Card
from scoring.view import AccountSeen, RowSeen
from scoring.view.slugs import slug, unslug
from scoring.web.desk import Seeing
from scoring.web.pages.answering import Page, add_page

router = APIRouter()

_PLACES = 2
"""Decimals of the points of a quarter."""
_COLUMNS = ("file", "row", "table", "column", "value_as_read", "before", "after")


@dataclass(frozen=True, slots=True)
class AccountAnswer:
    """An account as `bookscore explain --account` tells it, and the rows of the exports behind it."""

    run_id: str
    account_id: str
    name: str
    explained: dict[str, Any]
    rows: list[dict[str, Any]]


def account(manager_id: str, account_id: str, seen: Seeing) -> Page:
    """The page of one account in a manager's book."""
    manager = unslug(manager_id)
    card = seen.card(manager)
    found = viewing.account(seen, manager, unslug(account_id))
    home = f"/periods/{slug(seen.period)}"
    return Page(
        "account.html.j2",
        f"{found.name}, {seen.period}",
        AccountAnswer(seen.run_id, found.account_id, found.name, plain(found.explained), plain(list(found.rows))),
        _COLUMNS,
        [cells for row in found.rows for cells in _cells(row)],
        {"card": card, "found": found, "counts": _counts(found, card), **_shown(found, card["currency"])},
        "account",
        seen.period,
        seen.run_id,
        f"{manager} {found.account_id}",
        ((f"{home}/league", "Account managers"), (f"{home}/managers/{slug(manager)}", card["name"])),
        lambda run: run.holds(manager, found.account_id),
    )


def _counts(found: AccountSeen, card: Card) -> str:
    """How far the account counts for the manager at both ends; nothing where all of it does."""
    share = found.explained.accounts[0].share
    if share == 0:
        said = (driver["sentence"] for driver in card["drivers"] if driver["account_id"] == found.account_id)
        return next(said, "the manager's at neither end")
    return "" if share == 1 else f"{percent(share, 0)} of it counts here"


def _shown(found: AccountSeen, currency: str) -> dict[str, Any]:
    """The account's parts as they are printed."""
    told = found.explained.accounts[0]
    return {
        "told": told,
        "before": money(told.before, currency),
        "after": money(told.after, currency),
        "walk": _walk(told, currency),
        "quarters": _quarters(found.explained.lines, currency),
        "rows": [_row(row, currency) for row in found.rows],
        "notes": [note for note in found.explained.sentences if note],
    }


def _walk(told: Account, currency: str) -> list[dict[str, Any]]:
    """From opening to closing, each movement with its rows; as printed they add up."""
    moves = [_move(move) for move in told.movements]
    if told.transferred:
        moves.append({"what": "handed over", "day": "", "adds": told.transferred, "places": ("the owner history",)})
    ends = ({"what": "Opening", "adds": told.opening}, {"what": "Closing", "adds": told.closing})
    return [
        {"day": "", "places": (), "is_end": row in ends} | row | {"amount": money(row["adds"], currency)}
        for row in (ends[0], *moves, ends[1])
    ]


def _move(move: Movement) -> dict[str, Any]:
    return {"what": move.kind, "day": day(move.moved_on.isoformat()), "adds": move.adds, "places": move.rows}


def _quarters(lines: Sequence[Line], currency: str) -> dict[str, Any] | None:
    """What the account did in each quarter against what was expected, and its points; as printed they add up."""
    told = [(line, q) for line in lines if line.compared for a in line.compared.accounts for q in a.quarters]
    if not told:
        return None
    whole = rounded(sum((q.points for _, q in told), Decimal(0)), _PLACES)
    printed = in_parts([q.points for _, q in told], whole, _PLACES)
    rows = [
        {
            "rule": line.label,
            "day": day(quarter.last_day.isoformat()),
            "part": percent(quarter.part),
            "observed": figure(quarter.observed, line.measured.unit, currency),
            "expected": figure(quarter.expected, line.measured.unit, currency),
            "points": signed(points, _PLACES),
        }
        for (line, quarter), points in zip(told, printed, strict=True)
    ]
    last = {line.rule: (line, q, row) for (line, q), row in zip(told, rows, strict=True) if q.reasons}
    because = [row | {"reasons": _reasons(q, line.measured.unit, currency)} for line, q, row in last.values()]
    return {"rows": rows, "whole": signed(whole, _PLACES), "because": because}


def _reasons(quarter: AccountQuarter, unit: str, currency: str) -> list[str]:
    """What makes so much be expected; as printed the parts add up to it."""
    first, *others = printed_parts([r.adds for r in quarter.reasons], quarter.expected, unit, currency)
    adds = [figure(first, unit, currency), *(signed_figure(part, unit, currency) for part in others)]
    return [f"{part} {reason.said}" for part, reason in zip(adds, quarter.reasons, strict=True)]


def _row(row: RowSeen, currency: str) -> dict[str, Any]:
    used = {end: money(getattr(row, end), currency) for end in ("before", "after") if getattr(row, end) is not None}
    return {
        "file": row.file,
        "row": row.row,
        "table": row.table,
        "read": [(name.replace("_", " "), _text(value)) for name, value in row.read.items()],
        "used": used,
    }


def _text(value: Any) -> str:
    """A value as it was read: decimals without zeros at the end, days as in the export's calendar."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _cells(row: RowSeen) -> list[list[Any]]:
    return [
        [row.file, row.row, row.table, name, _text(value), row.before, row.after] for name, value in row.read.items()
    ]


add_page(
    router,
    "/periods/{period}/managers/{manager_id}/accounts/{account_id}",
    account,
    AccountAnswer,
    "An account in a manager's book, down to the rows of the exports.",
)
