"""Says again, line by line and without frames, what the definitions promise: the engine must agree."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scoring.rules import Rulebook
from scoring.rules.policies import Policies
from scoring.scorecard.judged import Judged

STAND_INS = {"neutral": 50.0, "zero": 0.0}
MONTHS = {"month": (1, 1), "quarter": (1, 3), "year": (1, 12), "week": (52, 12), "day": (365, 12), "6 months": (1, 6)}
UNPAID = ("trial", "paused")

Row = Mapping[str, Any]


def revenue_at(
    instant: date,
    priced_on: date,
    contracts: Iterable[Row],
    rates: Iterable[Row],
    policies: Policies,
    as_of: date,
) -> dict[str, Decimal]:
    """Account to its monthly revenue at the instant, where it is not 0, at the rates of `priced_on`.

    No gap is tolerated and nothing is renewed early: only `renews`, notice and overdue payments cut a line short.
    """
    lines = list(contracts)
    found: dict[str, Decimal] = {}
    for line in lines:
        renewals = [other["starts_on"] for other in lines if other["renews"] == line["line_id"]]
        end = min([line["ends_on"] or date.max, *renewals, *_over(line, policies, as_of)])
        pays = not line["trial"] and line["status"] not in UNPAID
        if pays and line["starts_on"] < instant <= end and line["starts_on"] < end:
            four = policies.weeks == "four_a_month" and line["every"] == "week"
            times, by = (4, 1) if four else MONTHS[line["every"]]
            monthly = _rounded(Fraction(_charged(line, policies)) * times / by)
            day = line["starts_on"] if policies.fx == "at_start" else priced_on
            found[line["account_id"]] = found.get(line["account_id"], Decimal(0)) + _rounded(
                Fraction(monthly) * _rate(line["currency"], day, rates)
            )
    return {account: amount for account, amount in found.items() if amount}


def _over(line: Row, policies: Policies, as_of: date) -> list[date]:
    """The days on which the line is over before its service is."""
    days = []
    if policies.churn_date == "notice" and line["cancelled_on"]:
        days.append(line["cancelled_on"])
    if policies.past_due_days is not None and line["status"] == "past_due" and line["past_due_on"]:
        gone_on = line["past_due_on"] + timedelta(days=policies.past_due_days)
        days += [gone_on] if gone_on <= as_of else []
    return days


def _charged(line: Row, policies: Policies) -> Decimal:
    """What counts of the line: its amount, or its list price where discounts do not."""
    is_listed = policies.discounts == "list" or (policies.discounts == "forever_only" and line["discount_ends"])
    if not is_listed or line["list_price"] is None or line["amount"] < 0:
        return Decimal(line["amount"])
    return _rounded(Fraction(line["list_price"]) * Fraction(1 if line["quantity"] is None else line["quantity"]))


def revenue_in(
    start: date, end: date, priced_on: date | None, invoices: Iterable[Row], rates: Iterable[Row]
) -> dict[str, Decimal]:
    """Account to what it was invoiced from `start` to before `end`, where that is not 0.

    At the rates of `priced_on`, or of each line's own day.
    """
    found: dict[str, Decimal] = {}
    for line in invoices:
        if start <= line["dated_on"] < end:
            rate = _rate(line["currency"], priced_on or line["dated_on"], rates)
            worth = _rounded(Fraction(line["amount"]) * rate)
            found[line["account_id"]] = found.get(line["account_id"], Decimal(0)) + worth
    return {account: amount for account, amount in found.items() if amount}


def is_weighted_mean(judged: Judged, rulebook: Rulebook) -> None:
    """Fails where a score is not the weighted mean of the points of the rules that have a value."""
    rules = {r.name: r for r in rulebook.rules}
    weights = sum(r.weight for r in rulebook.rules)
    for score in judged.scores.iter_rows(named=True):
        lines = [r for r in judged.lines.iter_rows(named=True) if r["manager_id"] == score["manager_id"]]
        assert {r["rule"] for r in lines} == set(rules)
        policies = {r["rule"]: rules[r["rule"]].missing or rulebook.missing for r in lines}
        for line in lines:
            assert line["is_measured"] == (line["value"] is not None), line
            assert line["points"] is None or 0 <= line["points"] <= 100
            assert line["is_measured"] or line["points"] == STAND_INS.get(policies[line["rule"]]), line
        coverage = sum(r["weight"] for r in lines if r["is_measured"]) / weights
        is_withheld = any(policies[r["rule"]] == "withhold" and r["weight"] > 0 and not r["is_measured"] for r in lines)
        assert abs(score["coverage"] - coverage) < 1e-12
        mean = weighted_mean(lines)
        if mean is None or is_withheld or score["is_thin"] or coverage < rulebook.min_coverage - 1e-9:
            assert score["score"] is None
            continue
        assert abs(score["score"] - mean) < 1e-9
        assert -1e-9 <= score["score"] <= 100 + 1e-9


def weighted_mean(lines: Iterable[Row]) -> float | None:
    """The mean of the points that the rules have, by their weights; None where none has any."""
    counted = [r for r in lines if r["points"] is not None and r["weight"] > 0]
    weights = sum(r["weight"] for r in counted)
    return sum(r["points"] * r["weight"] for r in counted) / weights if counted else None


def _rate(currency: str | None, day: date, rates: Iterable[Row]) -> Fraction:
    known = sorted((r["dated_on"], r["rate"]) for r in rates if r["currency"] == currency and r["dated_on"] <= day)
    return Fraction(known[-1][1]) if known else Fraction(1)


def _rounded(amount: Fraction) -> Decimal:
    """The amount to the ten-thousandth, half to even."""
    return Decimal(round(amount * 10_000)).scaleb(-4)
