"""What does the whole company see? Three groups that the data can carry, and never a rank."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from scoring.numbers import fixed, likely
from scoring.reports import sentences
from scoring.reports.charts import ranges
from scoring.reports.charts.ranges import Reading
from scoring.reports.charts.scale import Scale
from scoring.reports.dates import window
from scoring.reports.losses import losses
from scoring.reports.moves import printed_change
from scoring.reports.names import alphabetical
from scoring.reports.pages import local, moved, page
from scoring.reports.standing import Standing, believes, mark_of, rule_of_groups, standing_of


@dataclass(frozen=True, slots=True)
class Row:
    """One manager as printed; `has_score` says whether there is one, now or before."""

    manager_id: str
    name: str
    href: str | None
    team: str
    score: str
    likely: str
    picture: Markup
    change: Markup
    who: str
    why: str
    is_degraded: bool
    has_score: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One group with its rows in alphabetical order."""

    title: str
    meaning: str
    rows: tuple[Row, ...]


def league_html(
    cards: Sequence[Mapping[str, Any]],
    *,
    company: Mapping[str, Any],
    href: Callable[[Mapping[str, Any]], str | None],
) -> str:
    """All managers as a page that needs no other file; `href` says where a card is found.

    `company` holds period, period_from, period_to, currency, as_of, goal, rules_name, rules_hash, basis_sentence,
    figures (label, value_text, note), notes, and where it is not 0.10 the `chance` of the groups.
    """
    return page("league.html.j2", company=company, losses=losses(company.get("kept")), **shown(cards, company, href))


def shown(
    cards: Sequence[Mapping[str, Any]], company: Mapping[str, Any], href: Callable[[Mapping[str, Any]], str | None]
) -> dict[str, Any]:
    """What stands in the table of managers and around it, by the names that templates use."""
    ordered = sorted(cards, key=lambda c: (*alphabetical(c["name"]), c["manager_id"]))
    words = standing_of(ordered)
    scale = ranges.points_scale([_reading(c, words) for c in ordered])
    before = sorted({c["previous"]["period"] for c in ordered if c["previous"]})
    return {
        "window": window(company["period_from"], company["period_to"]),
        "groups": _groups(ordered, words, scale, href),
        "has_teams": any(c["team"] for c in ordered),
        "axis": ranges.axis(scale),
        "before": before[0] if len(before) == 1 else "before" if before else "",
        "interval": next((c["interval"] for c in ordered), 0.9),
        "rule": _rule(ordered, company.get("chance", 0.10)),
        "caption": _caption(ordered, words),
        "peers": words.peers,
    }


def titles(cards: Sequence[Mapping[str, Any]]) -> Mapping[str, tuple[str, str]]:
    """Group to its title and what standing there means, in the words of the method that made the cards."""
    return standing_of(cards).groups


def _groups(
    cards: Sequence[Mapping[str, Any]],
    words: Standing,
    scale: Scale,
    href: Callable[[Mapping[str, Any]], str | None],
) -> list[Group]:
    made = [
        Group(title, meaning, tuple(_row(c, words, scale, href(c)) for c in cards if c["group"] == group))
        for group, (title, meaning) in words.groups.items()
    ]
    return [g for g in made if g.rows]


def _row(card: Mapping[str, Any], words: Standing, scale: Scale, href: str | None) -> Row:
    who, why = sentences.main_reason(card)
    reading = _reading(card, words)
    return Row(
        manager_id=card["manager_id"],
        name=card["name"],
        href=local(href),
        team=card["team"] or "",
        score=fixed(card["score"]),
        likely=likely(card["low"], card["high"]),
        picture=ranges.range_bar(scale, reading, card["name"]),
        change=_change(card),
        who=who,
        why=why,
        is_degraded=sentences.is_degraded(card),
        has_score=reading.value is not None or reading.previous is not None,
    )


def _reading(card: Mapping[str, Any], words: Standing) -> Reading:
    previous = card["previous"]["score"] if card["previous"] else None
    return Reading(card["score"], card["low"], card["high"], previous, mark_of(card, card["peer_median"]), words.peers)


def _change(card: Mapping[str, Any]) -> Markup:
    change = printed_change(card)
    if change is not None and sentences.is_degraded(card):
        return Markup('<span class="same">in doubt</span>')
    if change is None or card["is_beyond_chance"]:
        return moved(change)
    if sentences.is_within_chance(card):
        return Markup('<span class="same">within noise</span>')
    return Markup('<span class="plain">{}</span>').format(moved(change))


def _rule(cards: Sequence[Mapping[str, Any]], chance: float) -> str:
    return rule_of_groups(cards[0]["method"], cards[0]["sure"], chance) if cards else ""


def _caption(cards: Sequence[Mapping[str, Any]], words: Standing) -> str:
    if cards and believes(cards[0]["method"]):
        return "The dashed line is the average of the peers, 50; alphabetical inside each group."
    return f"{words.scale} Alphabetical inside each group."
