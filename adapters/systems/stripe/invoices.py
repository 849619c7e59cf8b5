"""What do invoices of Stripe's API bill beside subscriptions? What is left when discounts and taxes are taken off."""

from adapters.known.export import Export, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, FormulaOf
from adapters.mapping.terms import EMPTY
from adapters.systems.stripe.tables import SUBSCRIPTION_KEYS, day, looked_up
from adapters.systems.stripe.words import IN_LIVE_MODE, MINOR_UNITS, NOT_DELETED, NOT_VOID, OF_LIVE_MODE

_DAYS = ("effective_at", "created", "date", "period_end")
"""The day of an invoice; those that were finalized before there was a first one have the next."""

_OF_NO_SUBSCRIPTION = tuple(
    (name, EMPTY)
    for name in (
        *SUBSCRIPTION_KEYS,
        "parent.subscription_details.subscription",
        "parent.subscription_item_details.subscription",
    )
)
"""Where no column says what was billed for a subscription, nothing of it counts, as it would count twice."""

API_INVOICES = Export(
    name="stripe.api_invoices",
    what="Stripe invoices of the API",
    tells=(
        "id",
        "amount_due",
        "amount_paid",
        "currency",
        ("customer_id", "customer"),
        ("billing_reason", "amount_remaining"),
    ),
    settings=MINOR_UNITS,
    fills=(
        Fills(
            "invoices",
            {
                "line_id": "id",
                "account_id": ("customer_id", "customer"),
                "dated_on": FirstOf(first=[day(n) for n in _DAYS]),
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
            where={"status": NOT_VOID, **NOT_DELETED, **IN_LIVE_MODE},
            either=_OF_NO_SUBSCRIPTION,
            unless=("stripe.api_invoice_lines",),
        ),
    ),
    lacks=(
        "what was billed for subscriptions is left out, as subscription items tell what they are worth",
        ("has no column that tells taxes, so they are in its amounts", "total_excluding_tax", "tax"),
    ),
)

_OF_INVOICE = {
    "its customer": "customer_id",
    "its status": "status",
    "its livemode": "livemode",
    "its net": "total_excluding_tax",
    "its total": "total",
    "its tax": "tax",
    **{f"its {name}": name for name in _DAYS},
}
_LEFT = FirstOf(
    first=[
        FormulaOf(formula="`its net`", minor_of="currency"),
        FormulaOf(formula="`its total` - `its tax`", minor_of="currency"),
        ColumnOf(column="its total", minor_of="currency", where={"its tax": EMPTY}),
    ]
)
"""What is left of an invoice when discounts are taken off: an amount of a line is that before them, taxes that are
included still in it. https://docs.stripe.com/api/invoices/object
"""

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
                "dated_on": FirstOf(first=[day(f"its {name}") for name in _DAYS]),
                "amount": FormulaOf(formula="amount", minor_of="currency"),
                "currency": ColumnOf(column="currency", capitals=True),
                "product": "description",
                "quantity": "quantity",
            },
            required=("account_id", "dated_on", "amount"),
            constants={"kind": "one_off"},
            where={"its status": NOT_VOID, **OF_LIVE_MODE},
            either=_OF_NO_SUBSCRIPTION,
            adds_up={"by": ("invoice_id", "invoice"), "to": _LEFT},
            lookups=looked_up("@stripe.api_invoices", ("invoice_id", "invoice"), _OF_INVOICE),
        ),
    ),
    lacks=(
        "what was billed for subscriptions, prorations included, is left out, as subscription items tell what they are "
        "worth",
    ),
)

EXPORTS = (API_INVOICES, API_INVOICE_LINES)
