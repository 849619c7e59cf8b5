"""What does the page of deliveries show? What was sent to whom, what became of it, what waits, and what comes next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from scoring.reports.csv_out import Cell
from scoring.reports.dates import moment
from scoring.view import STANDS, DeliveryDesk, DeliverySeen, NotVisibleError, OccasionSeen
from scoring.view.deliveries import MOST, MOST_URGENT, PERSON, STATES, Act, Wanted
from scoring.web.desk import Desk, Filled, Viewing, desk_of
from scoring.web.pages.answering import Page, add_page
from scoring.web.pages.upcoming import Plans, ScheduleAnswer, missing, plans

router = APIRouter()

TITLE = "Digests"
"""What the page is called, as in the menu."""

_FARTHEST = 1_000_000
_COLUMNS = (
    "delivery_id", "schedule", "period", "channel", "recipient", "name", "address", "state", "reason", "attempts",
    "due_at", "is_late", "sent_at", "next_try_at", "run_id", "as_of",
)  # fmt: skip
_STANDS: Mapping[str, str] = {**STANDS, PERSON: "needs a person"}
"""State, also that which is asked for, to what is said of it."""


@dataclass(frozen=True, slots=True)
class YoursAnswer:
    """A schedule by which the person gets digests themself, unless they stopped them."""

    schedule: ScheduleAnswer
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class DeliveriesAnswer:
    """The deliveries that are asked for and somebody sees; `older` is what to skip for those before, null at the end.

    `urgent` are those that wait for a person. These, `counts`, `occasions` and `schedules` are for those who see
    everything.
    """

    deliveries: list[DeliverySeen]
    older: int | None
    urgent: list[DeliverySeen]
    counts: dict[str, int]
    occasions: list[OccasionSeen]
    schedules: list[ScheduleAnswer]
    yours: list[YoursAnswer]


def deliveries(
    request: Request,
    view: Viewing,
    schedule: Annotated[str, Query(description="Only of this schedule.")] = "",
    period: Annotated[str, Query(description="Only of this period, such as 2026-W26.")] = "",
    state: Annotated[str, Query(description=f"Only in this state: {', '.join(STATES)}.")] = "",
    skip: Annotated[int, Query(ge=0, le=_FARTHEST, description="How many of the newest to pass over.")] = 0,
) -> Page:
    """The page of what was sent, and of what is to be."""
    desk, seeing, wanted = desk_of(request), DeliveryDesk(view), Wanted(schedule, period, state, skip)
    said, counts = plans(desk), seeing.counts()
    found, has_more = seeing.some(wanted)
    told = DeliveriesAnswer(
        list(found),
        skip + MOST if has_more else None,
        list(seeing.urgent()),
        _summed(counts, wanted),
        list(seeing.occasions()),
        _schedules(desk, said) if seeing.sees_all else [],
        _yours(desk, said, seeing, view),
    )
    keys = [*counts, *((each.schedule, each.period) for each in found)]
    return Page(
        "deliveries.html.j2",
        TITLE,
        told,
        _COLUMNS,
        [[_cell(getattr(each, name)) for name in _COLUMNS] for each in found],
        {
            "asked": wanted,
            "more_urgent": len(told.urgent) == MOST_URGENT,
            "newer": max(0, skip - MOST) if skip else None,
            "keys_are_known": bool(keys or schedule or period or state),
            "names": _named((name for name, _ in keys), schedule),
            "periods_of": _named((name for _, name in keys), period)[::-1],
            "states": STATES,
            "sees_all": seeing.sees_all,
            "may_stop": view.who.is_writing,
            "why_not": said.why_not,
            **words(said.zone),
        },
        "deliveries",
        subject="all" if seeing.sees_all else "",
    )


@router.post("/deliveries", include_in_schema=False)
def stop(view: Viewing, request: Request, form: Filled) -> Response:
    """Stops the digests of a schedule to whoever asks, or lets them come again."""
    desk, name = desk_of(request), form.get("schedule", "")
    if name not in {schedule.name for schedule in plans(desk).of(view.who)}:
        raise NotVisibleError("schedule")
    DeliveryDesk(view).mute(name, is_wanted=form.get("do") == "resume", at=desk.now())
    return RedirectResponse("/deliveries#yours", 303)


@router.post("/deliveries/{delivery_id}", include_in_schema=False)
def decide(delivery_id: str, view: Viewing, request: Request, form: Filled) -> Response:
    """Sends a delivery again, or keeps that it arrived, as a leader says."""
    try:
        act = Act(form.get("do", ""))
    except ValueError:
        raise NotVisibleError("page") from None
    DeliveryDesk(view).act(delivery_id, act, form.get("shown", ""), desk_of(request).now())
    return RedirectResponse(f"/deliveries/{delivery_id}", 303)


def words(zone: str) -> dict[str, Any]:
    """What templates need to write states and instants: as clocks of the zone show them."""
    return {"stands": _STANDS, "zone": zone, "moment": partial(moment, zone=zone)}


def _summed(counts: Mapping[tuple[str, str], Mapping[str, int]], wanted: Wanted) -> dict[str, int]:
    """State to how many deliveries of the schedule and period asked for are in it; what is none is left out."""
    found: dict[str, int] = {}
    for (schedule, period), by_state in counts.items():
        if wanted.schedule in ("", schedule) and wanted.period in ("", period):
            for state, many in by_state.items():
                found[state] = found.get(state, 0) + many
    return {state: many for state, many in found.items() if many}


def _schedules(desk: Desk, said: Plans) -> list[ScheduleAnswer]:
    return [said.told(each, desk.now(), missing(desk, said.digests, each)) for each in said.digests.schedules]


def _yours(desk: Desk, said: Plans, seeing: DeliveryDesk, view: Viewing) -> list[YoursAnswer]:
    stopped = seeing.muted()
    return [YoursAnswer(said.told(each, desk.now()), each.name in stopped) for each in said.of(view.who)]


def _named(known: Iterable[str], asked: str) -> list[str]:
    """What can be asked for, and what is asked for, each once and in order."""
    return sorted({*known, asked} - {""})


def _cell(value: Any) -> Cell:
    return value.isoformat() if isinstance(value, datetime) else value


add_page(router, "/deliveries", deliveries, DeliveriesAnswer, "What was sent to whom, and what became of it.")
