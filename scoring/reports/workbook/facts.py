"""What is true of the whole workbook? The period, the rules and the run that it says on every sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from scoring.reports.dates import day, window
from scoring.reports.names import alphabetical, cleaned
from scoring.reports.standing import Standing, standing_of

CONTRACTS = "contracts"


@dataclass(frozen=True)
class Facts:
    """The cards that are written and what was decided about the run, taken from run.json.

    `cards` are in alphabetical order.
    """

    cards: Sequence[Mapping[str, Any]]
    run: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The title of the workbook."""
        return f"Scorecards {self.run['period']['name']}"

    @property
    def run_id(self) -> str:
        """The hash by which the run is known."""
        return str(self.run["run_id"])

    @property
    def as_of(self) -> date:
        """The day up to which facts count as known."""
        return date.fromisoformat(self.run["as_of"])

    @property
    def currency(self) -> str:
        """The reporting currency."""
        return cleaned(self.run["currency"])

    @property
    def settings(self) -> Mapping[str, Any]:
        """The rules as they were in force."""
        settings: Mapping[str, Any] = self.run["rules"]["settings"]
        return settings

    @property
    def chance(self) -> float:
        """How many of those who are named above or below may be there by chance."""
        return float(self.settings.get("publish", {}).get("chance", 0.1))

    @property
    def metrics(self) -> Mapping[str, str]:
        """Rule to its metric."""
        return {rule["name"]: rule["metric"] for rule in self.settings["rules"]}

    @property
    def rules(self) -> str:
        """The rules by name, version where they have one, and hash."""
        known = self.run["rules"]
        version = f" {known['version']}" if known.get("version") else ""
        return f"{known['name']}{version} ({known['sha256'][:12]})"

    @property
    def period(self) -> str:
        """The days of the period."""
        return window(self.run["period"]["from"], self.run["period"]["to"])

    @property
    def line(self) -> str:
        """What stands under the title of every sheet."""
        return f"{self.period} · as of {day(self.run['as_of'])} · rules {self.rules} · Confidential"

    @property
    def is_dated(self) -> bool:
        """Whether revenue is that of contracts, whose movements have a day."""
        return bool(self.run["basis"] == CONTRACTS)

    @cached_property
    def words(self) -> Standing:
        """The words of the method."""
        return standing_of(self.cards)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Each manager_id's name; with the id behind it where two have the same."""
        plain = {card["manager_id"]: cleaned(card["name"]) for card in self.cards}
        listed = list(plain.values())
        return {i: f"{name} ({cleaned(i)})" if listed.count(name) > 1 else name for i, name in plain.items()}

    @cached_property
    def people(self) -> pl.DataFrame:
        """Each manager_id with the name and team that stand on sheets, and whether there is a score."""
        rows = [
            (i, name, card["team"] and cleaned(card["team"]), card["score"] is not None)
            for card, (i, name) in zip(self.cards, self.names.items(), strict=True)
        ]
        schema = {"manager_id": pl.String, "manager": pl.String, "team": pl.String, "is_scored": pl.Boolean}
        return pl.DataFrame(rows, schema=schema, orient="row")


def facts_of(cards: Sequence[Mapping[str, Any]], run: Mapping[str, Any]) -> Facts:
    """What the workbook says of these cards of the run."""
    return Facts(sorted(cards, key=lambda c: (*alphabetical(c["name"]), c["manager_id"])), run)
