"""Zuora: charges of the version of each subscription that counts, never of several; by the API and by data sources."""

from collections.abc import Callable

from adapters.known.export import Export, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, FormulaOf, JoinOf, Latest, Lookup
from adapters.mapping.terms import Requirement

_STATUSES = {"Active": "active", "Cancelled": "cancelled", "Canceled": "cancelled", "Suspended": "paused"}
_PENDING = ["Pending Activation", "PendingActivation", "Pending Acceptance", "PendingAcceptance"]
_CURRENT = Requirement(**{"not": ["Expired", "Draft", *_PENDING]})
"""Expired is a version that a later one took the place of; the others have not begun."""

_FILLED = Requirement(filled=True)
_NOT_DELETED = Requirement(**{"not": True})
_ONCE = {"OneTime": "one_off", "One-Time": "one_off", "One Time": "one_off", "Usage": "usage"}

_ONE_OWNER = (
    "the owner is the customer service rep, or the sales rep where there is none; as of today, without a history"
)
_LAST_VERSION = "of a subscription only the last version counts that is active or cancelled"

_PRODUCT_NAME = Lookup(
    file="@zuora.api_products", on={"product_id": "id"}, take={"product name": "name"}, may_miss=True
)


def _rounded(mrr: str) -> FormulaOf:
    """The revenue of a month, which of a year's 400.00 is kept as 33.333333333."""
    return FormulaOf(formula=f"`{mrr}`")


ACCOUNTS = Export(
    name="zuora.api_accounts",
    what="Zuora accounts",
    tells=("id", "account_number", "crm_id", "bill_cycle_day", "name"),
    fills=(
        Fills(
            "accounts",
            {"account_id": "id", "name": "name", "parent_id": ("parent_id",), "created_on": "created_date"},
            required=("account_id",),
            where={"_fivetran_deleted": _NOT_DELETED},
        ),
        Fills(
            "ownership",
            {"account_id": "id", "manager_id": "customer_service_rep_name"},
            required=("manager_id",),
            where={"_fivetran_deleted": _NOT_DELETED, "customer_service_rep_name": _FILLED},
        ),
        Fills(
            "ownership",
            {"account_id": "id", "manager_id": "sales_rep_name"},
            required=("manager_id",),
            where={
                "_fivetran_deleted": _NOT_DELETED,
                "customer_service_rep_name": Requirement(filled=False),
                "sales_rep_name": _FILLED,
            },
        ),
    ),
    lacks=(_ONE_OWNER,),
)

SUBSCRIPTIONS = Export(
    name="zuora.api_subscriptions",
    what="Zuora subscriptions",
    tells=("id", "account_id", "name", "version", "original_id", "status", "subscription_start_date"),
    lacks=("what they are worth is in rate plan charges; export them, too",),
)

CHARGES = Export(
    name="zuora.api_rate_plan_charges",
    what="Zuora rate plan charges",
    tells=("id", "rate_plan_id", "subscription_id", "charge_number", "charge_type", "effective_start_date", "mrr"),
    fills=(
        Fills(
            "contracts",
            {
                "line_id": "id",
                "account_id": ("account_id", "its account"),
                "product": FirstOf(first=["product name", "name"]),
                "quantity": "quantity",
                "amount": _rounded("mrr"),
                "currency": ("transaction_currency", "account currency"),
                "starts_on": "effective_start_date",
                "ends_on": "effective_end_date",
                "signed_on": "its contract day",
                "cancelled_on": "its cancellation",
                "status": ColumnOf(column="its status", words=_STATUSES),
            },
            required=("account_id", "amount", "starts_on", "status", "charge_type"),
            constants={"every": "month"},
            where={
                "_fivetran_deleted": _NOT_DELETED,
                "charge_type": "Recurring",
                "its name": _FILLED,
                "its status": _CURRENT,
            },
            lookups=(
                Lookup(
                    file="@zuora.api_subscriptions",
                    on={"subscription_id": "id"},
                    take={
                        "its account": "account_id",
                        "its name": "name",
                        "its version": "version",
                        "its status": "status",
                        "its contract day": "contract_effective_date",
                        "its cancellation": "cancelled_date",
                    },
                ),
                Lookup(
                    file="@zuora.api_accounts",
                    on={"account_id": "id"},
                    take={"account currency": "currency"},
                    may_miss=True,
                ),
                _PRODUCT_NAME,
            ),
            latest=Latest(by=["its name"], largest="its version", together=True),
        ),
    ),
    lacks=(_LAST_VERSION, "charges of subscriptions that are not there are left out, as their version is not known"),
)

