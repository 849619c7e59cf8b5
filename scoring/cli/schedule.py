"""`bookscore schedule`: digests go out when they are due, as long as it runs, or whenever `tick` is called."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli import places, posted
from scoring.cli.answers import DELIVERIES, DONE, Answer, finish, many, next_command
from scoring.cli.groups import WithFolder
from scoring.cli.options import AsJson, Workspace
from scoring.cli.screen import Column, table
from scoring.cli.streams import note, say

if TYPE_CHECKING:
    from scoring.digest.planning import Tell

app = typer.Typer(
    cls=WithFolder,
    add_completion=False,
    rich_markup_mode=None,
    help="Send digests when they are due: run on, look once from cron (tick), or list what is due next.",
)

Workers = Annotated[int, typer.Option("--workers", metavar="N", min=1, max=32, help="How many send at once.")]
_UPCOMING = 5


@app.command("run")
def run(
    folder: Workspace = Path(),
    *,
    workers: Workers = 3,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line on stderr.")] = False,
) -> None:
    """Run on and send digests when they are due, until stopped with Ctrl-C. `bookscore schedule` does this.

    Any number of these may run on one database, on as many machines as reach it: one plans, all send, and nothing is
    sent twice. rules.yaml is read again when it changes.
    """
    with places.opening(folder) as store, posted.until_stopped() as stopped:
        from scoring.intake import RULES
        from scoring.schedule.running import Running
        from scoring.schedule.watched import Watched

        tell = _telling(as_json=as_json)
        watched = Watched(folder / RULES, lambda rulebook: posted.post_of(store, folder, rulebook, tell), tell)
        running = Running(watched.post, stopped, workers=workers)
        watched.post()  # rules that cannot be read are told before anything is begun
        if not as_json:
            note(f"Sending the digests of {folder.absolute()} when they are due. Stop it with Ctrl-C.")
        running.run()


@app.command("tick")
def tick(folder: Workspace = Path(), *, workers: Workers = 3, as_json: AsJson = False) -> None:
    """Look once what is due, send it, and end: for cron, every five minutes or so. Safe beside any others.

    Exit code 5: some did not arrive, or nobody knows.
    """
    with places.opening(folder) as store, posted.until_stopped() as stopped:
        from scoring.schedule.once import once

        events: list[dict[str, Any]] = []
        line = (lambda event, facts: None) if as_json else _telling(as_json=False)

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
def list_schedules(folder: Workspace = Path(), as_json: AsJson = False) -> None:
    """List the schedules with the next times at which they are due, and what is missing for their channels."""
    import os

    from scoring.digest.timetable import Timetable
    from scoring.digest.ways import FromEnvironment

    timetable = Timetable.of(posted.rules_of(places.existing(folder)))
    ways, at = FromEnvironment(os.environ, folder), posted.now()
    found: list[dict[str, Any]] = []
    for schedule in timetable.digests.schedules:
        coming = timetable.upcoming(schedule, after=at, count=_UPCOMING)
        found.append(
            {
                "schedule": schedule.name,
                "every": schedule.every,
                "audience": schedule.audience,
                "channel": schedule.channel,
                "time_zone": timetable.zone_of(schedule),
                "missing": ways.missing(timetable.digests.channels[schedule.channel]),
                "next": [
                    {
                        "period": one.period.name,
                        "due_at": one.due_at.isoformat(),
                        "local": f"{timetable.local(schedule, one.due_at):%a %Y-%m-%d %H:%M}",
                    }
                    for one in coming
                ],
            }
        )

    def show() -> None:
        for one in found:
            say(f"{one['schedule']}: every {one['every']}, for {one['audience']}, by {one['channel']}")
            table(
                [Column(f"Next ({one['time_zone']})"), Column("tells of")],
                [(coming["local"], coming["period"]) for coming in one["next"]],
            )
            if one["missing"]:
                note(f"Not ready: {one['missing']}")
            say()
        if found:
            next_command("send", found[0]["schedule"], folder, "--dry-run")
        else:
            note("rules.yaml has no schedule of digests: its block `digests` says who gets what, and when.")

    finish(Answer(found), show, as_json=as_json)


def _telling(*, as_json: bool) -> "Tell":
    """Writes a line to stderr for each event."""

    def tell(event: str, facts: Mapping[str, Any]) -> None:
        at = posted.now().isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "event": event, **facts}) if as_json else f"{at[:19]}Z {_words(event, facts)}"
        print(line, file=sys.stderr, flush=True)  # one write, so that lines of several threads stay apart

    return tell


def _words(event: str, facts: Mapping[str, Any]) -> str:
    """The event in words: what, of which schedule and period, to whom, and why."""
    about = [str(facts[name]) for name in ("schedule", "period", "recipient", "file") if facts.get(name)]
    if "recipients" in facts:
        about.append(f"for {facts['recipients']}, {facts['skipped']} get nothing")
    if facts.get("next_try_at"):
        about.append(f"tried again at {facts['next_try_at']}")
    return f"{event}: {', '.join(about)}" + (f": {facts['reason']}" if facts.get("reason") else "")
