"""Are the reviews as they were stored? Their chain walked event by event, each document hashed again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError
from sqlmodel import Session, col, select

from scoring.review import Event, Kind, Part, Review
from scoring.review.people import is_same
from scoring.store.chains import ends_with
from scoring.store.reviewing.chain import card_hashes, file_of
from scoring.store.reviewing.records import EventRecord, record_of
from scoring.store.reviewing.tables import ReviewDocument, ReviewEvent, ReviewHead

Hashed = Callable[[str], str | None]
"""The hash of a file by its path in the folder of the frames, None where there is none."""


@dataclass(frozen=True, slots=True)
class BrokenEvent:
    """What is wrong with an event of a review; neither number nor period where it concerns no single one."""

    number: int | None
    period: str | None
    what: str


@dataclass(slots=True)
class Walk:
    """The walk over all events, which counts them; `known` is the hash of one of them, as it was written down."""

    session: Session
    hashed: Hashed
    known: str | None = None
    head: str | None = None
    events: int = 0
    documents: int = 0
    cards: dict[str, dict[str, str]] = field(default_factory=dict)

    def broken(self) -> Iterator[BrokenEvent]:
        """What is wrong, the first link first."""
        before, number, is_known = "", 0, self.known is None
        kept = self._documents()
        done: dict[tuple[str, str], tuple[Event, ...]] = {}
        for row in self.session.exec(select(ReviewEvent).order_by(col(ReviewEvent.number))):
            number += 1
            if row.number != number:
                yield BrokenEvent(row.number, row.period, f"event {number} is missing")
                number = row.number
            elif row.before != before:
                yield BrokenEvent(
                    row.number, row.period, "it does not follow the event before: one was changed or exchanged"
                )
            self.events += 1
            before = self.head = row.sha256
            is_known = is_known or before.startswith(str(self.known).lower())
            for what in self._wrong(row, done, kept.pop(number, [])):
                yield BrokenEvent(row.number, row.period, what)
        for event in kept:
            yield BrokenEvent(event, None, "a document is catalogued for an event that did not seal a review")
        if not is_known:
            yield BrokenEvent(None, None, f"the reviews have no event {str(self.known)[:12]}")
        if not ends_with(self.session, ReviewHead, number, before):
            yield BrokenEvent(
                None, None, "the reviews do not end where they should: events at their end are missing or exchanged"
            )

    def _documents(self) -> dict[int, list[ReviewDocument]]:
        """Event to the documents that are catalogued for it."""
        found: dict[int, list[ReviewDocument]] = {}
        for row in self.session.exec(select(ReviewDocument).order_by(col(ReviewDocument.event), ReviewDocument.name)):
            found.setdefault(row.event, []).append(row)
        return found

    def _wrong(
        self, row: ReviewEvent, done: dict[tuple[str, str], tuple[Event, ...]], kept: Sequence[ReviewDocument]
    ) -> Iterator[str]:
        """What is wrong with one event."""
        try:
            record = record_of(row)
            event = record.event
            is_same = record.link_sha256 == row.sha256
        except (ValidationError, ValueError):
            yield "its own row was changed"
            return
        if not is_same:
            yield "its own row was changed"
        if self._card(row.run_id, row.manager_id) != row.card_sha256:
            yield f"the card of {row.manager_id} in run {row.run_id[:12]} is not the one that was reviewed"
        before = done.get((row.period, row.manager_id), ())
        if event.step != len(before) + 1:
            yield f"it is step {event.step} of its review, after step {len(before)}"
        if not before and event.kind is not Kind.STARTED:
            yield "its review was never begun"
        elif event.kind is Kind.SEALED and not _is_signed(record, before):
            yield "it sealed a review that was not signed"
        done[row.period, row.manager_id] = (*before, event)
        yield from self._wrong_documents(event, kept)

    def _card(self, run_id: str, manager_id: str) -> str | None:
        """The hash of the card as it is stored; each run's are hashed once."""
        if run_id not in self.cards:
            self.cards[run_id] = card_hashes(self.session, run_id)
        return self.cards[run_id].get(manager_id)

    def _wrong_documents(self, event: Event, kept: Sequence[ReviewDocument]) -> Iterator[str]:
        said = event.what.documents if event.what.kind is Kind.SEALED else ()
        catalogued = [(row.name, row.sha256, row.size, row.path) for row in kept]
        if catalogued != sorted((each.name, each.sha256, each.size, file_of(each)) for each in said):
            yield "the catalogue of its documents was changed"
        for each in said:
            self.documents += 1
            found = self.hashed(file_of(each))
            if found != each.sha256:
                yield f"its document {each.name} {'is gone' if found is None else 'was changed'}"


def _is_signed(record: EventRecord, before: tuple[Event, ...]) -> bool:
    """Whether two people stand behind what was sealed."""
    version = Review(record.period, record.manager_id, record.manager_id, before).versions[-1]
    reviewer, manager = version.signature(Part.REVIEWER), version.signature(Part.MANAGER)
    is_one = reviewer is not None and manager is not None and is_same(reviewer.who, manager.who)
    return version.is_complete and not is_one
