"""What is taken off a line, and for how long? Lines divided where a discount begins and where it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from adapters.delivery import Fault
from adapters.files.rows import ROW
from adapters.mapping.billing import next_bill
from adapters.mapping.shaping import shown
from adapters.mapping.shares import LARGEST, halves_up, money, shared, smallest_unit, ten_thousandths
from adapters.mapping.sources import Discount, FileSource
from adapters.values.formats import Format
from adapters.values.parsing import DTYPES, SCALES
from adapters.wording import counted

Found = tuple[pl.DataFrame, tuple[Fault, ...], frozenset[int]]
"""The lines, faults of discounts of which nothing says enough, and the rows that these touch."""

_KINDS = {
    "percent": "number", "off": "money", "shared_by": "text", "currency": "text", "starts": "date", "ends": "date",
    "billed": "date", "named": "text", "further": "text",
}  # fmt: skip
"""The settings of a discount, each a column of theirs, and what it holds."""

_MARK, _OFF, _FROM, _TO, _SINCE = " discount ", " off", " from", " to", " since"
_LINE = (ROW, "line_id")
_FAR = pl.lit(date(9999, 12, 31))
_OURS = {
    "currency": "text", "ends_on": "date", "signed_on": "date", "quantity": "number", "list_price": "money",
    "discount": "number", "discount_ends": "flag",
}  # fmt: skip
_MAP_IT = "map what is charged in sources.yaml"


@dataclass(frozen=True, slots=True)
class _Doubt:
    """Which lines have a discount that is not known well enough, why, and the setting that tells so."""

    rows: pl.Expr
    what: str
    remedy: str
    setting: str


_AT_ONCE = _Doubt(pl.lit(value=False), "several discounts at once, which are not taken off", _MAP_IT, "named")


def with_discount(source: FileSource, kinds: Mapping[str, str]) -> tuple[FileSource, Mapping[str, str]]:
    """The entry with what it says of discounts among its columns, and the kinds of all."""
    if source.discount is None:
        return source, kinds
    said = {_MARK + name: how for name, how in source.discount.said.items()}
    asked = {_MARK + name: kind for name, kind in _KINDS.items()}
    return source.model_copy(update={"columns": {**source.columns, **said}}), {**kinds, **asked}


def less_discount(lines: pl.DataFrame, how: Discount, form: Format) -> Found:
    """The typed lines less their discounts, each divided where one begins and where it ends.

    A line is there once with each of its discounts, which may follow each other. What is taken off is rounded to the
    smallest unit of the currency, and is never more than there is. With `billed`, a discount counts from the first bill
    after it begins to the first after it ends, as a bill is for the time that follows. The lines that one becomes share
    their day of signature; later ones have their first day behind their id.
    """
    wanted = {**_OURS, **{_MARK + name: kind for name, kind in _KINDS.items()}}
    blank = {name: pl.lit(None, dtype=DTYPES[kind]) for name, kind in wanted.items() if name not in lines.columns}
    once = [*_LINE, *(_MARK + name for name in _KINDS)]
    said = lines.with_columns(**blank).unique(once, keep="first", maintain_order=True)
    doubts = [(doubt, rows) for doubt in _doubts() if not (rows := said.filter(doubt.rows)).is_empty()]
    touched = frozenset(row for _, rows in doubts for row in rows[ROW])
    spans = _spans(_with_off(said.filter(~pl.col(ROW).is_in(touched)), form))
    if not (at_once := spans.filter(pl.col(_SINCE) > pl.col(_FROM))).is_empty():
        doubts.append((_AT_ONCE, at_once))
        touched |= frozenset(at_once[ROW])
    less = spans.filter(~pl.col(ROW).is_in(touched))
    whole = said.join(less, on=_LINE, how="anti", maintain_order="left").unique(
        _LINE, keep="first", maintain_order=True
    )
    parts = pl.concat([whole, *_parts(less)], how="diagonal")
    ours = [name for name in said.columns if not name.startswith(_MARK)]
    faults = tuple(_fault(doubt, rows, how) for doubt, rows in doubts)
    return parts.sort(ROW, "starts_on", maintain_order=True).select(ours), faults, touched


def _said(setting: str) -> pl.Expr:
    return pl.col(_MARK + setting)


def _doubts() -> list[_Doubt]:
    is_further = _said("further").is_not_null()
    is_other = (_said("currency").str.to_uppercase() != pl.col("currency")).fill_null(value=False)
    is_unknown = _said("named").is_not_null() & _said("percent").is_null() & _said("off").is_null()
    unknown = "a discount of which no file says how much it takes off"
    several = "a discount beside another, or for some products only, which is not taken off"
    other = "the discount is in another currency than the line"
    return [
        _Doubt(is_unknown & ~is_further, unknown, f"export discounts and coupons, too, or {_MAP_IT}", "named"),
        _Doubt(is_further, several, _MAP_IT, "further"),
        _Doubt(_said("off").is_not_null() & is_other & ~is_further, other, _MAP_IT, "currency"),
        *(_Doubt(_said(name) < 0, "a discount below zero", _MAP_IT, name) for name in ("percent", "off")),
    ]


def _fault(doubt: _Doubt, rows: pl.DataFrame, how: Discount) -> Fault:
    row, value = rows.select(ROW, _said(doubt.setting).cast(pl.String)).row(0)
    several = f" ({counted(rows.height, 'row')}, the first)" if rows.height > 1 else ""
    named = how.said.get(doubt.setting)
    column = None if named is None else shown(named, doubt.setting)
    return Fault(doubt.what + several, doubt.remedy, row=row, column=column, value=value)


def _with_off(lines: pl.DataFrame, form: Format) -> pl.DataFrame:
    """The lines with what is taken off each, in ten-thousandths as amounts are."""
    amount = pl.when(pl.col("amount") > 0).then(ten_thousandths(pl.col("amount"))).otherwise(0)
    percent = _said("percent").clip(upper_bound=100)
    unit = smallest_unit(lines["currency"], form)
    part = halves_up(amount * percent.to_physical().cast(pl.Int128), unit * 10**8) * unit
    shares = _said("percent").is_null() & _said("off").is_not_null()
    of = pl.coalesce(_said("shared_by"), pl.col(ROW).cast(pl.String))
    same = [_said(name).cast(pl.String).fill_null("") for name in ("off", "starts", "ends")]
    group = pl.when(shares).then(pl.concat_str([of, *same], separator="\n"))
    held = lines.with_columns(amount.alias(" amount"), unit.alias(" unit"), part.alias(" part"), group.alias(" group"))
    whole = pl.min_horizontal(ten_thousandths(_said("off")), pl.col(" amount").sum().over(" group"))
    share = pl.when(shares).then(shared(whole, pl.col(" amount"), pl.col(" unit"), " group"))
    off = pl.coalesce(" part", share).fill_null(0).alias(_OFF)
    return held.with_columns(off).drop(" amount", " unit", " part", " group")


def _spans(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines off which something is taken while they last, with its span, and where the one before it ended."""
    start, end = pl.col("starts_on"), pl.col("ends_on").fill_null(_FAR)
    begins = next_bill(_said("starts"), _said("billed"), pl.col("every"))
    over = next_bill(_said("ends"), _said("billed"), pl.col("every"))
    since = pl.when(_said("starts") > start).then(begins).otherwise(start)
    spans = lines.with_columns(since.alias(_FROM), pl.min_horizontal(over, end).alias(_TO))
    is_less = ((pl.col(_OFF) > 0) & (pl.col(_FROM) < pl.col(_TO))).fill_null(value=False)
    before = pl.col(_TO).shift(1).over(_LINE).fill_null(start)
    return spans.filter(is_less).sort(*_LINE, _FROM, _TO, maintain_order=True).with_columns(before.alias(_SINCE))


