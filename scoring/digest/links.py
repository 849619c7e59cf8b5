"""Where do links lead? To the pages of what is told, as far as they are served."""

from dataclasses import dataclass

from scoring.view.slugs import slug


@dataclass(frozen=True, slots=True)
class Links:
    """Links below the address of the pages; None of them where that is not known."""

    page: str | None

    def card(self, period: str, manager_id: str) -> str | None:
        """The scorecard of a manager."""
        return self._to(f"managers/{slug(manager_id)}", period)

    def account(self, period: str, manager_id: str, account_id: str) -> str | None:
        """An account in the book of a manager."""
        return self._to(f"managers/{slug(manager_id)}/accounts/{slug(account_id)}", period)

    def league(self, period: str) -> str | None:
        """The managers of a period."""
        return self._to("league", period)

    def team(self, period: str, team: str) -> str | None:
        """A team of a period."""
        return self._to(f"teams/{slug(team)}", period)

    def _to(self, what: str, period: str) -> str | None:
        return None if self.page is None else f"{self.page.rstrip('/')}/periods/{slug(period)}/{what}"
