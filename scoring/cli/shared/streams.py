"""How does text leave? Data on stdout, all else on stderr, on terminals and pipes of any encoding."""

import codecs
import json
import shutil
import sys
import textwrap
import unicodedata
from typing import Any, TextIO

_PLAIN = {
    "€": "EUR ", "£": "GBP ", "¥": "JPY ", "−": "-", "–": "-", "—": "-", "…": "...", "·": "-", "×": "x", "▲": "^",
    "▼": "v", "■": "=", "→": "->", "“": '"', "”": '"', "’": "'", "‘": "'", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l",
    "Ł": "L", "æ": "ae", "Æ": "AE", "œ": "oe", "đ": "d",
}  # fmt: skip
_HANDLER = "bookscore.plain"
COMMAND = "Next: "
"""How a line begins that names a command to type."""


def prepare() -> None:
    """Lets text that the terminal's encoding has no signs for be written with plainer ones."""
    codecs.register_error(_HANDLER, _in_plain_signs)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=_HANDLER)


def say(text: str = "") -> None:
    """Writes a line of data to stdout."""
    print(_broken(text, sys.stdout))


def note(text: str = "") -> None:
    """Writes a line about the work to stderr, behind what was said before."""
    sys.stdout.flush()
    print(_broken(text, sys.stderr), file=sys.stderr)


def say_whole(text: str) -> None:
    """Writes text to stdout that is taken as it stands, such as a patch."""
    print(text)


def say_json(value: Any) -> None:
    """Writes the value as JSON to stdout, and nothing else."""
    is_wide = (sys.stdout.encoding or "").lower().startswith("utf")
    print(json.dumps(value, indent=1, ensure_ascii=not is_wide, allow_nan=False))


def is_terminal(stream: TextIO) -> bool:
    """Whether a person is likely to be looking."""
    return stream.isatty()


def _broken(text: str, stream: TextIO) -> str:
    """The text in lines that a terminal has room for, broken between words; elsewhere, and a command, as it is."""
    if not is_terminal(stream):
        return text
    room = shutil.get_terminal_size().columns
    return "\n".join(_in_room(line, room) if len(line) > room else line for line in text.split("\n"))


def _in_room(line: str, room: int) -> str:
    """The line as lines of so many columns; what follows the first of an item, or of a problem, stands further in."""
    if line.startswith(COMMAND):
        return line  # to be copied
    begins = line[: len(line) - len(line.lstrip())]
    further = f"{begins}  " if begins or line.partition(" ")[0].endswith(":") else ""
    return textwrap.fill(line, room, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)


def _in_plain_signs(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_plain(c) for c in error.object[error.start : error.end]), error.end


def _plain(sign: str) -> str:
    if sign in _PLAIN:
        return _PLAIN[sign]
    apart = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return apart or ("" if unicodedata.combining(sign) else "?")
