"""Which model of repeat orders fits a company, and why?

Three questions, in this order, each asked of the data and none of a setting:

1. How regular are orders? MBG/NBD with an order at every k-th event, k = 1 to 4: the highest likelihood, as the authors
   of the model have it, if it is above that of k = 1 by more than the 95 % point of a likelihood ratio.
2. Can anybody be seen to have stopped? If the model with dropout is less than 0.5 above the one without, no; then
   the one without is used, as fitting a dropout nobody has shown is what makes other tools fail on business accounts.
3. When may accounts stop, if orders are not regular? BG/NBD, MBG/NBD and Pareto/NBD have four parameters each, and
   likelihoods that differ little. Where the log allows it, each is fitted to the orders before three past days
   (a half, two thirds, three quarters of the way) and asked for the orders since: the least absolute error per account
   over all three is taken. It is the error people see, but it favours forecasts that are low: it takes
   Pareto/NBD even for orders made by BG/NBD, and on CDNOW, where the ranges of counts of Pareto/NBD are worse
   than those of the two others. The table gives the logarithmic score beside it, which prefers those.
   Without a log, or with too few orders in it, the likelihood decides.

All is decided on a sample of 20,000 accounts where there are many more; the winner is fitted to all of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

import numpy as np
import polars as pl

from scoring.lengths import DAYS_A_WEEK
from scoring.lifetime.fit import Counts, Fit
from scoring.lifetime.repeat import bg_nbd, mbg_nbd, nbd, pareto_nbd
from scoring.lifetime.repeat.ahead import Ahead
from scoring.lifetime.repeat.dropout_fit import NO_DROPOUT
from scoring.lifetime.repeat.orders import COLUMNS, Orders, orders, summary
from scoring.lifetime.repeat.rows import SAMPLE, every

MOST_REGULAR = 4
NOTABLE = 1.92
CUTS = (1 / 2, 2 / 3, 3 / 4)
ENOUGH = 50
"""With fewer orders than this since the past days, their errors say nothing."""


class Model(Protocol):
    """What every model of repeat orders can do; a module is one."""

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def ASSUMPTIONS(self) -> tuple[str, ...]: ...  # noqa: N802

    def view(self, fit: Fit, orders: Orders) -> Ahead: ...


MODELS: dict[str, Model] = {
    nbd.NAME: nbd,
    bg_nbd.NAME: bg_nbd,
    mbg_nbd.NAME: mbg_nbd,
    pareto_nbd.NAME: pareto_nbd,
}
"""By the name that a Fit carries."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A past day: the accounts as they were seen then, and how many orders each placed in the `weeks` since."""

    orders: Orders
    counts: Counts
    weeks: float


