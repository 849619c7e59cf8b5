"""Which doubtful matches has a person decided? `matches.csv` beside the exports: proposed by us, decided by them."""

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import polars as pl

from adapters.delivery import Fault, ReadFile
from adapters.files.matching import DECISIONS as FILE
from adapters.files.opening import open_file
from adapters.files.rows import ROW
from adapters.values.parsing import NO, YES
from adapters.wording import listed

COLUMNS = ("system", "their_id", "their_name", "account_id", "account_name", "rule", "decision")


@dataclass(frozen=True, slots=True)
class Decided:
    """`pairs` has the row, system, their_id, account_id, is_same, for each decision; `file` None without any."""

    pairs: pl.DataFrame
    file: ReadFile | None = None
    faults: tuple[Fault, ...] = ()


def decided(folder: Path) -> Decided:
    """The decisions of the folder, none where nobody wrote a line; one that is neither yes, no nor empty is a fault."""
    words = dict.fromkeys(("system", "their_id", "account_id"), pl.String())
    nothing = pl.DataFrame(schema={ROW: pl.Int64(), **words, "is_same": pl.Boolean()})
    path = folder / FILE
    if not path.is_file():
        return Decided(nothing)
    data = path.read_bytes()
    if len(data.splitlines()) < 2:
        return Decided(nothing, ReadFile(FILE, sha256(data).hexdigest(), None, 0))
    opened = open_file(path, FILE)
    read = ReadFile(FILE, opened.sha256, None, opened.rows, lost=opened.lost)
    if opened.frame is None:
        return Decided(nothing, read, tuple(map(_with_own_remedy, opened.faults)))
    needed = ("system", "their_id", "account_id", "decision")
    if missing := [c for c in needed if c not in opened.header]:
        fault = Fault(f"has no column {listed(missing)}", f"it must have {listed(COLUMNS)}", file=FILE)
        return Decided(nothing, read, (*opened.faults, fault))
    marked = r"^'([=+\-@\t\r])"
    cells = opened.frame.with_columns(pl.col(c).str.strip_chars().str.replace(marked, "${1}") for c in needed)
    word = pl.col("decision").fill_null("").str.to_lowercase()
    is_yes, is_no = word.is_in(sorted(YES)), word.is_in(sorted(NO))
    told = cells.with_columns(
        pl.col("system", "their_id", "account_id").fill_null(""),
        pl.when(is_yes | is_no).then(is_yes).alias("is_same"),
        word.alias("word"),
    )
    odd = told.filter((pl.col("word") != "") & pl.col("is_same").is_null())
    faults = [
        Fault("a decision is yes or no", "write yes or no, or leave it empty", FILE, row, "decision", word)
        for row, word in odd.select(ROW, "decision").iter_rows()
    ]
    pairs = told.filter(pl.col("is_same").is_not_null()).select(nothing.columns).cast(nothing.schema)
    return Decided(pairs, read, (*opened.faults, *faults))


def _with_own_remedy(fault: Fault) -> Fault:
    """The fault; sources.yaml cannot say how this file is written."""
    return replace(fault, remedy="save it as CSV in UTF-8") if "sources.yaml" in fault.remedy else fault
