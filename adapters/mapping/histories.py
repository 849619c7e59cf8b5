"""Who was it before? Rows divided into spans of time by the changes that another file tells of."""

from dataclasses import replace
from datetime import date

import polars as pl

from adapters.delivery import Fault
from adapters.files.opening import Opened
from adapters.files.rows import ROW
from adapters.mapping.conditions import check
from adapters.mapping.record_ids import key
from adapters.mapping.reshaping import Reshaped, absent, named_twice
from adapters.mapping.sources import History, UntilNext
from adapters.values import dates
from adapters.values.cells import text
from adapters.values.formats import Format
from adapters.values.parsing import Asked
from adapters.values.typed import KEPT, typed
from adapters.wording import counted

SINCE, UNTIL = "since", "until"
"""The columns with the first day of a span and the first day after it, empty where it has no end."""

_KEY, _DAY, _OLD, _NEW = " key", " day", " old", " new"


def with_history(frame: pl.DataFrame, how: History, other: Opened, form: Format) -> Reshaped:
    """Each row once for every span: `how.of` as it was then, `SINCE` and `UNTIL` as the entry declares dates.

    Of several changes on one day the last counts. Changes of rows that are not here are left aside. A change whose
    day cannot be read is an error, and the row that it is about is faulty, as nobody knows when it was whose. With
    `how.on_day`, each row once, for the span that its day is in; the present one where it has no day.
    """
    if other.frame is None:
        return Reshaped(None, other.faults)
    ours, theirs = next(iter(how.on.items()))
    needed = [ours, how.of, *([how.on_day] if how.on_day else [])]
    missing = [absent(n, frame.columns, None) for n in needed if n not in frame.columns]
    wanted = [theirs, how.at, how.new, *([how.old] if how.old else []), *how.where]
    missing += [absent(n, list(other.header), other.name) for n in wanted if n not in other.frame.columns]
    if wrong := (*missing, *named_twice(frame.columns, (SINCE, UNTIL))):
        return Reshaped(None, wrong)
    changes, faults, undated = _changes(other.frame, theirs, how, form, other.name)
    rows = frame.with_columns(key(ours, frame.schema[ours], form).alias(_KEY))
    told = changes.join(rows.select(_KEY).unique(), on=_KEY, how="semi", maintain_order="left")
    faults += _nothing(changes, how, other.name) if undated.is_empty() else []
    faults += _broken(told, other.name)
    faults += _elsewhere(told, rows, how, form, other.name)
    spans = _spans(told)
    joined = rows.join(spans, on=_KEY, how="left", maintain_order="left_right")
    joined = _on_its_day(joined, how, form) if how.on_day else joined
    was = pl.when(pl.col(" is_past")).then(pl.col(_NEW)).otherwise(key(how.of, frame.schema[how.of], form))
    touched = rows.filter(pl.col(_KEY).is_in(undated.implode()))[ROW]
    ends = [as_declared(pl.col(c).str.to_date("%Y-%m-%d"), form) for c in (SINCE, UNTIL)]
    made = joined.with_columns(was.alias(how.of), *ends).select(*frame.columns, SINCE, UNTIL)
    return Reshaped(made, tuple(faults), frozenset(touched))


def as_declared(day: pl.Expr, form: Format) -> pl.Expr:
    """The day as the dates of the entry are written, so that it is read as they are; ISO where those are instants."""
    is_day = form.dates and not form.utc and not dates.has_zone(form)
    return day.cast(pl.Datetime("us")).dt.to_string(str(form.dates) if is_day else "%Y-%m-%d")


def until_next(frame: pl.DataFrame, how: UntilNext, form: Format) -> Reshaped:
    """The rows with the column `UNTIL`: where the next row of their key begins, as that row writes it."""
    missing = [absent(n, frame.columns, None) for n in (*how.by, how.since) if n not in frame.columns]
    if wrong := (*missing, *named_twice(frame.columns, (UNTIL,))):
        return Reshaped(None, wrong)
    cell = text(how.since, frame.schema[how.since], form.blanks)
    day = pl.when(cell.is_not_null()).then(dates.day(cell, form, zoned=True)).otherwise(date.min)
    keys = [text(c, frame.schema[c], form.blanks).alias(f" {c}") for c in how.by]
    by = [f" {c}" for c in how.by]
    rows = frame.with_columns(*keys, day.alias(_DAY), cell.alias(_NEW))
    begins = rows.drop_nulls([*by, _DAY]).unique([*by, _DAY], keep="first", maintain_order=True).sort(_DAY)
    following = begins.select(*by, _DAY, pl.col(_NEW).shift(-1).over(by).alias(UNTIL))
    joined = rows.join(following, on=[*by, _DAY], how="left", maintain_order="left")
    return Reshaped(joined.select(*frame.columns, UNTIL))


def _on_its_day(joined: pl.DataFrame, how: History, form: Format) -> pl.DataFrame:
    """Of the spans of each row the one that its day is in; the present where the day is unknown."""
    cells = joined.select(ROW, pl.lit(value=True).alias(KEPT), pl.col(str(how.on_day)).alias("on"))
    day = typed(cells, [Asked("on", "date", form, str(how.on_day))]).frame["on"].dt.to_string("%Y-%m-%d")
    since, until = pl.col(SINCE).fill_null(""), pl.col(UNTIL).fill_null("9999-12-31")
    is_meant = (
        pl.when(pl.col(" on").is_null())
        .then(pl.col(UNTIL).is_null())
        .otherwise((since <= pl.col(" on")) & (pl.col(" on") < until))
    )
    return joined.with_columns(day.alias(" on")).filter(is_meant)


