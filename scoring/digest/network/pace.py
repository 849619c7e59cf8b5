"""When may a URL be sent the next message? A second after the last, or when it wants to; all who send take turns."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from scoring.digest.network.aim import Aim

PAUSE = 1.0


class Pace:
    """The turns at one URL."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock, self._sleep = clock, sleep
        self._turns, self._free_at = threading.Lock(), clock()

    def turn(self) -> float:
        """Returns 0 once it is the caller's turn; at once how many seconds are left where the server asked to wait."""
        while (left := self._left()) > 0:
            if left > PAUSE:
                return left
            self._sleep(left)
        return 0.0

    def rest(self, asked: float = 0.0) -> None:
        """Lets the server rest after it was sent something: as long as it asked, and for the pause at least."""
        with self._turns:
            self._free_at = max(self._free_at, self._clock() + max(PAUSE, asked))

    def _left(self) -> float:
        """How many seconds are left before the next turn; where there are none, it is taken."""
        with self._turns:
            now = self._clock()
            left = self._free_at - now
            if left <= 0:
                self._free_at = now + PAUSE
            return left


@dataclass(frozen=True, slots=True)
class Paces:
    """The paces of all URLs that were sent something. How time goes by is given for tests."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    held: dict[tuple[str, int, str], Pace] = field(default_factory=dict, init=False, repr=False)
    _adding: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def at(self, aim: Aim) -> Pace:
        """The pace of the URL, the same for everybody who asks."""
        with self._adding:
            return self.held.setdefault((aim.host, aim.port, aim.path), Pace(self.clock, self.sleep))


OF_PROCESS = Paces()
"""Those of this process: what a server asked of one that sends holds for the others, and for whoever is next."""
