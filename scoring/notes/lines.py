"""What is odd about the lines that revenue is read from?"""

from decimal import Decimal

import polars as pl

from scoring.document import did_you_mean
from scoring.errors import Problem, Severity
from scoring.ledger.currency import priced
from scoring.ledger.history import unpaid
from scoring.ledger.ladder import flips, on_no_rung
from scoring.notes.seen import SHOWN, Seen, counted, named

LEFT = "churned"
"""The kind of milestone that says that an account has left."""
_NAMING = ("line_id", "renews", "origin_file", "origin_row")


def at_risk(seen: Seen) -> list[str]:
    """Accounts that count although their contract has ended, because they may still renew."""
    n = _accounts_at_risk(seen.lines).height
    if not n:
        return []
    count = "counts" if n == 1 else "count"
    whose = f"{counted(n, 'account')} whose contract ended and is not renewed yet"
    return [f"{whose} still {count}, within the tolerated gap."]


def at_risk_of(seen: Seen) -> dict[str, str]:
    """The same by manager."""
    paying = seen.rows.filter(pl.col("closing") > 0).join(_accounts_at_risk(seen.lines), on="account_id", how="semi")
    return {m: _ended(n) for m, n in paying.group_by("manager_id").len().sort("manager_id").iter_rows()}


def _ended(n: int) -> str:
    if n == 1:
        return "1 of the accounts ended its contract and has not renewed yet; it still counts as paying."
    return f"{n:,} of the accounts ended their contracts and have not renewed yet; they still count as paying."


def trials(seen: Seen) -> list[str]:
    """Contract lines that bring nothing because they are tried out or paused."""
    contracts = seen.tables["contracts"]
    if seen.rulebook.basis != "contracts":
        return []
    n = contracts.filter(unpaid()).height
    are, bring = ("is a trial", "brings") if n == 1 else ("are trials", "bring")
    lines = "contract line" if contracts.height == 1 else "contract lines"
    return [f"{n:,} of {contracts.height:,} {lines} {are} or paused and {bring} no revenue."] if n else []


def side_by_side(seen: Seen) -> list[str]:
    """Accounts that have one product under several contracts at once, which all count."""
    if seen.rulebook.basis != "contracts":
        return []
    paying = seen.lines.filter(pl.col("counts") & (pl.col("monthly") > 0) & pl.col("product").is_not_null())
    several = paying.group_by("account_id", "product").len().filter(pl.col("len") > 1).collect()
    if several.is_empty():
        return []
    n, lines = several["account_id"].n_unique(), several["len"].sum()
    has = "has" if n == 1 else "have"
    return [
        f"{counted(n, 'account')} {has} the same product under several contracts at once; all {lines:,} count. Where "
        "one takes the place of another, name the other under renews."
    ]


def naming_nobody(seen: Seen) -> list[Problem]:
    """Contract lines that name as the one they renew none that there is, or themselves, at the first of them."""
    if seen.rulebook.basis != "contracts":
        return []
    contracts = seen.tables["contracts"].select(*_NAMING)
    naming = contracts.filter(pl.col("renews").is_not_null())
    others = naming.filter(pl.col("renews") != pl.col("line_id"))
    known = contracts.select(renews="line_id").join(others, on="renews", how="semi")
    lost = naming.join(others.join(known, on="renews", how="semi"), on="line_id", how="anti")
    if lost.is_empty():
        return []
    name, count, they = ("names", "counts", "it") if lost.height == 1 else ("name", "count", "they")
    lines = f"{counted(lost.height, 'contract line')} {name} under renews no other line that there is"
    remedy = "deliver the lines that were renewed, by the same ids, or leave the cells empty"
    return [_renewing(lost, f"{lines}, and {count} as if {they} named none", remedy)]


def naming_later(seen: Seen) -> list[Problem]:
    """Contract lines that take the place of one that starts after them, which so counts on no day, at the first."""
    if seen.rulebook.basis != "contracts":
        return []
    contracts = seen.tables["contracts"].lazy().filter((pl.col("ends_on") > pl.col("starts_on")).fill_null(value=True))
    naming = contracts.filter(pl.col("renews").is_not_null()).select(*_NAMING, "starts_on")
    later = contracts.select(renews="line_id", starts_later="starts_on")
    early = naming.join(later, on="renews").filter(pl.col("starts_later") > pl.col("starts_on")).collect()
    if early.is_empty():
        return []
    one = early.height == 1
    those = "one that starts after it, which then counts" if one else "lines that start after them, which then count"
    lines = f"{counted(early.height, 'contract line')} {'names' if one else 'name'}"
    what = f"{lines} under renews {those} on no day"
    return [_renewing(early, what, "name the old line in the row of the new one")]


