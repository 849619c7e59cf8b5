"""Which of many lines of one product follows which, where nobody says it? Each that of one.

A line follows another on the day on which that ends, or in the days of grace after it; or early: signed after it, in
its last days, and outlasting it. Each line that ends asks the first that follows it. Who is asked by several follows
the one whose end is nearest, and the others ask the next.
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
    """Lines that may be followed, by their ends; `base` tells accounts and products apart."""

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


def followers(old: Old, new: New, early: int, grace: int) -> Numbers:
    """The place of the new line that follows each of the old, from so many days before its end to before so many after
    it; else `NONE`.

    In each round every old line asks one new line. That goes with the nearest, of several the one that ends first, and
    the others, also one it went with until then, ask the next. What is taken goes with nobody.
    """
    since = np.where(old.signed == UNSIGNED, old.end, np.maximum(old.start + 1, old.end - early))
    at, last = np.searchsorted(new.at, old.base + since), np.searchsorted(new.at, old.base + old.end + grace)
    alike, goes_with = new.alike(), np.where(new.is_taken, NONE, _NOBODY)
    asking = np.flatnonzero(old.chooses & (at < last))
    while asking.size:
        asked = at[asking]
        is_later = (new.signed[asked] > old.signed[asking]) & (new.end[asked] > old.end[asking])
        follows = is_later | (new.start[asked] >= old.end[asking])
        at[asking[~follows]] += alike[asked[~follows]] + 1
        asks, others = asking[follows], asking[~follows]
        nearness = _nearness(asks, at[asks], old, new)
        before = goes_with[at[asks]]
        np.minimum.at(goes_with, at[asks], nearness)
        wins = goes_with[at[asks]] == nearness
        left = before[wins]
        lost = np.concatenate((asks[~wins], left[left != _NOBODY] % old.end.size))
        at[lost] = _next(_nearness(lost, at[lost], old, new), at[lost], alike)
        asking = np.concatenate((others, lost))
        asking = asking[at[asking] < last[asking]]
    return np.where(old.chooses & (at < last), at, NONE)


def _nearness(who: Numbers, at: Numbers, old: Old, new: New) -> Numbers:
    """How near the new lines start to the end of the old that ask them, and then which ends first: one number."""
    away: Numbers = np.abs(new.start[at] - old.end[who])
    return away * old.end.size + who


def _next(nearness: Numbers, at: Numbers, alike: Numbers) -> Numbers:
    """Whom those ask next who asked in vain: of several who asked one, each another, as long as those are alike."""
    order = np.lexsort((nearness, at))
    asked = at[order]
    before = np.arange(at.size) - np.searchsorted(asked, asked)
    found = np.empty_like(at)
    found[order] = asked + np.minimum(before, alike[asked]) + 1
    return found
