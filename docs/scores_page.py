"""What of `how-scores-work.md` comes from the engine? The passages between marks, made from the small company."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt
from typing import Any

import polars as pl
from scores_example import ACCOUNTS, GIVER, HANDED_ON, LEFT_ON, MANAGER, YEAR, Example, example

from scoring.numbers import fixed, in_parts, likely, percent, signed
from scoring.peers.window import DAYS, GAP

BEGIN, END = "<!-- made: {} -->\n", "<!-- made -->\n"
OTHER = "Ines"
"""Whose accounts kept more, and were expected to."""
SHOWN = 3
"""How many accounts are named that add most, and that take most."""
OF_LEVEL = {
    "Small": "small",
    "Large": "large",
    "0": "customer for up to half a year",
    "1": "customer for half a year to a year and a half",
    "2": "customer for up to four years",
    "3": "customer for longer",
}

Row = Mapping[str, Any]


def filled(text: str) -> str:
    """The page with the passages as they should be."""
    return filled_with(text, passages(example()))


def filled_with(text: str, passages: Mapping[str, str]) -> str:
    """The text with each passage between the marks that name it."""
    for name, passage in passages.items():
        begin = BEGIN.format(name)
        before, rest = text.split(begin)
        _, after = rest.split(END, 1)
        text = f"{before}{begin}{passage}\n{END}{after}"
    return text


def passages(made: Example) -> dict[str, str]:
    """Each passage by its name."""
    mine, other = made.rows[MANAGER], made.rows[OTHER]
    small = {name: int(count) for name, count, *_ in map(str.split, YEAR.strip().splitlines()[1:])}
    return {
        "book": f"> *{OTHER}'s* accounts kept on average {percent(other['observed'])} of their revenue in a quarter, "
        f"*{MANAGER}'s* {percent(mine['observed'])}. But of {ACCOUNTS} accounts {MANAGER} began with {small[MANAGER]} "
        f"small ones, {OTHER} with {small[OTHER]}, and small accounts leave more often, whoever has them.",
        "window": _window(),
        "table": points_table(made),
        "expected": f"> {expected_line(made)}",
        "surprise": _surprise(mine, other),
        "accounts": accounts_table(made),
        "believed": _believed(made),
        "score": _score(made),
        "moved": moved_table(made),
    }


def days() -> dict[str, date]:
    """The days of the account that was passed on shortly before it left."""
    left = date.fromisoformat(LEFT_ON)
    return {
        "from": left - timedelta(days=DAYS + GAP),
        "to": left - timedelta(days=GAP),
        "handed": date.fromisoformat(HANDED_ON),
        "left": left,
    }


def said(day: date) -> str:
    """As 1 May 2026."""
    return f"{day.day} {day:%B %Y}"


def _window() -> str:
    on = days()
    late = (on["left"] - on["handed"]).days
    return (
        f"> *{GIVER}* passed Silver Press on to {MANAGER} on {said(on['handed'])}; it left {late} days later. The days "
        f"that count are those from {said(on['from'])} to {said(on['to'] - timedelta(days=1))}, all of them {GIVER}'s. "
        f"The loss is {GIVER}'s, and {MANAGER} is not charged with it."
    )


def points_table(made: Example) -> str:
    """What each kind of account adds to what is expected."""
    lines = [
        f"| {OF_LEVEL[row['level']]} | {signed(100 * row['points'])} | {row['accounts']:,} |"
        for row in made.levels.iter_rows(named=True)
    ]
    return "\n".join(["| kind of account | points | account-quarters |", "|---|---|---|", *lines])


def expected_parts(made: Example) -> tuple[float, float, dict[str, float]]:
    """Of a small account of the manager in its second band of tenure: what is expected, the base, and the points."""
    found = made.estimate
    at = made.units.with_row_index().join(
        made.trace.filter(pl.col("manager_id") == MANAGER).select("account_id").unique(), on="account_id"
    )
    wanted = at.filter((pl.col("segment") == "Small") & (pl.col("tenure_band") == 1)).sort("index")
    unit, codes = wanted["index"][0], wanted["code"][0]
    fold = found.expectation.fold[found.books.owner[unit]]
    points = {made.levels["level"][c]: float(found.expectation.points[fold, c]) for c in codes}
    return float(found.expectation.expected[unit]), found.expectation.base, points


def expected_line(made: Example) -> str:
    """As "expected 91.8 % = base 95.4 − small 2.9": the printed parts add up."""
    whole, base, points = expected_parts(made)
    shown = in_parts([Decimal(str(100 * v)) for v in (base, *points.values())], Decimal(fixed(100 * whole)))
    parts = [
        f"{'+' if value >= 0 else '−'} {fixed(abs(value))} ({OF_LEVEL[level]})"
        for level, value in zip(points, shown[1:], strict=True)
    ]
    return f"expected {percent(whole)} = base {fixed(shown[0])} {' '.join(parts)}"


def _surprise(mine: Row, other: Row) -> str:
    return (
        f"> {MANAGER}: {_hundred(mine['observed'])} % happened, {_hundred(mine['expected'])} % was expected, so the "
        f"surprise is **{signed(100 * mine['difference'], 2)}** points. {OTHER}: {_hundred(other['observed'])} % and "
        f"{_hundred(other['expected'])} %, so **{signed(100 * other['difference'], 2)}**. {MANAGER} is ahead after all."
    )


def _hundred(ratio: float) -> str:
    return fixed(100 * ratio, 2)


def accounts_table(made: Example) -> str:
    """What each account adds to the score: those that add most, those that take most, and the rest; it adds up."""
    parts, names = account_points(made), dict(made.units.select("account_id", "account").unique().iter_rows())
    rows = [*parts.head(SHOWN).iter_rows(named=True), *parts.tail(SHOWN).iter_rows(named=True)]
    whole = Decimal(fixed(made.cards[MANAGER]["score"] - 50))
    rest = float(parts["points"].sum()) - sum(row["points"] for row in rows)
    shown = in_parts([Decimal(str(p)) for p in (*(row["points"] for row in rows), rest)], whole)
    lines = [
        f"| {names[row['account_id']]} | {percent(row['observed'], 0)} | {percent(row['expected'], 0)} "
        f"| {percent(row['part'])} | {signed(points)} |"
        for row, points in zip(rows, shown[:-1], strict=True)
    ]
    share = 1 - sum(row["part"] for row in rows)
    return "\n".join([
        "| account | happened | expected | of the book | adds |",
        "|---|---|---|---|---|",
        *lines,
        f"| {parts.height - len(rows)} others | | | {percent(share)} | {signed(shown[-1])} |",
        f"| **score above 50** | | | | **{signed(whole)}** |",
    ])  # fmt: skip


def account_points(made: Example) -> pl.DataFrame:
    """The manager's accounts, those that add most first: part of the book, means of their quarters, and points."""
    weighed = [((pl.col(c) * pl.col("part")).sum() / pl.col("part").sum()).alias(c) for c in ("observed", "expected")]
    mine = made.trace.filter(pl.col("manager_id") == MANAGER).group_by("account_id")
    return mine.agg(*weighed, pl.col("part").sum(), pl.col("points").sum()).sort(
        pl.col("points").round(9), "account_id", descending=[True, False]
    )


