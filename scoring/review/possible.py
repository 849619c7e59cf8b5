"""What may be done to a review now, and by whom? Every button and every refusal asks here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from scoring.calendar import business_day
from scoring.review.events import Kind
from scoring.review.people import Part, Person, is_same_name
from scoring.review.review import Review, State, Version

VERBS: Mapping[Kind, str] = MappingProxyType({
    Kind.SHARED: "share", Kind.COMMENTED: "comment", Kind.DISPUTED: "dispute", Kind.DECIDED: "decide",
    Kind.SIGNED: "sign", Kind.DECLINED: "decline", Kind.REBASED: "rebase", Kind.REOPENED: "reopen",
})  # fmt: skip
"""What can be asked of a review, by the word that asks for it. That it is sealed follows from signatures alone."""

ON_PUBLISHED = (Kind.SHARED, Kind.SIGNED, Kind.DECLINED)
"""What is done with the card that holds for the period, and with no other."""

_PARTS = dict.fromkeys(VERBS, (Part.REVIEWER,)) | {
    Kind.COMMENTED: (Part.REVIEWER, Part.MANAGER),
    Kind.DISPUTED: (Part.MANAGER,),
    Kind.SIGNED: (Part.REVIEWER, Part.MANAGER),
}
_ANY_TIME = (Kind.SHARED, Kind.REBASED, Kind.REOPENED)
"""What does not wait until the review is shared."""


@dataclass(frozen=True, slots=True)
class Published:
    """The run that holds for a period, and the hash of the manager's card in it; None where there is none.

    `zone` is the time zone of its rules, in which days begin and end.
    """

    run_id: str | None
    card_sha256: str | None
    zone: str = "UTC"

    def day(self, at: datetime) -> date:
        """The day that it is at the instant, for whoever has until the end of one."""
        return business_day(at, self.zone)


@dataclass(frozen=True, slots=True)
class Possible:
    """Something that may be done now, and in which parts."""

    kind: Kind
    parts: tuple[Part, ...]


def possible(review: Review, published: Published, day: date) -> tuple[Possible, ...]:
    """What may be done on that day, and in which parts."""
    found = (
        Possible(kind, tuple(part for part in parts if why_not(review, kind, part, published, day) is None))
        for kind, parts in _PARTS.items()
    )
    return tuple(each for each in found if each.parts)


def allowed(review: Review, who: Person, published: Published, day: date) -> tuple[Kind, ...]:
    """What this person may do on that day."""
    if why_not_they(review, who):
        return ()
    return tuple(each.kind for each in possible(review, published, day) if who.part in each.parts)


def told(review: Review, published: Published, day: date) -> str:
    """What may be done on that day and who may do it, in words."""
    found = possible(review, published, day)
    return ", ".join(f"{VERBS[p.kind]} ({' or '.join(_named(review, part) for part in p.parts)})" for p in found)


def is_stale(review: Review, published: Published) -> bool:
    """Whether the card that holds for the period is another one than the review is of."""
    return (review.current.run_id, review.current.card_sha256) != (published.run_id, published.card_sha256)


def why_not(review: Review, kind: Kind, part: Part, published: Published, day: date) -> str | None:
    """Why nobody can do this now in this part; None where it can be done."""
    version, parts = review.current, _PARTS[kind]
    if part not in parts:
        return f"that is for {_named(review, parts[0])} to do"
    if version.sealed is not None and kind is not Kind.REOPENED:
        return f"version {version.number} is sealed, and stays as it is"
    is_own_note = kind is Kind.COMMENTED and part is Part.REVIEWER
    if version.state is State.DRAFT and kind not in _ANY_TIME and not is_own_note:
        return f"it is a draft, and not shared with {review.manager} yet"
    if kind in ON_PUBLISHED and is_stale(review, published):
        return _stale(review, published)
    return _why_not_so(review, kind, part, published, day)


def is_managers_name(name: str, review: Review) -> bool:
    """Whether the name is the manager's, with or without the id that stands behind a name which several have."""
    alone = review.manager.removesuffix(f" ({review.manager_id})")
    return is_same_name(name, review.manager) or is_same_name(name, alone)


def why_not_they(review: Review, who: Person) -> str | None:
    """Why this person cannot act in the part they claim; None where they can."""
    is_manager = is_managers_name(who.name, review)
    if who.user_id is not None:
        is_manager = who.manager_id == review.manager_id
    if who.part is Part.MANAGER and not is_manager:
        return f"only {review.manager} acts as the manager here"
    if who.part is Part.REVIEWER and is_manager:
        return "nobody reviews themselves"
    return None


def _why_not_so(review: Review, kind: Kind, part: Part, published: Published, day: date) -> str | None:
    """Why a review that stands like this does not allow it."""
    version, is_old = review.current, is_stale(review, published)
    reasons: Mapping[Kind, Callable[[], str | None]] = {
        Kind.SHARED: lambda: None if version.state is State.DRAFT else "it is shared already",
        Kind.DECIDED: lambda: None if version.open_disputes else "no dispute waits for a decision",
        Kind.SIGNED: lambda: _open(version) or _signed(version, part),
        Kind.DECLINED: lambda: _open(version) or _signed(version, Part.MANAGER) or _early(review, day),
        Kind.REOPENED: lambda: None if version.sealed else "it is not sealed, so it can simply go on",
        Kind.REBASED: lambda: None if is_old else "it is of the run that is published",
    }
    return reasons[kind]() if kind in reasons else None


def _open(version: Version) -> str | None:
    """That disputes are open."""
    numbers = [str(dispute.number) for dispute in version.open_disputes]
    if not numbers:
        return None
    disputes, wait = ("dispute", "waits") if len(numbers) == 1 else ("disputes", "wait")
    return f"{disputes} {' and '.join(numbers)} {wait} for a decision"


def _signed(version: Version, part: Part) -> str | None:
    """That somebody signed in this part."""
    signed = version.signature(part)
    return f"{signed.who.name} signed as the {part}, and nothing was said since" if signed else None


def _early(review: Review, day: date) -> str | None:
    """That the manager still has time to answer, or that the refusal is recorded."""
    version = review.current
    if version.declined:
        return "that is recorded, and nothing was said since; what lacks is the reviewer's signature"
    if not version.is_answered and version.answer_by is not None and day <= version.answer_by:
        return f"{review.manager} did not answer yet, and has time until {version.answer_by} is over"
    return None


def _stale(review: Review, published: Published) -> str:
    """That another run is published, with the hashes of both."""
    version = review.current
    of = f"it is of run {version.run_id[:12]} (card {version.card_sha256[:12]})"
    if published.run_id is None or published.card_sha256 is None:
        return f"{of}, and no published run of {review.period} has a card of {review.manager}"
    now = f"run {published.run_id[:12]} (card {published.card_sha256[:12]})"
    return f"{of}, but {now} is published for {review.period}; rebase it first, which keeps this version as it is"


def _named(review: Review, part: Part) -> str:
    return review.manager if part is Part.MANAGER else "a reviewer"
