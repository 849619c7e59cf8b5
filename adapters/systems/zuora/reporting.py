"""What do data sources and queries of Zuora say? Charges with their subscription and account on each row."""

from collections.abc import Callable

from adapters.known.export import Export, Fills
from adapters.mapping.sources import ColumnOf, JoinOf, Latest
from adapters.systems.zuora.words import CURRENT, GROSS, LAST_VERSION, STATUSES, monthly


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
                "amount": monthly(name("Rate Plan Charge", "MRR"), name("Rate Plan Charge", "Charge Model")),
                "currency": (name("Account", "Currency"), name("Rate Plan Charge", "Currency")),
                "starts_on": name("Rate Plan Charge", "Effective Start Date"),
                "ends_on": name("Rate Plan Charge", "Effective End Date"),
                "signed_on": name("Subscription", "Contract Effective Date"),
                "cancelled_on": (name("Subscription", "Cancelled Date"), name("Subscription", "Canceled Date")),
                "status": ColumnOf(column=status, words=STATUSES),
            },
            required=("account_id", "amount", "starts_on", status),
            constants={"every": "month"},
            where={status: CURRENT, name("Rate Plan Charge", "Charge Type"): "Recurring"},
            latest=Latest(by=[name("Subscription", "Name")], largest=version, together=True),
            unless=("zuora.api_rate_plan_charges",),
        ),
    )


SCREEN_CHARGES = Export(
    name="zuora.rate_plan_charges",
    what="Zuora rate plan charges of a data source",
    tells=("Rate Plan Charge: MRR", "Rate Plan Charge: Effective Start Date", "Subscription: Name"),
    fills=_fills(_on_screen),
    lacks=(LAST_VERSION, GROSS, "names no owners"),
)

QUERIED_CHARGES = Export(
    name="zuora.queried_rate_plan_charges",
    what="Zuora rate plan charges of a query",
    tells=("RatePlanCharge.MRR", "RatePlanCharge.EffectiveStartDate", "Subscription.Name"),
    fills=_fills(_in_query),
    lacks=(LAST_VERSION, GROSS, "names no owners"),
)

EXPORTS = (SCREEN_CHARGES, QUERIED_CHARGES)
