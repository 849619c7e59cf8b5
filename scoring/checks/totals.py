"""Which rows add up others instead of being about somebody? Told where no list of its own says who there is."""

from collections.abc import Iterator, Mapping

import polars as pl

from scoring.checks.findings import ORIGIN, Finding, Saying, found
from scoring.checks.references import references
from scoring.frame import Table
from scoring.tables import TABLES

_NAMES = (
    "(?:grand |sub-?)?totals?", "overall result", "sum",
    "(?:gesamt|zwischen|end)?summe", "gesamt(?:ergebnis)?", "insgesamt",
    "(?:total|sous-total) g[ée]n[ée]ral", "sous-total", "total (?:general|geral)", "totale(?: complessivo)?",
    "(?:eind|sub)?totaal", "totalsumma",
)  # fmt: skip
_IS_TOTAL = rf"(?i)^(?:{'|'.join(_NAMES)}):?(?: \([\d.,]+ \w+\))?$"
"""What spreadsheets and reports write in the place of a name, below the rows that they add up."""

_OF_ONE = r"(?i)^(.+) (?:total|ergebnis|summe|result)$"
"""What a spreadsheet writes below the rows of one name."""


def added_up(frame: pl.DataFrame, table: Table, lists: Mapping[str, pl.DataFrame]) -> Iterator[Finding]:
    """The rows whose account or manager would be a total, where these are the ids that rows use, or, for money, those
    of the same file.

    With a list of accounts such an id is not among them; without one it would be an account, and its money count twice.
    `lists` are the accounts and the managers, if they were delivered.
    """
    for column in references(table):
        target = column.refers_to or ""
        (key,), known = TABLES[target].key, lists.get(target)
        if known is not None and "amount" not in frame.columns:
            continue
        ids = frame.get_column(column.name) if known is None else known.get_column(key)
        names = ids.drop_nulls().unique().alias("name")
        name = pl.col("name")
        is_total = name.str.contains(_IS_TOTAL) | name.str.extract(_OF_ONE).is_in(names.implode())
        totals = names.to_frame().filter(is_total)["name"]
        rows = frame.filter(pl.col(column.name).is_in(totals.implode())) if len(totals) else frame.clear()
        if known is not None:
            rows = rows.join(known, left_on=[column.name, "origin_file"], right_on=[key, "origin_file"], how="semi")
        what = f"{column.name} looks like a total of other rows, which would count twice"
        deliver = "deliver those" if known is None else "deliver those in a file of their own"
        remedy = f"leave such rows out with where in sources.yaml; if it is one of the {target}, {deliver}"
        saying = Saying(what, remedy, column.name)
        yield from found(table.name, rows, saying, named=rows.unique(ORIGIN, keep="first", maintain_order=True))
