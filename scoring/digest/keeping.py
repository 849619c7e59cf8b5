"""What does a worker keep as long as it sends? Its lines to channels, and its claim on what it has in hand."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from scoring.digest.message import Line, Outcome, Verdict
from scoring.digest.planning import Post
from scoring.store import delivering
from scoring.store.delivering import DeliveryRecord
from scoring.store.refusals import UNREACHABLE


class Lines:
    """The lines of one worker, opened when they are needed, and kept."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._open: dict[str, Line] = {}
        self._taking: set[str] = set()

    def to(self, name: str) -> Line:
        """The line to the channel of that name."""
        if name not in self._open:
            self._open[name] = self._post.ways.open(self._post.timetable.digests.channels[name])
        return self._open[name]

    def note(self, name: str, outcome: Outcome) -> None:
        """Notes what the channel of that name said of a message."""
        if outcome.verdict is Verdict.SENT:
            self._taking.add(name)

    def has_taken(self, name: str) -> bool:
        """Whether the channel of that name took a message of this worker."""
        return name in self._taking

    def close(self) -> None:
        """Lets go of all of them."""
        for line in self._open.values():
            line.close()


class Claims:
    """The claim of one worker on what it has in hand, which lasts as long as it takes."""

    def __init__(self, post: Post, worker: str) -> None:
        self._post, self._worker = post, worker
        self._in_hand: str | None = None
        self._is_over = threading.Event()
        self._renewing: threading.Thread | None = None

    @contextmanager
    def kept(self, row: DeliveryRecord) -> Iterator[None]:
        """Keeps the claim on the delivery."""
        if self._renewing is None:
            self._renewing = threading.Thread(target=self._renew, name="renewing", daemon=True)
            self._renewing.start()
        self._in_hand = row.delivery_id
        try:
            yield
        finally:
            self._in_hand = None

    def close(self) -> None:
        """Keeps nothing any more."""
        self._is_over.set()
        if self._renewing is not None:
            self._renewing.join()

    def _renew(self) -> None:
        while not self._is_over.wait(delivering.CLAIM_LASTS.total_seconds() / 3):
            if (in_hand := self._in_hand) is not None:
                with suppress(*UNREACHABLE):
                    delivering.renew(self._post.store, in_hand, self._worker, at=self._post.now())