INVOICE_ITEMS = Export(
    name="zuora.api_invoice_items",
    what="Zuora invoice items",
    tells=("id", "invoice_id", "charge_amount", "rate_plan_charge_id", "service_start_date"),
    fills=(
        Fills(
            "invoices",
            {
                "line_id": "id",
                "account_id": "account_id",
                "dated_on": FirstOf(first=["invoice day", "charge_date", "service_start_date"]),
                "amount": "charge_amount",
                "currency": "transaction_currency",
                "product": FirstOf(first=["product name", "charge_name"]),
                "quantity": "quantity",
                "kind": ColumnOf(column="charge kind", words=_ONCE),
            },
            required=("account_id", "dated_on", "amount", "kind"),
            where={
                "_fivetran_deleted": _NOT_DELETED,
                "charge kind": [*_ONCE],
                "processing_type": Requirement(**{"not": ["3", "Tax"]}),
                "invoice status": Requirement(**{"not": ["Draft", "Canceled", "Cancelled", "Error", "Reversed"]}),
            },
            lookups=(
                Lookup(
                    file="@zuora.api_rate_plan_charges",
                    on={"rate_plan_charge_id": "id"},
                    take={"charge kind": "charge_type"},
                ),
                Lookup(
                    file="@zuora.api_invoices",
                    on={"invoice_id": "id"},
                    take={"invoice day": "invoice_date", "invoice status": "status"},
                    may_miss=True,
                ),
                _PRODUCT_NAME,
            ),
        ),
    ),
    lacks=("what recurs is left out, as rate plan charges tell what it is worth",),
)


def _on_screen(what: str, field: str) -> str:
    """A field as data sources call it."""
    return f"{what}: {field}"


def _in_query(what: str, field: str) -> str:
    """A field as queries call it."""
    return f"{what}.{field}".replace(" ", "")


def _fills(name: Callable[[str, str], str]) -> tuple[Fills, ...]:
    """What charges fill that come with their subscription and account on each row."""
    account = (name("Account", "ID"), name("Account", "Account Number"), name("Account", "Name"))
    status, version = name("Subscription", "Status"), name("Subscription", "Version")
    number, segment = name("Rate Plan Charge", "Charge Number"), name("Rate Plan Charge", "Segment")
    return (
        Fills(
            "accounts",
            {"account_id": account, "name": name("Account", "Name")},
            required=("account_id",),
            attributes={
                "crm_id": (name("Account", "CRM ID"), name("Account", "CRM Account ID"), name("Account", "CrmId"))
            },
            distinct=True,
            unless=("zuora.api_accounts",),
        ),
        Fills(
            "contracts",
            {
                "line_id": (
                    name("Rate Plan Charge", "ID"),
                    JoinOf(join=[number, segment, name("Rate Plan Charge", "Effective Start Date")]),
                ),
                "account_id": account,
                "product": (name("Product", "Name"), name("Rate Plan Charge", "Name")),
                "quantity": name("Rate Plan Charge", "Quantity"),
                "amount": _rounded(name("Rate Plan Charge", "MRR")),
                "currency": (name("Account", "Currency"), name("Rate Plan Charge", "Currency")),
                "starts_on": name("Rate Plan Charge", "Effective Start Date"),
                "ends_on": name("Rate Plan Charge", "Effective End Date"),
                "signed_on": name("Subscription", "Contract Effective Date"),
                "cancelled_on": (name("Subscription", "Cancelled Date"), name("Subscription", "Canceled Date")),
                "status": ColumnOf(column=status, words=_STATUSES),
            },
            required=("account_id", "amount", "starts_on", status),
            constants={"every": "month"},
            where={status: _CURRENT, name("Rate Plan Charge", "Charge Type"): "Recurring"},
            latest=Latest(by=[name("Subscription", "Name")], largest=version, together=True),
            unless=("zuora.api_rate_plan_charges",),
        ),
    )


SCREEN_CHARGES = Export(
    name="zuora.rate_plan_charges",
    what="Zuora rate plan charges of a data source",
    tells=("Rate Plan Charge: MRR", "Rate Plan Charge: Effective Start Date", "Subscription: Name"),
    fills=_fills(_on_screen),
    lacks=(_LAST_VERSION, "names no owners"),
)

QUERIED_CHARGES = Export(
    name="zuora.queried_rate_plan_charges",
    what="Zuora rate plan charges of a query",
    tells=("RatePlanCharge.MRR", "RatePlanCharge.EffectiveStartDate", "Subscription.Name"),
    fills=_fills(_in_query),
    lacks=(_LAST_VERSION, "names no owners"),
)

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

EXPORTS = (
    ACCOUNTS,
    SUBSCRIPTIONS,
    CHARGES,
    INVOICE_ITEMS,
    SCREEN_CHARGES,
    QUERIED_CHARGES,
    *(
        Export(f"zuora.{name}", f"Zuora {what}", tells, never=("charge_number",))
        for name, (what, tells) in _LOOKED_UP.items()
    ),
)
