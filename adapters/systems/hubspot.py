"""HubSpot: records as the export dialog writes them, by labels or by internal names, and tables of a warehouse."""

from collections.abc import Sequence

from adapters.known.export import IN_UTC, WON, Export, Fills
from adapters.mapping.sources import FirstOf, History, JoinOf, Lookup, Merged
from adapters.mapping.terms import EMPTY, FILLED, Requirement

PRIMARY = "5"
"""The type of an association between a deal and its primary company."""

_NOT_TRUE = Requirement.model_validate({"not": True})
_ID = ("Record ID", "hs_object_id")
_NOT_DELETED = {"is_deleted": _NOT_TRUE, "Archived": _NOT_TRUE, "hs_is_archived": _NOT_TRUE}
_OWNER = ("hubspot_owner_id", "property_hubspot_owner_id", "owner_id", "Company owner")
_DEAL_OWNER = ("hubspot_owner_id", "owner_id", "Deal owner")
_GONE = ("Merged object IDs", "Merged record IDs", "hs_merged_object_ids", "property_hs_merged_object_ids")
_KINDS = ("hubspot.companies", "hubspot.api_companies")


def _changes(of: str, owners: Sequence[str], keys: Sequence[str], on_day: str | None = None) -> list[History]:
    """What the history of companies or deals says of their owners, in each spelling of the columns."""
    return [
        History(
            file=f"@hubspot.{of}_history",
            of=owner,
            on={key: theirs},
            at="timestamp",
            new="value",
            on_day=on_day,
            where={"name": "hubspot_owner_id", "property": "hubspot_owner_id"},
        )
        for owner in owners
        for key in keys
        for theirs in (f"{of}_id", f"{of}Id")
    ]


def _primary_company(deal: str) -> Lookup:
    """Whose a deal is, by the column with its id."""
    taken, primary = {"company_of_deal": "company_id"}, {"type_id": PRIMARY}
    return Lookup(file="@hubspot.deal_companies", on={deal: "deal_id"}, take=taken, prefer=primary)


_MERGED = [
    Merged(file=f"@{kind}", of=of, gone=gone, into=into, by=";")
    for kind in _KINDS
    for into in (*_ID, "id")
    for gone in _GONE
    for of in ("Associated Company IDs (Primary)", "Associated Company IDs", "company_of_deal", "company_of_name")
]

_COMPANIES = (
    Fills(
        "accounts",
        {
            "account_id": (*_ID, "id"),
            "name": ("Company name", "name", "property_name"),
            "parent_id": ("Parent Company ID", "hs_parent_company_id", "property_hs_parent_company_id"),
            "segment": ("Segment", "Company Segment", "segment"),
            "industry": ("Industry", "industry", "property_industry"),
            "region": ("Country/Region", "country", "property_country"),
            "created_on": ("Create Date", "createdate", "property_createdate"),
        },
        attributes={"domain": ("Company Domain Name", "domain", "property_domain", "Website URL", "website")},
        where=_NOT_DELETED,
    ),
    Fills(
        "ownership",
        {"account_id": (*_ID, "id"), "manager_id": _OWNER, "starts_on": "since", "ends_on": "until"},
        required=("manager_id",),
        where={**_NOT_DELETED, **dict.fromkeys(_OWNER, FILLED)},
        history=_changes("company", _OWNER[:-1], (*_ID, "id")),
    ),
)
_DEALS_LACK = (
    "says what was sold for how much, not for how long, so it gives deals and no contracts",
    (
        "names no currency, so all amounts count as the reporting currency",
        *("Currency", "deal_currency_code", "property_deal_currency_code"),
    ),
)

COMPANIES = Export(
    name="hubspot.companies",
    what="HubSpot companies",
    tells=(
        _ID,
        ("Company name", "name"),
        ("Company owner", "Company Domain Name", "domain", "hubspot_owner_id", "Industry"),
    ),
    never=("Company Owner.id", "Account Owner", "First Name", "firstname", "dealname", "Deal Name", "Last Name"),
    fills=_COMPANIES,
)
API_COMPANIES = Export(
    name="hubspot.api_companies",
    what="HubSpot companies of a warehouse",
    tells=("id", "property_name", ("property_createdate", "property_domain", "property_industry")),
    never=("property_email", "property_dealname"),
    settings=IN_UTC,
    fills=_COMPANIES,
)

