"""Which accounts look alike to a likelihood? Those without a repeat purchase, which are told by their age alone."""

from dataclasses import dataclass

import numpy as np

from scoring.lifetime.fit import Counts, Vector
from scoring.lifetime.repeat.orders import Orders

SAMPLE = 20_000
"""So many accounts place the maximum well enough for two or three steps over all of them to reach it."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Accounts as a likelihood walks over them: `weight` says how many accounts a row stands for.

    `levels` and `sizes` are the histogram of x over all accounts; the terms of the gamma functions need no more.
    """

    x: Vector
    t_x: Vector
    age: Vector
    weight: Vector
    levels: Vector
    sizes: Vector
    accounts: int


def histogram(x: Counts) -> tuple[Vector, Vector]:
    """The different values of x and how often each of them occurs."""
    if len(x) and int(x.max()) < 4 * len(x) + 1000:
        sizes = np.bincount(x)
        levels = np.flatnonzero(sizes)
        return levels.astype(np.float64), sizes[levels].astype(np.float64)
    levels, sizes = np.unique(x, return_counts=True)
    return levels.astype(np.float64), sizes.astype(np.float64)


def merged(orders: Orders) -> Rows:
    """One row per account that came back, and one per age of those that did not."""
    again = orders.x > 0
    ages, sizes = np.unique(orders.age[~again], return_counts=True)
    none = np.zeros(len(ages))
    return Rows(
        np.concatenate([none, orders.x[again].astype(np.float64)]),
        np.concatenate([none, orders.t_x[again]]),
        np.concatenate([ages, orders.age[again]]),
        np.concatenate([sizes.astype(np.float64), np.ones(int(again.sum()))]),
        *histogram(orders.x),
        len(orders),
    )


def by_age(orders: Orders) -> Rows:
    """One row per age, with its mean of x: enough for a likelihood in which x only multiplies something of the age."""
    ages, row = np.unique(orders.age, return_inverse=True)
    sizes = np.bincount(row, minlength=len(ages)).astype(np.float64)
    mean = np.bincount(row, weights=orders.x, minlength=len(ages)) / np.maximum(sizes, 1)
    return Rows(mean, np.zeros(len(ages)), ages, sizes, *histogram(orders.x), len(orders))


def sampled(orders: Orders) -> Orders | None:
    """Every so-manyth account, about `SAMPLE` of them; None where there are not many more than that."""
    step = len(orders) // SAMPLE
    return every(orders, step) if step >= 3 else None


def every(orders: Orders, step: int) -> Orders:
    """Every `step`-th account."""
    gaps = orders.log_gaps[::step] if orders.log_gaps is not None else None
    return Orders(orders.x[::step], orders.t_x[::step], orders.age[::step], gaps)