def _changes(
    frame: pl.DataFrame, on: str, how: History, form: Format, name: str
) -> tuple[pl.DataFrame, list[Fault], pl.Series]:
    """The changes that count, in order of time: key, day, old, new; one for each key and day.

    With them what is wrong with their days, and the keys of those without one.
    """
    checks = [check(c, frame.schema[c], condition, form.blanks) for c, condition in how.where.items()]
    kept = frame.filter(*(c.holds for c in checks)) if checks else frame
    old = key(how.old, frame.schema[how.old], form) if how.old else pl.lit(None, dtype=pl.String)
    cells = kept.select(
        ROW,
        pl.lit(value=True).alias(KEPT),
        key(on, frame.schema[on], form).alias(_KEY),
        pl.col(how.at).alias("at"),
        pl.col(how.at).cast(pl.String).alias(" written"),
        old.alias(_OLD),
        key(how.new, frame.schema[how.new], form).alias(_NEW),
    )
    written = form.with_dates(how.dates)
    made = typed(cells, [Asked("at", "date", written, how.at)])
    moment = typed(cells, [Asked("at", "instant", written, how.at)]).frame["at"]
    dated = cells.drop("at").with_columns(made.frame["at"].alias(_DAY), moment.alias(" moment"))
    undated = dated.filter(pl.col(_KEY).is_not_null() & pl.col(_DAY).is_null())
    dated = dated.drop_nulls([_KEY, _DAY])
    by_day = dated.sort(_KEY, _DAY, " moment", " written", ROW).group_by(_KEY, _DAY, maintain_order=True)
    one_a_day = by_day.agg(pl.col(_OLD).first(), pl.col(_NEW).last()).sort(_KEY, _DAY)
    faults = [replace(f, file=name) for f in made.faults]
    empty = undated.filter(pl.col(" written").fill_null("").str.strip_chars().is_in(form.blanks))
    if not empty.is_empty():
        what = f"{counted(empty.height, 'change')} without a day, the first"
        faults.append(Fault(what, "export when each change was made", name, empty[ROW][0], how.at))
    return one_a_day, faults, undated[_KEY]


def _spans(changes: pl.DataFrame) -> pl.DataFrame:
    """One row per key and span: key, new, since, until, is_past; the last span of a key is the present."""
    first = (
        changes.group_by(_KEY, maintain_order=True)
        .agg(pl.col(_OLD).first().alias(_NEW))
        .with_columns(pl.lit(None, dtype=pl.Date).alias(_DAY))
    )
    whole = pl.concat([first, changes.select(_KEY, _NEW, _DAY)]).sort(_KEY, _DAY, nulls_last=False)
    until = pl.col(_DAY).shift(-1).over(_KEY)
    spans = whole.with_columns(until.alias(UNTIL), (until.is_not_null()).alias(" is_past"))
    days = [pl.col(c).dt.to_string("%Y-%m-%d") for c in (_DAY, UNTIL)]
    return spans.select(_KEY, _NEW, days[0].alias(SINCE), days[1].alias(UNTIL), " is_past")


def _nothing(changes: pl.DataFrame, how: History, name: str) -> list[Fault]:
    """A warning where no row at all is such a change, so that the value of today holds for all time."""
    if not changes.is_empty():
        return []
    what = f"no row of it tells of a change of {how.of}, so the {how.of} of today counts for all time"
    return [Fault(what, "export the changes of that field, and see that they are tracked", name, severity="warning")]


def _broken(changes: pl.DataFrame, name: str) -> list[Fault]:
    """A warning where a change begins with another value than the one before it ended with."""
    before = pl.col(_NEW).shift(1).over(_KEY)
    odd = changes.filter(pl.col(_OLD).is_not_null() & before.is_not_null() & (before != pl.col(_OLD)))
    return _warning(odd, "a change from another value than the change before it led to", name)


def _elsewhere(changes: pl.DataFrame, rows: pl.DataFrame, how: History, form: Format, name: str) -> list[Fault]:
    """A warning where the last change led to another value than the one of today."""
    last = changes.group_by(_KEY, maintain_order=True).last()
    today = rows.select(_KEY, key(how.of, rows.schema[how.of], form).alias(" today")).unique(
        _KEY, keep="first", maintain_order=True
    )
    odd = last.join(today, on=_KEY, how="inner").filter(pl.col(_NEW).ne_missing(pl.col(" today")))
    return _warning(odd.sort(_KEY), f"a last change that does not lead to {how.of}; {how.of} was taken", name)


def _warning(odd: pl.DataFrame, what: str, name: str) -> list[Fault]:
    if odd.is_empty():
        return []
    said = f"{counted(odd.height, 'row')} with {what}; the first"
    remedy = "export the history and the list of today on the same day, without gaps"
    return [Fault(said, remedy, file=name, value=odd[_KEY][0], severity="warning")]
