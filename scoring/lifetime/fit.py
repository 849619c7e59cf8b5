"""What does a model say after it was fitted? One face for all of them: parameters, likelihood, and in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Counts = NDArray[np.int64]

FLAGS = {
    "no_dropout": "nobody can be seen to have stopped buying, so everybody counts as still buying",
    "nobody_repeats": "nobody bought a second time, so how often people come back is not known",
    "no_losses": "no account has left, so how many will is taken from the prior",
    "everybody_left": "every account left at its first chance, so nothing is known of those that stay",
    "few_losses": "fewer than 50 accounts have left, so a weak prior steadies the estimate",
    "few_accounts": "there are too few accounts to tell their differences from chance",
    "no_time": "no account was watched for longer than a day",
    "no_spread": "the accounts do not differ more than chance would have it",
    "at_the_edge": "the most likely parameters lie at the edge of what the model allows",
    "not_settled": "the search for the most likely parameters did not settle",
    "no_mean": "the spread of spend is so wide that it has no mean; the plain average is used",
    "spend_follows_orders": "accounts that buy more often spend more or less per order, which the model denies",
    "no_discount": "without a discount rate, revenue for ever has no value, so only the horizon is valued",
    "forced": "this kind of model does not fit what is observed; it was used because the rules ask for it",
}
"""Code to words, for everything a fit can have to say against itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted model.

    `parameters` by name, in the order of the model's own papers; `log_likelihood` the natural logarithm of the
    data's probability (its full sum, comparable between models of the same data, constants that depend on
    the data alone left out only where the model's file says so); `observations` the accounts it was
    fitted on; `covariance` of the logarithms of the parameters, None at an edge; `flags` codes of `FLAGS`.
    """

    model: str
    parameters: Mapping[str, float]
    log_likelihood: float
    observations: int
    steps: int
    covariance: Vector | None = None
    flags: tuple[str, ...] = field(default=())

    def __getitem__(self, name: str) -> float:
        return self.parameters[name]
