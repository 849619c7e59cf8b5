"""From which rows did a figure come? Their places in one text, as `a.csv:7, a.csv:9`."""

import re

import polars as pl

_BEHIND_A_ROW = r"(:\d+), "
"""A comma in the name of a file parts nothing."""
_LINE = "\n"


def place() -> pl.Expr:
    """The place of a row: its file and number."""
    return pl.format("{}:{}", "origin_file", "origin_row")


def joined(places: pl.Expr) -> pl.Expr:
    """Several places as one text."""
    return places.str.join(", ")


def parted(places: pl.Expr) -> pl.Expr:
    """The list of the places in each text; of an empty text one that is empty."""
    return places.str.replace_all(_BEHIND_A_ROW, f"${{1}}{_LINE}").str.split(_LINE)


def listed(places: str) -> list[str]:
    """The same of one text."""
    return re.sub(_BEHIND_A_ROW, rf"\1{_LINE}", places).split(_LINE)
