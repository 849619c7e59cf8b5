"""One period, from tables to the book that its metrics are measured over: tables → ledger → credit → book."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import polars as pl

from scoring import book, facts
from scoring.calendar import Period
from scoring.credit.policy import Answering, Ownership, answering
from scoring.engine import Engine, Here
from scoring.facts import growth_parts, lifetime_value, logos, margins, net_moves, renewals, spend
from scoring.facts.flags import flags
from scoring.ledger.bridge import COLUMNS as BRIDGE
from scoring.ledger.bridge import check_balance, check_conserved
from scoring.ledger.build import Ledger, Windows, of_contracts, of_invoices
from scoring.ledger.movements import SCHEMA as MOVEMENTS
from scoring.lifetime.exposure import exposure
from scoring.lifetime.rolling import Error
from scoring.lifetime.valuation import Valued
from scoring.measure import COMPANY
from scoring.metrics import CATALOGUE, OVER_BOOK, Metric
from scoring.money import MONEY
from scoring.parts import Part
from scoring.period.asked import asked
from scoring.period.behind import behind
from scoring.period.together import Piece, together
from scoring.period.windows import windows_of
from scoring.period.worth import UNVALUED, Worth, facts_of, worth
from scoring.rules import Rulebook
from scoring.rules.terms import growth_terms, ledger_terms, renewal_terms
from scoring.tables import UNNAMED

Tables = dict[str, pl.DataFrame]

_LEVELS = {"account_id": pl.String(), "opening": MONEY, "closing": MONEY}
_OF_MOVES = frozenset({*BRIDGE, *net_moves.COLUMNS, *logos.COLUMNS, *spend.COLUMNS, "company_closing"})
"""Columns of the book that movements and the levels between them are needed for."""
_AT_RISK = frozenset({"losses", "account_months", "losses_before", "account_months_before"})


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """What a book is made for; `columns` are those that metrics read."""

    rulebook: Rulebook
    period: Period
    as_of: date
    columns: Set[str]

    @classmethod
    def of(cls, rulebook: Rulebook, period: Period, as_of: date, metrics: Sequence[Metric]) -> "Asking":
        """For those metrics and the rules', and for the kinds of accounts that the rulebook names."""
        ruled = [CATALOGUE[name] for rule in rulebook.rules for name in (rule.metric, rule.of) if name in CATALOGUE]
        kinds = {*rulebook.expectation.features, rulebook.expectation.segment, *rulebook.breakdowns}
        kinds |= {rule.segments.by for rule in rulebook.rules if rule.segments}
        return cls(rulebook, period, as_of, kinds.union(*(metric.columns for metric in (*metrics, *ruled))))

    @property
    def windows(self) -> Windows:
        """The days that are looked at."""
        return windows_of(self.rulebook, self.period)


@dataclass(frozen=True, slots=True, eq=False)
class Booked:
    """One period from ledger to book: `rows` and `moves` with who is credited, `lines` and `ends` as in `Result`."""

    windows: Windows
    rows: pl.DataFrame
    moves: pl.DataFrame
    lines: pl.LazyFrame
    ends: pl.LazyFrame
    worth: Worth


@dataclass(frozen=True, slots=True, eq=False)
class ByAccount:
    """One period, where a row of the book is an account: `outcome` is that of the ledger.

    `spans` are the days on which each account was whose, for its outcome, as `ownership.SPANS`.
    """

    rows: pl.DataFrame
    outcome: pl.DataFrame
    spans: pl.DataFrame


def booked(
    tables: Tables,
    rulebook: Rulebook,
    period: Period,
    as_of: date,
    *,
    metrics: Sequence[Metric] = OVER_BOOK,
    looks_back: bool = False,
    engine: Engine | None = None,
) -> Booked:
    """One period, from tables to the book that those `metrics` and the rules' are measured over.

    Renewals, margins, net movements and the parts of growth that none of them reads are not worked out, and 0.
    The `engine` says where; what was read from the tables for other periods it knows.
    """
    engine = engine or Here()
    asking = Asking.of(rulebook, period, as_of, metrics)
    whole = engine.whole(tables)
    ledger = _ledger(whole, asking)
    made = UNVALUED
    if asking.columns & lifetime_value.IN_BOOK:
        made = worth(tables, rulebook, asking.windows, as_of, engine=engine, looks_back=looks_back)
    values = {"now": made.valued.now, "before": made.valued.before}
    pieces = engine.map(partial(_piece, asking=asking, error=made.error), tables, values)
    rows, moves = together(pieces)
    return Booked(asking.windows, rows, moves, ledger.lines, behind(ledger, rulebook, period), made)


