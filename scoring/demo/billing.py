"""What do billing and finance export? Subscriptions, one-off invoices and exchange rates."""

import polars as pl

from scoring.demo import prices
from scoring.demo.chance import between, lookup
from scoring.demo.contracts import LINES
from scoring.demo.ids import ACCOUNT, record_id
from scoring.demo.spelling import decimals, flag, numbered
from scoring.demo.world import AS_OF, World, later

_INTERVALS = {1: "Monthly", 3: "Quarterly", 12: "Annual"}
_CURRENCIES = ("EUR", "USD")
_CUSTOMER = record_id(ACCOUNT, pl.col("account"))


def subscription_rows(lines: pl.DataFrame, trials: pl.DataFrame) -> pl.DataFrame:
    """The billing system's subscriptions: plans, trials and add-ons, each line with its own id."""
    plans = pl.concat([lines, trials]).with_columns(
        number=pl.col("line") * 2, item=lookup(prices.PLANS, pl.col("plan"))
    )
    add_ons = lines.filter("has_add_on").with_columns(
        number=pl.col("line") * 2 + 1,
        item=pl.lit(prices.ADD_ON),
        seats=pl.lit(1, dtype=pl.Int64),
        price=prices.add_on_price(pl.col("segment"), pl.col("is_dollar")),
        off=pl.lit(0, dtype=pl.Int64),
        renews=pl.col("renews_add_on"),
    )
    rows = pl.concat([plans, add_ons]).sort("account", "starts_on", "number")
    price = pl.col("price") * pl.col("every")
    before = pl.when("renews").then(_subscription(pl.col("number") - 2))
    return rows.select(
        _subscription(pl.col("number")).alias("Subscription ID"),
        _CUSTOMER.alias("Customer ID"),
        pl.col("item").alias("Plan"),
        pl.col("seats").alias("Quantity"),
        decimals(price).alias("List Price"),
        pl.col("off").alias("Discount Percent"),
        decimals(prices.net(pl.col("seats"), price, pl.col("off"))).alias("Amount"),
        _currency().alias("Currency"),
        pl.col("every").replace_strict(_INTERVALS, return_dtype=pl.String).alias("Billing Interval"),
        pl.col("starts_on").alias("Start Date"),
        later(pl.col("ends_on"), -1).alias("End Date"),
        pl.col("signed_on").alias("Signed Date"),
        pl.col("state").alias("Status"),
        flag(pl.col("state") == "Trial").alias("Is Trial"),
        before.alias("Renews Subscription"),
    )


def invoice_rows(invoices: pl.DataFrame) -> pl.DataFrame:
    """The billing system's one-off invoices; a credit note is negative."""
    return invoices.select(
        numbered("INV-", pl.col("key")).alias("Invoice ID"),
        _CUSTOMER.alias("Customer ID"),
        pl.col("dated_on").alias("Invoice Date"),
        pl.col("type").alias("Type"),
        pl.col("item").alias("Item"),
        decimals(pl.col("cents")).alias("Net Amount"),
        _currency().alias("Currency"),
    )


def rate_rows(world: World) -> pl.DataFrame:
    """The price of a dollar in euro, month by month."""
    months = pl.DataFrame({"month": range(world.first_month - 6, AS_OF.year * 12 + AS_OF.month)})
    month = pl.col("month")
    drift = pl.sum_horizontal([between("dollar", -150, 150).shift(i) for i in range(6)])
    return (
        world.chance.drawn(months, "month", ("dollar",))
        .select(
            pl.lit("USD").alias("Currency"),
            pl.date(month // 12, month % 12 + 1, 1).alias("Valid From"),
            (pl.lit("0.") + (9_150 + drift).cast(pl.String).str.zfill(4)).alias("Rate to EUR"),
        )
        .slice(5)
    )


def _currency() -> pl.Expr:
    return lookup(_CURRENCIES, pl.col("is_dollar").cast(pl.Int64))


def _subscription(number: pl.Expr) -> pl.Expr:
    return numbered("A-S", pl.col("account") * (2 * LINES) + number)
