"""What does a person see? The periods that were published, each as its run shows itself to them."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from scoring.access import Sight, User, visible
from scoring.store import Store
from scoring.view.seen import NotVisibleError, Seen
from scoring.view.shelf import Shelf
from scoring.view.trends import PERIODS, Trend, trend

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Periods:
    """The published periods in which there is something for them to see, the latest first."""

    names: tuple[str, ...]

    @property
    def latest(self) -> str | None:
        """The last of them."""
        return self.names[0] if self.names else None


class View:
    """All that one person may see of a store, through the one filter `access.visible`."""

    def __init__(self, shelf: Shelf, who: User) -> None:
        self._shelf, self.who = shelf, who
        self.sight: Sight = visible(who)

    @property
    def store(self) -> Store:
        """The store, for what this layer reads of it."""
        return self._shelf.store

    @cached_property
    def periods(self) -> Periods:
        """What was published, as far as they see anything of it."""
        return Periods(tuple(seen.period for seen in self._runs if seen.cards or self.sight.is_everything))

    def manager_names(self) -> dict[str, str]:
        """What managers are called, by id, in the latest of the published runs that has a card of theirs."""
        return {card["manager_id"]: card["name"] for seen in reversed(self._runs) for card in seen.cards}

    def run(self, period: str | None = None) -> Seen:
        """What is published for the period, the latest where none is named. Raises NotVisibleError."""
        named = period or self.periods.latest
        for seen in self._runs:
            if seen.period == named and named in self.periods.names:
                return seen
        raise NotVisibleError("period")

    def runs_until(self, period: str) -> tuple[Seen, ...]:
        """The published runs up to the period, the latest first, as many as trends show."""
        until = self._begin(self.run(period))
        return tuple(seen for seen in self._runs if self._begin(seen) <= until)[:PERIODS]

    def trend(self, manager_id: str, period: str) -> Trend:
        """The manager's published scores up to the period."""
        return trend(manager_id, self.runs_until(period))

    def once(self, what: Hashable, period: str, make: Callable[[], V]) -> V:
        """What `make` makes of the runs up to the period, kept for whoever sees the same of the same runs.

        It must depend on nothing else than these, on `what`, and on what the person sees, and nobody may change it.
        """
        runs = tuple(seen.run_id for seen in self.runs_until(period))
        return self._shelf.made((what, self.sight, period, runs), make)

    @cached_property
    def _runs(self) -> tuple[Seen, ...]:
        """The published run of each period, the latest period first."""
        held = (self._shelf.run(run_id) for run_id in self._shelf.store.holding().values())
        return tuple(sorted((Seen(self._shelf, run, self.sight) for run in held), key=self._begin, reverse=True))

    @staticmethod
    def _begin(seen: Seen) -> date:
        return date.fromisoformat(seen.facts["period"]["from"])
