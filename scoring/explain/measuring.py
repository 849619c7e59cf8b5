"""How do accounts make a value? A metric of the catalogue, taken apart over the rows that it was measured on."""

from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Any

import polars as pl

from scoring.explain.columns import ACHIEVED, POSSIBLE, called
from scoring.explain.model import Measured, Part
from scoring.explain.refusals import UnexplainedError
from scoring.letters import by_letters
from scoring.measure import enough, measure_by
from scoring.metrics import REASONS
from scoring.metrics.metric import Metric, Parts, in_book
from scoring.numbers import exact, in_parts

PLACES = 9
"""Decimals of values and parts, those that cards have."""

_WIDE = Context(prec=50)
_NONE = Decimal(0)
_NOTHING: tuple[Decimal | None, Decimal | None] = (None, None)
_NEAR = Decimal("0.00000001")


def measured(rows: pl.DataFrame, metric: Metric, basis: str, kind: str | None = None) -> Measured:
    """The metric over a manager's rows of the book, of which there may be none, taken apart by account.

    `kind` is the column by which accounts are graded apart. Raises UnexplainedError where the parts do not add
    up to the value.
    """
    metric, whose = in_book(metric, rows.columns), pl.LazyFrame({"manager_id": rows["manager_id"].unique()})
    ids = whose if rows.height else pl.LazyFrame({"manager_id": [""]})
    measures = pl.concat(measure_by(rows.lazy(), [metric], ("manager_id",), basis=basis, ids=ids))
    found = enough(measures, [metric]).collect().row(0, named=True)
    amount = found["amount"] if found["amount"] is not None else _rounded(exact(found["value"]))
    value, sums = amount, _NOTHING
    parts: tuple[Part, ...] = ()
    if metric.needs in (None, basis):
        counted = rows.filter(metric.base.rows)
        sums = _sums(counted, metric.parts)
        value, parts = _parts(counted, metric, amount, sums, kind)
    return Measured(
        metric=metric.name,
        label=metric.label,
        unit=str(metric.unit),
        definition=metric.definition,
        who_counts=metric.base.words,
        source=metric.source,
        value=value,
        n=found["n"],
        reason=REASONS.get(found["reason"], found["reason"]) if found["reason"] else None,
        is_sum=metric.parts is not None,
        top=sums[0],
        bottom=sums[1],
        top_name=_top_name(metric.parts) if metric.parts else None,
        bottom_name=_column(metric.parts.bottom) if metric.parts else None,
        less=_less(metric.parts),
        sentence=_sentence(metric),
        parts=parts,
    )


def check_same(what: str, found: Decimal | None, said: float | None) -> None:
    """Raises UnexplainedError where a figure is not the one that was said, but for the last digit."""
    wanted = exact(said)
    if (found is None) != (wanted is None):
        raise UnexplainedError(what, found, said)
    if found is not None and wanted is not None and abs(found - wanted) > _NEAR * max(Decimal(1), abs(wanted)):
        raise UnexplainedError(what, found, said)


def _parts(
    counted: pl.DataFrame,
    metric: Metric,
    amount: Decimal | None,
    sums: tuple[Decimal | None, Decimal | None],
    kind: str | None,
) -> tuple[Decimal | None, tuple[Part, ...]]:
    """The value and what each account puts into it; those that move it most first."""
    columns = {c: pl.col(c) for c in metric.columns}
    own = {"_kind": pl.col(kind).fill_null("") if kind else pl.lit(None, dtype=pl.String)}
    if metric.parts is None:
        listed = counted.select("account_id", "account", **own, **columns).sort("account_id")
        made = [_part(row, metric.columns) for row in listed.iter_rows(named=True)]
        return amount, tuple(sorted(made, key=lambda p: (by_letters(p.name), p.account_id)))
    top, bottom, less = *sums, _less(metric.parts)
    below = metric.parts.bottom if metric.parts.bottom is not None else pl.lit(None)
    own |= {"_top": metric.parts.top, "_bottom": below}
    listed = counted.select("account_id", "account", **own, **columns).sort("account_id")
    value = None if amount is None else _over(top, bottom, less, is_divided=metric.parts.bottom is not None)
    check_same(f"{metric.name} over {counted.height:,} accounts", value, None if amount is None else float(amount))
    shares = _shares([r["_top"] or _NONE for r in listed.iter_rows(named=True)], bottom, value, less)
    made = [
        _part(row, metric.columns, part, None if value is None else _without(row, top, bottom, less))
        for row, part in zip(listed.iter_rows(named=True), shares, strict=True)
    ]
    return value, tuple(sorted(made, key=lambda p: (_weight(value, p), p.account_id)))


