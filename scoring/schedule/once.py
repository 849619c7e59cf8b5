"""What does one look at the clock come to, for those who are woken by cron? The same as for those who run on."""

from collections.abc import Callable

from scoring.digest.planning import Post
from scoring.digest.sending import work
from scoring.schedule.tick import LEASE, tick
from scoring.store import delivering


def once(post: Post, *, workers: int = 1, is_stopped: Callable[[], bool] = lambda: False) -> bool:
    """Whether what is due was noted and prepared here; what waits to be sent was sent in any case."""
    holder = delivering.new_worker()
    has_lease = tick(post, holder)
    if has_lease:
        delivering.leave_lease(post.store, LEASE, holder)
    work(post, workers=workers, is_stopped=is_stopped)
    return has_lease
