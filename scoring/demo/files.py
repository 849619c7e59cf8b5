"""How do the systems write their files? Separators, line ends and marks; all appear at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl


@dataclass(frozen=True, slots=True)
class Format:
    """How one file is written."""

    separator: str = ","
    line_end: str = "\n"
    has_mark: bool = False
    """Whether it begins with a byte-order mark."""


_PLAIN = Format()
FORMATS: Mapping[str, Format] = {
    "exports/crm/User.csv": Format(has_mark=True),
    "exports/billing/invoices.csv": Format(line_end="\r\n"),
    "exports/hr/targets.csv": Format(separator=";", line_end="\r\n"),
}
"""The files that are not plain ones."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder being filled: tables are added to their files block by block."""

    root: Path
    begun: set[str] = field(default_factory=set)

    def add(self, tables: Mapping[str, pl.DataFrame]) -> None:
        """Writes the rows behind those already there; the first time under a header."""
        for name, table in tables.items():
            self._add(name, table, FORMATS.get(name, _PLAIN))

    def _add(self, name: str, table: pl.DataFrame, form: Format) -> None:
        is_new = name not in self.begun
        self.begun.add(name)
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            table.write_csv(
                file,
                include_header=is_new,
                include_bom=is_new and form.has_mark,
                separator=form.separator,
                line_terminator=form.line_end,
            )

    def write_text(self, name: str, text: str) -> None:
        """Writes a whole file."""
        (self.root / name).write_text(text, encoding="utf-8", newline="\n")


def move(source: Path, target: Path, names: tuple[str, ...]) -> tuple[Path, ...]:
    """The files, renamed into `target`. Raises FileExistsError before the first if one of them is there."""
    refuse_existing(target, names)
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).rename(target / name)
    return tuple(target / name for name in names)


def refuse_existing(target: Path, names: tuple[str, ...]) -> None:
    """Raises FileExistsError, naming the first of the files that is there."""
    for name in names:
        if (target / name).exists():
            raise FileExistsError(f"{target / name} exists; the made company overwrites nothing")
