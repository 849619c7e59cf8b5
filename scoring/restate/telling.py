"""How does a run tell what was learned of sealed periods? As objects, and a bridge from as published to as known."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from scoring.calendar import Period
from scoring.money import added
from scoring.restate.prior import Prior

Told = dict[str, Any]


def seals_json(prior: Prior) -> list[Told]:
    """The seals that the run looked at."""
    return [{"period": s.period.name, "run_id": s.run_id, "sha256": s.sha256} for s in prior.seals]


def prior_json(prior: Prior, book: pl.DataFrame, period: Period, currency: str) -> Told:
    """What the company is told: every line, and the bridge of everybody, the company's last."""
    return {
        **_sealed(prior),
        "bridge": [*_bridges(prior, book, period, currency).values()],
        "lines": _lines(prior.lines, prior),
    }


def on_cards(cards: Sequence[Told], prior: Prior | None, book: pl.DataFrame, period: Period) -> list[Told]:
    """The cards with the lines and the bridge of each manager, and the score that was published for the period before
    where that is sealed; as they are where nothing is.
    """
    if prior is None:
        return list(cards)
    bridges = _bridges(prior, book, period, cards[0]["currency"]) if cards else {}
    lines = prior.lines.partition_by("manager_id", as_dict=True)
    none = dict.fromkeys(("sealed", "lines", "known"), "0.0000")
    published = {seal.period.name: seal.scores for seal in prior.seals}
    return [
        {
            **card,
            "previous": _previous(card, published),
            "prior_periods": {
                **_sealed(prior),
                "bridge": bridges.get(card["manager_id"], {"manager_id": card["manager_id"], **none}),
                "lines": _lines(lines.get((card["manager_id"],), prior.lines.clear()), prior),
            },
        }
        for card in cards
    ]


def _previous(card: Told, published: Mapping[str, Mapping[str, float | None]]) -> Told | None:
    """What the card says of the period before, with the score that was `published` if it is sealed."""
    before: Told | None = card["previous"]
    given = published.get(before["period"], {}) if before else {}
    return {**before, "published": given[card["manager_id"]]} if before and card["manager_id"] in given else before


def _sealed(prior: Prior) -> Told:
    """The last sealed period, and the currency of the bridge."""
    return {"sealed_until": prior.seals[-1].period.name, "currency": prior.seals[-1].rulebook.currency}


def _bridges(prior: Prior, book: pl.DataFrame, period: Period, currency: str) -> dict[str | None, Told]:
    """Manager to the sealed closing, what the lines add, and the closing as it is known, as text; None is the company.

    Where revenue is a state, and the period follows at once and is of the same `currency`, also its `opening`, and what
    `others` make of it in between: other rules, or accounts handed over on its first day.
    """
    ends = prior.by_manager
    of = {row["manager_id"]: _bridge(row) for row in ends.iter_rows(named=True)}
    of[None] = _bridge({"manager_id": None, **{c: added(ends[c]) for c in ("sealed", "lines", "known")}})
    last = prior.seals[-1]
    follows = last.period.end == period.start and last.rulebook.currency == currency
    if last.rulebook.basis != "contracts" or not follows:
        return of
    opening = dict(book.group_by("manager_id").agg(pl.col("opening").sum()).iter_rows())
    opening = {**opening, None: added(book["opening"])}
    zero = Decimal("0.0000")
    for manager in [*sorted({*of, *opening} - {None}, key=str), None]:
        bridge = of.pop(manager, None) or _bridge({"manager_id": manager, "sealed": zero, "lines": zero, "known": zero})
        opens = opening.get(manager, zero)
        of[manager] = {**bridge, "others": str(opens - Decimal(bridge["known"])), "opening": str(opens)}
    return of


def _bridge(row: Mapping[str, Any]) -> Told:
    return {name: value if name == "manager_id" else str(value) for name, value in row.items()}


def _lines(lines: pl.DataFrame, prior: Prior) -> list[Told]:
    """The lines as text, instants in the business time zone, so that each says its day."""
    zone = ZoneInfo(prior.seals[-1].rulebook.calendar.time_zone)
    return [
        {name: value if value is None or isinstance(value, str) else _text(value, zone) for name, value in row.items()}
        for row in lines.iter_rows(named=True)
    ]


def _text(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, Decimal):
        return str(value)
    return (value.astimezone(zone) if isinstance(value, datetime) else value).isoformat()
