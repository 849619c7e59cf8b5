"""What can happen to a review? One kind of event each, with what it says; what happened is never taken back."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from scoring.review.people import MOST_NAMED, Name, Person, Said, Words

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Named = Annotated[tuple[Name, ...], Field(max_length=MOST_NAMED, strict=False)]


class Kind(StrEnum):
    """What happened."""

    STARTED = "started"
    SHARED = "shared"
    COMMENTED = "commented"
    DISPUTED = "disputed"
    DECIDED = "decided"
    SIGNED = "signed"
    DECLINED = "declined"
    SEALED = "sealed"
    REOPENED = "reopened"
    REBASED = "rebased"


class Outcome(StrEnum):
    """What was decided on a dispute."""

    UPHELD = "upheld"
    REJECTED = "rejected"
    NOTED = "noted"


class Started(Said):
    """A reviewer begins the review."""

    kind: Literal[Kind.STARTED] = Kind.STARTED


TO_ANSWER = timedelta(days=7)
"""How long a manager has to answer, unless a day is named."""


class Shared(Said):
    """The manager can read it, and has until the end of a day to answer."""

    kind: Literal[Kind.SHARED] = Kind.SHARED
    answer_by: Annotated[date, Field(strict=False)]


class Commented(Said):
    """Somebody says something."""

    kind: Literal[Kind.COMMENTED] = Kind.COMMENTED
    text: Words


class Disputed(Said):
    """The manager says what is wrong, with evidence: accounts by id, and rows of exports as `file:row`."""

    kind: Literal[Kind.DISPUTED] = Kind.DISPUTED
    text: Words
    accounts: Named = ()
    rows: Named = ()


class Decided(Said):
    """The reviewer decides on a dispute. No score changes by it: `will_do` says what will be done where it is right."""

    kind: Literal[Kind.DECIDED] = Kind.DECIDED
    dispute: Annotated[int, Field(ge=1)]
    outcome: Annotated[Outcome, Field(strict=False)]
    reason: Words
    will_do: Words | None = None


class Signed(Said):
    """The reviewer, or the manager, signs all that was said before."""

    kind: Literal[Kind.SIGNED] = Kind.SIGNED


class Declined(Said):
    """A reviewer and a witness say that the manager does not sign, and why."""

    kind: Literal[Kind.DECLINED] = Kind.DECLINED
    reason: Words
    witness: Name


class Document(Said):
    """A file that was kept under its hash, and what it was made with: the same makes it again, byte for byte."""

    name: Name
    sha256: Sha256
    size: Annotated[int, Field(ge=0)]
    made_with: Name


@dataclass(frozen=True, slots=True)
class Made:
    """A document that was made, with its bytes."""

    name: str
    content: bytes
    made_with: str

    @property
    def document(self) -> Document:
        """What is noted of it."""
        digest = sha256(self.content).hexdigest()
        return Document(name=self.name, sha256=digest, size=len(self.content), made_with=self.made_with)


class Sealed(Said):
    """Nothing of the version changes any more."""

    kind: Literal[Kind.SEALED] = Kind.SEALED
    is_without_manager: bool
    documents: Annotated[tuple[Document, ...], Field(strict=False)]


class Reopened(Said):
    """A sealed review is opened again, as a draft of a new version on the published run."""

    kind: Literal[Kind.REOPENED] = Kind.REOPENED
    reason: Words


class Rebased(Said):
    """A review of a run that is not published any more goes on as a draft of a new version, on the run that is."""

    kind: Literal[Kind.REBASED] = Kind.REBASED


What = Annotated[
    Started | Shared | Commented | Disputed | Decided | Signed | Declined | Sealed | Reopened | Rebased,
    Field(discriminator="kind"),
]
"""What happened, with what it says."""

OPENING = (Kind.STARTED, Kind.REOPENED, Kind.REBASED)
"""What a version begins with."""


class Event(Said):
    """Something that happened: the `step` of the review, in which version, to which card of which run, by whom, when.

    `at` is an instant in ISO 8601 and UTC; `card_sha256` is the hash of the card as it is stored.
    """

    step: Annotated[int, Field(ge=1)]
    version: Annotated[int, Field(ge=1)]
    what: What
    who: Person
    at: Name
    run_id: Name
    card_sha256: Sha256

    @property
    def kind(self) -> Kind:
        """What happened, in a word."""
        return self.what.kind
