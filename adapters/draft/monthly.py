"""How does a draft map columns that are named for months? As monthly contracts, one for each stretch of equal ones."""

import re
from collections.abc import Collection, Sequence

import polars as pl

from adapters.delivery import Layout
from adapters.draft.columns import INDENT
from adapters.draft.entry import format_lines
from adapters.draft.exports import Unmapped
from adapters.draft.facts import Facts
from adapters.draft.habits import number_habit
from adapters.draft.recognise import Guess, recognise
from adapters.draft.sketch import GUESSED, Line, flow, remark, scalar
from adapters.mapping.histories import SINCE, UNTIL
from adapters.mapping.months import BEGAN, first_day
from adapters.wording import counted

_FEWEST = 3
_BESIDE = ("account_id", "product", "currency", "seller_id")
"""Our columns that may stand beside the months."""
_VALUE = "paid"
_PARTS = re.compile(r"\d+|[^\W\d_]+|[\W_]+")


def has_months(header: Sequence[str]) -> bool:
    """Whether several columns are named for months."""
    return len(_months(header)) >= _FEWEST


def monthly(export: Unmapped, layout: Layout) -> list[Line]:
    """The entry that reads the months as contracts; none where no column says whose they are."""
    months, cells = _months(export.header), export.cells
    beside = [h for h in export.header if h not in months]
    only = {"contracts": {c: k for c, k in layout["contracts"].items() if c in _BESIDE}}
    guess = recognise(export.file, beside, only, {"contracts": ["account_id"]})
    if cells is None or guess is None or guess.missing:
        return []
    paid = number_habit([cells[m].filter(cells[m].str.contains(r"\d")) for m in months])
    facts = Facts(export.file, export.header, cells, guess, paid, {})
    return [
        Line(f"- file: {scalar(export.file)}", counted(cells.height, "row"), indent=2),
        Line("table: contracts", remark(GUESSED, f"{counted(len(months), 'column')} named for months")),
        *(Line(f"{name}: {flow(value)}") for name, value in export.declared.items()),
        *format_lines(facts),
        Line(f"months: {flow({'columns': _pattern(months, beside), 'value': _VALUE})}"),
        Line("columns:"),
        *(Line(text, why, INDENT) for text, why in _columns(guess, cells, layout["contracts"])),
        Line("constants:"),
        Line("every: month", remark(GUESSED, "what is paid for each month"), INDENT),
    ]


def _columns(guess: Guess, cells: pl.DataFrame, ours: Collection[str]) -> list[tuple[str, str]]:
    """The lines under `columns`, each with its remark."""
    key = [m.theirs for m in guess.matches]
    named = [(f"{m.ours}: {scalar(m.theirs)}", remark(GUESSED)) for m in guess.matches]
    is_one = not cells.select(key).is_duplicated().any()
    line = [(f"line_id: {flow({'join': [*key, SINCE], 'with': ' '})}", "")] if is_one else []
    shaped = {"amount": _VALUE, "starts_on": SINCE, "ends_on": UNTIL, "signed_on": BEGAN}
    return [*line, *named, *((f"{name}: {theirs}", "") for name, theirs in shaped.items() if name in ours)]


def _months(header: Sequence[str]) -> list[str]:
    return [h for h in header if first_day(h)]


def _pattern(months: Sequence[str], others: Sequence[str]) -> str:
    """A pattern that months are named by, and nothing else; their very names where there is none."""
    likely = "|".join(sorted({"".join(map(_form, _PARTS.findall(m))) for m in months}))
    is_apart = not any(re.fullmatch(likely, h) for h in others)
    return likely if is_apart else "|".join(map(_escaped, months))


def _form(part: str) -> str:
    """What fits words or numbers like this part of a name, or its signs."""
    if part.isdecimal():
        return rf"\d{{{len(part)}}}"
    return r"\w+" if part.isalpha() else _escaped(part)


def _escaped(text: str) -> str:
    return re.sub(r"[.^$*+?(){}\[\]|\\]", lambda sign: f"\\{sign[0]}", text)
