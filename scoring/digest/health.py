"""What should be known of the data? What is behind, set aside, doubtful or nobody's, as far as it concerns them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from scoring.calendar import Period
from scoring.digest.content import Words, day, name, reported
from scoring.numbers import exact, fixed, percent
from scoring.plurals import many
from scoring.reports.sentences import doubts, is_degraded
from scoring.scorecard.cards import Card
from scoring.scorecard.trusted import is_withheld
from scoring.trust.cliffs import TABLES
from scoring.view import Seen

_MOST_FILES = 3
_USUAL = timedelta(days=7)
"""So long before the end of a period nothing may have happened."""
_ASIDE = "Rows were set aside"
"""How the note on a card begins whose accounts lack rows."""


def of_company(now: Seen, period: Period, unknown: int) -> tuple[Words, ...]:
    """What those are told who see everything; `unknown` deliveries may have arrived or not."""
    return (*_behind(now, period), *_aside(now), *_nobodys(now), *_findings(now), *_unknown(unknown))


def of_channel(now: Seen, period: Period) -> tuple[Words, ...]:
    """What a shared channel is told: which files are behind, and how many rows were set aside."""
    return (*_behind(now, period), *_aside(now))


def of_managers(cards: Sequence[Card], *, is_own: bool) -> tuple[Words, ...]:
    """What touches the scores of these managers: doubts about their data, and rows that were set aside."""
    return (*_doubted(cards, is_own=is_own), *_noted(cards, is_own=is_own))


def _behind(now: Seen, period: Period) -> Iterator[Words]:
    """The files that end more than a week before the period does, of tables in which something happens all the time."""
    end = (period.last_day - _USUAL).isoformat()
    files = [i for i in now.facts["inputs"] if i["table"] in TABLES and i["last_day"] and i["last_day"] < end]
    files.sort(key=lambda file: (file["last_day"], file["file"]))
    if files:
        told: list[str] = [f"More than a week before {day(period.last_day.isoformat())} end "]
        for n, file in enumerate(files[:_MOST_FILES]):
            told += [", "] if n else []
            told += [name(file["file"]), f" ({day(file['last_day'])})"]
        rest = len(files) - _MOST_FILES
        yield (*told, f" and {many(rest, 'more file')}." if rest > 0 else ".")


def _aside(now: Seen) -> Iterator[Words]:
    rows: Counter[str] = Counter()
    for file in now.facts["inputs"]:
        if file["rows_set_aside"]:  # never of a file that fills no table
            rows[file["table"]] += file["rows_set_aside"]
    if rows:
        each = ", ".join(f"{count:,} of {table}" for table, count in sorted(rows.items()))
        yield (f"Rows set aside as they could not be used: {each}.",)


def _nobodys(now: Seen) -> Iterator[Words]:
    """How much revenue has no manager."""
    totals = now.summary["totals"]
    credited, unassigned = (
        exact(totals.get(name)) or Decimal(0) for name in ("closing_credited", "closing_unassigned")
    )
    if unassigned > 0:
        yield (f"{percent(unassigned / (credited + unassigned))} of the revenue is of accounts without a manager.",)


def _findings(now: Seen) -> Iterator[Words]:
    """What the gates of trust found, and whose scores it touches."""
    effects = {"told": "", "degrades": "degraded", "withholds": "withheld"}
    for finding in now.summary["trust"]:
        effect, managers = effects.get(finding["level"], ""), finding["managers"]
        whose = "all scores are" if managers is None else _scores(len(managers))
        yield (reported(finding["what"]), f": {whose} {effect}." if effect else ".")


def _unknown(count: int) -> Iterator[Words]:
    if count:
        some = "1 earlier digest" if count == 1 else f"{fixed(count, 0)} earlier digests"
        yield (f"Nobody knows whether {some} arrived; a person has to look: `bookscore deliveries` names them.",)


def _doubted(cards: Sequence[Card], *, is_own: bool) -> Iterator[Words]:
    """The reasons why scores are degraded, each with how many of them; a card without a score says why itself."""
    reasons = Counter(reason for card in cards if is_degraded(card) for reason in doubts(card))
    for reason, count in reasons.items():
        whose = "your score is" if is_own else _scores(count)
        yield (reported(reason.rstrip(".")), f": {whose} degraded.")
    withheld = sum(is_withheld(card) for card in cards)
    if withheld and not is_own:
        yield (f"{_scores(withheld)} withheld, as the data are in doubt.",)


def _noted(cards: Sequence[Card], *, is_own: bool) -> Iterator[Words]:
    touched = [(card, flag) for card in cards for flag in card["flags"] if flag.startswith(_ASIDE)]
    if is_own:
        yield from ((reported(flag),) for _, flag in touched)
    elif touched:
        count = len({card["manager_id"] for card, _ in touched})
        yield (f"Rows were set aside for accounts of {many(count, 'manager')}; their cards say which.",)


def _scores(count: int) -> str:
    return f"{count:,} score{' is' if count == 1 else 's are'}"
