"""Why is nothing worked out on a cluster?"""

from scoring.errors import BookscoreError


class NoRayError(BookscoreError):
    """Ray is not installed."""

    def __init__(self) -> None:
        super().__init__('the engine "ray" needs Ray: pip install "bookscore[cluster]"')


class NobodyAnswersError(BookscoreError):
    """There is no cluster at an address, or none that this machine can join."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"no Ray cluster can be joined at {address}: {why}")


class OtherVersionError(BookscoreError):
    """A machine of the cluster would work things out otherwise, or not at all."""

    def __init__(self, node: str, what: str, theirs: str | None, ours: str) -> None:
        has = "is not installed" if theirs is None else f"is {theirs}"
        super().__init__(f"{what} {has} on {node} of the cluster, and {ours} here; install the same on all machines")


class LostTaskError(BookscoreError):
    """A task was lost more often than it is tried again."""

    def __init__(self, why: str) -> None:
        super().__init__(f"a task was lost again and again ({why}); try smaller parts (--parts) or larger machines")


class StepError(BookscoreError):
    """What a step refused on another machine, in its own words."""
