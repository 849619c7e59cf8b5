"""What was known of accounts on some days, for the models of their value? Asked part by part, and put together."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from scoring.engine import Engine
from scoring.ledger.build import at_own_rates
from scoring.ledger.currency import AMOUNT, priced
from scoring.ledger.terms import Terms
from scoring.lifetime import rolling
from scoring.lifetime.assumptions import Assumptions
from scoring.lifetime.known import lengths_known, usual_lengths
from scoring.lifetime.repeat import choose_orders, order_family
from scoring.lifetime.repeat.choose_orders import Past
from scoring.lifetime.repeat.orders import of_parts
from scoring.lifetime.valuation import Seen, family_of, readable
from scoring.parts import Part, Tables

_SOME = "accounts asked for"


@dataclass(frozen=True, slots=True)
class Look:
    """An instant, and the day whose rates money is told at; of accounts of one `kind`, or of all.

    `is_past`: only what was known before the instant is seen, as it then stood.
    """

    on: date
    rates_of: date
    is_past: bool = True
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """By which policies accounts are read; `kinds` is the attribute that says of which kind they are."""

    basis: str
    terms: Terms
    as_of: date
    assumed: Assumptions
    kinds: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """What all accounts together say of a look: the lengths that were a term, as `usual_lengths`, and what the family
    of models asks of all. Nothing where the part that is read is the whole."""

    usual: Set[int] | None = None
    of_all: Sequence[pl.DataFrame] = ()


def seen(engine: Engine, tables: Tables, reading: Reading, looks: Sequence[Look]) -> list[Seen]:
    """What each look sees of all accounts, as `Seen` of the family of models.

    Every account is read in its part, and what comes of it has rows by account, not by line. Where there are several
    parts, what must be known of all of them is counted first.
    """
    found = _answers(engine, tables, reading, looks) if engine.splits else [_Answers() for _ in looks]
    asked = list(zip(looks, found, strict=True))
    pieces = engine.map(partial(_glimpses, reading=reading, asked=asked), tables, {})
    family = family_of(reading.basis, reading.assumed)
    made: list[Seen] = []
    for (look, answers), glimpses in zip(asked, zip(*pieces, strict=True), strict=True):
        if family is order_family:
            past = _past(engine, tables, reading, look, answers)
            made.append(order_family.together(glimpses, look.on, past))
        else:
            made.append(family.together(glimpses, look.on))
    return made


def _answers(engine: Engine, tables: Tables, reading: Reading, looks: Sequence[Look]) -> list[_Answers]:
    """What parts must be told of the whole: two rounds, as the second looks at lines that hang on the first."""
    days = sorted({look.on for look in looks if look.is_past}) if reading.basis == "contracts" else []
    usual: dict[date, Set[int]] = {}
    if days:
        counted = engine.map(partial(_lengths, reading=reading, days=days), tables, {})
        usual = {day: usual_lengths(of) for day, of in zip(days, zip(*counted, strict=True), strict=True)}
    known = [_Answers(usual.get(look.on) if look.is_past else None) for look in looks]
    if family_of(reading.basis, reading.assumed) is order_family:
        return known
    asked = list(zip(looks, known, strict=True))
    every = engine.map(partial(_asked_of_all, reading=reading, asked=asked), tables, {})
    return [_Answers(one.usual, of) for one, of in zip(known, zip(*every, strict=True), strict=True)]


def _lengths(part: Part, _: Tables, reading: Reading, days: Sequence[date]) -> list[pl.DataFrame]:
    contracts = part.read(reading.basis, reading.terms)["contracts"]
    return pl.collect_all([lengths_known(contracts, day, reading.terms.time_zone) for day in days])


def _asked_of_all(
    part: Part, _: Tables, reading: Reading, asked: Sequence[tuple[Look, _Answers]]
) -> list[pl.DataFrame]:
    family = family_of(reading.basis, reading.assumed)
    return [family.asked_of_all(_lines(part, reading, look, known), look.on) for look, known in asked]


def _glimpses(part: Part, _: Tables, reading: Reading, asked: Sequence[tuple[Look, _Answers]]) -> list[Any]:
    """What each look sees of some accounts."""
    family = family_of(reading.basis, reading.assumed)
    return [family.glimpse(_lines(part, reading, look, answers), look.on, answers.of_all) for look, answers in asked]


def _past(engine: Engine, tables: Tables, reading: Reading, look: Look, answers: _Answers) -> Past:
    """The past of the accounts that a look sees."""

    def past(days: Sequence[date], some: pl.DataFrame | None) -> list[pl.DataFrame]:
        step = partial(_summaries, reading=reading, look=look, answers=answers, days=days)
        pieces = engine.map(step, tables, {} if some is None else {_SOME: some})
        return [of_parts(of) for of in zip(*pieces, strict=True)]

    return past


def _summaries(
    part: Part, beside: Tables, reading: Reading, look: Look, answers: _Answers, days: Sequence[date]
) -> Sequence[pl.DataFrame]:
    return choose_orders.past_of(_lines(part, reading, look, answers))(days, beside.get(_SOME))


def _lines(part: Part, reading: Reading, look: Look, answers: _Answers) -> pl.LazyFrame:
    """The ledger's lines of some accounts that a look sees, in one currency, as the family of models reads them."""
    basis, terms, rates = reading.basis, reading.terms, part.tables["rates"].lazy()
    if look.is_past:
        lines = rolling.history(part.read(basis, terms), basis, terms, look.on, usual=answers.usual)
    else:
        lines = at_own_rates(part.lines(basis, terms, reading.as_of), rates, terms, basis)
    if look.kind is not None and reading.kinds is not None:
        accounts = part.tables["accounts"].lazy()
        own = accounts.filter(pl.col(reading.kinds).cast(pl.String) == look.kind).select("account_id")
        lines = lines.join(own, on="account_id", how="semi")
    family = family_of(basis, reading.assumed)
    return readable(family, priced(lines, rates, look.rates_of, terms.currency, AMOUNT[basis]), basis)
