"""A review of one manager for one period: from a draft to a sealed one that two people with names stand behind."""

from scoring.review.events import (
    TO_ANSWER,
    Commented,
    Decided,
    Declined,
    Disputed,
    Document,
    Event,
    Kind,
    Made,
    Outcome,
    Rebased,
    Reopened,
    Sealed,
    Shared,
    Signed,
    Started,
    What,
)
from scoring.review.moves import begin, follow, seal
from scoring.review.people import Part, Person, person
from scoring.review.possible import VERBS, Possible, Published, allowed, is_stale, possible
from scoring.review.review import Dispute, Review, State, Version

__all__ = [
    "TO_ANSWER", "VERBS", "Commented", "Decided", "Declined", "Dispute", "Disputed", "Document", "Event", "Kind",
    "Made", "Outcome", "Part", "Person", "Possible", "Published", "Rebased", "Reopened", "Review", "Sealed", "Shared",
    "Signed", "Started", "State", "Version", "What", "allowed", "begin", "follow", "is_stale", "person", "possible",
    "seal",
]  # fmt: skip
