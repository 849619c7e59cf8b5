"""When do accounts order, and when do they stop for good? BG/NBD: an account may stop only after a repeat purchase.

Fader, Hardie and Lee (2005), Counting your customers the easy way, Marketing Science 24(2) 275-284. An account that
never came back counts as alive for certain.
"""

from scoring.lifetime.fit import Fit
from scoring.lifetime.repeat import dropout_ahead, dropout_fit
from scoring.lifetime.repeat.ahead import Ahead
from scoring.lifetime.repeat.dropout import Process
from scoring.lifetime.repeat.orders import Orders

NAME = "BG/NBD"
ASSUMPTIONS = (
    "While an account is alive, its orders come at chance, at a rate of its own.",
    "The rates of the accounts are spread as a gamma distribution of shape r and scale 1 / alpha.",
    "After each repeat order an account stops for good with a chance of its own; before the first one it cannot.",
    "The chances to stop are spread as a beta distribution of a and b, independent of the rates.",
)

_PROCESS = Process(1, 0)


def fit(orders: Orders) -> Fit:
    """The most likely parameters."""
    return dropout_fit.fitted(_PROCESS, orders, NAME)


def view(fit: Fit, orders: Orders) -> Ahead:
    """What the model expects of the accounts from the last day seen on."""
    return dropout_ahead.ahead(_PROCESS, fit.parameters, orders)
