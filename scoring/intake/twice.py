"""Does money count twice? A warning where deals were won in one file and billed in another."""

import polars as pl

from scoring.checks import Checked
from scoring.document import Flaw
from scoring.errors import Problem, Severity, shown
from scoring.plurals import many
from scoring.rules import Version


def twice(checked: Checked, version: Version) -> tuple[Problem, ...]:
    """A warning where revenue is read on invoices, and most accounts of one file's won deals have bills in another."""
    lines = checked.tables["invoices"]
    deals = lines.filter(pl.col("kind") == "deal")
    if version.rulebook.basis != "invoices" or deals.is_empty():
        return ()
    bills = lines.filter(pl.col("kind").fill_null("order") == "order")
    sold, billed = (part["account_id"].drop_nulls().unique() for part in (deals, bills))
    both = int(sold.is_in(billed.implode()).sum())
    files = [part["origin_file"].drop_nulls().unique().sort().to_list() for part in (deals, bills)]
    if 2 * both <= sold.len() or {*files[0]} & {*files[1]}:
        return ()
    in_deals, in_bills = (shown(", ".join(names)) for names in files)
    theirs = (
        f"{many(both, 'account')} with won deals in {in_deals} {'has' if both == 1 else 'have'} bills in {in_bills}"
    )
    what = f"{{key}} invoices: {theirs}"
    remedy = "where it is the same money, leave either out of sources.yaml"
    return (version.document.problem(Flaw(("basis",), f"{what}, and both count", remedy, ""), Severity.WARNING),)
