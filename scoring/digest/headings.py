"""How does a digest begin? Whose it is, of when, sent when and how late, the headline, and the mail's subject."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from scoring.digest.against import Against
from scoring.digest.content import Asked, Counts, Moved, Words, name, plain, reported
from scoring.numbers import fixed, likely, ordinal
from scoring.plurals import many
from scoring.reports.sentences import is_degraded, published_sentence
from scoring.rules.digests import WEEKDAYS
from scoring.rules.kinds import MONTHS
from scoring.scorecard.cards import Card
from scoring.scorecard.context import day
from scoring.view import Seen

LONGEST_SUBJECT = 78
_MOST_TEAMS = 3


def whose(audience: str, teams: Sequence[str]) -> Words:
    """Whose view it is."""
    if audience == "managers":
        return ("Your scorecard",)
    if audience != "directors":
        return ("Company",)
    if len(teams) > _MOST_TEAMS:
        return (f"{len(teams)} teams",)
    told: list[str] = []
    for n, team in enumerate(teams):
        told += [", "] if n else []
        told.append(name(team, 30))
    return tuple(told) or ("No team",)


def eyebrow(asked: Asked, whose_it_is: Words, now: Seen, *, is_sealed: bool) -> tuple[Words, ...]:
    """What stands above the headline: whose, of when, sent when; and that the figures are not final."""
    told = [whose_it_is, (period(asked),), (sent(asked),)]
    return (*told, *([] if is_sealed else [(f"provisional: {now.period} is not sealed",)]))


def period(asked: Asked) -> str:
    """The period in words, as week to Sunday 28 June 2026."""
    last = asked.period.last_day
    if asked.schedule.every == "week":
        return f"week to {_weekday(last)} {day(last)}"
    if asked.schedule.every == "month":
        return f"{MONTHS[last.month - 1]} {last.year}"
    return f"{asked.period.name}, to {day(last)}"


def sent(asked: Asked) -> str:
    """By which rule it is sent, as sent Mondays 07:00 Europe/Berlin."""
    schedule = asked.schedule
    at = f"{schedule.at:%H:%M} {asked.zone}"
    if schedule.on is not None:
        return f"sent {schedule.on}s {at}"
    return f"sent on the {_nth(schedule.working_day or 1)} working day of the {schedule.every}, {at}"


def late(asked: Asked, as_of: date) -> tuple[str, ...]:
    """That it is late, since when it was due, and why; nothing where it is in time.

    Where the run looked back from a later day than it was due on, it is said what is told: what is known by then.
    """
    if not asked.is_late:
        return ()
    local: datetime = asked.occasion.due_at.astimezone(ZoneInfo(asked.zone))
    due = f"{_weekday(local.date())} {day(local.date())}, {local:%H:%M} {asked.zone}"
    why = "it could not be sent before" if asked.was_noted else "it is sent only now"
    if asked.was_held:
        why = f"held until the exports reached {day(asked.period.last_day)}"
    known = f", with what is known on {day(as_of)}" if as_of > local.date() else ""
    return (f"Late: due {due}; {why}{known}.",)


def first(asked: Asked, last: Seen | None, measured: Against) -> tuple[str, ...]:
    """That there was none before, and what the changes are measured against instead."""
    if last is not None or asked.last_at is not None or asked.schedule.audience == "channel":
        return ()
    told = f"; changes are {measured.words}, the period before" if measured.words else ""
    return (f"This is the first digest of this kind that you get{told}.",)


def about(asked: Asked, now: Seen, measured: Against, cards: Sequence[Card]) -> tuple[str, ...]:
    """What must be known of the figures: that they end before the period does, or that other rules are in force."""
    told = []
    if now.facts["period"]["to"] < asked.period.last_day.isoformat():
        told.append(f"These are figures of {now.period}; what came after is in no run yet.")
    if measured.is_ruled_anew:
        told.append(
            "Other rules are in force than at the last digest: a change is told whole, and not whether it is more than "
            "chance would do."
        )
    elif measured.last is None and any(measured.of_rules(card) for card in cards):
        told.append(
            f"Other rules are in force than in {_before(cards)}: whether and which way somebody moved is counted "
            "without what these alone did to the score."
        )
    return tuple(told)


def otherwise(cards: Sequence[Card], given: Mapping[str, float | None], *, is_own: bool) -> tuple[str, ...]:
    """That scores of the period before were published as other ones than those that changes are told against.

    `given` is manager_id to what was published.
    """
    both = [
        (card, published_sentence(card, given[card["manager_id"]])) for card in cards if card["manager_id"] in given
    ]
    told = [(card, said) for card, said in both if said]
    if is_own:
        return tuple(said for _, said in told)
    compared = [card for card, _ in told if card["score"] is not None]
    if not compared:
        return ()
    before, whose = _before(compared), many(len(compared), "manager")
    return (f"Changes are against {before} by what is known of it today; it was published otherwise for {whose}.",)


def headline(counts: Counts, measured: Against) -> str:
    """What happened, in one sentence."""
    if counts.beyond:
        return f"{many(counts.beyond, 'manager')} moved beyond chance {measured.span}".strip()
    if counts.corrected:
        told = (
            "1 manager has another score"
            if counts.corrected == 1
            else f"{many(counts.corrected, 'manager')} have other scores"
        )
        return f"{told} {measured.span}, {measured.because}."
    if counts.unknown:
        return f"Nothing is known to have moved beyond chance {measured.span}".strip() + "."
    if counts.within:
        return f"Nothing moved beyond chance {measured.span}".strip() + "."
    if counts.not_compared:
        return f"{many(counts.not_compared, 'manager')} scored, with nothing to compare with yet."
    return "Nobody has a score."


def own_headline(card: Card, moved: Moved | None, measured: Against) -> str:
    """What became of one's own score, in one sentence."""
    if card["score"] is None:
        return f"You have no score for {card['period']}."
    score = f"{fixed(card['score'])} (likely {likely(card['low'], card['high'])})"
    if moved is None:
        return f"Your score: {score}; there is none before to compare with"
    if measured.is_corrected(card):
        return f"Your score: {score}, {_by(moved)}, {measured.because}"
    if is_degraded(card) or measured.is_unknown(card):
        return f"Your score: {score}, {_by(moved)}; whether that is more than chance is not said"
    if moved.is_beyond_chance:
        apart = _without_rules(card, measured)
        return f"Your score: {score}, {_by(moved)}{apart}, more than chance would do"
    return f"Nothing moved beyond chance {measured.span}: your score is {score}, {_by(moved)}."


