"""What must an adapter deliver? The input contract, declared once; `docs/tables.md` is made from it."""

from collections.abc import Mapping

import polars as pl

from scoring.frame import Column, Kind, Table

Tables = Mapping[str, pl.DataFrame]
"""The tables of exports, by name."""

EVERY = ("month", "quarter", "year", "week", "day")
STATUSES = ("active", "trial", "paused", "past_due", "cancelled", "ended")
INVOICE_KINDS = ("one_off", "order", "deal", "usage", "credit", "return")
ORDER_KINDS = ("order", "deal", "usage")
"""Kinds of invoice lines by which an account buys; so does a line of no kind."""
ANSWER_KINDS = ("nps", "csat")
EXCLUSION_REASONS = ("acquisition", "product_withdrawn", "inherited", "data_error", "other")
CONTROLLED = (
    "accounts", "managers", "ownership", "contracts", "invoices", "answers", "activities", "milestones", "costs",
    "targets", "exclusions", "rates",
)  # fmt: skip
CONTROL_MEASURES = ("rows", "amount")
COUNTS_ON = {
    "accounts": "created_on", "managers": "starts_on", "ownership": "starts_on", "contracts": "starts_on",
    "invoices": "dated_on", "answers": "answered_on", "activities": "dated_on", "milestones": "dated_on",
    "exclusions": "starts_on", "rates": "dated_on",
}  # fmt: skip
"""The column whose day says whether a row is one of the days of a control total; tables without one have no days."""

_ORIGIN = (
    Column("origin_file", Kind.TEXT, "The export the row was read from.", required=True),
    Column("origin_row", Kind.WHOLE, "Its data row in that file, counted from 1.", required=True),
    Column("recorded_at", Kind.INSTANT, "When the source system learned of it, if it says so."),
)
_ACCOUNT = Column("account_id", Kind.TEXT, "The account.", required=True, refers_to="accounts")
_CURRENCY = Column(
    "currency", Kind.TEXT, "ISO 4217 code of the amounts; the reporting currency where no row of the file has one."
)
_SELLER = Column("seller_id", Kind.TEXT, "Who sold the line.", refers_to="managers")

NOBODY = "unassigned"
"""Stands for whoever would be responsible where nobody is, and so is no manager's id."""
UNNAMED = "(none)"
"""Stands for the team, the tier, the reason or the attribute of those that have none, and so is no name of one."""

