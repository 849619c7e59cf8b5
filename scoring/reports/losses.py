"""What does the company's page say of lost accounts? A funnel of all books, and the teams with their ranges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from scoring.numbers import NARROW, fixed, percent
from scoring.reports.charts import funnel
from scoring.reports.charts.funnel import Book

Kept = Mapping[str, Any]

_BY_RATIO = (
    "Each dot is a book of accounts: how many were lost, as a multiple of how many such accounts are lost in anybody's "
    "hands (up), by that number (to the right). With one expected loss nearly anything is chance, with twenty little "
    f"is. Dashed lines: 95{NARROW}% of average managers' books lie between them; full lines: 99.8{NARROW}%."
)
_BY_RATE = (
    "Each dot is a book of accounts: the part of them that was kept (up), by how many there were (to the right). What "
    f"kinds of accounts they are is not taken into account. Dashed lines: 95{NARROW}% of average managers' books lie "
    f"between them; full lines: 99.8{NARROW}%."
)


@dataclass(frozen=True, slots=True)
class Team:
    """A team as printed; `times` is empty where nothing is expected."""

    name: str
    kept: str
    rate: str
    likely: str
    lost: str
    times: str
    likely_times: str


@dataclass(frozen=True, slots=True)
class Losses:
    """The section: its picture, what it shows and says, and the teams."""

    picture: Markup
    meaning: str
    sentence: str
    teams: tuple[Team, ...]
    is_expected: bool

    @property
    def caption(self) -> str:
        """What stands above the teams."""
        kept = "Kept: accounts of the period, with the range in which the rate of so many lies; one that teams share"
        lost = " Lost, expected: over the trailing quarters, accounts shared by days." if self.is_expected else ""
        return f"{kept} counts in each.{lost}"


def losses(kept: Kept | None) -> Losses | None:
    """The section; None where there is nothing to draw, as of managers whose scores are withheld nothing is."""
    drawn = [m for m in kept["managers"] if not m.get("is_withheld")] if kept else []
    if not kept or kept["rate"] is None or not drawn:
        return None
    teams = tuple(_team(team) for team in kept["teams"])
    expected = [m for m in drawn if m["lost"] and m["lost"]["ratio"] is not None]
    if expected:
        books = _by_ratio(expected)
        return Losses(funnel.of_ratios(books), _BY_RATIO, funnel.sentence(books), teams, is_expected=True)
    books = _by_rate(drawn, kept["rate"])
    return Losses(funnel.of_rates(books, kept["rate"]), _BY_RATE, funnel.sentence(books), teams, is_expected=False)


def _by_ratio(managers: Sequence[Mapping[str, Any]]) -> list[Book]:
    count, expected = (np.array([m["lost"][k] for m in managers]) for k in ("lost", "expected"))
    beyond = funnel.beyond_ratio(count, expected)
    return [Book(m["name"], e, m["lost"]["ratio"], b) for m, e, b in zip(managers, expected, beyond, strict=True)]


def _by_rate(managers: Sequence[Mapping[str, Any]], rate: float) -> list[Book]:
    value, of = (np.array([float(m[k]) for m in managers]) for k in ("rate", "accounts"))
    beyond = funnel.beyond_rate(value, of, rate)
    return [Book(m["name"], n, v, b) for m, n, v, b in zip(managers, of, value, beyond, strict=True)]


def _team(team: Mapping[str, Any]) -> Team:
    lost = team["lost"]
    has = lost is not None and lost["ratio"] is not None
    return Team(
        name=team["team"],
        kept=f"{fixed(team['kept'], 0)} of {fixed(team['accounts'], 0)}",
        rate=percent(team["rate"]),
        likely=f"{percent(team['low'], 0)} to {percent(team['high'], 0)}",
        lost=f"{fixed(lost['lost'])} / {fixed(lost['expected'])}" if has else "",
        times=fixed(lost["ratio"], 2) if has else "",
        likely_times=f"{fixed(lost['low'], 2)} to {fixed(lost['high'], 2)}" if has else "",
    )
