"""How is a text file laid out: which character parts the cells, what does the header say?"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.files.refusal import UnreadableError
from adapters.files.rows import header_names, no_header

DELIMITERS = (",", ";", "\t", "|")
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

_SAMPLE_BYTES = 1 << 16
_SAMPLE_RECORDS = 60
_SEPARATOR_LINE = re.compile(rb'^"?sep=(.)"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The delimiter, the names of the columns, and the bytes below the header."""

    delimiter: str
    names: list[str]
    body: bytes


def dialect_of(data: bytes, declared: str | None) -> Dialect:
    """How the text is laid out. Raises UnreadableError where that cannot be told or the header is faulty."""
    line = _SEPARATOR_LINE.match(data)
    if line and declared in (None, line[1].decode("latin-1")):
        declared, data = line[1].decode("latin-1"), data[line.end() :]
    delimiter = declared or detect(data)
    cells, body = _split_header(data, delimiter)
    return Dialect(delimiter, header_names(cells), body)


def detect(data: bytes) -> str:
    """The delimiter under which the header and the first rows have the same number of cells, two or more.

    A comma where the file has one column. Raises UnreadableError where two delimiters fit equally well.
    """
    is_cut = len(data) > _SAMPLE_BYTES
    sample = data[:_SAMPLE_BYTES].decode("utf-8", "ignore")
    fits = sorted(((*_fit(sample, d, is_cut), d) for d in DELIMITERS), reverse=True)
    (share, cells, best), (next_share, next_cells, other) = fits[:2]
    if cells < 2:
        return ","
    if next_cells >= 2 and (share, cells) == (next_share, next_cells):
        raise UnreadableError(
            f"cells may be parted by {NAMES[best]} or by {NAMES[other]}", "declare delimiter in sources.yaml"
        )
    return best


def _fit(sample: str, delimiter: str, is_cut: bool) -> tuple[float, int]:
    """The share of the first rows that have as many cells as the header, and how many those are."""
    reader = csv.reader(io.StringIO(sample, newline="\n"), delimiter=delimiter)
    widths: list[int] = []
    try:
        widths.extend(len(r) for r, _ in zip(reader, range(_SAMPLE_RECORDS), strict=False) if "".join(r).strip())
    except csv.Error:
        return 0.0, 0
    below = widths[1:-1] if is_cut and 2 < len(widths) < _SAMPLE_RECORDS else widths[1:]
    if not widths or widths[0] < 2:
        return 0.0, 0
    return (below.count(widths[0]) / len(below) if below else 1.0), widths[0]


def _split_header(data: bytes, delimiter: str) -> tuple[list[str], bytes]:
    """The cells of the first line that holds anything, and the bytes after it."""
    stream = io.BytesIO(data)
    reader = csv.reader(_lines(stream), delimiter=delimiter, strict=True)
    try:
        cells = next((r for r in reader if any(c.strip() for c in r)), None)
    except csv.Error as error:
        raise _unclear_header(str(error)) from None
    if cells is None:
        raise no_header()
    return cells, stream.read()


def _lines(stream: io.BytesIO) -> Iterator[str]:
    for line in stream:
        yield line.decode()


def _unclear_header(said: str) -> UnreadableError:
    if "new-line" in said:
        return UnreadableError("lines end in CR alone", "save it again with ordinary line ends (LF or CRLF)")
    if "limit" in said:
        return UnreadableError("the header holds an endless cell", "export it again as CSV")
    return UnreadableError("a quote in the header is not closed properly", "export it again as CSV")
