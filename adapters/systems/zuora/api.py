"""What do tables of Zuora's API say? Charges of the version of each subscription that counts, never of several."""

from adapters.known.export import Export, Fills
from adapters.mapping.sources import ColumnOf, EarliestOf, FirstOf, LastOf, Latest, Lookup
from adapters.mapping.terms import EMPTY, FILLED, Condition, Requirement
from adapters.systems.zuora.words import (
    CURRENT,
    GROSS,
    LAST_VERSION,
    NOT_DELETED,
    PRODUCT_NAME,
    STATUSES,
    monthly,
)

_ONE_OWNER = (
    "the owner is the customer service rep, or the sales rep where there is none; as of today, without a history"
)

ACCOUNTS = Export(
    name="zuora.api_accounts",
    what="Zuora accounts",
    tells=("id", "account_number", "crm_id", "bill_cycle_day", "name"),
    fills=(
        Fills(
            "accounts",
            {"account_id": "id", "name": "name", "parent_id": ("parent_id",), "created_on": "created_date"},
            required=("account_id",),
            where={"_fivetran_deleted": NOT_DELETED},
        ),
        Fills(
            "ownership",
            {"account_id": "id", "manager_id": "customer_service_rep_name"},
            required=("manager_id",),
            where={"_fivetran_deleted": NOT_DELETED, "customer_service_rep_name": FILLED},
        ),
        Fills(
            "ownership",
            {"account_id": "id", "manager_id": "sales_rep_name"},
            required=("manager_id",),
            where={
                "_fivetran_deleted": NOT_DELETED,
                "customer_service_rep_name": EMPTY,
                "sales_rep_name": FILLED,
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

_SUSPENDED: dict[str, Condition] = {"its status": "Suspended"}
_DAYS_OF_REST = ("suspended on", "itself suspended on")
_RESTING: dict[str, dict[str, Condition]] = {day: {**_SUSPENDED, day: FILLED} for day in _DAYS_OF_REST}
_SUSPENSIONS = [ColumnOf(column=day, where=where) for day, where in _RESTING.items()]
_RESTS = [ColumnOf(column="its status", words={"Suspended": "ended"}, where=where) for where in _RESTING.values()]
"""What is suspended was paid until then; a line that is paused for us was never paid."""


def _suspended(version: str, day: str) -> tuple[Lookup, ...]:
    """The day from which a subscription is suspended, as the amendment of a version says."""
    suspends: dict[str, Condition] = {"type": Requirement(like="(?i)^suspend")}
    done: dict[str, Condition] = {"status": "Completed"}
    kept: dict[str, Condition] = {"_fivetran_deleted": NOT_DELETED}
    return tuple(
        Lookup(
            file="@zuora.api_amendments",
            on={version: "subscription_id"},
            take={day: "suspend_date"},
            where={**suspends, **further},
            may_miss=True,
        )
        for further in ({**done, **kept}, done, {})
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
                "amount": monthly("mrr", "charge_model"),
                "currency": ("transaction_currency", "account currency"),
                "starts_on": "effective_start_date",
                "ends_on": LastOf(
                    last=[
                        EarliestOf(earliest=["effective_end_date", FirstOf(first=_SUSPENSIONS)]),
                        *(ColumnOf(column="effective_start_date", where=where) for where in _RESTING.values()),
                    ]
                ),
                "signed_on": "its contract day",
                "cancelled_on": "its cancellation",
                "status": FirstOf(first=[*_RESTS, ColumnOf(column="its status", words=STATUSES)]),
            },
            required=("account_id", "amount", "starts_on", "status", "charge_type"),
            constants={"every": "month"},
            where={
                "_fivetran_deleted": NOT_DELETED,
                "charge_type": "Recurring",
                "its name": FILLED,
                "its status": CURRENT,
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
                        "its former version": "previous_subscription_id",
                    },
                ),
                Lookup(
                    file="@zuora.api_accounts",
                    on={"account_id": "id"},
                    take={"account currency": "currency"},
                    may_miss=True,
                ),
                PRODUCT_NAME,
                *_suspended("its former version", "suspended on"),
                *_suspended("subscription_id", "itself suspended on"),
            ),
            latest=Latest(by=["its name"], largest="its version", together=True),
        ),
    ),
    lacks=(
        LAST_VERSION,
        GROSS,
        "a suspended subscription ends on the day that its amendment says; without amendments it brings nothing, ever",
        "charges of subscriptions that are not there are left out, as their version is not known",
    ),
)

EXPORTS = (ACCOUNTS, SUBSCRIPTIONS, CHARGES)
