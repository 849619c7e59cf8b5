"""What must a table hold? The page of the input contract for people, made from its declaration."""

from scoring.frame import Column, Table
from scoring.money import LARGEST
from scoring.tables import TABLES

_INTRODUCTION = f"""# The tables

<!-- Made by docs/build.py from the declarations in scoring/tables.py; change it there. -->

What the exports of a company must hold before they are scored. Files that have these names and columns (as
`accounts.csv`, `.tsv`, `.parquet` or `.xlsx`) are read as they are, whatever the case of the headings; for any
other, `sources.yaml` says which column is meant. `bookscore init` looks at a folder and writes it.

Such files lie in the folder itself, in `exports` in it, or in zip archives there, and are read together. Several of
one table are told apart by a number or a date behind their name, or behind that of their archive
(`invoices-2026-01.csv`, `2026-01.zip`). One that lies anywhere else is not read, and named.

A table may be absent: what needs it is then not measured, and says so; nothing else changes. Where there are
no accounts or no managers, they are taken from the tables that name them, and a row of one named `Total` is an
error, as its money would count twice; so it is where the file of the money lists the accounts, too. Columns that
are not required may be absent, too, or empty in some rows. Empty means not known; it is never read as zero.

- **text** is kept as it is, with blanks at the ends cut off; ids are text, even where they look like numbers.
- **date** and **instant**: `2026-05-31`, and `2026-05-31T17:00:00Z` with its time; other formats are named in
  `sources.yaml`. A date-time in a column of dates is taken to the business time zone first.
- **money** is exact, with up to four decimals, and no larger than {LARGEST:,}. **number** has up to six
  decimals, **whole** none.
- **flag** is yes or no.

An end is the first day that no longer counts: a contract for the first half of 2026 starts on 2026-01-01 and
ends on 2026-07-01. Exports that name the last day that still counts say `plus_days: 1` in `sources.yaml`.

Amounts of contracts are those of one `every`: 1,200 with `year` is 100 a month. The reporting currency is that
of `rules.yaml`; an amount in another needs a rate of its currency in `rates`.
"""


def docs_text() -> str:
    """The page of all tables as Markdown."""
    contents = "".join(f"- [{t.name}](#{t.name}): {t.row}\n" for t in TABLES.values())
    return f"{_INTRODUCTION}\n{contents}" + "".join(_table(t) for t in TABLES.values())


def _table(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    text = f"\n## {table.name}\n\nOne row is {table.row}. No two rows have the same {key}.\n"
    if table.open:
        text += (
            "Further columns come along as attributes, by which figures can be broken down. One that is called as "
            "something of the book is (`margin`, `tier`, `quarter`) is `account_margin` there, and in the rules.\n"
        )
    text += "\n| column | holds | required | meaning |\n|---|---|---|---|\n"
    return text + "".join(_column(c) for c in table.columns)


def _column(column: Column) -> str:
    is_given = column.name in _BY_THE_READER
    holds = ", ".join(f"`{w}`" for w in column.words) if column.words else str(column.kind)
    if column.refers_to:
        holds += f", found in [{column.refers_to}](#{column.refers_to})"
    needed = "filled in when read" if is_given else "yes" if column.required else ""
    return f"| `{column.name}` | {holds} | {needed} | {column.meaning} |\n"


_BY_THE_READER = ("origin_file", "origin_row")
