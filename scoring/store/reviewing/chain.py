"""How are events of reviews added and read? Behind one another, each with the hash of the one before."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlmodel import Session, col, select

from scoring.review import Document, Event, Published, Review
from scoring.store.chains import end_of, end_with
from scoring.store.reviewing.records import EventRecord, event_record, record_of
from scoring.store.reviewing.tables import ReviewDocument, ReviewEvent, ReviewHead
from scoring.store.sealing import seal_of
from scoring.store.tables import Card, Computation, Run


def append(session: Session, review: Review, events: Sequence[Event], documents: Iterable[Document] = ()) -> None:
    """Adds the events behind all others; the documents belong to the last of them."""
    number, before = end_of(session, ReviewHead)
    for event in events:
        number += 1
        made = event_record(
            event, number=number, period=review.period, manager_id=review.manager_id, before=before or ""
        )
        session.add(ReviewEvent(**made.model_dump(mode="json")))
        before = made.sha256
    end_with(session, ReviewHead, number, before or "")
    for each in documents:
        session.add(ReviewDocument(event=number, **each.model_dump(exclude={"made_with"}), path=file_of(each)))


def file_of(document: Document) -> str:
    """The name of the document's file, in the folder of the frames."""
    return f"{document.sha256}.{document.name.rpartition('.')[2]}"


def records_of(session: Session, period: str, manager_id: str) -> tuple[EventRecord, ...]:
    """The events of one review, the first first."""
    asked = select(ReviewEvent).where(ReviewEvent.period == period, ReviewEvent.manager_id == manager_id)
    return tuple(record_of(row) for row in session.exec(asked.order_by(col(ReviewEvent.step))))


def all_records(session: Session, period: str | None) -> Iterator[tuple[EventRecord, ...]]:
    """The events of each review, of a period or of all, in the order in which they were begun."""
    asked = select(ReviewEvent).order_by(col(ReviewEvent.number))
    held: dict[tuple[str, str], list[EventRecord]] = {}
    for row in session.exec(asked.where(ReviewEvent.period == period) if period else asked):
        held.setdefault((row.period, row.manager_id), []).append(record_of(row))
    return (tuple(records) for records in held.values())


def review_of(records: Sequence[EventRecord], name: str) -> Review:
    """The review whose events these are, of the manager with that name."""
    first = records[0]
    return Review(first.period, first.manager_id, name, tuple(record.event for record in records))


def names_on(session: Session, run_ids: Collection[str]) -> dict[tuple[str, str], str]:
    """Run and manager_id to the name on the card."""
    asked = select(Card.run_id, Card.manager_id, Card.name).where(col(Card.run_id).in_(run_ids))
    return {(run_id, manager_id): name for run_id, manager_id, name in session.exec(asked)}


def name_of(session: Session, run_id: str, manager_id: str) -> str:
    """The manager's name as it stands on the card of the run; the id where it has none."""
    asked = select(Card.name).where(Card.run_id == run_id, Card.manager_id == manager_id)
    return session.exec(asked).one_or_none() or manager_id


def published_for(session: Session, period: str, manager_id: str) -> Published:
    """The run that holds for the period, sealed or computed last, with the hash of the manager's card in it."""
    seal = seal_of(session, period)
    newest = select(Computation.run_id).where(Computation.period == period).order_by(col(Computation.number).desc())
    run_id = seal.run_id if seal else session.exec(newest).first()
    if run_id is None:
        return Published(None, None)
    return Published(run_id, card_sha256(session, run_id, manager_id), _zone_of(session, run_id))


def _zone_of(session: Session, run_id: str) -> str:
    """The time zone of the run's rules; UTC where it names none."""
    summary = json.loads(session.exec(select(Run.summary).where(Run.run_id == run_id)).one())
    rulebook: Mapping[str, Any] = summary.get("rules", {}).get("settings", {})
    zone: str = rulebook.get("calendar", {}).get("time_zone", "UTC")
    return zone


def card_sha256(session: Session, run_id: str, manager_id: str) -> str | None:
    """The hash of the manager's card in the run as it is stored, None where there is none."""
    text = card_text(session, run_id, manager_id)
    return None if text is None else sha256(text.encode()).hexdigest()


def card_hashes(session: Session, run_id: str) -> dict[str, str]:
    """manager_id to the hash of the card in the run."""
    asked = select(Card.manager_id, Card.json_text).where(Card.run_id == run_id)
    return {manager_id: sha256(text.encode()).hexdigest() for manager_id, text in session.exec(asked)}


def card_text(session: Session, run_id: str, manager_id: str) -> str | None:
    """The card as it is stored."""
    return session.exec(
        select(Card.json_text).where(Card.run_id == run_id, Card.manager_id == manager_id)
    ).one_or_none()
