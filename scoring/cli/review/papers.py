"""`bookscore review pdf` and `copy`: the signed card, made again to prove it, and all that was used about a manager."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli.review.options import Out, Period, Version, Who
from scoring.cli.review.reviewed import Chosen, chosen, of_period
from scoring.cli.shared.answers import DONE, FAILED, Answer, finish, next_command
from scoring.cli.shared.options import AsJson, DryRun, Workspace
from scoring.cli.shared.screen import working
from scoring.cli.shared.streams import note, say
from scoring.errors import BookscoreError

if TYPE_CHECKING:
    from scoring.review import Review


class NotSignedError(BookscoreError):
    """The version is not sealed, so that there is no signed document."""

    def __init__(self, review: "Review", number: int) -> None:
        super().__init__(
            f"version {number} of the review of {review.manager} for {review.period} is not sealed, so there is "
            "nothing to make again"
        )


def pdf(
    who: Who,
    folder: Workspace = Path(),
    *,
    version: Version = None,
    again: Annotated[
        bool, typer.Option("--again", help="Make it again, and compare it with the stored one, byte for byte.")
    ] = False,
    out: Out = None,
    period: Period = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Write the card with its review as a PDF: of a sealed version the stored one, else as it stands now.

    With --again nothing is written: it is made once more of the stored card and events. The exit code is 1 where that
    gives other bytes than the stored ones.
    """
    with chosen(folder, who, period) as found, working("Printing …"):
        number = version or found.review.current.number
        if again:
            _again(found, number, as_json=as_json)
            return
        stored = found.reviews.signed(found.review.version(number))
        content = stored if stored is not None else _made(found, number).content
        review = found.review
    words = "the signed card" if stored is not None else "the card as it stands, not sealed"
    _write(_Paper(review, number, content, ".pdf", words, found.who), folder, out, dry_run=dry_run, as_json=as_json)


def copy(
    who: Who,
    folder: Workspace = Path(),
    *,
    version: Version = None,
    out: Out = None,
    period: Period = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Write the manager's copy: a zip with everything that was used about them, and nothing about others."""
    with chosen(folder, who, period) as found, working("Gathering …"):
        from scoring.view.copy import manager_copy

        review, number = found.review, version or found.review.current.number
        content = manager_copy(found.reviews.store, review, number)
    words = f"all that was used about {review.manager}"
    _write(_Paper(review, number, content, ".zip", words, found.who), folder, out, dry_run=dry_run, as_json=as_json)


def _again(found: Chosen, number: int, *, as_json: bool) -> None:
    """Makes the signed document once more, and says whether it is the same."""
    kept = found.reviews.document(found.review.version(number))
    if kept is None:
        raise NotSignedError(found.review, number)
    document, stored = kept[0], found.reviews.signed(found.review.version(number))
    made = _made(found, number)
    is_same = made.content == stored
    digest = sha256(made.content).hexdigest()
    data = {"sha256": document.sha256, "again": digest, "is_same": is_same}
    data |= {"made_with": document.made_with, "again_with": made.made_with}

    def show() -> None:
        if is_same:
            say(f"The same, byte for byte: {document.sha256}")
        else:
            say(f"Not the same. Signed: {document.sha256}\nMade again: {digest}")
            if made.made_with != document.made_with:
                note(f"It was made with {document.made_with}; this is {made.made_with}. The stored one is what holds.")
        next_command("verify", found.folder)

    finish(Answer(data, code=DONE if is_same else FAILED), show, as_json=as_json)


def _made(found: Chosen, number: int) -> Any:
    from scoring.reports.signed import signed_card

    card = found.reviews.card(found.review, found.review.version(number))
    return signed_card(card, found.review.as_signed(number))


@dataclass(frozen=True, slots=True)
class _Paper:
    """A file about a version of a review."""

    review: "Review"
    number: int
    content: bytes
    ending: str
    words: str
    who: str


def _write(paper: _Paper, folder: Path, out: Path | None, *, dry_run: bool, as_json: bool) -> None:
    """Writes the file, unless it is not wanted, and says where it lies."""
    place = out or Path(_name(paper.review, paper.number) + paper.ending)
    digest, size = sha256(paper.content).hexdigest(), len(paper.content)
    if not dry_run:
        part = place.with_name(f".{place.name}.part")
        part.write_bytes(paper.content)
        part.replace(place)

    def show() -> None:
        say(f"{place}: {paper.words}, version {paper.number}, {size:,} bytes, {digest}")
        if dry_run:
            note("Nothing was written (--dry-run).")
        next_command("review", "show", paper.who, folder, *of_period(paper.review))

    data = {"file": str(place), "sha256": digest, "size": size, "version": paper.number, "is_written": not dry_run}
    finish(Answer(data), show, as_json=as_json)


def _name(review: "Review", number: int) -> str:
    from scoring.reports.names import file_names

    period, manager = file_names([review.period])[review.period], file_names([review.manager_id])[review.manager_id]
    return f"review-{period}-{manager}-v{number}"
