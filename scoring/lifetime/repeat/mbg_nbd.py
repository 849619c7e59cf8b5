"""When do accounts order, and when do they stop for good? MBG/NBD: an account may stop after any purchase.

Batislam, Denizel and Filiztekin (2007), IJRM 24(3) 201-209; for orders that come more regularly than chance (k > 1),
Platzer and Reutterer (2017), the MBG/CNBD-k. Their expectation ahead is an approximation; here the events since the
last purchase are summed over, which is exact.
"""

from collections.abc import Mapping
from dataclasses import replace

from scoring.lifetime.fit import Fit
from scoring.lifetime.repeat import dropout_ahead, dropout_fit
from scoring.lifetime.repeat.ahead import Ahead
from scoring.lifetime.repeat.dropout import Process
from scoring.lifetime.repeat.orders import Orders

NAME = "MBG/NBD"
ASSUMPTIONS = (
    "While an account is alive, every k-th event of a chance process at a rate of its own is an order.",
    "The rates of the accounts are spread as a gamma distribution of shape r and scale 1 / alpha.",
    "After each order, the first included, an account stops for good with a chance of its own.",
    "The chances to stop are spread as a beta distribution of a and b, independent of the rates.",
)


def _process(parameters: Mapping[str, float]) -> Process:
    return Process(int(parameters.get("k", 1)), 1)


def fit(orders: Orders, k: int = 1) -> Fit:
    """The most likely parameters for orders at every k-th event."""
    found = dropout_fit.fitted(_process({"k": k}), orders, NAME)
    return replace(found, parameters={"k": float(k), **found.parameters})


def view(fit: Fit, orders: Orders) -> Ahead:
    """What the model expects of the accounts from the last day seen on."""
    return dropout_ahead.ahead(_process(fit.parameters), fit.parameters, orders)
