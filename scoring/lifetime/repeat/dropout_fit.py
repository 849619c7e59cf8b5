"""Which parameters make the purchases most likely, and what is to be said against them?"""

from collections.abc import Callable

import numpy as np

from scoring.lengths import DAYS_A_WEEK
from scoring.lifetime.fit import Fit, Vector
from scoring.lifetime.newton import Maximum, Surface, maximise
from scoring.lifetime.repeat import dropout
from scoring.lifetime.repeat.dropout import Process
from scoring.lifetime.repeat.orders import Orders
from scoring.lifetime.repeat.rows import by_age, merged, sampled

NO_DROPOUT = 0.5
"""A model with dropout that is no more likely than this above the one without has seen none."""
FEW_ACCOUNTS = 2
TOLERANCE, MANY, TOLERANCE_OF_MANY = 1e-13, 100_000, 1e-11
"""The search ends where no more than this share of the logarithm of the likelihood is to be gained; a million accounts
have one of some millions, and 1e-4 of it is a hundredth of a standard error."""
EDGE = 15.0
"""Logarithms of parameters are sought between minus this and this."""


def fitted(process: Process, orders: Orders, model: str) -> Fit:
    """The most likely parameters, from a sample of the accounts first where there are many."""
    names = ("r", "alpha", "a", "b") if process.stops else ("r", "alpha")
    if not np.any(orders.x > 0):
        return nothing_known(
            orders, model, dict(zip(names, (np.exp(-EDGE), _watched(orders), np.exp(-EDGE), 1.0), strict=False))
        )
    found = _sought(process, orders)
    flags = flags_of(found, orders)
    constant = dropout.gaps_constant(process.k, orders.x, orders.log_gaps)
    if process.stops:
        without = _sought(Process(process.k, stops=False), orders)
        if found.value - without.value < NO_DROPOUT:
            return limit(without, orders, model, names, found.steps, constant)
    parameters = dict(zip(names, np.exp(found.at).tolist(), strict=True))
    return Fit(model, parameters, found.value + constant, len(orders), found.steps, found.covariance, tuple(flags))


def limit(
    without: Maximum, orders: Orders, model: str, names: tuple[str, ...], steps: int, constant: float = 0.0
) -> Fit:
    """The fit of a model with dropout where none can be seen: at its end, so that everybody counts as still buying."""
    point = np.exp(np.array([*without.at, -EDGE, EDGE]))
    flags = ("no_dropout", *(flag for flag in flags_of(without, orders) if flag != "at_the_edge"))
    parameters = dict(zip(names, point.tolist(), strict=True))
    return Fit(model, parameters, without.value + constant, len(orders), steps, None, flags)


def sought_without(orders: Orders) -> Maximum:
    """The maximum of the model in which nobody stops."""
    return _sought(Process(stops=False), orders)


def _sought(process: Process, orders: Orders) -> Maximum:
    arrange = merged if process.stops or process.k > 1 else by_age
    return climbed(lambda some: dropout.surface(process, arrange(some)), orders, start(process, orders))


def climbed(surface_of: Callable[[Orders], Surface], orders: Orders, begin: Vector) -> Maximum:
    """The maximum over all accounts, begun at that of a sample where there are many."""
    part = sampled(orders)
    if part is not None and np.any(part.x > 0):
        begin = maximise(surface_of(part), begin, low=-EDGE, high=EDGE).at
    tolerance = TOLERANCE if len(orders) < MANY else TOLERANCE_OF_MANY
    return maximise(surface_of(orders), begin, low=-EDGE, high=EDGE, tolerance=tolerance)


def start(process: Process, orders: Orders) -> Vector:
    """Where the search begins: at the plain rate of purchases, in whatever unit time is measured."""
    rate = process.k * max(float(orders.x.sum()), 1.0) / max(float(orders.age.sum()), 1e-6)
    point = np.log([0.5, 0.5 / rate, 1.0, 3.0])
    return point if process.stops else point[:2]


def flags_of(found: Maximum, orders: Orders) -> list[str]:
    """What is to be said of any maximum: an edge, a search without an end, too little to go by."""
    flags = []
    if not found.settled:
        flags.append("not_settled")
    if found.edges:
        flags.append("at_the_edge")
    if found.at[0] > EDGE / 2:
        flags.append("no_spread")
    if len(orders) < FEW_ACCOUNTS:
        flags.append("few_accounts")
    return flags


def nothing_known(orders: Orders, model: str, parameters: dict[str, float]) -> Fit:
    """What is said where nobody came back: next to no orders to come, and why."""
    flags = ["nobody_repeats", "at_the_edge"]
    if not np.any(orders.age > 1 / DAYS_A_WEEK):
        flags.append("no_time")
    if len(orders) < FEW_ACCOUNTS:
        flags.append("few_accounts")
    return Fit(model, parameters, 0.0, len(orders), 0, None, tuple(flags))


def _watched(orders: Orders) -> float:
    """The mean age, at least a week: only a scale."""
    return max(float(orders.age.mean()), 1.0) if len(orders) else 1.0
