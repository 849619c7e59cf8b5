"""Which rows are not as an earlier run read them? New, gone or edited, each with what of it is another."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from scoring.calendar import Calendar
from scoring.days import DAY
from scoring.frame import further_columns
from scoring.ledger.history import months_of
from scoring.restate.pasts import ORIGIN, PASTS, day_of
from scoring.tables import TABLES

Tables = Mapping[str, pl.DataFrame]

CHANGES = {
    "table": pl.String(),
    "then": pl.get_index_type(),
    "now": pl.get_index_type(),
    "state": pl.String(),
    "cause": pl.String(),
    "touches": pl.Boolean(),
    "subject": pl.String(),
    "day": pl.Date(),
    "columns": pl.List(pl.String()),
    "weight": pl.Float64(),
}
"""One row is a row that changed: its places in the table `then` and `now`, counted from 0, null where it is not there.

`state` is new, gone or edited; `cause` is late where the row says that it was recorded after the earlier run's as-of
day, else silent. `touches`: it concerns days before the end that was asked for. `subject` is the account, else the
manager or the currency, `day` when it takes effect, `columns` what was edited, `weight` its amount (a month's, on
contracts).
"""


def changed(then: Tables, now: Tables, until: date, as_of: date, calendar: Calendar) -> pl.DataFrame:
    """What differs between two states of the tables, as `CHANGES`, in the order of the tables and then of `now`.

    `then` was known when the day `as_of` of the calendar was over; `until` is the first day that no longer counts.
    """
    found = [_table(name, then[name], now[name], until, as_of, calendar) for name in PASTS]
    return pl.concat([f for f in found if f.height] or [pl.DataFrame(schema=CHANGES)])


def exchanged(then: Tables, now: Tables, changes: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The tables of then with those rows exchanged for what they are now."""
    made = dict(then)
    for name in changes["table"].unique(maintain_order=True):
        its = changes.filter(pl.col("table") == name)
        was, new = _alike(name, then[name], now[name])
        kept = was.with_row_index("at").filter(~pl.col("at").is_in(its["then"].drop_nulls().implode())).drop("at")
        made[name] = pl.concat([kept, new[its["now"].drop_nulls()]]).sort(TABLES[name].key)
    return made


def _table(
    name: str, then: pl.DataFrame, now: pl.DataFrame, until: date, as_of: date, calendar: Calendar
) -> pl.DataFrame:
    if then.equals(now):
        return pl.DataFrame(schema=CHANGES)
    was, new = _alike(name, then, now)
    pairs = _pairs(name, was, new)
    told = _compared(name, was, new, pairs, until).filter(pl.col("columns").list.len() > 0)
    sides = ((told["then"], was, "was"), (told["now"], new, "is"))
    facts = [series for places, frame, side in sides for series in _facts(name, frame, places, side, calendar)]
    last = calendar.begins(as_of + DAY)
    is_edited = pl.col("state") == "edited"
    in_past = _before(pl.col("was_on"), pl.col("then"), until) | _before(pl.col("is_on"), pl.col("now"), until)
    touches = in_past & (~is_edited | pl.col("tells"))
    return (
        told.with_columns(*facts, new["recorded_at"][told["now"]].alias("recorded_at"))
        .with_columns(
            pl.lit(name).alias("table"),
            pl.when(pl.col("recorded_at") >= last).then(pl.lit("late")).otherwise(pl.lit("silent")).alias("cause"),
            (touches & (is_edited | ~pl.lit(PASTS[name].is_of_people))).alias("touches"),
            pl.coalesce("is_on", "was_on").alias("day"),
            pl.coalesce("is_about", "was_about").alias("subject"),
            pl.max_horizontal("is_weight", "was_weight").alias("weight"),
        )
        .select(pl.col(c).cast(kind) for c, kind in CHANGES.items())
        .sort("now", "then", nulls_last=True)
    )


def _facts(name: str, frame: pl.DataFrame, places: pl.Series, side: str, calendar: Calendar) -> list[pl.Series]:
    """When each of those rows takes effect, whom it is about, and how much it is."""
    facts = {"on": day_of(name, frame, calendar), "about": frame[subject_of(name)], "weight": _weight(name, frame)}
    return [series[places].alias(f"{side}_{what}") for what, series in facts.items()]


def subject_of(name: str) -> str:
    """The column that says whom or what a row of the table is about."""
    columns = TABLES[name].schema
    return next(c for c in ("account_id", "manager_id", "currency") if c in columns)


def _before(day: pl.Expr, there: pl.Expr, until: date) -> pl.Expr:
    """Whether there is a row, and it takes effect before the day."""
    return there.is_not_null() & (day.is_null() | (day < until))


