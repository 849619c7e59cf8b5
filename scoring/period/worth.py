"""What are the accounts of a period worth? From the rulebook's settings and the ledger to lifetime value."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from scoring.engine import Engine
from scoring.facts import Dated, lifetime_value
from scoring.ledger.build import Ledger, Windows, at_own_rates
from scoring.ledger.currency import AMOUNT, priced
from scoring.lifetime import rolling
from scoring.lifetime.assumptions import VALUES, Assumptions
from scoring.lifetime.beside import with_orders
from scoring.lifetime.known import known_before
from scoring.lifetime.repeat import orders
from scoring.lifetime.rolling import Error
from scoring.lifetime.valuation import Valued, as_chosen, valued
from scoring.parts import Part, Tables
from scoring.period.looks import Look, Reading, seen
from scoring.rules import Rulebook
from scoring.rules.settings import LARGE
from scoring.rules.terms import ledger_terms
from scoring.tables import ORDER_KINDS

AHEAD = 12
"""Months that past forecasts looked ahead, from which the range of a total is learnt."""


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """Lifetime value of a period's accounts, and how far off such values were."""

    valued: Valued
    error: Error

    @property
    def sentences(self) -> list[str]:
        """Which models were used, and why, for people."""
        said = [choice.sentence for choice in self.valued.choices]
        return [f"Lifetime value, {sentence[0].lower()}{sentence[1:]}" for sentence in said]

    @property
    def summary(self) -> dict[str, Any]:
        """What `run.json` says of it: models with parameters and reasons, conventions, past misses."""
        return {
            "models": [
                {
                    "of": choice.of,
                    "model": choice.fit.model,
                    "why": choice.sentence,
                    "parameters": dict(choice.fit.parameters),
                    "log_likelihood": choice.fit.log_likelihood,
                    "accounts": choice.fit.observations,
                    "flags": list(choice.fit.flags),
                    "tried": dict(choice.candidates),
                    "assumptions": list(choice.conventions),
                }
                for choice in self.valued.choices
            ],
            "past_forecasts": [day.isoformat() for day in self.error.origins],
            "usual_miss": self.error.spread,
            "level_factor": self.error.factor,
        }


UNVALUED = Worth(Valued(pl.DataFrame(schema=VALUES), pl.DataFrame(schema=VALUES), ()), Error())
"""Where nobody asks for lifetime value."""


def assumptions(rulebook: Rulebook) -> Assumptions:
    """The policies of lifetime value, as the models take them."""
    own = rulebook.lifetime
    return Assumptions(
        model=own.model,
        is_forced=own.force,
        margin=own.margin,
        discount=own.discount,
        horizon_months=own.horizon_months,
        level=rulebook.interval,
        prior_churn=own.churn_prior_mean,
        prior_months=own.churn_prior_strength,
    )


def worth(
    tables: Tables, rulebook: Rulebook, windows: Windows, as_of: date, *, engine: Engine, looks_back: bool
) -> Worth:
    """The lifetime value of every account at both ends of the outcome's window.

    The `engine` says where accounts are read; what comes of that is put together here, and models are fitted once, on
    all accounts. With `looks_back` the forecasts of past days are held against what came, which tells the range of a
    total.
    """
    before, now = _instants(rulebook, windows)
    assumed, terms = assumptions(rulebook), ledger_terms(rulebook)
    reading = Reading(rulebook.basis, terms, as_of, assumed, rulebook.lifetime.fit_by)
    kinds = [*_kinds(tables["accounts"], reading.kinds), None]
    days = _origins(tables, reading.basis, now) if looks_back else []
    looks = [Look(on, before, is_past=on == before, kind=kind) for kind in kinds for on in (now, before)]
    every = iter(seen(engine, tables, reading, [*looks, *(Look(day, day) for day in days)]))
    found = _together([(kind, valued(next(every), next(every), reading.basis, assumed)) for kind in kinds])
    if rulebook.lifetime.orders_beside and reading.basis == "contracts":
        found = with_orders(found, *_ordered(engine, tables, reading, (now, before)))
    error = Error()
    if found.choices:
        received = [frame.lazy() for frame in _came(engine, tables, reading, days)]
        past = zip(every, received, days, strict=True)
        same = as_chosen(found.choices, reading.basis, reading.assumed)
        error = rolling.error([rolling.look_back(s, came, reading.basis, day, AHEAD, same) for s, came, day in past])
    if not rulebook.lifetime.recalibrate:
        return Worth(found, replace(error, factor=1.0))
    moved = [_times(frame, error.factor) for frame in (found.now, found.before)]
    return Worth(Valued(moved[0], moved[1], found.choices), error)


