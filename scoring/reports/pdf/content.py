"""What is handed to the template of a card? What the card shows, as plain texts and drawings."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoring.numbers import NOT_MEASURED, arrow, exact, fixed, percent, rounded, signed
from scoring.reports.captions import CONFIDENTIAL
from scoring.reports.charts import ranges
from scoring.reports.dates import day
from scoring.reports.moves import Row, Walk
from scoring.reports.pdf import review as reviews
from scoring.reports.pdf.pictures import drawn
from scoring.reports.pdf.review import Review
from scoring.reports.pdf.texts import BODY, SMALL, text, width
from scoring.reports.shown import Shown, shown

Content = dict[str, Any]

_SCALE, _LINES, _COMPARED_LINES, _MARK = 320, 150, 84, 16
"""How wide charts are, in points."""
_TALL, _LINE = 24, 8.6
"""How high, in points: the chart of the score with its axis in it, and a printed line beside a walk."""
_SMALL, _ROW = 0.62, 0.5
"""Points a pixel: of axes, so that their words are as small as small print, and of rows that stand close together."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How wide the columns of a walk are, in points: its figures, its chart and its words."""

    amount: int
    chart: int
    words: int


_POINTS, _MONEY = Columns(38, 62, 185), Columns(77, 50, 48)
"""The score's walk has names in its rows, the revenue's has long figures."""


def foot(period: str, rules_hash: str, further: str = "") -> Content:
    """What stands at the foot of each page."""
    marks = (period, f"rules {rules_hash}", further)
    return {"first": CONFIDENTIAL, "second": " · ".join(m for m in marks if m)}


def content(card: Mapping[str, Any], review: Review | None = None) -> Content:
    """All that the template of a card prints."""
    what = shown(card)
    return {
        "eyebrow": f"Account-manager scorecard · {card['period']}",
        "name": text(card["name"]),
        "facts": " · ".join(map(text, what.facts)),
        "goal": f"Goal: {text(card['goal'])}" if card["goal"] else "",
        "tag": reviews.tag(review),
        "where": [what.window, f"As of {day(card['as_of'])}", rules_of(card)],
        "score": _score(card, what),
        "made": None if what.is_withheld else _made(card, what),
        "lost": text(what.lost),
        "walks": _walks(card, what),
        "learned": _learned(card, what),
        "accounts": _accounts(card, what),
        "notes": [text(note) for note in what.notes],
        "review": reviews.printed(review),
        "measured": {
            "text": text(" ".join(what.method)),
            "definitions": [{"term": text(term), "meaning": text(meaning)} for term, meaning in what.definitions],
        },
    }


def rules_of(header: Mapping[str, Any]) -> str:
    """Which rules they are: name, version and the beginning of their hash."""
    version = f", version {text(header['rules_version'])}" if header["rules_version"] else ""
    return f"{text(header['rules_name'])}{version} · {header['rules_hash'][:12]}"


def moved(value: Any) -> Content:
    """A change in points with its arrow, and the kind of it."""
    if exact(value) is None:
        return {"text": NOT_MEASURED, "kind": "same"}
    points = rounded(value)
    return {"text": f"{arrow(points)}\u00a0{signed(points)}", "kind": _kind(arrow(points))}


def legend(card: Mapping[str, Any], before: str, peers: str) -> list[Content]:
    """What the marks of range bars mean."""
    marks = {"dot": card["period"], "ring": before, "bar": f"likely range ({percent(card['interval'], 0)})"}
    return [
        {"picture": drawn(ranges.key(mark), _MARK, pixel=_SMALL, room=0), "text": means}
        for mark, means in (*marks.items(), ("peers", peers))
        if means
    ]


def _kind(sign: str) -> str:
    return {"▲": "up", "▼": "down"}.get(sign, "same")


def _score(card: Mapping[str, Any], what: Shown) -> Content:
    is_scored = card["score"] is not None
    lead = what.likely if is_scored else card["reason"] or "Nothing could be scored."
    return {
        "is-scored": is_scored,
        "number": fixed(card["score"]) if is_scored else "No score",
        "beside": what.words.beside if is_scored else "",
        "label": text(card["label"]),
        "mark": what.captions.mark,
        "lead": text(lead),
        "rest": text(what.group) if is_scored else "",
        "doubts": [text(doubt) for doubt in what.doubts],
        "change": moved(what.change) if is_scored and what.change is not None else None,
        "change-words": text(what.change_words) if is_scored else "",
        "is-plain": not card["is_beyond_chance"],
        "small": [text(s) for s in (what.unscored, what.published, what.evidence, what.unadjusted) if s],
        "picture": drawn(what.overall, _SCALE, pixel=_SMALL, tall=_TALL, ticks=True) if what.overall else None,
    }


