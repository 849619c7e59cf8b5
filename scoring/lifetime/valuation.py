"""Which family of models fits what is observed, and what is each account worth by it? The router."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import ModuleType

import polars as pl

from scoring.ledger.history import NUMBER
from scoring.lifetime.assumptions import Assumptions, Choice, WrongFamilyError
from scoring.lifetime.contracts import contract_family
from scoring.lifetime.contracts.contract_family import flagged
from scoring.lifetime.repeat import order_family
from scoring.money import part

BY_BASIS = {"contracts": contract_family, "invoices": order_family}
Seen = contract_family.Seen | order_family.Seen
"""What a family of models knows of all accounts before an instant."""

_FAMILIES = (contract_family, order_family)
A_YEAR = "1y"


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """Lifetime value at an instant and at one before it, both with the parameters of the later one.

    `now` and `before` as `VALUES`; `choices` the models that were used, none where there was nothing to fit.
    """

    now: pl.DataFrame
    before: pl.DataFrame
    choices: Sequence[Choice]


def family_of(basis: str, assumed: Assumptions) -> ModuleType:
    """The family for what is observed, or the one the rules force.

    Raises WrongFamilyError where a model of the other family is asked for and not forced.
    """
    observed = BY_BASIS[basis]
    if assumed.model == "auto" or assumed.model in observed.MODELS:
        return observed
    asked = next(family for family in _FAMILIES if assumed.model in family.MODELS)
    if not assumed.is_forced:
        raise WrongFamilyError(assumed.model, asked.MADE_FOR, observed.MADE_FOR)
    return asked


def valued(last: Seen, first: Seen, basis: str, assumed: Assumptions) -> Valued:
    """What every account is worth at the later of two instants, and was at the earlier, from what was known before
    each of them.

    Parameters are fitted on what was known before the later one, on all accounts together.
    """
    family = family_of(basis, assumed)
    choices = _chosen(family, last, first, basis, assumed)
    return Valued(family.value(choices, last, assumed), family.value(choices, first, assumed), choices)


def forecast(
    history: pl.LazyFrame, basis: str, instant: date, assumed: Assumptions, since: date | None = None
) -> tuple[pl.DataFrame, Sequence[Choice]]:
    """What every account is worth at an instant, and the models, as `foreseen` from what was known before it.

    `history` as it then was known, in one currency; who had left by the day `since` is not in it.
    """
    family = family_of(basis, assumed)
    return foreseen(family.seen(readable(family, history, basis), instant, since), basis, assumed)


def foreseen(seen: Seen, basis: str, assumed: Assumptions) -> tuple[pl.DataFrame, Sequence[Choice]]:
    """What every account is worth, as `VALUES`, and the models, fitted on what was seen."""
    family = family_of(basis, assumed)
    choices = _chosen(family, seen, seen, basis, assumed)
    return family.value(choices, seen, assumed), choices


def as_chosen(choices: Sequence[Choice], basis: str, assumed: Assumptions) -> Assumptions:
    """The assumptions by which another day is asked of the model that was chosen, if one was."""
    if not choices:
        return assumed
    return replace(assumed, model=family_of(basis, assumed).IN_RULES.get(choices[0].fit.model, assumed.model))


def _chosen(family: ModuleType, seen: Seen, also: Seen, basis: str, assumed: Assumptions) -> Sequence[Choice]:
    """The models of what was seen, and of whatever kinds of accounts are to be valued beside."""
    choices: Sequence[Choice] = family.choose(seen, also, assumed)
    return choices if family is BY_BASIS[basis] else [flagged(choice, "forced") for choice in choices]


def readable(family: ModuleType, history: pl.LazyFrame, basis: str) -> pl.LazyFrame:
    """The history as the family reads it; where it is forced, contracts as orders or orders as contracts."""
    if family is BY_BASIS[basis]:
        return history
    if family is order_family:
        return history.select("account_id", pl.col("starts_on").alias("dated_on"), pl.col("monthly").alias("amount"))
    year = pl.col("dated_on").dt.offset_by(A_YEAR)
    return history.filter(pl.col("amount") > 0).select(
        "account_id", NUMBER, "line_id", pl.col("dated_on").alias("starts_on"), year.alias("ends_on"),
        part(pl.col("amount"), 1, 12).alias("monthly"), pl.lit(None, dtype=pl.String).alias("status"),
        pl.lit(value=False).alias("at_risk"),
    )  # fmt: skip
