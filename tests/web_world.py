"""A small company whose two last quarters are stored, and the people who look at it: for the tests of pages."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from delivered import fill
from fastapi import FastAPI
from fastapi.testclient import TestClient

from scoring import cli
from scoring.access import Role, User
from scoring.store import Store, open_store, people
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
    users = _users(store)
    fill(store, place, NOW)
    return World(place, store, users)


def _users(store: Store) -> dict[str, User]:
    """A leader, an auditor, a director of one team, and a manager of another one with a score."""
    cards = View(Shelf(store), User("all", "", "", Role.LEADER)).run(PERIODS[0]).cards
    teams = sorted({card["team"] for card in cards})
    own = next(c for c in cards if c["team"] != teams[0] and c["score"] is not None)
    said: dict[Role, dict[str, Any]] = {role: {"name": f"A {role.title()}"} for role in Role}
    said[Role.DIRECTOR]["teams"] = teams[:1]
    said[Role.MANAGER] = {"name": own["name"], "manager_id": own["manager_id"]}
    return {
        role.value: people.add_user(store, {"email": f"{role}@example.com", "role": role, **told}, at=NOW).user
        for role, told in said.items()
    }
