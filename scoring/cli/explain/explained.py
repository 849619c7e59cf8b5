"""How is an explanation told? A score by its rules, a value by its accounts, an account by its movements."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.cli.explain import accounts, compared, ends, reach, values
from scoring.cli.explain.figures import value_text
from scoring.cli.shared.answers import next_command
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import say

if TYPE_CHECKING:
    from scoring.explain import Explanation, Line, Reach


@dataclass(frozen=True, slots=True)
class View:
    """An explanation and how it was asked for; `who` is what to type for the manager."""

    found: "Explanation"
    folder: Path
    run_id: str | None
    who: str
    everything: bool
    reach: "Reach | None" = None


def show(view: View) -> None:
    """Prints the explanation, and what to ask next."""
    found = view.found
    _head(found)
    if view.reach is not None:
        reach.show(view.reach, found.currency, is_graded=found.method == "target_bands")
        _next(view)
        return
    if found.is_whole:
        _rules(found)
        compared.accounts(found)
        accounts.book(found.accounts, found.currency)
    elif len(found.accounts) <= 1 and all(len(line.measured.parts) <= 1 for line in found.lines):
        _account(view)
    else:
        for line in found.lines:
            values.by_account(found, line, everything=view.everything)
    _prior(found)
    for sentence in found.sentences:
        say(sentence)
    _next(view)


def _account(view: View) -> None:
    """One account: its quarters where accounts are compared, what it puts into every value, and its rows."""
    found = view.found
    if any(line.compared for line in found.lines):
        compared.of_account(found.lines, found.currency, everything=view.everything)
    if found.lines:
        values.of_account(found.lines, found.currency)
    for account in found.accounts:
        accounts.one(account, found.currency)
        ends.behind(account, found.name, found.currency, everything=view.everything)


def _head(found: "Explanation") -> None:
    from scoring.numbers import fixed, likely

    team = f", {found.team}" if found.team else ""
    say(f"{found.name}{team}: {found.period}, as of {found.as_of}")
    if found.score is None:
        say(f"No score: {found.reason}")
    else:
        ranged = f", likely {likely(found.low, found.high)}" if found.low is not None else ""
        say(f"Score {fixed(found.score)}{ranged}" + (f": {found.label}" if found.label else ""))
    say(found.basis_sentence)
    say()


def _rules(found: "Explanation") -> None:
    """The rules with what each adds; as printed they add up to the printed score. Nothing where they are withheld."""
    if not found.lines:
        return
    adds = _additions(found.lines, found.score)
    if any(line.compared for line in found.lines):
        compared.rules(found, adds)
    else:
        _graded(found, adds)
    for line in found.lines:
        say(f"{line.rule} ({line.label}): {line.because}.")
    say()


def _graded(found: "Explanation", adds: Sequence[str]) -> None:
    from scoring.numbers import fixed
    from scoring.reports.lines import printed_shares

    columns = (
        Column("Rule"), Column("Value", is_number=True), Column("Accounts", is_number=True),
        Column("Points", is_number=True), Column("Weight", is_number=True), Column("Adds", is_number=True),
    )  # fmt: skip
    rows = [
        (
            line.rule or line.label,
            value_text(line.value, line.unit, found.currency),
            f"{line.measured.n:,}",
            fixed(line.points),
            share if line.share is not None else "",
            added,
        )
        for line, share, added in zip(found.lines, printed_shares([x.share for x in found.lines]), adds, strict=True)
    ]
    table(columns, [*rows, ("score", "", "", "", "", fixed(found.score))], foot=True)
    say()


def _additions(lines: "Sequence[Line]", score: Decimal | None) -> list[str]:
    from scoring.numbers import NOT_MEASURED, fixed, in_parts, rounded

    adds = [line.adds for line in lines]
    known = [a for a in adds if a is not None]
    printed = iter(in_parts(known, rounded(score if score is not None else sum(known, Decimal(0)))))
    return [NOT_MEASURED if a is None else fixed(next(printed)) for a in adds]


def _prior(found: "Explanation") -> None:
    """What was learned of sealed periods, and credited to the manager."""
    from scoring.reports.prior import KINDS, signed_money, why

    if not found.prior:
        return
    say("Learned since earlier periods were sealed; in no score")
    columns = (
        Column("Account"), Column("Period"), Column("Effective"), Column("What"),
        Column(found.prior[0]["currency"], is_number=True), Column("Why only now"),
    )  # fmt: skip
    rows = [
        (
            line["account"],
            line["period"] or "earlier",
            line["effective_on"],
            KINDS.get(line["kind"], line["kind"]),
            signed_money(line["amount"], line["currency"]),
            why(line),
        )
        for line in found.prior
    ]
    table(columns, rows)
    say()


def _next(view: View) -> None:
    """The step down from what was shown."""
    from scoring.explain.names import word_for

    found = view.found
    words = ["explain", view.who]
    measured = [line for line in found.lines if line.measured.parts]
    if found.is_whole and measured:
        best = 50 if any(line.compared for line in measured) else 100
        lost = max(measured, key=lambda line: (best - (line.points or 0)) * (line.share or 0))
        words += ["--metric", lost.rule or lost.measured.metric]
    elif measured and len(measured[0].measured.parts) > 1:
        first = measured[0].compared
        parts = first.accounts if first and first.accounts else measured[0].measured.parts
        words += ["--account", word_for(parts[0].account_id, {part.account_id: part.name for part in parts})]
    run = ["--run", view.run_id] if view.run_id else []
    next_command(*words, *run, folder=view.folder)
