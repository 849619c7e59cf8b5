"""What do the pages of reviews show? How each stands, all that was said, and the forms for what may be done now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import TypeAdapter, ValidationError

from scoring.errors import BookscoreError
from scoring.review import TO_ANSWER, VERBS, Event, Kind, Review, Version, What
from scoring.review.refusals import ChangedSinceError, RefusedMoveError
from scoring.review.words import by, signatures, standing, told
from scoring.scorecard.cards import Card
from scoring.view import NotSharedError, ReviewDesk, ReviewSeen, Seen, View
from scoring.view.slugs import slug, unslug
from scoring.web import noticing
from scoring.web.desk import Filled, Seeing, Viewing, desk_of
from scoring.web.pages.answering import Page, add_page, download
from scoring.web.wrong import wrong

router = APIRouter()

_WHAT: TypeAdapter[Any] = TypeAdapter(What)
_LISTS = ("accounts", "rows")
_DIGITS = 10


class WrongFormError(BookscoreError):
    """A form lacks something, or holds something that cannot be."""

    def __init__(self, error: ValidationError) -> None:
        super().__init__(f"nothing was saved: {wrong(error.errors())}; go back and mend it")


@dataclass(frozen=True, slots=True)
class EventAnswer:
    """Something that happened to a review, in words, with the hash of all that happened until then."""

    step: int
    version: int
    kind: str
    by: str
    part: str
    at: str
    told: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ReviewAnswer:
    """A review as it stands; null fields where there is none. `may` is what the person may do now."""

    period: str
    manager_id: str
    name: str
    state: str | None
    standing: str | None
    version: int | None
    is_stale: bool
    may: list[str]
    events: list[EventAnswer]


@dataclass(frozen=True, slots=True)
class ReviewsAnswer:
    """The reviews of a period that somebody sees, and the managers they see without one."""

    period: str
    reviews: list[ReviewAnswer]
    without: list[str]
    head: str | None


def reviews(seen: Seeing, view: Viewing, request: Request) -> Page:
    """The page of all reviews of the period."""
    now, desk = desk_of(request).now(), ReviewDesk(view, seen)
    found = desk.all(now)
    rows = [_answer(f) for f in found]
    begun = {f.review.manager_id for f in found}
    without = [card for card in seen.cards if card["manager_id"] not in begun]
    return Page(
        "reviews.html.j2",
        f"Reviews, {seen.period}",
        ReviewsAnswer(seen.period, rows, [c["manager_id"] for c in without], desk.head()),
        ("manager_id", "name", "state", "standing", "version", "events"),
        [[r.manager_id, r.name, r.state, r.standing, r.version, len(r.events)] for r in rows],
        {
            "rows": [(row, seen.day(datetime.fromisoformat(row.events[-1].at))) for row in rows],
            "without": [(c, desk.may_begin(c["manager_id"])) for c in without],
            "head": desk.head(),
        },
        "reviews",
        seen.period,
        seen.run_id,
        "all reviews seen",
    )


def review(manager_id: str, seen: Seeing, view: Viewing, request: Request) -> Page:
    """The page of one review."""
    now, desk = desk_of(request).now(), ReviewDesk(view, seen)
    card = seen.card(unslug(manager_id))
    found = desk.of(card["manager_id"], now)
    answer = _answer(found) if found else _none(seen.period, card)
    home = f"/periods/{slug(seen.period)}"
    return Page(
        "review.html.j2",
        f"Review of {card['name']}, {seen.period}",
        answer,
        ("step", "version", "kind", "by", "part", "at", "told", "sha256"),
        [[e.step, e.version, e.kind, e.by, e.part, e.at, e.told, e.sha256] for e in answer.events],
        {
            "card": card,
            "found": found,
            "versions": _versions(found, answer),
            "may_begin": found is None and desk.may_begin(card["manager_id"]),
            "verbs": {kind.value: VERBS[kind] for kind in (found.may if found else ())},
            "answer_by": seen.day(now) + TO_ANSWER,
            "today": seen.day(now),
            "me": view.who,
            "head": desk.head(),
        },
        "reviews",
        seen.period,
        seen.run_id,
        card["manager_id"],
        ((f"{home}/reviews", "Reviews"), (f"{home}/managers/{slug(card['manager_id'])}", card["name"])),
        lambda run: card["manager_id"] in run.managers,
    )


def reviewed(view: View, seen: Seen, card: Card, now: datetime) -> ReviewAnswer:
    """The review of a card as the person sees it; null fields where they see none."""
    found = ReviewDesk(view, seen).of(card["manager_id"], now)
    return _answer(found) if found else _none(seen.period, card)


@router.post("/periods/{period}/managers/{manager_id}/review", include_in_schema=False)
def act(manager_id: str, seen: Seeing, view: Viewing, request: Request, form: Filled) -> Response:
    """Does what a form asks for, and shows the review as it stands then."""
    desk, now, manager = ReviewDesk(view, seen), desk_of(request).now(), unslug(manager_id)
    asked, subject = form.get("kind", ""), f"review {manager}"
    try:
        if asked == Kind.STARTED.value:
            made = desk.begin(manager, now)
        else:
            made = desk.follow(manager, _what(form), now, _step(form))
    except (RefusedMoveError, ChangedSinceError, NotSharedError) as error:
        noticing.did(request, view, seen, "was refused", subject, {"asked": asked, "why": type(error).__name__})
        raise
    noticing.did(
        request, view, seen, asked, subject, {"step": made.last_step, "sha256": made.mark(made.events[-1])[:16]}
    )
    return RedirectResponse(request.url.path, 303)


@router.get("/periods/{period}/managers/{manager_id}/review/{version}.pdf", summary="The signed card.", tags=["files"])
def signed(manager_id: str, version: int, seen: Seeing, view: Viewing, request: Request) -> Response:
    """The PDF that was signed, byte for byte."""
    manager = unslug(manager_id)
    content = ReviewDesk(view, seen).signed(manager, version, desk_of(request).now())
    noticing.saw(request, view, f"reviews {manager}", "pdf", seen)
    return download(content, "application/pdf", f"review-{seen.period}-version-{version}.pdf")


@router.get(
    "/periods/{period}/managers/{manager_id}/review/{version}.zip", summary="The manager's copy.", tags=["files"]
)
def managers_copy(manager_id: str, version: int, seen: Seeing, view: Viewing, request: Request) -> Response:
    """Everything that was used about the manager, in one zip."""
    manager = unslug(manager_id)
    content = ReviewDesk(view, seen).copy(manager, version, desk_of(request).now())
    noticing.saw(request, view, f"reviews {manager}", "zip", seen)
    return download(content, "application/zip", f"copy-{seen.period}-version-{version}.zip")


def _what(form: Mapping[str, str]) -> Any:
    """What the form says happens. Raises WrongFormError."""
    said: dict[str, Any] = {name: value for name, value in form.items() if name not in ("csrf_token", "after")}
    said |= {
        name: tuple(part.strip() for part in said[name].splitlines() if part.strip()) for name in _LISTS if name in said
    }
    said = {name: value for name, value in said.items() if value != "" or name == "kind"}
    if "dispute" in said and said["dispute"].isdecimal():
        said["dispute"] = _number(said["dispute"])
    try:
        return _WHAT.validate_python(said)
    except ValidationError as error:
        raise WrongFormError(error) from None


def _step(form: Mapping[str, str]) -> int:
    return _number(form.get("after", ""))


def _number(text: str) -> int:
    """The number, 0 where the text is none, or so long that it counts nothing here."""
    return int(text) if text.isdecimal() and len(text) < _DIGITS else 0


def _answer(found: ReviewSeen) -> ReviewAnswer:
    held = found.review
    shown = {version.number for version in found.versions}
    last = found.versions[-1]
    return ReviewAnswer(
        held.period, held.manager_id, held.manager, last.state.value, standing(last, found.today), last.number,
        found.is_stale, [VERBS[kind] for kind in found.may],
        [_event(event, held) for event in held.events if event.version in shown],
    )  # fmt: skip


def _none(period: str, card: Mapping[str, Any]) -> ReviewAnswer:
    return ReviewAnswer(period, card["manager_id"], card["name"], None, None, None, False, [], [])


def _event(event: Event, held: Review) -> EventAnswer:
    return EventAnswer(
        event.step, event.version, event.kind.value, by(event), event.who.part.value, event.at, told(event, held),
        held.mark(event),
    )  # fmt: skip


def _versions(found: ReviewSeen | None, answer: ReviewAnswer) -> list[dict[str, Any]]:
    """The versions, the newest first, each with what happened to it."""
    if found is None:
        return []

    def one(version: Version) -> dict[str, Any]:
        events = [e for e in answer.events if e.version == version.number]
        is_kept = version.sealed is not None and bool(version.sealed.documents)
        document = version.sealed.documents[0] if version.sealed and is_kept else None
        return {
            "version": version,
            "events": events,
            "signatures": signatures(version, found.review.manager),
            "document": document,
        }

    return [one(version) for version in reversed(found.versions)]


add_page(router, "/periods/{period}/reviews", reviews, ReviewsAnswer, "The reviews of a period.")
add_page(router, "/periods/{period}/managers/{manager_id}/review", review, ReviewAnswer, "The review of a manager.")
