"""What are accounts under contract worth? Those with a term by their renewals, the others by how long they stay."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from scoring.ledger.history import ACCOUNT
from scoring.lifetime.assumptions import VALUES, Assumptions, Choice
from scoring.lifetime.contracts import bdw, choose_contracts, contract_value, exponential_gamma, renewals, sbg
from scoring.lifetime.contracts.chains import Lengths, lengths_of
from scoring.lifetime.contracts.exponential_gamma import MonthlyPrior
from scoring.lifetime.contracts.life_table import Prior
from scoring.lifetime.fit import Fit

NAME = "contracts"
MADE_FOR = "contracts"
MODELS = ("sbg", "bdw", "exponential_gamma")
IN_RULES = {name: name for name in MODELS}
"""The name in the rules of a model that a fit carries."""
KINDS = {"term": "Contracts with a term", "evergreen": "Contracts without a term"}


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What was known before an instant: `spells` for the fit, `state` of each account for its value."""

    spells: pl.DataFrame
    state: pl.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Glimpse:
    """What was known before an instant of some accounts: `last` as `renewals.last_lines`, `monthly` as `renewals.at`.

    It has a row for each spell and each account, however many lines there are.
    """

    last: pl.DataFrame
    monthly: pl.DataFrame


def seen(lines: pl.LazyFrame, instant: date, since: date | None = None) -> Seen:
    """The contracts as known before the instant; `lines` as `history.recurring`, in the reporting currency.

    `since` is the day from which losses were recorded.
    """
    return together([glimpse(lines, instant, since=since)], instant, since=since)


def asked_of_all(lines: pl.LazyFrame, instant: date) -> pl.DataFrame:
    """What is to be known of all accounts before `glimpse` can read some of them: as `chains.lengths_of`."""
    return lengths_of(lines, instant).collect()


def glimpse(
    lines: pl.LazyFrame, instant: date, answers: Sequence[pl.DataFrame] = (), *, since: date | None = None
) -> Glimpse:
    """What was known of some accounts; `answers` are `asked_of_all` of all parts, none if these are all accounts."""
    asked = ("account_id", ACCOUNT, "line_id", "starts_on", "ends_on", "monthly", "status", "at_risk")
    known = lines.filter(pl.col("starts_on") < instant).select(asked).collect().lazy()  # once for both
    lengths = Lengths.of(answers) if answers else None
    return Glimpse(renewals.last_lines(known, instant, lengths, since=since), renewals.at(known, instant))


def together(glimpses: Sequence[Glimpse], instant: date, *, since: date | None = None) -> Seen:
    """What was known before the instant, from glimpses of all accounts; no account is in two of them."""
    spells = renewals.described([one.last for one in glimpses], instant, since=since)
    return Seen(spells, renewals.standing(spells, pl.concat([one.monthly for one in glimpses])))


def choose(seen: Seen, also: Seen, assumed: Assumptions) -> Sequence[Choice]:
    """The model of each kind of contract that there is among what was seen, or `also` to be valued."""
    kinds = {*seen.spells["kind"], *also.spells["kind"]}
    chosen = []
    if "term" in kinds:
        chosen.append(_of_terms(seen.spells, assumed))
    if "evergreen" in kinds:
        prior = MonthlyPrior(assumed.prior_churn, assumed.prior_months)
        fit = exponential_gamma.fit(exponential_gamma.of_spells(seen.spells), prior=prior)
        why = "These contracts may be cancelled on any day, so what counts is how long accounts stay."
        chosen.append(Choice(KINDS["evergreen"], fit, why, {}, _said("evergreen", exponential_gamma.ASSUMPTIONS)))
    return chosen


def value(choices: Sequence[Choice], seen: Seen, assumed: Assumptions) -> pl.DataFrame:
    """What each paying account is worth from the instant on, as `VALUES`, sorted by account_id."""
    frames = [_valued(choice.fit, seen.state, assumed) for choice in choices]
    return pl.concat([pl.DataFrame(schema=VALUES), *frames]).sort("account_id")


def _of_terms(spells: pl.DataFrame, assumed: Assumptions) -> Choice:
    made, timing = renewals.of_spells(spells), _said("term", sbg.ASSUMPTIONS)
    usual = spells.filter(pl.col("kind") == "term")["term_months"].median()
    months = float(usual) if isinstance(usual, int | float) else 12.0
    prior = Prior.monthly(assumed.prior_churn, assumed.prior_months, months)
    if assumed.model in (sbg.NAME, bdw.NAME):
        fit = (sbg if assumed.model == sbg.NAME else bdw).fit(made, prior=prior)
        return Choice(KINDS["term"], fit, "The rules ask for it.", {}, timing)
    found = choose_contracts.choose(made, prior=prior)
    conventions = timing if found.fit.model == sbg.NAME else _said("term", bdw.ASSUMPTIONS)
    tried = {fit.model: fit.log_likelihood for fit in found.candidates}
    return Choice(KINDS["term"], found.fit, found.reason, tried, conventions)


def _said(kind: str, assumptions: Sequence[str]) -> tuple[str, ...]:
    timing = contract_value.TIMINGS[kind]
    return (*assumptions, f"{timing[0].upper()}{timing[1:]}.")


def _valued(fit: Fit, state: pl.DataFrame, assumed: Assumptions) -> pl.DataFrame:
    worth = contract_value.value(
        fit,
        state,
        margin=assumed.margin,
        annual_discount=assumed.discount,
        horizon_months=assumed.horizon_months,
        level=assumed.level,
    )
    both = worth.join(state.drop("kind"), on="account_id", how="left", validate="1:1", maintain_order="left")
    size = pl.col("monthly").cast(pl.Float64)
    made = {
        "model": pl.lit(fit.model),
        "chance_active": pl.lit(pl.Series(_stays(fit, both), dtype=pl.Float64)),
        "expected": pl.col("expected_months"),
        "size": size,
        "factor": pl.col("value") / size,
    }
    return both.select(made.get(name, pl.col(name)).alias(name) for name in VALUES)


def _stays(fit: Fit, accounts: pl.DataFrame) -> np.ndarray:
    """The chance of the next renewal, or without a term of another year."""
    log_survival = contract_value.LOG_SURVIVAL[fit.model]
    if fit.model == exponential_gamma.NAME:
        past, ahead = accounts["age_months"].to_numpy(), 12.0
    else:
        past, ahead = accounts["renewals_made"].to_numpy().astype(np.float64), 1.0
    return np.exp(log_survival(fit, past + ahead) - log_survival(fit, past))


def flagged(choice: Choice, *flags: str) -> Choice:
    """The choice with further flags."""
    return replace(choice, fit=replace(choice.fit, flags=(*choice.fit.flags, *flags)))
