"""Zoho CRM: deals and accounts as a module exports them, with a pair of id and name for each lookup."""

from adapters.known.export import WON, Choice, Export, Fills
from adapters.mapping.sources import ColumnOf
from adapters.mapping.terms import FILLED

PREFIX = "zcrm_"
"""What stands before the digits of an id in an export, and not in the API."""


def _id(*columns: str) -> tuple[ColumnOf, ...]:
    """The first of the columns that is there, as the bare id."""
    return tuple(ColumnOf(column=c, without_prefix=PREFIX) for c in columns)


_ACCOUNT: Choice = (*_id("Account Name.id", "Company Name.id"), "Account Name", "Company Name")
_RECORD = _id("Record Id", "Company Id")
_OWNER: Choice = (*_id("Account Owner.id", "Company Owner.id"), "Account Owner", "Company Owner")
_DEAL_OWNER: Choice = (*_id("Deal Owner.id", "Potential Owner.id"), "Deal Owner", "Potential Owner")
_NAMES_NO_CURRENCY = "names no currency, so all amounts count as the reporting currency"


def _managers(*names: str) -> Fills:
    """The owners that rows name with their ids."""
    return Fills(
        "managers",
        {"manager_id": _id(*(f"{n}.id" for n in names)), "name": names},
        required=("manager_id", "name"),
        where={f"{n}.id": FILLED for n in names},
        distinct=True,
    )


DEALS = Export(
    name="zoho.deals",
    what="Zoho CRM deals",
    tells=(("Record Id", "Deal Id"), ("Deal Name", "Potential Name"), "Amount", "Stage", "Closing Date"),
    fills=(
        _managers("Deal Owner", "Potential Owner"),
        Fills(
            "accounts",
            {"account_id": _ACCOUNT, "name": ("Account Name", "Company Name")},
            required=("account_id",),
            where={"Account Name": FILLED, "Company Name": FILLED},
            distinct=True,
            unless=("zoho.accounts",),
        ),
        Fills(
            "invoices",
            {
                "line_id": _id("Record Id", "Deal Id"),
                "account_id": _ACCOUNT,
                "dated_on": "Closing Date",
                "amount": "Amount",
                "currency": "Currency",
                "seller_id": _DEAL_OWNER,
            },
            required=("account_id", "dated_on", "amount"),
            constants={"kind": "deal"},
            where={"Stage": WON},
        ),
    ),
    lacks=(
        "keeps no earlier owners; the owner of today is named",
        'a stage that begins with "Closed Won" counts as won; name others in sources.yaml',
        (_NAMES_NO_CURRENCY, "Currency"),
    ),
)

ACCOUNTS = Export(
    name="zoho.accounts",
    what="Zoho CRM accounts",
    tells=(
        ("Record Id", "Company Id"),
        ("Account Name", "Company Name"),
        ("Account Owner.id", "Account Owner", "Company Owner.id"),
    ),
    never=("Deal Name", "Potential Name", "Last Name", "Account Name.id", "Company Name.id"),
    fills=(
        _managers("Account Owner", "Company Owner"),
        Fills(
            "accounts",
            {
                "account_id": _RECORD,
                "name": ("Account Name", "Company Name"),
                "parent_id": _id("Parent Account.id"),
                "segment": ("Segment", "Account Type"),
                "industry": "Industry",
                "region": ("Billing Country", "Country"),
                "created_on": "Created Time",
            },
            attributes={"domain": "Website"},
        ),
        Fills(
            "ownership",
            {"account_id": _RECORD, "manager_id": _OWNER},
            required=("manager_id",),
        ),
    ),
    lacks=("keeps no earlier owners, so the owner of today counts for all time",),
)

EXPORTS = (
    DEALS,
    ACCOUNTS,
    Export("zoho.contacts", "Zoho CRM contacts", ("Record Id", ("Contact Owner.id", "Contact Owner"), "Last Name")),
    Export("zoho.leads", "Zoho CRM leads", ("Record Id", ("Lead Owner.id", "Lead Owner"), "Last Name")),
)