def _part(
    row: dict[str, Any], columns: Sequence[str], part: Decimal | None = None, without: Decimal | None = None
) -> Part:
    return Part(
        account_id=row["account_id"],
        name=row["account"] or row["account_id"],
        kind=row["_kind"],
        top=row.get("_top"),
        bottom=row.get("_bottom"),
        part=part,
        without=without,
        figures={c: row[c] for c in columns},
    )


def _sums(counted: pl.DataFrame, parts: Parts | None) -> tuple[Decimal | None, Decimal | None]:
    """What the tops and the bottoms add up to; None where there is nothing to add."""
    if parts is None or not counted.height:
        return None, None
    bottom = pl.lit(None) if parts.bottom is None else parts.bottom.sum()
    top, below = counted.select(parts.top.sum().alias("top"), bottom.alias("bottom")).row(0)
    return exact(top), exact(below)


def _over(top: Decimal | None, bottom: Decimal | None, less: Decimal, *, is_divided: bool) -> Decimal | None:
    """The value of these sums; None where there is nothing to divide by."""
    if top is None or not is_divided:
        return top
    return _rounded(_WIDE.divide(top, bottom) - less) if bottom else None


def _shares(
    tops: Sequence[Decimal], bottom: Decimal | None, value: Decimal | None, less: Decimal
) -> Sequence[Decimal | None]:
    """Each top's part of the value, to the last digit; an amount that is not divided is its own part."""
    if value is None:
        return [None] * len(tops)
    if bottom is None:
        return tops
    return in_parts([_WIDE.divide(top, bottom) for top in tops], value + less, PLACES)


def _without(row: dict[str, Any], top: Decimal | None, bottom: Decimal | None, less: Decimal) -> Decimal | None:
    """The value if the account were not there."""
    if top is None:
        return None
    rest = None if bottom is None else bottom - (row["_bottom"] or _NONE)
    return _over(top - (row["_top"] or _NONE), rest, less, is_divided=bottom is not None)


def _weight(value: Decimal | None, part: Part) -> Decimal:
    """Lower for accounts that move the value more; the only one moves it most."""
    if value is None:
        return -abs(part.bottom or part.top or _NONE)
    return Decimal("-Infinity") if part.without is None else -abs(value - part.without)


def _less(parts: Parts | None) -> Decimal:
    return Decimal(str(parts.less)).normalize() if parts and parts.less else _NONE


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, PLACES)


def _column(amount: pl.Expr | None) -> str | None:
    """The column that the amount is, if it is nothing but one."""
    return amount.meta.output_name() if amount is not None and amount.meta.is_column() else None


def _top_name(parts: Parts) -> str | None:
    """The column that the top is, or stands for."""
    return parts.top_name or _column(parts.top)


def _sentence(metric: Metric) -> str:
    """How accounts make the value."""
    parts = metric.parts
    if parts is None:
        return f"{metric.label} is no sum over accounts; beside each account stands what went into it."
    if parts.bottom is None:
        return f"{metric.label} is the sum over {metric.base.words}."
    less = f" before {_less(parts)} is taken off" if parts.less else ""
    top, bottom = called(_top_name(parts), ACHIEVED), called(_column(parts.bottom), POSSIBLE)
    return (
        f'An account\'s part is "{top}" divided by the sum of "{bottom}"; over {metric.base.words} the parts add up to '
        f"the value{less}."
    )
