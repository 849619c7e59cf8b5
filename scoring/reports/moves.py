"""Why did it move? The change of a score and the bridge of revenue, as rows that add up as printed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from scoring.numbers import (
    arrow,
    between,
    compact_money,
    decimals,
    exact,
    fixed,
    in_parts,
    money,
    rounded,
    signed,
    with_rest,
)
from scoring.reports.charts import ranges, waterfall
from scoring.reports.charts.scale import Scale

NOTHING = Decimal(0)
BRIDGE = (
    ("new", "New", 1),
    ("reactivation", "Came back", 1),
    ("expansion", "Expansion", 1),
    ("contraction", "Contraction", -1),
    ("churn", "Left", -1),
    ("fx", "Currency", 0),
    ("transfer_in", "Taken over", 1),
    ("transfer_out", "Handed over", -1),
    ("restatement", "Restated", 0),
)
"""Key, label, and the sign of what the bridge holds as a positive number; 0 where it has its own sign."""

_BETWEEN_SELLERS = {"transfer_in": "From other sellers", "transfer_out": "To other sellers"}
"""What transfers are where a line is its seller's: nobody hands an account over."""

MOST_MOVED = 2
"""So many accounts stand small under a part of the change."""

_LARGE = 10_000_000
"""From here on cents are in the files, not on the card."""

