"""`bookscore serve`: the page, for those who may sign in."""

import os
import socket
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, envelope, next_command
from scoring.cli.shared.options import AsJson, Workspace
from scoring.cli.shared.streams import note, say, say_json
from scoring.cli.users import FIRST_USER


def serve(
    folder: Workspace = Path(),
    *,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Where to listen. Elsewhere than here others reach it.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Which port; 0 takes a free one.")] = 8000,
    public_url: Annotated[
        str | None,
        typer.Option(
            "--public-url",
            metavar="URL",
            help="Where people reach the page, as https://scores.example.com; a proxy in front of it speaks https.",
            show_default="BOOKSCORE_PUBLIC_URL in the environment, else where it listens",
        ),
    ] = None,
    insecure_http: Annotated[
        bool, typer.Option("--insecure-http", help="Serve others without https: passwords can be read on the way.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Serve the page over the stored runs, until it is stopped with Ctrl-C.

    Only users sign in (`bookscore users add`), each sees what they may. How to put it behind https, OpenID Connect and
    proxies: docs/serving.md.
    """
    from scoring.store import people
    from scoring.web import Desk, make_app
    from scoring.web.log import write_lines
    from scoring.web.running import listening, run
    from scoring.web.settings import settings

    said = partial(settings, os.environ, host=host, public_url=public_url, is_insecure_wanted=insecure_http)
    said(port=port)  # what is unsafe is refused before anybody can reach it
    with places.opening(folder) as store, listening(host, port) as bound:
        desk = Desk(store, folder, said(port=bound.getsockname()[1]), lambda: datetime.now(UTC), os.environ)
        app = make_app(desk)
        _tell(folder, desk.settings.public_url, bound, has_users=bool(people.users(store)), as_json=as_json)
        write_lines()
        run(app, bound)


def _tell(folder: Path, url: str, bound: socket.socket, *, has_users: bool, as_json: bool) -> None:
    """Says where the page is, and what is missing for somebody to sign in."""
    address, port = bound.getsockname()[:2]
    if as_json:
        say_json(envelope(Answer({"url": url, "host": address, "port": port, "has_users": has_users})))
        return
    say(f"Serving {folder.absolute()} at {url}")
    if not has_users:
        note("Nobody can sign in yet. Add the first user in another window:")
        next_command(*FIRST_USER, folder=folder)
    note("Stop it with Ctrl-C.")
