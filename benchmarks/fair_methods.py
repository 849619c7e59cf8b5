"""What does each way of comparing managers say of a made world, and how far is it from the truth?"""

import time
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from fair_measures import covered, flagged, luck, percentile, rank_correlation, root_mean_square
from fair_worlds import World, made
from fair_worlds.settings import LEAD, MONTHS, QUARTER

from scoring.metrics import CATALOGUE
from scoring.peers.bands import tenure_band
from scoring.peers.chance import change_band
from scoring.peers.change import chance_error
from scoring.peers.company import Company, company
from scoring.peers.estimate import Estimate, estimate
from scoring.peers.methods import compare
from scoring.peers.outcomes import OUTCOMES, outcomes
from scoring.peers.score import scores
from scoring.peers.settings import Fairness
from scoring.peers.window import Rule, responsibility
from scoring.period.account_quarters import KEY, figures
from scoring.scorecard.total import freedom

NRR = OUTCOMES["net_revenue_retention"]
STARTS = (date(2023, 1, 1), date(2023, 4, 1), date(2023, 7, 1), date(2023, 10, 1), date(2024, 1, 1))
QUARTERS = (MONTHS - LEAD) // QUARTER
HALF = QUARTERS // 2
FOR_EVER, WHOLE = date(9999, 12, 31), 1_000_000
RECOMMENDED = "**G = F with credibility (default)**"
DEFAULT, EQUAL = Fairness(), Fairness(account_weights="equal")

Figures = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """A way of comparing: the engine's method and settings, whose an account is, and whether it has an interval and
    is in the metric's unit."""

    method: str
    settings: Fairness = DEFAULT
    rule: Rule = "share"
    has_interval: bool = True
    is_rate: bool = True


METHODS = {
    "A naive NRR, owner on the last day": Way("raw", rule="snapshot", has_interval=False),
    "B average by days and square root of revenue": Way(
        "weighted", Fairness(account_weights="sqrt"), "quarter_days", has_interval=False
    ),
    "C five bands of the segment's target": Way("target_bands", rule="snapshot", has_interval=False, is_rate=False),
    "D percentile of naive NRR among peers": Way(
        "peer_percentile", Fairness(groups=("segment",)), "snapshot", has_interval=False, is_rate=False
    ),
    "E O-E, pooled table, revenue weights": Way("oe", Fairness(within_books=False, account_weights="revenue")),
    "F O-E, table inside books, size points": Way("oe"),
    RECOMMENDED: Way("oe_credibility"),
    "Gp = G with a pooled table": Way("oe_credibility", Fairness(within_books=False)),
    "H = G with equal accounts": Way("oe_credibility", EQUAL),
    "I = H, shared accounts solved jointly": Way("joint", EQUAL),
}


@dataclass(frozen=True)
class Read:
    """A world as the engine sees it, and the truth.

    `units` has one row per account and quarter of the year with its outcomes.
    """

    world: World
    units: pl.DataFrame
    spans: pl.DataFrame

    @classmethod
    def of(cls, world: World) -> "Read":
        """Reads a world's tables: of the truth it takes none."""
        spans = world.owners_history.select(
            "account_id",
            "manager_id",
            pl.col("start_date").alias("starts_on"),
            pl.col("end_date").fill_null(FOR_EVER).alias("ends_on"),
            pl.lit(WHOLE).alias("weight"),
        )
        return cls(world, _units(world), spans)

    @cached_property
    def truth(self) -> pl.DataFrame:
        """What is true of each manager, `effect` and `common` less the mean over all accounts."""
        rows = self.world.truth_managers
        middle = (pl.col("nrr_effect") * pl.col("account_months")).sum() / pl.col("account_months").sum()
        return rows.with_columns((pl.col("nrr_effect") - middle).alias("effect"))

    def company(self, settings: Fairness, rule: Rule = "share", quarters: tuple[int, ...] = ()) -> Company:
        """The company of some quarters (all of the year's without), by a rule of whose an account is."""
        units = self.units.filter(pl.col("quarter").is_in(quarters)) if quarters else self.units
        return company(units, responsibility(units, self.spans, rule=rule), self.world.managers, settings)

    def estimate(self, settings: Fairness, quarters: tuple[int, ...] = ()) -> Estimate:
        """The estimate of net revenue retention."""
        return estimate(self.company(settings, quarters=quarters), NRR, settings)


