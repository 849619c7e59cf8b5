"""What is signed? The card as a PDF with all that was said in its review, the same bytes whenever it is made again."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from scoring import __version__
from scoring.reports import pdf
from scoring.review import Commented, Disputed, Event, Kind, Made, Part, Review, Version, words
from scoring.review.words import by, text_of, told

NAME = "card.pdf"
"""The name of the document."""


def signed_card(card: Mapping[str, Any], reviewed: Review) -> Made:
    """The card with the current version of its review, as it stands.

    The manager is called what the card calls them, whatever they are called on cards of later versions.
    """
    named = replace(reviewed, manager=card["name"] or reviewed.manager_id)
    content = pdf.card_pdf(card, review=_as_printed(named))
    return Made(NAME, content, f"bookscore {__version__}, {_worded()}, {pdf.made_with()}")


@cache
def _worded() -> str:
    """Which words a review is told in: others make another document of the same events."""
    return f"words {sha256(Path(words.__file__).read_bytes()).hexdigest()[:12]}"


def _as_printed(reviewed: Review) -> pdf.Review:
    """The current version as the printed card tells it."""
    version = reviewed.current
    return {
        "state": _state(version),
        "version": version.number,
        "comments": [_comment(event, reviewed) for event in version.events if _is_printed(event, version)],
        "signatures": [_signature(event, reviewed) for event in version.events if _is_signature(event, version)],
    }


def _comment(event: Event, reviewed: Review) -> pdf.Comment:
    return {
        "by": by(event),
        "role": event.who.part.value,
        "kind": event.kind.value,
        "at": event.at,
        "text": _text(event, reviewed),
    }


def _signature(event: Event, reviewed: Review) -> pdf.Signature:
    return {"by": by(event), "role": event.who.part.value, "at": event.at, "mark": reviewed.mark(event)[:16]}


def _is_signature(event: Event, version: Version) -> bool:
    """Whether it is a signature that holds."""
    return event.kind is Kind.SIGNED and version.signature(event.who.part) == event


def _state(version: Version) -> str:
    """How the version stands; what is complete is sealed as soon as it is printed."""
    if not version.is_complete:
        return version.state.replace("_", " ")
    return "signed by both" if version.signature(Part.MANAGER) else "sealed without the manager’s signature"


def _is_printed(event: Event, version: Version) -> bool:
    """Whether it is told in words; that it was shared is not, as it shows in the answer."""
    return event.kind is not Kind.SHARED and not _is_signature(event, version)


def _text(event: Event, reviewed: Review) -> str:
    """What was said, or what happened as a sentence."""
    if isinstance(event.what, Commented | Disputed):
        return text_of(event.what)
    sentence = told(event, reviewed)
    return sentence[:1].upper() + sentence[1:]
