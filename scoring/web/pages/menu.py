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
    own = _with_own_card(view, shown)
    if own is not None:
        found.append(Entry("manager", "My scorecard", f"/periods/{slug(own)}/managers/{slug(who.manager_id or '')}"))
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


def _with_own_card(view: View, shown: str) -> str | None:
    """The period that is shown if it has the person's own card, else the latest one that has it, if any."""
    held = (period for period in (shown, *view.periods.names) if view.who.manager_id in view.run(period).managers)
    return next(held, None)
