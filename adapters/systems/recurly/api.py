"""What do tables of Recurly's API say? As warehouses copy them, a row for each state of a record."""

from adapters.known.export import IN_UTC, Columns, Export, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, FormulaOf, JoinOf, LastOf, Latest, Lookup
from adapters.mapping.terms import EMPTY, FILLED
from adapters.systems.recurly.words import (
    BEGUN,
    BILLED,
    COUNTED,
    KINDS,
    NO_OWNER,
    OWED,
    PAUSED,
    RESTS,
    STATUSES,
)

API_ACCOUNTS = Export(
    name="recurly.api_accounts",
    what="Recurly accounts of the API",
    tells=("id", "code", "bill_to", "cc_emails", "updated_at"),
    settings=IN_UTC,
    fills=(
        Fills(
            "accounts",
            {
                "account_id": "id",
                "name": FirstOf(first=["company", JoinOf(join=["account_first_name", "account_last_name"]), "code"]),
                "region": ("account_country", "address_country"),
                "created_on": "created_at",
            },
            required=("account_id",),
            attributes={"domain": "email", "account_code": "code"},
            latest=Latest(by=["id"], largest="updated_at"),
        ),
    ),
    lacks=(NO_OWNER,),
)

_UNITS: Columns = {
    "amount": FirstOf(
        first=[FormulaOf(formula="unit_amount * quantity + add_ons_total"), FormulaOf(formula="unit_amount * quantity")]
    ),
}

API_SUBSCRIPTIONS = Export(
    name="recurly.api_subscriptions",
    what="Recurly subscriptions of the API",
    tells=("id", "account_id", "plan_id", "unit_amount", "add_ons_total", "current_period_ends_at", "state"),
    settings=IN_UTC,
    fills=(
        Fills(
            "contracts",
            {
                "line_id": "id",
                "account_id": "account_id",
                "product": FirstOf(first=["plan name", "plan code", "plan_id"]),
                "quantity": "quantity",
                **_UNITS,
                "currency": "currency",
                "every": JoinOf(join=["plan length", "plan unit"], small=True),
                "starts_on": LastOf(last=[FirstOf(first=["activated_at", "created_at"]), "trial_ends_at"]),
                "ends_on": LastOf(
                    last=[
                        FirstOf(first=["expires_at", ColumnOf(column="paused_at", where={"state": PAUSED})]),
                        ColumnOf(column="trial_ends_at", where={"expires_at": FILLED}),
                    ],
                ),
                "cancelled_on": "canceled_at",
                "end_reason": "expiration_reason",
                "status": FirstOf(
                    first=[
                        ColumnOf(column="state", words=RESTS, where={"state": PAUSED, "paused_at": FILLED}),
                        ColumnOf(column="state", words=STATUSES),
                    ]
                ),
            },
            required=("account_id", "amount", "every", "starts_on"),
            where={"state": BEGUN},
            lookups=(
                Lookup(
                    file="@recurly.api_plans",
                    on={"plan_id": "id"},
                    take={
                        "plan name": "name",
                        "plan code": "code",
                        "plan length": "interval_length",
                        "plan unit": "interval_unit",
                    },
                    largest="updated_at",
                ),
            ),
            latest=Latest(by=["id"], largest="updated_at"),
        ),
    ),
    lacks=(
        NO_OWNER,
        "of each subscription the last version counts, so earlier prices are not in it",
        "discounts of coupons are not taken off",
    ),
)

API_LINE_ITEMS = Export(
    name="recurly.api_line_items",
    what="Recurly line items of the API",
    tells=("id", "invoice_id", "account_id", "origin", "subtotal", "credit_applied", "refunded_quantity"),
    settings=IN_UTC,
    fills=(
        Fills(
            "invoices",
            {
                "line_id": "id",
                "account_id": "account_id",
                "dated_on": FirstOf(first=["start_date", "created_at"]),
                "amount": (
                    FirstOf(first=[FormulaOf(formula="subtotal - discount"), FormulaOf(formula="subtotal"), "amount"]),
                    "amount",
                ),
                "currency": "currency",
                "product": FirstOf(first=["product_code", "description"]),
                "quantity": "quantity",
                "kind": ColumnOf(column="type", words=KINDS),
            },
            required=("account_id", "dated_on", "amount", "subscription_id"),
            where={"subscription_id": EMPTY, "origin": COUNTED, "state": BILLED, "invoice state": OWED},
            lookups=(
                Lookup(
                    file="@recurly.api_invoices",
                    on={"invoice_id": "id"},
                    take={"invoice state": "state"},
                    largest="updated_at",
                    may_miss=True,
                ),
            ),
            latest=Latest(by=["id"], largest="updated_at"),
        ),
    ),
    lacks=("what belongs to a subscription is left out, as subscriptions tell what it is worth",),
)

_LOOKED_UP = {
    "api_plans": ("plans", ("id", "code", "interval_unit", "interval_length", "auto_renew")),
    "api_plan_currencies": ("prices of plans", ("plan_id", "plan_updated_at", "currency", "unit_amount")),
    "api_invoices": ("invoices", ("id", "account_id", "net_terms", "collection_method", "refundable_amount")),
    "api_subscription_changes": ("scheduled changes", ("id", "subscription_id", "activate_at", "activated", "plan_id")),
    "api_subscription_add_ons": ("add-ons of subscriptions", ("id", "subscription_id", "plan_add_on_id", "quantity")),
    "api_account_balances": ("balances of accounts", ("account_id", "account_updated_at", "past_due", "amount")),
    "api_account_notes": ("notes on accounts", ("account_id", "id", "message", "user_email")),
    "api_coupon_discounts": ("discounts of coupons", ("coupon_id", "percentage", "trial_length", "type")),
    "api_coupon_redemptions": ("redemptions of coupons", ("id", "account_id", "coupon_id", "discounted")),
    "api_credit_payments": ("credit payments", ("id", "applied_to_invoice_id", "original_invoice_id", "action")),
    "api_invoice_coupons": ("coupons of invoices", ("coupon_redemption_id", "invoice_id", "invoice_updated_at")),
    "api_invoice_subscriptions": ("invoices of subscriptions", ("invoice_id", "subscription_id", "invoice_updated_at")),
    "api_transactions": ("transactions", ("id", "account_id", "collected_at", "payment_gateway_id", "voided_at")),
    "api_transaction_subscriptions": (
        "transactions of subscriptions",
        ("subscription_id", "transaction_id", "_fivetran_synced"),
    ),
}
"""Tables that are looked up in, or known and not needed."""

EXPORTS = (
    API_ACCOUNTS,
    API_SUBSCRIPTIONS,
    API_LINE_ITEMS,
    *(Export(f"recurly.{name}", f"Recurly {what}", tells) for name, (what, tells) in _LOOKED_UP.items()),
)
