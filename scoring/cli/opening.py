"""`bookscore open`: the league page of the last run, in the browser."""

from pathlib import Path

from scoring.cli.shared import past, places
from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson, StoredPeriod, Workspace
from scoring.cli.shared.streams import note, say
from scoring.errors import BookscoreError


class NoPagesError(BookscoreError):
    """The run is stored, but its pages are not where they are looked for."""

    def __init__(self, page: Path) -> None:
        super().__init__(f"there is no {page}; if the run was written with --out, name that folder: bookscore open OUT")


def open_league(
    folder: Workspace = Path(),
    period: StoredPeriod = None,
    as_json: AsJson = False,
) -> None:
    """Open the league page in the browser, and print where it lies.

    FOLDER is the one that was run, or the one that the results were written to. Of a sealed period the pages are those
    of the sealed run; where another run was written since, they are written anew.
    """
    page = _page(places.existing(folder), period)
    import webbrowser

    is_open = webbrowser.open(page.resolve().as_uri())

    def show() -> None:
        say(str(page))
        if not is_open:
            note("No browser could be started; open the file by hand.")
        next_command("explain", "NAME", folder=folder)

    finish(Answer({"page": str(page), "is_open": is_open}), show, as_json=as_json)


def _page(folder: Path, period: str | None) -> Path:
    """The page of the period, else of the run that was computed last. Raises NoRunsError and NoPagesError."""
    if period is None and (folder / "league.html").is_file():
        return folder / "league.html"
    if period is None:
        with places.stored(folder) as store:
            latest = store.latest()
        if latest is None:
            raise places.NoRunsError(folder)
        period = latest.period
    past.show_sealed(folder, period)
    page = folder / places.RESULTS / period / "league.html"
    if not page.is_file():
        raise NoPagesError(page)
    return page
