"""How many points is a value worth, and why? Grades as expressions over a column, and as a sentence.

Values are Float64, points Float64 from 0 to 100; null stays null, and so does what is not a finite number.
Thresholds are met from a trillionth below: 0.9 that came out of a division as 0.8999999999999999 is 0.9.
"""

from collections.abc import Callable

import polars as pl

from scoring.rules.grades import Band, Bands, Linear
from scoring.rules.rulebook import Rule

FULL = 100.0
_NEAR = 1e-12


def points(grade: Linear | Bands, value: pl.Expr, better: str) -> pl.Expr:
    """The points of the values under the grade.

    `better` is the metric's direction, `higher` or `lower`; bands may declare another one. A band holds its
    edge, so an edge lies in the better band; what is worse than every band gets 0.
    """
    finite = pl.when(value.is_finite()).then(value.cast(pl.Float64))
    if isinstance(grade, Linear):
        return _linear(grade, finite)
    way = _sign(direction(grade, better))
    worth: pl.Expr = pl.when(finite.is_not_null()).then(0.0)
    for band in _worst_first(grade, way):
        worth = pl.when(finite * way >= _edge(band.from_, way)).then(band.points).otherwise(worth)
    return worth


def rule_points(rule: Rule, value: pl.Expr, better: str, kind: pl.Expr) -> pl.Expr:
    """The points under the rule, with the grade of the account's kind where the rule has one.

    `kind` is the column of the attribute that `rule.segments.by` names; without segments it is not looked at.
    Null where there is no grade.
    """
    nothing: pl.Expr = pl.when(False).then(value.cast(pl.Float64))  # as long as the values, unlike a literal
    worth = nothing if rule.grade is None else points(rule.grade, value, better)
    if rule.segments is None:
        return worth
    for name, grade in rule.segments.grades.items():
        worth = pl.when(kind == name).then(points(grade, value, better)).otherwise(worth)
    return worth


def direction(grade: Linear | Bands, better: str) -> str:
    """Which way is better under the grade: `higher` or `lower`."""
    if isinstance(grade, Linear):
        return grade.direction
    return grade.better or better


def because(grade: Linear | Bands, value: float, better: str, shown: Callable[[float], str]) -> str:
    """Why the value has its points, in a sentence for the card; `shown` writes values of the metric."""
    way = _sign(direction(grade, better))
    if isinstance(grade, Bands):
        return _because_of_band(grade, value, way, shown)
    floor = f"the floor {shown(grade.floor)} (0 points)"
    target = f"the target {shown(grade.target)} ({FULL:g} points)"
    if value * way >= _edge(grade.target, way):
        return f"{shown(value)} is at or {'above' if way > 0 else 'below'} {target}"
    if value * way <= -_edge(-grade.floor, way):
        return f"{shown(value)} is at or {'below' if way > 0 else 'above'} {floor}"
    return f"{shown(value)} lies between {floor} and {target}"


def _because_of_band(grade: Bands, value: float, way: int, shown: Callable[[float], str]) -> str:
    bands = _worst_first(grade, way)
    held = [b for b in bands if value * way >= _edge(b.from_, way)]
    if held:
        from_ = f"{shown(held[-1].from_)}{'' if way > 0 else ' down'}"
        return f"{shown(value)} is in the band from {from_}: {held[-1].points:g} points"
    side = "below" if way > 0 else "above"
    return f"{shown(value)} is {side} every band, the nearest is from {shown(bands[0].from_)}: 0 points"


def _linear(grade: Linear, value: pl.Expr) -> pl.Expr:
    """The straight line; its ends are exact."""
    way = _sign(grade.direction)
    slope = FULL / (grade.target - grade.floor)
    return (
        pl.when(value * way >= _edge(grade.target, way))
        .then(FULL)
        .when(value * way <= -_edge(-grade.floor, way))
        .then(0.0)
        .otherwise(((value - grade.floor) * slope).clip(0.0, FULL))
    )


def _worst_first(grade: Bands, way: int) -> list[Band]:
    return sorted(grade.bands, key=lambda band: band.from_ * way)


def _sign(better: str) -> int:
    """1 where more is better, -1 where less is."""
    return -1 if better == "lower" else 1


def _edge(threshold: float, way: int) -> float:
    """What a value times `way` must reach to meet the threshold."""
    return threshold * way - _NEAR * max(1.0, abs(threshold))
