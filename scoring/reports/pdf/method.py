"""How was it measured, and what can it not say? The last page of a book, with the settings of its run."""

from collections.abc import Mapping, Sequence
from typing import Any

from scoring.numbers import fixed, percent
from scoring.plurals import many
from scoring.reports.dates import day
from scoring.reports.lines import printed_shares
from scoring.reports.pdf.texts import text
from scoring.reports.standing import believes, standing_of

Section = dict[str, Any]

WRONGLY_LOWEST, LUCK_ALONE = 0.58, 0.76
"""Of those in the lowest tenth by four quarters, and by one, the part that does not belong there: docs/limits.md."""

HOW_TO_READ = (
    "The likely range and the label come first, then the score. Ranges that overlap are no difference.",
    "The figure that a card gives beside the score, without regard to the kind of accounts and to chance, shows what "
    "fairness changed. Where the two are far apart, ask why.",
    "The score without the largest account: if it falls apart, it was that account.",
    "The accounts that mattered most: was it the manager’s doing?",
    "Why the score moved: the parts add up to the change. What chance alone would move needs no story.",
    "Evidence is low, medium or high. Only high may be quoted in a decision of consequence, and never alone.",
)

_CANNOT = (
    "It does not say why. Accounts did better or worse than such accounts do elsewhere; that the manager made it so, "
    "no figure here can show.",
    "It does not know what no column records: a champion who left, a bad start. That stays in the score as luck.",
    "Small books and new managers say little. An outcome belongs to whoever had the account in the months before it, "
    "so first months are partly somebody else’s, and nothing is known of leave.",
    "Accounts in the middle of a long contract can hardly leave, and count as kept all the same.",
    "Money is not the measure: revenue stands beside the score, as a book is not one large account.",
)
_MUST_NOT = (
    "In a decision about pay, promotion or dismissal below high evidence; and even then never alone. A named person "
    "decides, writes down why, and hears the manager first.",
    "To order people inside a group, or to compare scores of different rules, companies or methods.",
    "With a change inside its chance band as a reason for anything.",
    "Where there is no score: do not work one out from the parts.",
)


def method(cards: Sequence[Mapping[str, Any]], company: Mapping[str, Any], summary: Mapping[str, Any]) -> list[Section]:
    """The sections, each with a heading and its points."""
    settings = summary["rules"]["settings"]
    is_believed = believes(settings["method"])
    how = _weighed(settings) if is_believed else [standing_of(cards).method, standing_of(cards).scale]
    cannot = [_no_rank() if is_believed else _plain(), *_CANNOT]
    return [
        {"heading": "How a score comes about", "points": [text(point) for point in how if point]},
        {"heading": "What is scored", "points": _rules(settings, cards)},
        {"heading": "What a score cannot say", "points": cannot},
        {"heading": "When a score must not be used", "points": list(_MUST_NOT)},
        {"heading": "What this run was made from", "points": _made_from(company, summary)},
    ]


def _weighed(settings: Mapping[str, Any]) -> list[str]:
    """The six steps from an account to a score."""
    given, publish = settings["responsibility"], settings["publish"]
    quarters = settings["window"]["quarters"]
    return [
        f"What became of each account is looked at for {many(quarters, 'quarter')}"
        f"{', as one alone is nearly noise' if quarters > 1 else '; one alone is nearly noise'}.",
        f"An outcome belongs to those who had the account in the {many(given['days'], 'day')} that end "
        f"{many(given['end_before_outcome'], 'day')} before it. So nobody gains by handing over an account that is "
        "about to leave, and nobody loses by taking one on.",
        "It is compared with what accounts of its kind did in anybody’s hands. What happened less what was expected is "
        "the surprise; a manager’s is the average over accounts and quarters.",
        "The surprise is drawn towards the peers’ average, the more so the thinner the evidence. Where less than "
        f"{percent(publish['min_z'], 0)} of it can be believed, there is no score.",
        "50 is the peers’ average; 10 points are one standard deviation of the true differences between managers.",
        f"The likely range is meant to hold the true score in {percent(settings['interval'], 0)} of cases. Above or "
        f"below is said only where that is at least {percent(publish['label_probability'], 0)} likely. There are no "
        "ranks.",
    ]


def _no_rank() -> str:
    return (
        "It is not a rank. In made companies, where the truth is known, "
        f"{percent(WRONGLY_LOWEST, 0)} of those in the lowest tenth do not belong there; by a single quarter it is "
        f"{percent(LUCK_ALONE, 0)}."
    )


def _plain() -> str:
    return (
        "It is not a rank, and chance and the kind of accounts are in it. Whoever had the easier accounts, or more "
        "luck, stands higher."
    )


def _rules(settings: Mapping[str, Any], cards: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each rule with its part of the weight and what it measures."""
    lines = cards[0]["lines"] if cards else []
    known = {line["rule"]: line for line in lines}
    whole = sum(rule["weight"] for rule in settings["rules"]) or 1
    shares = printed_shares([rule["weight"] / whole for rule in settings["rules"]])
    return [
        text(f"{known[rule['name']]['label']}, {share}: {known[rule['name']]['definition']}")
        for rule, share in zip(settings["rules"], shares, strict=True)
        if rule["name"] in known
    ]


def _made_from(company: Mapping[str, Any], summary: Mapping[str, Any]) -> list[str]:
    inputs, engine = summary["inputs"], summary["engine"]
    rows, aside = (sum(read[key] for read in inputs) for key in ("rows", "rows_set_aside"))
    version = f", version {summary['rules']['version']}" if summary["rules"]["version"] else ""
    return [
        text(company["basis_sentence"]),
        f"{many(len(inputs), 'export')} with {many(rows, 'row')}, of which {fixed(aside, 0)} set aside, as known "
        f"on {day(summary['as_of'])}.",
        text(f"Rules {summary['rules']['name']}{version}, {summary['rules']['sha256'][:16]}."),
        f"Run {summary['run_id'][:16]}, bookscore {engine['bookscore']}. The same exports and rules give the same run.",
    ]
