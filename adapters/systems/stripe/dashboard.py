"""What does the Dashboard of Stripe export? Subscriptions, customers, invoices, and what subscribers pay a month."""

from adapters.known.export import IN_UTC, OF_NO_PERSON, Columns, Export, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, FormulaOf, JoinOf, LastOf, Months
from adapters.mapping.terms import EMPTY, FILLED
from adapters.systems.stripe.words import BEGUN, NO_OWNER, NOT_VOID, STATUSES

_CRM_ID = rf"~^{OF_NO_PERSON}.*(?:crm|salesforce|hubspot|account|company|client).*\(metadata\)$"

_WHERE_CONTRACTS = (
    "stripe.subscriptions",
    "stripe.mrr_per_subscriber",
    "stripe.api_subscription_items",
    "stripe.api_subscriptions",
)

_CUSTOMER: Columns = {"account_id": "Customer ID", "name": ("Customer Name", "Customer Description", "Customer Email")}

SUBSCRIPTIONS = Export(
    name="stripe.subscriptions",
    what="Stripe subscriptions",
    tells=("id", "Customer ID", "Plan", "Interval", "Amount", "Status", "Created (UTC)"),
    settings=IN_UTC,
    fills=(
        Fills(
            "accounts",
            _CUSTOMER,
            required=("account_id",),
            attributes={"domain": "Customer Email", "crm_id": _CRM_ID},
            distinct=True,
            unless=("stripe.customers",),
        ),
        Fills(
            "contracts",
            {
                "line_id": "id",
                "account_id": "Customer ID",
                "product": "Plan",
                "quantity": "Quantity",
                "amount": "Amount",
                "currency": ColumnOf(column="Currency", capitals=True),
                "every": (JoinOf(join=["Interval Count", "Interval"]), "Interval"),
                "starts_on": (
                    LastOf(last=["Start Date (UTC)", "Trial End (UTC)"]),
                    LastOf(last=["Start (UTC)", "Trial End (UTC)"]),
                    LastOf(last=["Created (UTC)", "Trial End (UTC)"]),
                ),
                "ends_on": LastOf(
                    last=[
                        FirstOf(
                            first=[
                                "Ended At (UTC)",
                                "Cancel At (UTC)",
                                ColumnOf(column="Current Period End (UTC)", where={"Canceled At (UTC)": FILLED}),
                            ]
                        ),
                        ColumnOf(column="Trial End (UTC)", where={"Canceled At (UTC)": FILLED}),
                    ]
                ),
                "cancelled_on": "Canceled At (UTC)",
                "end_reason": "Cancellation Reason",
                "status": ColumnOf(column="Status", words=STATUSES),
            },
            required=("line_id", "account_id", "amount", "every", "starts_on"),
            where={"Status": BEGUN},
            unless=("stripe.mrr_per_subscriber",),
        ),
    ),
    lacks=(
        NO_OWNER,
        "one row for each subscription, so items and earlier prices are not in it",
        "an amount is taken as that of the whole subscription, whatever its quantity",
        "discounts of coupons are not taken off",
        ("says no currency", "Currency"),
    ),
)

CUSTOMERS = Export(
    name="stripe.customers",
    what="Stripe customers",
    tells=("id", "Email", "Created (UTC)", "Delinquent"),
    never=("livemode",),
    settings=IN_UTC,
    fills=(
        Fills(
            "accounts",
            {
                "account_id": "id",
                "name": FirstOf(first=["Name", "Description", "Email"]),
                "region": ("Address Country", "Card Address Country", "Shipping Address Country"),
                "created_on": "Created (UTC)",
            },
            required=("account_id",),
            attributes={"domain": "Email", "crm_id": _CRM_ID},
        ),
    ),
    lacks=(NO_OWNER,),
)

_INVOICE: Columns = {
    "line_id": "id",
    "account_id": "Customer",
    "dated_on": ("Date (UTC)", "Finalized At (UTC)", "Created (UTC)"),
    "amount": (
        FirstOf(first=[FormulaOf(formula="Total - Tax"), "Total"]),
        "Total",
        "Subtotal",
        "Amount Due",
    ),
    "currency": ColumnOf(column="Currency", capitals=True),
}

INVOICES = Export(
    name="stripe.invoices",
    what="Stripe invoices",
    tells=("id", "Amount Due", "Amount Paid", "Customer", "Number", "Status"),
    never=("livemode",),
    settings=IN_UTC,
    fills=(
        Fills(
            "invoices",
            _INVOICE,
            required=("account_id", "dated_on", "amount", "Subscription"),
            constants={"kind": "one_off"},
            where={"Subscription": EMPTY, "Status": NOT_VOID},
            beside=_WHERE_CONTRACTS,
        ),
        Fills(
            "invoices",
            _INVOICE,
            required=("account_id", "dated_on", "amount"),
            constants={"kind": "order"},
            where={"Status": NOT_VOID},
            unless=_WHERE_CONTRACTS,
        ),
    ),
    lacks=(
        "what was billed for subscriptions is left out where another export tells what they are worth a month",
        "names no products; they are in invoice line items",
        ("has no column Tax, so taxes are in its amounts", "Tax"),
    ),
)

MRR_PER_SUBSCRIBER = Export(
    name="stripe.mrr_per_subscriber",
    what="Stripe MRR per subscriber",
    tells=("Customer ID", "Customer", "Customer Email", "Currency", r"~^\d{4}-\d{2}$"),
    only_one=True,
    fills=(
        Fills(
            "accounts",
            {"account_id": "Customer ID", "name": FirstOf(first=["Customer", "Customer Email"])},
            attributes={"domain": "Customer Email"},
            distinct=True,
            unless=("stripe.customers", "stripe.subscriptions"),
        ),
        Fills(
            "contracts",
            {
                "line_id": JoinOf(join=["Customer ID", "Currency", "since"], **{"with": ":"}),
                "account_id": "Customer ID",
                "amount": "MRR",
                "currency": ColumnOf(column="Currency", capitals=True),
                "starts_on": "since",
                "ends_on": "until",
                "signed_on": "began",
            },
            constants={"every": "month"},
            months=Months(columns=r"\d{4}-\d{2}", value="MRR"),
        ),
    ),
    lacks=(
        NO_OWNER,
        "names no products",
        "a month in which a payment was overdue counts as nothing paid, as the report leaves it out",
        "coupons for a time are taken off only where the account's settings for this report say so",
    ),
)

PAYMENTS = Export(
    name="stripe.payments",
    what="Stripe payments",
    tells=("id", "Amount", "Amount Refunded", "Converted Amount", "Customer ID", "Captured"),
    lacks=("is not read: what was paid says nothing of what is owed for which time",),
)

EXPORTS = (SUBSCRIPTIONS, CUSTOMERS, INVOICES, MRR_PER_SUBSCRIBER, PAYMENTS)
