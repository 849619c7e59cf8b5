"""A page with people who may sign in, and a clock that tests turn."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from httpx import Response
from starlette.testclient import TestClient

from scoring.access import Role, User
from scoring.store import Store, open_store, people
from scoring.web import Desk, make_app
from scoring.web.identity import csrf_token, current_user
from scoring.web.settings import Hashing, Settings
from scoring.web.sign_in.passwords import hashed

HERE = "http://127.0.0.1:8000"
CHEAP = Hashing(rounds=1, memory=64, lanes=1)
PASSWORD = "correct horse battery"  # noqa: S105  of nobody
WRONG = "a wrong guess"
KEPT = hashed(PASSWORD, CHEAP)
ANN = {"email": "ann@example.com", "name": "Ann", "role": Role.LEADER}


@dataclass
class World:
    """A store, the page over it, and what time it is."""

    store: Store
    folder: Path
    settings: Settings
    at: datetime = datetime(2026, 7, 1, 12, tzinfo=UTC)
    changed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app = make_app(Desk(self.store, self.folder, self.settings, lambda: self.at))
        add_probes(self.app, self.changed)

    def browser(self, url: str = HERE, *, address: str = "127.0.0.1") -> "Browser":
        client = TestClient(
            self.app, url, follow_redirects=False, client=(address, 50000), raise_server_exceptions=False
        )
        return Browser(client)

    def wait(self, **time: float) -> None:
        self.at += timedelta(**time)

    def add(self, **said: Any) -> people.UserRecord:
        """A user with the password that everybody has here."""
        user = people.add_user(self.store, {**ANN, **said}, at=self.at)
        token = people.make_link(self.store, user.email, at=self.at)
        found = people.use_link(self.store, token, password_hash=KEPT, at=self.at)
        assert found is not None
        return found


@dataclass
class Browser:
    """What a person does: looks at pages, and sends the forms that stand there."""

    client: TestClient

    def get(self, path: str, **headers: str) -> Response:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def send(self, path: str, *, form_at: str = "/sign-in", **fields: str) -> Response:
        """Sends the fields with the token that the form at `form_at` holds."""
        return self.client.post(path, data={"csrf_token": self.token(form_at), **fields})

    def token(self, form_at: str = "/sign-in") -> str:
        found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', self.get(form_at).text)
        assert found is not None
        return found[1]

    def sign_in(self, email: str = "ann@example.com", password: str = PASSWORD, **fields: str) -> Response:
        return self.send("/sign-in", email=email, password=password, **fields)

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self.client.cookies)

    def is_in(self) -> bool:
        return self.get("/probe").status_code == 200


def add_probes(app: FastAPI, changed: list[str]) -> None:
    """Pages that only show who asks, and one that changes something."""

    @app.get("/probe")
    @app.get("/probe.json")
    def shows(request: Request, user: Annotated[User, Depends(current_user)]) -> dict[str, str]:
        return {"name": user.name, "token": csrf_token(request)}

    @app.post("/probe")
    def changes(user: Annotated[User, Depends(current_user)]) -> None:
        changed.append(user.name)

    @app.get("/broken")
    def breaks() -> None:
        raise RuntimeError("a secret of ours")


@cache
def _empty() -> bytes:
    """A database with nothing but its tables."""
    with TemporaryDirectory() as folder:
        open_store(f"sqlite:///{folder}/people.db").close()
        return Path(folder, "people.db").read_bytes()


def world(folder: Path, **settings: Any) -> World:
    file = folder / "people.db"
    if not file.exists():
        file.write_bytes(_empty())
    opened = open_store(f"sqlite:///{file}")
    return World(opened, folder, Settings(**{"hashing": CHEAP, **settings}))


Made = Callable[..., World]