def _parts(spans: pl.DataFrame) -> list[pl.DataFrame]:
    """The parts of the lines: before each discount, while it counts, and after the last."""
    start, end = pl.col("starts_on"), pl.col("ends_on").fill_null(_FAR)
    is_last = pl.col(_FROM) == pl.col(_FROM).max().over(_LINE)
    is_parted = (pl.col(_FROM) > start) | (pl.col(_TO) < end)
    signed = pl.when(is_parted.any().over(_LINE)).then(pl.coalesce("signed_on", start)).otherwise("signed_on")
    less = spans.with_columns(signed.alias("signed_on"))
    before = less.filter(pl.col(_FROM) > pl.col(_SINCE)).with_columns(
        _named_from(_SINCE).alias("line_id"), pl.col(_SINCE).alias("starts_on"), pl.col(_FROM).alias("ends_on")
    )
    after = less.filter(is_last & (pl.col(_TO) < end)).with_columns(
        _named_from(_TO).alias("line_id"), pl.col(_TO).alias("starts_on")
    )
    return [before, _lowered(less), after]


def _lowered(less: pl.DataFrame) -> pl.DataFrame:
    """The part of each line in which the discount counts, with its price before it where that is exact."""
    gross, off = ten_thousandths(pl.col("amount")), pl.col(_OFF)
    units = pl.col("quantity").fill_null(1).to_physical().cast(pl.Int128)
    dividend, divisor = gross * 10 ** SCALES["number"], pl.when(units > 0).then(units)
    is_exact = (dividend % divisor == 0) & (dividend // divisor <= LARGEST)
    listed = pl.when(is_exact).then(dividend // divisor)
    return less.with_columns(
        _named_from(_FROM).alias("line_id"),
        pl.col(_FROM).alias("starts_on"),
        pl.when(pl.col(_TO) < _FAR).then(_TO).alias("ends_on"),
        money(gross - off).alias("amount"),
        pl.coalesce("list_price", money(listed)).alias("list_price"),
        (off / gross).cast(DTYPES["number"]).alias("discount"),
        _said("ends").is_not_null().alias("discount_ends"),
    )


def _named_from(day: str) -> pl.Expr:
    """The id of a part that begins on the day; the first keeps that of the line."""
    later = pl.concat_str("line_id", pl.lit(":"), pl.col(day).dt.to_string("%Y-%m-%d"))
    return pl.when(pl.col(day) > pl.col("starts_on")).then(later).otherwise("line_id")
