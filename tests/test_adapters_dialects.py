"""Does a table survive being written in any dialect?"""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from adapters.files.opening import Opening, open_file
from adapters.files.rows import ROW

MARKS = {"utf-8": b"", "utf-8-sig": b"", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}

LETTERS = st.sampled_from("aZ0 é€😀'-") | st.sampled_from(',;\t|"\n')
CELLS = st.text(LETTERS, max_size=8).map(str.strip)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Rows of two to five cells, each row holding something."""
    width = draw(st.integers(2, 5))
    row = st.lists(CELLS, min_size=width, max_size=width).filter(any)
    return draw(st.lists(row, min_size=1, max_size=12))


@st.composite
def files(draw: st.DrawFn) -> tuple[list[list[str]], bytes, str]:
    """A table, the bytes it was written as, and its delimiter."""
    table = draw(tables())
    delimiter = draw(st.sampled_from(",;\t|"))
    encoding = draw(st.sampled_from(sorted(MARKS)))
    text = io.StringIO(newline="")
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow([f"column {n}" for n in range(len(table[0]))])
    writer.writerows(table)
    written = text.getvalue()
    if draw(st.booleans()):
        written = written.removesuffix(end)
    return table, MARKS[encoding] + written.encode(encoding), delimiter


@given(files())
def test_what_is_read_is_what_was_written(file: tuple[list[list[str]], bytes, str]) -> None:
    table, data, delimiter = file
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        path.write_bytes(data)
        opened = open_file(path, "export.csv", Opening(delimiter=delimiter))
    assert opened.faults == ()
    assert opened.frame is not None
    assert opened.frame[ROW].to_list() == list(range(1, len(table) + 1))
    assert opened.frame.drop(ROW).fill_null("").rows() == [tuple(row) for row in table]


@given(tables(), st.data())
def test_a_missing_cell_never_passes(table: list[list[str]], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(table) - 1))
    cut = data.draw(st.integers(1, len(table[0]) - 1))
    text = io.StringIO(newline="")
    writer = csv.writer(
        text, lineterminator="\n", quoting=data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    )
    writer.writerow([f"column {n}" for n in range(len(table[0]))])
    writer.writerows(row[:cut] if n == place else row for n, row in enumerate(table))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        path.write_bytes(text.getvalue().encode())
        opened = open_file(path, "export.csv", Opening(delimiter=","))
    if any(c.strip() for c in table[place][:cut]):
        assert [f.row for f in opened.faults] == [place + 1]
