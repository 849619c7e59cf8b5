"""Is each row sound by itself? Rules that look at one row at a time, each a condition and a sentence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import polars as pl

from scoring.calendar import PATTERN
from scoring.checks.findings import Finding, Saying, found
from scoring.checks.suggestions import did_you_mean
from scoring.errors import Severity
from scoring.frame import Column, Kind, Table
from scoring.money import LARGEST
from scoring.tables import COUNTS_ON, EVERY, NOBODY, TABLES, UNNAMED

_EVERY = rf"^(?:{'|'.join(EVERY)}|[1-9][0-9]{{0,2}} (?:{'|'.join(EVERY)})s?)$"
_PERIOD = rf"^(?:{PATTERN})$"
_SCALES = {"nps": "0-10", "csat": "1-5"}
"""The scale that each survey has where it names none."""
_NAMED_BY = {
    "accounts": ("segment", "industry", "region"),
    "managers": ("team",),
    "costs": ("team",),
    "contracts": ("end_reason",),
}
"""The columns by which measures are told."""


@dataclass(frozen=True, slots=True, eq=False)
class RowRule:
    """A condition that no row of a table may meet, and how to say that one does."""

    bad: pl.Expr
    saying: Saying


def empty(column: Column) -> RowRule:
    """The rule that a required column is filled."""
    blank = pl.col(column.name).is_null()
    if column.kind is Kind.TEXT:
        blank |= pl.col(column.name).str.strip_chars() == ""
    what = f"{column.name} is empty"
    return RowRule(blank, Saying(what, "every row needs one", column.name))


def declared_rules(table: Table) -> Iterator[RowRule]:
    """The rules that follow from the declaration: closed lists of words, and amounts of a sane size."""
    for column in table.columns:
        value = pl.col(column.name)
        if column.words:
            what = f"{column.name} is not one of the words allowed"
            words = pl.Series(column.words, dtype=pl.String)
            advice = partial(did_you_mean, known=words, otherwise=f"use {', '.join(column.words)}")
            yield RowRule(~value.is_in(column.words), Saying(what, advice, column.name))
        if column.kind is Kind.MONEY:
            what = f"{column.name} is larger than {LARGEST:,}"
            remedy = "mend the amount, or deliver amounts in thousands"
            yield RowRule(value.abs() > LARGEST, Saying(what, remedy, column.name))


def broken(frame: pl.DataFrame, table: Table, rules: list[RowRule]) -> list[Finding]:
    """What the rules find in the rows, which carry their numbers."""
    if frame.is_empty() or not rules:
        return []
    hits = frame.lazy().select(r.bad.any().alias(str(i)) for i, r in enumerate(rules)).collect().row(0)
    broken_rules = (rule for rule, hit in zip(rules, hits, strict=True) if hit)
    return [f for rule in broken_rules for f in found(table.name, frame.filter(rule.bad), rule.saying)]


def unnamed_rules(table: Table, further: Iterable[str] = ()) -> Iterator[RowRule]:
    """Rows that name a team, a reason or an attribute with the word for those that have none; `further` columns are
    attributes, too."""
    for name in (*_NAMED_BY.get(table.name, ()), *further):
        saying = Saying(
            f"{name} is the word under which those without one are counted, so they are counted together",
            "leave the cell empty if there is none, or name it otherwise",
            name,
            severity=Severity.WARNING,
        )
        yield RowRule(pl.col(name) == UNNAMED, saying)


def _ends() -> tuple[RowRule, ...]:
    starts, ends = pl.col("starts_on"), pl.col("ends_on")
    return (
        RowRule(
            ends < starts,
            Saying("ends_on is before starts_on", "mend one of the two days", "ends_on"),
        ),
        RowRule(
            ends == starts,
            Saying(
                "ends_on is starts_on, so the row holds for no day",
                "ends_on is the first day no longer; with inclusive days set plus_days: 1",
                "ends_on",
                severity=Severity.WARNING,
            ),
        ),
    )


def _period() -> RowRule:
    saying = Saying("period is not understood", "write it as 2026-Q2, 2026-04 or 2026", "period")
    return RowRule(~pl.col("period").str.contains(_PERIOD), saying)


def _controls() -> Iterator[RowRule]:
    """Control totals that nothing read could ever be held against."""
    table, is_amount = pl.col("table"), pl.col("measure") == "amount"
    with_amounts = [t.name for t in TABLES.values() if any(c.name == "amount" for c in t.columns)]
    has_days = pl.col("starts_on").is_not_null() | pl.col("ends_on").is_not_null()
    yield RowRule(
        is_amount & ~table.is_in(with_amounts),
        Saying(
            "the table has no column amount", f"use measure rows; amounts are in {', '.join(with_amounts)}", "table"
        ),
    )
    yield RowRule(
        has_days & ~table.is_in(list(COUNTS_ON)),
        Saying("the rows of the table have no day", "leave starts_on and ends_on empty", "table"),
    )
    yield RowRule(
        pl.col("ends_on") <= pl.col("starts_on"),
        Saying("ends_on is not after starts_on", "name the first day that is no longer meant", "ends_on"),
    )
    yield RowRule(
        ~is_amount & ((pl.col("value") < 0) | (pl.col("value") != pl.col("value").floor())),
        Saying("value is no number of rows", "write a whole number, or measure amount", "value"),
    )


def survey_rules(csat_scales: Iterable[str] = ()) -> Iterator[RowRule]:
    """Answers that are not on a known scale: whole numbers of 0-10 for nps; for csat of 1-5, or of a scale that
    the rules declare."""
    kind, score, scale = pl.col("kind"), pl.col("score"), pl.col("scale")
    for name, usual in _SCALES.items():
        known = [usual, *sorted(set(csat_scales) - {usual})] if name == "csat" else [usual]
        remedy = f"only {' and '.join(known)} {'is' if len(known) == 1 else 'are'}; answers are not rescaled"
        if name == "csat":
            remedy += ", declare theirs in voice.csat_scales"
        yield RowRule(
            (kind == name) & ~scale.is_in(known),
            Saying(f"scale of {name} is not understood", remedy, "scale"),
        )
        for one in known:
            low, high = (int(edge) for edge in one.split("-"))
            outside = (score < low) | (score > high) | (score != score.floor())
            yield RowRule(
                (kind == name) & (scale.fill_null(usual) == one) & outside,
                Saying(f"score of {name} is not a whole number of {one}", "mend the answer or its scale", "score"),
            )


def _counts_on(status: str, what: str, remedy: str) -> RowRule:
    """Lines of a status that says they are over, without the day on which they are."""
    is_endless = (pl.col("status") == status) & pl.col("ends_on").is_null()
    return RowRule(is_endless, Saying(what, remedy, "ends_on", severity=Severity.WARNING))


def _unlike_its_price() -> RowRule:
    """Lines that charge more than their list price, or another part of it than their discount leaves, by over 1 %."""
    quantity, price, amount = (pl.col(name).cast(pl.Float64) for name in ("quantity", "list_price", "amount"))
    discount = pl.col("discount").cast(pl.Float64)
    listed = quantity * price * (1 - discount.fill_null(0))
    over, much = amount - listed, 0.01 * listed.abs() + 0.01
    saying = Saying(
        "amount is not what quantity, list_price and discount come to",
        "all of them are of one `every`: a year's amount goes with the list price of a year",
        "amount",
        severity=Severity.WARNING,
    )
    return RowRule((over > much) | (discount.is_not_null() & (over < -much)), saying)


_RETURNS = pl.col("kind").is_in(["credit", "return"])

ROW_RULES: dict[str, tuple[RowRule, ...]] = {
    "managers": (
        *_ends(),
        RowRule(
            pl.col("manager_id") == NOBODY,
            Saying(
                "manager_id is the one that accounts without a manager are counted under",
                "give the manager another id, here and wherever it is used",
                "manager_id",
            ),
        ),
    ),
    "ownership": (
        *_ends(),
        RowRule(
            (pl.col("share") <= 0) | (pl.col("share") > 1),
            Saying("share is not above 0 and up to 1", "write 0.5 for half of the account", "share"),
        ),
    ),
    "contracts": (
        *_ends(),
        _counts_on(
            "cancelled",
            "the line is cancelled and nothing says until when it is paid, so it counts on",
            "map the day on which service ends to ends_on; of some systems it is that of the cancellation",
        ),
        _counts_on(
            "ended", "the line has ended and nothing says when, so it counts on", "export the day on which it ended"
        ),
        RowRule(
            ~pl.col("every").str.contains(_EVERY),
            Saying("every is not understood", f"use {', '.join(EVERY)}, or a number as in 6 months", "every"),
        ),
        RowRule(
            (pl.col("discount") < 0) | (pl.col("discount") > 1),
            Saying("discount is not between 0 and 1", "write 0.25 for a quarter off", "discount"),
        ),
        RowRule(
            pl.col("quantity") < 0,
            Saying("quantity is negative", "is it a credit?", "quantity", severity=Severity.WARNING),
        ),
        _unlike_its_price(),
    ),
    "invoices": (
        RowRule(
            (pl.col("quantity") < 0) & (pl.col("amount") > 0),
            Saying(
                "quantity is negative and the amount is not",
                "a return has a negative amount",
                "quantity",
                severity=Severity.WARNING,
            ),
        ),
        RowRule(
            _RETURNS & (pl.col("amount") > 0),
            Saying(
                "a return or credit has a positive amount, which adds to revenue",
                "turn its sign",
                "amount",
                severity=Severity.WARNING,
            ),
        ),
    ),
    "controls": tuple(_controls()),
    "costs": (_period(),),
    "exclusions": (
        RowRule(
            pl.col("ends_on") <= pl.col("starts_on"),
            Saying("ends_on is not after starts_on", "name the first day on which the account counts again", "ends_on"),
        ),
    ),
    "targets": (_period(),),
    "rates": (
        RowRule(
            pl.col("rate") <= 0,
            Saying("rate is not above 0", "give the reporting currency for one unit", "rate"),
        ),
    ),
}
"""What may not be in a row, beside what the declarations say, by table; for answers see `survey_rules`."""
