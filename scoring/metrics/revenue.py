"""How much revenue is there, what moved it, and how is it spread?"""

import polars as pl

from scoring.metrics.metric import EVERYBODY, PAYING_AT_END, Better, Metric, Parts, Unit
from scoring.money import ratio, units


def _money(name: str, label: str, better: Better, definition: str, source: str) -> Metric:
    return Metric(
        name=name, label=label, unit=Unit.MONEY, better=better, base=EVERYBODY, parts=Parts(pl.col(name)),
        definition=definition, undefined="no_accounts", source=source,
    )  # fmt: skip


_BRIDGE = "Subscription analytics: movements of recurring revenue (new, expansion, contraction, churn)"

OPENING = _money("opening", "Opening revenue", Better.NEITHER, "Revenue held when the period opens.", _BRIDGE)
NEW = _money("new", "New", Better.HIGHER, "Revenue of accounts that never paid before.", _BRIDGE)
REACTIVATION = _money(
    "reactivation", "Reactivation", Better.HIGHER, "Revenue of accounts that had stopped paying and pay again.", _BRIDGE
)  # fmt: skip
EXPANSION = _money("expansion", "Expansion", Better.HIGHER, "What paying accounts pay more.", _BRIDGE)
CONTRACTION = _money("contraction", "Contraction", Better.LOWER, "What still-paying accounts pay less.", _BRIDGE)
CHURN = _money("churn", "Churned revenue", Better.LOWER, "What accounts paid that pay nothing any more.", _BRIDGE)
FX = _money("fx", "Exchange rates", Better.NEITHER, "What the move of exchange rates did to closing revenue.", _BRIDGE)
TRANSFER_IN = _money(
    "transfer_in", "Transferred in", Better.NEITHER, "Revenue that came into the book with accounts of others.", _BRIDGE
)  # fmt: skip
TRANSFER_OUT = _money(
    "transfer_out", "Transferred out", Better.NEITHER, "Revenue that left the book with accounts handed on.", _BRIDGE
)  # fmt: skip
CLOSING = _money("closing", "Closing revenue", Better.HIGHER, "Revenue held when the period closes.", _BRIDGE)


def _recurring(name: str, label: str, top: pl.Expr, definition: str) -> Metric:
    return Metric(
        name=name, label=label, unit=Unit.MONEY, better=Better.HIGHER, base=EVERYBODY, parts=Parts(top),
        definition=definition, undefined="no_accounts", source="Subscription analytics: MRR and ARR", needs="contracts",
    )  # fmt: skip


MRR = _recurring(
    "mrr", "Monthly recurring revenue", pl.col("closing"),
    "What the contracts in force at the close bring a month: years by 12, quarters by 3, weeks times 52 by 12; "
    "without one-off and usage lines, trials, and what is given away or paused.",
)  # fmt: skip
ARR = _recurring("arr", "Annual recurring revenue", 12 * pl.col("closing"), "Monthly recurring revenue times twelve.")

ACCOUNTS = Metric(
    name="accounts",
    label="Paying accounts",
    unit=Unit.COUNT,
    better=Better.NEITHER,
    base=PAYING_AT_END,
    figure=pl.len(),
    definition="Accounts that pay when the period closes, each counted once.",
    undefined="no_closing",
    source="Revenue per customer by kind of customer",
)
REVENUE_PER_ACCOUNT = Metric(
    name="revenue_per_account",
    label="Revenue per account",
    unit=Unit.MONEY,
    better=Better.HIGHER,
    base=PAYING_AT_END,
    figure=ratio(pl.col("closing").sum(), pl.len()),
    definition="Closing revenue divided by the accounts that pay it.",
    undefined="no_closing",
    source="Subscription analytics: average revenue per account (ARPA)",
)
MEDIAN_REVENUE_PER_ACCOUNT = Metric(
    name="median_revenue_per_account",
    label="Median revenue per account",
    unit=Unit.MONEY,
    better=Better.HIGHER,
    base=PAYING_AT_END,
    figure=pl.col("closing").cast(pl.Float64).median(),
    definition="The closing revenue of the account in the middle, which one large account does not move.",
    undefined="no_closing",
    source="Revenue per customer by kind of customer",
)
REVENUE_SHARE = Metric(
    name="revenue_share",
    label="Share of the company's revenue",
    unit=Unit.RATIO,
    better=Better.NEITHER,
    most=1.0,
    base=EVERYBODY,
    figure=ratio(pl.col("closing").sum(), pl.col("company_closing").first()),
    definition="Closing revenue divided by the company's closing revenue.",
    undefined="no_closing",
    source="Revenue per customer by kind of customer",
)
_SIZE = units(pl.col("closing"))
LARGEST_ACCOUNT_SHARE = Metric(
    name="largest_account_share",
    label="Share of the largest account",
    unit=Unit.RATIO,
    better=Better.LOWER,
    most=1.0,
    base=PAYING_AT_END,
    figure=ratio(pl.col("closing").max(), pl.col("closing").sum()),
    definition="The largest account's part of the closing revenue.",
    undefined="no_closing",
    source="Concentration: share of the largest",
)
CONCENTRATION = Metric(
    name="concentration",
    label="Concentration (Herfindahl)",
    unit=Unit.RATIO,
    better=Better.LOWER,
    most=1.0,
    base=PAYING_AT_END,
    figure=ratio((_SIZE * _SIZE).sum(), _SIZE.sum() * _SIZE.sum()),
    definition="Sum of the squared shares of all accounts: 1 for a single account, near 0 for many equal ones.",
    undefined="no_closing",
    source="Herfindahl-Hirschman index of concentration",
)

THEME = (
    OPENING, NEW, REACTIVATION, EXPANSION, CONTRACTION, CHURN, FX, TRANSFER_IN, TRANSFER_OUT, CLOSING, MRR, ARR,
    ACCOUNTS, REVENUE_PER_ACCOUNT, MEDIAN_REVENUE_PER_ACCOUNT, REVENUE_SHARE, LARGEST_ACCOUNT_SHARE, CONCENTRATION,
)  # fmt: skip
