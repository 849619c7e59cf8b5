"""How is an account told by its movements? Opening, what happened and where it was read, closing."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from scoring.cli.explain.figures import printed
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import say
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.explain import Account

_MOST_ROWS = 4
HANDED_OVER = "handed over"


def book(accounts: "Sequence[Account]", currency: str) -> None:
    """Prints what happened to all accounts together, from opening to closing."""
    from scoring.ledger.movements import KINDS

    kinds: dict[str, list[Decimal]] = {}
    for account in accounts:
        for move in account.movements:
            kinds.setdefault(move.kind, []).append(move.adds)
    handed = [a.transferred for a in accounts if a.transferred]
    if handed:
        kinds[HANDED_OVER] = handed
    in_order = sorted(kinds, key=(*KINDS, HANDED_OVER).index)
    rows = [(kind, f"{len(kinds[kind]):,}", sum(kinds[kind], Decimal(0))) for kind in in_order]
    opening, closing = (sum((getattr(a, end) for a in accounts), Decimal(0)) for end in ("opening", "closing"))
    say(f"The revenue of {many(len(accounts), 'account')} in the period")
    _walk([("opening", "", opening), *rows], closing, currency)


def one(account: "Account", currency: str) -> None:
    """Prints one account with every movement and the rows it came from."""
    from scoring.numbers import money

    say(f"{account.name} ({account.account_id})")
    before, after = money(account.before, currency), money(account.after, currency)
    counted = "" if account.share == 1 else f"; {account.share.normalize():f} of it counts here"
    say(f"Before {before}, after {after}{counted}.")
    if not (account.share or account.movements or account.opening or account.closing):
        say("Nothing of it is in the book of the period itself, so it has no movements there.")
        say()
        return
    say()
    moves = [(m.kind, f"{m.moved_on}", m.adds, _places(m.rows)) for m in account.movements]
    if account.transferred:
        moves.append((HANDED_OVER, "", account.transferred, "ownership"))
    rows = [("opening", "", account.opening, ""), *moves]
    columns = (Column("Movement"), Column("Day"), Column(f"Adds {currency}", is_number=True), Column("Read from"))
    adds = printed([r[2] for r in rows], account.closing, currency)
    cells = [(kind, day, added, places) for (kind, day, _, places), added in zip(rows, adds, strict=True)]
    table(columns, [*cells, ("closing", "", money(account.closing, currency), "")], foot=True)
    say()


def _walk(rows: "Sequence[tuple[str, str, Decimal]]", closing: Decimal, currency: str) -> None:
    from scoring.numbers import money

    columns = (Column("Movement"), Column("How many", is_number=True), Column("Adds", is_number=True))
    adds = printed([amount for _, _, amount in rows], closing, currency)
    cells = [(kind, count, added) for (kind, count, _), added in zip(rows, adds, strict=True)]
    table(columns, [*cells, ("closing", "", money(closing, currency))], foot=True)
    say()


def _places(rows: Sequence[str]) -> str:
    rest = len(rows) - _MOST_ROWS
    return ", ".join(rows[:_MOST_ROWS]) + (f" and {rest} more" if rest > 0 else "")
