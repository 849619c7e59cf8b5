"""What are the accounts of a period worth? From the rulebook's settings and the ledger to lifetime value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from scoring.engine import Engine
from scoring.facts import Dated, lifetime_value
from scoring.ledger.build import Ledger, Windows
from scoring.ledger.currency import AMOUNT, priced
from scoring.ledger.terms import Terms
from scoring.lifetime import rolling
from scoring.lifetime.assumptions import VALUES, Assumptions
from scoring.lifetime.beside import with_orders
from scoring.lifetime.rolling import Error
from scoring.lifetime.valuation import Valued, family_of, valued
from scoring.parts import Part
from scoring.rules import Rulebook
from scoring.rules.terms import ledger_terms

Tables = Mapping[str, pl.LazyFrame]

AHEAD = 12
"""Months that past forecasts looked ahead, from which the range of a total is learnt."""
LARGE = 200
"""A kind of accounts gets parameters of its own from so many accounts on."""

_ORDERS = ("order", "deal", "usage")


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

VALUE_COLUMNS = frozenset({*lifetime_value.COLUMNS, *lifetime_value.KNOWN})
"""The columns of the book that hold it."""


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
    tables: dict[str, pl.DataFrame],
    lines: pl.LazyFrame,
    rulebook: Rulebook,
    windows: Windows,
    *,
    engine: Engine,
    looks_back: bool,
) -> Worth:
    """The lifetime value of every account at both ends of the outcome's window, from the ledger's lines.

    Models are fitted here, on all accounts; the `engine` says where it is worked out what accounts brought. With
    `looks_back` the forecasts of past days are held against what came, which tells the range of a total.
    """
    instants = _instants(rulebook, windows)
    assumed = assumptions(rulebook)
    lazy = engine.whole(tables).read(rulebook.basis, ledger_terms(rulebook))
    found = _valued(lazy, lines, rulebook, instants, assumed)
    days = _origins(tables, rulebook.basis, instants[1]) if looks_back and found.choices else []
    error = _error(lazy, rulebook, found, days, _came(tables, rulebook, days, engine), assumed) if days else Error()
    if not rulebook.lifetime.recalibrate:
        return Worth(found, replace(error, factor=1.0))
    moved = [_times(frame, error.factor) for frame in (found.now, found.before)]
    return Worth(Valued(moved[0], moved[1], found.choices), error)


def _valued(
    tables: Tables, lines: pl.LazyFrame, rulebook: Rulebook, instants: tuple[date, date], assumed: Assumptions
) -> Valued:
    """The values of all accounts, large kinds of them with parameters of their own."""
    basis, currency, rates = rulebook.basis, rulebook.currency, tables["rates"]
    earlier = rolling.history(tables, basis, ledger_terms(rulebook), instants[0])
    parts = []
    for kind, own in _kinds(tables["accounts"], rulebook.lifetime.fit_by):
        now, then = (f if own is None else f.join(own, on="account_id", how="semi") for f in (lines, earlier))
        parts.append((kind, valued(now, then, rates, basis, instants, assumed=assumed, currency=currency)))
    found = _together(parts)
    if rulebook.lifetime.orders_beside and basis == "contracts":
        orders = tables["invoices"].filter(pl.col("kind").is_null() | pl.col("kind").is_in(_ORDERS))
        found = with_orders(found, priced(orders, rates, instants[0], currency, AMOUNT["invoices"]), instants)
    return found


def _kinds(accounts: pl.LazyFrame, attribute: str | None) -> list[tuple[str, pl.LazyFrame | None]]:
    """The large kinds of accounts with who is of each, by name; then everybody, for the rest."""
    everybody: list[tuple[str, pl.LazyFrame | None]] = [("", None)]
    if attribute is None:
        return everybody
    of = accounts.select("account_id", pl.col(attribute).cast(pl.String).alias("kind")).drop_nulls()
    large = of.group_by("kind").len().filter(pl.col("len") >= LARGE).sort("kind").collect()["kind"]
    return [*((kind, of.filter(pl.col("kind") == kind).select("account_id")) for kind in large), *everybody]


def _together(parts: Sequence[tuple[str, Valued]]) -> Valued:
    """The values of large kinds, and of the rest by the parameters of everybody."""
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


def _error(
    tables: Tables,
    rulebook: Rulebook,
    found: Valued,
    days: Sequence[date],
    received: Sequence[pl.DataFrame],
    assumed: Assumptions,
) -> Error:
    """What the forecasts of those days missed."""
    basis, terms = rulebook.basis, ledger_terms(rulebook)
    family = family_of(basis, assumed)
    same = replace(assumed, model=family.IN_RULES.get(found.choices[0].fit.model, "auto"))  # not chosen anew
    both = zip(days, (frame.lazy() for frame in received), strict=True)
    return rolling.error([rolling.look_back(tables, basis, terms, d, AHEAD, same, received=came) for d, came in both])


def _origins(tables: Mapping[str, pl.DataFrame], basis: str, last: date) -> list[date]:
    """The days to look back to, as far as the tables reach."""
    first = tables[basis]["starts_on" if basis == "contracts" else "dated_on"].min()
    return rolling.origins(first, last, AHEAD) if isinstance(first, date) else []


def _came(
    tables: dict[str, pl.DataFrame], rulebook: Rulebook, days: Sequence[date], engine: Engine
) -> list[pl.DataFrame]:
    """What each account brought after each of the days, as `rolling.came`."""
    step = partial(_came_in, basis=rulebook.basis, terms=ledger_terms(rulebook), days=tuple(days))
    parts = engine.map(step, tables, {})
    return [pl.concat(found) for found in zip(*parts, strict=True)]


def _came_in(
    part: Part, _: Mapping[str, pl.DataFrame], basis: str, terms: Terms, days: Sequence[date]
) -> list[pl.DataFrame]:
    lazy = part.read(basis, terms)
    return [rolling.came(lazy, basis, terms, day, AHEAD).collect() for day in days]


def _times(values: pl.DataFrame, factor: float) -> pl.DataFrame:
    return values.with_columns(pl.col("factor", "value", "value_total", "low", "high") * factor)