ACCOUNTS = Table(
    "accounts",
    "a customer",
    (
        Column("account_id", Kind.TEXT, "The id all other tables use for the customer.", required=True),
        Column("name", Kind.TEXT, "What people call it; the id when empty."),
        Column("parent_id", Kind.TEXT, "The account that pays for this one.", refers_to="accounts"),
        Column("segment", Kind.TEXT, "Kind of customer, as the company divides them."),
        Column("industry", Kind.TEXT, "Line of business."),
        Column("region", Kind.TEXT, "Where it is, as the company divides the world."),
        Column("created_on", Kind.DATE, "Day the account was created."),
        *_ORIGIN,
    ),
    key=("account_id",),
    open=True,
)
MANAGERS = Table(
    "managers",
    "a person who is credited",
    (
        Column(
            "manager_id", Kind.TEXT, f"The id that ownership, sellers and targets use; not `{NOBODY}`.", required=True
        ),
        Column("name", Kind.TEXT, "The person's name; the id when empty."),
        Column("email", Kind.TEXT, "Where a digest goes."),
        Column("team", Kind.TEXT, "The team the person is compared and summed with."),
        Column("reports_to", Kind.TEXT, "The manager this one reports to.", refers_to="managers"),
        Column("starts_on", Kind.DATE, "First day in the role."),
        Column("ends_on", Kind.DATE, "First day no longer in the role; empty means still there."),
        *_ORIGIN,
    ),
    key=("manager_id",),
)
OWNERSHIP = Table(
    "ownership",
    "a manager's responsibility for an account, for a time",
    (
        _ACCOUNT,
        Column("manager_id", Kind.TEXT, "Who is responsible.", required=True, refers_to="managers"),
        Column("starts_on", Kind.DATE, "First day; empty means since ever."),
        Column("ends_on", Kind.DATE, "First day no longer; empty means still."),
        Column("share", Kind.NUMBER, "Part of the account, 0 to 1; 1 when empty. What is left of a day is nobody's."),
        *_ORIGIN,
    ),
    key=("account_id", "starts_on", "manager_id"),
)
CONTRACTS = Table(
    "contracts",
    "a recurring line",
    (
        Column("line_id", Kind.TEXT, "The line's id; file and row when the source has none.", required=True),
        _ACCOUNT,
        Column("product", Kind.TEXT, "What is sold, by the name the price list uses."),
        Column("tier", Kind.TEXT, "Rung of the ladder; looked up from the product when empty."),
        Column("quantity", Kind.NUMBER, "Seats or units."),
        Column("list_price", Kind.MONEY, "Price of one unit for one `every`, before discount."),
        Column("discount", Kind.NUMBER, "Part of the list price that is not charged, 0 to 1."),
        Column(
            "discount_ends",
            Kind.FLAG,
            "Whether the discount is for a time only; what is charged afterwards is a row of its own.",
        ),
        Column("amount", Kind.MONEY, "Net amount of the line for one `every`.", required=True),
        _CURRENCY,
        Column(
            "every",
            Kind.TEXT,
            "month, quarter, year, week, day, or some of them, as `6 months` or `45 days`.",
            required=True,
        ),
        Column("starts_on", Kind.DATE, "First day of service.", required=True),
        Column("ends_on", Kind.DATE, "First day without service; empty means evergreen, whatever the status."),
        Column("signed_on", Kind.DATE, "Day of signature."),
        Column("status", Kind.TEXT, "State of the line; active when empty.", words=STATUSES),
        Column("cancelled_on", Kind.DATE, "Day on which it was cancelled, whenever service ends."),
        Column("end_reason", Kind.TEXT, "Why it ended, in the company's own words."),
        Column("past_due_on", Kind.DATE, "Day since which a payment of it is overdue, while its status is past_due."),
        Column("trial", Kind.FLAG, "Whether it is a trial; a trial has no recurring revenue."),
        Column("renews", Kind.TEXT, "The line this one takes the place of, from its start, and of no other."),
        _SELLER,
        *_ORIGIN,
    ),
    key=("line_id",),
)
INVOICES = Table(
    "invoices",
    "a one-off, order, won deal, usage or credit line",
    (
        Column("line_id", Kind.TEXT, "The line's id; file and row when the source has none.", required=True),
        _ACCOUNT,
        Column("dated_on", Kind.DATE, "The day it counts for.", required=True),
        Column("amount", Kind.MONEY, "Net amount; a return or credit is negative.", required=True),
        _CURRENCY,
        Column("product", Kind.TEXT, "What was sold."),
        Column("tier", Kind.TEXT, "Rung of the ladder; looked up from the product when empty."),
        Column("quantity", Kind.NUMBER, "Units."),
        Column("kind", Kind.TEXT, "Sort of line; order when empty.", words=INVOICE_KINDS),
        _SELLER,
        Column("cost", Kind.MONEY, "What the line cost the company."),
        *_ORIGIN,
    ),
    key=("line_id",),
)
ANSWERS = Table(
    "answers",
    "a survey answer",
    (
        _ACCOUNT,
        Column("respondent", Kind.TEXT, "Who answered."),
        Column("answered_on", Kind.DATE, "Day of the answer; of the question where none came.", required=True),
        Column("asked_on", Kind.DATE, "Day of the question; the day of the answer when empty."),
        Column("kind", Kind.TEXT, "Sort of survey.", required=True, words=ANSWER_KINDS),
        Column("score", Kind.NUMBER, "The answer; empty means asked and not answered."),
        Column("scale", Kind.TEXT, "The scale, as `0-10` or `1-5`."),
        *_ORIGIN,
    ),
    key=("account_id", "answered_on", "kind", "origin_file", "origin_row"),
)
ACTIVITIES = Table(
    "activities",
    "a sign of the customer's use",
    (
        _ACCOUNT,
        Column("dated_on", Kind.DATE, "Day of the sign.", required=True),
        Column("kind", Kind.TEXT, "Sort of sign.", required=True),
        Column("value", Kind.NUMBER, "How much of it."),
        *_ORIGIN,
    ),
    key=("account_id", "dated_on", "kind", "origin_file", "origin_row"),
)
MILESTONES = Table(
    "milestones",
    "a dated event of the account's life",
    (
        _ACCOUNT,
        Column("dated_on", Kind.DATE, "Day of the event.", required=True),
        Column("kind", Kind.TEXT, "Sort of event: signed, kickoff, first_value, …", required=True),
        *_ORIGIN,
    ),
    key=("account_id", "dated_on", "kind", "origin_file", "origin_row"),
)
COSTS = Table(
    "costs",
    "spend to win or serve",
    (
        Column("period", Kind.TEXT, "The fiscal period, as `2026-Q2`.", required=True),
        Column("kind", Kind.TEXT, "What it was spent for: acquire, serve, …", required=True),
        Column("account_id", Kind.TEXT, "The account, where it is known.", refers_to="accounts"),
        Column("team", Kind.TEXT, "The team, where there is no account."),
        Column("amount", Kind.MONEY, "The spend.", required=True),
        _CURRENCY,
        *_ORIGIN,
    ),
    key=("period", "kind", "account_id", "team", "origin_file", "origin_row"),
)
TARGETS = Table(
    "targets",
    "what was agreed with a manager",
    (
        Column("manager_id", Kind.TEXT, "With whom.", required=True, refers_to="managers"),
        Column("metric", Kind.TEXT, "The metric's name in the catalogue.", required=True),
        Column("period", Kind.TEXT, "The fiscal period, as `2026-Q2`; it counts where that is scored.", required=True),
        Column("value", Kind.NUMBER, "The value agreed.", required=True),
        *_ORIGIN,
    ),
    key=("manager_id", "metric", "period"),
)
EXCLUSIONS = Table(
    "exclusions",
    "a decision that an account does not count in scores, for a time",
    (
        _ACCOUNT,
        Column("manager_id", Kind.TEXT, "In whose score alone; in everybody's when empty.", refers_to="managers"),
        Column("starts_on", Kind.DATE, "First day; it holds for quarters whose last day it covers.", required=True),
        Column("ends_on", Kind.DATE, "First day no longer; there is none without an end.", required=True),
        Column("reason", Kind.TEXT, "Why.", required=True, words=EXCLUSION_REASONS),
        Column("approved_by", Kind.TEXT, "Who approved it, a manager_id or a name; not applied when empty."),
        Column("approved_on", Kind.DATE, "Day of the approval; known from the start when empty."),
        Column("note", Kind.TEXT, "What else is to be known of it."),
        *_ORIGIN,
    ),
    key=("account_id", "starts_on", "manager_id"),
)
RATES = Table(
    "rates",
    "the price of a currency on a day",
    (
        Column("currency", Kind.TEXT, "ISO 4217 code.", required=True),
        Column("dated_on", Kind.DATE, "First day the rate holds.", required=True),
        Column("rate", Kind.NUMBER, "Reporting currency for one unit of it.", required=True),
        *_ORIGIN,
    ),
    key=("currency", "dated_on"),
)
CONTROLS = Table(
    "controls",
    "what the source system says that a table holds",
    (
        Column("table", Kind.TEXT, "The table it is about.", required=True, words=CONTROLLED),
        Column(
            "measure",
            Kind.TEXT,
            "How many rows, or what their column `amount` adds up to.",
            required=True,
            words=CONTROL_MEASURES,
        ),
        Column(
            "currency",
            Kind.TEXT,
            "Of amounts in this currency alone; the reporting currency when empty. Rows are of all currencies then.",
        ),
        Column(
            "starts_on",
            Kind.DATE,
            "First day, of rows that start or are dated then; all days before as well when empty.",
        ),
        Column("ends_on", Kind.DATE, "First day no longer; all days after as well when empty."),
        Column("file", Kind.TEXT, "Of the rows of this export alone, by its name in the folder, as book.xlsx/Sheet."),
        Column("value", Kind.MONEY, "What the source system says: the number of rows, or the amount.", required=True),
        *_ORIGIN,
    ),
    key=("table", "measure", "currency", "starts_on", "ends_on", "file"),
)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        ACCOUNTS, MANAGERS, OWNERSHIP, CONTRACTS, INVOICES, ANSWERS,
        ACTIVITIES, MILESTONES, COSTS, TARGETS, EXCLUSIONS, RATES, CONTROLS,
    )
}  # fmt: skip

LAYOUT: dict[str, dict[str, str]] = {
    name: {c.name: str(c.kind) for c in table.columns} for name, table in TABLES.items()
}
"""The contract as adapters see it: table to column to kind, in plain words."""

OPEN_TABLES = frozenset(name for name, table in TABLES.items() if table.open)
