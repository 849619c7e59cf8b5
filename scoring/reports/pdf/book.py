"""What is handed to the template of a quarter's book? The company, the managers in groups, the teams and the cards."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from scoring.numbers import fixed
from scoring.plurals import many
from scoring.reports import league
from scoring.reports.dates import day, window
from scoring.reports.losses import Losses, losses
from scoring.reports.names import alphabetical
from scoring.reports.pdf.content import Content, content, legend, rules_of
from scoring.reports.pdf.method import method
from scoring.reports.pdf.pictures import drawn
from scoring.reports.pdf.texts import text

NO_TEAM = "No team on record"

_LEAGUE, _FUNNEL, _AXIS = 112, 500, 0.62
"""How wide charts are, in points, and the points of a pixel of the league's."""


def book(
    cards: Sequence[Mapping[str, Any]],
    company: Mapping[str, Any],
    summary: Mapping[str, Any],
    teams: Collection[str] | None,
) -> Content:
    """All that the template of the book prints, as `book_pdf`."""
    ordered = sorted(cards, key=lambda c: (*alphabetical(c["name"]), c["manager_id"]))
    places = {card["manager_id"]: f"card-{n}" for n, card in enumerate(ordered, 1)}
    return {
        "eyebrow": f"Scorecards · {company['period']}",
        "goal": f"Goal: {text(company['goal'])}" if company["goal"] else "",
        "where": [
            window(company["period_from"], company["period_to"]),
            f"As of {day(company['as_of'])}",
            rules_of(company),
        ],
        "company": _company(company),
        "league": _league(ordered, company, places),
        "losses": _losses(losses(company.get("kept"))),
        "teams": _teams([c for c in ordered if teams is None or c["team"] in teams], company, places),
        "cards": [{"id": places[card["manager_id"]]} | content(card) for card in ordered],
        "method": method(ordered, company, summary),
    }


def _company(company: Mapping[str, Any]) -> Content | None:
    """What is said of the company; None for readers to whom nothing of it is."""
    if not any(company.get(name) for name in ("figures", "doubts", "notes", "lifetime_value")):
        return None
    return {
        "basis": text(company["basis_sentence"]),
        "figures": [
            {"label": text(f["label"]), "value": text(f["value_text"]), "note": text(f["note"])}
            for f in company["figures"]
        ],
        "doubts": [text(doubt) for doubt in company.get("doubts", ())],
        "notes": [text(note) for note in company["notes"]],
        "said": [text(said) for said in company.get("lifetime_value", ())],
    }


def _league(
    cards: Sequence[Mapping[str, Any]], company: Mapping[str, Any], places: Mapping[str, str], *, of_all: bool = True
) -> Content | None:
    """The table of managers in groups; None without managers. `of_all` says that it is not one team's."""
    if not cards:
        return None
    told = league.shown(cards, company, lambda _: None)
    return {
        "rule": text(told["rule"]) if of_all else "",
        "caption": text(told["caption"]),
        "legend": legend({"period": company["period"], "interval": told["interval"]}, told["before"], told["peers"]),
        "axis": drawn(told["axis"], _LEAGUE, pixel=_AXIS),
        "before": f"vs {told['before']}" if told["before"] else "",
        "who": "Manager, team" if of_all and told["has_teams"] else "Manager",
        "groups": [
            {
                "title": f"{group.title} ({fixed(len(group.rows), 0)})",
                "meaning": text(group.meaning),
                "rows": [_row(row, places[row.manager_id], of_all=of_all) for row in group.rows],
            }
            for group in told["groups"]
        ],
    }


def _row(row: league.Row, place: str, *, of_all: bool) -> Content:
    change = row.change.striptags()
    return {
        "place": place,
        "name": text(row.name),
        "team": text(row.team) if of_all else "",
        "score": row.score,
        "is-degraded": row.is_degraded,
        "likely": row.likely,
        "picture": drawn(row.picture, _LEAGUE, pixel=_AXIS),
        "change": {"text": change, "kind": {"▲": "up", "▼": "down"}.get(change[:1], "same")},
        "why": ": ".join(text(part) for part in (row.who, row.why) if part),
    }


def _losses(told: Losses | None) -> Content | None:
    if told is None:
        return None
    return {
        "heading": f"Accounts {'lost, against what was expected' if told.is_expected else 'kept, by size of book'}",
        "meaning": told.meaning,
        "picture": drawn(told.picture, _FUNNEL),
        "sentence": f"{told.sentence} Beyond a line is a question to ask, not an answer.",
    }


def _teams(cards: Sequence[Mapping[str, Any]], company: Mapping[str, Any], places: Mapping[str, str]) -> list[Content]:
    """A page for each team, by name: what became of its accounts, and its managers. Nothing where no team is known."""
    names = sorted({str(card["team"] or "") for card in cards}, key=alphabetical)
    if not any(names):
        return []
    found = losses(company.get("kept"))
    kept = {team.name: team for team in found.teams} if found else {}
    made = []
    for name in (*(n for n in names if n), *(n for n in names if not n)):
        theirs = [card for card in cards if str(card["team"] or "") == name]
        table = _league(theirs, company, places, of_all=False)
        made.append({"name": text(name or NO_TEAM), "said": _said(theirs, kept.get(name)), "league": table})
    return made


def _said(cards: Sequence[Mapping[str, Any]], kept: Any) -> list[str]:
    """What is said of a team: its managers and accounts, how many were kept, and how many lost of those expected."""
    count, accounts = len(cards), sum(card["accounts"] for card in cards)
    first = (
        f"{many(count, 'manager')} with {many(accounts, 'account')}. A team has no score: averages of few people would "
        "say less than their cards."
    )
    if kept is None:
        return [first]
    said = f"Kept: {kept.kept} accounts, {kept.rate} (likely {kept.likely})."
    if kept.times:
        said += f" Lost against expected: {kept.lost}, {kept.times} times (likely {kept.likely_times})."
    return [first, said]
