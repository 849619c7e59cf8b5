"""Which of many lines of one product follows which, where nobody says it? Each that of one.

A line follows another that it was signed after, in whose last days it starts, and that it outlasts. The lines choose in
the order in which they end: each is followed by the first that follows it and no other yet, be it only on the day it
ends.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

DAYS = 1 << 23
"""More than the days of all years that have four digits, counted from a day in the middle of them."""
UNSIGNED = -(DAYS // 2)
"""The day of a signature that nobody knows."""
NONE = -1
"""The place of no line."""
_NOBODY = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Old:
    """Lines that may be followed, in the order in which they choose; `base` tells accounts and products apart."""

    base: Numbers
    start: Numbers
    end: Numbers
    signed: Numbers
    chooses: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class New:
    """Lines that may follow, sorted; `at` is the base of their account and product and the day they start."""

    at: Numbers
    start: Numbers
    end: Numbers
    signed: Numbers
    is_taken: NDArray[np.bool_]

    def alike(self) -> Numbers:
        """After each how many more are the same in all this, whether taken or not."""
        both = np.stack((self.at, self.end, self.signed))
        group = np.concatenate(([0], np.cumsum((both[:, 1:] != both[:, :-1]).any(axis=0))))[: self.at.size]
        return np.searchsorted(group, group, side="right") - 1 - np.arange(self.at.size)


def followers(old: Old, new: New, days: int) -> Numbers:
    """The place of the new line that follows each of the old, which starts in its last `days`; else `NONE`.

    In each round every old line asks one new line. That goes with the old one that chooses first, and the others, also
    one it went with until then, ask the next. What is taken goes with nobody.
    """
    early = np.where(old.signed == UNSIGNED, old.end, np.maximum(old.start + 1, old.end - days))
    at, last = np.searchsorted(new.at, old.base + early), np.searchsorted(new.at, old.base + old.end, side="right")
    alike, goes_with = new.alike(), np.where(new.is_taken, NONE, _NOBODY)
    asking = np.flatnonzero(old.chooses & (at < last))
    while asking.size:
        asked = at[asking]
        is_later = (new.signed[asked] > old.signed[asking]) & (new.end[asked] > old.end[asking])
        follows = is_later | (new.start[asked] == old.end[asking])
        at[asking[~follows]] += alike[asked[~follows]] + 1
        asks, others = asking[follows], asking[~follows]
        before = goes_with[at[asks]]
        np.minimum.at(goes_with, at[asks], asks)
        wins = goes_with[at[asks]] == asks
        left = before[wins]
        lost = np.concatenate((asks[~wins], left[left != _NOBODY]))
        at[lost] = _next(lost, at[lost], alike)
        asking = np.concatenate((others, lost))
        asking = asking[at[asking] < last[asking]]
    return np.where(old.chooses & (at < last), at, NONE)


def _next(who: Numbers, at: Numbers, alike: Numbers) -> Numbers:
    """Whom those ask next who asked in vain: of several who asked one, each another, as long as those are alike."""
    order = np.lexsort((who, at))
    asked = at[order]
    before = np.arange(at.size) - np.searchsorted(asked, asked)
    found = np.empty_like(at)
    found[order] = asked + np.minimum(before, alike[asked]) + 1
    return found
