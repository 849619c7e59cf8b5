"""One period, from tables to the book that its metrics are measured over: tables → ledger → credit → book."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from scoring import book, facts, scope
from scoring.asked import asked
from scoring.calendar import Period
from scoring.credit.policy import Answering, Ownership, answering
from scoring.facts import growth_parts, lifetime_value, logos, margins, net_moves, renewals, spend
from scoring.facts.flags import flags
from scoring.ledger.bridge import COLUMNS as BRIDGE
from scoring.ledger.bridge import check_balance, check_conserved
from scoring.ledger.build import ContractLines, Ledger, Windows, invoice_lines, of_contracts, of_invoices
from scoring.ledger.movements import SCHEMA as MOVEMENTS
from scoring.lifetime.exposure import exposure
from scoring.measure import COMPANY
from scoring.metrics import CATALOGUE, OVER_BOOK, Metric
from scoring.money import MONEY
from scoring.rules import Rulebook
from scoring.worth import UNVALUED, VALUE_COLUMNS, Worth, facts_of, worth

Tables = dict[str, pl.DataFrame]

_LEVELS = {"account_id": pl.String(), "opening": MONEY, "closing": MONEY}
_OF_MOVES = frozenset({*BRIDGE, *net_moves.COLUMNS, *logos.COLUMNS, *spend.COLUMNS, "company_closing"})
"""Columns of the book that movements and the levels between them are needed for."""
_AT_RISK = frozenset({"losses", "account_months", "losses_before", "account_months_before"})


@dataclass(frozen=True, slots=True, eq=False)
class Booked:
    """One period from ledger to book: `rows` and `moves` with who is credited, `lines` and `ends` as in `Result`.

    `outcome` is that of the ledger, `spans` are the days on which each account was whose, as `ownership.SPANS`.
    """

    windows: Windows
    rows: pl.DataFrame
    moves: pl.DataFrame
    lines: pl.DataFrame
    outcome: pl.DataFrame
    ends: pl.LazyFrame
    spans: pl.LazyFrame
    worth: Worth


def booked(
    tables: Tables,
    rulebook: Rulebook,
    period: Period,
    as_of: date,
    *,
    metrics: Sequence[Metric] = OVER_BOOK,
    looks_back: bool = False,
    lines: ContractLines | None = None,
) -> Booked:
    """One period, from tables to the book that those `metrics` and the rules' are measured over.

    Renewals, margins, net movements and the parts of growth that none of them reads are not worked out, and 0.
    `lines` are those of the tables, where other periods are read from them, too.
    """
    under = lines or ContractLines(tables["contracts"], as_of)
    read = _read(tables, rulebook, period, as_of, metrics, under, looks_back=looks_back)
    policies = rulebook.credit.model_dump(exclude={"growth_parts", "lifetime_value"})
    ledger, accounts = read.ledger, tables["accounts"].lazy()
    built = book.build(ledger, read.whose, policies, accounts, read.known, read.constants, happened=read.happened)
    bridge, outcome, counted, rows, moves = pl.collect_all(
        [ledger.bridge, ledger.outcome, ledger.lines, built.rows, built.moves]
    )
    rows = _with_teams(rows, tables["managers"])
    _check(bridge, outcome, rows)
    return Booked(read.windows, rows, moves, counted, outcome, ledger.ends, read.whose.moves.spans, read.worth)


def booked_by_account(
    tables: Tables, rulebook: Rulebook, period: Period, as_of: date, *, lines: ContractLines | None = None
) -> Booked:
    """One period as `booked` for the rules alone, without asking who is credited: a row of the book is an account,
    and there are no movements."""
    under = lines or ContractLines(tables["contracts"], as_of)
    read = _read(tables, rulebook, period, as_of, (), under, looks_back=False, credits=False)
    ledger, accounts = read.ledger, tables["accounts"].lazy()
    rows = book.by_account(ledger, accounts, read.known, read.constants, happened=read.happened)
    made, outcome, counted = pl.collect_all([rows, ledger.outcome, ledger.lines])
    spans = read.whose.moves.spans
    return Booked(read.windows, made, pl.DataFrame(), counted, outcome, ledger.ends, spans, read.worth)


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What a book is made of."""

    windows: Windows
    ledger: Ledger
    whose: Answering
    known: pl.LazyFrame
    constants: dict[str, pl.Expr]
    happened: Sequence[facts.Dated]
    worth: Worth


