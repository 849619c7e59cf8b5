"""A large made book of accounts and managers, with everything that metrics read."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

SHARED = 25
"""Every so-manyth account is shared by two managers, 0.6 to 0.4."""


def made_book(accounts: int, managers: int, seed: int = 11, *, flags: bool = False) -> Any:
    """A book as `booking.booked` makes it: one row per account and manager, sorted; plausible, and the same each time.

    With `flags` the rules choose other definitions of rates, which are then columns.
    """
    import numpy as np
    import polars as pl

    from scoring import book

    chance = np.random.default_rng(seed)
    which = np.concatenate([np.arange(accounts), np.arange(0, accounts, SHARED)])
    first = chance.integers(0, managers, accounts)
    whose = np.concatenate([first, (first[::SHARED] + 1) % managers])
    share = np.ones(len(which))
    share[accounts:] = 0.4
    share[0:accounts:SHARED] = 0.6
    made = {**_revenue(chance, len(which)), **_happened(chance, len(which)), "share": share}
    numbers = {name: _money(made.get(name, np.zeros(len(which)))) for name in book.ADDITIVE}
    rows = pl.DataFrame({"account_id": which, "manager_id": whose, **numbers})
    known = pl.DataFrame({"account_id": np.arange(accounts), **_known(chance, accounts)})
    whole = rows.lazy().join(known.lazy(), on="account_id", how="left", maintain_order="left")
    chosen = _flags(chance, accounts) if flags else {}
    if chosen:
        flagged = pl.LazyFrame({"account_id": np.arange(accounts), **chosen})
        whole = whole.join(flagged, on="account_id", how="left", maintain_order="left")
    named = whole.with_columns(
        pl.format("A{}", pl.col("account_id").cast(pl.String).str.zfill(9)).alias("account_id"),
        pl.format("M{}", pl.col("manager_id").cast(pl.String).str.zfill(5)).alias("manager_id"),
        **_constants(),
    )
    return named.sort("account_id", "manager_id").collect()


def _money(values: Any) -> Any:
    """Exact money from numbers."""
    import numpy as np
    import polars as pl

    from scoring.money import from_units

    return pl.select(from_units(pl.lit(pl.Series(np.rint(np.asarray(values) * 1e4).astype(np.int64))))).to_series()


def _revenue(chance: Any, n: int) -> dict[str, Any]:
    """Both ends, the moves between them, growth by parts, and lifetime value."""
    import numpy as np

    opening = np.where(chance.random(n) < 0.85, chance.lognormal(6, 1.2, n), 0.0).round(2)
    moved = np.select([chance.random(n) < p for p in (0.08, 0.35, 0.55)], [0.0, 1.2, 0.9], 1.0)
    new = np.where((opening == 0) & (chance.random(n) < 0.6), chance.lognormal(5.5, 1.0, n), 0.0).round(2)
    closing = (opening * moved * np.where(moved % 1 > 0, chance.uniform(0.9, 1.1, n), 1.0)).round(2) + new
    change = closing - opening
    stays, joins = (opening > 0) & (closing > 0), (opening == 0) & (closing > 0)
    back = joins & (chance.random(n) < 0.2)
    moves = {
        "new": np.where(joins & ~back, closing, 0),
        "reactivation": np.where(back, closing, 0),
        "expansion": np.where(stays & (change > 0), change, 0),
        "contraction": np.where(stays & (change < 0), -change, 0),
        "churn": np.where((opening > 0) & (closing == 0), opening, 0),
    }
    grown = np.where(stays, change, 0.0)
    parts = chance.dirichlet([1.0] * 6, n) * grown[:, None]
    names = ("tier", "seats", "list_price", "discount_given", "discount_expired")
    growth = {f"growth_{name}": parts[:, i].round(4) for i, name in enumerate(names)}
    was, now = (v * chance.uniform(20, 40, n) for v in (opening, closing))
    held = (now.round(4) > 0) & (chance.random(n) < 0.97)
    return {
        "opening": opening, "closing": closing, "before": opening, "after": closing,
        "kept": np.minimum(opening, closing), "lost": np.maximum(-change, 0), "gained": np.maximum(change, 0),
        **moves, **{f"net_{name}": amount for name, amount in moves.items()},
        "growth": grown, **growth, "growth_exchange": np.where(stays, change * 0.01, 0).round(4),
        "growth_uncredited": growth["growth_discount_expired"],
        "value_now": np.where(held, now, 0), "share_of_value": held * 1.0, "value_before": was, "value_after": now,
        "value_retained": (now - was) * 0.7, "value_grown": (now - was) * 0.3,
    }  # fmt: skip


def _happened(chance: Any, n: int) -> dict[str, Any]:
    """What else happened: renewals, answers, onboardings, customers won, costs, margins; most accounts have none."""
    import numpy as np

    def some(part: float, *, least: float = 50, most: float = 5000) -> Any:
        return np.where(chance.random(n) < part, chance.uniform(least, most, n).round(2), 0.0)

    due = some(0.25, most=20000)
    decided = np.where(chance.random(n) < 0.9, due, 0)
    renewed = decided * np.where(chance.random(n) < 0.85, chance.uniform(0.8, 1.3, n).round(2), 0)
    asked = np.where(chance.random(n) < 0.3, chance.integers(1, 6, n), 0)
    answers = chance.binomial(asked, 0.4)
    promoters = chance.binomial(answers, 0.5)
    rated = np.where(chance.random(n) < 0.2, chance.integers(1, 4, n), 0)
    started = np.where(chance.random(n) < 0.08, 1.0, 0.0)
    onboarded = started * (chance.random(n) < 0.6)
    logos = chance.random(n) < 0.05
    costed = some(0.1)
    coming = {d: some(0.05) for d in (30, 60, 90)}
    return {
        "due": due, "due_decided": decided, "renewed": renewed.round(2),
        "renewed_of_due": np.minimum(renewed, due).round(2),
        "dues": due > 0, "dues_decided": decided > 0, "dues_renewed": renewed > 0,
        **{f"due_in_{d}": amount for d, amount in coming.items()},
        **{f"dues_in_{d}": amount > 0 for d, amount in coming.items()},
        "costed_revenue": costed, "revenue_cost": (costed * chance.uniform(0.2, 0.9, n)).round(2),
        "nps_asked": asked, "nps_answers": answers, "nps_promoters": promoters,
        "nps_detractors": chance.binomial(answers - promoters, 0.4),
        "csat_answers": rated, "csat_satisfied": chance.binomial(rated, 0.7), "csat_of_five": rated,
        "csat_stars": rated * chance.integers(1, 6, n),
        "onboardings": started, "onboarded": onboarded,
        "never_onboarded": (started - onboarded) * (chance.random(n) < 0.3),
        "new_logos": logos, "new_logo_revenue": np.where(logos, chance.uniform(50, 2000, n).round(2), 0),
        "acquisition_spend": some(0.04), "expansion_spend": some(0.03),
    }  # fmt: skip


def _known(chance: Any, n: int) -> dict[str, Any]:
    """What is known of each account as a whole, with what is not known of some."""
    import numpy as np
    import polars as pl

    def gaps(values: Any, part: float) -> Any:
        return pl.Series(values).zip_with(pl.Series(chance.random(n) >= part), pl.Series([None], dtype=None))

    def one_of(words: Sequence[str]) -> Any:
        return pl.Series(words).gather(chance.integers(0, len(words), n))

    before = chance.integers(0, 3, n)
    months = chance.integers(0, 13, n)
    return {
        "account": pl.Series("account", [f"Company {i}" for i in range(n)]),
        "segment": gaps(one_of(("SMB", "Mid-market", "Enterprise", " ")), 0.05),
        "industry": gaps(one_of(("Media", "Retail", "Health", "Energy")), 0.1),
        "region": one_of(("DACH", "Nordics", "Iberia")),
        "team": one_of(("North", "South", "East", "West")),
        "tier_before": gaps(before, 0.2),
        "tier_after": gaps(np.clip(before + chance.integers(-1, 2, n), 0, 2), 0.2),
        "account_months": months,
        "losses": chance.random(n) < 0.05 * (months > 0),
        "account_months_before": chance.integers(0, 13, n),
        "losses_before": chance.random(n) < 0.05,
        "is_owned": chance.random(n) < 0.97,
        "is_asked": gaps(chance.random(n) < 0.3, 0.02),
        "is_contacted": gaps(chance.random(n) < 0.6, 0.02),
        "products_before": gaps(chance.integers(1, 6, n), 0.1),
        "products_after": gaps(chance.integers(1, 6, n), 0.1),
        "onboarding_days": chance.integers(0, 120, n),
        "is_value_before_start": chance.random(n) < 0.01,
        "engagement_score": gaps(_money(chance.uniform(0, 100, n)), 0.1),
        "engagement_coverage": gaps(_money(chance.uniform(0, 1, n)), 0.1),
        "chance_active": gaps(chance.uniform(0, 1, n), 0.05),
        "expected_orders": gaps(chance.uniform(0, 30, n), 0.9),
        "value_spread": gaps(chance.lognormal(8, 1, n), 0.05),
    }


def _flags(chance: Any, n: int) -> dict[str, Any]:
    """Choices of definitions as columns."""
    import numpy as np

    returned = chance.random(n) < 0.03
    return {
        "return_counts": returned,
        "return_is_no_win": returned,
        "contraction_forgiven": np.ones(n, dtype=bool),
        "stays_free": chance.random(n) < 0.04,
    }


def _constants() -> dict[str, Any]:
    """The rulebook's numbers, as columns."""
    import polars as pl

    return {
        "losses": pl.col("losses").cast(pl.Int64), "losses_before": pl.col("losses_before").cast(pl.Int64),
        "top_tier": pl.lit(2, dtype=pl.Int64), "margin": pl.lit(0.8), "horizon_months": pl.lit(60.0),
        "prior_losses": pl.lit(1.0), "prior_months": pl.lit(50.0),
        "company_closing": pl.col("closing").sum(),
        "interval_z": pl.lit(NormalDist().inv_cdf(0.95)), "value_error": pl.lit(0.07),
    }  # fmt: skip
