"""What are accounts worth that order again and again without a contract? Orders to come times spend per order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from scoring.lifetime.assumptions import VALUES, Assumptions, Choice
from scoring.lifetime.fit import Fit
from scoring.lifetime.repeat import bg_bb, bg_nbd, choose_orders, mbg_nbd, nbd, occasions, orders, pareto_nbd
from scoring.lifetime.repeat.choose_orders import Past
from scoring.lifetime.repeat.occasions import Outlook
from scoring.lifetime.repeat.orders import Orders
from scoring.lifetime.spend import gamma_gamma
from scoring.lifetime.spend.gamma_gamma import Spend

NAME = "orders"
MADE_FOR = "repeat orders without a contract"
BY_NAME = {"nbd": nbd, "bg_nbd": bg_nbd, "mbg_nbd": mbg_nbd, "pareto_nbd": pareto_nbd}
MODELS = (*BY_NAME, "bg_bb")
OF_ORDERS, OF_SPEND = "Repeat orders", "Spend per order"
TIMING = (
    "Orders count from the day after the last one seen, and are discounted continuously at the yearly rate; "
    "a month is a twelfth of 365.25 days."
)
IN_RULES = {module.NAME: name for name, module in BY_NAME.items()}
"""The name in the rules of a model that a fit carries, but for occasions, which are found again on every day."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What was known before an instant: one row per account as `orders.summary`, the same as vectors, and the `past`
    of these accounts."""

    instant: date
    summary: pl.DataFrame
    orders: Orders
    past: Past


def seen(lines: pl.LazyFrame, instant: date, _: date | None = None) -> Seen:
    """The orders before the instant; `lines` with account_id, dated_on, amount in the reporting currency."""
    return together([glimpse(lines, instant)], instant, choose_orders.past_of(lines))


def glimpse(lines: pl.LazyFrame, instant: date, _: Sequence[pl.DataFrame] = ()) -> pl.DataFrame:
    """What was known of some accounts, for `together` of all; nothing need be known of the others."""
    return orders.summary(lines, instant)


def together(glimpses: Sequence[pl.DataFrame], instant: date, past: Past) -> Seen:
    """What was known before the instant, from glimpses of all accounts; no account is in two of them."""
    summary = orders.of_parts(glimpses)
    return Seen(instant, summary, orders.orders(summary), past)


def choose(seen: Seen, also: Seen, assumed: Assumptions) -> Sequence[Choice]:
    """The model of how often accounts order, and that of what they spend."""
    if seen.summary.is_empty():
        return ()
    return (_of_orders(seen, assumed), _of_spend(seen))


def value(choices: Sequence[Choice], seen: Seen, assumed: Assumptions) -> pl.DataFrame:
    """What each account that ever ordered is worth from the instant on, as `VALUES`, sorted by account_id."""
    if not choices or seen.summary.is_empty():
        return pl.DataFrame(schema=VALUES)
    fit, spend = choices[0].fit, choices[1].fit
    is_calendar = fit.model == occasions.NAME
    ahead = occasions.outlook(fit, seen.summary, assumed) if is_calendar else _outlook(choices[0], seen, assumed)
    size = gamma_gamma.mean(spend, seen.orders.x, seen.summary["spend"].fill_null(0.0).to_numpy())
    worth = size * assumed.margin
    per_order = np.divide(ahead.discounted * worth, ahead.expected, out=np.zeros_like(size), where=ahead.expected > 0)
    columns = {
        "account_id": seen.summary["account_id"],
        "model": pl.repeat(fit.model, len(size), eager=True),
        "chance_active": ahead.alive,
        "expected": ahead.expected,
        "size": size,
        "factor": ahead.discounted * assumed.margin,
        "value": ahead.discounted * worth,
        "value_total": pl.Series(ahead.for_ever * worth).fill_nan(None),
        "low": np.minimum(ahead.low, ahead.expected) * per_order,
        "high": np.maximum(ahead.high, ahead.expected) * per_order,
    }
    return pl.DataFrame(columns, schema_overrides=VALUES).sort("account_id")


def _outlook(choice: Choice, seen: Seen, assumed: Assumptions) -> Outlook:
    """What is to come from each account; for ever only where later money is worth less than today's."""
    fit, ranges, own, rate = choice.fit, choice.of_ranges, seen.orders, assumed.weekly_rate
    ahead = choose_orders.MODELS[fit.model].view(fit, own)
    of_ranges = ahead if ranges is fit else choose_orders.MODELS[ranges.model].view(ranges, own)
    low, high = of_ranges.count_range(assumed.weeks, assumed.level)
    return Outlook(
        alive=ahead.alive,
        expected=ahead.expected(assumed.weeks),
        discounted=ahead.discounted(assumed.weeks, rate),
        for_ever=ahead.discounted(None, rate) if rate > 0 else np.full(len(own), np.nan),
        low=low.astype(np.float64),
        high=high.astype(np.float64),
    )


def _of_orders(seen: Seen, assumed: Assumptions) -> Choice:
    every = occasions.found(seen.summary)
    if assumed.model == "bg_bb" or (assumed.model == "auto" and every):
        return _on_occasions(seen, every)
    if assumed.model in BY_NAME:
        fit = _asked(assumed.model, seen.orders)
        module = choose_orders.MODELS[fit.model]
        return Choice(OF_ORDERS, fit, "The rules ask for it.", {}, (*module.ASSUMPTIONS, TIMING))
    found = choose_orders.compare(seen.orders, lambda: choose_orders.trials(seen.summary, seen.instant, seen.past))
    module = choose_orders.MODELS[found.fit.model]
    tried = {_named(c.model, c.k): c.log_likelihood for c in found.candidates}
    return Choice(OF_ORDERS, found.fit, found.reason, tried, (*module.ASSUMPTIONS, TIMING), found.spread)


def _on_occasions(seen: Seen, every: str | None) -> Choice:
    """The model of orders that come once a year, quarter or month; where the rules ask for it, once a year."""
    fit = occasions.fit(seen.summary, every or "year")
    why = f"Orders come once a {every}, not at any time."
    asked = "The rules ask for it; orders are counted once a year."
    conventions = (*bg_bb.ASSUMPTIONS, "The next occasion is one period away; discounted by the period.")
    return Choice(OF_ORDERS, fit, why if every else asked, {}, conventions)


def _asked(model: str, own: Orders) -> Fit:
    """The fit of the model that the rules name; of MBG/NBD with the likeliest regularity."""
    own = own.settled
    if model == "mbg_nbd":
        fits = [mbg_nbd.fit(own, k) for k in range(1, choose_orders.MOST_REGULAR + 1)]
        return max(fits, key=lambda fit: fit.log_likelihood)
    fit: Fit = BY_NAME[model].fit(own)
    return fit


def _named(model: str, k: int) -> str:
    return model if k == 1 else f"{model}, every {k} events"


def _of_spend(seen: Seen) -> Choice:
    """The model of spend; where nobody came back it is the mean of first orders."""
    x = seen.orders.x
    means = seen.summary["spend"].fill_null(0.0).to_numpy()
    first = float(seen.summary["total"].cast(pl.Float64).mean() or 0.0)  # type: ignore[arg-type]
    fit = gamma_gamma.fit(Spend(x, means), otherwise=first)
    why = "Only accounts with a repeat order tell how much they differ; the first order is left out."
    return Choice(OF_SPEND, fit, why, {}, gamma_gamma.ASSUMPTIONS)