def _kinds(accounts: pl.DataFrame, attribute: str | None) -> list[str]:
    """The large kinds of accounts, by name."""
    if attribute is None:
        return []
    kinds = accounts.select(pl.col(attribute).cast(pl.String).alias("kind")).drop_nulls()
    return kinds.group_by("kind").len().filter(pl.col("len") >= LARGE)["kind"].sort().to_list()


def _together(parts: Sequence[tuple[str | None, Valued]]) -> Valued:
    """The values of large kinds, and of the rest by the parameters of everybody, who come last."""
    *kinds, (_, everybody) = parts
    now, before = everybody.now, everybody.before
    choices = [replace(c, of=f"{c.of}, {kind}") for kind, v in kinds for c in v.choices]
    for _, own in kinds:
        now = pl.concat([own.now, now.join(own.now, on="account_id", how="anti")])
        before = pl.concat([own.before, before.join(own.before, on="account_id", how="anti")])
    return Valued(now.sort("account_id"), before.sort("account_id"), (*choices, *everybody.choices))


def facts_of(made: Valued, ledger: Ledger, rulebook: Rulebook, windows: Windows) -> list[Dated]:
    """What the book is told of it, credited by `credit.lifetime_value`."""
    return lifetime_value.dated(made, ledger.outcome, windows.moves.last_day, rulebook.credit.lifetime_value)


def _instants(rulebook: Rulebook, windows: Windows) -> tuple[date, date]:
    if rulebook.basis == "contracts":
        return windows.outcome.start, windows.outcome.end
    return windows.outcome.end, windows.moves.end


def _origins(tables: Tables, basis: str, last: date) -> list[date]:
    """The days to look back to, as far as the tables reach."""
    first = tables[basis]["starts_on" if basis == "contracts" else "dated_on"].min()
    return rolling.origins(first, last, AHEAD) if isinstance(first, date) else []


def _came(engine: Engine, tables: Tables, reading: Reading, days: Sequence[date]) -> list[pl.DataFrame]:
    """What each account brought after each of the days, as `rolling.came`."""
    if not days:
        return []
    parts = engine.map(partial(_came_in, reading=reading, days=tuple(days)), tables, {})
    return [pl.concat(found) for found in zip(*parts, strict=True)]


def _came_in(part: Part, _: Tables, reading: Reading, days: Sequence[date]) -> list[pl.DataFrame]:
    lazy = part.read(reading.basis, reading.terms)
    return [rolling.came(lazy, reading.basis, reading.terms, day, AHEAD).collect() for day in days]


def _ordered(
    engine: Engine, tables: Tables, reading: Reading, instants: tuple[date, date]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What was ordered beside contracts before each of the instants, as `orders.summary`.

    Before the last it is what was known then. All is at the rates of that, unless each line keeps its own.
    """
    parts = engine.map(partial(_ordered_in, reading=reading, instants=instants), tables, {})
    now, before = (orders.of_parts(found) for found in zip(*parts, strict=True))
    return now, before


def _ordered_in(
    part: Part, _: Tables, reading: Reading, instants: tuple[date, date]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    invoices, rates, terms = part.tables["invoices"].lazy(), part.tables["rates"].lazy(), reading.terms
    ordered = invoices.filter(pl.col("kind").is_null() | pl.col("kind").is_in(ORDER_KINDS))
    (now, before), basis = instants, "invoices"

    def told(lines: pl.LazyFrame, until: date) -> pl.DataFrame:
        own = at_own_rates(lines, rates, terms, basis)
        return orders.summary(priced(own, rates, before, terms.currency, AMOUNT[basis]), until)

    return told(ordered, now), told(known_before(ordered, basis, before, terms.time_zone), before)


def _times(values: pl.DataFrame, factor: float) -> pl.DataFrame:
    return values.with_columns(pl.col("factor", "value", "value_total", "low", "high") * factor)
