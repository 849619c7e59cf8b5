"""What is one recipient told? Composed of what they may see, and of nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from scoring.digest import corrections, headings, health, learned, movers, renewals, shared
from scoring.digest.against import Against, against
from scoring.digest.content import Asked, Correction, Counts, Digest, Link, Moved, Renewals, Words, plain
from scoring.digest.links import Links
from scoring.reports.captions import CONFIDENTIAL_BOOK
from scoring.scorecard.cards import Card
from scoring.view import NotVisibleError, Seen, View

MOST = 12
"""So many who moved are named; the page has them all."""
_MOST_UNSCORED = 3

_WHY = {
    "leaders": "You get this as you may see the whole company",
    "directors": "You get this as you answer for these teams",
    "managers": "You get this as the accounts behind this score are in your care",
    "channel": "Whoever reads this channel gets this",
}
_OF_ONESELF = "How it moved and why, what comes up for renewal, and how sure the data are."
"""What mail programs show beside the subject, where others may look on."""


def compose(view: View, now: Seen, last: Seen | None, asked: Asked) -> Digest:
    """What the recipient is told, who is the one of the view.

    `now` is the run that is spoken of, `last` the one that the last digest spoke of, both as the recipient sees them.
    Raises NotVisibleError where a manager has no card in the run.
    """
    cards = _cards(view, asked, now)
    return _Composing(view, now, last, asked, against(now, last, asked.schedule.every, cards), cards).digest()


@dataclass(frozen=True, slots=True)
class _Composing:
    """A digest on its way."""

    view: View
    now: Seen
    last: Seen | None
    asked: Asked
    measured: Against
    cards: tuple[Card, ...]

    @property
    def audience(self) -> str:
        return self.asked.schedule.audience

    @property
    def is_own(self) -> bool:
        return self.audience == "managers"

    @property
    def is_shared(self) -> bool:
        return self.audience == "channel"

    @property
    def links(self) -> Links:
        return Links(self.asked.page)

    def digest(self) -> Digest:
        """All of it."""
        cards = self.cards
        found = movers.movers(cards, self.measured)
        told = self.corrections()
        own = movers.told(self.now, cards[0], self.measured, self.links, is_own=True) if self.is_own else None
        begun = self.begun(cards, found.counts, own, [correction.period for correction in told])
        return replace(
            begun,
            movers=self.movers(found.beyond),
            more=max(0, len(found.beyond) - MOST) if self.names_movers else 0,
            unscored=self.unscored(found.unscored, is_told=bool(found.beyond)),
            corrections=told,
            learned=self.learned(cards),
            renewals=self.renewals(cards),
            health=self.health(cards),
        )

    def begun(self, cards: Sequence[Card], counts: Counts, own: Moved | None, periods: list[str]) -> Digest:
        """The digest with all but what stands below its headline."""
        asked, now, measured, is_own = self.asked, self.now, self.measured, self.is_own
        seal = self.view.store.sealed(now.period, asked.written_at)
        is_sealed = seal is not None and seal.run_id == now.run_id
        whose = headings.whose(self.audience, now.teams if self.audience == "directors" else ())
        lead = headings.own_lead(cards[0], own, measured) if is_own else headings.lead(counts, measured)
        title = headings.own_headline(cards[0], own, measured) if is_own else headings.headline(counts, measured)
        return Digest(
            schedule=asked.schedule.name,
            occasion=asked.period.name,
            audience=self.audience,
            run_id=now.run_id,
            run_period=now.period,
            as_of=now.facts["as_of"],
            currency=now.facts["currency"],
            subject=headings.subject(asked, whose, counts, periods),
            preview=_OF_ONESELF
            if is_own
            else " ".join((plain(lead[0]) if lead else title, *(f"Figures of {p} were corrected." for p in periods))),
            title=title,
            eyebrow=headings.eyebrow(asked, whose, now, is_sealed=is_sealed),
            notices=self.notices(),
            lead=lead,
            against=measured.words,
            counts=counts,
            own=own,
            link=self.link(cards),
            reason=f"{_WHY[self.audience]}, by the schedule {asked.schedule.name}.",
            unsubscribe=None if self.is_shared else asked.unsubscribe,
            confidential=CONFIDENTIAL_BOOK,
            is_sealed=is_sealed,
            is_late=asked.is_late,
            dated=asked.prepared_at,
        )

    def notices(self) -> tuple[str, ...]:
        """What must be known first."""
        asked, measured = self.asked, self.measured
        first = headings.first(asked, self.last, measured)
        late = headings.late(asked, date.fromisoformat(self.now.facts["as_of"]))
        otherwise = headings.otherwise(self.cards, self.published(), is_own=self.is_own)
        return (*late, *first, *headings.about(asked, self.now, measured, self.cards), *otherwise)

    def published(self) -> dict[str, float | None]:
        """What was published for the period before, by manager; empty where nothing is measured against that."""
        before = next((card["previous"]["period"] for card in self.cards if card["previous"]), None)
        if self.measured.last is not None or before is None:
            return {}
        run_id = self.view.store.holding(self.asked.written_at).get(before)
        if run_id is None:
            return {}
        then = Seen(self.now.shelf, self.now.shelf.run(run_id), self.view.sight)
        return {card["manager_id"]: card["score"] for card in self.cards_if_any(then)}

    @property
    def names_movers(self) -> bool:
        """Whether those who moved are told by name."""
        if self.is_own or "movers" not in self.asked.schedule.content:
            return False
        return not self.is_shared or self.asked.schedule.detail == "names"

    def movers(self, beyond: Sequence[Card]) -> tuple[Moved, ...]:
        """Those who moved beyond chance, the largest changes first."""
        if not self.names_movers:
            return ()
        told = (movers.told(self.now, card, self.measured, self.links, is_own=False) for card in beyond[:MOST])
        named = tuple(moved for moved in told if moved)
        return shared.without_scores(named) if self.is_shared else named

    def unscored(self, cards: Sequence[Card], *, is_told: bool) -> tuple[Words, ...]:
        """Who has no score, and why; where nobody moved, only who had one before."""
        if self.is_shared or not self.names_movers:
            return ()
        known = cards if is_told else [card for card in cards if self.measured.was(card) is not None]
        return movers.without_score(known, _MOST_UNSCORED, len(cards))

    def corrections(self) -> tuple[Correction, ...]:
        """The figures told before that are others now."""
        if "corrections" not in self.asked.schedule.content:
            return ()
        told = corrections.corrections(self.view, self.now, self.asked, self.cards_if_any, is_plain=self.is_shared)
        return shared.without_persons(told) if self.is_shared else told

    def cards_if_any(self, seen: Seen) -> tuple[Card, ...]:
        """The cards of another run that are told of; none where a manager had none."""
        try:
            return _cards(self.view, self.asked, seen)
        except NotVisibleError:
            return ()

    def learned(self, cards: Sequence[Card]) -> tuple[Words, ...]:
        """What was learned of sealed periods."""
        if self.is_shared or "corrections" not in self.asked.schedule.content:
            return ()
        return learned.learned(self.now, self.last, cards, is_own=self.is_own)

    def renewals(self, cards: Sequence[Card]) -> Renewals | None:
        """What comes up for renewal."""
        if "renewals" not in self.asked.schedule.content:
            return None
        if self.is_shared:
            return renewals.counted(self.now, cards)
        return renewals.renewals(self.now, cards, self.links, is_own=self.is_own)

    def health(self, cards: Sequence[Card]) -> tuple[Words, ...]:
        """What should be known of the data."""
        if "health" not in self.asked.schedule.content:
            return ()
        if self.is_shared:
            return health.of_channel(self.now, self.asked.period)
        if self.audience == "leaders":
            return health.of_company(self.now, self.asked.period, self.asked.unknown)
        return health.of_managers(cards, is_own=self.is_own)

    def link(self, cards: Sequence[Card]) -> Link | None:
        """Where the button leads."""
        period = self.now.period
        if self.is_own:
            url, words = self.links.card(period, cards[0]["manager_id"]), "Open your scorecard"
        elif self.audience == "directors" and len(self.now.teams) == 1:
            url, words = self.links.team(period, self.now.teams[0]), "Open your team"
        else:
            url, words = self.links.league(period), "Open the managers’ page"
        return None if url is None else Link(url, words)


def _cards(view: View, asked: Asked, seen: Seen) -> tuple[Card, ...]:
    """The cards of a run that are told of. Raises NotVisibleError where a manager has none."""
    if asked.schedule.audience == "managers":
        return (seen.card(view.who.manager_id or ""),)
    if asked.schedule.audience == "directors":
        return tuple(card for card in seen.cards if view.sight.sees_team(card["team"]))
    return seen.cards
