"""Which reviews does a person see, and what may they do to them? Own ones once shared, and those that they write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from scoring.access import Role, may_review
from scoring.errors import BookscoreError
from scoring.letters import by_letters
from scoring.reports.signed import signed_card
from scoring.review import Kind, Person, Review, Version, What, allowed, is_stale, person
from scoring.review.refusals import NoReviewError
from scoring.scorecard.cards import Card
from scoring.store.reviewing import Reviews
from scoring.view.copy import manager_copy
from scoring.view.seen import NotVisibleError, Seen
from scoring.view.view import View


class NotSharedError(BookscoreError):
    """The reviewer went on with a version that the manager was not shown yet."""

    def __init__(self) -> None:
        super().__init__("the review goes on with a version that is not shared with you yet; nothing was written")


@dataclass(frozen=True, slots=True)
class ReviewSeen:
    """A review as one person sees it: the versions that are theirs to see, the first first, and what they may do now.

    `is_stale` says that another run is published than the one it is of; `today` is the day that it is for the company.
    """

    review: Review
    versions: tuple[Version, ...]
    may: tuple[Kind, ...]
    is_stale: bool
    today: date


class ReviewDesk:
    """The reviews of a period as one person sees them, and the only way in which the pages change them."""

    def __init__(self, view: View, seen: Seen) -> None:
        self._who, self._seen = view.who, seen
        self._reviews = Reviews(view.store)

    def all(self, at: datetime) -> tuple[ReviewSeen, ...]:
        """The reviews of the period that they see, by the manager's name."""
        held = (r for r in self._reviews.all(self._seen.period) if r.manager_id in self._seen.managers)
        found = (self._as_seen(review, at) for review in held)
        named = (f for f in found if f.versions)
        return tuple(sorted(named, key=lambda f: (by_letters(f.review.manager), f.review.manager_id)))

    def of(self, manager_id: str, at: datetime) -> ReviewSeen | None:
        """The review of the manager, None where they see none. Raises NotVisibleError for other managers."""
        self._seen.card(manager_id)
        try:
            found = self._as_seen(self._reviews.of(self._seen.period, manager_id), at)
        except NoReviewError:
            return None
        return found if found.versions else None

    def may_begin(self, manager_id: str) -> bool:
        """Whether they may begin a review of the manager."""
        return may_review(self._who, self._seen.card(manager_id))

    def begin(self, manager_id: str, at: datetime) -> Review:
        """Begins a review. Raises NotVisibleError and what the store raises."""
        if not self.may_begin(manager_id):  # a manager is not told that there is a draft
            raise NotVisibleError("page")
        return self._reviews.begin(self._seen.period, manager_id, self._person(self._seen.card(manager_id)), at=at)

    def follow(self, manager_id: str, what: What, at: datetime, after: int) -> Review:
        """What they do to a review, after the step they saw. Raises NotVisibleError and what the store raises."""
        card = self._seen.card(manager_id)
        who = self._person(card)
        found = self.of(manager_id, at)
        if found is None:
            raise NotVisibleError("review")
        if not found.versions[-1].is_current:  # the refusals of the store would tell what is said in the draft
            raise NotSharedError
        return self._reviews.follow(self._seen.period, manager_id, what, who, at=at, after=after, make=signed_card)

    def signed(self, manager_id: str, number: int, at: datetime) -> bytes:
        """The PDF of a sealed version. Raises NotVisibleError."""
        content = self._reviews.signed(self._version(manager_id, number, at))
        if content is None:
            raise NotVisibleError("file")
        return content

    def copy(self, manager_id: str, number: int, at: datetime) -> bytes:
        """The manager's copy of a version: a zip of all that was used about them. Raises NotVisibleError."""
        self._version(manager_id, number, at)
        return manager_copy(self._reviews.store, self._reviews.of(self._seen.period, manager_id), number)

    def head(self) -> str | None:
        """The hash of the last event of all reviews."""
        return self._reviews.head()

    def _version(self, manager_id: str, number: int, at: datetime) -> Version:
        found = self.of(manager_id, at)
        for version in found.versions if found else ():
            if version.number == number:
                return version
        raise NotVisibleError("review")

    def _person(self, card: Card) -> Person:
        """The person who acts. Raises NotVisibleError where it is not for them to act."""
        is_own = card["manager_id"] == self._who.manager_id
        if self._who.role is Role.AUDITOR or not (is_own or may_review(self._who, card)):
            raise NotVisibleError("page")
        return person(self._who, card["manager_id"])

    def _as_seen(self, review: Review, at: datetime) -> ReviewSeen:
        card = self._seen.card(review.manager_id)
        published = self._reviews.published(review.period, review.manager_id)
        today = published.day(at)
        versions: Sequence[Version] = review.versions
        if review.manager_id == self._who.manager_id:
            versions = [version for version in versions if version.is_shared]
        try:
            may = allowed(review, self._person(card), published, today)
        except NotVisibleError:
            may = ()
        return ReviewSeen(review, tuple(versions), may, is_stale(review, published), today)
