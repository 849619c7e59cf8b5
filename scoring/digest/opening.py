"""What is a post made of? A store and the rules of its folder, with what the environment says."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from scoring.digest.network.hosts import NotReadyError
from scoring.digest.planning import Post, Tell
from scoring.digest.timetable import Timetable
from scoring.digest.ways import FromEnvironment
from scoring.digest.writing import FromStore
from scoring.rules import Rulebook
from scoring.rules.digest_kinds import PUBLIC_URL, page_address
from scoring.store import Store


def opened(
    store: Store,
    folder: Path,
    rulebook: Rulebook,
    environment: Mapping[str, str],
    *,
    now: Callable[[], datetime],
    tell: Tell = lambda event, facts: None,
) -> Post:
    """The post of the folder. Nothing is connected yet."""
    timetable = Timetable.of(rulebook)
    writer = FromStore(store, timetable, page_of(rulebook, environment))
    return Post(store, timetable, writer, FromEnvironment(environment, folder), now, tell)


def page_of(rulebook: Rulebook, environment: Mapping[str, str]) -> str | None:
    """Where links lead: where the rules say, else where the environment says, else there are none.

    Raises NotReadyError where the environment says what is no address.
    """
    said = environment.get(PUBLIC_URL, "").strip()
    if rulebook.digests.page or not said:
        return rulebook.digests.page
    try:
        return page_address(said)
    except ValueError as error:
        raise NotReadyError(f"{PUBLIC_URL} {error}, not {said}") from None
