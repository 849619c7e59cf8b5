"""On which day is the next bill? Told by a day on which one is, and by how often."""

import polars as pl

_EVERY = r"^(?:([0-9]{1,3}) )?(month|quarter|year|week|day)s?$"
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"week": 7, "day": 1}


def next_bill(day: pl.Expr, billed: pl.Expr, every: pl.Expr) -> pl.Expr:
    """The first day of a bill that is not before `day`; the day itself where nothing says when is billed.

    A month that has no such day has its bill on its last one.
    """
    count = every.str.extract(_EVERY, 1).cast(pl.Int64).fill_null(1)
    unit = every.str.extract(_EVERY, 2)
    months = count * unit.replace_strict(_MONTHS, default=None, return_dtype=pl.Int64)
    days = count * unit.replace_strict(_DAYS, default=None, return_dtype=pl.Int64)
    apart = (day.dt.year() - billed.dt.year()).cast(pl.Int64) * 12 + (day.dt.month() - billed.dt.month()).cast(pl.Int64)
    of_months = [_after(billed, (apart // months + n) * months, "mo") for n in (0, 1)]
    since = (day - billed).dt.total_days()
    of_days = _after(billed, -(-since // days) * days, "d")
    bills = [pl.when(bill >= day).then(bill) for bill in of_months]
    return pl.coalesce(*bills, of_days, day)


def _after(billed: pl.Expr, number: pl.Expr, unit: str) -> pl.Expr:
    return billed.dt.offset_by(pl.concat_str(number.cast(pl.String), pl.lit(unit)))
