"""What the tests of digests share: schedules, occasions, and what is asked for."""

from datetime import UTC, datetime, time
from typing import Any

from scoring.access import User
from scoring.calendar import Calendar
from scoring.digest import render
from scoring.digest.compose import compose
from scoring.digest.content import Asked, Digest
from scoring.digest.due import Occasion
from scoring.rules.digests import Schedule
from scoring.store import Store
from scoring.view import Seen, Shelf, View

PAGE = "https://scores.example.com"


def schedule(audience: str = "leaders", every: str = "week", **more: Any) -> Schedule:
    """A schedule of that audience, each Monday or third working day at seven."""
    day = {"on": "Monday"} if every == "week" else {"working_day": 3}
    told = {"name": f"{audience}_{every}", "every": every, "audience": audience, "channel": "mail", **day, **more}
    return Schedule.model_validate(told)


def asked(who: Schedule, period: str, **more: Any) -> Asked:
    """What is asked for of the period, due at five in UTC on the day after it, and prepared then."""
    of = Calendar().period(period)
    due_at = datetime.combine(of.end, time(5), UTC)
    given = {"prepared_at": due_at, "page": PAGE, "unsubscribe": f"{PAGE}/unsubscribe?token=t", **more}
    return Asked(schedule=who, occasion=Occasion(who.name, of, due_at), zone="Europe/Berlin", **given)


def told(store: Store, user: User, now: str, last: str | None, what: Asked) -> Digest:
    """The user's digest of the run, measured against the last one; by a shelf of its own."""
    view = View(Shelf(store), user)
    return compose(view, seen(view, now), None if last is None else seen(view, last), what)


def seen(view: View, run_id: str) -> Seen:
    """The run as the view's person sees it."""
    shelf = view.run().shelf
    return Seen(shelf, shelf.run(run_id), view.sight)


def renders(digest: Digest) -> dict[str, Any]:
    """All five forms of it."""
    return {
        "text": render.text(digest),
        "html": render.html(digest),
        "slack": render.slack(digest),
        "teams": render.teams(digest),
        "data": render.data(digest),
    }
