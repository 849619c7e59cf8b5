"""Which known word did somebody mean? For problems that say `did you mean`."""

from difflib import get_close_matches

import polars as pl

_COMPARED = 2_000
"""Words that one value is compared with at most: comparing is slow, and 50,000 ids are many."""


def normal_form(text: pl.Expr) -> pl.Expr:
    """The text as the eye sees it: without case, blanks and invisible characters, in one Unicode form."""
    return text.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[\s\p{Cf}]", "")


def did_you_mean(value: str, known: pl.Series, otherwise: str) -> str:
    """`did you mean "..."?` with the known word closest to the value, or what to say if none is close."""
    words = known.drop_nulls().alias("word").to_frame().lazy()
    alike = words.filter(normal_form(pl.col("word")) == normal_form(pl.lit(value))).collect()["word"]
    close = sorted(alike) or get_close_matches(value, _candidates(value, words), n=1, cutoff=0.75)
    return f'did you mean "{close[0]}"?' if close else otherwise


def _candidates(value: str, words: pl.LazyFrame) -> list[str]:
    """The words to compare with: all, or where they are many those that share a half with the value."""
    few = words.head(_COMPARED + 1).collect()["word"]
    if len(few) <= _COMPARED:
        return sorted(few)
    word, half = pl.col("word"), max(len(value) // 2, 1)
    same_length = word.str.len_chars().is_between(len(value) - 2, len(value) + 2)
    same_half = word.str.starts_with(value[:half]) | word.str.ends_with(value[-half:])
    return words.filter(same_length & same_half).sort("word").head(_COMPARED).collect()["word"].to_list()
