"""ChartMogul: the files that billing data are imported with."""

from adapters.known.export import Columns, Export, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, FormulaOf, JoinOf, Lookup
from adapters.mapping.terms import Requirement

_WHOLE = Requirement(**{"not": True})
_INVOICE = Lookup(
    file="@chartmogul.invoices",
    on={"Invoice external ID": "Invoice external ID"},
    take={
        "its customer": "Customer external ID",
        "its currency": "Currency",
        "its day": "Invoiced date",
        "its state": "Status",
    },
)
_DATED = tuple(
    Lookup(file="@chartmogul.invoices", on={"Invoice external ID": "Invoice external ID"}, take={"its day": day})
    for day in ("Date", "Invoice date")
)
_PLANS = tuple(
    Lookup(
        file="@chartmogul.plans",
        on={"Plan": key},
        take={"plan name": name, "plan count": "Interval count", "plan unit": "Interval unit"},
    )
    for key in ("External ID", "Plan external ID", "Name")
    for name in ("Name", "Plan name")
)


def _without_tax(amount: str, *taxes: str, minor_of: str | None = None) -> FirstOf:
    """The amount, which is that after discounts and taxes, less the tax in the same unit, where there is any."""
    formulas = (*(f"`{amount}` - `{tax}`" for tax in taxes), f"`{amount}`")
    return FirstOf(first=[FormulaOf(formula=formula, minor_of=minor_of) for formula in formulas])


_LINE: Columns = {
    "line_id": FirstOf(
        first=[
            "External ID",
            JoinOf(join=["Invoice external ID", "Subscription external ID", "Plan", "Service period start"]),
            "Invoice external ID",
        ]
    ),
    "account_id": "its customer",
    "amount": (
        _without_tax("Amount in cents", "Tax amount in cents", "Tax amount", minor_of="its currency"),
        _without_tax("Amount", "Tax amount"),
    ),
    "currency": ColumnOf(column="its currency", capitals=True),
    "quantity": "Quantity",
}
_NOT_VOID = Requirement(**{"not": ["void", "voided", "deleted", "uncollectible"]})

CUSTOMERS = Export(
    name="chartmogul.customers",
    what="ChartMogul customers",
    tells=("Name", "Email", "Company", "External ID", ("Lead created at", "Free trial started at")),
    fills=(
        Fills(
            "accounts",
            {
                "account_id": "External ID",
                "name": FirstOf(first=["Company", "Name"]),
                "region": "Country",
            },
            attributes={"domain": "Email"},
        ),
    ),
    lacks=("names no owners; take them from the CRM",),
)

INVOICES = Export(
    name="chartmogul.invoices",
    what="ChartMogul invoices",
    tells=("Customer external ID", "Invoice external ID", "Currency", ("Invoiced date", "Date", "Invoice date")),
    never=("Event Type", "Result", "Type"),
)

LINE_ITEMS = Export(
    name="chartmogul.line_items",
    what="ChartMogul invoice line items",
    tells=(
        "Invoice external ID",
        "Type",
        ("Amount in cents", "Amount"),
        "Plan",
        "Service period start",
        "Service period end",
    ),
    fills=(
        Fills(
            "contracts",
            {
                **_LINE,
                "product": FirstOf(first=["plan name", "Plan"]),
                "every": JoinOf(join=["plan count", "plan unit"], small=True),
                "starts_on": "Service period start",
                "ends_on": ColumnOf(column="Service period end", to_midnight=True),
            },
            required=("account_id", "amount", "every"),
            where={"Type": Requirement(**{"not": "one_time"}), "Proration": _WHOLE, "its state": _NOT_VOID},
            lookups=(_INVOICE, *_PLANS),
        ),
        Fills(
            "invoices",
            {**_LINE, "dated_on": FirstOf(first=["its day", "Service period start"]), "product": "Description"},
            required=("account_id", "amount", "dated_on"),
            constants={"kind": "one_off"},
            where={"Type": "one_time", "its state": _NOT_VOID},
            lookups=(_INVOICE, *_DATED),
        ),
    ),
    lacks=(
        "parts of a period (prorations) are left out; a change of price counts from the next whole period",
        "a subscription lasts as long as a service period was billed; cancellations are not read",
        ("has no column of taxes, so they are in its amounts", "Tax amount in cents", "Tax amount"),
    ),
)

PLANS = Export(
    name="chartmogul.plans",
    what="ChartMogul plans",
    tells=(("Name", "Plan name"), "Interval count", "Interval unit"),
)

TRANSACTIONS = Export(
    name="chartmogul.transactions",
    what="ChartMogul transactions",
    tells=("Invoice external ID", "Type", "Result", "Date"),
)

EVENTS = Export(
    name="chartmogul.subscription_events",
    what="ChartMogul subscription events",
    tells=("Subscription external ID", "Customer external ID", "Event Type", ("Effective Date", "Date")),
)

CANCELLATIONS = Export(
    name="chartmogul.cancellations",
    what="ChartMogul cancellations",
    tells=("Subscription external ID", "Customer external ID", "Date"),
    never=("Event Type", "Type"),
)

EXPORTS = (CUSTOMERS, INVOICES, LINE_ITEMS, PLANS, TRANSACTIONS, EVENTS, CANCELLATIONS)
