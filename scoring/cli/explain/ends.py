"""How are an account's two ends told by their rows? Largest first; as printed, they add up to the printed sums."""

from decimal import Decimal
from typing import TYPE_CHECKING

from scoring.cli.explain.figures import printed
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import say
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.explain import Account, Whole

SHOWN = 20
"""Rows named one by one, unless all are asked for."""


def behind(account: "Account", who: str, currency: str, *, everything: bool) -> None:
    """Prints the rows behind the account's before and after, and what of it counts for the manager."""
    from scoring.numbers import money

    whole = account.whole
    if whole is None or not whole.rows:
        return
    columns = (
        Column("Row"), Column("Product", is_extra=True),
        Column(f"Before {currency}", is_number=True), Column(f"After {currency}", is_number=True),
    )  # fmt: skip
    shown = whole.rows if everything else whole.rows[:SHOWN]
    places = [(row.place, row.product or "") for row in shown]
    if rest := len(whole.rows) - len(shown):
        places.append((f"{many(rest, 'other row')} (--all)", ""))
    before, after = (_column(whole, end, len(shown), currency) for end in ("before", "after"))
    rows = [(*place, *ends) for place, ends in zip(places, zip(before, after, strict=True), strict=True)]
    sums = ("the whole account", "", money(whole.before, currency), money(whole.after, currency))
    table(columns, [*rows, sums], foot=True)
    if min(whole.before, whole.after) < 0:
        say("A sum below 0 counts as 0.")
    if account.share != 1:
        parts = (money(part, currency) for part in (account.before, account.after))
        say("Of the whole account {} before and {} after count for {}.".format(*parts, who))
    say()


def _column(whole: "Whole", end: str, shown: int, currency: str) -> list[str]:
    """The amounts of the rows that are shown at one end, and those of the others together."""
    amounts: list[Decimal] = [getattr(row, end) for row in whole.rows]
    rest = [sum(amounts[shown:], Decimal(0))] if len(amounts) > shown else []
    return printed([*amounts[:shown], *rest], getattr(whole, end), currency)
