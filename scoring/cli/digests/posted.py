"""What do the commands of digests share? The post of a folder, a way to be stopped, and the ledger."""

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoring.cli.shared import places
from scoring.cli.shared.answers import else_next

if TYPE_CHECKING:
    from scoring.digest.planning import Post, Tell
    from scoring.rules import Rulebook
    from scoring.store import Store
    from scoring.store.delivering import DeliveryRecord


def rules_of(folder: Path) -> "Rulebook":
    """The newest rules of the folder. Raises ProblemsFoundError."""
    from scoring.intake import RULES
    from scoring.metrics import CATALOGUE
    from scoring.rules import read_versions

    with else_next("check", folder):
        return read_versions(folder / RULES, CATALOGUE)[0].rulebook


def post_of(store: "Store", folder: Path, rulebook: "Rulebook", tell: "Tell | None" = None) -> "Post":
    """The post of the folder, by the machine's clock and environment."""
    from scoring.digest.opening import opened

    return opened(store, folder, rulebook, os.environ, now=now, tell=tell or (lambda event, facts: None))


def now() -> datetime:
    """What time it is."""
    return datetime.now(UTC)


@contextmanager
def until_stopped() -> Iterator[threading.Event]:
    """Is set when somebody stops the process: what is at hand comes to its end, and nothing else is begun."""
    stopped = threading.Event()

    def stop(*_: object) -> None:
        threading.Thread(target=stopped.set).start()  # a handler may interrupt who holds the event's own lock

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def by_whom(store: "Store", who: str | None) -> str:
    """The id of the user with that e-mail address; empty for whoever sits at the command line.

    Raises UnknownUserError.
    """
    from scoring.store import people
    from scoring.store.people.refusals import UnknownUserError

    if who is None:
        return people.COMMAND_LINE
    found = people.user_by_mail(store, who)
    if found is None:
        raise UnknownUserError(who)
    return found.user_id


def is_trouble(row: "DeliveryRecord") -> bool:
    """Whether it did not arrive, or nobody knows."""
    return row.state in ("failed", "unknown")


def row_data(row: "DeliveryRecord") -> Mapping[str, Any]:
    """The delivery for other programs; who works on it is left out."""
    found: dict[str, Any] = row.model_dump(mode="json", exclude={"claimed_by", "claimed_until"})
    return found | {"is_late": row.is_late, "is_parked": row.is_parked}


@contextmanager
def ledger(folder: Path) -> "Iterator[Store]":
    """The store with its deliveries. Raises NoRunsError where nothing is stored."""
    if not places.has_store(folder):
        raise places.NoRunsError(folder)
    with places.opening(folder) as store:
        yield store
