"""What does a review leave on paper? Comments and signatures as printed, or boxes to write in."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypedDict

from scoring.reports.dates import day
from scoring.reports.pdf.texts import paragraphs, text

NOT_SIGNED = "Draft for review"
_BOXES = ("Manager’s comment", "Reviewer’s comment")


class Comment(TypedDict):
    """What somebody said: `kind` as "comment", "dispute" or "decision", `at` an instant in ISO 8601."""

    by: str
    role: str
    kind: str
    at: str
    text: str


class Signature(TypedDict):
    """Who signed, as what and when; `mark` is a proof in few characters, empty where there is none."""

    by: str
    role: str
    at: str
    mark: str


class Review(TypedDict):
    """The state of a review, and what was said and signed in it, in the order to print."""

    state: str
    version: int
    comments: Sequence[Comment]
    signatures: Sequence[Signature]


def printed(review: Review | None) -> dict[str, Any]:
    """The section as the template takes it."""
    comments, signatures = (review["comments"], review["signatures"]) if review else ((), ())
    return {
        "heading": "Review",
        "boxes": [] if comments or signatures else _BOXES,
        "comments": [_comment(comment) for comment in comments],
        "signatures": [_signature(signature) for signature in signatures],
    }


def tag(review: Review | None) -> str:
    """The state in a few words, with the version where there was one before."""
    if review is None:
        return NOT_SIGNED
    state = text(review["state"])
    return f"{state[:1].upper()}{state[1:]}{_version(review)}"


def edition(review: Review | None) -> str:
    """The version for the foot of the page, from the second on."""
    return _version(review).lstrip(", ") if review else ""


def _version(review: Review) -> str:
    return f", version {review['version']}" if review["version"] > 1 else ""


def _comment(comment: Comment) -> dict[str, Any]:
    return {
        "by": text(comment["by"]),
        "what": f"{text(comment['role'])} · {text(comment['kind'])} · {instant(comment['at'])}",
        "lines": paragraphs(comment["text"]),
    }


def _signature(signature: Signature) -> dict[str, str]:
    return {
        "by": text(signature["by"]),
        "what": f"Signed {instant(signature['at'])} as {text(signature['role'])}",
        "mark": text(signature["mark"]),
    }


def instant(at: str) -> str:
    """An instant as 14 Jul 2026, 10:12 UTC, the same on every machine; whatever else it is, as it stands."""
    try:
        when = datetime.fromisoformat(at)
    except ValueError:
        return text(at)
    if when.tzinfo is None:
        return text(at)
    there = when.astimezone(UTC)
    return f"{day(there.date().isoformat())}, {there:%H:%M} UTC"
