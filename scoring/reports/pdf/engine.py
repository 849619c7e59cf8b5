"""How does data become a PDF? Typst with our templates and fonts: tagged, PDF/UA-1, and the same bytes each time.

Texts go in as JSON, never as markup, and as a file, not as an input: inputs are part of Typst's library, and under
another library nothing is used again of what was laid out for the document before. For the same reason nothing of one
document stands in the styles of `look.typ`. Typst runs threads of its own: a process that has made a PDF must not fork
workers that make some, too; start them afresh (spawn).
"""

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from scoring.errors import BookscoreError

_HERE = Path(__file__).parent
_FONTS = _HERE.parent / "fonts"
_SCRIPT, _LAST_RESORT = "Inter", "Bookscore Box"
_COMMENT = b"//"
"""Before the data, as each file is parsed as markup, too, and a comment is done with at once."""
_LARGE = 200_000
"""Characters of data from which on what was laid out of a document is not kept for the next: it takes a hundred times
as many bytes."""
_FORGOTTEN_AFTER = 11
"""Documents after which Typst drops what none of them used."""
_TURN = Lock()
"""One document at a time: a compiler keeps what it has read, and cannot be used twice at once."""


class PaperError(BookscoreError):
    """A document could not be made."""

    def __init__(self, name: str, said: str) -> None:
        super().__init__(f"no PDF could be made of {name}: {said}")


def pdf(template: str, data: Mapping[str, Any], *, on: date) -> bytes:
    """The template filled in, as a PDF that says it was made on that day. Raises PaperError."""
    given = json.dumps({**data, "fonts": _families(), "date": [on.year, on.month, on.day]}, ensure_ascii=False)
    files: Any = {"main.typ": _HERE / template, "data.txt": _COMMENT + given.encode()}
    try:
        with _TURN:
            made = _compiler().compile(files, format="pdf", pdf_standards=["ua-1"])
            if len(given) > _LARGE:
                _forget()
    except typst.TypstError as error:
        raise PaperError(str(data["title"]), error.message) from error
    if not isinstance(made, bytes):
        raise PaperError(str(data["title"]), "no single file came out")
    return made


@lru_cache(maxsize=1)
def made_with() -> str:
    """What a document's bytes depend on beside its data, to be kept beside those that must be made again.

    Names in scripts that our fonts do not have depend on the fonts of the machine, too.
    """
    digest = sha256()
    for path in sorted([*_HERE.glob("*.typ"), *_FONTS.glob("*.[ot]tf")], key=lambda p: p.name):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"typst {version('typst')}, templates {digest.hexdigest()[:12]}"


def _forget() -> None:
    """Has Typst drop all that it keeps, by as many empty documents; there is no other way to tell it."""
    for _ in range(_FORGOTTEN_AFTER):
        _compiler().compile(b"", format="svg")


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=_HERE, font_paths=_fonts())


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(font_paths=[_FONTS])


@lru_cache(maxsize=1)
def _families() -> list[str]:
    """Our font, then those of the machine in an order of names, plain ones first; a box for what none of them has."""
    others = sorted(set(_fonts().families()) - {_SCRIPT, _LAST_RESORT}, key=lambda f: ("Sans" not in f, f))
    return [_SCRIPT, *others, _LAST_RESORT]
