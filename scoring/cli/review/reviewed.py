"""Which review is meant, what is done to it, and how is it told? What the commands of `bookscore review` share."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, else_next, finish, next_command
from scoring.cli.shared.streams import note, say

if TYPE_CHECKING:
    from scoring.review import Made, Person, Review, What
    from scoring.store.reviewing import Reviews

DO = {
    "draft": ("share", "--by", "NAME"),
    "shared": ("sign", "--as", "reviewer", "--by", "NAME"),
    "answered": ("sign", "--as", "reviewer", "--by", "NAME"),
    "disputed": ("decide", "--outcome", "upheld", "--reason", "WHY", "--will-do", "WHAT", "--by", "NAME"),
    "signed_by_reviewer": ("sign", "--as", "manager", "--by", "NAME"),
    "signed_by_manager": ("sign", "--as", "reviewer", "--by", "NAME"),
    "declined": ("sign", "--as", "reviewer", "--by", "NAME"),
    "sealed": ("copy",),
    "sealed_without_manager": ("copy",),
}
"""What usually comes next, by how a review stands."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A review that was named on the command line, with the store it is in; `who` is what to type for its manager."""

    reviews: "Reviews"
    review: "Review"
    folder: Path
    who: str

    @property
    def today(self) -> date:
        """The day that it is for the company."""
        return self.reviews.published(self.review.period, self.review.manager_id).day(now())

    def do(self, what: "What", who: "Person", *, after: int | None, is_dry: bool) -> "Review":
        """The review once it happened; of what is refused the next command is told."""
        review = self.review
        step = review.last_step if after is None else after
        return self.reviews.follow(
            review.period, review.manager_id, what, who, at=now(), after=step, make=_signed_card, is_dry=is_dry
        )


@contextmanager
def chosen(folder: Path, who: str, period: str | None) -> "Iterator[Chosen]":
    """The review of who is meant. Raises UnknownNameError, AmbiguousNameError and NoReviewError."""
    with places.stored(folder) as store:
        from scoring.explain.names import chosen as meant
        from scoring.explain.names import word_for
        from scoring.review.refusals import NoReviewError
        from scoring.store.reviewing import Reviews

        reviews = Reviews(store)
        begun = reviews.all(period)
        names = {review.manager_id: review.manager for review in begun}
        if not names:
            with else_next("review", "start", who, folder, "--by", "NAME"):
                raise NoReviewError(who, period or "any period")
        manager_id = meant("manager", who, names, f"reviews were begun of {len(names)}; `bookscore review list`")
        review = max((r for r in begun if r.manager_id == manager_id), key=lambda r: (r.events[0].at, r.period))
        word = word_for(manager_id, names)
        with else_next("review", "show", word, folder, *of_period(review)):
            yield Chosen(reviews, review, folder, word)


def said(make: "Callable[..., What]", **told: Any) -> "What":
    """What somebody says. Raises BadParameter where it is empty, too long, or holds what no database keeps."""
    from pydantic import ValidationError

    try:
        return make(**told)
    except ValidationError as error:
        raise _bad(error) from None


def by_name(name: str, part: str) -> "Person":
    """Somebody by name, as it was typed. Raises BadParameter."""
    from pydantic import ValidationError

    from scoring.review import Part, Person

    try:
        return Person(name=name, part=Part(part))
    except ValidationError as error:
        raise _bad(error, "--by") from None


def now() -> datetime:
    """The instant it is; only here it is looked up for reviews."""
    return datetime.now(UTC)


def done(chosen: Chosen, made: "Review", *, is_dry: bool, as_json: bool) -> None:
    """Tells what happened, how the review stands, and ends the command."""
    data, head = facts(chosen.reviews, made), None if is_dry else chosen.reviews.head()

    def show() -> None:
        from scoring.review.words import told

        for event in made.events[chosen.review.last_step if chosen.review.events else 0 :]:
            say(f"{event.who.name} {told(event, made)}")
        _stands(made, chosen.today)
        if is_dry:
            note("Nothing was written (--dry-run).")
            return
        if head is not None and made.events[-1].kind in ("signed", "declined", "sealed"):
            say(f"Write this down, as it covers all that happened in reviews until now: {head}")
        go_on(made, data, chosen.folder, chosen.who)

    finish(Answer({**data, "head": head, "is_written": not is_dry}), show, as_json=as_json)


def facts(reviews: "Reviews", review: "Review") -> dict[str, Any]:
    """The review as JSON, with what may be done now, and whether another run is published."""
    from scoring.review import VERBS, is_stale, possible
    from scoring.review.plain import plain

    published = reviews.published(review.period, review.manager_id)
    may = [
        {"do": VERBS[each.kind], "by": [part.value for part in each.parts]}
        for each in possible(review, published, published.day(now()))
    ]
    return {**plain(review), "is_stale": is_stale(review, published), "possible": may}


def go_on(review: "Review", facts: Mapping[str, Any], folder: Path, who: str) -> None:
    """Says what usually comes next; what is possible stands in the facts."""
    command, *options = DO[review.state]
    possible = [each["do"] for each in facts["possible"]]
    if command not in possible and "rebase" in possible:
        command, *options = "rebase", "--by", "NAME"
    next_command("review", command, who, folder, *options, *of_period(review))


def of_period(review: "Review") -> tuple[str, ...]:
    """What to type so that the review of its period is meant."""
    return ("--period", review.period)


def _stands(review: "Review", today: date) -> None:
    from scoring.review.words import standing

    version = review.current
    say(f"{review.manager}, {review.period}, version {version.number}: {standing(version, today)}.")


def _signed_card(card: Any, review: "Review") -> "Made":
    from scoring.reports.signed import signed_card

    return signed_card(card, review)


def _bad(error: Any, hint: str | None = None) -> typer.BadParameter:
    first = error.errors()[0]
    where = hint or "--" + str(first["loc"][0] if first["loc"] else "text").replace("_", "-")
    return typer.BadParameter(str(first["msg"]).lower(), param_hint=where)
