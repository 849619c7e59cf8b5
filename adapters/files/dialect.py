"""How is a text file laid out: which character parts the cells, what does the header say?"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from adapters.delivery import Fault
from adapters.files.declared import Opening
from adapters.files.footer import Footer, cut
from adapters.files.refusal import UnreadableError
from adapters.files.rows import above, header_names, no_header, no_rows

DELIMITERS = (",", ";", "\t", "|")
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

_SAMPLE_BYTES = 1 << 16
_SAMPLE_RECORDS = 60
_SEPARATOR_LINE = re.compile(rb'^"?sep=(.)"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The delimiter, the names of the columns, and the bytes between header and footer.

    `lines_above` counts the lines of the file above those bytes, and `told` says which of them are no header. Where
    rows stand in groups (`is_grouped`), a line of one cell is a row, as that of a name.
    """

    delimiter: str
    names: list[str]
    body: bytes
    lines_above: int
    footer: Footer
    told: tuple[Fault, ...] = ()
    is_grouped: bool = False


def dialect_of(data: bytes, opening: Opening) -> Dialect:
    """How the text is laid out. Raises UnreadableError where that cannot be told or the header is faulty."""
    declared, line = opening.delimiter, _SEPARATOR_LINE.match(data)
    if line and declared in (None, line[1].decode("latin-1")):
        declared, data = line[1].decode("latin-1"), data[line.end() :]
    skipped, first, data = _below(data, opening.lines_above)
    delimiter = declared or detect(data)
    cells, lines, body = _split_header(data, delimiter, opening.header_rows)
    names = header_names(cells, repeated=opening.repeated, may_lack=True)
    body, footer = cut(body, delimiter, is_grouped=bool(opening.fill_down)) if opening.footer else (body, Footer())
    told = above(opening.lines_above, first)
    return Dialect(delimiter, names, body, skipped + lines + (line is not None), footer, told, bool(opening.fill_down))


def _below(data: bytes, titles: int) -> tuple[int, str, bytes]:
    """The text below so many lines that hold anything, how many those are with blank ones, and the first of them.

    Raises UnreadableError where there are no more.
    """
    if not titles:
        return 0, "", data
    stream, first, lines = io.BytesIO(data), "", 0
    while titles:
        line = stream.readline()
        if not line:
            raise no_header()
        lines += 1
        if cells := line.decode().strip('\r\n,;|\t" '):
            titles, first = titles - 1, first or cells
    return lines, first, stream.read()


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


def _split_header(data: bytes, delimiter: str, height: int) -> tuple[list[str], int, bytes]:
    """The cells of the first line that holds anything, the lines down to the last of the header, and what is below."""
    stream = io.BytesIO(data)
    reader = csv.reader(_lines(stream), delimiter=delimiter, strict=True)
    try:
        records = list(islice((r for r in reader if any(c.strip() for c in r)), height))
    except csv.Error as error:
        raise _unclear_header(str(error)) from None
    if len(records) < height:
        raise no_header() if not records else no_rows()
    return records[0], reader.line_num, stream.read()


def _lines(stream: io.BytesIO) -> Iterator[str]:
    for line in stream:
        yield line.decode()


def _unclear_header(said: str) -> UnreadableError:
    if "new-line" in said:
        return UnreadableError("lines end in CR alone", "save it again with ordinary line ends (LF or CRLF)")
    if "limit" in said:
        return UnreadableError("the header holds an endless cell", "export it again as CSV")
    return UnreadableError("a quote in the header is not closed properly", "export it again as CSV")