DEALS = Export(
    name="hubspot.deals",
    what="HubSpot deals",
    tells=(_ID, ("Deal Name", "dealname"), ("Deal Stage", "dealstage"), "Amount"),
    fills=(
        Fills(
            "accounts",
            {
                "account_id": ("Associated Company IDs (Primary)", "Associated Company (Primary)"),
                "name": ("Associated Company (Primary)", "Associated Company Names (Primary)"),
            },
            required=("account_id",),
            where={"Associated Company IDs (Primary)": FILLED, "Associated Company (Primary)": FILLED},
            distinct=True,
            unless=_KINDS,
        ),
        Fills(
            "invoices",
            {
                "line_id": _ID,
                "account_id": (
                    FirstOf(first=["Associated Company IDs (Primary)", "Associated Company IDs"]),
                    "company_of_deal",
                    FirstOf(first=["company_of_name", "Associated Company (Primary)", "Associated Company"]),
                ),
                "dated_on": ("Close Date", "closedate"),
                "amount": "Amount",
                "currency": ("Currency", "deal_currency_code"),
                "seller_id": _DEAL_OWNER,
            },
            required=("account_id", "dated_on", "amount"),
            constants={"kind": "deal"},
            where=_NOT_DELETED,
            either=(
                ("Is Closed Won", True),
                ("hs_is_closed_won", True),
                ("Deal Stage", WON),
                ("dealstage", "closedwon"),
            ),
            lookups=[
                *map(_primary_company, _ID),
                *(
                    Lookup(
                        file="@hubspot.companies",
                        on={key: "Company name"},
                        take={"company_of_name": "Record ID"},
                        may_repeat=True,
                    )
                    for key in ("Associated Company (Primary)", "Associated Company")
                ),
            ],
            merged=_MERGED,
            history=_changes("deal", ("hubspot_owner_id",), _ID, "closedate"),
        ),
    ),
    lacks=(
        *_DEALS_LACK,
        (
            'without Is Closed Won, a stage that begins with "Closed won" counts as won',
            "Is Closed Won",
            "hs_is_closed_won",
        ),
    ),
)

API_DEALS = Export(
    name="hubspot.api_deals",
    what="HubSpot deals of a warehouse",
    tells=("deal_id", "deal_pipeline_stage_id", "property_amount", "property_closedate"),
    settings=IN_UTC,
    fills=(
        Fills(
            "invoices",
            {
                "line_id": "deal_id",
                "account_id": "company_of_deal",
                "dated_on": "property_closedate",
                "amount": "property_amount",
                "currency": "property_deal_currency_code",
                "seller_id": ("owner_id", "property_hubspot_owner_id"),
            },
            required=("account_id", "dated_on", "amount", "merged_into"),
            constants={"kind": "deal"},
            where={**_NOT_DELETED, "merged_into": EMPTY},
            either=(("property_hs_is_closed_won", True), ("stage_won", True)),
            lookups=[
                _primary_company("deal_id"),
                Lookup(
                    file="@hubspot.stages",
                    on={"deal_pipeline_stage_id": "stage_id", "deal_pipeline_id": "pipeline_id"},
                    take={"stage_won": "closed_won"},
                    prefer={"_fivetran_deleted": _NOT_TRUE},
                ),
                Lookup(
                    file="@hubspot.merged_deals",
                    on={"deal_id": "merged_deal_id"},
                    take={"merged_into": "deal_id"},
                    may_miss=True,
                ),
            ],
            merged=_MERGED,
            history=_changes("deal", ("owner_id",), ("deal_id",), "property_closedate"),
        ),
    ),
    lacks=_DEALS_LACK,
)

