"""`bookscore review show` and `list`: how reviews stand, and what happened in them."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.cli.review.options import Period, Version, Who
from scoring.cli.review.reviewed import Chosen, chosen, facts, go_on, of_period
from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson, OnePeriod, Workspace
from scoring.cli.shared.screen import SHORT, Column, minute, table
from scoring.cli.shared.streams import note, say

if TYPE_CHECKING:
    from scoring.review import Review

_LIST = tuple(Column(name) for name in ("Period", "Manager", "Version", "Stands", "Run", "Last by", "Last at (UTC)"))
_EVENTS = (Column("Step", is_number=True), *(Column(name) for name in ("At (UTC)", "Who", "What")))


def show(
    who: Who,
    folder: Workspace = Path(),
    *,
    version: Version = None,
    period: Period = None,
    as_json: AsJson = False,
) -> None:
    """Show a review: how it stands, all that happened in a version, and what may be done now."""
    with chosen(folder, who, period) as found:
        data, review, today = facts(found.reviews, found.review), found.review, found.today
        number = version or review.current.number
        asked = review.version(number)

    def shown() -> None:
        from scoring.review.words import by, signatures, standing, told

        say(f"{review.manager}, {review.period}, version {number}: {standing(asked, today)}")
        say(f"On run {asked.run_id[:SHORT]}, card {asked.card_sha256}")
        say()
        table(_EVENTS, [(str(e.step), minute(e.at), by(e), told(e, review)) for e in asked.events])
        for sentence in signatures(asked, review.manager):
            say(sentence)
        if asked.number != review.current.number:
            note(f"There is a newer version, {review.current.number}.")
        if data["is_stale"]:
            note("Another run was published for the period since.")
        may = [f"{each['do']} ({' or '.join(each['by'])})" for each in data["possible"]]
        note(f"Possible now: {', '.join(may)}.")
        go_on(review, data, folder, found.who)

    finish(Answer(data), shown, as_json=as_json)


def list_reviews(folder: Workspace = Path(), *, period: OnePeriod = None, as_json: AsJson = False) -> None:
    """List the reviews and how they stand."""
    with places.stored(folder) as store:
        from scoring.store.reviewing import Reviews

        reviews = Reviews(store)
        found = reviews.all(period)
        data = [facts(reviews, review) for review in found]
        days = [Chosen(reviews, review, folder, review.manager).today for review in found]

    def shown() -> None:
        if not found:
            say("No review was begun.")
            next_command("review", "start", "NAME", folder, "--by", "NAME")
            return
        from scoring.explain.names import word_for

        stale = [one["is_stale"] for one in data]
        table(_LIST, [_row(*each) for each in zip(found, stale, days, strict=True)])
        names = {review.manager_id: review.manager for review in found}
        next_command("review", "show", word_for(found[-1].manager_id, names), folder, *of_period(found[-1]))

    finish(Answer(data), shown, as_json=as_json)


def _row(review: "Review", is_old: bool, today: date) -> tuple[str, ...]:
    from scoring.review.words import standing

    version, last = review.current, review.events[-1]
    stands = standing(version, today) + (", another run is published" if is_old else "")
    run = version.run_id[:SHORT]
    return review.period, review.manager, str(version.number), stands, run, last.who.name, minute(last.at)
