"""What does each metric say of each manager, team, kind of account, and the company? Book times catalogue."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import polars as pl
from polars.lazyframe.group_by import LazyGroupBy

from scoring.credit.ownership import UNASSIGNED
from scoring.facts.flags import FLAGS
from scoring.metrics.metric import Base, Metric, Unit, in_book
from scoring.metrics.targets import TARGET_ATTAINMENT
from scoring.money import MONEY
from scoring.tables import UNNAMED

SCHEMA = {
    "grain": pl.String(),
    "id": pl.String(),
    "metric": pl.String(),
    "value": pl.Float64(),
    "amount": MONEY,
    "n": pl.Int64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "reason": pl.String(),
}
"""A measure: `value` of a metric for `id` at a grain, `amount` the same to the last digit where it is a sum
of money, `n` what stands behind it, `low` and `high` its likely range where the metric has one of its own,
`reason` why it is null."""

COMPANY = "company"

DIGITS = 14
"""Significant digits of a value: what lies behind them is the noise of binary fractions."""

REST = tuple(c for c in SCHEMA if c not in ("grain", "id"))


def measure(once: pl.LazyFrame, metrics: Sequence[Metric], grain: str, *, basis: str) -> pl.LazyFrame:
    """Each metric for each value of one grain, as `measure_at`; `once` is the book at that grain (`book.at`)."""
    return measure_at({grain: once}, metrics, basis=basis)


def measure_at(books: Mapping[str, pl.LazyFrame], metrics: Sequence[Metric], *, basis: str) -> pl.LazyFrame:
    """Each metric for each value of each grain: `company`, or a column of the book.

    `books` holds the book at each grain (`book.at`). As `SCHEMA`, grain by grain as they come there, sorted by id and
    metric. A value the book has rows for but the metric's base has none of is there, null, with its reason; the company
    is always there.
    """
    if not (books and metrics):
        return pl.LazyFrame(schema=SCHEMA)
    stacked, places = _stacked(books, metrics)
    measured = measure_by(stacked, metrics, ("place",), basis=basis, ids=places.select("place"))
    named = pl.col("metric").cast(pl.Enum(sorted(m.name for m in metrics))).to_physical().cast(pl.UInt64)
    key = pl.col("place").cast(pl.UInt64) * len(metrics) + named  # one number, which sorts at a third of the cost
    found = enough(pl.concat(measured), metrics).sort(key)
    return found.join(places, on="place", validate="m:1", maintain_order="left").select(*SCHEMA)


def sorted_by_key(measures: pl.DataFrame) -> pl.DataFrame:
    """The measures sorted by grain, id and metric, as numbers in the order of these texts: a third of the cost."""
    keys = ("grain", "id", "metric")
    numbered = [pl.col(key).cast(pl.Enum(measures[key].unique().sort())) for key in keys]
    return measures.with_columns(numbered).sort(keys).with_columns(pl.col(keys).cast(pl.String))


def _stacked(books: Mapping[str, pl.LazyFrame], metrics: Sequence[Metric]) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The books one below the other, with the columns that the metrics read and `place`, by which they are sorted.

    And what each place stands for: place, grain, id. Many metrics at many grains are then a few plans, and every group
    finds its rows in a row; places are numbers, which cost less than text. The flags stay, as their presence says
    which definitions hold (`in_book`).
    """
    read = read_by(metrics)
    columns = [name for name in next(iter(books.values())).collect_schema().names() if name in read]
    named = {grain: once.with_columns(_id_at(grain)) for grain, once in books.items()}
    ids = pl.collect_all([_ids_at(grain, once) for grain, once in named.items()])
    places = pl.concat(
        found.select(pl.lit(grain).alias("grain"), "id") for grain, found in zip(books, ids, strict=True)
    )
    rows, begin = list[pl.LazyFrame](), 0
    for once, found in zip(named.values(), ids, strict=True):
        place = pl.col("id").cast(pl.Enum(found["id"])).to_physical().cast(pl.UInt32) + begin
        rows.append(once.select(place.alias("place"), pl.col(columns)))
        begin += found.height
    stacked = pl.concat(rows).sort("place", maintain_order=True).collect()
    return stacked.lazy(), places.with_row_index("place").lazy()


def read_by(metrics: Iterable[Metric]) -> set[str]:
    """The columns of the book that the metrics read, and the flags."""
    asked = (e for m in metrics for e in (m.base.rows, m.base.n, m.value, m.low, m.high) if e is not None)
    return {*FLAGS, *(name for e in asked for name in e.meta.root_names())}


