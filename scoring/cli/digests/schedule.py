"""`bookscore schedule`: digests go out when they are due, as long as it runs, or whenever `tick` is called."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from scoring.cli.digests import logged, posted
from scoring.cli.groups import WithFolder
from scoring.cli.shared import places
from scoring.cli.shared.answers import DELIVERIES, DONE, Answer, else_next, finish, next_command
from scoring.cli.shared.options import AsJson, InFolder, Workspace, named
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import note
from scoring.plurals import many

app = typer.Typer(
    cls=WithFolder,
    add_completion=False,
    rich_markup_mode=None,
    help="Send digests when they are due: run on, look once from cron (tick), or list what is due next.",
)

Workers = Annotated[int, typer.Option("--workers", metavar="N", min=1, max=32, help="How many send at once.")]
Alone = Annotated[str | None, typer.Option("--schedule", hidden=True)]
"""What some would type, and what there is not: who noted what is due of one alone would leave the others out."""
_UPCOMING = 5


@app.command("run")
def run(
    place: Workspace = Path(),
    *,
    folder: InFolder = Path(),
    workers: Workers = 3,
    alone: Alone = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line on stderr.")] = False,
) -> None:
    """Run on and send digests when they are due, until stopped with Ctrl-C. `bookscore schedule` does this.

    Any number of these may run on one database, on as many machines as reach it: one plans, all send, and nothing is
    sent twice. rules.yaml is read again when it changes.
    """
    folder = named(place, folder)
    _refuse(alone, folder)
    with places.opening(folder) as store, posted.until_stopped() as stopped:
        from scoring.intake import RULES
        from scoring.schedule.running import Running
        from scoring.schedule.watched import Watched

        tell = logged.teller(as_json=as_json)
        watched = Watched(folder / RULES, lambda rulebook: posted.post_of(store, folder, rulebook, tell), tell)
        running = Running(watched.post, stopped, workers=workers)
        with else_next("check", folder):
            watched.post()  # rules that cannot be read are told before anything is begun
        if not as_json:
            note(f"Sending the digests of {folder.absolute()} when they are due. Stop it with Ctrl-C.")
        running.run()


@app.command("tick")
def tick(
    place: Workspace = Path(),
    *,
    folder: InFolder = Path(),
    workers: Workers = 3,
    alone: Alone = None,
    as_json: AsJson = False,
) -> None:
    """Look once what is due, send it, and end: for cron, every five minutes or so. Safe beside any others.

    Exit code 5: some did not arrive, or nobody knows.
    """
    folder = named(place, folder)
    _refuse(alone, folder)
    with places.opening(folder) as store, posted.until_stopped() as stopped:
        from scoring.schedule.once import once

        events: list[dict[str, Any]] = []
        line = (lambda event, facts: None) if as_json else logged.teller(as_json=False)

        def tell(event: str, facts: Mapping[str, Any]) -> None:
            events.append({"event": event, **facts})
            line(event, facts)

        post = posted.post_of(store, folder, posted.rules_of(folder), tell)
        has_planned = once(post, workers=workers, is_stopped=stopped.is_set)
    wrong = [one for one in events if one["event"] in ("failed", "unknown")]

    def show() -> None:
        if not has_planned:
            note("Another scheduler of this database plans; what waited to be sent was sent from here, too.")
        if wrong:
            note(f"{many(len(wrong), 'digest')} did not arrive, or nobody knows.")
            next_command("deliveries", folder)
        elif not events:
            note("Nothing is due, and nothing waits to be sent.")
            next_command("schedule", "list", folder)

    data = {"has_planned": has_planned, "events": events}
    finish(Answer(data, code=DELIVERIES if wrong else DONE), show, as_json=as_json)


@app.command("list")
def list_schedules(
    place: Workspace = Path(),
    *,
    folder: InFolder = Path(),
    schedule: Annotated[
        str | None,
        typer.Option("--schedule", metavar="NAME", help="Only this one, with its next five times.", show_default="all"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List when each schedule is due next, for whom and by which channel, then what channels lack, and the remedy."""
    import os

    from scoring.digest.timetable import Timetable
    from scoring.digest.ways import FromEnvironment

    folder = named(place, folder)
    timetable = Timetable.of(posted.rules_of(places.existing(folder)))
    with else_next("schedule", "list", folder):
        chosen = timetable.digests.schedules if schedule is None else (timetable.schedule(schedule),)
    ways, at = FromEnvironment(os.environ, folder), posted.now()
    found: list[dict[str, Any]] = []
    for one in chosen:
        coming = timetable.upcoming(one, after=at, count=_UPCOMING)
        found.append(
            {
                "schedule": one.name,
                "every": one.every,
                "audience": one.audience,
                "channel": one.channel,
                "time_zone": timetable.zone_of(one),
                "missing": ways.missing(timetable.digests.channels[one.channel]),
                "next": [
                    {
                        "period": each.period.name,
                        "due_at": each.due_at.isoformat(),
                        "local": f"{timetable.local(one, each.due_at):%a %Y-%m-%d %H:%M}",
                    }
                    for each in coming
                ],
            }
        )

    def show() -> None:
        if not found:
            note("rules.yaml has no schedule of digests: its block `digests` says who gets what, and when.")
            return
        _show_times(found, most=1 if schedule is None else _UPCOMING)
        for channel, missing in {one["channel"]: one["missing"] for one in found if one["missing"]}.items():
            names = ", ".join(one["schedule"] for one in found if one["channel"] == channel)
            note(f"Not ready: {channel}, for {names}: {missing}.")
        next_command("send", found[0]["schedule"], folder, "--dry-run")

    finish(Answer(found), show, as_json=as_json)


def _refuse(alone: str | None, folder: Path) -> None:
    """Raises BadParameter where one schedule alone is to go out, UnknownScheduleError where there is none like it."""
    if alone is None:
        return
    from scoring.digest.timetable import Timetable

    with else_next("schedule", "list", folder):
        name = Timetable.of(posted.rules_of(places.existing(folder))).schedule(alone).name
    told = (
        f"all go out together; `bookscore send {name}` sends one, `bookscore schedule list --schedule {name}` shows it"
    )
    raise typer.BadParameter(told, param_hint="--schedule")


def _show_times(found: Sequence[Mapping[str, Any]], *, most: int) -> None:
    """Prints when each is due next."""
    columns = ("Schedule", "Next due", "Time zone", "Tells of", "For", "By")
    table(
        [Column(name, is_extra=name == "Tells of" and most == 1) for name in columns],
        [
            (one["schedule"], coming["local"], one["time_zone"], coming["period"], one["audience"], one["channel"])
            for one in found
            for coming in one["next"][:most]
        ],
    )
