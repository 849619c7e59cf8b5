"""Does a frame that is written piece by piece become the same file, and is an error on the way told?"""

from collections.abc import Iterator

import polars as pl
import pytest

from scoring.parquet import parquet_bytes, parquet_of

ROWS = 600_000
"""More than two row groups."""


def frame() -> pl.DataFrame:
    """Numbers and texts, some of them missing."""
    number = pl.int_range(ROWS, eager=True).alias("number")
    text = pl.when(pl.col("number") % 7 > 0).then(pl.format("row {}", pl.col("number") // 3)).alias("text")
    return number.to_frame().with_columns(text)


@pytest.mark.parametrize("size", [70_001, 1 << 18, 400_000, ROWS])
def test_the_bytes_do_not_hang_on_the_pieces(size: int) -> None:
    whole = frame()
    pieces = (whole[begin : begin + size] for begin in range(0, ROWS, size))
    assert parquet_of(pieces, whole.schema) == parquet_bytes(whole)


def test_no_pieces_are_a_file_without_rows() -> None:
    assert parquet_of([], frame().schema) == parquet_bytes(frame().clear())


def test_an_error_in_a_piece_is_told() -> None:
    def pieces() -> Iterator[pl.DataFrame]:
        yield frame()
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        parquet_of(pieces(), frame().schema)