def _alike(name: str, then: pl.DataFrame, now: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both states with the same columns; further ones are null where they were not."""
    further = sorted({c for f in (then, now) for c in further_columns(f.columns, TABLES[name])})
    columns = [*TABLES[name].schema, *further]

    def conformed(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.select(pl.col(c) if c in frame.columns else pl.lit(None, pl.String).alias(c) for c in columns)

    return conformed(then), conformed(now)


def _pairs(name: str, was: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Which row of then is which of now: `then` and `now`, null where there is none.

    By the key; where it only says in which file and row a line stands, equal rows are set against each other, however
    often they occur. What is left over is the same row where it alone is like another.
    """
    old, fresh = (_keyed(name, frame) for frame in (was, new))
    content = _content(name, was.columns)
    found = [_joined(old.filter(~pl.col("placed")), fresh.filter(~pl.col("placed")), TABLES[name].key)]
    if old["placed"].any() or fresh["placed"].any():
        turn = pl.int_range(pl.len()).over(content).alias("turn")
        counted = [f.filter("placed").with_columns(turn) for f in (old, fresh)]
        found.append(_joined(counted[0], counted[1], (*content, "turn")))
    pairs = pl.concat(found)
    if not PASTS[name].like:
        return pairs
    loose = pairs["then"].is_null() | pairs["now"].is_null()
    if not loose.any():
        return pairs
    rest, like = pairs.filter(loose), PASTS[name].like
    alone = [
        f.filter(pl.col("at").is_in(rest[side].drop_nulls().implode())).filter(pl.len().over(like) == 1)
        for f, side in ((old, "then"), (fresh, "now"))
    ]
    more = _joined(alone[0], alone[1], like).drop_nulls()
    taken = rest["then"].is_in(more["then"].implode()) | rest["now"].is_in(more["now"].implode())
    return pl.concat([pairs.filter(~loose), rest.filter(~taken.fill_null(value=False)), more])


def _keyed(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with their place, and whether their key says no more than in which file and row they stand."""
    key = TABLES[name].key
    if "origin_row" in key:
        placed = pl.lit(value=True)
    elif key == ("line_id",):
        placed = pl.col("line_id") == pl.format("{}:{}", "origin_file", "origin_row")
    else:
        placed = pl.lit(value=False)
    return frame.with_row_index("at").with_columns(placed.alias("placed"))


def _joined(old: pl.DataFrame, fresh: pl.DataFrame, on: Sequence[str]) -> pl.DataFrame:
    sides = [f.select(*on, pl.col("at").alias(side)) for f, side in ((old, "then"), (fresh, "now"))]
    return sides[0].join(sides[1], on=on, how="full", nulls_equal=True, coalesce=True).select("then", "now")


def _content(name: str, columns: Sequence[str]) -> list[str]:
    """The columns that say something, not where or when it was said; ids of lines may be such places."""
    return [c for c in columns if c not in (*ORIGIN, "line_id")]


def _compared(name: str, was: pl.DataFrame, new: pl.DataFrame, pairs: pl.DataFrame, until: date) -> pl.DataFrame:
    """The pairs with `state`, the `columns` that differ, and whether these tell of days before `until`."""
    past, content = PASTS[name], _content(name, was.columns)
    both = pairs.drop_nulls()
    sides = was[both["then"]].select(pl.col(content).name.prefix("was ")), new[both["now"]].select(content)
    held = pl.concat([both, *sides], how="horizontal")
    later = pl.any_horizontal(pl.lit(value=False), *(pl.col(c) >= until for c in past.ends)).fill_null(value=False)

    def differs(column: str) -> pl.Expr:
        return pl.col(column).ne_missing(pl.col(f"was {column}"))

    def tells(column: str) -> pl.Expr:
        if column in past.ends:
            now, then = (pl.when(pl.col(c) < until).then(pl.col(c)) for c in (column, f"was {column}"))
            return now.ne_missing(then)
        return differs(column) & ~later if column in past.follows else differs(column)

    edited = held.select(
        "then",
        "now",
        pl.lit("edited").alias("state"),
        pl.concat_list(pl.when(differs(c)).then(pl.lit(c)) for c in content).list.drop_nulls().alias("columns"),
        pl.any_horizontal(*(tells(c) for c in content)).alias("tells"),
    )
    rest = pairs.filter(pl.col("then").is_null() | pl.col("now").is_null()).select(
        "then",
        "now",
        pl.when(pl.col("then").is_null()).then(pl.lit("new")).otherwise(pl.lit("gone")).alias("state"),
        pl.lit(content).alias("columns"),
        pl.lit(value=True).alias("tells"),
    )
    return pl.concat([edited, rest])


def _weight(name: str, frame: pl.DataFrame) -> pl.Series:
    """The amount of each row, whatever its currency: to tell large changes from small ones, no more."""
    if name not in ("contracts", "invoices"):
        return pl.Series("weight", [None] * frame.height, dtype=pl.Float64)
    amount = pl.col("amount").cast(pl.Float64).abs()
    if name == "contracts":
        times, by = months_of(pl.col("every"))
        amount = amount * times / by
    return frame.select(amount.alias("weight")).to_series()
