"""`bookscore users`: who may sign in, as what, and the one-time links that set their passwords."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.access import Role
from scoring.cli.groups import WithFolder
from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson, InFolder, Workspace, named
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import note, say
from scoring.errors import BookscoreError

if TYPE_CHECKING:
    from scoring.store import Store
    from scoring.store.people import UserRecord

app = typer.Typer(
    cls=WithFolder,
    add_completion=False,
    rich_markup_mode=None,
    help="""List who may sign in to the page (`bookscore serve`), and as what; commands add and change them.

    Without a command they are listed: bookscore users [FOLDER] [--json]. Nobody has a password until they set it
    themselves, with the one-time link that `add` and `link` print.
    """,
)


FIRST_USER = ("users", "add", "YOU@EXAMPLE.COM", "--name", "YOUR NAME", "--role", "leader")
"""The command that adds the first user."""


class NoUsersError(BookscoreError):
    """Nobody can sign in yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"there are no users in {places.kept_in(folder.absolute())} yet")
        self.next = FIRST_USER


Mail = Annotated[str, typer.Argument(metavar="EMAIL", help="The e-mail address they sign in with.")]
Manager = Annotated[str | None, typer.Option("--manager", metavar="ID", help="The manager_id of their own card.")]
Teams = Annotated[
    list[str] | None,
    typer.Option("--team", metavar="TEAM", help="A team that a director answers for; may be repeated."),
]
Public = Annotated[
    str | None,
    typer.Option(
        "--public-url",
        metavar="URL",
        help="Where people reach the page, for the link.",
        show_default="BOOKSCORE_PUBLIC_URL in the environment, else http://127.0.0.1:8000",
    ),
]


@app.command("list")
def list_users(place: Workspace = Path(), folder: InFolder = Path(), as_json: AsJson = False) -> None:
    """List the users, those who are disabled as well. `bookscore users` does this."""
    folder = named(place, folder)
    found = _all(folder)

    def show() -> None:
        if not found:
            say("Nobody may sign in yet.")
            next_command(*FIRST_USER, folder=folder)
            return
        columns = [
            Column(c, is_extra=c in ("Manager", "Teams")) for c in ("E-mail", "Name", "Role", "Manager", "Teams", "")
        ]
        names = _names(folder)
        table(
            columns,
            [(u.email, u.name, u.role.value, _card(u, names), ", ".join(u.teams), _state(u)) for u in found],
        )
        next_command("serve", folder)

    finish(Answer([_data(user) for user in found]), show, as_json=as_json)


@app.command("add")
def add(  # noqa: PLR0913 - a command has as many options as it has
    email: Mail,
    folder: InFolder = Path(),
    *,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What they are called.")],
    role: Annotated[Role, typer.Option("--role", help="What they are here for.")],
    manager: Manager = None,
    team: Teams = None,
    no_link: Annotated[
        bool, typer.Option("--no-link", help="Make no link: they sign in at an OpenID provider or a proxy.")
    ] = False,
    public_url: Public = None,
    as_json: AsJson = False,
) -> None:
    """Add a user, and print the one-time link with which they set their password.

    A leader sees everything and reviews, an auditor sees everything and changes nothing, a director sees and reviews
    the teams they answer for, a manager sees their own card. With --manager any of them sees their own card, too.
    """
    said = {"email": email, "name": name, "role": role, "manager_id": manager, "teams": tuple(team or ())}
    page = _page(public_url)  # before anything is written
    with places.opening(folder) as store:
        from scoring.store import people

        user = people.add_user(store, said, at=_now())
        link = None if no_link else _link(store, user.email, page)
        unknown = _unknown(store, user)
    _finish(user, folder, link=link, unknown=unknown, as_json=as_json)


@app.command("change")
def change(
    email: Mail,
    folder: InFolder = Path(),
    *,
    new_email: Annotated[str | None, typer.Option("--email", metavar="EMAIL", help="Another address.")] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Another name.")] = None,
    role: Annotated[Role | None, typer.Option("--role", help="Another role.")] = None,
    manager: Manager = None,
    team: Teams = None,
    as_json: AsJson = False,
) -> None:
    """Change a user. Unless only the name changes they are signed out everywhere and have to sign in again.

    Another address makes the link void that was sent to the one before.

    --manager "" takes their card away; another role than director takes the teams away.
    """
    changes: dict[str, Any] = {n: v for n, v in (("email", new_email), ("name", name), ("role", role)) if v is not None}
    if manager is not None:
        changes["manager_id"] = manager or None
    if team is not None or (role is not None and role is not Role.DIRECTOR):
        changes["teams"] = tuple(team or ())
    with _known(folder) as store:
        from scoring.store import people

        user = people.change_user(store, email, changes, at=_now())
        unknown = _unknown(store, user)
    _finish(user, folder, unknown=unknown, as_json=as_json)


