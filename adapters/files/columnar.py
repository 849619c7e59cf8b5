"""What are the rows of a Parquet file? Its own types are kept; text is made of them later, exactly."""

from collections.abc import Collection
from io import BytesIO

import polars as pl

from adapters.files.refusal import UnreadableError
from adapters.files.rows import ROW, Rows, header_names, no_rows

_NESTED = (pl.List, pl.Array, pl.Struct, pl.Binary, pl.Object, pl.Duration)


def read_parquet(data: bytes, wanted: Collection[str] | None) -> tuple[Rows, list[str]]:
    """The rows with the wanted columns, all if None, and the names of all columns.

    Raises UnreadableError for a damaged file, an empty one, or a wanted column that holds lists or records.
    """
    try:
        schema = pl.scan_parquet(BytesIO(data)).collect_schema()
        names = header_names(schema.names())
        taken = [n for n in schema if wanted is None or n.strip() in wanted]
        for name in taken:
            if isinstance(schema[name], _NESTED):
                raise UnreadableError(
                    f"column {name} holds {schema[name]}, not single values", "export it flat", column=name
                )
        scan = pl.scan_parquet(BytesIO(data), row_index_name=ROW, row_index_offset=1)
        frame = scan.select(pl.col(ROW).cast(pl.Int64), *taken).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        said = str(error).splitlines()[0] if str(error) else "unknown fault"
        raise UnreadableError(f"is a damaged Parquet file: {said}", "export it again") from None
    if frame.is_empty():
        raise no_rows()
    _refuse_nul(frame)
    return Rows(frame.rename({n: n.strip() for n in taken})), names


def _refuse_nul(frame: pl.DataFrame) -> None:
    """Raises UnreadableError where a text holds U+0000, which no text file can hold either, nor PostgreSQL."""
    texts = frame.select(pl.col(ROW), pl.col(pl.String, pl.Categorical, pl.Enum).cast(pl.String))
    for name in texts.columns[1:]:
        found = texts.filter(pl.col(name).str.contains("\0", literal=True))
        if not found.is_empty():
            raise UnreadableError(
                "holds a NUL character", "the file is damaged; export it again", row=found.item(0, ROW), column=name
            )
