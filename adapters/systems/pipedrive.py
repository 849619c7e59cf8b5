"""Pipedrive: deals, organizations and people as a list view exports them."""

from adapters.known.export import Export, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, Lookup
from adapters.mapping.terms import FILLED, Requirement

_ACCOUNT = ("Deal - Organization ID", FirstOf(first=["organization_of_name", "Deal - Organization"]))
_COUNTRY = (
    "Organization - Country of Address",
    "Organization - Address - Country",
    "Organization - Country",
)

DEALS = Export(
    name="pipedrive.deals",
    what="Pipedrive deals",
    tells=("Deal - Title", "Deal - Value", "Deal - Status"),
    fills=(
        Fills(
            "accounts",
            {"account_id": _ACCOUNT, "name": "Deal - Organization"},
            required=("account_id",),
            where={"Deal - Organization": FILLED},
            distinct=True,
            unless=("pipedrive.organizations",),
        ),
        Fills(
            "invoices",
            {
                "line_id": "Deal - ID",
                "account_id": _ACCOUNT,
                "dated_on": ("Deal - Won time", "Deal - Deal closed on"),
                "amount": "Deal - Value",
                "currency": ("Deal - Currency of Value", "Deal - Currency"),
                "product": "Deal - Product name",
                "quantity": "Deal - Product quantity",
                "seller_id": "Deal - Owner",
                "kind": ColumnOf(column="Deal - Status", words={"Won": "deal"}),
            },
            required=("account_id", "dated_on", "amount"),
            where={"Deal - Status": Requirement.model_validate({"not": ["Open", "Lost", "Deleted"]})},
            lookups=[
                Lookup(
                    file="@pipedrive.organizations",
                    on={"Deal - Organization": "Organization - Name"},
                    take={"organization_of_name": "Organization - ID"},
                )
            ],
        ),
    ),
    lacks=(
        "keeps no earlier owners; the owner of today is named, also on deals of former owners",
        "deleted deals are not in it; archived ones are, and count where they were won",
        (
            "names no currency, so all amounts count as the reporting currency",
            "Deal - Currency of Value",
            "Deal - Currency",
        ),
        ("organizations are told by name; add the column Organization ID", "Deal - Organization ID"),
    ),
)

ORGANIZATIONS = Export(
    name="pipedrive.organizations",
    what="Pipedrive organizations",
    tells=("Organization - Name",),
    never=("Deal - Title", "Person - Name", "Lead - Title"),
    fills=(
        Fills(
            "accounts",
            {
                "account_id": ("Organization - ID", "Organization - Name"),
                "name": "Organization - Name",
                "segment": ("Organization - Segment", "Organization - Labels", "Organization - Label"),
                "industry": "Organization - Industry",
                "region": _COUNTRY,
                "created_on": "Organization - Organization created",
            },
            attributes={"domain": "Organization - Website"},
        ),
        Fills(
            "ownership",
            {"account_id": ("Organization - ID", "Organization - Name"), "manager_id": "Organization - Owner"},
            required=("manager_id",),
            where={"Organization - Owner": FILLED},
        ),
    ),
    lacks=(
        "keeps no earlier owners, so the owner of today counts for all time",
        ("organizations are told by name; add the column ID", "Organization - ID"),
    ),
)

EXPORTS = (
    DEALS,
    ORGANIZATIONS,
    Export("pipedrive.people", "Pipedrive people", ("Person - Name",), never=("Deal - Title", "Lead - Title")),
    Export("pipedrive.leads", "Pipedrive leads", ("Lead - Title",)),
)