@app.command("disable")
def disable(email: Mail, folder: InFolder = Path(), as_json: AsJson = False) -> None:
    """Disable a user: they are signed out at once, and cannot sign in any more. What they did stays on record."""
    with _known(folder) as store:
        from scoring.store import people

        user = people.disable_user(store, email, at=_now())
    _finish(user, folder, as_json=as_json)


@app.command("enable")
def enable(email: Mail, folder: InFolder = Path(), as_json: AsJson = False) -> None:
    """Let a disabled user in again. What proved who they were is void: make them a link, if they need a password."""
    with _known(folder) as store:
        from scoring.store import people

        user = people.enable_user(store, email, at=_now())
    _finish(user, folder, then=("users", "link", user.email), as_json=as_json)


@app.command("link")
def link(email: Mail, folder: InFolder = Path(), *, public_url: Public = None, as_json: AsJson = False) -> None:
    """Print a new one-time link for a user, who forgot their password or let the first link get too old.

    The links before it are void; the password holds until the link is used.
    """
    page = _page(public_url)
    with _known(folder) as store:
        from scoring.store import people

        made = _link(store, email, page)
        user = people.user_by_mail(store, email)
    if user is not None:
        _finish(user, folder, link=made, as_json=as_json)


def _finish(
    user: "UserRecord",
    folder: Path,
    *,
    link: str | None = None,
    unknown: str | None = None,
    then: Sequence[str] = ("users", "list"),
    as_json: bool,
) -> None:
    def show() -> None:
        note(f"{user.name} <{user.email}>: {_words(user, _names(folder))}.")
        if unknown:
            note(unknown)
        if link:
            say(link)
            note("The link sets their password. It works once, for 72 hours; give it to nobody else.")
            next_command("serve", folder)
        else:
            next_command(*then, folder=folder)

    finish(Answer({**_data(user), "link": link}), show, as_json=as_json)


def _names(folder: Path) -> Mapping[str, str]:
    """What the last run calls the managers, by id; nobody where there is none."""
    with places.opening(folder) as store:
        latest = store.latest()
        return {card["manager_id"]: card["name"] for card in store.cards(latest.run_id)} if latest else {}


def _card(user: "UserRecord", names: Mapping[str, str]) -> str:
    """Whose card it is that they see as their own; the id where no name is known."""
    return names.get(user.manager_id, user.manager_id) if user.manager_id else ""


def _words(user: "UserRecord", names: Mapping[str, str]) -> str:
    """What they are, in words."""
    parts = [f"{user.role.value} of {', '.join(user.teams)}" if user.teams else user.role.value]
    if user.manager_id:
        parts.append(f"with the card of {_card(user, names)}")
    return ", ".join([*parts, *([_state(user)] if _state(user) else [])])


def _state(user: "UserRecord") -> str:
    if user.disabled_at is not None:
        return f"disabled since {user.disabled_at[:10]}"
    return "" if user.has_password else "no password yet"


def _data(user: "UserRecord") -> Mapping[str, Any]:
    data: dict[str, Any] = user.model_dump(mode="json")
    return data


def _page(public_url: str | None) -> str:
    """Where people reach the page. Raises NotServedError."""
    import os

    from scoring.web.settings import settings

    return settings(os.environ, public_url=public_url, is_insecure_wanted=True).public_url


def _link(store: "Store", email: str, page: str) -> str:
    """The address of a new link."""
    from scoring.store import people

    return f"{page}/sign-in/link?token={people.make_link(store, email, at=_now())}"


def _unknown(store: "Store", user: "UserRecord") -> str | None:
    """What is said of the user that the last run does not know; it may know it later."""
    latest = store.latest()
    if latest is None:
        return None
    cards = store.cards(latest.run_id)
    if user.manager_id and user.manager_id not in {card["manager_id"] for card in cards}:
        return f'The last run has no card of a manager "{user.manager_id}"; look for the id in scorecards.json.'
    missing = [team for team in user.teams if team not in {card["team"] for card in cards}]
    return f'The last run has no team "{missing[0]}".' if missing else None


def _all(folder: Path) -> "Sequence[UserRecord]":
    """The users of the folder; nobody where nothing is stored."""
    if not places.has_store(folder):
        return ()
    from scoring.store import people

    with places.opening(folder) as store:
        return people.users(store)


@contextmanager
def _known(folder: Path) -> "Iterator[Store]":
    """The store of the folder, if there are users in it. Raises NoUsersError."""
    if places.has_store(folder):
        from scoring.store import people

        with places.opening(folder) as store:
            if people.users(store):
                yield store
                return
    raise NoUsersError(folder)


def _now() -> datetime:
    return datetime.now(UTC)
