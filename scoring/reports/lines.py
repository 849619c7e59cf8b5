"""What is a score made of? The lines of a card as printed rows whose points add up to the score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from scoring.numbers import Figure, apart, exact, figure, fixed, in_parts, percent, percentage_points, rounded
from scoring.plurals import many
from scoring.reports.charts import ranges
from scoring.reports.charts.ranges import Reading
from scoring.reports.standing import Standing, believes, mark_of, standing_of

_EXACT = Decimal("0.000001")
"""Nearer than this is the same: shares come as binary fractions."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """What the points came from, as printed: the average quarter of an account, and what was expected of it.

    `believed` is the difference after credibility, empty where evidence is not weighed or there is none.
    """

    observed: str = ""
    expected: str = ""
    difference: str = ""
    believed: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One rule as printed; `change` is in points of the rule, None where nothing compares.

    `weight` is the share in this score, `agreed` the weight of the rules where that is another share.
    `is_instead` where the points stand in for what could not be compared.
    """

    label: str
    weight: str
    agreed: str
    result: str
    expected: str
    accounts: str
    points: str
    picture: Markup
    change: Decimal | None
    adds: str
    because: str
    quarter: Quarter = field(default_factory=Quarter)
    is_instead: bool = False


@dataclass(frozen=True, slots=True)
class Composition:
    """The lines in the order of the rules, and the axis their charts share."""

    lines: tuple[Line, ...]
    axis: Markup
    is_complete: bool
    """Whether the printed contributions add up to the printed score."""
    is_compared: bool = False
    """Whether the points come from comparing account-quarters."""


def composition(card: Mapping[str, Any]) -> Composition:
    """The card's lines as printed."""
    lines: Sequence[Mapping[str, Any]] = card["lines"]
    words = standing_of([card])
    readings = [_reading(line, card, words) for line in lines]
    scale = ranges.points_scale(readings)
    parts, is_complete = contributions(card)
    adds = [fixed(part) for part in parts]
    columns = zip(lines, readings, printed_shares([line["share"] for line in lines]), _agreed(lines), adds, strict=True)
    made = tuple(
        _line(line, card, ranges.range_bar(scale, reading, line["label"]), weight=weight, agreed=agreed, adds=add)
        for line, reading, weight, agreed, add in columns
    )
    is_compared = any(line.get("compared") for line in lines)
    return Composition(made, ranges.axis(scale), is_complete, is_compared)


def _line(line: Mapping[str, Any], card: Mapping[str, Any], picture: Markup, **said: str) -> Line:
    currency = card["currency"]
    return Line(
        label=line["label"],
        result=figure(line["value"], line["unit"], currency),
        expected=figure(line["expected"], line["unit"], currency) if line["expected"] is not None else "",
        accounts=_accounts(line["n"]),
        points=fixed(line["points"]),
        picture=picture,
        change=_change(line, card),
        because=because(line),
        quarter=_quarter(line.get("compared"), line["unit"], currency, is_believed=believes(card["method"])),
        is_instead=_is_instead(line, card),
        **said,
    )


def because(line: Mapping[str, Any]) -> str:
    """Why it has these points, or none."""
    return line["reason_sentence"] or "Not measured." if line["points"] is None else str(line["because"])


def _quarter(compared: Mapping[str, Any] | None, unit: str, currency: str, *, is_believed: bool) -> Quarter:
    """Differences are of printed figures: of ratios in percentage points, of others in their own unit."""
    if not compared or compared["observed"] is None:
        return Quarter()

    def told(value: float | Decimal | None, *, as_is: bool = False) -> str:
        if value is None:
            return ""
        if unit == "ratio":
            return percentage_points(value)
        return f"{'+' if value > 0 else ''}{figure(value, unit, currency, as_is=as_is)}"

    observed, expected = compared["observed"], compared["expected"]
    return Quarter(
        observed=figure(observed, unit, currency),
        expected=figure(expected, unit, currency),
        difference=told(apart(observed, expected, unit, currency, in_full=False), as_is=True),
        believed=told(compared["theta"]) if is_believed else "",
    )


def _is_instead(line: Mapping[str, Any], card: Mapping[str, Any]) -> bool:
    """Whether the average stands in for the points, because nothing of the rule could be believed."""
    compared = line.get("compared")
    return believes(card["method"]) and compared is not None and compared["theta"] is None


def _change(line: Mapping[str, Any], card: Mapping[str, Any]) -> Decimal | None:
    if line["points"] is None or line["previous_points"] is None or _is_instead(line, card):
        return None
    return rounded(line["points"]) - rounded(line["previous_points"])


def _reading(line: Mapping[str, Any], card: Mapping[str, Any], words: Standing) -> Reading:
    """What the chart shows; points that only stand in are no reading."""
    peers, before = mark_of(card, line["peer_median_points"]), line["previous_points"]
    if _is_instead(line, card):
        return Reading(peers=peers, peers_are=words.peers)
    return Reading(line["points"], line["low"], line["high"], before, peers, words.peers)


def _accounts(n: int | None) -> str:
    return "" if n is None else many(n, "account")


def contributions(card: Mapping[str, Any]) -> tuple[list[Decimal | None], bool]:
    """What each line adds to the score as printed, None where it is not scored; whether they add up to the score."""
    lines, whole = card["lines"], exact(card["score"])
    values = [exact(line["contribution"]) or Decimal(0) for line in lines]
    is_complete = whole is not None and abs(sum(values, Decimal(0)) - whole) < Decimal("0.1")
    parts = in_parts(values, rounded(whole)) if is_complete else tuple(map(rounded, values))
    return [None if line["contribution"] is None else p for line, p in zip(lines, parts, strict=True)], is_complete


def shares(lines: Sequence[Mapping[str, Any]]) -> tuple[list[Decimal], int]:
    """The share each line has in this score, rounded so that they add up; whole per cent (0 places) where all are."""
    found = [exact(line["share"]) or Decimal(0) for line in lines]
    places = 0 if all(abs(s - rounded(s, 2)) < _EXACT for s in found) else 1
    if abs(sum(found, Decimal(0)) - 1) < _EXACT:
        found = [p / 100 for p in in_parts([s * 100 for s in found], Decimal(100), places)]
    return found, places


def printed_shares(found: Sequence[Figure]) -> list[str]:
    """Shares as they stand on every card; nothing counts as none."""
    told, places = shares([{"share": share} for share in found])
    return [percent(share, places) for share in told]


def _agreed(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    weights = [exact(line["weight"]) or Decimal(0) for line in lines]
    whole = sum(weights, Decimal(0)) or Decimal(1)
    is_as_agreed = [
        abs((exact(line["share"]) or Decimal(0)) - weight / whole) < _EXACT
        for line, weight in zip(lines, weights, strict=True)
    ]
    return ["" if same else figure(w, "weight") for same, w in zip(is_as_agreed, weights, strict=True)]
