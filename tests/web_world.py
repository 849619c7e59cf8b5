"""A small company whose two last quarters are stored, and the people who look at it: for the tests of pages."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from scoring import cli
from scoring.access import Role, User
from scoring.store import Store, open_store
from scoring.view import Seen, Shelf, View
from scoring.web import Desk, make_app
from scoring.web.identity import current_user
from scoring.web.settings import Settings

NOW = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)
PERIODS = ("2026-Q2", "2026-Q1")
HERE = "http://testserver"


@dataclass(frozen=True, slots=True)
class World:
    """The store, the managers by team, and one user of each role, by the name of the role."""

    folder: Path
    store: Store
    users: Mapping[str, User]

    def app(self, user: User | None = None, **settings: Any) -> FastAPI:
        """The pages, as the user sees them who is signed in; without one, nobody is."""
        desk = Desk(self.store, self.folder, Settings(public_url=HERE, **settings), lambda: NOW)
        app = make_app(desk)
        if user is not None:
            app.dependency_overrides[current_user] = lambda: user
        return app

    def client(self, user: User | None = None) -> TestClient:
        """A browser without a screen, in which the user is signed in."""
        return TestClient(self.app(user), base_url=HERE, follow_redirects=False)

    def seen(self, user: User, period: str = PERIODS[0]) -> Seen:
        """The period as the user sees it."""
        return View(Shelf(self.store), user).run(period)


def made(small_folder: Path, place: Path) -> World:
    """The world, scored into the place from a copy of the small company."""
    shutil.copytree(small_folder, place)
    for period in reversed(PERIODS):
        assert cli.main(["run", str(place), "--set-aside", "--period", period, "--as-of", "2026-07-15", "--json"]) == 0
    store = open_store(place)
    return World(place, store, _users(store))


def _users(store: Store) -> dict[str, User]:
    """A leader, an auditor, a director of one team, and a manager of another one with a score."""
    cards = View(Shelf(store), _user("all", Role.LEADER)).run(PERIODS[0]).cards
    teams = sorted({card["team"] for card in cards})
    own = next(c for c in cards if c["team"] != teams[0] and c["score"] is not None)
    return {
        "leader": _user("leader", Role.LEADER),
        "auditor": _user("auditor", Role.AUDITOR),
        "director": _user("director", Role.DIRECTOR, teams=frozenset(teams[:1])),
        "manager": User("manager", "manager@example.com", own["name"], Role.MANAGER, own["manager_id"]),
    }


def _user(name: str, role: Role, teams: frozenset[str] = frozenset()) -> User:
    return User(name, f"{name}@example.com", f"A {name.title()}", role, None, teams)
