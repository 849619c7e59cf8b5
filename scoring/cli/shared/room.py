"""Is there room for all rows? Said before they are held, as who is ended by the system hears nothing."""

from typing import TYPE_CHECKING

from scoring.cli.shared.streams import note
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.intake import Streamed


def tell_of_room(files: "Streamed | None", what: str, advice: str) -> None:
    """Says so where memory is short for the rows of these large files, that `what` holds them all, and the advice."""
    from scoring.intake import Expected, room

    free = room()
    if files is None or free is None:
        return
    expected = Expected.of(files)
    if expected.size > free:
        note(
            f"warning: {what} holds all rows: about {_gib(expected.size)} for {many(expected.lines, 'row')} of "
            f"{many(expected.accounts, 'account')}, and {_gib(free)} of memory are free; the system may end it without "
            f"a word. {advice}"
        )


def _gib(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB"