def _units(world: World) -> pl.DataFrame:
    """One row per account and quarter in which it paid on the first day."""
    paid = world.revenue_monthly
    rows = []
    for quarter, (starts, ends) in enumerate(pairwise(STARTS)):
        first = paid.filter((pl.col("month") == starts) & (pl.col("mrr") > 0))
        last = paid.filter(pl.col("month") == ends).select("account_id", pl.col("mrr").alias("closing"))
        rows.append(
            first.select("account_id", pl.col("mrr").alias("opening"), pl.col("plan_tier").alias("tier"))
            .join(last, on="account_id", how="left")
            .with_columns(
                pl.col("closing").fill_null(0.0),
                pl.lit(quarter).alias("quarter"),
                pl.lit(starts).alias("starts_on"),
                pl.lit(ends).alias("ends_on"),
            )
        )
    attributes = world.accounts.rename({"churn_date": "cancelled_on", "created_date": "created_on"})
    known = pl.concat(rows).join(attributes, on="account_id", validate="m:1")
    banded = known.with_columns(tenure_band(pl.col("created_on"), pl.col("starts_on")).alias("tenure_band"))
    once = banded.lazy().select(*KEY, pl.col("opening").alias("before"), pl.col("closing").alias("after"))
    found = figures(once, [CATALOGUE[NRR.name]], tuple(KEY), basis="contracts")
    return outcomes(banded.join(found, on=KEY, validate="1:1").lazy(), (NRR,)).collect().sort(KEY)


def measured(read: Read, way: Way, quarters: tuple[int, ...] = ()) -> Figures:
    """How far a way is from the truth: rho, rmse, wrong, unjust, luck, cover, and the CPU seconds of the engine."""
    shares_of = read.company(way.settings, way.rule, quarters)
    begun = time.process_time()
    said = compare(shares_of, NRR, way.method, way.settings)
    seconds = time.process_time() - begun
    rows = said.join(read.truth, on="manager_id").drop_nulls(["value", "effect"]).sort("manager_id")
    value, effect = rows["value"].to_numpy(), rows["effect"].to_numpy()
    wrong, unjust = flagged(value, effect)
    return {
        "rho": rank_correlation(value, effect),
        "rmse": 100 * root_mean_square(value, effect) if way.is_rate else None,
        "wrong": wrong,
        "unjust": unjust,
        "luck": luck(value, effect, rows["book_goodness"].to_numpy()),
        "cover": covered(rows) if way.has_interval else None,
        "seconds": seconds,
        "common": rank_correlation(value, rows["nrr_common"].to_numpy()),
    }


def year(read: Read) -> Figures:
    """The figures of all ways over the year, and what the engine says of itself."""
    made = read.estimate(DEFAULT)
    ways = {name: measured(read, way) for name, way in METHODS.items()}
    truth = read.truth
    marks = {
        "accounts": read.world.accounts.height,
        "units": read.units.height,
        "effects": float(np.std(truth["nrr_common"].to_numpy())),
        "books": float(np.std(truth["book_goodness"].drop_nulls().to_numpy())),
    }
    k = made.scale.k if made.scale else None
    return {"year": ways, "k": k, "marks": marks, "labels": labels(made, truth), "common": ways[RECOMMENDED]["common"]}


def labels(made: Estimate, truth: pl.DataFrame) -> Figures:
    """How many managers are labelled, and which parts of those labelled are truly on the other side."""
    rows = made.rows.join(truth, on="manager_id")
    below, above = rows.filter(pl.col("label") == "below"), rows.filter(pl.col("label") == "above")
    return {
        "share": (below.height + above.height) / rows.height,
        "below": (below["effect"] > 0).sum() / max(below.height, 1),
        "above": (above["effect"] < 0).sum() / max(above.height, 1),
        "published": (rows["z"] >= DEFAULT.least_z).mean(),
    }


def quarter(read: Read, k: float) -> Figures:
    """The figures of the last quarter alone, with k from the year and with its own, and false alarms of change."""
    last = (QUARTERS - 1,)
    frozen = replace(DEFAULT, frozen_k={NRR.name: k})
    ways = {
        name: measured(read, replace(way, settings=replace(way.settings, frozen_k={NRR.name: k})), last)
        for name, way in METHODS.items()
    }
    own = measured(read, METHODS[RECOMMENDED], last)
    steps = {
        "quarters": alarms(read, frozen, (QUARTERS - 2,), last),
        "half-years": alarms(read, frozen, tuple(range(HALF)), tuple(range(HALF, QUARTERS))),
    }
    return {"quarter": {RECOMMENDED: ways[RECOMMENDED], "own k": own}, "quarter_methods": ways, "alarms": steps}


