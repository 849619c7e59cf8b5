"""Are contracts renewed when they come up for it, and what comes up next? Not to be mistaken for retention."""

import polars as pl

from scoring.metrics.metric import EVERYBODY, Base, Better, Metric, Parts, Unit


def _count(column: str) -> pl.Expr:
    """How many renewals stand behind a figure; parts of shared accounts are rounded up."""
    return pl.col(column).sum().cast(pl.Float64).ceil()


DUE = Base("due", pl.col("dues") > 0, "contracts due for renewal in the period", _count("dues"))
DECIDED = Base(
    "due_and_decided",
    pl.col("dues_decided") > 0,
    "contracts due for renewal in the period, without those nobody has cancelled or renewed and whose grace is "
    "not over",
    _count("dues_decided"),
)
_SOURCE = "Subscription practice: renewal rate of contracts, by the date on which they are due"


def _rate(name: str, label: str, base: Base, parts: Parts, definition: str, most: float | None = 1.0) -> Metric:
    return Metric(
        name=name, label=label, unit=Unit.RATIO, better=Better.HIGHER, most=most, base=base, parts=parts,
        definition=definition, undefined="no_renewals_due", source=_SOURCE, needs="contracts",
    )  # fmt: skip


RENEWAL_RATE_DECIDED = _rate(
    "renewal_rate_decided", "Renewal rate", DECIDED, Parts(pl.col("renewed_of_due"), pl.col("due_decided")),
    "What the contracts due in the period were renewed at, each capped at what it was before, divided by what "
    "was due; contracts that are still open are left out.",
)  # fmt: skip
RENEWAL_RATE_ALL_DUE = _rate(
    "renewal_rate_all_due", "Renewal rate, open counted as lost", DUE, Parts(pl.col("renewed_of_due"), pl.col("due")),
    "What the contracts due in the period were renewed at, each capped at what it was before, divided by what "
    "was due; contracts that are still open count as not renewed.",
)  # fmt: skip
RENEWAL_RATE_NET = _rate(
    "renewal_rate_net", "Net renewal rate", DECIDED, Parts(pl.col("renewed"), pl.col("due_decided")),
    "What the contracts due in the period were renewed at, with what they grew by, divided by what was due; "
    "contracts that are still open are left out.",
    most=None,
)  # fmt: skip
RENEWAL_RATE_COUNT = _rate(
    "renewal_rate_count", "Renewal rate by count", DECIDED, Parts(pl.col("dues_renewed"), pl.col("dues_decided")),
    "Share of the renewals due in the period that took place, at whatever amount; those still open are left "
    "out. The contracts of an account that end on one day are one renewal.",
)  # fmt: skip


def _coming(days: int) -> tuple[Metric, Metric]:
    """What is due in so many days after the period: amount and count."""
    column, what = f"dues_in_{days}", f"the {days} days after the period"
    base = Base(column, EVERYBODY.rows, EVERYBODY.words, _count(column))
    amount = Metric(
        name=f"renewals_due_{days}", label=f"Due in {days} days", unit=Unit.MONEY, better=Better.NEITHER, base=base,
        parts=Parts(pl.col(f"due_in_{days}")),
        definition=f"A year's amount of the contracts in force at the close that are due for renewal in {what} "
        "and not renewed yet.",
        undefined="no_accounts", source=_SOURCE, needs="contracts",
    )  # fmt: skip
    count = Metric(
        name=f"renewals_due_{days}_count", label=f"Renewals due in {days} days", unit=Unit.COUNT,
        better=Better.NEITHER, base=base, parts=Parts(pl.col(column)),
        definition=f"How many renewals are due in {what} and did not take place yet; the contracts of an account that "
        "end on one day are one.",
        undefined="no_accounts", source=_SOURCE, needs="contracts",
    )  # fmt: skip
    return amount, count


THEME = (
    RENEWAL_RATE_DECIDED, RENEWAL_RATE_ALL_DUE, RENEWAL_RATE_NET, RENEWAL_RATE_COUNT,
    *_coming(30), *_coming(60), *_coming(90),
)  # fmt: skip
