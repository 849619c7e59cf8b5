"""What is a score made of? The lines of a card as printed rows whose points add up to the score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from scoring.numbers import NOT_MEASURED, exact, figure, fixed, in_parts, percent, rounded
from scoring.reports.charts import ranges
from scoring.reports.charts.ranges import Reading
from scoring.reports.charts.scale import Scale

_EXACT = Decimal("0.000001")
"""Nearer than this is the same: shares come as binary fractions."""


@dataclass(frozen=True, slots=True)
class Line:
    """One rule as printed; `change` is in points of the rule, None where nothing compares.

    `weight` is the share in this score, `agreed` the weight of the rules where that is another share.
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


@dataclass(frozen=True, slots=True)
class Composition:
    """The lines in the order of the rules, and the axis their charts share."""

    lines: tuple[Line, ...]
    axis: Markup
    is_complete: bool
    """Whether the printed contributions add up to the printed score."""


def composition(card: Mapping[str, Any]) -> Composition:
    """The card's lines as printed."""
    lines: Sequence[Mapping[str, Any]] = card["lines"]
    scale = ranges.points_scale([_reading(line) for line in lines])
    adds, is_complete = _contributions(lines, card["score"])
    columns = zip(lines, _weights(lines), _agreed(lines), adds, strict=True)
    made = tuple(
        _line(line, scale, card["currency"], weight=weight, agreed=agreed, adds=add)
        for line, weight, agreed, add in columns
    )
    return Composition(made, ranges.axis(scale), is_complete)


def _line(line: Mapping[str, Any], scale: Scale, currency: str, **said: str) -> Line:
    reading, is_scored = _reading(line), line["points"] is not None
    return Line(
        label=line["label"],
        result=figure(line["value"], line["unit"], currency),
        expected=figure(line["expected"], line["unit"], currency) if line["expected"] is not None else "",
        accounts=_accounts(line["n"]),
        points=fixed(line["points"]),
        picture=ranges.range_bar(scale, reading, line["label"]),
        change=_change(reading),
        because=line["because"] if is_scored else line["reason_sentence"] or "Not measured.",
        **said,
    )


def _change(reading: Reading) -> Decimal | None:
    if reading.value is None or reading.previous is None:
        return None
    return rounded(reading.value) - rounded(reading.previous)


def _reading(line: Mapping[str, Any]) -> Reading:
    return Reading(line["points"], line["low"], line["high"], line["previous_points"], line["peer_median_points"])


def _accounts(n: int | None) -> str:
    return "" if n is None else f"{fixed(n, 0)} account{'' if n == 1 else 's'}"


def _contributions(lines: Sequence[Mapping[str, Any]], score: float | None) -> tuple[list[str], bool]:
    values = [exact(line["contribution"]) or Decimal(0) for line in lines]
    whole = exact(score)
    if whole is None or abs(sum(values, Decimal(0)) - whole) >= Decimal("0.1"):
        return [fixed(line["contribution"]) for line in lines], False
    parts = in_parts(values, rounded(whole))
    scored = [line["contribution"] is not None for line in lines]
    return [fixed(p) if is_scored else NOT_MEASURED for p, is_scored in zip(parts, scored, strict=True)], True


def _weights(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """The share each line has in this score, in whole per cent where all are whole."""
    shares = [exact(line["share"]) or Decimal(0) for line in lines]
    places = 0 if all(abs(s - rounded(s, 2)) < _EXACT for s in shares) else 1
    if abs(sum(shares, Decimal(0)) - 1) < _EXACT:
        shares = [p / 100 for p in in_parts([s * 100 for s in shares], Decimal(100), places)]
    return [percent(s, places) for s in shares]


def _agreed(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    weights = [exact(line["weight"]) or Decimal(0) for line in lines]
    whole = sum(weights, Decimal(0)) or Decimal(1)
    is_as_agreed = [
        abs((exact(line["share"]) or Decimal(0)) - weight / whole) < _EXACT
        for line, weight in zip(lines, weights, strict=True)
    ]
    return ["" if same else figure(w, "weight") for same, w in zip(is_as_agreed, weights, strict=True)]
