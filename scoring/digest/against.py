"""What is a change measured against? The run of the last digest, or the period before, as the card says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from scoring.calendar import Period
from scoring.digest.content import day
from scoring.numbers import rounded
from scoring.scorecard.cards import Card
from scoring.scorecard.moving import RULES
from scoring.view import NotVisibleError, Seen

_DAYS = {"week": 7, "month": 31, "quarter": 92}
"""A change over no more days than these, but more than half of them, is one of "this week", and so on."""


@dataclass(frozen=True, slots=True)
class Against:
    """What changes are measured against, in words; `span` is how the headline says it, and `when` is
    when it was so.

    `last` is there where it is an earlier look at the same period. Its band of chance is that of the score by the root
    of `part`, the days since by those that the period had then: a figure of the period so far, averaged over t days,
    moves with d more by d/t of its own variance, so that an early week moves it more than a late one.

    Where no time went by, as the last digest spoke of this very run, of a period that was over or of no earlier day,
    nothing moved (`is_same`): what differs then is `because` of something else. Where other rules are in force since
    (`is_ruled_anew`), nobody knows what of a change is more than chance.
    """

    words: str
    span: str
    when: str = ""
    last: Seen | None = None
    is_same: bool = False
    because: str = ""
    is_ruled_anew: bool = False
    part: float = 1.0

    def was(self, card: Card) -> float | None:
        """The score before; None where there is none to compare with."""
        if self.last is None:
            return card["previous"]["score"] if card["previous"] else None
        earlier = self.earlier(card)
        return earlier["score"] if earlier else None

    def band(self, card: Card) -> float | None:
        """How far chance alone moves the score in that time; None where it is not said."""
        known = card["change_band"]
        return None if known is None or self.is_ruled_anew else known * sqrt(self.part)

    def is_beyond(self, card: Card) -> bool:
        """Whether the score moved by more than chance would do."""
        if self.last is None:
            return bool(card["is_beyond_chance"])
        band, was = self.band(card), self.was(card)
        if band is None or was is None or card["score"] is None or self.is_same:
            return False
        return abs(self.moved(card)) > band

    def moved(self, card: Card) -> float:
        """By how much the score moved, less what other rules alone made of the one before, as `is_beyond` judges it."""
        whole: float = card["score"] - (self.was(card) or 0.0)
        return whole - (self.of_rules(card) if self.last is None else 0.0)

    def of_rules(self, card: Card) -> float:
        """What other rules than those of the period before did to the score, as the card says; 0 without others."""
        return sum(float(part["points"]) for part in card.get("moved") or () if part["part"] == RULES)

    def is_corrected(self, card: Card) -> bool:
        """Whether the score is printed as another one though no time went by."""
        was = self.was(card)
        return self.is_same and was is not None and card["score"] is not None and rounded(card["score"]) != rounded(was)

    def is_unknown(self, card: Card) -> bool:
        """Whether the score is printed as another one, and nobody knows how far chance alone would move it."""
        was = self.was(card)
        if self.is_same or was is None or card["score"] is None or self.band(card) is not None:
            return False
        return rounded(card["score"]) != rounded(was)

    def earlier(self, card: Card) -> Card | None:
        """The manager's card in the run of the last digest, where it looked at the same period."""
        try:
            return self.last.card(card["manager_id"]) if self.last else None
        except NotVisibleError:
            return None


def against(now: Seen, last: Seen | None, every: str, cards: Sequence[Card]) -> Against:
    """What changes of these cards are measured against, in the digest of a week, a month or a quarter."""
    if last is None or last.period != now.period:
        before = next((card["previous"]["period"] for card in cards if card["previous"]), None)
        if before is None:
            return Against("", "")
        words = f"against {before}"
        return Against(words, f"this {every}" if every == "quarter" and "-Q" in before else words, f"In {before}")
    then, today = (date.fromisoformat(seen.facts["as_of"]) for seen in (last, now))
    period = _period(now)
    words, when = f"since {day(then.isoformat())}", f"On {day(then.isoformat())}"
    is_ruled_anew = last.facts["rules"]["sha256"] != now.facts["rules"]["sha256"]
    if last.run_id == now.run_id or then >= period.last_day or then >= today:
        because = "as the rules changed" if is_ruled_anew else "as figures were corrected"
        if then > today:
            because = f"seen from an earlier day, {day(today.isoformat())}"
        return Against("since the last digest", "since the last digest", when, last, is_same=True, because=because)
    days = (today - then).days
    so_far = max(1, (then - period.start).days + 1)
    is_usual = _DAYS[every] / 2 < days <= _DAYS[every]
    span, part = f"this {every}" if is_usual else words, min(1.0, days / so_far)
    return Against(words, span, when, last, is_ruled_anew=is_ruled_anew, part=part)


def is_over(seen: Seen) -> bool:
    """Whether the run's period was over when it was looked at."""
    return bool(seen.facts["as_of"] >= _period(seen).last_day.isoformat())


def _period(seen: Seen) -> Period:
    told = seen.facts["period"]
    start, last = (date.fromisoformat(told[end]) for end in ("from", "to"))
    return Period(told["name"], start, date.fromordinal(last.toordinal() + 1))
