"""What do reports of Salesforce say? Opportunities, accounts and the history of accounts by their labels."""

from adapters.known.export import WON, Columns, Export, Fills
from adapters.mapping.sources import FirstOf, History, Lookup
from adapters.mapping.terms import FILLED
from adapters.systems.salesforce.words import NO_CURRENCY, NOT_TRUE, REPORT, into_master, known

_NAMES = {"Account Name": "Account Name"}
_ACCOUNT_ID = ("Account ID", FirstOf(first=["account_of_name", "account_in_report", "Account Name"]))
_ELSEWHERE = ("salesforce.accounts", "salesforce.account_report")


_OF_ACCOUNTS = (
    Fills(
        "accounts",
        {"account_id": _ACCOUNT_ID, "name": "Account Name"},
        where={"Account Name": FILLED},
        distinct=True,
        unless=_ELSEWHERE,
    ),
    Fills(
        "ownership",
        {"account_id": _ACCOUNT_ID, "manager_id": "Account Owner"},
        required=("manager_id",),
        where={"Account Name": FILLED, "Account Owner": FILLED},
        distinct=True,
        unless=_ELSEWHERE,
    ),
)
"""What a report of opportunities says of accounts, where no list of them is there."""

_ACCOUNT_LOOKUPS = (
    Lookup(
        file="@salesforce.accounts",
        on={"Account Name": "Name"},
        take={"account_of_name": "Id"},
        prefer={"IsDeleted": NOT_TRUE},
        may_repeat=True,
    ),
    Lookup(file="@salesforce.account_report", on=_NAMES, take={"account_in_report": "Account ID"}, may_repeat=True),
)


def _deals(name: str, amount: str, currency: str, never: tuple[str, ...] = ()) -> Export:
    """A report of opportunities that has the amount in that column, in the currency of that one."""
    return Export(
        name=f"salesforce.{name}",
        what="Salesforce report of opportunities",
        tells=("Opportunity Name", "Account Name", "Close Date", amount),
        never=never,
        settings=REPORT,
        fills=(*_OF_ACCOUNTS, _won(amount, currency)),
        lacks=(
            "a report knows the owner of today only; the account history report has those of earlier times",
            (NO_CURRENCY, currency),
            ("accounts are told by name; add the column Account ID", "Account ID"),
            ('without the column Won, the stage "Closed Won" counts as won', "Won"),
        ),
    )


def _won(amount: str, currency: str) -> Fills:
    """The opportunities that were won."""
    return Fills(
        "invoices",
        {
            "line_id": "Opportunity ID",
            "account_id": _ACCOUNT_ID,
            "dated_on": "Close Date",
            "amount": amount,
            "currency": currency,
            "seller_id": "Opportunity Owner",
        },
        required=("account_id", "dated_on", "amount"),
        constants={"kind": "deal"},
        either=(("Won", True), ("Stage", WON)),
        merged=into_master("Account ID"),
        lookups=_ACCOUNT_LOOKUPS,
    )


def _report_history(key: str) -> History:
    """The owners of the account history report, by that key."""
    return History(
        file="@salesforce.account_history_report",
        of="Account Owner",
        on={key: key},
        at="Edit Date",
        old="Old Value",
        new="New Value",
        where={"Field / Event": ["Account Owner", "Owner"]},
    )


_REPORTED: Columns = {"account_id": ("Account ID", "Account Name")}

ACCOUNT_REPORT = Export(
    name="salesforce.account_report",
    what="Salesforce report of accounts",
    tells=("Account Name", "Account Owner"),
    never=("Record Id", "Opportunity Name", "Old Value", "Close Date", "First Name", "Case Number", "Subject"),
    settings=REPORT,
    fills=(
        Fills(
            "accounts",
            {
                **_REPORTED,
                "name": "Account Name",
                "parent_id": "Parent Account ID",
                "segment": ("Segment", "Type"),
                "industry": "Industry",
                "region": ("Region", "Billing Country"),
                "created_on": "Created Date",
            },
            attributes={"domain": "Website"},
        ),
        Fills(
            "ownership",
            {**_REPORTED, "manager_id": "Account Owner", "starts_on": "since", "ends_on": "until"},
            where={"Account Owner": FILLED},
            history=(_report_history("Account ID"), _report_history("Account Name")),
        ),
    ),
    lacks=(("accounts are told by name; add the column Account ID", "Account ID"),),
)

REPORTS = (
    ACCOUNT_REPORT,
    _deals("opportunity_report_converted", "Amount (converted)", "Amount (converted) Currency", ("Amount Currency",)),
    _deals("opportunity_report", "Amount", "Amount Currency"),
    known(
        "account_history_report",
        "report of accounts' history",
        *("Account Name", "Field / Event", "Old Value", "New Value", "Edit Date"),
        settings=REPORT,
    ),
)
