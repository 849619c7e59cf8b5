"""What does the site of Recurly export? Amounts in whole units, times that end in letters of their zone."""

from adapters.known.export import OF_NO_PERSON, Export, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, FormulaOf, JoinOf, LastOf, Lookup
from adapters.mapping.terms import EMPTY, FILLED, Requirement
from adapters.systems.recurly.words import BEGUN, COUNTED, KINDS, NO_OWNER, OWED, STATUSES


def _local(column: str, where: dict[str, Requirement] | None = None) -> ColumnOf:
    """The time on the site's clock without the zone's letters, as in 2026-01-19 11:03:23 PST."""
    part = r"^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}) [A-Z]{2,5}$"
    return ColumnOf.model_validate({"column": column, "part": part, "where": where or {}})


SUBSCRIPTIONS = Export(
    name="recurly.subscriptions",
    what="Recurly subscriptions",
    tells=("uuid", "account_code", "plan_code", ("total_recurring_amount", "unit_amount"), "activated_at"),
    never=("version_uuid", "invoice_number"),
    fills=(
        Fills(
            "contracts",
            {
                "line_id": "uuid",
                "account_id": "account_code",
                "product": FirstOf(first=["plan_name", "plan_code"]),
                "quantity": "quantity",
                "amount": (
                    "total_recurring_amount",
                    FormulaOf(formula="unit_amount * quantity + add_ons_total"),
                    FormulaOf(formula="unit_amount * quantity"),
                ),
                "currency": "currency",
                "every": (
                    JoinOf(join=["plan_interval_length", "plan_interval_unit"], small=True),
                    JoinOf(join=["plan length", "plan unit"], small=True),
                ),
                "starts_on": LastOf(
                    last=[FirstOf(first=[_local("activated_at"), _local("created_at")]), _local("trial_ends_at")]
                ),
                "ends_on": LastOf(
                    last=[
                        FirstOf(
                            first=[
                                _local("expires_at"),
                                _local("current_period_ends_at", {"canceled_at": FILLED}),
                            ]
                        ),
                        _local("trial_ends_at", {"canceled_at": FILLED}),
                    ]
                ),
                "cancelled_on": _local("canceled_at"),
                "end_reason": "expiration_reason",
                "status": (ColumnOf(column="state", words=STATUSES), ColumnOf(column="status", words=STATUSES)),
            },
            required=("amount", "every", "starts_on"),
            where={"state": BEGUN, "status": BEGUN},
            lookups=(
                Lookup(
                    file="@recurly.plans",
                    on={"plan_code": "plan_code"},
                    take={"plan length": "plan_interval_length", "plan unit": "plan_interval_unit"},
                ),
            ),
            unless=("recurly.subscription_history",),
        ),
    ),
    lacks=(
        NO_OWNER,
        "one row for each subscription, so earlier prices are not in it; the history export has them",
        ("add-ons are not in the amounts", "total_recurring_amount", "add_ons_total"),
    ),
)

SUBSCRIPTION_HISTORY = Export(
    name="recurly.subscription_history",
    what="Recurly subscription history",
    tells=("subscription_uuid", "version_uuid", "account_code", "version_started_at", "version_total_recurring_amount"),
    never=("subscription_add_on_api_id", "version_add_on_tier_type"),
    fills=(
        Fills(
            "contracts",
            {
                "line_id": "version_uuid",
                "account_id": "account_code",
                "product": FirstOf(first=["plan_name", "plan_code"]),
                "quantity": ("version_subscription_quantity", "version_quantity"),
                "amount": "version_total_recurring_amount",
                "currency": ("subscription_currency", "currency"),
                "every": JoinOf(join=["version_plan_interval_length", "version_plan_interval_unit"], small=True),
                "starts_on": _local("version_started_at"),
                "ends_on": FirstOf(first=[_local("version_ended_at"), _local("subscription_expires_at")]),
                "signed_on": _local("subscription_activated_at"),
                "trial": "version_in_trial",
            },
            required=("account_id", "amount", "every", "starts_on"),
        ),
    ),
    lacks=(NO_OWNER,),
)

ACCOUNTS = Export(
    name="recurly.accounts",
    what="Recurly accounts",
    tells=("account_code", "email", ("company", "account_company"), ("created_at", "account_created_at")),
    never=("plan_code", "invoice_number", "uuid"),
    fills=(
        Fills(
            "accounts",
            {
                "account_id": "account_code",
                "name": FirstOf(
                    first=[
                        "company",
                        "account_company",
                        JoinOf(join=["first_name", "last_name"]),
                        JoinOf(join=["account_first_name", "account_last_name"]),
                    ]
                ),
                "region": ("country", "account_country"),
                "created_on": (_local("created_at"), _local("account_created_at")),
            },
            attributes={
                "domain": "email",
                "crm_id": rf"~^custom_field_?{OF_NO_PERSON}.*(?:crm|salesforce|hubspot|account)",
            },
        ),
    ),
    lacks=(NO_OWNER,),
)

INVOICES = Export(
    name="recurly.invoices",
    what="Recurly invoice details",
    tells=("invoice_number", "account_code", "line_item_total", "line_item_origin", "subscription_id"),
    fills=(
        Fills(
            "invoices",
            {
                "line_id": "line_item_uuid",
                "account_id": "account_code",
                "dated_on": (_local("date"), _local("invoice_date"), _local("date_created")),
                "amount": "line_item_total",
                "currency": "currency",
                "product": FirstOf(first=["line_item_product_code", "line_item_description"]),
                "kind": ColumnOf(column="line_item_origin", words=KINDS),
            },
            required=("account_id", "dated_on", "amount"),
            where={
                "subscription_id": EMPTY,
                "line_item_origin": COUNTED,
                "status": OWED,
            },
        ),
    ),
    lacks=(
        "amounts are those after tax, as the export gives no others for each line",
        "what belongs to a subscription is left out, as subscriptions tell what it is worth",
    ),
)

PLANS = Export(
    name="recurly.plans",
    what="Recurly plans",
    tells=("plan_code", "plan_interval_length", "plan_interval_unit"),
    never=("account_code",),
)

ADD_ON_HISTORY = Export(
    name="recurly.subscription_add_on_history",
    what="Recurly add-on history",
    tells=(
        "subscription_uuid",
        "version_uuid",
        "version_started_at",
        "version_add_on_code",
        "version_add_on_tier_type",
    ),
    lacks=("is not read, as the subscription history tells what add-ons are worth",),
)

EXPORTS = (SUBSCRIPTIONS, SUBSCRIPTION_HISTORY, ACCOUNTS, INVOICES, PLANS, ADD_ON_HISTORY)
