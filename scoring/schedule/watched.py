"""Which rules hold now? The file is read again when it changes; while it is broken, what was read before goes on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock

from scoring.digest.planning import Post, Tell
from scoring.errors import BookscoreError, ProblemsFoundError, Severity
from scoring.metrics import CATALOGUE
from scoring.rules import Rulebook, read_versions


@dataclass(slots=True)
class Watched:
    """The post by the rules in a file, which is looked at each time the post is asked for. Safe to use from threads.

    `opened` makes the post by a rulebook; it is made anew only when the rules change.
    """

    path: Path
    opened: Callable[[Rulebook], Post]
    tell: Tell
    _post: Post | None = field(default=None, init=False)
    _seen: str | None = field(default=None, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def post(self) -> Post:
        """The post, by the rules as they stand in the file, or did when they could last be read.

        Raises ProblemsFoundError where they never could.
        """
        with self._lock:
            content = _content(self.path)
            if self._post is None:
                self._post = self.opened(self._rulebook())
            elif content != self._seen:
                self._post = self._anew(self._post)
            self._seen = content
            return self._post

    def _anew(self, before: Post) -> Post:
        """The post by the changed rules; the one before where they cannot be read."""
        try:
            found = self.opened(self._rulebook())
        except BookscoreError as error:
            self.tell("rules not read", {"file": self.path.name, "reason": _first(error)})
            return before
        self.tell("rules read", {"file": self.path.name})
        return found

    def _rulebook(self) -> Rulebook:
        return read_versions(self.path, CATALOGUE)[0].rulebook


def _content(path: Path) -> str | None:
    """The hash of the file; None where it cannot be read."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _first(error: BookscoreError) -> str:
    """What is wrong, in a line."""
    if not isinstance(error, ProblemsFoundError):
        return str(error)
    errors = [str(problem) for problem in error.problems if problem.severity is Severity.ERROR]
    return errors[0] + (f" (and {len(errors) - 1} more)" if len(errors) > 1 else "")
