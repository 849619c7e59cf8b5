"""What do the other systems export? Customers, people, answers, use, costs and targets, under their names."""

import polars as pl

from scoring.demo.accounts import SEGMENTS
from scoring.demo.chance import lookup
from scoring.demo.ids import ACCOUNT, CONTACT, USER, record_id
from scoring.demo.people import Person
from scoring.demo.spelling import flag, numbered

_CUSTOMER = record_id(ACCOUNT, pl.col("account"))


def account_rows(accounts: pl.DataFrame, owned: pl.DataFrame) -> pl.DataFrame:
    """The customer system's accounts, prospects among them, with today's owner."""
    today = pl.DataFrame({"owner": owned.get_column("owners").list.last()})
    return pl.concat([accounts, today], how="horizontal").select(
        _CUSTOMER.alias("Account ID"),
        pl.col("name").alias("Account Name"),
        lookup(SEGMENTS, pl.col("segment")).alias("Segment"),
        pl.col("industry").alias("Industry"),
        pl.col("country").alias("Billing Country"),
        pl.col("region").alias("Region"),
        pl.col("employees").alias("Employees"),
        record_id(USER, pl.col("owner")).alias("Owner ID"),
        pl.col("created_on").alias("Created Date"),
    )


def user_rows(staff: tuple[Person, ...]) -> pl.DataFrame:
    """The customer system's users; the last day of who left is a day of work."""
    fields = ("number", "name", "email", "team", "reports_to", "starts_on", "last_on")
    users = pl.DataFrame({f: [getattr(p, f) for p in staff] for f in fields})
    has_boss = pl.col("reports_to").is_not_null()
    boss = pl.when(has_boss).then(record_id(USER, pl.col("reports_to").fill_null(0)))
    parts = pl.col("name").str.splitn(" ", 2)
    return users.select(
        record_id(USER, pl.col("number")).alias("User ID"),
        parts.struct.field("field_0").alias("First Name"),
        parts.struct.field("field_1").alias("Last Name"),
        pl.col("email").alias("Email"),
        pl.col("team").alias("Team"),
        boss.alias("Manager ID"),
        pl.col("starts_on").alias("Start Date"),
        pl.col("last_on").alias("End Date"),
        flag(pl.col("last_on").is_null()).alias("Is Active"),
    )


def owner_rows(history: pl.DataFrame) -> pl.DataFrame:
    """The customer system's owner history; both dates are days of responsibility."""
    return history.select(
        _CUSTOMER.alias("Account ID"),
        record_id(USER, pl.col("person")).alias("Owner ID"),
        pl.col("from_on").alias("From Date"),
        pl.col("to_on").alias("To Date"),
        pl.col("percent").alias("Split Percent"),
    )


def recommendation_rows(answers: pl.DataFrame) -> pl.DataFrame:
    """The survey tool's answers to "would you recommend us?"."""
    return answers.select(
        numbered("R-", pl.col("key")).alias("Response ID"),
        _CUSTOMER.alias("Account ID"),
        record_id(CONTACT, pl.col("contact")).alias("Contact ID"),
        pl.col("dated_on").alias("Response Date"),
        pl.col("score").alias("Score"),
        pl.col("remark").alias("Comment"),
    )


def rating_rows(ratings: pl.DataFrame) -> pl.DataFrame:
    """The help desk's closed tickets with the customer's stars, by the clock of UTC."""
    return ratings.select(
        numbered("T-", pl.col("key")).alias("Ticket"),
        _CUSTOMER.alias("Account ID"),
        pl.col("closed_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("Closed At"),
        pl.col("stars").alias("Rating"),
    )


def usage_rows(usage: pl.DataFrame) -> pl.DataFrame:
    """The tool's own figures of each customer."""
    return usage.select(
        _CUSTOMER.alias("Account ID"),
        pl.col("dated_on").alias("Measured On"),
        pl.col("figure").alias("Figure"),
        pl.format("{}.{}", pl.col("tenths") // 10, pl.col("tenths") % 10).alias("Value"),
    )


def talk_rows(talks: pl.DataFrame) -> pl.DataFrame:
    """The customer system's log of talks."""
    return talks.select(
        numbered("E-", pl.col("key")).alias("Activity ID"),
        _CUSTOMER.alias("Account ID"),
        pl.col("dated_on").alias("Activity Date"),
        pl.col("type").alias("Type"),
    )


def beginning_rows(beginnings: pl.DataFrame) -> pl.DataFrame:
    """The customer system's milestones of onboarding."""
    return beginnings.select(
        _CUSTOMER.alias("Account ID"),
        pl.col("milestone").alias("Milestone"),
        pl.col("dated_on").alias("Reached On"),
    )


def cost_rows(costs: pl.DataFrame) -> pl.DataFrame:
    """Finance's costs of sales, by quarter and team."""
    return costs.select(
        pl.col("period").alias("Quarter"),
        pl.col("purpose").alias("Purpose"),
        pl.col("team").alias("Team"),
        pl.col("euro").alias("Amount EUR"),
    )


def target_rows(targets: pl.DataFrame) -> pl.DataFrame:
    """The people department's spreadsheet, as a German office saves it."""
    return targets.select(
        record_id(USER, pl.col("person")).alias("Mitarbeiter"),
        pl.col("name").alias("Name"),
        pl.col("metric").alias("Kennzahl"),
        pl.col("period").alias("Quartal"),
        (_with_points(pl.col("euro")) + ",00").alias("Zielwert"),
        pl.col("agreed_on").dt.strftime("%d.%m.%Y").alias("Vereinbart am"),
    )


def truth_rows(staff: tuple[Person, ...], managers: int) -> pl.DataFrame:
    """How good each manager really is, which no real company knows."""
    owners = staff[: managers + 1]
    return pl.DataFrame(
        {
            "number": [p.number for p in owners],
            "Name": [p.name for p in owners],
            "Keeping Skill": [f"{p.keeping:.3f}" for p in owners],
            "Growing Skill": [f"{p.growing:.3f}" for p in owners],
        }
    ).select(record_id(USER, pl.col("number")).alias("User ID"), pl.exclude("number"))


def _with_points(whole: pl.Expr) -> pl.Expr:
    backwards = whole.cast(pl.String).str.reverse().str.replace_all(r"(\d{3})", "$1.")
    return backwards.str.reverse().str.strip_prefix(".")
