"""Does what was said and signed in a review stand on the card, as it was said?"""

from typing import Any, cast

from pdf_reading import headings, pages, said, squeezed, tags
from sample_cards import HOSTILE, card

from scoring.reports.names import cleaned
from scoring.reports.pdf import Comment, Review, Signature, card_pdf

COMMENT: Comment = {
    "by": "Tomás Moreau", "role": "manager", "kind": "dispute", "at": "2026-07-14T12:12:00+02:00",
    "text": "Sable Hotels left before it was mine.\n\nSee contracts.csv row 7.",
}  # fmt: skip
DECISION: Comment = {
    "by": "Lena Voss", "role": "reviewer", "kind": "decision", "at": "2026-07-15T08:00:00Z", "text": "Upheld.",
}  # fmt: skip
SIGNED: list[Signature] = [
    {"by": "Lena Voss", "role": "reviewer", "at": "2026-07-16T09:30:00+00:00", "mark": "5f2c9a"},
    {"by": "Tomás Moreau", "role": "manager", "at": "2026-07-16T10:00:00+00:00", "mark": ""},
]


def review(**changed: Any) -> Review:
    sealed: Review = {"state": "sealed", "version": 1, "comments": [COMMENT, DECISION], "signatures": SIGNED}
    return cast(Review, sealed | changed)


def test_without_a_review_there_is_room_to_write() -> None:
    printed = said(card_pdf(card()))
    assert squeezed("Draft for review") in printed
    assert squeezed("Manager’s comment") in printed
    assert squeezed("Reviewer’s comment") in printed
    assert "Signed" not in printed


def test_who_said_what_and_who_signed_when_stands_in_place_of_the_boxes() -> None:
    printed = said(card_pdf(card(), review=review()))
    for told in (
        "Sealed", "Tomás Moreau, manager · dispute · 14 Jul 2026, 10:12 UTC",
        "Sable Hotels left before it was mine.", "See contracts.csv row 7.",
        "Lena Voss, reviewer · decision · 15 Jul 2026, 08:00 UTC", "Upheld.",
        "Signed 16 Jul 2026, 09:30 UTC as reviewer", "Signed 16 Jul 2026, 10:00 UTC as manager", "5f2c9a",
    ):  # fmt: skip
        assert squeezed(told) in printed
    assert squeezed("Manager’s comment") not in printed
    assert squeezed("Draft for review") not in printed


def test_a_review_in_which_nothing_was_said_keeps_its_boxes_and_shows_its_state() -> None:
    printed = said(card_pdf(card(), review=review(state="shared", comments=[], signatures=[])))
    assert squeezed("Manager’s comment") in printed
    assert "Shared" in printed


def test_a_second_version_says_so_at_the_top_and_at_the_foot() -> None:
    printed = said(card_pdf(card(), review=review(version=2)))
    assert squeezed("Sealed, version 2") in printed
    assert squeezed("rules 9f3c2a1b7d5e4c60 · version 2") in printed
    assert "version" not in said(card_pdf(card(), review=review()))


def test_a_signed_card_can_be_made_again_byte_for_byte() -> None:
    signed = card_pdf(card(), review=review())
    assert card_pdf(card(), review=review()) == signed
    assert card_pdf(card(), review=review(version=2)) != signed
    assert card_pdf(card(), review=review(signatures=SIGNED[:1])) != signed


def test_a_long_comment_runs_on_over_pages_and_loses_nothing() -> None:
    long = COMMENT | {"text": "\n".join(f"Line {n} of what I have to say about it." for n in range(1, 161))}
    made = card_pdf(card(), review=review(comments=[long]))
    printed = said(made)
    assert len(pages(made)) > 2
    assert all(squeezed(f"Line {n} of what") in printed for n in range(1, 161))
    assert squeezed("Signed 16 Jul 2026, 09:30 UTC as reviewer") in printed


def test_what_people_type_into_a_review_is_text() -> None:
    typed = '#panic("x") $a$ *b* <label> @ref'
    bad: Comment = {"by": HOSTILE, "role": typed, "kind": typed, "at": typed, "text": f"{typed}\n{HOSTILE}"}
    mark: Signature = {"by": HOSTILE, "role": typed, "at": "2026-07-16", "mark": typed}
    made = card_pdf(card(), review=review(state=typed, comments=[bad], signatures=[mark]))
    printed = said(made)
    assert printed.count(squeezed(typed)) == 7
    assert printed.count(squeezed(cleaned(HOSTILE))) == 3
    assert not set("\u202e\u2066\x00\x1b") & set("".join(pages(made)))


def test_a_reviewed_card_is_tagged_like_any_other() -> None:
    made = card_pdf(card(), review=review())
    assert (2, "Review") in headings(made)
    assert [alt for kind, alt in tags(made) if kind == "Figure" and not alt] == []