def _made(card: Mapping[str, Any], what: Shown) -> Content:
    made = what.made
    width = _COMPARED_LINES if made.is_compared else _LINES
    return {
        "caption": what.captions.lines,
        "legend": legend(card, what.before, what.words.peers),
        "is-compared": made.is_compared,
        "before": f"vs {what.before}" if what.before else "",
        "axis": drawn(made.axis, width, pixel=_SMALL),
        "rows": [
            {
                "label": text(line.label),
                "because": text(line.because),
                "weight": _cell(line.weight, f"rules: {line.agreed}" if line.agreed else ""),
                "result": _cell(line.result, f"expected {line.expected}" if line.expected else "", line.accounts),
                "quarter": _cell(
                    line.quarter.observed, f"expected {line.quarter.expected}" if line.quarter.expected else ""
                ),
                "apart": _cell(
                    line.quarter.difference, f"believed {line.quarter.believed}" if line.quarter.believed else ""
                ),
                "points": _cell(line.points, "stands in" if line.is_instead else ""),
                "picture": drawn(line.picture, width, pixel=_SMALL),
                "change": moved(line.change),
                "adds": line.adds,
            }
            for line in made.lines
        ],
        "total": fixed(card["score"]) if made.is_complete else "",
    }


def _cell(figure: str, *small: str) -> Content:
    return {"text": figure, "small": [line for line in small if line]}


def _walks(card: Mapping[str, Any], what: Shown) -> list[Content]:
    told = what.captions
    made = []
    if what.moved_score:
        heads = {"heading": "Why the score moved", "caption": told.score_walk, "what": told.cause, "amount": "Points"}
        made.append(heads | {"note": text(card["rules_change"])} | _walk(what.moved_score, _POINTS))
    if what.moved_revenue:
        heads = {"heading": "What happened to the revenue", "caption": text(told.revenue_walk), "what": "Movement"}
        made.append(heads | {"amount": text(card["currency"]), "note": ""} | _walk(what.moved_revenue, _MONEY))
    return made


def _walk(walk: Walk, columns: Columns) -> Content:
    def row(row: Row) -> Content:
        label, named = text(row.label), ", ".join(f"{text(who)} {points}" for who, points in row.accounts)
        lines = sum(math.ceil(width(words, size) / columns.words) for words, size in ((label, BODY), (named, SMALL)))
        tall = _LINE * lines + 2 if lines > 1 else None
        return {
            "label": label,
            "move": {"text": f"{row.arrow}\u00a0{row.text}".strip("\u00a0"), "kind": _kind(row.arrow)},
            "is-end": not row.arrow,
            "accounts": named,
            "picture": drawn(row.picture, columns.chart, pixel=_ROW, tall=tall),
        }

    axis = drawn(walk.axis, columns.chart, pixel=_SMALL)
    return {"axis": axis, "amount-width": columns.amount, "rows": [row(each) for each in walk.rows]}


def _learned(card: Mapping[str, Any], what: Shown) -> Content | None:
    told = what.learned
    if told is None:
        return None
    until = text(told.until)
    return {
        "heading": f"Learned since {until} was sealed",
        "caption": what.captions.learned,
        "currency": text(card["currency"]),
        "published": {"label": f"Closing of {until} as published", "amount": told.published},
        "known": {"label": f"Closing of {until} as known today", "amount": told.known},
        "rows": [
            {
                "account": text(line.account),
                "day": line.day,
                "kind": line.kind,
                "amount": line.amount,
                "why": text(line.why),
            }
            for line in told.lines
        ],
        "more": {"label": told.more, "amount": told.rest, "why": "in prior_periods.parquet"} if told.more else None,
    }


def _accounts(card: Mapping[str, Any], what: Shown) -> Content | None:
    if not what.accounts and not what.largest:
        return None
    return {
        "heading": what.captions.accounts_heading,
        "caption": what.captions.accounts,
        "before": f"Before, {text(card['currency'])}",
        "after": f"After, {text(card['currency'])}",
        "effect": what.captions.effect,
        "rows": [
            {
                "name": text(account["name"]),
                "before": account["before"],
                "after": account["after"],
                "points": moved(account["points"]),
                "sentence": text(account["sentence"]),
            }
            for account in what.accounts
        ],
        "others": _others(what.others),
        "said": _said(card, what),
    }


def _others(others: Mapping[str, str] | None) -> Content | None:
    if others is None:
        return None
    return {"rest": others["rest"], "whole": f"all together {others['whole']}, the distance from 50"}


def _said(card: Mapping[str, Any], what: Shown) -> Sequence[str]:
    """The sentences under the accounts."""
    said = [what.more] if what.more and not what.others else []
    if what.largest:
        named = text(card["without_largest"]["name"])
        said.append(f"{what.largest} The largest account is {named}{'' if named.endswith('.') else '.'}")
    return said
