"""What is refused in a review? One sentence each, with what is possible now, and who may do it."""

from scoring.errors import BookscoreError


class RefusedMoveError(BookscoreError):
    """The review does not stand so that this may be done, or not by this person. `possible` is what may be."""

    def __init__(self, what: str, why: str, possible: str) -> None:
        super().__init__(f"{what}: {why}; possible now: {possible}")
        self.possible = possible
        self.next = ("review", "--help")


class StaleReviewError(RefusedMoveError):
    """Another run was published for the period since. It names the runs and the hashes of both cards."""


class ChangedSinceError(BookscoreError):
    """Something happened to the review since it was looked at, so that what is asked was decided on an old state."""

    def __init__(self, manager: str, period: str, seen: int, last: int, what: str) -> None:
        super().__init__(
            f"the review of {manager} for {period} has changed since step {seen}: at step {last} {what}; nothing was "
            "written; look at it again, and say then whether it is still wanted"
        )
        self.seen, self.last = seen, last
        self.next = ("review", "show", manager)


class NoReviewError(BookscoreError):
    """There is no review of this manager for this period, or no such version of it."""

    def __init__(self, manager: str, period: str, version: int | None = None) -> None:
        which = f"version {version} of the" if version is not None else ""
        super().__init__(f"there is no {which or ''} review of {manager} for {period}".replace("  ", " "))
        self.next = ("review", "start", manager, "--by", "NAME") if version is None else ("review", "show", manager)


class DamagedDocumentError(BookscoreError):
    """The document that was signed is gone, or is not the one that was signed."""

    def __init__(self, name: str, sha256: str, *, is_gone: bool) -> None:
        was = "is gone" if is_gone else "is another one now"
        super().__init__(f"the signed {name} {was}; its hash was {sha256}; restore it from a backup")
        self.next = ("verify",)


class NotOnRunError(BookscoreError):
    """The published run has no card of this manager."""

    def __init__(self, manager: str, period: str, run_id: str | None) -> None:
        run = f"run {run_id[:12]}, which is published for {period}," if run_id else f"no run of {period} is stored: it"
        super().__init__(f"{run} has no card of {manager}, so there is nothing to review")
        self.next = ("runs",)