def alarms(read: Read, settings: Fairness, before: tuple[int, ...], after: tuple[int, ...]) -> float:
    """The share of managers, none of whom has changed, whose score moves beyond its chance band."""
    made = [read.estimate(settings, quarters) for quarters in (before, after)]
    first, second = (
        scores([e], {NRR.name: 1.0}, settings).select(
            "manager_id", "score", "z", freedom(pl.col("peers")).alias("freedom")
        )
        for e in made
    )
    both = first.join(second, on="manager_id", suffix="_after").drop_nulls()
    errors = [chance_error(both[z].to_numpy()[:, None], np.ones(1), np.eye(1)) for z in ("z", "z_after")]
    least = both.select(pl.min_horizontal("freedom", "freedom_after")).to_series()
    bands = [change_band(*known) for known in zip(*errors, least, strict=True)]
    return float(np.mean((both["score_after"] - both["score"]).abs().to_numpy() > bands))


GAMED: dict[str, tuple[str, Way]] = {
    "window": ("default window", METHODS[RECOMMENDED]),
    "days": ("days in the quarter", replace(METHODS[RECOMMENDED], rule="quarter_days")),
    "event": ("whoever had it the day before", replace(METHODS[RECOMMENDED], rule="event_owner")),
    "naive": ("naive NRR, owner on the last day", next(iter(METHODS.values()))),
}


def gaming(read: Read) -> Figures:
    """What dumping gains and costs, in percentile points, by each rule of whose an account is.

    `gain`: of dumpers over the percentile of their true effect; `twin`: over their own percentile in the same
    world without the dumping; `receivers`: of those who got such accounts, over theirs in that world.
    """
    honest = Read.of(made(replace(read.world.plan, kind="neutral")))
    takers = read.world.owners_history.join(
        honest.world.owners_history, on=read.world.owners_history.columns[:3], how="anti"
    )
    return {name: _gamed(read, honest, takers, way) for name, (_, way) in GAMED.items()}


def _gamed(read: Read, honest: Read, takers: pl.DataFrame, way: Way) -> Figures:
    said = [_places(r, way).rename({"place": f"p{n}"}) for n, r in enumerate((honest, read))]
    rows = said[0].join(said[1], on="manager_id").join(read.truth, on="manager_id").drop_nulls("effect")
    rows = rows.with_columns(pl.Series("true", percentile(rows["effect"].to_numpy())))
    dumpers = rows.filter("is_dumper")
    receivers = rows.join(takers.select("manager_id").unique(), on="manager_id", how="semi").filter(
        ~pl.col("is_dumper")
    )
    return {
        "gain": (dumpers["p1"] - dumpers["true"]).mean(),
        "twin": (dumpers["p1"] - dumpers["p0"]).mean(),
        "receivers": (receivers["p1"] - receivers["p0"]).mean(),
    }


def _places(read: Read, way: Way) -> pl.DataFrame:
    """The percentile of each manager's value."""
    said = compare(read.company(way.settings, way.rule), NRR, way.method, way.settings).drop_nulls("value")
    return said.select("manager_id", pl.Series("place", percentile(said["value"].to_numpy())))


def equals(read: Read) -> Figures:
    """How many of managers who are all alike are set apart: by O-E alone, and labelled with the k of real managers."""
    twin = Read.of(made(replace(read.world.plan, kind="neutral"))).estimate(DEFAULT).scale
    said = compare(read.company(DEFAULT), NRR, "oe", DEFAULT).drop_nulls("value")
    apart = said.select(((pl.col("low") > 0) | (pl.col("high") < 0)).mean()).item()
    known = replace(DEFAULT, frozen_k={NRR.name: twin.k}) if twin and twin.k else DEFAULT
    rows = read.estimate(known).rows
    labelled = rows.select(pl.col("label").is_in(["above", "below"]).sum() / pl.len()).item()
    own = read.estimate(DEFAULT).rows
    return {"outside": apart, "labelled": labelled, "own_k": own.select((pl.col("z") >= DEFAULT.least_z).mean()).item()}
