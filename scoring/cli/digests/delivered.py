"""How are deliveries told? By occasion, the newest first: to whom, where it stands and when, its id, and why."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from scoring.cli.shared.answers import next_command
from scoring.cli.shared.screen import SHORT, width
from scoring.cli.shared.streams import note, say

if TYPE_CHECKING:
    from scoring.store.delivering import AttemptRecord, DeliveryRecord

_SHORTEST, _LONGEST = 12, 32
"""Columns of a name."""
_DEEP, _GAP = "  ", "  "
_SOME = 3
"""So many names are told where the others are counted."""

Cells = tuple[str, str, str, str]


def rows_told(rows: Sequence["DeliveryRecord"]) -> None:
    """Prints the deliveries by occasion, a line each; why, where it does not fit, on a line of its own."""
    from scoring.reports.names import cleaned

    head: Cells = ("To", "Stands", "At (UTC)", "Delivery")
    sizes = _sizes([head, *map(_cells, rows)])
    say(_line(head, sizes, indent=""))
    say("─" * width())
    for (schedule, period, channel, due_at), found in groupby(rows, _occasion):
        say(cleaned(f"{schedule} of {period} by {channel}, due {minute(due_at)} UTC"))
        for line in _of_occasion(_sorted(found), sizes):
            say(cleaned(line))


def stands(row: "DeliveryRecord") -> str:
    """Where it stands, in words; with the time of the next try where there is one."""
    from scoring.store.delivering.standing import STANDS, standing

    told = STANDS[standing(row)]
    return f"{told} at {minute(row.next_try_at)} UTC" if row.state == "failed" and row.next_try_at else told


def whom(row: "DeliveryRecord") -> str:
    """The recipient: the name, and behind it the address where that says more."""
    name = row.name or row.recipient
    return name if row.address in ("", name) else f"{name} <{row.address}>"


def history(attempts: Sequence["AttemptRecord"], row: "DeliveryRecord", names: dict[str, str]) -> list[Cells]:
    """When it became what, by whom, and what was told; `names` are those of users, by their id."""
    from scoring.store.delivering.standing import DONE_BY, standing, stood

    return [
        (minute(one.at), became, names.get(one.by) or DONE_BY.get(one.by, "a worker"), one.told)
        for one, became in zip(attempts, stood(attempts, standing(row)), strict=True)
    ]


def trouble_told(rows: Sequence["DeliveryRecord"], folder: Path) -> None:
    """Names each delivery that did not arrive, or of which nobody knows, and what to do about it."""
    for row in rows:
        note(f"{whom(row)}: {stands(row)}: {row.reason}")
        decisions(row, folder)


def decisions(row: "DeliveryRecord", folder: Path) -> None:
    """Says what a person can do about a delivery that did not arrive, was left out, or of which nobody knows."""
    if row.state == "unknown":
        note(f"{_DEEP}Ask whether it arrived; then say so, or have it sent again.")
        next_command("deliveries", "arrived", row.delivery_id[:SHORT], folder=folder)
    if row.state in ("unknown", "failed", "skipped") and row.next_try_at is None:
        next_command("deliveries", "retry", row.delivery_id[:SHORT], folder=folder)


def some(names: Sequence[str]) -> str:
    """The first of the names, and how many more there are."""
    rest = len(names) - _SOME
    return f"{', '.join(names[:_SOME])} and {rest} more" if rest > 1 else ", ".join(names)


def wrapped(told: str, indent: str = "") -> list[str]:
    """The sentence in lines as wide as the terminal."""
    return wrap(told, width(), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def minute(at: datetime | None) -> str:
    """The minute in UTC, as 2026-07-06 05:00."""
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def _occasion(row: "DeliveryRecord") -> tuple[str, str, str, datetime]:
    return row.schedule, row.period, row.channel, row.due_at


def _of_occasion(rows: Sequence["DeliveryRecord"], sizes: Sequence[int]) -> Iterator[str]:
    """The lines of an occasion; the reason of several who were left out stands once, before them."""
    out = [row for row in rows if row.state == "skipped"]
    for row in rows:
        if row.state != "skipped":
            yield from _told(row, row.reason, sizes)
    for reason in dict.fromkeys(row.reason for row in out):
        same = [row for row in out if row.reason == reason]
        if len(same) > 1:
            yield from wrapped(f"{len(same)} left out: {reason}", _DEEP)
        for row in same:
            yield from _told(row, reason if len(same) == 1 else "", sizes)


def _told(row: "DeliveryRecord", reason: str, sizes: Sequence[int]) -> Iterator[str]:
    line = _line(_cells(row), sizes)
    if reason and len(line) + len(_GAP) + len(reason) <= width():
        yield f"{line}{_GAP}{reason}"
        return
    yield line
    if reason:
        yield from wrapped(reason, _DEEP * 2)


def _cells(row: "DeliveryRecord") -> Cells:
    from scoring.store.delivering.standing import STANDS, standing

    at = row.sent_at or row.next_try_at or row.changed_at
    return row.name or row.recipient, STANDS[standing(row)], minute(at), row.delivery_id[:SHORT]


def _sizes(rows: Sequence[Cells]) -> tuple[int, ...]:
    """How wide the columns are; names get what the others leave."""
    from rich.cells import cell_len

    name, *others = (max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True))
    left = width() - len(_DEEP) - sum(others) - len(_GAP) * len(others)
    return max(_SHORTEST, min(name, left, _LONGEST)), *others


def _line(cells: Cells, sizes: Sequence[int], indent: str = _DEEP) -> str:
    """The cells, each as wide as its column; a name that is longer is cut."""
    from rich.text import Text

    made = [Text(cell) for cell in cells]
    first = sizes[0] + (0 if indent else len(_DEEP))
    for cell, size in zip(made, (first, *sizes[1:]), strict=True):
        cell.truncate(size, overflow="ellipsis", pad=True)
    return f"{indent}{_GAP.join(cell.plain for cell in made)}".rstrip()


def _sorted(rows: Iterator["DeliveryRecord"]) -> list["DeliveryRecord"]:
    """Those of one occasion by name, as `send --dry-run` has them."""
    from scoring.reports.names import alphabetical

    return sorted(rows, key=lambda row: (alphabetical(row.name or row.recipient), row.recipient))
