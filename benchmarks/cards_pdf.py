"""What does it cost to print a thousand cards, each a PDF of its own, and a book of many managers?

Prints the table of `benchmarks/README.md`; with `--write` puts it there. The cards are the usual ones of the tests,
with five rules, causes and eight accounts. Figures and names differ from card to card, as they do in a company: what
several cards say in the same words Typst lays out once. CPU seconds are user and system, of all threads; each of the
two is made in a process of its own.

    uv run python benchmarks/cards_pdf.py [--cards 1000] [--managers 200] [--write]
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable
from resource import RUSAGE_SELF, getrusage
from typing import Any

from side_by_side import ROOT, between_markers, table

sys.path.insert(0, str(ROOT / "tests"))

GOAL = 50.0
"""CPU seconds that a thousand cards may take."""

Made = dict[str, Any]

_PARTS = {"weight", "share", "sure", "interval", "coverage", "believed", "chance_above"}
_FIGURE = re.compile(r"(?<![\w.])[0-9]+\.[0-9]+")


def cards(count: int) -> list[Made]:
    """So many cards; what one says in figures and names, none of the next hundred says."""
    from sample_cards import NAMES, causes, compared, drivers

    names = NAMES.replace("\n", " ").strip().split(", ")
    made = []
    for n in range(count):
        felt = [d | {"name": f"{d['name']} {n}", "points": d["points"] * 3} for d in drivers()]
        one = _scaled(compared(moved=causes(), drivers=felt), 0.8 + n * 37 % 100 / 500)
        made.append(one | {"manager_id": f"m{n:05}", "name": f"{names[n % len(names)]} {n}", "team": f"Team {n % 8}"})
    return made


def _scaled(told: Any, by: float) -> Any:
    """What a card tells, with figures so many times as large; what is a part of a whole stays."""
    if isinstance(told, dict):
        return {name: value if name in _PARTS else _scaled(value, by) for name, value in told.items()}
    if isinstance(told, list):
        return [_scaled(each, by) for each in told]
    if isinstance(told, str):
        return _FIGURE.sub(lambda found: f"{float(found[0]) * by:.2f}", told)
    return told * by if isinstance(told, float) else told


def printed(count: int) -> Made:
    """The cost of so many cards, one after the other, without start."""
    from scoring.reports.pdf import card_pdf

    some = cards(count + 1)
    card_pdf(some[-1])  # fonts and templates are read once
    return _cost(lambda: sum(len(card_pdf(one)) for one in some[:-1]))


def bound(count: int) -> Made:
    """The cost of a book of so many managers, with what is read once."""
    from sample_cards import company
    from test_pdf_book import summary

    from scoring.reports.pdf import book_pdf

    some = cards(count)
    return _cost(lambda: len(book_pdf(some, company(), summary(method="oe_credibility"))))


def _cost(make: Callable[[], int]) -> Made:
    before = _cpu()
    size = make()
    return {"cpu": _cpu() - before, "peak": getrusage(RUSAGE_SELF).ru_maxrss / 1024, "bytes": size}


def _cpu() -> float:
    used = getrusage(RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measured(what: str, count: int) -> Made:
    """The cost, from a process of its own."""
    command = [sys.executable, __file__, "--one", what, str(count)]
    output = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, text=True).stdout
    found: Made = json.loads(output.splitlines()[-1])
    return found


def text_of(cards_made: tuple[int, Made], book_made: tuple[int, Made]) -> str:
    """The table."""
    rows = []
    for label, (count, made) in (("{:,} cards, a PDF each", cards_made), ("a book of {:,} managers", book_made)):
        cpu, size = made["cpu"], made["bytes"] / 2**20
        each = f"{cpu / count * 1000:.0f}"
        rows.append((label.format(count), f"{cpu:.1f}", each, f"{made['peak']:.0f}", f"{size:.1f}"))
    return f"{table(('what', 'CPU s', 'ms a card', 'peak MiB', 'MiB written'), rows)}\n"


def main() -> None:
    """Measures both and prints the table. Fails where cards cost more than the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cards", type=int, default=1000)
    parser.add_argument("--managers", type=int, default=200)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps({"cards": printed, "book": bound}[asked.one[0]](int(asked.one[1]))))
        return
    made = measured("cards", asked.cards)
    text = text_of((asked.cards, made), (asked.managers, measured("book", asked.managers)))
    print(text)
    if asked.write:
        between_markers("cards pdf", text)
    if made["cpu"] > GOAL * asked.cards / 1000:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
