"""How are a digest's figures written? The same words in text, mail and chat."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from scoring.digest.content import Corrected, Correction, Digest, Due, Moved, Renewals, Words, plain
from scoring.numbers import arrow, fixed, in_parts, likely, money, percent, rounded, signed
from scoring.plurals import many
from scoring.scorecard.context import day

MOVERS, RENEWALS, HEALTH, LEARNED = "Moved beyond chance", "Renewals coming up", "Data", "Learned of sealed periods"
"""The titles of the parts."""
LEARNED_IS = (
    "What was sealed stays as it was published. Money of those periods that is known otherwise today is told here."
)
"""What is said below the title of what was learned."""


def parts(digest: Digest) -> list[tuple[str, list[str]]]:
    """What chats tell below the headline: parts with their lines, and a title, empty where there is none."""
    is_own = digest.audience == "managers"
    told = [("", [joined(digest.lead)]), ("", [*map(plain, digest.own.why if digest.own else ())])]
    told += [(mover(moved), [*map(plain, moved.why)]) for moved in digest.movers]
    told += [("", [more(digest)]), ("", [*map(plain, digest.unscored)])]
    for one in digest.corrections:
        scores = [corrected(of) if is_own else f"{of.name}: {corrected(of)}" for of in one.managers]
        told.append((correction(one, is_own=is_own), [plain(causes(one)), *scores, unnamed(one)]))
    if digest.learned:
        told.append((LEARNED, [LEARNED_IS, *map(plain, digest.learned)]))
    if digest.renewals:
        lines = dues(digest.renewals, digest.currency)
        told.append((RENEWALS, [coming(digest.renewals, digest.currency), *lines]))
    if digest.health:
        told.append((HEALTH, [*map(plain, digest.health)]))
    said = ((title, [line for line in lines if line]) for title, lines in told)
    return [(title, lines) for title, lines in said if title or lines]


def change(moved: Moved) -> str:
    """The change with its arrow, as ▲ +2.2."""
    return f"{arrow(moved.printed)}\u00a0{signed(moved.printed)}"


def chance(moved: Moved) -> str:
    """How far chance alone would move it; empty where that is not known."""
    return "" if moved.band is None else f"chance alone ±{fixed(moved.band)}"


def score(moved: Moved) -> str:
    """The score, its likely range, and the score before."""
    before = "" if moved.was is None else f", before {fixed(moved.was)}"
    return f"{fixed(moved.score)} (likely {likely(moved.low, moved.high)}){before}"


def mover(moved: Moved) -> str:
    """A manager's change on one line; in a shared channel without the score."""
    facts = [words for words in (score(moved) if moved.score is not None else "", chance(moved)) if words]
    whose = f"{moved.name}{f' ({moved.team})' if moved.team else ''}"
    return f"{change(moved)} {whose}{': ' if facts else ''}{'; '.join(facts)}"


def more(digest: Digest) -> str:
    """How many more moved than are named; empty where all are."""
    return f"and {digest.more} more" if digest.more else ""


def within(one: Due, renewals: Renewals) -> str:
    """By which day it comes up at the latest, as by 30 July 2026."""
    return f"by {day(renewals.until + timedelta(days=one.within))}"


def amount(one: Due, renewals: Renewals, currency: str) -> str:
    """A year's amount of one that is named."""
    return money(_printed(renewals)[renewals.rows.index(one)], currency, 0)


def _printed(renewals: Renewals) -> Sequence[Decimal]:
    """The amounts of those that are named and of the others as they are printed, so that they add up to the whole."""
    parts = [*(one.amount for one in renewals.rows), renewals.rest]
    told = [whole or Decimal(0) for _, whole in (renewals.undecided, [*renewals.within.values()][-1])]
    if sum(told) != sum(parts):
        return parts
    return in_parts(parts, sum((rounded(whole, 0) for whole in told), Decimal(0)), 0)


def stays(one: Due) -> str:
    """The chance of the next renewal; says so where it is not known."""
    return "not known" if one.chance is None else percent(one.chance, 0)


def coming(renewals: Renewals, currency: str) -> str:
    """How many renewals come up and what they amount to, within each number of days."""
    return " ".join(sentence for sentence in (_undecided(renewals, currency), _later(renewals, currency)) if sentence)