def booked_by_account(part: Part, rulebook: Rulebook, period: Period, as_of: date) -> ByAccount:
    """One period as `booked` for the rules alone, without asking who is credited."""
    asking = Asking.of(rulebook, period, as_of, ())
    read = _read(part, asking, UNVALUED, credits=False)
    ledger, accounts = read.ledger, part.tables["accounts"].lazy()
    rows = book.by_account(ledger, accounts, read.known, read.constants, happened=read.happened)
    made, outcome, spans = pl.collect_all([rows, ledger.outcome, read.whose.outcome.spans])
    return ByAccount(made, outcome, spans)


def _piece(part: Part, values: Mapping[str, pl.DataFrame], asking: Asking, error: Error) -> Piece:
    """The book of some accounts, whose values are given."""
    rulebook = asking.rulebook
    read = _read(part, asking, Worth(Valued(values["now"], values["before"], ()), error))
    policies = rulebook.credit.model_dump(exclude={"growth_parts", "lifetime_value"})
    ledger, accounts = read.ledger, part.tables["accounts"].lazy()
    built = book.build(ledger, read.whose, policies, accounts, read.known, read.constants, happened=read.happened)
    bridge, outcome, rows, moves = pl.collect_all([ledger.bridge, ledger.outcome, built.rows, built.moves])
    rows = _with_teams(rows, part.tables["managers"])
    _check(bridge, outcome, rows)
    found = tuple(column for dated in read.happened for column in dated.columns)
    return Piece(rows, moves, found, read.asked)


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What a book is made of; `asked` are the columns of what was looked for, `happened` is what there was of it."""

    ledger: Ledger
    whose: Answering
    known: pl.LazyFrame
    constants: dict[str, pl.Expr]
    happened: Sequence[facts.Dated]
    asked: tuple[str, ...]


def _read(part: Part, asking: Asking, made: Worth, *, credits: bool = True) -> _Read:
    """What is known of the period; without credit, movements are read only where a metric asks for them."""
    rulebook, windows, as_of = asking.rulebook, asking.windows, asking.as_of
    lazy = {name: frame.lazy() for name, frame in part.tables.items()}
    ledger = _collected(_ledger(part, asking), with_moves=credits or not _OF_MOVES.isdisjoint(asking.columns))
    own = Ownership(rulebook.ownership.policy, rulebook.ownership.attribute, rulebook.ownership.managers)
    whose = answering(own, lazy, ledger, windows, basis=rulebook.basis, as_of=as_of, currency=rulebook.currency)
    columns = {*asking.columns, *facts.ADDING} if credits else asking.columns  # an answer alone makes a row of a book
    further = asked(part, ledger, whose.moves, rulebook, windows, as_of, columns=columns)
    known = _known(ledger, rulebook, windows, asking.columns)
    for also in (further.known, lifetime_value.known(made.valued)):
        known = known.join(also, on="account_id", how="full", coalesce=True)
    constants = {**_constants(rulebook), **further.constants, "value_error": pl.lit(made.error.spread, pl.Float64)}
    happened = _happened(lazy, ledger, rulebook, windows, as_of, asking.columns)
    happened += [*further.happened, *facts_of(made.valued, ledger, rulebook, windows)]
    looked_for = tuple(column for dated in happened for column in dated.columns)
    return _Read(ledger, whose, known, constants, facts.found(happened), looked_for)


def _ledger(part: Part, asking: Asking) -> Ledger:
    """The ledger of some accounts, nothing of it worked out yet but the lines that it is read from."""
    rulebook = asking.rulebook
    terms = ledger_terms(rulebook)
    read = of_contracts if rulebook.basis == "contracts" else of_invoices
    return read(part.lines(rulebook.basis, terms, asking.as_of), part.tables["rates"].lazy(), terms, asking.windows)


def _collected(made: Ledger, *, with_moves: bool) -> Ledger:
    """The ledger, collected once, since much is made from it; but for its lines, which the part knows, and `ends`,
    which only the scored period needs."""
    if not with_moves:
        made = replace(made, moves=pl.LazyFrame(schema=MOVEMENTS), bridge=pl.LazyFrame(schema=_LEVELS))
    frames = pl.collect_all([made.bridge, made.moves, made.outcome, made.tiers])
    bridge, moves, outcome, tiers = (frame.lazy() for frame in frames)
    return replace(made, bridge=bridge, moves=moves, outcome=outcome, tiers=tiers)


def _known(ledger: Ledger, rulebook: Rulebook, windows: Windows, asked_for: Set[str]) -> pl.LazyFrame:
    """What is known of each account beside its revenue: how long it was at risk, and whether it left."""
    if rulebook.basis != "contracts" or _AT_RISK.isdisjoint(asked_for):
        return pl.LazyFrame(schema={"account_id": pl.String}) if ledger.standing is None else ledger.standing
    ends = exposure(ledger.lines, windows.outcome.end, "", rulebook.currency)
    starts = exposure(ledger.lines, windows.outcome.start, "_before", rulebook.currency)
    known = ends.join(starts, on="account_id", how="left", validate="1:1")
    if ledger.standing is None:
        return known
    return known.join(ledger.standing, on="account_id", how="full", coalesce=True, validate="1:1")


def _happened(
    tables: dict[str, pl.LazyFrame],
    ledger: Ledger,
    rulebook: Rulebook,
    windows: Windows,
    as_of: date,
    asked_for: Set[str],
) -> list[facts.Dated]:
    """What happened to accounts on days of the period, beside movements of revenue, as far as anybody asks."""
    credit, rates = rulebook.credit, tables["rates"]
    happened: list[facts.Dated] = []
    if not asked_for.isdisjoint(net_moves.COLUMNS):
        happened += net_moves.facts(ledger, credit.model_dump(exclude={"growth_parts"}))
    if not asked_for.isdisjoint(margins.COLUMNS):
        happened += margins.facts(tables["invoices"], rates, windows.moves, ledger_terms(rulebook))
    if rulebook.basis != "contracts":
        return happened
    if not asked_for.isdisjoint(renewals.COLUMNS):
        terms = renewal_terms(rulebook, as_of)
        happened += renewals.facts(tables["contracts"], ledger.lines, rates, windows.moves, terms)
    if not asked_for.isdisjoint(growth_parts.COLUMNS):
        happened += growth_parts.facts(ledger, rates, windows.outcome, growth_terms(rulebook))
    return happened


def _constants(rulebook: Rulebook) -> dict[str, pl.Expr]:
    """The rulebook's numbers that metrics need, as columns of the book."""
    lifetime = rulebook.lifetime
    tiers = {str(number): name for number, name in enumerate(rulebook.ladder.tiers)}
    return {
        "tier": pl.col("tier_after").cast(pl.String).replace_strict(tiers, default=None, return_dtype=pl.String),
        "top_tier": pl.lit(len(rulebook.ladder.tiers) - 1, dtype=pl.Int64),
        "margin": pl.lit(float(lifetime.margin)),
        "horizon_months": pl.lit(float(lifetime.horizon_months)),
        "prior_losses": pl.lit(float(lifetime.churn_prior_mean * lifetime.churn_prior_strength)),
        "prior_months": pl.lit(float(lifetime.churn_prior_strength)),
        "company_closing": pl.col("closing").sum(),
        **flags(
            returns_retained=rulebook.retention.reactivation_counts,
            forgives_contraction=not rulebook.retention.contraction_counts,
            free_stays=rulebook.retention.free_accounts == "kept",
            returns_unwon=not rulebook.quick_ratio.reactivation_counts,
        ),
    }


def _with_teams(rows: pl.DataFrame, managers: pl.DataFrame) -> pl.DataFrame:
    teams = managers.select("manager_id", "team")
    return rows.join(teams, on="manager_id", how="left", validate="m:1", maintain_order="left")


def _check(bridge: pl.DataFrame, outcome: pl.DataFrame, rows: pl.DataFrame) -> None:
    """Raises when the bridge of an account, a manager, a team or the company does not balance or add up."""
    check_conserved(bridge, rows, ("opening", "closing"))
    check_conserved(outcome, rows, ("before", "after"))
    grains = {"account_id": False, "manager_id": True, "team": True, COMPANY: False}
    bridges = [_named(rows).group_by(grain).agg(pl.col(c).sum() for c in BRIDGE) for grain in grains]
    for (grain, transfers), whole in zip(grains.items(), pl.collect_all(bridges), strict=True):
        check_balance(whole, grain.removesuffix("_id"), grain, transfers=transfers)


def _named(rows: pl.DataFrame) -> pl.LazyFrame:
    """The bridges of the book with a name at every grain."""
    return rows.lazy().with_columns(pl.col("team").fill_null(UNNAMED), pl.lit("whole").alias(COMPANY))
