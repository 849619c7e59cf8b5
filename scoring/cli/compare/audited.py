"""How is an audit told? A table for each column of groups, who is left out, and what it can say."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.cli.shared.answers import next_command
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import note, say

if TYPE_CHECKING:
    from scoring.audit import Group, Grouping
    from scoring.grouped import Grouped

_OUTCOMES = {"above": "above peers", "not_below": "not below", "best_grade": "best grade"}
_COLUMNS = (
    Column("Group"),
    Column("Mean", is_number=True),
    Column("Who is"),
    Column("Of", is_number=True),
    Column("Rate", is_number=True),
    Column("Of best", is_number=True),
    Column("p", is_number=True),
    Column("Flag"),
)


@dataclass(frozen=True, slots=True)
class View:
    """Of which run, and where."""

    run_id: str
    period: str
    best: str | None
    folder: Path


def show(view: View, groupings: "Sequence[Grouping]", found: "Grouped") -> None:
    """Prints the audit."""
    from scoring.audit import LEAST, SAYS

    grade = f"the best grade is {view.best}" if view.best else "scores are compared and have no grades"
    say(f"{view.period}, run {view.run_id[:12]}; {grade}")
    say()
    for grouping in groupings:
        say(grouping.column)
        if grouping.groups:
            table(_COLUMNS, [row for group in grouping.groups for row in _rows(group)])
        if grouping.suppressed:
            say(f"Fewer than {LEAST} scored managers, so not shown: {', '.join(grouping.suppressed)}.")
        if len(grouping.groups) < 2:
            say("There are no two groups to hold against each other.")
        if grouping.without_group:
            say(f"Managers without a group: {grouping.without_group:,}.")
        say()
    say(SAYS)
    if found.unmatched:
        note(f"No manager of the run: {'; '.join(f'row {row} {word}' for row, word in found.unmatched)}.")
    if found.absent:
        note(f"Not in the file: {', '.join(found.absent)}.")
    note("Nothing of the file was stored.")
    next_command("open", view.folder)


def _rows(group: "Group") -> "list[tuple[str, ...]]":
    from scoring.numbers import fixed, percent

    return [
        (
            "" if n else group.name,
            "" if n else fixed(group.mean_score),
            _OUTCOMES[rate.outcome],
            f"{rate.count:,} of {group.scored:,}",
            percent(rate.rate),
            "" if rate.ratio is None else percent(rate.ratio),
            "" if rate.p is None else fixed(rate.p, 3),
            "under 4/5" if rate.is_flagged else "",
        )
        for n, rate in enumerate(group.rates)
    ]
