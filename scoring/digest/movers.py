"""Whose score moved? Each manager's change, and whether it is more than chance would do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scoring.digest.against import Against
from scoring.digest.causes import why
from scoring.digest.content import Counts, Moved, Words, name, reported
from scoring.digest.links import Links
from scoring.numbers import rounded
from scoring.reports.names import alphabetical
from scoring.scorecard.cards import Card
from scoring.view import Seen


@dataclass(frozen=True, slots=True)
class Movers:
    """How many moved, and the cards of those who moved beyond chance, the largest change first."""

    counts: Counts
    beyond: tuple[Card, ...]
    unscored: tuple[Card, ...]


def movers(cards: Iterable[Card], measured: Against) -> Movers:
    """Who of them moved, measured against what the last digest said."""
    up: list[Card] = []
    down: list[Card] = []
    unscored: list[Card] = []
    within = alone = unknown = corrected = 0
    for card in cards:
        was = measured.was(card)
        if card["score"] is None:
            unscored.append(card)
        elif was is None:
            alone += 1
        elif measured.is_corrected(card):
            corrected += 1
        elif measured.is_unknown(card):
            unknown += 1
        elif not measured.is_beyond(card):
            within += 1
        else:
            (up if measured.moved(card) > 0 else down).append(card)

    def order(card: Card) -> tuple[float, tuple[str, str], str]:
        return -abs(measured.moved(card)), alphabetical(card["name"]), card["manager_id"]

    unscored.sort(key=lambda card: (alphabetical(card["name"]), card["manager_id"]))
    counts = Counts(len(up), len(down), within, alone, len(unscored), unknown, corrected)
    return Movers(counts, tuple(sorted([*up, *down], key=order)), tuple(unscored))


def told(now: Seen, card: Card, measured: Against, links: Links, *, is_own: bool) -> Moved | None:
    """The manager's change with its causes; None without both scores."""
    was = measured.was(card)
    if card["score"] is None or was is None:
        return None
    printed = rounded(card["score"]) - rounded(was)
    team = card["team"]
    return Moved(
        manager_id=card["manager_id"],
        name=name(card["name"]),
        team=name(team) if team else None,
        score=card["score"],
        low=card["low"],
        high=card["high"],
        interval=card["interval"],
        was=was,
        change=round(card["score"] - was, 9) + 0.0,
        printed=printed,
        band=measured.band(card),
        is_beyond_chance=measured.is_beyond(card),
        why=why(now, card, measured, is_own=is_own) if printed else (),
        url=links.card(now.period, card["manager_id"]),
    )


def without_score(cards: Sequence[Card], most: int, in_all: int) -> tuple[Words, ...]:
    """Who of these has no score and why, each in a sentence; where any is named, the last one says how many more.

    `in_all` are without a score.
    """
    named = [_unscored(card) for card in cards[:most]]
    rest = in_all - len(named) if named else 0
    return (*named, (f"{rest} more {'has' if rest == 1 else 'have'} no score.",)) if rest else tuple(named)


def _unscored(card: Card) -> Words:
    return (name(card["name"]), " has no score: ", reported(_reason(card)))


def _reason(card: Card) -> str:
    reason = str(card["reason"] or "nothing could be scored").strip()
    return reason[:1].lower() + reason[1:] if reason[1:2].islower() else reason