Past = Callable[[Sequence[date], pl.DataFrame | None], Sequence[pl.DataFrame]]
"""What was known of orders before each of some days, as `orders.summary`; of all accounts, or of those in a frame with
account_id."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model that was tried. `error` is its absolute error over the trials, per order that came; None where it was
    not tried on the past."""

    model: str
    k: int
    log_likelihood: float
    flags: tuple[str, ...]
    error: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The fit to use, the reason in words, and all that was tried.

    `spread` is the fit that ranges are taken from, where that is not `fit`.
    """

    fit: Fit
    reason: str
    candidates: tuple[Candidate, ...] = field(default=())
    spread: Fit | None = None

    @property
    def of_ranges(self) -> Fit:
        """The fit that says how far an account may lie from its forecast."""
        return self.fit if self.spread is None else self.spread


def past_of(log: pl.LazyFrame | pl.DataFrame, *, free: bool = False) -> Past:
    """The past of a log as `orders.summary` reads it, with its `free`."""

    def past(days: Sequence[date], some: pl.DataFrame | None) -> list[pl.DataFrame]:
        own = log.lazy().select(*COLUMNS)
        if some is not None:
            own = own.join(some.lazy(), on="account_id", how="semi")
        read = own.collect()
        return [summary(read, day, free=free) for day in days]

    return past


def trials(now: pl.DataFrame, until: date, past: Past) -> tuple[Trial, ...]:
    """The past days on which models can be tried, from the summary until a day; none where it is empty.

    Of many accounts every so-manyth is looked at.
    """
    if now.is_empty():
        return ()
    days = int(now.select(pl.col("age").max()).item()) + 1
    step = _step(now.height)
    own = now.gather_every(step).select("account_id", now="x")
    ahead = [days - round(days * share) for share in CUTS]
    summaries = past([until - timedelta(days=n) for n in ahead], own.select("account_id") if step > 1 else None)
    found = []
    for before, left in zip(summaries, ahead, strict=True):
        both = before.join(own, on="account_id", how="left", maintain_order="left")
        later = both.select((pl.col("now").fill_null(pl.col("x")) - pl.col("x")).clip(0)).to_series()
        found.append(Trial(orders(before), later.to_numpy().astype(np.int64), left / DAYS_A_WEEK))
    return tuple(found)


def compare(accounts: Orders, tried_on: Callable[[], Sequence[Trial]] = tuple) -> Choice:
    """The fit of the model that suits the accounts, with the reason and the other candidates.

    `tried_on` gives the trials; it is called only where the choice needs them.
    """
    accounts = accounts.settled
    some = every(accounts, _step(len(accounts)))
    if not np.any(accounts.x > 0):
        return Choice(
            nbd.fit(accounts), "Nobody bought a second time, so no model of repeat orders can be told from another."
        )
    most = MOST_REGULAR if accounts.log_gaps is not None else 1
    regular = [mbg_nbd.fit(some, k) for k in range(1, most + 1)]
    best = max(regular, key=lambda found: found.log_likelihood)
    if best.log_likelihood - regular[0].log_likelihood < NOTABLE:
        best = regular[0]
    k = int(best["k"])
    tried = tuple(_candidate(found) for found in regular)
    if k == 1:
        others = [bg_nbd.fit(some), pareto_nbd.fit(some)]
        tried += tuple(_candidate(found) for found in others)
        best = max([best, *others], key=lambda found: found.log_likelihood)
    without = nbd.fit(some, k)
    tried += (_candidate(without),)
    if best.log_likelihood - without.log_likelihood < NO_DROPOUT:
        return Choice(_flagged(nbd.fit(accounts, k)), _REASONS["no_dropout"].format(k=_timing(k)), tried)
    if k > 1:
        return Choice(mbg_nbd.fit(accounts, k), _REASONS["regular"].format(k=k), tried)
    return _among_three(accounts, tried_on(), tried, best.model)


def _among_three(accounts: Orders, past: Sequence[Trial], tried: tuple[Candidate, ...], likely: str) -> Choice:
    """BG/NBD, MBG/NBD or Pareto/NBD: by the past where it has enough orders, else by likelihood."""
    if sum(int(trial.counts.sum()) for trial in past) < ENOUGH:
        return Choice(_fit(likely, accounts), _REASONS["likely"].format(model=likely), tried)
    names = (bg_nbd.NAME, mbg_nbd.NAME, pareto_nbd.NAME)
    scores = {name: _scores(name, past) for name in names}
    tried = tuple(
        Candidate(c.model, c.k, c.log_likelihood, c.flags, scores[c.model][0]) if c.model in names and c.k == 1 else c
        for c in tried
    )
    best, likeliest = min(names, key=lambda n: scores[n][0]), max(names, key=lambda n: scores[n][1])
    reason = _REASONS["past"].format(model=best, error=scores[best][0])
    if likeliest == best:
        return Choice(_fit(best, accounts), reason, tried)
    reason += f" {likeliest} gave what came the highest probability, so ranges are taken from it."
    return Choice(_fit(best, accounts), reason, tried, _fit(likeliest, accounts))


def _scores(name: str, past: Sequence[Trial]) -> tuple[float, float]:
    """The absolute error per order that came, and the mean logarithm of the probability of what came."""
    model = MODELS[name]
    errors, logs, came, seen = 0.0, 0.0, 0, 0
    for trial in past:
        step = _step(len(trial.orders))
        some, counts = every(trial.orders, step), trial.counts[::step]
        found = _fit(name, some)
        ahead = model.view(found, some)
        errors += float(np.abs(ahead.expected(trial.weeks) - counts).sum())
        most = int(np.quantile(counts, 0.999)) if len(counts) else 0
        given = ahead.count_probabilities(trial.weeks, most)
        rest = np.maximum(1.0 - given.sum(axis=1), 0.0)
        chance = np.where(counts <= most, given[np.arange(len(counts)), np.minimum(counts, most)], rest)
        logs += float(np.log(np.maximum(chance, 1e-300)).sum())
        came, seen = came + int(counts.sum()), seen + len(counts)
    return errors / max(came, 1), logs / max(seen, 1)


def _fit(name: str, accounts: Orders) -> Fit:
    accounts = accounts.settled
    if name == bg_nbd.NAME:
        return bg_nbd.fit(accounts)
    return mbg_nbd.fit(accounts) if name == mbg_nbd.NAME else pareto_nbd.fit(accounts)


def _step(accounts: int) -> int:
    return max(accounts // SAMPLE, 1)


def _candidate(found: Fit) -> Candidate:
    return Candidate(found.model, int(found.parameters.get("k", 1)), found.log_likelihood, found.flags)


def _flagged(found: Fit) -> Fit:
    return Fit(
        found.model,
        found.parameters,
        found.log_likelihood,
        found.observations,
        found.steps,
        found.covariance,
        (*found.flags, "no_dropout"),
    )


def _timing(k: int) -> str:
    return "at chance" if k == 1 else f"more regularly than chance (k = {k})"


_REASONS = {
    "no_dropout": "Orders come {k}, and nobody can be seen to have stopped: a model with dropout is no more likely.",
    "regular": "Orders come more regularly than chance: of k = 1 to 4, k = {k} is the most likely.",
    "likely": "Orders come at chance; {model} is the most likely. The past is too short to try the models on it.",
    "past": "Orders come at chance; asked on three past days for the orders since, {model} was off least: "
    "by {error:.2f} for each order that came.",
}
