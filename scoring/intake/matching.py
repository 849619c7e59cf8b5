"""Which accounts of one system have no sure match in the other, and how much revenue is at stake?"""

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl

from scoring import rules
from scoring.checks import Checked
from scoring.errors import Problem, ProblemsFoundError, Severity
from scoring.intake import (
    AMBIGUOUS,
    CONFIRMED,
    MATCH_COLUMNS,
    MATCHED,
    MATCHES,
    PROPOSED,
    RULES,
    UNMATCHED,
    Request,
    take_in,
    text_of,
)
from scoring.ledger.history import active, recurring
from scoring.ledger.terms import Terms
from scoring.tables import TABLES

OPEN = (PROPOSED, AMBIGUOUS, UNMATCHED)
"""States in which a person is asked."""
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Open:
    """An account of another system whose match is open, with its yearly revenue by currency, as text."""

    system: str
    their_id: str
    name: str | None
    state: str
    rule: str | None
    candidates: tuple[tuple[str, str | None], ...]
    revenue: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Matching:
    """How the accounts of all systems came together: counts by system and rule, what is open, and the file's text.

    `text` is `matches.csv` with all decisions taken so far, a line for each pair that waits for one, and for an account
    without a candidate one in which it can be named; `accepted` counts by rule what was taken as decided just now,
    which is matched and no longer open.
    """

    matched: Mapping[str, Mapping[str, int]]
    open: tuple[Open, ...]
    text: str
    problems: tuple[Problem, ...]
    accepted: Mapping[str, int]


def matching(asked: Request, accept: Collection[str] = ()) -> Matching:
    """What is open in the exports, those with most revenue first.

    `accept` are rules whose proposals are taken as decided. Raises ProblemsFoundError when the exports cannot be read,
    and where the decisions have an error, which would be written over.
    """
    folder, as_of, place = asked.folder, asked.as_of, asked.folder / RULES
    currency, zone = rules.currency_in(place), rules.time_zone_in(place)
    exports = take_in(folder, currency, as_of, time_zone=zone, only=asked.only)
    ledger = exports.matches
    if ledger.is_empty():
        return Matching({}, (), "", exports.problems, {})
    if wrong := [p for p in exports.problems if p.file == MATCHES and p.severity is Severity.ERROR]:
        raise ProblemsFoundError(wrong)
    revenue = _revenue(exports.checked, as_of)
    names = dict(exports.checked.tables["accounts"].select("account_id", "name").iter_rows())
    rates = dict(exports.checked.tables["rates"].sort("dated_on").select("currency", "rate").iter_rows())
    open_ = sorted(_open(ledger, revenue, names), key=lambda o: (-_size(o, rates), o.system, o.their_id))
    counted = ledger.filter(pl.col("state") == MATCHED).group_by("system", "rule").len().sort("system", "rule")
    matched: dict[str, dict[str, int]] = {s: {} for s in sorted(ledger["system"].unique())}
    for system, rule, number in counted.iter_rows():
        matched[system][rule] = number
    accepted = [one for one in open_ if _is_accepted(one, accept)]
    for system, number in Counter(one.system for one in accepted).items():
        matched[system][CONFIRMED] = matched[system].get(CONFIRMED, 0) + number
    left = tuple(one for one in open_ if not _is_accepted(one, accept))
    text = _text(folder / MATCHES, open_, accept)
    return Matching(matched, left, text, exports.problems, Counter(str(one.rule) for one in accepted))


def _is_accepted(one: Open, accept: Collection[str]) -> bool:
    """Whether it is proposed, as one account, by a rule that is accepted."""
    return one.state == PROPOSED and one.rule in accept


def _open(
    ledger: pl.DataFrame, revenue: Mapping[str, Mapping[str, str]], names: Mapping[str, str | None]
) -> Iterator[Open]:
    for row in ledger.filter(pl.col("state").is_in(OPEN)).iter_rows(named=True):
        candidates = tuple((c, names.get(c)) for c in row["candidates"] or ())
        state, rule = row["state"], row["rule"]
        told = revenue.get(row["kept_id"], {})
        yield Open(row["system"], row["their_id"], row["their_name"], state, rule, candidates, told)


def _size(one: Open, rates: Mapping[str, Decimal]) -> Decimal:
    """The revenue at the last rates, by which accounts are put in order; as it stands where there is no rate."""
    worth = (abs(Decimal(amount)) * rates.get(currency, Decimal(1)) for currency, amount in one.revenue.items())
    return sum(worth, Decimal(0))


def _at_stake(checked: Checked, table: str) -> pl.LazyFrame:
    """The lines of the table, also those that cannot be used as long as nobody says whose they are."""
    kept = checked.tables[table]
    aside = checked.set_aside.get(table, kept.clear()).select(kept.columns)
    whole = aside.drop_nulls([c.name for c in TABLES[table].columns if c.required])
    return pl.concat([kept, whole]).unique("line_id", keep="first", maintain_order=True).lazy()


def _revenue(checked: Checked, as_of: date) -> dict[str, dict[str, str]]:
    """Account to currency to what it pays a year: contracts in force, and invoices of the last 365 days."""
    lines = recurring(_at_stake(checked, "contracts"), Terms(currency=""), as_of).filter(active(as_of))
    under_contract = lines.select("account_id", "currency", amount=pl.col("monthly") * 12)
    is_recent = pl.col("dated_on").is_between(as_of - _YEAR, as_of, closed="right")
    invoiced = _at_stake(checked, "invoices").filter(is_recent).select("account_id", "currency", "amount")
    lines = pl.concat([under_contract, invoiced], how="vertical_relaxed")
    sums = lines.group_by("account_id", "currency").agg(pl.col("amount").sum())
    found: dict[str, dict[str, str]] = {}
    for account, currency, amount in sums.sort("account_id", "currency").collect().iter_rows():
        found.setdefault(account, {})[currency or ""] = f"{amount:.2f}"
    return found


def _text(path: Path, open_: Collection[Open], accept: Collection[str]) -> str:
    """The file: decisions as they stand, then a line for each pair that is open or an account without one."""
    taken = _decisions(path)
    known = {(t["system"] or "", t["their_id"], t["account_id"]) for t in taken}
    made = StringIO()
    writer = csv.DictWriter(made, MATCH_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(taken)
    for one in sorted(open_, key=lambda o: (o.system, o.their_id)):
        for account, name in one.candidates or (("", None),):
            if (_inert(one.system), _inert(one.their_id), _inert(account)) in known:
                continue
            decision = "yes" if _is_accepted(one, accept) else ""
            told = (one.system, one.their_id, one.name, account, name, one.rule, decision)
            writer.writerow(dict(zip(MATCH_COLUMNS, map(_inert, told), strict=True)))
    return made.getvalue()


def _inert(text: str | None) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text.startswith(("=", "+", "-", "@", "\t", "\r")) else text or ""


def _decisions(path: Path) -> list[dict[str, Any]]:
    """The lines of the file with a decision, however a spreadsheet saved it."""
    if not path.is_file():
        return []
    return [row for row in text_of(path).iter_rows(named=True) if (row["decision"] or "").strip()]
