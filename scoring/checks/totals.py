"""Which rows add up others instead of being about somebody? Told where nobody delivered who there is."""

from collections.abc import Collection, Iterator

import polars as pl

from scoring.checks.findings import ORIGIN, Finding, Saying, found
from scoring.checks.references import references
from scoring.frame import Table

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


def added_up(frame: pl.DataFrame, table: Table, derived: Collection[str]) -> Iterator[Finding]:
    """The rows whose account or manager would be a total, where these are the ids that rows use.

    With a list of accounts such an id is not among them; without one it would be an account, and its money count twice.
    """
    for column in references(table):
        if column.refers_to not in derived:
            continue
        names = frame.get_column(column.name).drop_nulls().unique().alias("name")
        name = pl.col("name")
        is_total = name.str.contains(_IS_TOTAL) | name.str.extract(_OF_ONE).is_in(names.implode())
        totals = names.to_frame().filter(is_total)["name"]
        rows = frame.filter(pl.col(column.name).is_in(totals.implode())) if len(totals) else frame.clear()
        what = f"{column.name} looks like a total of other rows, which would count twice"
        remedy = (
            f"leave such rows out with where in sources.yaml; if it is one of the {column.refers_to}, deliver those"
        )
        saying = Saying(what, remedy, column.name)
        yield from found(table.name, rows, saying, named=rows.unique(ORIGIN, keep="first", maintain_order=True))
