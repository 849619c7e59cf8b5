"""What became of the reviews? They are begun, moved on and read here; `scoring.review` says what is possible."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlmodel import Session

from scoring.review import Document, Made, Person, Published, Review, Version, What, begin, follow, seal
from scoring.review.refusals import ChangedSinceError, DamagedDocumentError, NoReviewError, RefusedMoveError
from scoring.review.words import told
from scoring.store.chains import end_of
from scoring.store.database import reading, writing
from scoring.store.frames import keep_document
from scoring.store.records import instant
from scoring.store.reviewing.chain import (
    all_records,
    append,
    card_text,
    file_of,
    name_of,
    names_on,
    published_for,
    records_of,
    review_of,
)
from scoring.store.reviewing.tables import ReviewHead
from scoring.store.store import Store

Make = Callable[[Mapping[str, Any], Review], Made]
"""What makes the document of a card and its review, when all have signed and before it is sealed."""


@dataclass(frozen=True, slots=True)
class Reviews:
    """The reviews of a store. Safe to use from several processes at once: what was decided too late is refused."""

    store: Store

    def all(self, period: str | None = None) -> tuple[Review, ...]:
        """All reviews, or those of a period, by period and in the order in which they were begun."""
        with reading(self.store.engine) as session:
            held = list(all_records(session, period))
            names = names_on(session, {records[-1].run_id for records in held})
        found = [review_of(r, names.get((r[-1].run_id, r[-1].manager_id)) or r[-1].manager_id) for r in held]
        return tuple(sorted(found, key=lambda review: review.period))

    def of(self, period: str, manager_id: str) -> Review:
        """The review of the manager for the period. Raises NoReviewError."""
        with reading(self.store.engine) as session:
            return _read(session, period, manager_id)

    def published(self, period: str, manager_id: str) -> Published:
        """The run that holds for the period, with the hash of the manager's card in it."""
        with reading(self.store.engine) as session:
            return published_for(session, period, manager_id)

    def begin(self, period: str, manager_id: str, who: Person, *, at: datetime, is_dry: bool = False) -> Review:
        """A new review of the manager's card in the run that holds for the period.

        Raises NotOnRunError where it has none, and RefusedMoveError. If it `is_dry`, nothing is written.
        """
        with (reading if is_dry else writing)(self.store.engine) as session:
            if records_of(session, period, manager_id):
                review = _read(session, period, manager_id)
                what = f"{who.name} cannot start a review of {review.manager} for {period}"
                raise RefusedMoveError(what, f"there is one ({review.state})", "all that `review show` says")
            published = published_for(session, period, manager_id)
            name = name_of(session, published.run_id or "", manager_id)
            made = begin(period, manager_id, name, who, instant(at), published)
            if not is_dry:
                append(session, made, made.events)
            return made

    def follow(
        self,
        period: str,
        manager_id: str,
        what: What,
        who: Person,
        *,
        at: datetime,
        after: int,
        make: Make,
        is_dry: bool = False,
    ) -> Review:
        """The review once it happened, after the step that was last when it was decided on.

        What completes it seals it, with the document that `make` makes. Raises NoReviewError, ChangedSinceError where
        something happened since, and what `scoring.review.follow` raises. If it `is_dry`, nothing is written.
        """
        with reading(self.store.engine) as session:
            review = self._next(session, period, manager_id, what, who, at=at, after=after)
            text = card_text(session, review.current.run_id, manager_id) or "{}"
        made = [make(json.loads(text), review)] if review.current.is_complete else []
        documents = tuple(each.document for each in made)
        if is_dry:
            return _sealed(review, documents)
        for each in made:
            keep_document(self.store.frames, file_of(each.document), each.content)
        with writing(self.store.engine) as session:
            review = _sealed(self._next(session, period, manager_id, what, who, at=at, after=after), documents)
            append(session, review, review.events[after:], documents)
        return review

    def card(self, review: Review, version: Version) -> dict[str, Any]:
        """The card that the version is of, as it was stored."""
        with reading(self.store.engine) as session:
            text = card_text(session, version.run_id, review.manager_id)
        if text is None:
            raise NoReviewError(review.manager, review.period, version.number)
        card: dict[str, Any] = json.loads(text)
        return card

    def document(self, version: Version) -> tuple[Document, Path] | None:
        """The signed document of the version and where it lies; None where it is not sealed with one."""
        documents = version.sealed.documents if version.sealed else ()
        return (documents[0], self.store.frames / file_of(documents[0])) if documents else None

    def signed(self, version: Version) -> bytes | None:
        """The bytes that were signed, None where nothing was. Raises DamagedDocumentError."""
        found = self.document(version)
        if found is None:
            return None
        document, path = found
        content = path.read_bytes() if path.is_file() else None
        if content is None or sha256(content).hexdigest() != document.sha256:
            raise DamagedDocumentError(document.name, document.sha256, is_gone=content is None)
        return content

    def head(self) -> str | None:
        """The hash of the last event of all reviews: to be written down, as it covers everything before."""
        with reading(self.store.engine) as session:
            return end_of(session, ReviewHead)[1]

    def _next(
        self, session: Session, period: str, manager_id: str, what: What, who: Person, *, at: datetime, after: int
    ) -> Review:
        """The review with the event, if nothing happened since `after`."""
        review = _read(session, period, manager_id)
        if review.last_step != after:
            last = review.events[-1]
            happened = f"{last.who.name} {told(last, review)}"
            raise ChangedSinceError(review.manager, period, after, review.last_step, happened)
        return follow(review, what, who, instant(at), published_for(session, period, manager_id))


def _read(session: Session, period: str, manager_id: str) -> Review:
    records = records_of(session, period, manager_id)
    if not records:
        raise NoReviewError(manager_id, period)
    return review_of(records, name_of(session, records[-1].run_id, manager_id))


def _sealed(review: Review, documents: tuple[Document, ...]) -> Review:
    """The review, sealed if it is complete."""
    return seal(review, documents) if review.current.is_complete else review
