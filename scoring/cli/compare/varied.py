"""How is sensitivity told? What each choice does to all scores, then how far each manager's score goes."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.cli.shared.answers import next_command
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import note, say
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.compare.sensitivity import Effect, Manager, Sensitivity
    from scoring.intake import Request

_CHOICES = (
    Column("Choice"),
    Column("Scored", is_number=True, is_extra=True),
    Column("Other label", is_number=True),
    Column("Lost", is_number=True),
    Column("Gained", is_number=True),
    Column("Mean", is_number=True),
    Column("Largest", is_number=True),
    Column("Order", is_number=True),
)
_MANAGERS = (
    Column("Manager"),
    Column("Score", is_number=True),
    Column("Lowest", is_number=True),
    Column("Under", is_extra=True),
    Column("Highest", is_number=True),
    Column("Under", is_extra=True),
    Column("No score", is_number=True),
)
_LABELS = (Column("Manager"), Column("Label", is_extra=True), Column("Would be"), Column("Under"))


@dataclass(frozen=True, slots=True)
class View:
    """What came out, and how it was asked for."""

    found: "Sensitivity"
    folder: Path
    request: "Request"


def show(view: View) -> None:
    """Prints the sensitivity."""
    found = view.found
    say(
        f"{found.period} by {found.method}, as known on {found.as_of}, under {many(len(found.effects), 'other choice')}"
    )
    say()
    for said in found.left_out:
        say(said)
    if found.effects:
        table(_CHOICES, [_effect(e) for e in found.effects])
        say("Lost and gained are scores, mean and largest how far they move, in points.")
        say("Order is the rank correlation with the scores as they are: 1 is the same order.")
        say()
    table(_MANAGERS, [_manager(m, len(found.effects)) for m in found.managers])
    say("No score is under how many choices there is none.")
    say()
    if relabelled := [row for m in found.managers for row in _labels(m)]:
        say("Who would have another label")
        table(_LABELS, relabelled)
        say()
    _sum(found)
    note("Nothing was stored; with --json each choice says what would be written for it.")
    next_command("diagnose", view.folder, like=view.request)


def _effect(effect: "Effect") -> tuple[str, ...]:
    from scoring.numbers import fixed

    counts = (effect.labels, effect.lost, effect.gained)
    return (
        effect.choice,
        f"{effect.both + effect.gained:,}",
        *(f"{count:,}" if count else "" for count in counts),
        fixed(effect.mean_move),
        fixed(effect.largest_move),
        fixed(effect.rank_correlation, 2),
    )


def _manager(manager: "Manager", choices: int) -> tuple[str, ...]:
    from scoring.numbers import fixed

    low, high = manager.low, manager.high
    scored = sum(s.score is not None for s in manager.others)
    gone = choices - scored if manager.score is None else len(manager.others) - scored
    return (
        manager.name,
        "" if manager.score is None else fixed(manager.score),
        fixed(low.score) if low else "",
        low.choice if low else "",
        fixed(high.score) if high else "",
        high.choice if high else "",
        f"{gone:,}" if gone else "",
    )


def _labels(manager: "Manager") -> list[tuple[str, ...]]:
    """A row for each other label, with the choices that would give it."""
    by_label: dict[str, list[str]] = {}
    for other in manager.others:
        if other.label is not None:
            by_label.setdefault(other.label, []).append(other.choice)
    return [
        ("" if n else manager.name, "" if n else manager.label or "(no score)", label, ", ".join(under))
        for n, (label, under) in enumerate(by_label.items())
    ]


def _sum(found: "Sensitivity") -> None:
    """How many labels hold whatever is chosen."""
    scored = [m for m in found.managers if m.score is not None]
    firm = sum(all(s.score is None for s in m.others) for m in scored)
    say(f"{firm:,} of {len(scored):,} managers with a score keep their label wherever they have a score.")