_ENDS = {
    "contracts": ("Opening", "Closing"),
    "invoices": ("Comparison", "This window"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row of a waterfall; `arrow` is empty at the two ends.

    `accounts` are those that moved most in it, each with its points.
    """

    label: str
    text: str
    arrow: str
    picture: Markup
    accounts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """The rows from the first level to the last, and the axis above their charts."""

    rows: tuple[Row, ...]
    axis: Markup


@dataclass(frozen=True, slots=True)
class Print:
    """How a walk is printed: its levels, its moves with their sign, and its axis."""

    level: Callable[[Decimal], str]
    move: Callable[[Decimal], str]
    axis: Callable[[Scale], Markup]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the change of a score, in points as they are printed; `accounts` moved it, each with its points."""

    label: str
    points: Decimal
    accounts: Sequence[Mapping[str, Any]]


def printed_change(card: Mapping[str, Any]) -> Decimal | None:
    """The change as it is printed: between the two printed scores, so that a reader's sum is ours."""
    return None if card["previous"] is None else between(card["previous"]["score"], card["score"])


def change_parts(card: Mapping[str, Any]) -> tuple[Part, ...]:
    """What made up the change of the score: cause by cause where causes are known, else rule by rule.

    Their points add up to the change as it is printed; causes that do not show in print are left out. Empty without
    both scores.
    """
    change = printed_change(card)
    if change is None:
        return ()
    causes, rest = card.get("moved"), "Everything else"
    if causes is not None:
        told = [(c["label"], _number(c["points"]), c["accounts"]) for c in causes]
    else:
        known = [line for line in card["lines"] if line["contribution_change"] is not None]
        told = [(line["label"], _number(line["contribution_change"]), ()) for line in known]
        rest = rest if len(known) == len(card["lines"]) else "Rules not scored in both periods"
    values = with_rest([v for _, v, _ in told], _number(card["score"]) - _number(card["previous"]["score"]))
    printed = zip([*told, (rest, NOTHING, ())], in_parts(values, change), strict=False)
    parts = (Part(label, points, accounts) for (label, _, accounts), points in printed)
    return tuple(part for part in parts if part.points or causes is None)


def score_walk(card: Mapping[str, Any]) -> Walk | None:
    """From the previous score to this score, over each part of the change, with the accounts that moved most in it.

    None without both scores.
    """
    if printed_change(card) is None:
        return None
    parts = change_parts(card)
    moves = tuple((part.label, part.points) for part in parts)
    walk = _walk(_scores(card), rounded(card["previous"]["score"]), moves, Print(fixed, signed, ranges.axis))
    first, *steps, last = walk.rows
    named = (replace(row, accounts=_most_moved(part)) for row, part in zip(steps, parts, strict=True))
    return replace(walk, rows=(first, *named, last))


def _most_moved(part: Part) -> tuple[tuple[str, str], ...]:
    felt = sorted((a for a in part.accounts if rounded(a["points"])), key=lambda a: (-abs(a["points"]), a["name"]))
    return tuple((a["name"], signed(a["points"])) for a in felt[:MOST_MOVED])


def _scores(card: Mapping[str, Any]) -> tuple[str, str]:
    return f"Score {card['previous']['period']}", f"Score {card['period']}"


def revenue_walk(card: Mapping[str, Any]) -> Walk | None:
    """From opening to closing revenue over every kind of move that happened; None without a bridge."""
    bridge, currency = card["bridge"], card["currency"]
    if not bridge or bridge.get("opening") is None or bridge.get("closing") is None:
        return None
    labelled = _BETWEEN_SELLERS if card["ownership"] == "seller" else {}
    told = [(labelled.get(key, label), _with_sign(bridge.get(key), sign)) for key, label, sign in BRIDGE]
    moved = [(label, amount) for label, amount in told if amount]
    before, after = _number(bridge["opening"]), _number(bridge["closing"])
    places = _places((before, after, *(m for _, m in moved)), currency)
    parts = with_rest([m for _, m in moved], after - before, places)
    change = rounded(after, places) - rounded(before, places)
    labels = [*(label for label, _ in moved), "Everything else"]
    moves = tuple(zip(labels, in_parts(parts, change, places), strict=False))
    return _walk(_ends(card), rounded(before, places), moves, _money_print(currency, places))


def _walk(ends: tuple[str, str], opening: Decimal, moves: Sequence[tuple[str, Decimal]], how: Print) -> Walk:
    walked = waterfall.steps(opening, moves)
    scale = waterfall.levels_scale(opening, walked)
    closing = walked[-1].end if walked else opening
    return Walk(
        (
            _end(scale, ends[0], opening, how, is_now=False),
            *(_step(scale, s, how) for s in walked),
            _end(scale, ends[1], closing, how, is_now=True),
        ),
        how.axis(scale),
    )


def _end(scale: Scale, label: str, value: Decimal, how: Print, *, is_now: bool) -> Row:
    text = how.level(value)
    return Row(label, text, "", waterfall.level(scale, value, f"{label}: {text}", is_now=is_now))


def _step(scale: Scale, step: waterfall.Step, how: Print) -> Row:
    text = how.move(step.move)
    said = f"{step.label}: {text}, from {how.level(step.start)} to {how.level(step.end)}"
    return Row(step.label, text, arrow(step.move), waterfall.step(scale, step, said))


def _ends(card: Mapping[str, Any]) -> tuple[str, str]:
    return _ENDS.get(card["basis"], ("Opening", "Closing"))


def _money_print(currency: str, places: int) -> Print:
    def level(value: Decimal) -> str:
        return money(value, currency, places)

    def move(value: Decimal) -> str:
        return f"{'+' if value > 0 else ''}{money(value, currency, places)}"

    def axis(scale: Scale) -> Markup:
        first, last = (compact_money(t, currency) for t in (scale.low, scale.high))
        if first == last:
            first, last = (money(t, currency, 0) for t in (scale.low, scale.high))
        return ranges.axis_ends(first, last)

    return Print(level, move, axis)


def _places(amounts: Sequence[Decimal], currency: str) -> int:
    """None where every amount is whole or they would outgrow the column, else the currency's."""
    is_whole = all(a == a.to_integral_value() for a in amounts)
    return 0 if is_whole or max(map(abs, amounts)) >= _LARGE else decimals(currency)


def _with_sign(value: Any, sign: int) -> Decimal:
    amount = _number(value)
    return sign * abs(amount) if sign else amount


def _number(value: Any) -> Decimal:
    return exact(value) or NOTHING
