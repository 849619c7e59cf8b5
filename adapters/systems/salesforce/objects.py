"""What do Data Loader, the weekly Data Export and warehouses write? The objects of Salesforce by their API names."""

from adapters.known.export import WON, Export, Fills
from adapters.mapping.sources import History, JoinOf, Lookup
from adapters.mapping.terms import FILLED
from adapters.systems.salesforce.words import (
    IN_WAREHOUSE,
    NO_CURRENCY,
    NOT_DELETED,
    NOT_MERGED,
    NOT_TRUE,
    OBJECT,
    OWNER_CHANGED,
    both,
    into_master,
    known,
)

ACCOUNTS = Export(
    name="salesforce.accounts",
    what="Salesforce accounts",
    tells=(
        ("Id",),
        ("Name",),
        both("OwnerId", "BillingCity", "BillingCountry", "BillingState", "ShippingCountry", "AccountSource"),
        both("Industry", "Website", "ParentId", "MasterRecordId", "BillingCity", "BillingCountry", "AccountSource"),
    ),
    never=(
        *both("AccountId", "StageName", "IsConverted", "Username", "NumberOfLeads", "ProductCode", "CloseDate"),
        *("_fivetran_start", "hs_object_id", "OrderNumber", "Company", "LeadSource"),
    ),
    settings=OBJECT,
    fills=(
        Fills(
            "accounts",
            {
                "account_id": "Id",
                "name": "Name",
                "parent_id": both("ParentId"),
                "segment": (*both("Segment__c"), "Type"),
                "industry": "Industry",
                "region": both("Region__c", "BillingCountry"),
                "created_on": both("CreatedDate"),
            },
            attributes={"domain": "Website"},
            where=NOT_MERGED,
            merged=into_master(*both("ParentId")),
        ),
        Fills(
            "ownership",
            {"account_id": "Id", "manager_id": both("OwnerId"), "starts_on": "since", "ends_on": "until"},
            required=("manager_id",),
            where={**NOT_MERGED, **dict.fromkeys(both("OwnerId"), FILLED)},
            history=(
                History(
                    file="@salesforce.account_history",
                    of="OwnerId",
                    on={"Id": "AccountId"},
                    at="CreatedDate",
                    old="OldValue",
                    new="NewValue",
                    where=dict(OWNER_CHANGED),
                ),
                History(
                    file="@salesforce.api_account_history",
                    of="owner_id",
                    on={"id": "id"},
                    at="_fivetran_start",
                    new="owner_id",
                ),
            ),
        ),
    ),
    lacks=((IN_WAREHOUSE, "OwnerId"),),
)

OPPORTUNITIES = Export(
    name="salesforce.opportunities",
    what="Salesforce opportunities",
    tells=(("Id",), both("StageName"), both("CloseDate"), ("Amount",), both("AccountId")),
    never=(*both("OpportunityId"), "_fivetran_start"),
    settings=OBJECT,
    fills=(
        Fills(
            "invoices",
            {
                "line_id": "Id",
                "account_id": both("AccountId"),
                "dated_on": both("CloseDate"),
                "amount": "Amount",
                "currency": both("CurrencyIsoCode"),
                "seller_id": both("OwnerId"),
            },
            required=("account_id", "dated_on", "amount"),
            constants={"kind": "deal"},
            where=NOT_DELETED,
            either=(*((n, True) for n in both("IsWon")), *((n, WON) for n in both("StageName"))),
            merged=into_master(*both("AccountId")),
            history=(
                History(
                    file="@salesforce.opportunity_field_history",
                    of="OwnerId",
                    on={"Id": "OpportunityId"},
                    at="CreatedDate",
                    old="OldValue",
                    new="NewValue",
                    on_day="CloseDate",
                    where=dict(OWNER_CHANGED),
                ),
                History(
                    file="@salesforce.api_opportunity_history",
                    of="owner_id",
                    on={"id": "id"},
                    at="_fivetran_start",
                    new="owner_id",
                    on_day="close_date",
                ),
            ),
        ),
    ),
    lacks=(
        "says what was sold for how much, not for how long, so it gives deals and no contracts",
        "the amount of each opportunity counts; its products are not read",
        (NO_CURRENCY, *both("CurrencyIsoCode")),
        ('without IsWon, the stage "Closed Won" counts as won', *both("IsWon")),
        (IN_WAREHOUSE, "OwnerId"),
    ),
)

USERS = Export(
    name="salesforce.users",
    what="Salesforce users",
    tells=("Id", "Email", ("Name", *both("LastName")), both("Username", "ProfileId", "UserRoleId", "UserType")),
    never=both("StageName", "OwnerId"),
    settings=OBJECT,
    fills=(
        Fills(
            "managers",
            {
                "manager_id": "Id",
                "name": (
                    "Name",
                    *(JoinOf(join=list(n)) for n in zip(*map(both, ("FirstName", "LastName")), strict=True)),
                ),
                "email": "Email",
                "team": ("role_name", "Department", "Division"),
                "reports_to": both("ManagerId"),
            },
            where={"_fivetran_deleted": NOT_TRUE},
            lookups=[
                Lookup(file="@salesforce.roles", on={n: "Id"}, take={"role_name": "Name"}) for n in both("UserRoleId")
            ],
        ),
    ),
    lacks=("says whether a user is active, not since when, so nobody has a first or last day in the role",),
)

_CHANGE = ("Field", "OldValue", "NewValue", "CreatedDate")
_SPAN = ("Id", "owner_id", "_fivetran_start", "_fivetran_end")

OBJECTS = (
    ACCOUNTS,
    OPPORTUNITIES,
    USERS,
    known("roles", "roles", "Id", "Name", both("ParentRoleId"), both("DeveloperName", "RollupDescription")),
    known("account_history", "history of accounts", "AccountId", *_CHANGE),
    known("opportunity_field_history", "history of opportunities' fields", "OpportunityId", *_CHANGE),
    known("opportunity_history", "history of stages", "OpportunityId", "StageName", "ForecastCategory", "CreatedDate"),
    known(
        "opportunity_products",
        "products of opportunities",
        *(both("OpportunityId"), both("PricebookEntryId"), both("TotalPrice")),
    ),
    known("contacts", "contacts", "Id", "AccountId", "LastName", "Email"),
    known("orders", "orders", "Id", both("AccountId"), both("OrderNumber"), both("EffectiveDate")),
    known("products", "products", "Id", "Name", both("ProductCode"), "Family", both("IsActive")),
    known("api_account_history", "accounts of a warehouse as they were", *_SPAN, "master_record_id", "name"),
    known("api_opportunity_history", "opportunities of a warehouse as they were", *_SPAN, "stage_name", "close_date"),
)