OWNERS = Export(
    name="hubspot.owners",
    what="HubSpot owners",
    tells=("owner_id", "email", "first_name", "last_name"),
    fills=(
        Fills(
            "managers",
            {
                "manager_id": "owner_id",
                "name": JoinOf(join=["first_name", "last_name"]),
                "email": "email",
                "team": "team_name",
            },
            lookups=[
                Lookup(
                    file="@hubspot.owner_teams",
                    on={"owner_id": "owner_id"},
                    take={"team_id": "team_id"},
                    prefer={"is_team_primary": True},
                    may_miss=True,
                ),
                Lookup(file="@hubspot.teams", on={"team_id": "id"}, take={"team_name": "name"}),
            ],
        ),
    ),
)
USERS = Export(
    name="hubspot.users",
    what="HubSpot users",
    tells=("User ID", "First Name", "Last Name", ("Email", "Email Address"), ("~team", "~role", "~permission")),
    fills=(
        Fills(
            "managers",
            {
                "manager_id": "User ID",
                "name": JoinOf(join=["First Name", "Last Name"]),
                "email": ("Email", "Email Address"),
                "team": ("Main Team", "Team", "Teams", "Assigned Teams"),
            },
        ),
    ),
    lacks=("ids of users are not those of owners; export deals and companies with labels, which name owners",),
)


def _known(
    name: str, what: str, *tells: str | tuple[str, ...], never: Sequence[str] = (), alone: bool = False
) -> Export:
    """An export that others look things up in, or that is not needed."""
    return Export(f"hubspot.{name}", f"HubSpot {what}", tells, never=never, alone=alone)


_CHANGE = ("timestamp", ("name", "property"), "value", ("source", "sourceType"))

EXPORTS = (
    COMPANIES,
    API_COMPANIES,
    DEALS,
    API_DEALS,
    OWNERS,
    USERS,
    _known("company_history", "history of companies", ("company_id", "companyId"), *_CHANGE),
    _known("deal_history", "history of deals", ("deal_id", "dealId"), *_CHANGE),
    _known("deal_companies", "companies of deals", "deal_id", "company_id", "type_id"),
    _known("merged_deals", "deals that were merged", "deal_id", "merged_deal_id"),
    _known("stages", "stages of deals", "stage_id", "pipeline_id", "closed_won", "label"),
    _known("pipelines", "pipelines", "pipeline_id", "display_order", "label", "active", never=("stage_id",)),
    _known("owner_teams", "teams of owners", "owner_id", "team_id", "is_team_primary"),
    _known("teams", "teams", "id", "name", "_fivetran_synced", alone=True),
    _known("roles", "roles", "id", "name", "requires_billing_write"),
    _known("team_users", "users of teams", "user_id", "team_id", "is_secondary_user"),
    _known("api_users", "users of a warehouse", "id", "primary_team_id", "role_id", "email"),
    _known("contacts", "contacts", _ID, ("First Name", "firstname"), ("Last Name", "lastname"), ("Email", "email")),
    _known("api_contacts", "contacts of a warehouse", "id", "property_email", "property_firstname"),
    _known("merged_contacts", "contacts that were merged", "canonical_vid", "vid_to_merge"),
    _known("deal_contacts", "contacts of deals", "deal_id", "contact_id", "type_id"),
    _known("deal_stages", "stages that deals went through", "deal_id", "date_entered", "source", "value"),
    _known("engagements", "engagements", "engagement_id", "engagement_type", ("company_id", "contact_id", "deal_id")),
    _known("tickets", "tickets", "id", "property_hs_pipeline_stage", "property_subject"),
    _known("ticket_links", "records of tickets", "ticket_id", ("company_id", "contact_id", "deal_id"), "category"),
    _known("ticket_history", "history of tickets", "ticket_id", "name", "timestamp_instant", "value"),
    _known("properties", "properties", "hubspot_object", "name", "label", "field_type"),
    _known("property_options", "options of properties", "property_id", "hubspot_object", "label", "value"),
)
