"""When do accounts order, and when do they stop for good? BG/NBD: an account may stop only after a repeat purchase.

Fader, Hardie and Lee (2005), Counting your customers the easy way, Marketing Science 24(2) 275-284. An account that
never came back counts as alive for certain.
"""

from collections.abc import Mapping

from scoring.lifetime.fit import Counts, Fit, Vector
from scoring.lifetime.repeat import ahead, dropout, dropout_ahead, dropout_fit
from scoring.lifetime.repeat.ahead import Ahead
from scoring.lifetime.repeat.dropout import Process
from scoring.lifetime.repeat.orders import NEW, Orders

NAME = "BG/NBD"
PARAMETERS = ("r", "alpha", "a", "b")
ASSUMPTIONS = (
    "While an account is alive, its orders come at chance, at a rate of its own.",
    "The rates of the accounts are spread as a gamma distribution of shape r and scale 1 / alpha.",
    "After each repeat order an account stops for good with a chance of its own; before the first one it cannot.",
    "The chances to stop are spread as a beta distribution of a and b, independent of the rates.",
)

_PROCESS = Process(1, 0)


def log_likelihoods(parameters: Mapping[str, float], x: Vector | Counts, t_x: Vector, age: Vector) -> Vector:
    """The logarithm of each account's likelihood."""
    return dropout.log_likelihoods(_PROCESS, dropout_ahead.point(parameters, _PROCESS), x, t_x, age)


def fit(orders: Orders) -> Fit:
    """The most likely parameters."""
    return dropout_fit.fitted(_PROCESS, orders, NAME)


def alive(fit: Fit, orders: Orders) -> Vector:
    """Per account the probability that it still buys."""
    return dropout_ahead.alive(_PROCESS, dropout_ahead.point(fit.parameters, _PROCESS), orders)


def expected(fit: Fit, orders: Orders, weeks: float) -> Vector:
    """Per account the expected orders in the next `weeks`, whether it is alive or not."""
    return ahead.expected(view(fit, orders), weeks)


def discounted(fit: Fit, orders: Orders, weeks: float | None, rate: float) -> Vector:
    """Per account the expected orders of the next `weeks` (None: for ever), discounted at `rate` a week."""
    return ahead.discounted(view(fit, orders), weeks, rate)


def expected_from_start(fit: Fit, weeks: float) -> float:
    """The expected repeat orders of a new account in the `weeks` after its first purchase."""
    return float(expected(fit, NEW, weeks)[0])


def count_probabilities(fit: Fit, orders: Orders, weeks: float, most: int) -> Vector:
    """P(n orders in the next `weeks`): one row per account, one column per n from 0 to `most`."""
    return ahead.count_probabilities(view(fit, orders), weeks, most)


def count_range(fit: Fit, orders: Orders, weeks: float, level: float) -> tuple[Counts, Counts]:
    """Per account the least and the most orders of the next `weeks`, at probability `level`."""
    return ahead.count_range(view(fit, orders), weeks, level)


def view(fit: Fit, orders: Orders) -> Ahead:
    """What the model expects of the accounts from the last day seen on."""
    return dropout_ahead.ahead(_PROCESS, dropout_ahead.point(fit.parameters, _PROCESS), orders)
