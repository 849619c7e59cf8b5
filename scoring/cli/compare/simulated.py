"""How is a simulation told? What the new rules change, then by period who would have another score or label."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.cli.compare.differing import in_words
from scoring.cli.shared.answers import label_of, next_command
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import say

if TYPE_CHECKING:
    from scoring.compare import Simulation
    from scoring.compare.rulebooks import Simulated, Standing
    from scoring.intake import Request

_COLUMNS = (
    Column("Manager"),
    Column("Old", is_number=True),
    Column("New", is_number=True),
    Column("Change", is_number=True, is_extra=True),
    Column("Likely new", is_number=True, is_extra=True),
    Column("Label"),
    Column("Most by"),
)


@dataclass(frozen=True, slots=True)
class View:
    """A simulation and how it was asked for."""

    found: "Simulation"
    rules: Path
    folder: Path
    request: "Request"
    everything: bool


def show(view: View) -> None:
    """Prints the simulation."""
    every = (view.found, *view.found.earlier)
    for found in every:
        _one(view, found)
    if not any(found.settings for found in every):
        next_command("run", view.folder, like=view.request)
        return
    _sum([m for found in every for m in found.managers])
    next_command("run", view.folder, "--rules", view.rules, like=view.request)


def _one(view: View, found: "Simulation") -> None:
    """The periods for which the same old rules were in force."""
    version = f" version {found.version}" if found.version else ""
    say(f"{found.old}{version} and {found.new} ({view.rules}): {', '.join(found.periods)}, as known on {found.as_of}")
    say()
    _rules(found)
    if not found.settings:
        say("The new rules mean the same, so nothing would change.")
        return
    for name in found.periods:
        _period(name, [m for m in found.managers if m.period == name], everything=view.everything)


def _rules(found: "Simulation") -> None:
    """What differs: rules that are added, changed or gone in a word each, then setting by setting."""
    for what in ("added", "gone", "changed"):
        names = [s.name for s in found.switches if s.is_rule and s.what == what]
        if names:
            say(f"Rules {what}: {', '.join(names)}.")
    if any(s.is_rule for s in found.switches):
        say()
    if found.settings:
        rows = [(c.setting, in_words(c.old), in_words(c.new)) for c in found.settings]
        table([Column("Setting"), Column("Old"), Column("New")], rows)
        say()


def _period(name: str, managers: "Sequence[Simulated]", *, everything: bool) -> None:
    shown = [m for m in managers if everything or m.change or m.changes_label]
    labels = sum(m.changes_label for m in managers)
    say(f"{name}: {labels:,} of {len(managers):,} managers would have another label")
    if shown:
        table(_COLUMNS, [_row(m) for m in shown])
    say()


def _row(manager: "Simulated") -> tuple[str, ...]:
    from scoring.numbers import fixed, likely, signed_between

    old, new = manager.old, manager.new
    return (
        manager.name,
        fixed(old.score if old else None),
        fixed(new.score if new else None),
        signed_between(old.score if old else None, new.score if new else None),
        likely(new.low, new.high) if new else "",
        _label(old, new),
        _by(manager),
    )


def _label(old: "Standing | None", new: "Standing | None") -> str:
    was, is_ = (label_of(side.score, side.label) if side else "(no book)" for side in (old, new))
    return is_ if was == is_ else f"{was} → {is_}"


def _by(manager: "Simulated") -> str:
    """The switch that did most, and what it adds; as printed all of them add up to the printed change."""
    from scoring.numbers import between, in_parts, signed

    known = {e.switch: e.effect for e in manager.effects if e.effect is not None}
    if manager.old is None or manager.new is None or not known.get(manager.by or ""):
        return manager.by or ""
    change = between(manager.old.score, manager.new.score)
    if change is None or len(known) < len(manager.effects):
        return manager.by or ""
    printed = dict(zip(known, in_parts(list(known.values()), change), strict=True))
    return f"{manager.by} {signed(printed[manager.by or ''])}"


def _sum(managers: "Sequence[Simulated]") -> None:
    """How many labels would change over all periods, and by what."""
    changed = [m for m in managers if m.changes_label]
    words = "; ".join(f"{n:,} by {by or 'too few accounts'}" for by, n in Counter(m.by for m in changed).most_common())
    say(f"Altogether {len(changed):,} of {len(managers):,} labels would change{': ' + words if words else ''}.")
    say("Nothing was saved.")
