"""Where does a delivery stand, in words? One each: the same in a terminal, on pages, in logs and in the docs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from scoring.store.delivering.records import SCHEDULE, DeliveryRecord, DeliveryState
from scoring.store.people import COMMAND_LINE

PARKED = "parked"
"""What deliveries are called that failed and are not tried again."""

STANDS: Mapping[str, str] = {
    "pending": "to be sent", "sending": "being sent", "sent": "sent", "failed": "is tried again",
    PARKED: "did not arrive", "skipped": "left out", "unknown": "unknown: may have arrived",
}  # fmt: skip
"""State, as tallies call it, to what is said of it."""

DONE_BY: Mapping[str, str] = {SCHEDULE: "the schedule", COMMAND_LINE: "the command line"}
"""Who did something to a delivery, where it was no user: workers are named by nobody."""


class Become(Protocol):
    """What a delivery became at some time."""

    @property
    def state(self) -> str:
        """The state of the ledger."""


def standing(row: DeliveryRecord) -> str:
    """The state as tallies call it: what failed is parked where nobody tries it again."""
    return PARKED if row.is_parked else row.state.value


def stood(history: Sequence[Become], now: str) -> Iterator[str]:
    """What is said of each step of a delivery's history, the first first; `now` is where it stands.

    What failed was tried again if somebody took it after that, and is if it still stands so; else it did not arrive.
    """
    for n, step in enumerate(history):
        is_last = n == len(history) - 1
        was_tried = now == DeliveryState.FAILED if is_last else history[n + 1].state == DeliveryState.SENDING
        yield STANDS[PARKED if step.state == DeliveryState.FAILED and not was_tried else str(step.state)]
