"""How does a review stand? All of it is derived from its events; nothing is kept beside them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from scoring.review.events import OPENING, Decided, Declined, Disputed, Event, Kind, Sealed, Shared
from scoring.review.people import Part
from scoring.review.refusals import NoReviewError

TALK = (Kind.SHARED, Kind.COMMENTED, Kind.DISPUTED, Kind.DECIDED)
"""What makes void what was signed before it: a signature is for all that was said until then, and no more."""


class State(StrEnum):
    """How a version stands. `replaced` ones were left for a newer version before they were sealed."""

    DRAFT = "draft"
    SHARED = "shared"
    ANSWERED = "answered"
    DISPUTED = "disputed"
    SIGNED_BY_REVIEWER = "signed_by_reviewer"
    SIGNED_BY_MANAGER = "signed_by_manager"
    DECLINED = "declined"
    SEALED = "sealed"
    SEALED_WITHOUT_MANAGER = "sealed_without_manager"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute of a version, counted from 1, and what was decided on it, if anything was."""

    number: int
    said: Disputed
    decision: Event | None
    decided: Decided | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a review, from the event that began it to its last one."""

    events: tuple[Event, ...]
    is_current: bool = True

    @property
    def number(self) -> int:
        """Which version, counted from 1."""
        return self.events[0].version

    @property
    def run_id(self) -> str:
        """The run it is of."""
        return self.events[0].run_id

    @property
    def card_sha256(self) -> str:
        """The hash of the card it is of, as stored."""
        return self.events[0].card_sha256

    @property
    def answer_by(self) -> date | None:
        """Until when the manager was asked to answer; None in a draft."""
        days = [event.what.answer_by for event in self.events if isinstance(event.what, Shared)]
        return days[-1] if days else None

    @property
    def is_shared(self) -> bool:
        """Whether the manager was shown it; what was said in a draft that never was stays among reviewers."""
        return self.answer_by is not None

    @property
    def is_answered(self) -> bool:
        """Whether the manager commented, disputed or signed."""
        return any(event.who.part is Part.MANAGER for event in self.events)

    @property
    def disputes(self) -> tuple[Dispute, ...]:
        """The disputes in their order, each with its decision."""
        decided = {event.what.dispute: (event, event.what) for event in self.events if isinstance(event.what, Decided)}
        said = [event.what for event in self.events if isinstance(event.what, Disputed)]
        return tuple(Dispute(n, each, *decided.get(n, (None, None))) for n, each in enumerate(said, 1))

    @property
    def open_disputes(self) -> tuple[Dispute, ...]:
        """The disputes that wait for a decision."""
        return tuple(dispute for dispute in self.disputes if dispute.decision is None)

    def signature(self, part: Part) -> Event | None:
        """Who signed in this part, all that was said; None where nobody did since the last word."""
        signed = (e for e in self._since_the_last_word() if e.kind is Kind.SIGNED and e.who.part is part)
        return next(signed, None)

    @property
    def declined(self) -> Event | None:
        """That the manager does not sign, as long as nothing was said since."""
        return next((e for e in self._since_the_last_word() if isinstance(e.what, Declined)), None)

    @property
    def sealed(self) -> Sealed | None:
        """What it was sealed with."""
        last = self.events[-1].what
        return last if isinstance(last, Sealed) else None

    @property
    def is_complete(self) -> bool:
        """Whether all is there that it takes to seal it: both signatures, or the reviewer's and a refusal."""
        reviewer, manager = self.signature(Part.REVIEWER), self.signature(Part.MANAGER)
        return reviewer is not None and (manager is not None or self.declined is not None)

    @property
    def state(self) -> State:
        """How it stands."""
        if self.sealed is not None:
            return State.SEALED_WITHOUT_MANAGER if self.sealed.is_without_manager else State.SEALED
        states = (
            (not self.is_current, State.REPLACED),
            (not self.is_shared, State.DRAFT),
            (bool(self.open_disputes), State.DISPUTED),
            (self.signature(Part.MANAGER) is not None, State.SIGNED_BY_MANAGER),
            (self.declined is not None, State.DECLINED),
            (self.signature(Part.REVIEWER) is not None, State.SIGNED_BY_REVIEWER),
            (self.is_answered, State.ANSWERED),
        )
        return next((state for is_so, state in states if is_so), State.SHARED)

    def _since_the_last_word(self) -> tuple[Event, ...]:
        words = [n for n, event in enumerate(self.events) if event.kind in TALK]
        return self.events[words[-1] + 1 :] if words else ()


@dataclass(frozen=True, slots=True)
class Review:
    """The review of one manager for one period; `manager` is the name on the card of the current version."""

    period: str
    manager_id: str
    manager: str
    events: tuple[Event, ...]

    @property
    def versions(self) -> tuple[Version, ...]:
        """All versions, the first first."""
        begins = [n for n, event in enumerate(self.events) if event.kind in OPENING or n == 0]
        ends = [*begins[1:], len(self.events)]
        return tuple(
            Version(self.events[begin:end], is_current=end == len(self.events))
            for begin, end in zip(begins, ends, strict=True)
        )

    @property
    def current(self) -> Version:
        """The last version."""
        return self.versions[-1]

    @property
    def last_step(self) -> int:
        """The step of the last event: what comes next says that it comes after this one."""
        return self.events[-1].step

    @property
    def state(self) -> State:
        """How the current version stands."""
        return self.current.state

    def version(self, number: int) -> Version:
        """That version. Raises NoReviewError where there is none."""
        if not 1 <= number <= len(self.versions):
            raise NoReviewError(self.manager, self.period, number)
        return self.versions[number - 1]

    def as_signed(self, number: int) -> "Review":
        """The review as it was when all had signed that version: what its document tells, again and again."""
        kept = [e for e in self.events if e.version < number or (e.version == number and e.kind is not Kind.SEALED)]
        return Review(self.period, self.manager_id, self.manager, tuple(kept))

    def mark(self, event: Event) -> str:
        """The hash of all that happened in this review until then: what a signature stands under."""
        said = [e.model_dump_json() for e in self.events if e.step <= event.step]
        return sha256("\n".join([self.period, self.manager_id, *said]).encode()).hexdigest()
