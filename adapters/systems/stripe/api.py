"""What do tables of Stripe's API say? As warehouses copy them: amounts in the smallest unit, seconds since 1970."""

from adapters.known.export import IN_UTC, OF_NO_PERSON, Export, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, FormulaOf, JoinOf, LastOf, Lookup
from adapters.mapping.terms import FILLED, Requirement
from adapters.systems.stripe.discounts import DISCOUNT, LOOKUPS, OF_SUBSCRIPTION
from adapters.systems.stripe.tables import SUBSCRIPTION_KEYS, day, looked_up
from adapters.systems.stripe.words import (
    BEGUN,
    IN_LIVE_MODE,
    MINOR_UNITS,
    NO_OWNER,
    NOT_DELETED,
    OF_LIVE_MODE,
    STATUSES,
)

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
            attributes={
                "domain": "email",
                "crm_id": rf"~metadata[._]{OF_NO_PERSON}.*(?:crm|salesforce|hubspot|account|company)",
            },
            where={**NOT_DELETED, **IN_LIVE_MODE},
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
    "its anchor": "billing_cycle_anchor",
    "its livemode": "livemode",
    "its currency": "currency",
    **OF_SUBSCRIPTION,
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
_PRICE_KEYS = ("price_id", "price.id", "plan_id", "plan.id", "price", "plan")


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
    units = [
        f"-(-quantity // `{price} begun pack`)",
        f"(quantity // `{price} whole pack`)",
        f"quantity / `{price} pack`",
    ]
    cost = [f"`{price} {amount}` * {number}" for number in (*units, "quantity") for amount in ("amount", "decimal")]
    return [FormulaOf(formula=formula, minor_of=f"{price} currency") for formula in cost]


def _packs(price: str, file: str, *names: str) -> tuple[Lookup, ...]:
    """How many units a price is for, by whether a pack that is begun counts as a whole one or not at all."""
    return tuple(
        Lookup(
            file=file,
            on={key: "id"},
            take={f"{price} {counts} pack": f"{name}divide_by"},
            where={f"{name}round": rounding},
            may_miss=True,
        )
        for key in _PRICE_KEYS
        for name in names
        for counts, rounding in (("begun", "up"), ("whole", "down"))
    )


API_SUBSCRIPTION_ITEMS = Export(
    name="stripe.api_subscription_items",
    what="Stripe subscription items",
    tells=("id", SUBSCRIPTION_KEYS, _PRICE_KEYS, "quantity"),
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
                    first=[ColumnOf(column=f"{whose} currency", capitals=True) for whose in ("its", "price", "plan")]
                ),
                "every": FirstOf(
                    first=[
                        JoinOf(join=["price count", "price interval"]),
                        JoinOf(join=["plan count", "plan interval"]),
                    ]
                ),
                "starts_on": LastOf(last=[FirstOf(first=[day("created"), day("its start")]), day("its trial")]),
                "ends_on": LastOf(
                    last=[
                        FirstOf(
                            first=[
                                day("its end"),
                                day("its planned end"),
                                day("its period end", {"its last period": Requirement(like="(?i)^(true|1|t)$")}),
                                day("current_period_end", {"its last period": Requirement(like="(?i)^(true|1|t)$")}),
                            ]
                        ),
                        day("its trial", {"its request": FILLED}),
                    ]
                ),
                "cancelled_on": day("its request"),
                "end_reason": "its reason",
                "status": ColumnOf(column="its status", words=STATUSES),
            },
            required=("account_id", "amount", "every", "starts_on"),
            where={
                "its status": BEGUN,
                "price usage": Requirement(**{"not": ["metered"]}),
                "plan usage": Requirement(**{"not": ["metered"]}),
                **NOT_DELETED,
                **OF_LIVE_MODE,
            },
            lookups=(
                *looked_up("@stripe.api_subscriptions", SUBSCRIPTION_KEYS, _OF_SUBSCRIPTION),
                *looked_up("@stripe.api_subscription_history", SUBSCRIPTION_KEYS, _OF_SUBSCRIPTION),
                *LOOKUPS,
                *looked_up("@stripe.api_prices", _PRICE_KEYS, _OF_PRICE, may_miss=True),
                *looked_up("@stripe.api_plans", _PRICE_KEYS, _OF_PLAN, may_miss=True),
                *_packs("price", "@stripe.api_prices", "transform_quantity_", "transform_quantity."),
                *_packs("plan", "@stripe.api_plans", "transform_usage_", "transform_usage."),
                *looked_up("@stripe.api_products", ("price product",), {"price product name": "name"}, may_miss=True),
                *looked_up("@stripe.api_products", ("plan product",), {"plan product name": "name"}, may_miss=True),
            ),
            discount=DISCOUNT,
            unless=("stripe.mrr_per_subscriber", "stripe.subscriptions"),
        ),
    ),
    lacks=(
        NO_OWNER,
        "items that were removed and earlier prices are not in it",
        "what is charged by use is left out",
        "a subscription whose payments are not collected for a time (pause_collection) counts in full",
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

EXPORTS = (
    API_CUSTOMERS,
    API_SUBSCRIPTIONS,
    API_SUBSCRIPTION_HISTORY,
    API_SUBSCRIPTION_ITEMS,
    API_PRICES,
    API_PLANS,
    API_PRODUCTS,
)
