"""How is a review told in words? How it stands, and what happened, one sentence an event."""

from datetime import date

from scoring.plurals import many
from scoring.review.events import (
    Commented,
    Decided,
    Declined,
    Disputed,
    Event,
    Rebased,
    Reopened,
    Sealed,
    Shared,
    Signed,
    Started,
)
from scoring.review.people import Part
from scoring.review.review import Review, State, Version

_STATES = {
    State.DRAFT: "draft, not shared yet",
    State.ANSWERED: "answered, to be signed",
    State.SIGNED_BY_REVIEWER: "signed by the reviewer, waits for the manager",
    State.SIGNED_BY_MANAGER: "signed by the manager, waits for the reviewer",
    State.DECLINED: "the manager does not sign, waits for the reviewer",
    State.SEALED: "sealed, signed by both",
    State.SEALED_WITHOUT_MANAGER: "sealed without the manager's signature",
    State.REPLACED: "left for a newer version",
}
_ENDS = (".", "!", "?", "…", "。", "！", "？")
"""What a sentence ends with."""
BY_NAME = "by name"
"""What is said of who did not sign in: the name is as it was typed."""


def standing(version: Version, today: date) -> str:
    """How the version stands, in a few words."""
    state = version.state
    if state is State.SHARED:
        until = version.answer_by
        return f"shared, no answer by {until}" if until and today > until else f"shared, to be answered by {until}"
    if state is State.DISPUTED:
        count = len(version.open_disputes)
        return f"{many(count, 'dispute')} to be decided"
    return _STATES[state]


def told(event: Event, review: Review) -> str:
    """What happened, as a sentence that follows the name of who did it."""
    what, manager, card = event.what, review.manager, f"run {event.run_id[:12]}, card {event.card_sha256[:12]}"
    match what:
        case Commented() | Disputed():
            said = f"{event.kind}: {text_of(what)}"
        case Decided():
            stop = "" if what.reason.endswith(_ENDS) else "."
            does = f"{stop} What will be done: {what.will_do}" if what.will_do else ""
            said = f"decided on dispute {what.dispute}: {what.outcome}. {what.reason}{does}"
        case Shared(answer_by=until):
            said = f"shared it with {manager}, to be answered by {until}"
        case Declined():
            said = f"recorded, with {what.witness} as witness, that {manager} does not sign: {what.reason}"
        case Sealed(is_without_manager=is_without):
            said = f"sealed it{' without the signature of the manager' if is_without else ''}"
        case Signed():
            said = f"signed as the {event.who.part}"
        case Reopened(reason=reason):
            said = f"opened it again as version {event.version}, on {card}: {reason}"
        case Rebased():
            said = f"went on with version {event.version}, on {card}, as that run is published since"
        case Started():
            said = f"began the review, on {card}"
    return said


def by(event: Event) -> str:
    """Who did it, and whether they had signed in to."""
    return event.who.name if event.who.user_id is not None else f"{event.who.name} ({BY_NAME})"


def signatures(version: Version, manager: str) -> tuple[str, ...]:
    """Who signed the version when, one sentence each; for who did not sign, why."""
    reviewer, own, declined = version.signature(Part.REVIEWER), version.signature(Part.MANAGER), version.declined
    found = [f"{by(e)} signed as the {e.who.part}, {e.at[:10]} UTC." for e in (reviewer, own) if e]
    if own is None and declined is not None and isinstance(declined.what, Declined):
        found.append(
            f"{manager} did not sign: {declined.what.reason} (recorded by {declined.who.name}, witnessed by "
            f"{declined.what.witness}, {declined.at[:10]} UTC)"
        )
    return tuple(found)


def text_of(what: Commented | Disputed) -> str:
    """What was said, with the evidence that was named."""
    if isinstance(what, Commented):
        return what.text
    named = [("accounts", what.accounts), ("rows", what.rows)]
    evidence = "; ".join(f"{label}: {', '.join(each)}" for label, each in named if each)
    return f"{what.text} ({evidence})" if evidence else what.text
