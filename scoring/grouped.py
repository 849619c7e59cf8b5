"""Who is in which group? A file of people and groups matched with the managers of a run, in memory only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from scoring.errors import Problem, ProblemsFoundError

Row = Mapping[str, Any]

ROW = " row"
"""The column of row numbers; no header can be called so, because headers are trimmed."""

KEYS = {
    "managerid": "id", "id": "id", "userid": "id", "employeeid": "id",
    "email": "mail", "mail": "mail", "emailaddress": "mail",
    "name": "name", "manager": "name", "fullname": "name", "managername": "name",
}  # fmt: skip
"""Headers, without case, blanks and signs, that say who a row is about; the first of them counts."""


@dataclass(frozen=True, slots=True)
class People:
    """The managers a run knows: manager_id to name, and e-mail to manager_id where that is known."""

    names: Mapping[str, str]
    mails: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grouped:
    """Column to manager_id to group (None where the cell is empty), and who could not be matched.

    `unmatched` are the rows of the file that are about no manager of the run, with the text they have; `absent` the
    names of managers that the file has no row of.
    """

    columns: Mapping[str, Mapping[str, str | None]]
    unmatched: tuple[tuple[int, str], ...]
    absent: tuple[str, ...]


def key_of(rows: pl.DataFrame, file: str) -> tuple[str, str]:
    """The column that says who a row is about, and whether by `id`, `mail` or `name`.

    Raises ProblemsFoundError where there is none.
    """
    header = [c for c in rows.columns if c != ROW]
    for kind in ("id", "mail", "name"):
        found = next((c for c in header if KEYS.get(_plain(c)) == kind), None)
        if found is not None:
            return found, kind
    remedy = f"name one manager_id, name or email; there are {', '.join(header)}"
    raise ProblemsFoundError([Problem("no column says who a row is about", remedy, file)])


def grouped(rows: pl.DataFrame, people: People, file: str, by: Sequence[str] = ()) -> Grouped:
    """The groups of the file's columns `by`, of all others than the key where there are none named.

    `rows` has `ROW` and the file's columns as text. A manager is known by id, e-mail or name, whichever the key column
    holds. Raises ProblemsFoundError with every row that names nobody, names several, or says of a manager what
    another row says differently.
    """
    key, _ = key_of(rows, file)
    columns = _columns([c for c in rows.columns if c not in (ROW, key)], by, file)
    found: dict[str, Row] = {}
    unmatched: list[tuple[int, str]] = []
    problems: list[Problem] = []
    for row in rows.iter_rows(named=True):
        word = (row[key] or "").strip()
        ids = _matching(word, people)
        if not word:
            problems.append(Problem("nobody is named", "fill it, or leave the row out", file, row[ROW], key, ""))
        elif len(ids) > 1:
            remedy = f"write the manager_id: {', '.join(ids)}"
            problems.append(Problem("several managers are called so", remedy, file, row[ROW], key, word))
        elif not ids:
            unmatched.append((row[ROW], word))
        else:
            problems += _contradictions(found.setdefault(ids[0], row), row, columns, file)
    if problems:
        raise ProblemsFoundError(problems)
    made = {c: {i: (row[c] or "").strip() or None for i, row in found.items()} for c in columns}
    return Grouped(made, tuple(unmatched), tuple(name for i, name in people.names.items() if i not in found))


def _columns(others: Sequence[str], by: Sequence[str], file: str) -> list[str]:
    problems = [
        Problem("there is no such column of groups", f"there are {', '.join(others) or 'none'}", file, value=name)
        for name in by
        if name not in others
    ]
    if not others:
        problems.append(Problem("there is no column of groups", "add one beside the one that names people", file))
    if problems:
        raise ProblemsFoundError(problems)
    return list(by) or list(others)


def _matching(word: str, people: People) -> list[str]:
    """The managers that are meant: by id, then by e-mail, then by name."""
    if word in people.names:
        return [word]
    if people.mails.get(word.casefold()) in people.names:
        return [people.mails[word.casefold()]]
    wanted = " ".join(word.casefold().split())
    return [i for i, name in people.names.items() if " ".join(name.casefold().split()) == wanted and wanted]


def _contradictions(first: Row, row: Row, columns: Sequence[str], file: str) -> list[Problem]:
    return [
        Problem(f"row {first[ROW]} says something else of the same manager", "keep one", file, row[ROW], c, row[c])
        for c in columns
        if (first[c] or "").strip() != (row[c] or "").strip()
    ]


def _plain(header: str) -> str:
    return "".join(c for c in header.casefold() if c.isalnum())
