"""What is handed out of a run? The book and the cards as PDF, a workbook, and pages, of all managers or of one."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoring.reports import folder, pdf, workbook
from scoring.reports.card import card_html
from scoring.reports.names import file_names
from scoring.reports.outputs import RUN, NotOursError
from scoring.reports.swap import beside, remove, swap, sync
from scoring.run import json_text

Makers = Mapping[str, Sequence[tuple[Path, Callable[[Path], None]]]]
"""By kind, each place and what writes there."""

KINDS = ("pdf", "xlsx", "html")
BOOK, CARDS, WORKBOOK, PAGES, MANAGERS = "book.pdf", "cards", "scorecards.xlsx", "pages", "managers"
_TOLD = ("run_id", "engine", "period", "as_of")
"""What run.json says beside handouts: which run they are of, and no word of anybody's result."""


@dataclass(frozen=True, slots=True)
class Material:
    """What handouts are made from: the cards, the run as in run.json, and its frames as Parquet files."""

    cards: Sequence[Mapping[str, Any]]
    summary: Mapping[str, Any]
    frames: Mapping[str, Path]


def write(material: Material, kinds: Iterable[str], out: Path, *, manager_id: str | None = None) -> list[Path]:
    """The files and folders written into `out`, each in place of its like; what else lies there stays.

    Of all managers, or of one with nothing of the others in it, in a folder of their own. A run.json says which run it
    is; folders with one are not read as exports. The same run gives the same bytes. Raises NotOursError where `out`
    holds what no handout is.
    """
    made = _of_all(material, out) if manager_id is None else _of_one(material, out, manager_id)
    wanted = [(place, make) for kind in kinds for place, make in made[kind]]
    _refuse_foreign(out)
    _put(out / RUN, lambda place: _bytes(place, json_text(_told(material.summary)).encode()))
    return [_put(place, make) for place, make in wanted]


def _of_all(material: Material, out: Path) -> Makers:
    return {
        "pdf": [
            (out / BOOK, lambda place: _book(material, place)),
            (out / CARDS, lambda place: _cards(material, place)),
        ],
        "xlsx": [
            (out / WORKBOOK, lambda place: workbook.write(material.cards, material.frames, material.summary, place))
        ],
        "html": [(out / PAGES, lambda place: _pages(material, place))],
    }


def _of_one(material: Material, out: Path, manager_id: str) -> Makers:
    names = file_names(card["manager_id"] for card in material.cards)
    card = next(card for card in material.cards if card["manager_id"] == manager_id)
    theirs = out / MANAGERS / names[manager_id]
    return {
        "pdf": [(theirs / "card.pdf", lambda place: _bytes(place, pdf.card_pdf(card)))],
        "xlsx": [
            (theirs / "card.xlsx", lambda place: workbook.write([card], material.frames, material.summary, place))
        ],
        "html": [(theirs / "card.html", lambda place: _bytes(place, card_html(card).encode()))],
    }


def _told(summary: Mapping[str, Any]) -> dict[str, Any]:
    rules = {key: summary["rules"][key] for key in ("name", "version", "sha256")}
    return {key: summary[key] for key in _TOLD} | {"rules": rules}


def _book(material: Material, place: Path) -> None:
    _bytes(place, pdf.book_pdf(material.cards, material.summary["company"], material.summary))


def _cards(material: Material, place: Path) -> None:
    names = file_names(card["manager_id"] for card in material.cards)
    place.mkdir()
    for card in material.cards:
        _bytes(place / f"{names[card['manager_id']]}.pdf", pdf.card_pdf(card))


def _pages(material: Material, place: Path) -> None:
    place.mkdir()
    folder.write(material.cards, material.summary["company"], place)


def _bytes(place: Path, content: bytes) -> None:
    place.write_bytes(content)


def _put(place: Path, make: Callable[[Path], None]) -> Path:
    """The file or folder, made beside its place and then put there in one step."""
    place.parent.mkdir(parents=True, exist_ok=True)
    made = beside(place)
    try:
        make(made)
        if made.is_dir():
            swap(made, place)
        else:
            sync(made)
            os.replace(made, place)
    finally:
        remove(made)
    return place


def _refuse_foreign(out: Path) -> None:
    """Raises NotOursError unless the folder is absent, or holds nothing but handouts."""
    if not out.exists():
        return
    if not out.is_dir():
        raise NotOursError(out, "is no folder")
    found = {path.name for path in out.iterdir() if not path.name.startswith(".")}
    further = sorted(found - {RUN, BOOK, CARDS, WORKBOOK, PAGES, MANAGERS}) + _beside(out / CARDS, ".pdf")
    further += _beside(out / PAGES, ".html")
    if further:
        raise NotOursError(out, f"holds something that no report wrote ({further[0]})")


def _beside(folder: Path, suffix: str) -> list[str]:
    found: Iterable[Path] = folder.rglob("*") if folder.is_dir() else ()
    return sorted(f"{folder.name}/{p.name}" for p in found if p.is_file() and p.suffix != suffix)
