"""How is one entry of a drafted sources.yaml written? Line by line, each with how sure it is."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

RECOGNISED, GUESSED, UNKNOWN = "recognised", "guessed", "not recognised"

_REMARK_AT = 62
_PLAIN = re.compile(r"[^\W\d][\w ./()-]*", re.UNICODE)
_WORDS_OF_YAML = ("true", "false", "null", "yes", "no", "on", "off")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a draft found out or could not: how sure, about which file, and what."""

    certainty: str
    file: str
    what: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of YAML and the remark behind it; a line without text is a comment of its own."""

    text: str
    remark: str = ""
    indent: int = 4

    def commented(self) -> "Line":
        """The line out of use: an entry that lacks a required column waits for a person."""
        return replace(self, text=f"# {' ' * (self.indent - 2)}{self.text}", indent=2) if self.text else self

    def __str__(self) -> str:
        text = " " * self.indent + self.text
        if not self.text:
            return f"{text}# {self.remark}"
        return f"{text:<{_REMARK_AT - 2}}  # {self.remark}" if self.remark else text


def scalar(value: str) -> str:
    """The text as YAML reads it back, in quotes where it needs them."""
    is_plain = _PLAIN.fullmatch(value) and value == value.strip() and value.casefold() not in _WORDS_OF_YAML
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def flow(value: object) -> str:
    """The value in one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(k))}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(v) for v in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else scalar(str(value))


def remark(certainty: str, why: str = "") -> str:
    """How sure, and why."""
    return f"{certainty}: {why}" if why else certainty


def document(entries: Iterable[Iterable[Line]]) -> str:
    """The whole file; a list without entries is written as such, so that it stays valid."""
    blocks = ["\n".join(map(str, entry)) for entry in entries]
    is_empty = not any(b.startswith("  - file:") for b in blocks)
    return "\n".join([_HEAD, "files: []" if is_empty else "files:", "\n\n".join(blocks), ""])


_HEAD = """\
# Which export fills which table, drafted from the headers and values of the files.
#
#   our column: their column
#
#   recognised      the header says so
#   guessed         likely, by the name or by all values; please check
#   not recognised  please add, or leave out what is not needed
#
# An entry out of use ("# - file:") lacks a column that every row needs, or by which cents are told.
# All that may stand here: docs/sources.md

# time_zone: Europe/Berlin    the zone whose days count; without it that of rules.yaml counts
"""
