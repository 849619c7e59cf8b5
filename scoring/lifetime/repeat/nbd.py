"""When do accounts order, if none of them stops? NBD: chance at a rate of its own, rates spread as a gamma.

Ehrenberg (1959); the likelihood is that of the times of purchases, so that it compares with that of the models with
dropout, not that of the counts, which differs by a constant of the data.
"""

from collections.abc import Mapping
from dataclasses import replace

from scoring.lifetime.fit import Fit
from scoring.lifetime.repeat import dropout_ahead, dropout_fit
from scoring.lifetime.repeat.ahead import Ahead
from scoring.lifetime.repeat.dropout import Process
from scoring.lifetime.repeat.orders import Orders

NAME = "NBD"
ASSUMPTIONS = (
    "Every k-th event of a chance process at the account's own rate is an order; no account ever stops.",
    "The rates of the accounts are spread as a gamma distribution of shape r and scale 1 / alpha.",
)


def _process(parameters: Mapping[str, float]) -> Process:
    return Process(int(parameters.get("k", 1)), stops=False)


def fit(orders: Orders, k: int = 1) -> Fit:
    """The most likely parameters for orders at every k-th event."""
    found = dropout_fit.fitted(_process({"k": k}), orders, NAME)
    return replace(found, parameters={"k": float(k), **found.parameters})


def view(fit: Fit, orders: Orders) -> Ahead:
    """What the model expects of the accounts from the last day seen on."""
    return dropout_ahead.ahead(_process(fit.parameters), fit.parameters, orders)
