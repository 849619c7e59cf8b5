"""What goes into the tables of reviews and comes out of them? An event as validated values, and its hash."""

import json
from typing import Annotated

from pydantic import Field

from scoring.review import Event, Kind, Part
from scoring.store.records import OPEN, Before, Filled, JsonText, Link, RunId, Sha256
from scoring.store.reviewing.tables import ReviewEvent

Whole = Annotated[int, Field(ge=1)]


class EventRecord(Link):
    """An event as a row: what it says as JSON text."""

    number: Whole
    period: Filled
    manager_id: Filled
    step: Whole
    version: Whole
    kind: Kind
    who: Filled
    part: Part
    user_id: Filled | None = None
    at: Filled
    run_id: RunId
    card_sha256: Sha256
    details: JsonText
    before: Before
    sha256: Sha256 = OPEN

    @property
    def event(self) -> Event:
        """The event. Raises pydantic's ValidationError where it says what no event of its kind says."""
        told = {
            "step": self.step,
            "version": self.version,
            "what": {"kind": self.kind, **json.loads(self.details)},
            "who": {"name": self.who, "part": self.part, "user_id": self.user_id},
            "at": self.at,
            "run_id": self.run_id,
            "card_sha256": self.card_sha256,
        }
        return Event.model_validate(told)


def event_record(event: Event, *, number: int, period: str, manager_id: str, before: str) -> EventRecord:
    """The record of an event that comes behind the one with the hash `before`."""
    return EventRecord(
        number=number,
        period=period,
        manager_id=manager_id,
        step=event.step,
        version=event.version,
        kind=event.kind,
        who=event.who.name,
        part=event.who.part,
        user_id=event.who.user_id,
        at=event.at,
        run_id=event.run_id,
        card_sha256=event.card_sha256,
        details=json.dumps(event.what.model_dump(mode="json", exclude={"kind"}), ensure_ascii=False, sort_keys=True),
        before=before,
    ).closed()


def record_of(row: ReviewEvent) -> EventRecord:
    """The record that a row holds. Raises pydantic's ValidationError where it holds none."""
    return EventRecord.model_validate({**row.model_dump(), "kind": Kind(row.kind), "part": Part(row.part)})