def _id_at(grain: str) -> pl.Expr:
    """What a row of the book belongs to at the grain."""
    return (pl.lit(COMPANY) if grain == COMPANY else pl.col(grain).cast(pl.String).fill_null(UNNAMED)).alias("id")


def _ids_at(grain: str, named: pl.LazyFrame) -> pl.LazyFrame:
    """All that is spoken of at the grain, in order."""
    return pl.LazyFrame({"id": [COMPANY]}) if grain == COMPANY else named.select(pl.col("id").unique().sort())


def enough(measures: pl.LazyFrame, metrics: Sequence[Metric], behind: str = "n") -> pl.LazyFrame:
    """The measures of `metrics`, null where fewer stand behind one than can say anything, as the column `behind` says.

    For who answers for accounts, and groups of accounts: one account may have fewer.
    """
    least = {m.name: m.base.least for m in metrics if m.base.least}
    if not least:
        return measures
    asked = pl.col("metric").replace_strict(least, default=0, return_dtype=pl.Int64)
    few = pl.col("value").is_not_null() & (pl.col(behind) < asked)
    said = [pl.when(~few).then(c).alias(c) for c in ("value", "amount", "low", "high")]
    return measures.with_columns(*said, pl.when(few).then(pl.lit("few_answers")).otherwise("reason").alias("reason"))


def with_loose(once: pl.LazyFrame, loose: pl.LazyFrame, grain: str) -> pl.LazyFrame:
    """The book at the grain with what belongs to no account, by `team`, behind it: all of it for the company,
    its own for each team, nothing for anybody else."""
    if grain not in (COMPANY, "team"):
        return once
    theirs = loose if grain == COMPANY else loose.filter(pl.col("team").is_not_null())
    return pl.concat([once, theirs], how="diagonal")


def measure_by(
    once: pl.LazyFrame,
    metrics: Sequence[Metric],
    keys: tuple[str, ...],
    *,
    basis: str,
    ids: pl.LazyFrame | None = None,
) -> list[pl.LazyFrame]:
    """Each metric for each combination of `keys`, of rows in which an account stands once per combination.

    Frames with `keys`, metric, value, amount, n, reason. `ids` are the combinations to speak of, where they
    are not those of the rows.
    """
    ids = once.select(keys).unique() if ids is None else ids
    names = once.collect_schema().names() if any(m.usual for m in metrics) else ()
    said, unsaid = _apart([in_book(m, names) for m in metrics], basis)
    frames = [_of_base(once, ids, base, group, keys) for base, group in _by_base(said)]
    found = [_with_reasons(pl.concat(frames), said).select(*keys, *REST)] if frames else []
    return [*found, _unsaid(ids, unsaid)] if unsaid else found


def _apart(metrics: Sequence[Metric], basis: str) -> tuple[list[Metric], list[Metric]]:
    said = [m for m in metrics if m.needs in (None, basis)]
    return said, [m for m in metrics if m not in said]


def _by_base(metrics: Iterable[Metric]) -> list[tuple[Base, list[Metric]]]:
    groups: dict[str, list[Metric]] = defaultdict(list)
    for metric in metrics:
        groups[metric.base.name].append(metric)
    return [(group[0].base, group) for group in groups.values()]


def _of_base(
    once: pl.LazyFrame, ids: pl.LazyFrame, base: Base, metrics: Sequence[Metric], keys: tuple[str, ...]
) -> pl.LazyFrame:
    """One row per combination of keys and metric of the base, as computed: without digits cut off, and reasons."""
    names = [m.name for m in metrics]
    grouped = once.filter(base.rows).group_by(keys)
    wide = grouped.agg(base.n.cast(pl.Int64).alias("n"), *(m.value.cast(pl.Float64).alias(m.name) for m in metrics))
    whole = ids.join(wide, on=keys, how="left", validate="1:1", nulls_equal=True)
    said = whole.unpivot(names, index=[*keys, "n"], variable_name="metric", value_name="value")
    amounts = {m.name: m.value.cast(MONEY) for m in metrics if m.unit is Unit.MONEY and m.parts is not None}
    lows = {m.name: m.low.cast(pl.Float64) for m in metrics if m.low is not None}
    highs = {m.name: m.high.cast(pl.Float64) for m in metrics if m.high is not None}
    for column, exprs, kind in (("amount", amounts, MONEY), ("low", lows, pl.Float64()), ("high", highs, pl.Float64())):
        said = _beside(said, grouped, keys, column, exprs, kind)
    return said


