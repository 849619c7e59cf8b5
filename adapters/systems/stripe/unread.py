"""Which tables of Stripe's API are known and not read? Those that say nothing of what is owed for which time."""

from adapters.known.export import Export

_NOT_NEEDED = {
    "api_charges": ("charges", ("id", "amount_refunded", "captured", "receipt_email", "outcome_type")),
    "api_refunds": ("refunds", ("id", "amount", "charge_id", "reason", "receipt_number")),
    "api_payment_intents": ("payment intents", ("id", "amount_capturable", "capture_method", "confirmation_method")),
    "api_balance_transactions": ("balance transactions", ("id", "amount", "available_on", "fee", "net", "source")),
    "api_fees": ("fees", ("balance_transaction_id", "amount", "application", "currency", "type")),
}
"""Tables of the API that are known and not read."""

EXPORTS = tuple(Export(f"stripe.{name}", f"Stripe {what}", tells) for name, (what, tells) in _NOT_NEEDED.items())
