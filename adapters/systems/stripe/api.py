"""What do tables of Stripe's API say? As warehouses copy them: amounts in the smallest unit, seconds since 1970."""

from adapters.known.export import IN_UTC, Export, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, FormulaOf, JoinOf, LastOf, Lookup
from adapters.mapping.terms import Requirement
from adapters.systems.stripe.words import BEGUN, FILLED, MINOR_UNITS, NO_OWNER, NOT_VOID, STATUSES

_NOT_DELETED = {"is_deleted": Requirement(**{"not": True}), "deleted": Requirement(**{"not": True})}

API_CUSTOMERS = Export(
    name="stripe.api_customers",
    what="Stripe customers of the API",
    tells=("id", "email", "delinquent", "livemode"),
    settings=IN_UTC,
    fills=(
        Fills(
            "accounts",
            {
                "account_id": "id",
                "name": FirstOf(first=["name", "description", "email"]),
                "region": ("address_country", "address.country"),
                "created_on": ColumnOf(column="created", seconds=True),
            },
            required=("account_id",),
            attributes={"domain": "email", "crm_id": r"~metadata[._].*(?:crm|salesforce|hubspot|account|company)"},
            where=_NOT_DELETED,
        ),
    ),
    lacks=(NO_OWNER, "ids of other systems within metadata are not read; take them out of it into a column"),
)

_OF_SUBSCRIPTION = {
    "its customer": "customer_id",
    "its status": "status",
    "its start": "start_date",
    "its trial": "trial_end",
    "its planned end": "cancel_at",
    "its last period": "cancel_at_period_end",
    "its period end": "current_period_end",
    "its request": "canceled_at",
    "its end": "ended_at",
    "its reason": "cancellation_details_reason",
}
_OF_PRICE = {
    "price amount": "unit_amount",
    "price decimal": "unit_amount_decimal",
    "price pack": "transform_quantity_divide_by",
    "price currency": "currency",
    "price interval": "recurring_interval",
    "price count": "recurring_interval_count",
    "price usage": "recurring_usage_type",
    "price product": "product_id",
}
_OF_PLAN = {
    "plan amount": "amount",
    "plan decimal": "amount_decimal",
    "plan pack": "transform_usage_divide_by",
    "plan currency": "currency",
    "plan interval": "interval",
    "plan count": "interval_count",
    "plan usage": "usage_type",
    "plan product": "product_id",
}
_RAW = {
    "customer_id": "customer",
    "product_id": "product",
    "cancellation_details_reason": "cancellation_details.reason",
    "transform_quantity_divide_by": "transform_quantity.divide_by",
    "transform_usage_divide_by": "transform_usage.divide_by",
}
_RAW |= {f"recurring_{n}": f"recurring.{n}" for n in ("interval", "interval_count", "usage_type")}
"""The names of a warehouse, and those of the API itself where they differ."""


def _looked_up(file: str, keys: tuple[str, ...], take: dict[str, str], *, may_miss: bool = False) -> tuple[Lookup, ...]:
    """The lookup by whichever key is there, in the names of a warehouse and of the API itself."""
    both = (take, {ours: _RAW.get(theirs, theirs) for ours, theirs in take.items()})
    active = {"_fivetran_active": True} if file.endswith("history") else {}
    return tuple(
        Lookup(file=file, on={key: "id"}, take=names, prefer=active, may_miss=may_miss)
        for key in keys
        for names in both
    )


_SUBSCRIPTION_KEYS = ("subscription_id", "subscription")
_PRICE_KEYS = ("price_id", "price.id", "plan_id", "plan.id", "price", "plan")


def _day(column: str, where: dict[str, Requirement] | None = None) -> ColumnOf:
    return ColumnOf.model_validate({"column": column, "seconds": True, "where": where or {}})


API_SUBSCRIPTIONS = Export(
    name="stripe.api_subscriptions",
    what="Stripe subscriptions of the API",
    tells=("id", ("customer_id", "customer"), "cancel_at_period_end", "billing_cycle_anchor", "status"),
    never=("_fivetran_active",),
)

API_SUBSCRIPTION_HISTORY = Export(
    name="stripe.api_subscription_history",
    what="Stripe subscriptions of the API, with earlier versions",
    tells=(*API_SUBSCRIPTIONS.tells, "_fivetran_active"),
)


def _units_of(price: str) -> list[FormulaOf]:
    """What all units cost by such a price; one with parts of a cent has a decimal in place of an amount."""
    cost = [f"`{price} amount` * quantity", f"`{price} decimal` * quantity"]
    formulas = [f"{formula} / `{price} pack`" for formula in cost] + cost
    return [FormulaOf(formula=formula, minor_of=f"{price} currency") for formula in formulas]


