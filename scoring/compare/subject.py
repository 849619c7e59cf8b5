"""What do those who decide look at? One period of a company, read and booked once, to be judged in several ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scoring import notes, trust
from scoring.calendar import Period
from scoring.errors import Problem, in_order
from scoring.intake import Request
from scoring.intake.folder import opened
from scoring.period import booking
from scoring.period.account_quarters import Trail
from scoring.pipeline import judged_by_method
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.scorecard.cards import Card, Scored
from scoring.scorecard.context import Context
from scoring.scorecard.judged import Judged
from scoring.scorecard.trusted import trusted_cards


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A period of a company: its tables, its book, and the quarters that end with it, made when they are asked for.

    `doubts` are why its data may not carry a score.
    """

    tables: booking.Tables
    rulebook: Rulebook
    period: Period
    as_of: date
    made: booking.Booked
    trail: Trail
    people: Mapping[str, Mapping[str, str | None]]
    problems: tuple[Problem, ...] = ()
    doubts: Sequence[trust.Finding] = ()

    def judged(self, rulebook: Rulebook, *, weighs: bool = False) -> Judged:
        """The scores under a rulebook that differs in how managers are compared, but not in books or metrics."""
        trail = self.trail.under(rulebook)
        return judged_by_method(self.tables, rulebook, self.period, self.made, trail, weighs=weighs)

    def cards(self, judged: Judged, rulebook: Rulebook) -> list[Card]:
        """The cards of those scores, without an earlier period, by name."""
        before = calendar_of(rulebook).previous(self.period)
        context = Context(rulebook, self.period, before, self.made.windows, self.as_of, self.people)
        verdicts = trust.verdicts(self.doubts, judged.scores["manager_id"])
        return trusted_cards(Scored(judged, self.made.rows, self.made.moves), None, context, verdicts)

    def name_of(self, manager: str) -> str:
        """What people call the manager; the id where no name is known."""
        return self.people.get(manager, {}).get("name") or manager


def subject(tables: booking.Tables, rulebook: Rulebook, period: Period, as_of: date) -> Subject:
    """The period of a company whose tables are checked."""
    made = booking.booked(tables, rulebook, period, as_of, metrics=())
    return Subject(tables, rulebook, period, as_of, made, Trail(tables, rulebook, as_of), notes.people(tables))


def of_folder(request: Request) -> Subject:
    """The period that is asked for, with all that is odd about rules and exports. Raises ProblemsFoundError."""
    folder = opened(request)
    found = subject(folder.tables, folder.rulebook, folder.period, folder.as_of)
    doubts = folder.reader.doubts(folder.rulebook, folder.period, found.made.rows)
    problems = in_order((*folder.problems, *folder.later, *trust.problems(doubts)))
    return replace(found, problems=problems, doubts=doubts)
