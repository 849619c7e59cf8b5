"""What was read of stored runs already? Runs never change, so each is read once and kept for whoever asks next."""

import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

import polars as pl

from scoring.compare.what_if import FRAMES, Basis, basis
from scoring.scorecard.cards import Card
from scoring.store import Store, StoredRun

K = TypeVar("K")
V = TypeVar("V")

_MOST_RUNS = 24
"""Runs whose cards are kept: those of eight quarters of three companies' rules, say."""
_MOST_BYTES = 512 << 20
"""What frames may take together, but where one alone takes more: a book of 100,000 accounts takes 160 MB."""
_MOST_MADE = 48
"""Pages, and lines of explanations, that are kept as they were made, of 300 to 800 kB each."""
_MOST_BASES = 2
"""What weights are tried on, each as large as the frames it is made of."""


class ShelvedRun:
    """A stored run, with its cards by manager. It holds everything: only `Seen` shows of it what somebody may see."""

    def __init__(self, store: Store, run: StoredRun) -> None:
        self.run = run
        self.summary: Mapping[str, Any] = json.loads(run.summary)
        self._store = store

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """The scorecards as they were stored."""
        return self._store.cards(self.run.run_id)

    @cached_property
    def read(self) -> Mapping[str, Path]:
        """Where each table lies as the run read it."""
        return self._store.read_by(self.run.run_id)

    @cached_property
    def by_manager(self) -> dict[str, Card]:
        """manager_id to card."""
        return {card["manager_id"]: card for card in self.cards}


@dataclass(slots=True, eq=False)
class Shelf:
    """Runs and frames of a store that were asked for last. Safe to use from several threads."""

    store: Store
    _runs: "OrderedDict[str, ShelvedRun]" = field(default_factory=OrderedDict)
    _frames: "OrderedDict[tuple[str, str], pl.DataFrame]" = field(default_factory=OrderedDict)
    _made: "OrderedDict[Hashable, Any]" = field(default_factory=OrderedDict)
    _bases: "OrderedDict[str, Basis]" = field(default_factory=OrderedDict)
    _lock: RLock = field(default_factory=RLock)

    def run(self, run_id: str) -> ShelvedRun:
        """The run with that whole id. Raises UnknownRunError."""

        def read() -> ShelvedRun:
            return ShelvedRun(self.store, self.store.run(run_id))

        return self._kept(self._runs, run_id, read, lambda kept: len(kept) > _MOST_RUNS)

    def frame(self, run_id: str, name: str) -> pl.DataFrame:
        """A frame of the run, whole. Raises MissingFrameError."""

        def read() -> pl.DataFrame:
            return pl.read_parquet(self.store.frame(run_id, name))

        return self._kept(self._frames, (run_id, name), read, lambda kept: _size(kept) > _MOST_BYTES)

    def scan(self, run_id: str, name: str) -> pl.LazyFrame:
        """A frame of the run, not read yet, of which nothing is kept. Raises MissingFrameError."""
        return pl.scan_parquet(self.store.frame(run_id, name))

    def basis(self, run_id: str) -> Basis:
        """What does not hang on weights. Raises MissingFrameError and NotReweighableError."""

        def read() -> Basis:
            run = self.run(run_id)
            return basis(run.cards, {name: self.frame(run_id, name) for name in FRAMES}, run.summary)

        return self._kept(self._bases, run_id, read, lambda kept: len(kept) > _MOST_BASES)

    def made(self, key: Hashable, make: Callable[[], V]) -> V:
        """What `make` made when it was asked for with this key; meanwhile others are not held up."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                found: V = self._made[key]
                return found
        new = make()
        kept: V = self._kept(self._made, key, lambda: new, lambda kept: len(kept) > _MOST_MADE)
        return kept

    def _kept(
        self, kept: "OrderedDict[K, V]", key: K, read: Callable[[], V], is_too_much: Callable[[Collection[V]], bool]
    ) -> V:
        """What was kept for the key, or is read now; what was asked for longest ago makes room for it."""
        with self._lock:
            if key not in kept:
                kept[key] = read()
                while len(kept) > 1 and is_too_much(kept.values()):
                    kept.popitem(last=False)
            kept.move_to_end(key)
            return kept[key]


def _size(frames: Collection[pl.DataFrame]) -> int:
    """The bytes that the frames take."""
    return sum(int(frame.estimated_size()) for frame in frames)
