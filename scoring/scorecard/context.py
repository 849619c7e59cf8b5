"""What does a card need to know besides its numbers? The run's settings in words, the people, the notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from scoring.calendar import Period
from scoring.days import Span
from scoring.ledger.build import Windows
from scoring.rules import Rulebook, rules_hash
from scoring.rules.kinds import MONTHS


@dataclass(frozen=True, slots=True)
class Context:
    """What is the same on every card of a run.

    `people` maps manager_id to name, team and reports_to; `notes` maps a manager_id to sentences that its card
    must show, and "" to those for all cards. `shared` is the correlation of the chance in this and the
    previous period's figures, from what their windows share. `exclusions` maps a manager_id to the exclusions that
    concern its accounts. `superseded` are the rules of the previous period, where others were in force.
    """

    rulebook: Rulebook
    period: Period
    previous: Period
    windows: Windows
    as_of: date
    people: Mapping[str, Mapping[str, str | None]]
    notes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    shared: float = 0.0
    exclusions: Mapping[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)
    superseded: Rulebook | None = None

    @property
    def before(self) -> Rulebook:
        """The rules of the previous period."""
        return self.superseded or self.rulebook

    def name_of(self, manager: str | None) -> str | None:
        """What people call the manager; the id where no name is known."""
        return None if manager is None else self.people.get(manager, {}).get("name") or manager

    @property
    def header(self) -> dict[str, object]:
        """The fields of a card that come from the run."""
        book = self.rulebook
        return {
            "period": self.period.name,
            "period_from": self.period.start.isoformat(),
            "period_to": self.period.last_day.isoformat(),
            "basis": book.basis,
            "basis_sentence": self.basis_sentence,
            "ownership": book.ownership.policy,
            "method": book.method,
            "sure": book.publish.label_probability,
            "currency": book.currency,
            "goal": book.goal,
            "rules_name": book.name,
            "rules_version": book.version,
            "rules_hash": rules_hash(book),
            "rules_change": self.rules_change,
            "as_of": self.as_of.isoformat(),
            "interval": book.interval,
        }

    @property
    def rules_change(self) -> str | None:
        """What must be known of the change of scores where other rules were in force; None where they were the same."""
        if self.superseded is None:
            return None
        return (
            f"{self.previous.name} was scored by {named(self.superseded)}, {self.period.name} is by "
            f"{named(self.rulebook)}. What that alone does to the score of {self.previous.name} is a part of the "
            f"change by itself; the other parts compare both periods by the rules of {self.period.name}."
        )

    @property
    def basis_sentence(self) -> str:
        """On what revenue is measured, with both windows."""
        moves, outcome = self.windows.moves, self.windows.outcome
        if self.rulebook.basis == "invoices":
            return (
                f"Net revenue invoiced from {days(moves)}, compared with {days(outcome)}; an account that bought "
                "in the earlier window and nothing in the later one has left."
            )
        return (
            f"Monthly recurring revenue under contract: retention from {days(outcome)}, movements from "
            f"{days(moves)}, at the exchange rates of each window's first day."
        )


def on_card(value: float | None) -> float | None:
    """The figure as cards hold it: to nine decimals, so that sums in another order are the same, and never as -0."""
    return None if value is None else round(value, 9) + 0.0


def named(rulebook: Rulebook) -> str:
    """What people call the rules, and the beginning of their hash."""
    version = f", version {rulebook.version}" if rulebook.version else ""
    return f"{rulebook.name}{version} ({rules_hash(rulebook)})"


def days(span: Span) -> str:
    """The span for people, who count its last day in."""
    return f"{day(span.start)} to {day(span.last_day)}"


def day(when: date) -> str:
    """A date in words, as 3 May 2026."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"
