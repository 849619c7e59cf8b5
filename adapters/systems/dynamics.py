"""Dynamics 365: views of opportunities, accounts and goals as they are exported to Excel."""

from adapters.known.export import Export, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, Lookup
from adapters.mapping.terms import FILLED, Requirement

OPPORTUNITY, ACCOUNT, GOAL = (f"(Do Not Modify) {name}" for name in ("Opportunity", "Account", "Goal"))
"""The hidden first columns, which hold the record's id."""

_CURRENCIES = {
    "Australian Dollar": "AUD",
    "British Pound": "GBP",
    "Canadian Dollar": "CAD",
    "Danish Krone": "DKK",
    "Euro": "EUR",
    "Indian Rupee": "INR",
    "Japanese Yen": "JPY",
    "Norwegian Krone": "NOK",
    "Pound Sterling": "GBP",
    "Swedish Krona": "SEK",
    "Swiss Franc": "CHF",
    "US Dollar": "USD",
}
"""Their names of currencies, which a view shows in place of codes."""

_CUSTOMER = ("Potential Customer", "Account", "Customer", "Account Name")


def _day(*columns: str) -> tuple[ColumnOf, ...]:
    """The first of the columns that is there, as a day, be it counted as Excel does."""
    return tuple(ColumnOf(column=c, excel_days=True) for c in columns)


OPPORTUNITIES = Export(
    name="dynamics.opportunities",
    what="Dynamics 365 opportunities",
    tells=(
        "Topic",
        _CUSTOMER,
        ("Est. revenue", "Actual revenue", OPPORTUNITY),
        ("Status", "Status Reason", OPPORTUNITY),
    ),
    settings={"repeated": True},
    fills=(
        Fills(
            "accounts",
            {"account_id": _CUSTOMER, "name": _CUSTOMER},
            either=[(c, FILLED) for c in _CUSTOMER],
            distinct=True,
            unless=("dynamics.accounts",),
        ),
        Fills(
            "invoices",
            {
                "line_id": OPPORTUNITY,
                "account_id": FirstOf(first=["account_of_name", *_CUSTOMER]),
                "dated_on": _day("Actual close date", "Close date"),
                "amount": "Actual revenue",
                "currency": tuple(ColumnOf(column=c, words=_CURRENCIES) for c in ("Currency", "Transaction currency")),
                "seller_id": "Owner",
                "kind": ColumnOf(column="Status", words={"Won": "deal"}),
            },
            required=("account_id", "dated_on", "amount", "kind"),
            where={"Status": Requirement.model_validate({"not": ["Open", "Lost"]})},
            lookups=[
                Lookup(file="@dynamics.accounts", on={c: "Account Name"}, take={"account_of_name": ACCOUNT})
                for c in _CUSTOMER
            ],
        ),
    ),
    lacks=(
        "keeps no earlier owners; the owner of today is named",
        "customers are told by name, which need not be unique",
        ("names no currency, so all amounts count as the reporting currency", "Currency", "Transaction currency"),
    ),
)

ACCOUNTS = Export(
    name="dynamics.accounts",
    what="Dynamics 365 accounts",
    tells=("Account Name", (ACCOUNT, "Main Phone"), ("Owner", "Main Phone", "Primary Contact", "Website")),
    never=("Topic", "Record Id", GOAL, OPPORTUNITY, "(Do Not Modify) Contact"),
    settings={"repeated": True},
    fills=(
        Fills(
            "accounts",
            {
                "account_id": (ACCOUNT, "Account Name"),
                "name": "Account Name",
                "segment": ("Segment", "Relationship Type", "Category"),
                "industry": "Industry",
                "region": ("Territory", "Address 1: Country/Region"),
                "created_on": _day("Created On"),
            },
            attributes={"domain": "Website"},
        ),
        Fills(
            "ownership",
            {"account_id": (ACCOUNT, "Account Name"), "manager_id": "Owner"},
            required=("manager_id",),
            where={"Owner": FILLED},
        ),
    ),
    lacks=("keeps no earlier owners, so the owner of today counts for all time",),
)

GOALS = Export(
    name="dynamics.goals",
    what="Dynamics 365 goals",
    tells=(("Goal Owner", GOAL), ("Goal Metric", "Target", "Target (Money)", "Target (Integer)", "Target (Decimal)")),
    settings={"repeated": True},
    lacks=(
        "no metric is called as a goal of Dynamics is; say in sources.yaml which one is meant, to read its targets",
    ),
)

EXPORTS = (
    OPPORTUNITIES,
    ACCOUNTS,
    GOALS,
    Export("dynamics.contacts", "Dynamics 365 contacts", ("(Do Not Modify) Contact",)),
)
