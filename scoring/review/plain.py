"""How does a review leave as JSON? All of it, as plain values: for programs, and for the manager's own copy."""

from collections.abc import Sequence
from typing import Any

from scoring.review.events import Event
from scoring.review.people import Part
from scoring.review.review import Dispute, Review, Version
from scoring.review.words import told


def plain(review: Review, shown: Sequence[Version] = ()) -> dict[str, Any]:
    """The review with its versions, disputes and events: those that are to be shown, all where none are named."""
    versions = shown or review.versions
    last = versions[-1]
    return {
        "period": review.period,
        "manager_id": review.manager_id,
        "manager": review.manager,
        "state": last.state.value,
        "version": last.number,
        "step": last.events[-1].step,
        "versions": [_version(version, review) for version in versions],
    }


def _version(version: Version, review: Review) -> dict[str, Any]:
    documents = version.sealed.documents if version.sealed else ()
    return {
        "version": version.number,
        "state": version.state.value,
        "run_id": version.run_id,
        "card_sha256": version.card_sha256,
        "answer_by": version.answer_by.isoformat() if version.answer_by else None,
        "disputes": [_dispute(dispute) for dispute in version.disputes],
        "signed": {part.value: _signed(version, part) for part in Part},
        "documents": [document.model_dump(mode="json") for document in documents],
        "events": [_event(event, review) for event in version.events],
    }


def _dispute(dispute: Dispute) -> dict[str, Any]:
    decided = dispute.decided
    return {
        "dispute": dispute.number,
        **dispute.said.model_dump(mode="json", exclude={"kind"}),
        "decision": decided.model_dump(mode="json", exclude={"kind", "dispute"}) if decided else None,
    }


def _signed(version: Version, part: Part) -> dict[str, Any] | None:
    signed = version.signature(part)
    return {"by": signed.who.name, "user_id": signed.who.user_id, "at": signed.at} if signed else None


def _event(event: Event, review: Review) -> dict[str, Any]:
    return {
        "step": event.step,
        "kind": event.kind.value,
        "by": event.who.name,
        "part": event.who.part.value,
        "user_id": event.who.user_id,
        "at": event.at,
        "says": event.what.model_dump(mode="json", exclude={"kind"}),
        "sentence": f"{event.who.name} {told(event, review)}",
        "mark": review.mark(event),
    }
