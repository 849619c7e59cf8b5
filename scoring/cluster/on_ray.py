"""Who works out which part? A task for each, sent to whatever machine is free, and done again where it is lost."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from scoring.cluster.refusals import LostTaskError, StepError
from scoring.engine import Here
from scoring.errors import BookscoreError
from scoring.parts import Part, Places, Tables, split

Found = TypeVar("Found")

TRIES = 8
"""How often a task is begun anew whose worker or machine was lost; a step that fails by itself is not."""


class OnRay(Here):
    """Every part is a task on the cluster; what looks at all accounts is done here.

    Parts are put into the cluster's memory once. A task is a pure function of its part, and what it gave is taken
    once, so nothing is lost or counted twice where a task is done again.
    """

    def __init__(self, ray: Any, parts: int, tell: Callable[[int, int], None]) -> None:
        super().__init__()
        self._ray, self._count, self._tell = ray, parts, tell
        self._put: list[tuple[Tables, Places, list[Any]]] = []
        self._done, self._asked = 0, 0

    @property
    def splits(self) -> bool:
        """Always."""
        return True

    def map(self, step: Callable[[Part, Tables], Found], tables: Tables, beside: Tables) -> list[Found]:
        """What the step makes of every part, in the order of account ids. Raises LostTaskError, and StepError."""
        places, parts = self._parts(tables)
        sent = self._ray.put(step)
        tasks = [self._task.remote(sent, part, also) for part, also in zip(parts, places.divided(beside), strict=True)]
        self._asked += len(tasks)
        self._wait(tasks)
        return [_taken(made) for made in self._results(tasks)]

    def _parts(self, tables: Tables) -> tuple[Places, list[Any]]:
        """Where accounts are, and references to their parts in the cluster."""
        for known, places, parts in self._put:
            if known is tables:
                return places, parts
        places, made = split(tables, self._count)
        self._put.append((tables, places, [self._ray.put(part) for part in made]))
        return places, self._put[-1][2]

    @cached_property
    def _task(self) -> Any:
        return self._ray.remote(done).options(max_retries=TRIES, num_cpus=1)

    def _wait(self, tasks: list[Any]) -> None:
        """Returns when all tasks are done, and tells of each."""
        before, left = self._done, tasks
        while left:
            self._tell(self._done, self._asked)
            _, left = self._ray.wait(left, num_returns=1, fetch_local=False)
            self._done = before + len(tasks) - len(left)
        self._tell(self._done, self._asked)

    def _results(self, tasks: list[Any]) -> list[Any]:
        try:
            return list(self._ray.get(tasks))
        except self._ray.exceptions.RayTaskError:
            raise
        except self._ray.exceptions.RayError as error:
            raise LostTaskError(type(error).__name__) from None


def done(step: Callable[[Part, Tables], Found], part: Part, beside: Tables) -> Found | StepError:
    """What the step makes of the part, or why it refuses."""
    try:
        return step(part, beside)
    except BookscoreError as error:
        return StepError(str(error))


def _taken(made: Any) -> Any:
    if isinstance(made, StepError):
        raise made
    return made
