"""How does an export write its values? What is declared about decimals, dates, blanks and the time zone."""

import re
from dataclasses import dataclass, replace

NULL_WORDS = ("", "NULL", "#N/A")
"""Words that mean nothing is there, whatever the export."""

NOTHING = ("-", "000000000000000", "000000000000000AAA")
"""Words that mean nothing is there where they can be no value: in ids, dates and flags, never in amounts."""


@dataclass(frozen=True, slots=True)
class Format:
    """How values are written; None means not declared, then only what cannot be misread is read.

    `dates` is a strftime pattern. `time_zone` is the business's: date-times with an offset are turned into it, those
    without are taken as being in it. With `whole_ids`, ids of 15 signs stand for those of 18. With `marks`, amounts
    may have currency signs or codes around them, parentheses or a minus behind, and powers of ten. `minor_digits` are
    currencies whose smallest unit the system counts otherwise than ISO 4217 does. With `utc`, date-times without an
    offset are in UTC, not in the business time zone; a column of dates in which all are at midnight holds days. With
    `of_cells`, texts are those of a workbook's cells, which may hold a date whatever is declared of texts.
    """

    decimal: str | None = None
    thousands: str | None = None
    dates: str | None = None
    nulls: tuple[str, ...] = ()
    time_zone: str | None = None
    whole_ids: bool = False
    marks: bool = False
    minor_digits: tuple[tuple[str, int], ...] = ()
    utc: bool = False
    of_cells: bool = False

    @property
    def zone(self) -> str:
        """The business time zone, UTC where none is declared."""
        return self.time_zone or "UTC"

    @property
    def blanks(self) -> list[str]:
        """All words that mean nothing is there."""
        return sorted({*NULL_WORDS, *(n.strip() for n in self.nulls)})

    @property
    def point(self) -> str:
        """The decimal sign; the one of the two that is not the thousands separator, else a point."""
        return self.decimal or ("," if self.thousands == "." else ".")

    def with_dates(self, dates: str | None) -> "Format":
        """The same with another way to write dates, if one is declared."""
        return replace(self, dates=dates) if dates else self

    @property
    def of_typed(self) -> "Format":
        """The same for what a file holds as numbers: our own text of them has a decimal point, whatever is declared."""
        return replace(self, decimal=".", thousands=None, marks=False)

    @property
    def grouping(self) -> str:
        """A character class of the thousands separators, empty where none is declared."""
        signs = {" ": " \u00a0\u202f", "'": "'\u2019"}.get(self.thousands or "", self.thousands or "")
        return f"[{re.escape(signs)}]" if signs else ""


OURS = Format(decimal=".")
"""How our own layout writes values: a decimal point, no thousands separators, ISO dates."""
