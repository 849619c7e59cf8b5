"""What do the figures mean, and where are they from? The last sheet: run, sheets, columns, rules, metrics, method."""

from collections.abc import Iterator, Sequence
from datetime import date

from scoring.days import DAY
from scoring.numbers import figure, fixed, percent
from scoring.reports.captions import CONFIDENTIAL_WORKBOOK
from scoring.reports.dates import day
from scoring.reports.sentences import NOT_BY_ITSELF
from scoring.reports.standing import believes, rule_of_groups
from scoring.reports.workbook.book import Book
from scoring.reports.workbook.cells import MOST_DIGITS
from scoring.reports.workbook.columns import Column
from scoring.reports.workbook.facts import Facts
from scoring.reports.workbook.frames import Theirs
from scoring.reports.workbook.sheet import Table, Written

TITLE = "Definitions"
_ROW_IS = "One row is something that this workbook uses, and what it means."
_COLUMNS = (Column("About"), Column("What", widest=34), Column("Meaning", widest=110))

Said = Iterator[tuple[str, str]]
"""What is explained, and how."""


def write(book: Book, found: Theirs, written: Sequence[Written]) -> Written:
    """The sheet; `written` are the others."""
    facts = book.facts
    table = Table(book, TITLE, _ROW_IS, _COLUMNS, pinned=2)
    parts = (
        ("Workbook", _workbook(facts)),
        ("Run", _run(facts)),
        ("Sheets", _sheets(written, found)),
        ("Columns", _columns(facts)),
        ("Rules", _rules(facts)),
        ("Metrics", _metrics(facts)),
        ("Method", _method(facts)),
        ("Reading", _reading(written)),
    )
    for about, said in parts:
        table.add((about, *each) for each in said)
    return table.close()


def _workbook(facts: Facts) -> Said:
    yield "Confidential", CONFIDENTIAL_WORKBOOK
    yield "Period", f"{facts.run['period']['name']}, {facts.period}"
    yield "As of", f"{day(facts.run['as_of'])}: nothing that became known later is in it."
    yield "Managers", fixed(len(facts.cards), 0)
    yield "Currency", facts.currency
    for card in facts.cards[:1]:
        yield "Revenue", card["basis_sentence"]
        yield "Goal", card["goal"] or ""


def _run(facts: Facts) -> Said:
    run = facts.run
    yield "Run", facts.run_id
    yield "Rules", facts.rules
    yield "Hash of the rules", run["rules"]["sha256"]
    yield "Engine", ", ".join(f"{name} {version}" for name, version in run["engine"].items())


def _sheets(written: Sequence[Written], found: Theirs) -> Said:
    for table in written:
        first, *more = table.sheets
        on = f" One sheet is full, so that the table goes on in: {', '.join(more)}." if more else ""
        yield first, f"{fixed(table.rows, 0)} rows. {table.row_is}{on}"
    for name in found.missing:
        yield f"Not there: {name}", f"The run has no frame {name}, so what comes from it is empty."


def _columns(facts: Facts) -> Said:
    window, sure = facts.run["windows"]["outcome"], percent(facts.settings["interval"], 0)
    span = f"{day(window['from'])} to {day(str(date.fromisoformat(window['until']) - DAY))}"
    ends = f"at the start and at the end of {span}" if facts.is_dated else f"in the window before, and from {span}"
    yield "Score", f"{facts.words.scale} As the cards print it; unrounded in a column of its own."
    yield "Likely from, to", f"The score lies between these with a probability of {sure}."
    yield "Change", "Between the two printed scores: ▲ more, ▼ less, ■ as before."
    yield "More than chance?", "Whether the change is larger than chance alone would make it."
    yield "Adds to the score", "Weight in this score times points; what the rules add is together the printed score."
    yield "Before, After", f"Revenue {ends}, as far as it is credited to the manager."
    yield (
        "Opening, Closing",
        "Revenue at the start and at the end of the period, as far as it is credited to the manager.",
    )
    yield "Points", f"Of a rule: see Score. Of an account: {_points(facts)}"
    yield "Quarters", "In how many quarters of the window the account counts for the manager."
    yield "Part at the end", "Which part of the account is the manager’s at the end of the period."
    yield "Rows", "The rows of the file that the movement was read from, counted from 1 below the head."


def _points(facts: Facts) -> str:
    if any(believes(card["method"]) for card in facts.cards):
        return "what it adds to the score; all accounts of a manager together make the distance of the score from 50."
    return "the score with it less the score without it; known of the accounts that the card names."


def _rules(facts: Facts) -> Said:
    labels = {line["rule"]: line["label"] for card in facts.cards for line in card["lines"]}
    for rule in facts.settings["rules"]:
        name = rule["name"]
        yield (
            labels.get(name, name),
            f"Rule {name}: weight {figure(rule['weight'], 'weight')}, metric {rule['metric']}.",
        )


def _metrics(facts: Facts) -> Said:
    known = {line["metric"]: line for card in facts.cards for line in card["lines"]}
    for line in known.values():
        counts = f" It counts {line['who_counts']}." if line.get("who_counts") else ""
        yield line["label"], f"{line['definition']}{counts} {line['better'].capitalize()} is better."


def _method(facts: Facts) -> Said:
    words = facts.words
    for card in facts.cards[:1]:
        yield "How it is measured", words.method
        yield "Who is named", rule_of_groups(card["method"], card["sure"], facts.chance)
    yield from words.groups.values()


def _reading(written: Sequence[Written]) -> Said:
    yield "What it is for", f"{NOT_BY_ITSELF} Read the evidence first, and talk with the person."
    yield "Bars", "A bar in a cell shows the figure in it, and nothing else. No colour means good or bad."
    yield "Small figures", "A figure too small to be seen is shown as <0.01 or >−0.01, and stands whole in the cell."
    yield "Long figures", _long(sum(table.as_text for table in written))
    yield "Printing", "What is for looking up, at the right end of a sheet, is not printed: ids and unrounded figures."
    yield "Accounts of nobody", "Accounts that no manager is credited with are in nobody’s score, and not in here."


def _long(count: int) -> str:
    rule = f"A cell holds {MOST_DIGITS} digits of a number. A figure with more is written as text, so that none is lost"
    return f"{rule}: {fixed(count, 0)} in this workbook, which sums leave out." if count else f"{rule}; there is none."
