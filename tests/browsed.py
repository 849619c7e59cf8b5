"""What the browser looks at: the quarters of the small company, reviews on their way, and a quarter of bad names."""

import io
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from browsing import NOW
from sample_cards import HOSTILE, LONG
from web_world import PERIODS, World

from scoring.access import Role, User
from scoring.calendar import Calendar
from scoring.digest.due import Occasion
from scoring.reports.names import cleaned
from scoring.reports.signed import signed_card
from scoring.review import Disputed, Shared, What, person
from scoring.store import RunRecord, delivering, open_store, people
from scoring.store.delivering import Planned
from scoring.store.reviewing import Reviews

BAD_PERIOD = "2025-Q4"
BAD = HOSTILE.replace("\x00", "").replace("\x1b", "")
"""What a database keeps of the hostile name."""
BAD_ID = '../"><img src=x onerror=alert(2)>?#%2e'


@contextmanager
def copied(world: World, place: Path) -> Iterator[World]:
    """The world once more, where it may be changed: with all that is looked at, and users who may really sign in."""
    shutil.copytree(world.folder, place)
    store = open_store(place)
    users = dict(world.users)
    made = World(place, store, users)
    _begin_reviews(made)
    _save_bad(made)
    _deliver_bad(made)
    users["bad"] = people.add_user(
        store, {"email": "bad@example.com", "name": LONG.strip()[:200], "role": Role.LEADER}, at=NOW
    ).user
    yield made
    store.close()


def _begin_reviews(world: World) -> None:
    """A review that was shared, and disputed by the manager."""
    leader, manager = world.users["leader"], world.users["manager"]
    reviews, own = Reviews(world.store), manager.manager_id or ""
    done: tuple[tuple[User, What], ...] = (
        (leader, Shared(answer_by=date(2026, 8, 3))),
        (manager, Disputed(text=f"Never mine: {BAD}\n{LONG}", accounts=(), rows=("contracts.csv:3",))),
    )
    step = reviews.begin(PERIODS[0], own, person(leader, own), at=NOW).last_step
    for who, what in done:
        made = reviews.follow(PERIODS[0], own, what, person(who, own), at=NOW, after=step, make=signed_card)
        step = made.last_step


def _save_bad(world: World) -> None:
    """The last quarter again as an earlier one, in which people, teams and accounts have bad names and ids."""
    store, seen = world.store, world.seen(world.users["leader"])
    run = store.run(seen.run_id)
    new = _renamed(world)
    summary = json.loads(_told(run.summary, new))
    summary["period"] = {"name": BAD_PERIOD, "from": "2025-10-01", "to": "2025-12-31"}
    record = run.model_dump(exclude={"created_at"}) | {
        "run_id": "bad0" * 16, "period": BAD_PERIOD, "summary": json.dumps(summary),
    }  # fmt: skip
    store.save(
        RunRecord(**record),
        cards=[json.loads(_told(json.dumps(card, ensure_ascii=False), new)) for card in seen.cards],
        frames={name: _frame(path, new) for name, path in store.frames_of(run.run_id).items()},
        created_at=NOW,
        problems=store.problems(run.run_id),
        files=store.files(run.run_id),
    )


def _deliver_bad(world: World) -> None:
    """A delivery whose recipient and reason are bad: they are what people and servers say."""
    due = Occasion("own_card", Calendar().period("2026-Q1"), NOW - timedelta(days=90))
    said = {"recipient": "manager:bad", "name": cleaned(BAD)[:200], "address": "bad@example.com", "reason": BAD + LONG}
    bad = Planned(channel="mail", domain="example.com", is_skipped=True, **said)
    delivering.prepare(world.store, due, (bad,), at=NOW)


def _renamed(world: World) -> Mapping[str, str]:
    """Old name or id to the bad one: of one manager, their team and accounts, and of another, long one."""
    own = world.users["manager"].manager_id
    cards = world.seen(world.users["leader"]).cards
    first, second = [card for card in cards if card["drivers"] and card["manager_id"] != own][:2]
    accounts = [a["name"] for a in first["drivers"]]
    return {
        first["name"]: BAD, first["manager_id"]: BAD_ID, first["team"]: f"{BAD} team", second["name"]: LONG.strip(),
        accounts[0]: BAD + "1", accounts[1]: '=HYPERLINK("http://evil.example";"x")', accounts[2]: LONG.strip(),
    }  # fmt: skip


def _told(text: str, new: Mapping[str, str]) -> str:
    """JSON with the names changed wherever they stand."""
    for old, name in new.items():
        text = text.replace(json.dumps(old, ensure_ascii=False)[1:-1], json.dumps(name, ensure_ascii=False)[1:-1])
    return text


def _frame(path: Path, new: Mapping[str, str]) -> bytes:
    texts = pl.read_parquet(path).with_columns(pl.col(pl.String).replace(dict(new)))
    kept = io.BytesIO()
    texts.write_parquet(kept)
    return kept.getvalue()
