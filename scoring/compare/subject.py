"""What do those who decide look at? One period of a company, read and booked once, to be judged in several ways."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from scoring import notes, trust
from scoring.calendar import Period
from scoring.errors import Problem, in_order
from scoring.intake import Request
from scoring.intake.folder import opened
from scoring.peers.company import Company
from scoring.peers.estimate import Estimate
from scoring.period import booking
from scoring.period.account_quarters import Trail
from scoring.pipeline import judged_by_method
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.scorecard.cards import Card, Scored
from scoring.scorecard.context import Context
from scoring.scorecard.estimates import company_of, estimate_of, settings_of
from scoring.scorecard.judged import Judged
from scoring.scorecard.trusted import trusted_cards

Doubts = Callable[[Rulebook, Period, pl.DataFrame], Sequence[trust.Finding]]
"""Why the data may not carry scores under a rulebook, by the period and its book."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A period of a company: its book, and the quarters that end with it, made when they are asked for.

    `doubts` are why its data may not carry a score.
    """

    trail: Trail
    period: Period
    made: booking.Booked
    people: Mapping[str, Mapping[str, str | None]]
    problems: tuple[Problem, ...] = ()
    doubts: Sequence[trust.Finding] = ()

    @property
    def rulebook(self) -> Rulebook:
        """The rules that the book was made by."""
        return self.trail.rulebook

    @property
    def as_of(self) -> date:
        """The day one looks on."""
        return self.trail.as_of

    def doubted(self, doubts: Doubts) -> "Subject":
        """The period with those doubts."""
        return replace(self, doubts=doubts(self.rulebook, self.period, self.made.rows))

    def judged(self, rulebook: Rulebook, *, weighs: bool = False) -> Judged:
        """The scores under a rulebook that differs in how managers are compared, but not in books or metrics."""
        trail = self.trail.under(rulebook)
        return judged_by_method(self.trail.tables, rulebook, self.period, self.made, trail, weighs=weighs)

    def estimates(self, judged: Judged) -> tuple[Company, list[Estimate]]:
        """What managers are compared by, and what each rule says of them."""
        settings = settings_of(self.rulebook)
        company = company_of(self.trail.until(self.period, self.made), self.rulebook, settings)
        rules = range(len(self.rulebook.rules))
        return company, [estimate_of(company, self.rulebook, n, settings, judged.lines) for n in rules]

    def cards(self, judged: Judged, rulebook: Rulebook) -> list[Card]:
        """The cards of those scores, without an earlier period, by name."""
        before = calendar_of(rulebook).previous(self.period)
        context = Context(rulebook, self.period, before, self.made.windows, self.as_of, self.people)
        verdicts = trust.verdicts(self.doubts, judged.scores["manager_id"])
        return trusted_cards(Scored(judged, self.made.rows, self.made.moves), None, context, verdicts)

    def name_of(self, manager: str) -> str:
        """What people call the manager; the id where no name is known."""
        return self.people.get(manager, {}).get("name") or manager


def undoubted(_book: Rulebook, _period: Period, _rows: pl.DataFrame) -> Sequence[trust.Finding]:
    """Nothing: the data are trusted."""
    return ()


def subject(tables: booking.Tables, rulebook: Rulebook, period: Period, as_of: date) -> Subject:
    """The period of a company whose tables are checked."""
    made = booking.booked(tables, rulebook, period, as_of, metrics=())
    return Subject(Trail(tables, rulebook, as_of), period, made, notes.people(tables))


def of_folder(request: Request) -> Subject:
    """The period that is asked for, with all that is odd about rules and exports. Raises ProblemsFoundError."""
    folder = opened(request)
    found = subject(folder.tables, folder.rulebook, folder.period, folder.as_of).doubted(folder.reader.doubts)
    problems = (*folder.problems, *folder.later, *trust.problems(found.doubts))
    return replace(found, problems=in_order(problems))
