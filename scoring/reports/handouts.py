"""What is handed out of a run? The book and the cards as PDF, a workbook, and pages, of all managers or of one."""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoring.leftovers import remove
from scoring.reports import folder, pdf, workbook
from scoring.reports.card import card_html
from scoring.reports.names import file_names
from scoring.reports.outputs import RUN, NotOursError
from scoring.reports.swap import beside, swap, sync
from scoring.run import json_text

Makers = Mapping[str, Sequence[tuple[Path, Callable[[Path], None]]]]
"""By kind, each place and what writes there."""

KINDS = ("pdf", "xlsx", "html")
BOOK, CARDS, WORKBOOK, PAGES, MANAGERS = "book.pdf", "cards", "scorecards.xlsx", "pages", "managers"
_TOLD = ("run_id", "engine", "period", "as_of")
"""What run.json says beside handouts of the run of the last ones, and no word of anybody's result."""


@dataclass(frozen=True, slots=True)
class Material:
    """What handouts are made from: the cards, the run as in run.json, and its frames as Parquet files."""

    cards: Sequence[Mapping[str, Any]]
    summary: Mapping[str, Any]
    frames: Mapping[str, Path]


def write(material: Material, kinds: Iterable[str], out: Path, *, manager_id: str | None = None) -> list[Path]:
    """The files and folders written into `out`, each in place of its like; what else lies there stays.

    Of all managers, or of one with nothing of the others in it, in a folder of their own. A run.json says of which run
    each thing is that lies there, which is true wherever this breaks off; folders with one are not read as exports. The
    same run gives the same bytes. Raises NotOursError where `out` holds what no handout is.
    """
    makers = _of_all(material, out) if manager_id is None else _of_one(material, out, manager_id)
    wanted = [(place, make) for kind in kinds for place, make in makers[kind]]
    _refuse_foreign(out)
    runs = _runs(out)
    places = {_within(out, place): None for place, _ in wanted}
    with ExitStack() as left:
        made = [(_made(place, make, left), place) for place, make in wanted]
        _say(out, material, runs | places)
        for part, place in made:
            _put(part, place)
    _say(out, material, runs | dict.fromkeys(places, material.summary["run_id"]))
    return [place for place, _ in wanted]


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


def _say(out: Path, material: Material, runs: Mapping[str, str | None]) -> None:
    """Writes run.json: the run of what was written last, and the run of each thing that lies there."""
    summary = material.summary
    rules = {key: summary["rules"][key] for key in ("name", "version", "sha256")}
    told = {key: summary[key] for key in _TOLD} | {"rules": rules}
    text = json_text(told | {"files": {place: runs.get(place) for place in _lying(out)}})
    with ExitStack() as left:
        _put(_made(out / RUN, lambda place: _bytes(place, text.encode()), left), out / RUN)


def _runs(out: Path) -> dict[str, str | None]:
    """Each thing that run.json knows in the folder, and the run that it is of, where that is known."""
    try:
        known = json.loads((out / RUN).read_bytes())["files"]
        return {place: run_id for place, run_id in known.items() if isinstance(run_id, str)}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _lying(out: Path) -> list[str]:
    """The handouts that lie in the folder: those of all managers, and each of one."""
    of_all = (out / name for name in (BOOK, CARDS, WORKBOOK, PAGES))
    of_one = (out / MANAGERS).glob("*/card.*")
    return sorted(_within(out, place) for place in (*of_all, *of_one) if place.exists())


def _within(out: Path, place: Path) -> str:
    return place.relative_to(out).as_posix()


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


def _made(place: Path, make: Callable[[Path], None], left: ExitStack) -> Path:
    """The file or folder, made beside its place; what is left of it in the end is removed with the others."""
    place.parent.mkdir(parents=True, exist_ok=True)
    made = beside(place)
    left.callback(remove, made)
    make(made)
    return made


def _put(made: Path, place: Path) -> None:
    """Puts what was made in its place, in one step."""
    if made.is_dir():
        swap(made, place)
    else:
        sync(made)
        os.replace(made, place)


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
