"""How are other weights told? The weights and their shares, then who would stand elsewhere, or the patch alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoring.cli.shared.answers import label_of, next_command
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import note, say, say_whole

if TYPE_CHECKING:
    from scoring.compare.what_if import Move, Moves

_RULES = (
    Column("Rule"),
    Column("Weight", is_number=True),
    Column("Would be", is_number=True),
    Column("Share", is_number=True, is_extra=True),
    Column("Share would be", is_number=True, is_extra=True),
)
_MANAGERS = (
    Column("Manager"),
    Column("Score", is_number=True),
    Column("Would be", is_number=True),
    Column("Change", is_number=True),
    Column("Likely", is_number=True, is_extra=True),
    Column("Label"),
)


@dataclass(frozen=True, slots=True)
class View:
    """A run weighed otherwise, and how it was asked for, `run` None for the last; `cards` are under the new weights."""

    run_id: str
    period: str
    old: Mapping[str, float]
    new: Mapping[str, float]
    moves: "Moves"
    cards: Sequence[Mapping[str, Any]]
    folder: Path
    run: str | None
    everything: bool


def show(view: View, proposal: Mapping[str, Any] | None) -> None:
    """Prints who would stand elsewhere; with a proposal its patch, and what must be known of it beside."""
    if proposal is not None:
        _propose(view, proposal)
        return
    say(f"{view.period}, run {view.run_id[:12]}, with other weights")
    say()
    table(_RULES, _rules(view))
    say()
    cards = {card["manager_id"]: card for card in view.cards}
    shown = [m for m in view.moves.managers if view.everything or m.change or m.changes_label]
    if shown:
        table(_MANAGERS, [_manager(m, cards[m.manager_id]) for m in shown])
        say()
    say(view.moves.sentence)
    say("Nothing was saved.")
    changed = [f"--weight {name}={_plain(view.new[name])}" for name in view.old if view.new[name] != view.old[name]]
    if changed:
        run = ("--run", view.run) if view.run else ()
        next_command("what-if", view.folder, *run, *" ".join(changed).split(" "), "--propose")


def _propose(view: View, proposal: Mapping[str, Any]) -> None:
    if proposal["patch"]:
        say_whole(proposal["patch"].removesuffix("\n"))
    note(view.moves.sentence)
    if not proposal["is_of_run"]:
        note(f"{proposal['file']} is not what the run was scored by, so scores may move otherwise than told here.")
    if not proposal["patch"]:
        note(f"{proposal['file']} has these weights already.")


def _rules(view: View) -> list[tuple[str, ...]]:
    from scoring.reports.lines import printed_shares

    both = [list(weights.values()) for weights in (view.old, {name: view.new[name] for name in view.old})]
    columns = ([_plain(w) for w in weights] for weights in both)
    shares = (printed_shares([w / sum(weights) for w in weights]) for weights in both)
    return list(zip(view.old, *columns, *shares, strict=True))


def _manager(move: "Move", card: Mapping[str, Any]) -> tuple[str, ...]:
    from scoring.numbers import fixed, likely, signed_between

    old, new = label_of(move.old_score, move.old_label), label_of(move.new_score, move.new_label)
    return (
        move.name,
        fixed(move.old_score),
        fixed(move.new_score),
        signed_between(move.old_score, move.new_score),
        likely(card["low"], card["high"]),
        new if old == new else f"{old} → {new}",
    )


def _plain(weight: float) -> str:
    return str(weight).removesuffix(".0")