def _renewing(lines: pl.DataFrame, what: str, remedy: str) -> Problem:
    """What is said of contract lines, as `_NAMING`, and the lines that they name, at the first of them."""
    first = lines.sort("origin_file", "origin_row").row(0, named=True)
    return Problem(
        what,
        remedy,
        file=first["origin_file"],
        row=first["origin_row"],
        column="renews",
        value=first["renews"],
        table="contracts",
        severity=Severity.NOTE,
    )


def said_to_have_left(seen: Seen) -> list[str]:
    """Accounts with a milestone that says they left, under contracts from before that day which still run."""
    if seen.rulebook.basis != "contracts":
        return []
    told = seen.tables["milestones"].filter(pl.col("kind") == LEFT)
    left = told.group_by("account_id").agg(pl.col("dated_on").max())
    paying = seen.lines.filter(pl.col("counts") & (pl.col("monthly") > 0))
    since = paying.group_by("account_id").agg(pl.col("starts_on").min()).collect()
    n = left.join(since, on="account_id", validate="1:1").filter(pl.col("starts_on") <= pl.col("dated_on")).height
    if not n:
        return []
    return [
        f"{n:,} of the {counted(left.height, 'account')} said to have {LEFT} (milestones) still "
        f"{'pays' if n == 1 else 'pay'} under a contract from before that day: the contracts count, not the word."
    ]


def flipped(seen: Seen) -> dict[str, str]:
    """By manager, the accounts that went up and down the ladder, of which the two ends show nothing."""
    ladder = seen.rulebook.ladder
    if seen.rulebook.basis != "contracts" or not ladder.tiers or ladder.account_tier != "highest":
        return {}
    turned = flips(seen.steps(seen.outcome))
    told = seen.rows.filter(pl.col("share") > 0).join(turned, on="account_id").group_by("manager_id")
    accounts = told.agg(pl.col("account").sort())
    return {
        m: f"{named(names)} went both up and down the ladder; only the tiers at the two ends count."
        for m, names in accounts.sort("manager_id").iter_rows()
    }


def off_ladder(seen: Seen) -> list[Problem]:
    """Products with revenue that stand on no rung, with the rung's product they may be meant to be."""
    if not seen.rulebook.ladder.tiers:
        return []
    rates, currency = seen.tables["rates"].lazy(), seen.rulebook.currency
    lines = priced(seen.lines, rates, seen.outcome.start, currency, seen.amount)
    unknown = on_no_rung(lines, seen.amount, pl.col("counts")).collect()
    told = [
        (_on_no_rung(_called(product, tier), revenue, n, seen), _name_it(product, tier, seen))
        for product, tier, revenue, n in unknown.head(SHOWN).iter_rows()
    ]
    if unknown.height > SHOWN:
        more = unknown.height - SHOWN
        are, they = ("is", _NAME_IT) if more == 1 else ("are", _NAME_THEM)
        told.append((f"without a rung of the ladder {are} {more:,} more", they))
    return [
        Problem(what, remedy, file="rules.yaml", column="ladder.products", severity=Severity.NOTE)
        for what, remedy in told
    ]


_NAME_IT = "name it under ladder.products if it is a tier"
_NAME_THEM = "name those that are tiers under ladder.products"


def _called(product: str | None, tier: str | None) -> str:
    return f"tier {tier}" if tier else f"product {product}" if product else "what names no product"


def _name_it(product: str | None, tier: str | None, seen: Seen) -> str:
    """How it gets a rung."""
    ladder = seen.rulebook.ladder
    if tier:
        return did_you_mean(tier, list(ladder.tiers), "name it among ladder.tiers, the lowest first")
    if product:
        return did_you_mean(product, list(ladder.products), _NAME_IT)
    return "map a column to product or tier, if the export has one"


def _on_no_rung(what: str, revenue: Decimal, n: int, seen: Seen) -> str:
    return f"{what} is on no rung of the ladder ({counted(n, 'line')}, {seen.money(revenue)})"


def _accounts_at_risk(lines: pl.LazyFrame) -> pl.DataFrame:
    """The accounts of lines that count in a gap which nobody closed yet: account_id, each once; none on invoices."""
    if "at_risk" not in lines.collect_schema():
        return pl.DataFrame(schema={"account_id": pl.String})
    return lines.filter(pl.col("at_risk") & pl.col("counts")).select("account_id").unique().collect()
