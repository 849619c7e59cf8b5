"""How is a run told? By group, alphabetically, each score with its range."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import say
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.run import Run

Card = Mapping[str, Any]

_SHOWN = (
    "manager_id", "name", "team", "accounts", "score", "low", "high", "label", "group", "reason", "evidence", "trust",
)  # fmt: skip
_COLUMNS = (
    Column("Manager"),
    Column("Team", is_extra=True),
    Column("Accounts", is_number=True),
    Column("Score", is_number=True),
    Column("Likely", is_number=True),
    Column("Change", is_number=True),
    Column("Label"),
)


def data(run: "Run") -> dict[str, Any]:
    """What other programs learn of the run at once; the rest is in its files."""
    from scoring.inputs import input_json

    return {
        "run_id": run.run_id,
        "period": run.period.name,
        "as_of": run.as_of.isoformat(),
        "totals": dict(run.totals),
        "inputs": [input_json(i) for i in run.inputs],
        "trust": [dict(found) for found in run.trust],
        "scorecards": [{name: card[name] for name in _SHOWN} for card in run.cards],
    }


def show(run: "Run") -> None:
    """Prints the result by group."""
    from scoring.numbers import percent
    from scoring.reports.standing import standing_of

    say(f"{run.rulebook.name}: {run.period.name}, as of {run.as_of}, {many(len(run.cards), 'manager')}")
    say(run.context.basis_sentence)
    if middle := _middle(run):
        say(f"{middle}; likely ranges of {percent(run.rulebook.interval, 0)}.")
    if doubt := _doubt(run):
        say(doubt)
    say()
    for group, (words, _) in standing_of(run.cards).groups.items():
        cards = [card for card in run.cards if card["group"] == group]
        if not cards:
            continue
        say(f"{words} ({len(cards):,})")
        if group == "not_scored":
            table((Column("Manager"), Column("Accounts", is_number=True), Column("Why")), _unscored(cards))
        else:
            table(_COLUMNS, [_row(card) for card in cards])
        say()


def _doubt(run: "Run") -> str:
    """How many scores are degraded or withheld, as the data behind them are in doubt; empty for none."""
    levels = Counter(card["trust"]["level"] for card in run.cards if card["score"] is not None)
    levels["withheld"] = sum(card["trust"]["level"] == "withheld" for card in run.cards)
    told = [f"{levels[level]:,} {level}" for level in ("degraded", "withheld") if levels[level]]
    return f"Scores in doubt: {' and '.join(told)}, for the reasons given below." if told else ""


def _middle(run: "Run") -> str:
    """What scores are seen beside; empty where nobody has one."""
    from scoring.numbers import fixed
    from scoring.reports.standing import believes

    scores = [card["peer_median"] for card in run.cards if card["peer_median"] is not None]
    if not scores:
        return ""
    return "50 is the average of the peers" if believes(run.rulebook.method) else f"Median score {fixed(scores[0])}"


def _row(card: Card) -> tuple[str, ...]:
    from scoring.numbers import fixed, likely

    return (
        card["name"],
        card["team"] or "",
        f"{card['accounts']:,}",
        fixed(card["score"]),
        likely(card["low"], card["high"]),
        _change(card),
        card["label"] or "",
    )


def _change(card: Card) -> str:
    """The change as it is printed, with an arrow where it is more than chance."""
    from scoring.numbers import arrow, signed
    from scoring.reports.moves import printed_change

    change = printed_change(card)
    if change is None:
        return ""
    return f"{arrow(change)}\u00a0{signed(change)}" if card["is_beyond_chance"] else signed(change)


def _unscored(cards: Sequence[Card]) -> list[tuple[str, ...]]:
    return [(card["name"], f"{card['accounts']:,}", card["reason"] or "") for card in cards]
