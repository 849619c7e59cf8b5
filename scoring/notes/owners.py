"""Whose are the accounts, and what cannot be known about that?"""

import polars as pl

from scoring.book import attribute_names
from scoring.credit.ownership import UNASSIGNED
from scoring.errors import Problem, Severity
from scoring.notes.seen import Seen, named
from scoring.plurals import many

_MISSING = {
    "history": "deliver the table ownership, or choose another policy under ownership",
    "current": "deliver the table ownership, or choose another policy under ownership",
    "territory": "name the managers of its territories under ownership.managers",
}
_NAMING_OWNERS = ("ownership", "contracts", "invoices")
_NO_SELLER = "fill seller_id, or choose another policy under ownership"


def unassigned(seen: Seen) -> list[str]:
    """What nobody is credited with."""
    loose = seen.rows.filter((pl.col("manager_id") == UNASSIGNED) & (pl.col("closing") != 0))
    closing, whole = loose["closing"].sum(), seen.rows["closing"].sum()
    if loose.is_empty():
        return []
    if closing == whole and set(seen.rows["manager_id"]) == {UNASSIGNED}:
        remedy = _MISSING.get(seen.rulebook.ownership.policy, _NO_SELLER)
        return [
            f"No account has a manager, so all revenue ({seen.money(closing)}) is unassigned and nobody is scored; "
            f"{remedy}."
        ]
    has, count = ("has", "counts") if loose.height == 1 else ("have", "count")
    part = f"{told}," if (told := seen.part(closing)) else ""
    return [
        f"{many(loose.height, 'account')} with {seen.money(closing)}{part} {has} no manager at the end and {count} "
        "as unassigned."
    ]


def only_todays(seen: Seen) -> list[str]:
    """That hand-overs are invisible, where only today's owners are known."""
    if seen.rulebook.ownership.policy == "current":
        return ["Only today's owners are known, so hand-overs cannot be seen."]
    return []


def without_a_card(seen: Seen) -> list[str]:
    """Managers nobody reports to who have nothing credited."""
    managers = seen.tables["managers"]
    leading = managers["reports_to"].drop_nulls().implode()
    credited = pl.concat([seen.rows["manager_id"], *([seen.compared.answering["manager_id"]] if seen.compared else [])])
    idle = managers.filter(~pl.col("manager_id").is_in(leading) & ~pl.col("manager_id").is_in(credited.implode()))
    if idle.is_empty() or idle.height == managers.height:
        return []
    names = named(idle.select(pl.coalesce("name", "manager_id")).to_series().sort())
    has, get = ("has", "gets") if idle.height == 1 else ("have", "get")
    lost = sum(seen.aside[name].height for name in _NAMING_OWNERS if name in seen.aside)
    but = f"; {many(lost, 'row')} that may name owners {'was' if lost == 1 else 'were'} set aside" if lost else ""
    return [f"{many(idle.height, 'manager')} {has} nothing credited in the period and {get} no card: {names}{but}."]


def nameless_territories(seen: Seen) -> list[Problem]:
    """Values of the territory's attribute for which the rules name no manager."""
    own = seen.rulebook.ownership
    attribute = attribute_names(seen.tables["accounts"].columns).get(own.attribute or "")
    if own.policy != "territory" or attribute is None:
        return []
    loose = seen.rows.filter((pl.col("manager_id") == UNASSIGNED) & (pl.col("closing") != 0))
    counts = loose.group_by(pl.col(attribute).alias("value")).agg(pl.len().alias("accounts"))
    values = counts.sort("accounts", "value", descending=[True, False])
    if values.is_empty():
        return []
    what = f"{named(values['value'])}: no manager is named for {'it' if values.height == 1 else 'these'}"
    remedy = "name one, or leave the accounts unassigned"
    return [Problem(what, remedy, file="rules.yaml", column="ownership.managers", severity=Severity.NOTE)]


def handed_over(seen: Seen) -> dict[str, str]:
    """By manager, what came from others and what went to others."""
    came, went = pl.col("transfer_in"), pl.col("transfer_out")
    moved = seen.rows.group_by("manager_id").agg(
        (came > 0).sum().alias("in"), came.sum().alias("in_amount"),
        (went > 0).sum().alias("out"), went.sum().alias("out_amount"),
    )  # fmt: skip
    words = _BOUGHT if seen.rulebook.ownership.policy == "seller" else _HANDED
    return {
        row["manager_id"]: words.format(
            came=many(row["in"], "account"), came_amount=seen.money(row["in_amount"]),
            went=many(row["out"], "account"), went_amount=seen.money(row["out_amount"]),
        )
        for row in moved.sort("manager_id").iter_rows(named=True)
        if row["in"] or row["out"]
    }  # fmt: skip


_HANDED = "Handed over in the period: {came} in ({came_amount}), {went} out ({went_amount})."
_BOUGHT = (
    "Accounts buy from several sellers: {came} brought {came_amount} here that others had sold before, {went} took "
    "{went_amount} to others; the bridge shows it as transfers."
)