def _believed(made: Example) -> str:
    row, k = made.rows[MANAGER], made.estimate.scale
    weighs, n = fixed(k.k if k else None, 0), fixed(row["evidence"], 0)
    return (
        f"> {MANAGER}'s {row['accounts']} account-quarters weigh as much as {n} equal ones, and k is {weighs}: "
        f"{n} / ({n} + {weighs}) = "
        f"{percent(row['z'], 0)}. That much of the surprise is believed."
    )


def _score(made: Example) -> str:
    row, card = made.rows[MANAGER], made.cards[MANAGER]
    spread = sqrt(made.estimate.scale.between) if made.estimate.scale else 0.0
    apart, believed = row["difference"] - row["peer_mean"], row["theta"] - row["peer_mean"]
    return (
        f"> The peers' average surprise is {signed(100 * row['peer_mean'], 2)}; {MANAGER} is {_hundred(apart)} above "
        f"it, of which {fixed(100 * believed, 3)} is believed. True differences have a standard deviation of "
        f"{fixed(100 * spread, 3)} points, so {fixed(100 * believed, 3)} / {fixed(100 * spread, 3)} × 10 = "
        f"{fixed(card['score'] - 50)} above 50: **{fixed(card['score'])}**, likely "
        f"{likely(card['low'], card['high'])}."
    )


def moved_table(made: Example) -> str:
    """The parts of the change since the quarter before; they add up."""
    card = made.cards[MANAGER]
    parts = card["moved"] or []
    whole = Decimal(fixed(card["change"]))
    shown = in_parts([Decimal(str(p["points"])) for p in parts], whole)
    lines = [f"| {p['label']} | {signed(v)} |" for p, v in zip(parts, shown, strict=True) if v]
    return "\n".join([
        f"| why {MANAGER} moved from {fixed(card['previous']['score'])} to {fixed(card['score'])} | points |",
        "|---|---|",
        *lines,
        f"| **change** | **{signed(whole)}** |",
        f"| chance alone moves it by | ±{fixed(card['change_band'])} |",
    ])  # fmt: skip
