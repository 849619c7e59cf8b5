"""When is a delivery tried again? Later each time, at most six times, and not before the server wants it."""

from datetime import timedelta

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
"""How long to wait after the first try, the second, and so on; after the last there is none."""

LONGEST_WAIT = timedelta(days=1)
"""No server makes us wait longer."""


def wait_after(attempts: int, asked: timedelta | None = None) -> timedelta | None:
    """How long to wait after so many tries, where the server asked for as much; None where that were enough."""
    if attempts > len(WAITS):
        return None
    return max(WAITS[max(attempts, 1) - 1], bounded(asked))


def bounded(asked: timedelta | None) -> timedelta:
    """What the server asks for, within reason."""
    return min(max(asked or timedelta(0), timedelta(0)), LONGEST_WAIT)
