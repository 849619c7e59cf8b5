"""What would another method say? The seven ways to compare managers, by name, with the same diagnostics."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import polars as pl

from scoring.measure import DIGITS
from scoring.peers.books import Codes, Vector, added, counted
from scoring.peers.company import Company
from scoring.peers.estimate import Estimate, estimate
from scoring.peers.intervals import FEW_PEERS, reach
from scoring.peers.outcomes import Outcome
from scoring.peers.settings import Fairness

ATTAINMENTS = (0.90, 0.95, 1.00, 1.05)
"""Parts of the target from which the second to fifth band of `target_bands` begin."""
BAND_POINTS = (0.0, 25.0, 50.0, 75.0, 100.0)

_NO_TARGETS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What a method is asked: of a company, one outcome, with settings; targets by segment where there are any."""

    company: Company
    outcome: Outcome
    settings: Fairness
    targets: Mapping[str, float]
    made: Estimate


def compare(
    company: Company,
    outcome: Outcome,
    method: str = "oe_credibility",
    settings: Fairness | None = None,
    targets: Mapping[str, float] = _NO_TARGETS,
) -> pl.DataFrame:
    """What the method says of each manager.

    One row per manager, sorted: metric, method, value, low and high (null for the methods that have no range),
    expected (the mean that everybody's hands would have reached with these accounts), accounts. Values are in
    the metric's unit; of `target_bands` and `peer_percentile` points from 0 to 100. `targets` names the target of
    each segment; without, it is what the segment reached as a whole.
    """
    settings = replace(settings or Fairness(), joint=method == "joint")
    made = estimate(company, outcome, settings)
    value, low, high = METHODS[method](Asked(company, outcome, settings, targets, made))
    numbers = {"value": value, "low": low, "high": high}
    return made.rows.select(
        "manager_id",
        "metric",
        pl.lit(method).alias("method"),
        *(pl.Series(n, v, nan_to_null=True).round_sig_figs(DIGITS) for n, v in numbers.items()),
        "expected",
        "accounts",
    ).with_columns(pl.when(pl.col("accounts") > 0).then(pl.col(*numbers)))


Said = tuple[Vector, Vector, Vector]


def _raw(asked: Asked) -> Said:
    """The ratio of sums: revenue kept over revenue had, or things that happened over accounts."""
    value = _people(asked, _ratio(asked, asked.made.books.manager, asked.made.books.managers))
    return _pointed(value)


def _weighted(asked: Asked) -> Said:
    """The mean of the accounts' outcomes, by responsibility and account weight."""
    return _pointed(asked.made.rows["observed"].fill_null(np.nan).to_numpy())


def _target_bands(asked: Asked) -> Said:
    """Points for the part of the segments' targets that was reached, in five bands."""
    books = asked.made.books
    segment = asked.company.segment[asked.made.measured]
    reached = _ratio(asked, books.manager, books.managers)
    target = _targets(asked, segment)[segment[books.unit]]
    exposure = _exposure(asked)
    wanted = _over(added(exposure * target, books.manager, books.managers), exposure, books.manager)
    part = np.divide(reached, wanted, out=np.full(len(reached), np.nan), where=wanted != 0)
    points = np.asarray(BAND_POINTS)[np.searchsorted(ATTAINMENTS, np.nan_to_num(part), side="right")]
    return _pointed(_people(asked, np.where(np.isnan(part), np.nan, points)))


def _peer_percentile(asked: Asked) -> Said:
    """The middle of the places that the raw value takes among the peers, from 0 to 100."""
    value, _, _ = _raw(asked)
    rows = asked.made.rows
    level = rows["peer_level"].fill_null(len(asked.company.groups) - 1).to_numpy()
    groups = np.stack(asked.company.groups)[:, asked.company.is_person]
    percentile = np.full(len(value), np.nan)
    for place, codes in enumerate(groups):
        ranked = _middle_ranks(value, codes)
        percentile = np.where(level == place, ranked, percentile)
    return _pointed(percentile)


def _oe(asked: Asked) -> Said:
    """Observed minus expected, nothing drawn in."""
    rows = asked.made.rows
    value = rows["difference"].fill_null(np.nan).to_numpy()
    noise = rows["noise"].fill_null(np.nan).to_numpy()
    many = np.full(len(value), FEW_PEERS, dtype=np.int64)  # the peers' mean is not in it
    wide = reach(many, asked.settings.coverage, compare=asked.settings.compare) * np.sqrt(noise)
    return value, value - wide, value + wide


def _credible(asked: Asked) -> Said:
    """Observed minus expected, drawn to the peers' mean as far as chance reaches."""
    rows = asked.made.rows
    value, low, high = (rows[c].fill_null(np.nan).to_numpy() for c in ("theta", "low", "high"))
    return value, low, high


METHODS: Mapping[str, Callable[[Asked], Said]] = MappingProxyType(
    {
        "raw": _raw,
        "weighted": _weighted,
        "target_bands": _target_bands,
        "peer_percentile": _peer_percentile,
        "oe": _oe,
        "oe_credibility": _credible,
        "joint": _credible,
    }
)


def _pointed(value: Vector) -> Said:
    none = np.full(len(value), np.nan)
    return value, none, none


def _people(asked: Asked, values: Vector) -> Vector:
    return np.asarray(values[asked.company.is_person], dtype=np.float64)


def _exposure(asked: Asked) -> Vector:
    """What stands behind each part: its revenue at the start, or the part itself."""
    made = asked.made
    opening = asked.company.opening[made.measured] if asked.outcome.by_revenue else np.ones(made.books.units)
    weight = asked.company.quarter[made.measured]
    return made.books.share * (opening * weight)[made.books.unit]


def _ratio(asked: Asked, codes: Codes, groups: int) -> Vector:
    """The outcomes, before they were drawn in, over the exposure, by code of each part."""
    made, table = asked.made, asked.company.shelf.units
    name = f"raw_{asked.outcome.name}"
    column = table[name if name in table.columns else asked.outcome.name]
    values = column.cast(pl.Float64).fill_null(0.0).to_numpy()[made.measured]
    exposure = _exposure(asked)
    return _over(added(exposure * values[made.books.unit], codes, groups), exposure, codes)


def _over(top: Vector, exposure: Vector, codes: Codes) -> Vector:
    bottom = added(exposure, codes, len(top))
    return np.asarray(np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0))


def _targets(asked: Asked, segment: Codes) -> Vector:
    """The target of each segment by code."""
    kinds = int(asked.company.segment.max(initial=0)) + 1
    reached = _ratio(asked, segment[asked.made.books.unit], kinds)
    column = asked.settings.segment
    if not asked.targets or column not in asked.company.shelf.units.columns:
        return reached
    names = asked.company.shelf.units[column].unique().sort()
    given = names.cast(pl.String).replace_strict(dict(asked.targets), default=None, return_dtype=pl.Float64)
    return np.where(given.is_null().to_numpy(), reached, given.fill_null(0.0).to_numpy())


def _middle_ranks(value: Vector, codes: Codes) -> Vector:
    """100 times (those below + half of those alike, oneself among them) over all of the group who have a value."""
    there = ~np.isnan(value)
    frame = pl.DataFrame({"code": codes[there], "value": value[there]})
    ranks = frame.select(pl.col("value").rank("average").over("code")).to_series().to_numpy()
    out = np.full(len(value), np.nan)
    size = counted(codes[there], int(codes.max(initial=0)) + 1)[codes[there]]
    out[there] = 100 * (ranks - 0.5) / size
    return out