def lead(counts: Counts, measured: Against) -> tuple[Words, ...]:
    """How many went up and down, and what became of the others; nothing where nothing moved."""
    unknown = f"Of {many(counts.unknown, 'manager')} it is not said whether they moved by more than chance would do."
    if not counts.beyond:
        return ((unknown,),) if counts.unknown else ()
    parts = [f"{n} {word}" for n, word in ((counts.up, "went up"), (counts.down, "went down")) if n]
    told = f"{' and '.join(parts)} {measured.words}." if measured.words != measured.span else f"{' and '.join(parts)}."
    if counts.within:
        others = "1 other" if counts.within == 1 else f"{fixed(counts.within, 0)} others"
        told += f" {others} moved within what chance would do."
    if counts.not_compared:
        told += f" {many(counts.not_compared, 'manager')} had no score before."
    if counts.unknown:
        told += f" {unknown}"
    return ((told,),)


def own_lead(card: Card, moved: Moved | None, measured: Against) -> tuple[Words, ...]:
    """What the score was before and how far chance alone moves it; of no score why there is none."""
    if card["score"] is None:
        return ((reported(str(card["reason"] or "Nothing could be scored.")),),)
    if moved is None or not moved.is_beyond_chance:
        return ()
    chance = "" if moved.band is None else f" Chance alone moves it by up to ±{fixed(moved.band)} in that time."
    return ((f"{measured.when} it was {fixed(moved.was)}.{chance}",),)


def subject(asked: Asked, whose_it_is: Words, counts: Counts, corrected: Sequence[str]) -> str:
    """The mail's subject: whose, of when, and how many moved; nobody's score, as others read over shoulders."""
    if asked.schedule.audience == "managers":
        return f"Your scorecard, {_short(asked)}"
    if counts.beyond:
        what = f"{many(counts.beyond, 'manager')} moved beyond chance"
    elif corrected:
        what = f"figures of {corrected[0]} corrected"
    else:
        what = _nothing(counts)
    rest = f", {_short(asked)}: {what}"
    return f"{name(plain(whose_it_is), max(8, LONGEST_SUBJECT - len(rest)))}{rest}"


def _nothing(counts: Counts) -> str:
    """What the subject says where nobody moved beyond chance."""
    if counts.corrected:
        return f"{many(counts.corrected, 'manager')} with another score"
    if counts.unknown:
        return "nothing known to have moved beyond chance"
    if counts.within:
        return "nothing moved beyond chance"
    return "nothing to compare with yet" if counts.not_compared else "no scores"


def _short(asked: Asked) -> str:
    """The period in few letters."""
    if asked.schedule.every == "week":
        year, week, _ = asked.period.last_day.isocalendar()
        return f"week {week} of {year}" if asked.schedule.audience == "managers" else f"week {week}"
    return period(asked) if asked.schedule.every == "month" else asked.period.name


def _without_rules(card: Card, measured: Against) -> str:
    """Which way the score moved without what other rules did to it; empty where the rules are the same."""
    if measured.last is not None or not measured.of_rules(card):
        return ""
    change = measured.moved(card)
    return f"; without what other rules did to it {'up' if change > 0 else 'down'} {fixed(abs(change))}"


def _before(cards: Sequence[Card]) -> str:
    return next(str(card["previous"]["period"]) for card in cards if card["previous"])


def _by(moved: Moved) -> str:
    if not moved.printed:
        return "unchanged"
    return f"{'up' if moved.printed > 0 else 'down'} {fixed(abs(moved.printed))}"


def _weekday(on: date) -> str:
    return WEEKDAYS[on.weekday()]


def _nth(number: int) -> str:
    """As 1st, 12th or 2nd last."""
    if number == -1:
        return "last"
    return f"{ordinal(abs(number))}{' last' if number < 0 else ''}"