API_SUBSCRIPTION_ITEMS = Export(
    name="stripe.api_subscription_items",
    what="Stripe subscription items",
    tells=("id", _SUBSCRIPTION_KEYS, _PRICE_KEYS, "quantity"),
    never=("amount", "unit_amount", "activate_at", "invoice_id", "invoice", "customer_id", "customer", "status"),
    settings=MINOR_UNITS,
    fills=(
        Fills(
            "contracts",
            {
                "line_id": "id",
                "account_id": "its customer",
                "product": FirstOf(first=["price product name", "plan product name", "price product", "plan product"]),
                "quantity": "quantity",
                "amount": FirstOf(first=[*_units_of("price"), *_units_of("plan")]),
                "currency": FirstOf(
                    first=[
                        ColumnOf(column="price currency", capitals=True),
                        ColumnOf(column="plan currency", capitals=True),
                    ]
                ),
                "every": FirstOf(
                    first=[
                        JoinOf(join=["price count", "price interval"]),
                        JoinOf(join=["plan count", "plan interval"]),
                    ]
                ),
                "starts_on": LastOf(last=[FirstOf(first=[_day("created"), _day("its start")]), _day("its trial")]),
                "ends_on": LastOf(
                    last=[
                        FirstOf(
                            first=[
                                _day("its end"),
                                _day("its planned end"),
                                _day("its period end", {"its last period": Requirement(like="(?i)^(true|1|t)$")}),
                                _day("current_period_end", {"its last period": Requirement(like="(?i)^(true|1|t)$")}),
                            ]
                        ),
                        _day("its trial", {"its request": FILLED}),
                    ]
                ),
                "cancelled_on": _day("its request"),
                "end_reason": "its reason",
                "status": ColumnOf(column="its status", words=STATUSES),
            },
            required=("account_id", "amount", "every", "starts_on"),
            where={
                "its status": BEGUN,
                "price usage": Requirement(**{"not": ["metered"]}),
                "plan usage": Requirement(**{"not": ["metered"]}),
                **_NOT_DELETED,
            },
            lookups=(
                *_looked_up("@stripe.api_subscriptions", _SUBSCRIPTION_KEYS, _OF_SUBSCRIPTION),
                *_looked_up("@stripe.api_subscription_history", _SUBSCRIPTION_KEYS, _OF_SUBSCRIPTION),
                *_looked_up("@stripe.api_prices", _PRICE_KEYS, _OF_PRICE, may_miss=True),
                *_looked_up("@stripe.api_plans", _PRICE_KEYS, _OF_PLAN, may_miss=True),
                *_looked_up("@stripe.api_products", ("price product",), {"price product name": "name"}, may_miss=True),
                *_looked_up("@stripe.api_products", ("plan product",), {"plan product name": "name"}, may_miss=True),
            ),
            unless=("stripe.mrr_per_subscriber", "stripe.subscriptions"),
        ),
    ),
    lacks=(
        NO_OWNER,
        "items that were removed and earlier prices are not in it",
        "discounts and coupons are not taken off",
        "what is charged by use is left out",
    ),
)

API_PRICES = Export(
    name="stripe.api_prices",
    what="Stripe prices",
    tells=("id", "unit_amount", "currency", ("product_id", "product"), ("recurring_interval", "recurring.interval")),
)

API_PLANS = Export(
    name="stripe.api_plans",
    what="Stripe plans",
    tells=("id", "amount", "currency", "interval", "interval_count", ("product_id", "product")),
)

API_PRODUCTS = Export(
    name="stripe.api_products",
    what="Stripe products",
    tells=("id", "name", "livemode", "statement_descriptor", "unit_label"),
)

_API_INVOICE_DAYS = ("effective_at", "created", "date", "period_end")
_OF_NO_SUBSCRIPTION = tuple(
    (name, Requirement(filled=False))
    for name in (
        *_SUBSCRIPTION_KEYS,
        "parent.subscription_details.subscription",
        "parent.subscription_item_details.subscription",
    )
)
"""Where no column says what was billed for a subscription, nothing of it counts, as it would count twice."""

API_INVOICES = Export(
    name="stripe.api_invoices",
    what="Stripe invoices of the API",
    tells=("id", "amount_due", "amount_paid", "currency", ("customer_id", "customer"), "billing_reason"),
    settings=MINOR_UNITS,
    fills=(
        Fills(
            "invoices",
            {
                "line_id": "id",
                "account_id": ("customer_id", "customer"),
                "dated_on": tuple(_day(n) for n in _API_INVOICE_DAYS),
                "amount": (
                    FirstOf(
                        first=[
                            FormulaOf(formula="total_excluding_tax", minor_of="currency"),
                            FormulaOf(formula="total - tax", minor_of="currency"),
                            FormulaOf(formula="total", minor_of="currency"),
                        ]
                    ),
                ),
                "currency": ColumnOf(column="currency", capitals=True),
            },
            required=("account_id", "dated_on", "amount"),
            constants={"kind": "one_off"},
            where={"status": NOT_VOID, **_NOT_DELETED},
            either=_OF_NO_SUBSCRIPTION,
            unless=("stripe.api_invoice_lines",),
        ),
    ),
    lacks=("what was billed for subscriptions is left out, as subscription items tell what they are worth",),
)

API_INVOICE_LINES = Export(
    name="stripe.api_invoice_lines",
    what="Stripe invoice lines",
    tells=("id", ("invoice_id", "invoice"), "amount", "currency", "proration", "discountable"),
    never=("amount_due",),
    settings=MINOR_UNITS,
    fills=(
        Fills(
            "invoices",
            {
                "line_id": "id",
                "account_id": "its customer",
                "dated_on": _day("its day"),
                "amount": FormulaOf(formula="amount", minor_of="currency"),
                "currency": ColumnOf(column="currency", capitals=True),
                "product": "description",
                "quantity": "quantity",
            },
            required=("account_id", "dated_on", "amount"),
            constants={"kind": "one_off"},
            where={"its status": NOT_VOID},
            either=_OF_NO_SUBSCRIPTION,
            lookups=tuple(
                found
                for day in _API_INVOICE_DAYS
                for found in _looked_up(
                    "@stripe.api_invoices",
                    ("invoice_id", "invoice"),
                    {"its customer": "customer_id", "its day": day, "its status": "status"},
                )
            ),
        ),
    ),
    lacks=(
        "what was billed for subscriptions, prorations included, is left out, as subscription items tell what they are "
        "worth",
    ),
)

EXPORTS = (
    API_CUSTOMERS,
    API_SUBSCRIPTIONS,
    API_SUBSCRIPTION_HISTORY,
    API_SUBSCRIPTION_ITEMS,
    API_PRICES,
    API_PLANS,
    API_PRODUCTS,
    API_INVOICES,
    API_INVOICE_LINES,
)
