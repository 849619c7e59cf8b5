"""What is left of each line of a bill when the bill as a whole was lowered? Its part of what the bill says."""

from collections.abc import Mapping

import polars as pl

from adapters.mapping.shares import money, shared, smallest_unit, ten_thousandths
from adapters.mapping.sources import FileSource
from adapters.values.formats import Format

_BILL, _LEFT, _PARTS, _UNIT = " bill", " left", " parts", " unit"


def with_bill(source: FileSource, kinds: Mapping[str, str]) -> tuple[FileSource, Mapping[str, str]]:
    """The entry with the bill of a line and what is left of it among its columns, and the kinds of all."""
    if (how := source.adds_up) is None:
        return source, kinds
    columns = {**source.columns, _BILL: how.by, _LEFT: how.to}
    return source.model_copy(update={"columns": columns}), {**kinds, _BILL: "text", _LEFT: "money"}


def adding_up(lines: pl.DataFrame, form: Format) -> pl.DataFrame:
    """The typed lines, all of a bill among them, with amounts that add up to what is left of it.

    They are lowered in proportion, to the smallest unit of the currency. A bill whose lines come to no more than what
    is left stays as it is: nothing was taken off, or not all lines are there.
    """
    if _LEFT not in lines.columns:
        return lines
    code = [] if "currency" in lines.columns else [pl.lit(None, pl.String).alias("currency")]
    rows = lines.with_columns(*code)
    rows = rows.with_columns(
        ten_thousandths(pl.col("amount")).alias(_PARTS), smallest_unit(rows["currency"], form).alias(_UNIT)
    )
    left, parts = ten_thousandths(pl.col(_LEFT)), pl.col(_PARTS)
    is_known = pl.col(_BILL).is_not_null() & (left >= 0) & (parts.sum().over(_BILL) > left)
    share = money(shared(left, parts, pl.col(_UNIT), _BILL))
    amount = pl.when(is_known).then(pl.coalesce(share, "amount")).otherwise("amount").alias("amount")
    return rows.with_columns(amount).select(c for c in lines.columns if c not in (_BILL, _LEFT))
