"""Is a file what its name says? Its first bytes decide, never the name alone."""

from pathlib import PurePath

from adapters.files.refusal import UnreadableError

TEXT, PARQUET, WORKBOOK, OLD_WORKBOOK = "text", "parquet", "workbook", "old workbook"

FORMATS = {
    ".csv": TEXT,
    ".tsv": TEXT,
    ".txt": TEXT,
    ".parquet": PARQUET,
    ".xlsx": WORKBOOK,
    ".xlsm": WORKBOOK,
    ".xls": OLD_WORKBOOK,
}
"""The endings of data files and how they are read; `.gz` may stand behind each."""

UNREAD = (".ods", ".fods", ".xlsb", ".numbers")
"""The endings of sheets that are not read, but hold data as well, so that they are not passed over in silence."""

_SIGNS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive", WORKBOOK),
    (b"PK\x05\x06", "an empty zip archive", ""),
    (b"PAR1", "a Parquet file", PARQUET),
    (b"\x1f\x8b", "gzip-compressed data", ""),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Excel workbook (.xls)", OLD_WORKBOOK),
    (b"%PDF", "a PDF document", ""),
    (b"SQLite format 3", "an SQLite database", ""),
)
_MARKUP = (
    (b"<!doctype html", "an HTML page, not an export; a log-in page saved by mistake looks like this"),
    (b"<html", "an HTML page, not an export"),
    (b"<?xml", "an XML document"),
    (b"{", "JSON, perhaps an error message of the system it came from"),
)


def is_data_file(path: PurePath) -> bool:
    """Whether the name is one of a data file or an archive; leftovers of office programs and hidden files are not."""
    is_data = format_named(path) != "" or is_archive(path) or path.suffix.lower() in UNREAD
    return is_data and not path.name.startswith(("~$", "."))


def is_archive(path: PurePath) -> bool:
    """Whether the name is that of a zip archive."""
    return path.suffix.lower() == ".zip"


def is_gzipped(path: PurePath) -> bool:
    """Whether the name is that of gzip data."""
    return path.suffix.lower() == ".gz"


def is_workbook(path: PurePath) -> bool:
    """Whether the name is that of an Excel workbook."""
    return format_named(path) in (WORKBOOK, OLD_WORKBOOK)


def format_named(path: PurePath) -> str:
    """How a file of that name is read; nothing where it is not."""
    return FORMATS.get(PurePath(plain_name(path)).suffix.lower(), "")


def plain_name(path: PurePath) -> str:
    """The name of the file without `.gz`."""
    return path.stem if is_gzipped(path) else path.name


def format_of(path: PurePath, data: bytes) -> str:
    """How the file is to be read.

    Raises UnreadableError where the ending is none we read or the content is something else.
    """
    wanted = format_named(path)
    if not wanted:
        raise UnreadableError("is of a type that is not read", f"save it as one of {', '.join(e[1:] for e in FORMATS)}")
    if not data or data.isspace():
        raise UnreadableError("is empty: no header and no data rows", "export it again, or leave the file out")
    looks, found = _looks(data)
    if found != wanted:
        is_other = found in FORMATS.values()
        remedy = "give the file the ending of its content" if is_other else "export it again as CSV"
        raise UnreadableError(f"does not hold what its name says: its type is {looks}", remedy)
    return wanted


def _looks(data: bytes) -> tuple[str, str]:
    """What the bytes look like in words, and the format if it is one we read."""
    for sign, words, found in _SIGNS:
        if data.startswith(sign):
            return words, found
    start = data[:256].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    words = next((words for sign, words in _MARKUP if start.startswith(sign)), "")
    return (words, "") if words else ("plain text", TEXT)