def _undecided(renewals: Renewals, currency: str) -> str:
    """Those of the running period; empty where there are none."""
    count, whole = renewals.undecided
    worth = "" if whole is None else f", {money(whole, currency, 0)} a year"
    is_or_are = "is" if count == 1 else "are"
    return f"{many(count, 'renewal')} due by {day(renewals.until)} {is_or_are} not decided yet{worth}." if count else ""


def _later(renewals: Renewals, currency: str) -> str:
    """Those after the period; empty where only some of the period itself come up."""
    *sooner, (longest, (count, whole)) = renewals.within.items()
    if not count and renewals.undecided[0]:
        return ""
    worth = "" if whole is None else f", {money(whole, currency, 0)} a year"
    told = f"{many(count, 'renewal')} due in the {longest} days after {day(renewals.until)}{worth}"
    parts = [_sooner(days, some, part, currency) for days, (some, part) in sooner if some]
    return f"{told}; {' and '.join(parts)}." if parts else f"{told}."


def due(one: Due, renewals: Renewals, currency: str) -> str:
    """A renewal's amount, day and risk."""
    chance_to_stay = f"chance to stay {stays(one)}"
    return "; ".join((f"{amount(one, renewals, currency)} a year", within(one, renewals), chance_to_stay, *one.why))


def dues(renewals: Renewals, currency: str) -> list[str]:
    """The renewals line by line, what is not named, and what the chance is."""
    lines = [
        f"{one.account}{f' ({one.manager})' if one.manager else ''}: {due(one, renewals, currency)}"
        for one in renewals.rows
    ]
    return [line for line in (*lines, rest(renewals, currency), renewals.note) if line]


def rest(renewals: Renewals, currency: str) -> str:
    """The accounts that are not named, as one sum; empty where all are."""
    if not renewals.more:
        return ""
    accounts = "1 more account" if renewals.more == 1 else f"{fixed(renewals.more, 0)} more accounts"
    return f"{accounts}: {money(_printed(renewals)[-1], currency, 0)} a year"


def corrected(one: Corrected) -> str:
    """The score then and now, with its range."""
    return f"{_score(one.then)} → {_score(one.now)}" + (
        f" (likely {likely(one.low, one.high)})" if one.now is not None else ""
    )


def correction(told: Correction, *, is_own: bool) -> str:
    """That a period's figures are others, and whose."""
    whose = "your score" if is_own else many(told.count, "score")
    return f"Corrected since the last digest: {whose} of {told.period}"


def causes(told: Correction) -> Words:
    """Why, as one sentence."""
    parts: list[str] = ["Why: "]
    for n, cause in enumerate(told.causes):
        parts += ["; ", *cause] if n else cause
    return (*parts, ".") if told.causes else ("The cause is not known.",)


def unnamed(told: Correction) -> str:
    """How many managers of a correction are not named; empty where all are, or none may be."""
    left = told.count - len(told.managers)
    return f"and {left} more" if told.managers and left else ""


def footer(digest: Digest) -> str:
    """Of which run it tells."""
    return f"Run {digest.run_id[:12]} of {digest.run_period}, as of {day(date.fromisoformat(digest.as_of))}."


def stop(digest: Digest) -> str:
    """How to stop it, where there is no link for it."""
    if digest.audience == "channel":
        return "Who keeps rules.yaml can change that."
    return "" if digest.unsubscribe else "To stop it, write to whoever keeps bookscore’s rules.yaml."


def foot(digest: Digest) -> str:
    """What stands below all in chats: of which run it tells, why one gets it, and how to stop it."""
    return f"{footer(digest)} {digest.reason} {stop(digest)}".strip()


def heading(digest: Digest) -> str:
    """What stands above the headline, on one line."""
    return " · ".join(plain(part) for part in digest.eyebrow)


def joined(sentences: Sequence[Words]) -> str:
    """Sentences as one text."""
    return " ".join(plain(sentence) for sentence in sentences)


def _sooner(days: int, count: int, part: Decimal | None, currency: str) -> str:
    worth = "" if part is None else f" ({money(part, currency, 0)})"
    return f"{fixed(count, 0)} of them within {days}{worth}"


def _score(value: float | None) -> str:
    return "no score" if value is None else fixed(value)
