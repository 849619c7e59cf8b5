"""What does a manager take home? All that was used about them in a version of their review, nothing about others."""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from io import BytesIO

import polars as pl

from scoring.access import Role, User, visible
from scoring.errors import Problem
from scoring.reports.card import card_html
from scoring.reports.csv_out import frame_chunks
from scoring.reports.signed import NAME, signed_card
from scoring.review import Review
from scoring.review.plain import plain
from scoring.run import json_text, problem_json
from scoring.store import READ, Store
from scoring.store.reviewing import Reviews
from scoring.tables import TABLES
from scoring.view.seen import Seen
from scoring.view.shelf import Shelf

_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The instant of every file, so that the same copy is the same bytes."""

_OTHERS = {"company_closing", "respondent"}
"""Columns that are about others: the company's sum, and who answered a survey."""
_RATES = f"{READ}rates"

_README = """\
What was used about {name} for {period}, version {version} of the review ({state}).

card.json       the scorecard as it was stored, card.html and card.pdf the same to read
review.json     what was said and signed, with the hash under each step
rules.json      the rules and settings that the score follows
problems.json   problems of the exports that touch these accounts
used/           what the score was computed from: the accounts' book, movements, lines, measures, comparison
read/           the rows of the exports that were read for these accounts
contents.json   the hash (SHA-256) of every file

Everything is of run {run_id}.

Peers appear only as their median and average, and as what is expected of such accounts. A row that concerns somebody
else too says nothing of them: their ids are left empty. The company's total and the names of who answered a survey are
left out.
In CSV a text that a spreadsheet would take for a formula begins with '.
"""


def manager_copy(store: Store, review: Review, number: int) -> bytes:
    """The zip of one version, the same bytes whenever it is made of the same review.

    Raises NoReviewError, and DamagedDocumentError where the signed document is not what was signed.
    """
    reviews, version = Reviews(store), review.version(number)
    card = reviews.card(review, version)
    shelf = Shelf(store)
    seen = Seen(shelf, shelf.run(version.run_id), visible(_themselves(review)))
    shown = [each for each in review.versions if each.is_shared or each.number == number]
    texts = {
        "card.json": json_text(card),
        "card.html": card_html(card),
        "review.json": json_text(plain(review, shown)),
        "rules.json": json_text(dict(seen.rules)),
        "problems.json": json_text([problem_json(problem) for problem in _problems(store, seen)]),
        "README.txt": _README.format(
            name=card["name"], period=review.period, version=number, state=version.state.value, run_id=version.run_id
        ),
    }
    signed = reviews.signed(version)
    files = {name: text.encode() for name, text in texts.items()}
    files[NAME] = signed if signed is not None else signed_card(card, review.as_signed(number)).content
    files |= {name: b"".join(frame_chunks(frame)) for name, frame in _frames(store, seen)}
    return _zip(files)


def _themselves(review: Review) -> User:
    """The manager as somebody who sees their own card and no other."""
    return User(review.manager_id, "", review.manager, Role.MANAGER, review.manager_id)


def _frames(store: Store, seen: Seen) -> Iterator[tuple[str, pl.DataFrame]]:
    """File name to the rows that are theirs, of what was computed and of what was read."""
    for name, path in store.frames_of(seen.run_id).items():
        if name == _RATES:
            yield "read/rates.csv", pl.read_parquet(path)
        elif name.startswith(READ):
            table = name.removeprefix(READ)
            declared = [column.name for column in TABLES[table].columns]
            frame = seen.frame(name)
            if "account_id" in frame.columns:  # what they were responsible for once, and are not any more, is not used
                frame = frame.filter(pl.col("account_id").is_in(list(seen.accounts_read)))
            yield f"read/{table}.csv", _without_others(frame.select(c for c in declared if c in frame.columns), seen)
        else:
            yield f"used/{name}.csv", _without_others(seen.frame(name), seen)


def _without_others(frame: pl.DataFrame, seen: Seen) -> pl.DataFrame:
    """The frame without what is about others."""
    kept = seen.without_others(frame.drop(_OTHERS & set(frame.columns)))
    lists = [name for name, dtype in kept.schema.items() if dtype == pl.List]
    return kept.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join(", ") for name in lists)


def _problems(store: Store, seen: Seen) -> Iterable[Problem]:
    """The problems of rows that were read for their accounts, or that name one of their accounts."""
    rows: set[tuple[str, int]] = set()
    for name in store.frames_of(seen.run_id):
        if name.startswith(READ) and name != _RATES:
            frame = seen.frame(name)
            if {"origin_file", "origin_row"} <= set(frame.columns):
                rows |= set(frame.select("origin_file", "origin_row").iter_rows())
    own = seen.accounts | seen.managers
    for problem in store.problems(seen.run_id):
        if problem.value in own or (problem.file, problem.row) in rows:
            yield problem


def _zip(files: Mapping[str, bytes]) -> bytes:
    """The files in one zip, in the order of their names, with a list of their hashes."""
    hashes = {name: sha256(content).hexdigest() for name, content in sorted(files.items())}
    whole = dict(files) | {"contents.json": json.dumps(hashes, indent=1).encode()}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(whole):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, whole[name])
    return packed.getvalue()