def _read(
    tables: Tables,
    rulebook: Rulebook,
    period: Period,
    as_of: date,
    metrics: Sequence[Metric],
    lines: ContractLines,
    *,
    looks_back: bool,
    credits: bool = True,
) -> _Read:
    """What is known of the period; without credit, movements are read only where a metric asks for them."""
    windows = scope.windows(rulebook, period)
    lazy = {name: frame.lazy() for name, frame in tables.items()}
    ruled = [CATALOGUE[name] for rule in rulebook.rules for name in (rule.metric, rule.of) if name in CATALOGUE]
    asked_for = {column for metric in (*metrics, *ruled) for column in metric.columns}
    ledger = _ledger(lazy, rulebook, windows, lines, with_moves=credits or not _OF_MOVES.isdisjoint(asked_for))
    own = Ownership(rulebook.ownership.policy, rulebook.ownership.attribute, rulebook.ownership.managers)
    whose = answering(own, lazy, ledger, windows, basis=rulebook.basis, as_of=as_of, currency=rulebook.currency)
    further = asked(tables, ledger, whose.moves, rulebook, windows, as_of)
    made = worth(lazy, ledger, rulebook, windows, looks_back=looks_back) if asked_for & VALUE_COLUMNS else UNVALUED
    known = _known(ledger, rulebook, windows, asked_for).join(further.known, on="account_id", how="full", coalesce=True)
    known = known.join(lifetime_value.known(made.valued), on="account_id", how="full", coalesce=True)
    constants = {**_constants(rulebook), **further.constants, "value_error": pl.lit(made.error.spread, pl.Float64)}
    valued = facts_of(made, ledger, rulebook, windows)
    happened = facts.found([*_happened(lazy, ledger, rulebook, windows, as_of, asked_for), *further.happened, *valued])
    return _Read(windows, ledger, whose, known, constants, happened, made)


def _ledger(
    tables: dict[str, pl.LazyFrame],
    rulebook: Rulebook,
    windows: Windows,
    lines: ContractLines,
    *,
    with_moves: bool = True,
) -> Ledger:
    """The ledger, collected once, since much is made from it; but for `ends`, which only the scored period needs."""
    terms = scope.terms(rulebook)
    if rulebook.basis == "contracts":
        made = of_contracts(lines.under(terms), tables["rates"], terms, windows)
    else:
        made = of_invoices(invoice_lines(tables["invoices"], terms), tables["rates"], terms, windows)
    if not with_moves:
        made = replace(made, moves=pl.LazyFrame(schema=MOVEMENTS), bridge=pl.LazyFrame(schema=_LEVELS))
    frames = pl.collect_all([made.bridge, made.moves, made.outcome, made.tiers, made.lines])
    bridge, moves, outcome, tiers, read = (frame.lazy() for frame in frames)
    return Ledger(bridge, moves, outcome, tiers, read, made.ends, made.standing, made.is_net)


def _known(ledger: Ledger, rulebook: Rulebook, windows: Windows, asked_for: Set[str]) -> pl.LazyFrame:
    """What is known of each account beside its revenue: how long it was at risk, and whether it left."""
    if rulebook.basis != "contracts" or _AT_RISK.isdisjoint(asked_for):
        return pl.LazyFrame(schema={"account_id": pl.String}) if ledger.standing is None else ledger.standing
    ends = exposure(ledger.lines, windows.outcome.end, "")
    starts = exposure(ledger.lines, windows.outcome.start, "_before")
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
        happened += margins.facts(tables["invoices"], rates, windows.moves, rulebook.currency)
    if rulebook.basis != "contracts":
        return happened
    if not asked_for.isdisjoint(renewals.COLUMNS):
        happened += renewals.facts(tables["contracts"], rates, windows.moves, scope.renewal_terms(rulebook, as_of))
    if not asked_for.isdisjoint(growth_parts.COLUMNS):
        happened += growth_parts.facts(ledger, rates, windows.outcome, scope.growth_terms(rulebook))
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
    check_conserved("crediting", bridge, rows, ("opening", "closing"))
    check_conserved("crediting", outcome, rows, ("before", "after"))
    grains = {"account_id": False, "manager_id": True, "team": True, COMPANY: False}
    bridges = [_named(rows).group_by(grain).agg(pl.col(c).sum() for c in BRIDGE) for grain in grains]
    for (grain, transfers), whole in zip(grains.items(), pl.collect_all(bridges), strict=True):
        check_balance(whole, grain.removesuffix("_id"), grain, transfers=transfers)


def _named(rows: pl.DataFrame) -> pl.LazyFrame:
    """The bridges of the book with a name at every grain."""
    return rows.lazy().with_columns(pl.col("team").fill_null("(none)"), pl.lit("whole").alias(COMPANY))
