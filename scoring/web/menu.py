"""Which ways lead on from a page? The entries that somebody may follow, for the period they look at."""

from dataclasses import dataclass

from scoring.access import Role
from scoring.view import View
from scoring.view.slugs import slug


@dataclass(frozen=True, slots=True)
class Entry:
    """A way in the navigation; `place` is what the page it leads to calls itself."""

    place: str
    words: str
    href: str


def menu(view: View, period: str | None) -> list[Entry]:
    """The entries for the person, in the order in which they stand."""
    shown = period or view.periods.latest
    if shown is None:
        return []
    home, who = f"/periods/{slug(shown)}", view.who
    found = []
    if who.manager_id is not None and who.role is not Role.DIRECTOR:
        found.append(Entry("manager", "My scorecard", f"{home}/managers/{slug(who.manager_id)}"))
    if who.role is not Role.MANAGER:
        found.append(Entry("league", "Managers", f"{home}/league"))
        found.append(Entry("teams", "Teams", f"{home}/teams"))
    if view.sight.is_everything:
        found.append(Entry("company", "Company", f"{home}/company"))
    found.append(Entry("ladder", "Ladder", f"{home}/ladder"))
    if view.sight.is_everything:
        found.append(Entry("cohorts", "Cohorts", f"{home}/cohorts"))
        found.append(Entry("health", "Data", f"{home}/data"))
    found.append(Entry("reviews", "Reviews", f"{home}/reviews"))
    found.append(Entry("rules", "Rules", "/rules"))
    found.append(Entry("deliveries", "Digests", "/deliveries"))
    if view.sight.is_everything:
        found.append(Entry("log", "Log", "/log"))
    return found
