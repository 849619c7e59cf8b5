"""How is it told what would have made another score? Rule by rule, then the accounts that took most."""

from typing import TYPE_CHECKING

from scoring.cli.explain.figures import apart_text, value_text
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import say

if TYPE_CHECKING:
    from scoring.explain import Need, Reach, WonBack


def show(reach: "Reach", currency: str, *, is_graded: bool) -> None:
    """Prints what each rule alone would have needed, and what accounts could have given back."""
    from scoring.numbers import between, fixed

    if reach.needs:
        target = f"{reach.target.normalize():f}"
        more = fixed(between(reach.score or 0, reach.target))
        say(f"What would have made it {target}, {more} points more:")
        say("each rule alone, all else as it was.")
        say()
        _needs(reach.needs, currency, is_graded=is_graded)
    if reach.accounts:
        say("The accounts that took most, and the score had each alone done as the peers' accounts did.")
        say()
        _accounts(reach.accounts)
    for sentence in reach.sentences:
        say(sentence)


def _needs(needs: "tuple[Need, ...]", currency: str, *, is_graded: bool) -> None:
    from scoring.numbers import NOT_MEASURED

    columns = (
        Column("Rule"), Column("Value" if is_graded else "Observed", is_number=True),
        Column("Change", is_number=True), Column("Needed", is_number=True), Column("Possible"),
    )  # fmt: skip
    rows = [
        (
            need.rule,
            value_text(need.found, need.unit, currency),
            NOT_MEASURED if need.by is None else apart_text(need.needed, need.found, need.unit, currency),
            value_text(need.needed, need.unit, currency),
            "yes" if need.is_possible else f"no: {need.why}",
        )
        for need in needs
    ]
    table(columns, rows)
    say()


def _accounts(accounts: "tuple[WonBack, ...]") -> None:
    from scoring.numbers import fixed, signed

    columns = (Column("Account"), Column("Took", is_number=True), Column("Score as peers", is_number=True))
    table(columns, [(a.name, signed(a.points), fixed(a.score)) for a in accounts])
    say()
