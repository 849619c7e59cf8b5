"""What follows from what somebody does? The next events of a review, or a refusal with what is possible instead."""

from collections.abc import Sequence
from datetime import date, datetime

from scoring.review.events import (
    OPENING,
    Decided,
    Declined,
    Document,
    Event,
    Kind,
    Outcome,
    Sealed,
    Shared,
    Signed,
    Started,
    What,
)
from scoring.review.people import Part, Person, is_same, is_same_name
from scoring.review.possible import (
    ON_PUBLISHED,
    VERBS,
    Published,
    is_managers_name,
    is_stale,
    told,
    why_not,
    why_not_they,
)
from scoring.review.refusals import NotOnRunError, RefusedMoveError, StaleReviewError
from scoring.review.review import Review


def begin(period: str, manager_id: str, manager: str, who: Person, at: str, published: Published) -> Review:
    """A new review, with the event that begins it. Raises NotOnRunError and RefusedMoveError."""
    nothing = Review(period, manager_id, manager, ())
    why = why_not_they(nothing, who)
    if who.part is Part.MANAGER:
        why = why or "that is for a reviewer to do"
    if why:
        raise RefusedMoveError(_asked(nothing, "start", who), why, "start (a reviewer)")
    return _then(nothing, 1, Started(), who, at, _card_of(nothing, published))


def follow(review: Review, what: What, who: Person, at: str, published: Published) -> Review:
    """The review once it happened. Raises RefusedMoveError, StaleReviewError and NotOnRunError.

    `at` is an instant in ISO 8601 and UTC. Where the current version is complete afterwards, it must be sealed in the
    same step.
    """
    day, kind, version = published.day(datetime.fromisoformat(at)), what.kind, review.current
    verb = VERBS.get(kind)
    if verb is None:
        why: str | None = "that follows from what others do" if kind is Kind.SEALED else "it was begun"
    else:
        why = why_not_they(review, who) or why_not(review, kind, who.part, published, day)
    if why := why or _why_not_this(review, what, who, day):
        is_old = kind in ON_PUBLISHED and is_stale(review, published) and version.sealed is None
        error = StaleReviewError if is_old else RefusedMoveError
        raise error(_asked(review, verb or kind, who), why, told(review, published, day))
    if kind in OPENING:
        return _then(review, version.number + 1, what, who, at, _card_of(review, published))
    return _then(review, version.number, what, who, at, (version.run_id, version.card_sha256))


def seal(review: Review, documents: Sequence[Document]) -> Review:
    """The review that is complete, sealed by who completed it. Raises RefusedMoveError."""
    version, last = review.current, review.events[-1]
    if version.sealed is not None or not version.is_complete:
        raise RefusedMoveError(_asked(review, "seal", last.who), "it is not signed by both", "sign or decline")
    what = Sealed(is_without_manager=version.signature(Part.MANAGER) is None, documents=tuple(documents))
    return _then(review, version.number, what, last.who, last.at, (version.run_id, version.card_sha256))


def _why_not_this(review: Review, what: What, who: Person, day: date) -> str | None:
    """Why what is said does not do."""
    version = review.current
    match what:
        case Shared(answer_by=until):
            return f"{until} is over, so {review.manager} would have no time to answer" if until < day else None
        case Signed():
            other = version.signature(Part.MANAGER if who.part is Part.REVIEWER else Part.REVIEWER)
            return "the same person cannot sign in both parts" if other and is_same(who, other.who) else None
        case Declined(witness=witness):
            if is_same_name(witness, who.name) or is_managers_name(witness, review):
                return f"the witness must be a second person, neither {who.name} nor {review.manager}"
        case Decided(dispute=number, outcome=outcome, will_do=will_do):
            waiting = [dispute.number for dispute in version.open_disputes]
            if number not in waiting:
                return f"no dispute {number} waits for a decision, only {' and '.join(map(str, waiting))}"
            return (
                "say what will be done, as the dispute is upheld" if outcome is Outcome.UPHELD and not will_do else None
            )
    return None


def _card_of(review: Review, published: Published) -> tuple[str, str]:
    """The run that holds, and the hash of the manager's card in it. Raises NotOnRunError."""
    if published.run_id is None or published.card_sha256 is None:
        raise NotOnRunError(review.manager, review.period, published.run_id)
    return published.run_id, published.card_sha256


def _then(review: Review, version: int, what: What, who: Person, at: str, card: tuple[str, str]) -> Review:
    """The review with one more event."""
    step = len(review.events) + 1
    made = Event(step=step, version=version, what=what, who=who, at=at, run_id=card[0], card_sha256=card[1])
    return Review(review.period, review.manager_id, review.manager, (*review.events, made))


def _asked(review: Review, verb: str, who: Person) -> str:
    return f"{who.name} ({who.part}) cannot {verb} the review of {review.manager} for {review.period}"