def _with_reasons(computed: pl.LazyFrame, metrics: Sequence[Metric]) -> pl.LazyFrame:
    """What was computed, of all bases at once, without the noise of its digits, and why a value is null."""
    known = pl.col("value").is_not_null() & pl.col("value").is_finite()
    undefined, unknown = (
        pl.col("metric").replace_strict(codes, return_dtype=pl.String)
        for codes in ({m.name: m.undefined for m in metrics}, {m.name: m.unknown or m.undefined for m in metrics})
    )
    ends = (pl.when(pl.col(c).is_finite()).then(pl.col(c).round_sig_figs(DIGITS)).alias(c) for c in ("low", "high"))
    return computed.with_columns(
        pl.when(known).then(pl.col("value").round_sig_figs(DIGITS)).alias("value"),
        pl.col("n").fill_null(0),
        pl.when(~known).then(pl.when(pl.col("n").fill_null(0) > 0).then(unknown).otherwise(undefined)).alias("reason"),
        *ends,
    )


def _beside(
    said: pl.LazyFrame, grouped: LazyGroupBy, keys: tuple[str, ...], column: str, exprs: Mapping[str, pl.Expr],
    kind: pl.DataType,
) -> pl.LazyFrame:  # fmt: skip
    """The measures with a further figure of those metrics that have one."""
    if not exprs:
        return said.with_columns(pl.lit(None, dtype=kind).alias(column))
    wide = grouped.agg(expr.alias(name) for name, expr in exprs.items())
    long = wide.unpivot(list(exprs), index=keys, variable_name="metric", value_name=column)
    return said.join(long, on=[*keys, "metric"], how="left", validate="1:1", nulls_equal=True)


def _unsaid(ids: pl.LazyFrame, metrics: Sequence[Metric]) -> pl.LazyFrame:
    names = pl.LazyFrame({"metric": [m.name for m in metrics]})
    return ids.join(names, how="cross").with_columns(
        pl.lit(None, dtype=pl.Float64).alias("value"),
        pl.lit(None, dtype=MONEY).alias("amount"),
        pl.lit(0, dtype=pl.Int64).alias("n"),
        pl.lit(None, dtype=pl.Float64).alias("low"),
        pl.lit(None, dtype=pl.Float64).alias("high"),
        pl.lit("no_contracts").alias("reason"),
    )


def attainment(measures: pl.LazyFrame, targets: pl.LazyFrame, period: str) -> pl.LazyFrame:
    """What each manager reached of what was agreed.

    `measures` as `SCHEMA` with the grain manager_id. As `SCHEMA`, with the metric named
    `target_attainment.<metric>`: a row for every manager and metric that anybody has a target for. Null, with
    `no_target`, where there is none or it is 0; with the metric's own reason where that was not measured.
    """
    agreed = targets.filter(pl.col("period") == period).select(
        pl.col("manager_id").alias("id"), "metric", pl.col("value").cast(pl.Float64).alias("target")
    )
    actual = measures.filter((pl.col("grain") == "manager_id") & (pl.col("id") != UNASSIGNED)).select(
        "id", "metric", pl.col("value").alias("actual"), pl.col("reason").alias("why")
    )
    asked = actual.join(agreed.select("metric").unique(), on="metric", how="semi")
    both = asked.join(agreed, on=["id", "metric"], how="full", coalesce=True, validate="1:1")
    reached = (
        both.filter(TARGET_ATTAINMENT.base.rows)
        .group_by("id", "metric")
        .agg(TARGET_ATTAINMENT.value.alias("value"), pl.len().cast(pl.Int64).alias("n"))
    )
    why = (
        pl.when(pl.col("target").fill_null(0) == 0)
        .then(pl.lit(TARGET_ATTAINMENT.undefined))
        .otherwise(pl.col("why").fill_null("no_accounts"))
    )
    return both.join(reached, on=["id", "metric"], how="left", validate="1:1").select(
        pl.lit("manager_id").alias("grain"),
        "id",
        pl.format("target_attainment.{}", "metric").alias("metric"),
        "value",
        pl.lit(None, dtype=MONEY).alias("amount"),
        pl.col("n").fill_null(0),
        pl.lit(None, dtype=pl.Float64).alias("low"),
        pl.lit(None, dtype=pl.Float64).alias("high"),
        pl.when(pl.col("value").is_null()).then(why).alias("reason"),
    )
