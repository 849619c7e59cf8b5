"""Which tables of Zuora's API are known, and looked up in, or not needed?"""

from adapters.known.export import Export

_LOOKED_UP = {
    "api_invoices": ("invoices", ("id", "account_id", "invoice_date", "invoice_number", "target_date")),
    "api_products": ("products", ("id", "name", "sku", "effective_start_date", "allow_feature_changes")),
    "api_rate_plans": ("rate plans", ("id", "product_rate_plan_id", "subscription_id", "amendment_type", "name")),
    "api_product_rate_plans": ("rate plans of the price list", ("id", "product_id", "name", "effective_start_date")),
    "api_product_rate_plan_charges": (
        "charges of the price list",
        ("id", "product_rate_plan_id", "charge_model", "uom"),
    ),
    "api_amendments": ("amendments", ("id", "subscription_id", "contract_effective_date", "type", "code")),
    "api_orders": ("orders", ("id", "account_id", "order_date", "order_number", "state")),
    "api_payments": ("payments", ("id", "account_id", "payment_number", "amount", "effective_date")),
    "api_invoice_payments": ("payments of invoices", ("id", "invoice_id", "payment_id", "amount")),
    "api_refunds": ("refunds", ("id", "amount", "refund_date", "refund_number", "method_type")),
    "api_refund_invoice_payments": (
        "refunds of payments",
        ("id", "refund_amount", "updated_by_id", "_fivetran_deleted"),
    ),
    "api_credit_balance_adjustments": (
        "credit balance adjustments",
        ("id", "adjustment_date", "amount", "reason_code"),
    ),
}
"""Tables that are looked up in, or known and not needed."""

EXPORTS = tuple(
    Export(f"zuora.{name}", f"Zuora {what}", tells, never=("charge_number",))
    for name, (what, tells) in _LOOKED_UP.items()
)
