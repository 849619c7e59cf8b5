"""What do credit notes of Stripe's API take back? That of invoices for single charges; a price they do not change."""

from adapters.known.export import Export, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, FormulaOf, Lookup
from adapters.mapping.terms import EMPTY, FILLED
from adapters.systems.stripe.words import MINOR_UNITS, OF_LIVE_MODE

_AMOUNTS = ("-total_excluding_tax", "discount_amount - subtotal", "-subtotal", "-amount")
"""The last that are there are before discounts, or with taxes."""

API_CREDIT_NOTES = Export(
    name="stripe.api_credit_notes",
    what="Stripe credit notes",
    tells=("id", ("invoice_id", "invoice"), "memo", "reason", "voided_at", "subtotal"),
    settings=MINOR_UNITS,
    fills=(
        Fills(
            "invoices",
            {
                "line_id": "id",
                "account_id": "its customer",
                "dated_on": FirstOf(first=[ColumnOf(column=c, seconds=True) for c in ("effective_at", "created")]),
                "amount": FirstOf(first=[FormulaOf(formula=amount, minor_of="currency") for amount in _AMOUNTS]),
                "currency": ColumnOf(column="currency", capitals=True),
            },
            required=("account_id", "dated_on", "amount", "its subscription"),
            constants={"kind": "credit"},
            where={"voided_at": EMPTY, "its customer": FILLED, "its subscription": EMPTY, **OF_LIVE_MODE},
            lookups=[
                Lookup(
                    file="@stripe.api_invoices",
                    on={invoice: "id"},
                    take={"its customer": customer, "its subscription": subscription, "its livemode": "livemode"},
                )
                for invoice in ("invoice_id", "invoice")
                for customer, subscription in (
                    ("customer_id", "subscription_id"),
                    ("customer", "subscription"),
                    ("customer", "parent.subscription_details.subscription"),
                )
            ],
        ),
    ),
    lacks=("credits for invoices of subscriptions, and for invoices that are not there, are left out",),
)

EXPORTS = (
    API_CREDIT_NOTES,
    Export(
        name="stripe.api_credit_note_lines",
        what="Stripe credit note lines",
        tells=("id", "credit_note_id", "amount", "discount_amount", "unit_amount"),
    ),
)
