"""`bookscore run`: from a folder of exports to scorecards."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli.check import INPUT_COLUMNS, input_rows, refuse
from scoring.cli.run import engines, scored
from scoring.cli.run.engines import Address, Engine, Parts
from scoring.cli.shared import past, places
from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson, AsOf, DryRun, Folder, Rules, of_period
from scoring.cli.shared.room import tell_of_room
from scoring.cli.shared.screen import table, working
from scoring.cli.shared.streams import note
from scoring.errors import BookscoreError, Problem, ProblemsFoundError, Severity, in_order
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.intake import Request
    from scoring.run import Run


_INSTEAD = "`bookscore history` reads such files as they pass by (docs/scale.md)."
_ALIKE = 3
"""Problems of one kind that are told one by one after a run."""


class OnlyStoredError(BookscoreError):
    """The run is stored, and is the latest, but its files could not be written."""

    def __init__(self, run_id: str, place: Path, error: OSError) -> None:
        why = (error.strerror or str(error)).lower()
        super().__init__(
            f"run {run_id[:12]} is stored, but its files could not be written into {place}: {why}; what lay there is "
            "as it was; mend that, and type the same command again, which writes them"
        )


def run(  # noqa: PLR0913 - a command has as many options as it has
    folder: Folder = Path(),
    *,
    period: Annotated[
        str | None, of_period("the last one the exports hold", "The period to score, as 2026-Q2, 2026-04 or 2026.")
    ] = None,
    as_of: AsOf = None,
    rules: Rules = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where the results go.", show_default="FOLDER/scorecards/PERIOD"),
    ] = None,
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Score without the rows that have errors, and name them on the cards.")
    ] = False,
    engine: Engine = "local",
    address: Address = None,
    parts: Parts = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Score the managers of a period and write their scorecards.

    Prints who stands above, in line with and below the peers, as far as the data can tell, in alphabetical order;
    there are no ranks. Writes run.json, scorecards.json, measures.parquet, book.parquet, movements.parquet,
    lines.parquet, compared.parquet, estimates.parquet, account_points.parquet, expectations.parquet,
    account_kinds.parquet, lifetime.parquet, cohorts.parquet, churn_reasons.parquet, matches.parquet, league.html and a
    card for each manager. With errors in exports or rules nothing is written, and the exit code is 3 or 4.
    """
    from scoring import intake

    request = places.request(folder, rules, as_of, period=period, set_aside=set_aside)
    where = engines.chosen(engine, address, parts)
    if period and not dry_run:
        past.refuse_sealed(request.folder, period)
    if out:
        _refuse_foreign(out)
    tell_of_room(intake.as_streams(request), "a run", _INSTEAD)
    made = _computed(request, where, as_json=as_json)
    home = request.folder
    if not dry_run:
        past.refuse_sealed(home, made.period.name)
    place = out or home / places.RESULTS / made.period.name
    silent = past.silent(made, home)
    written = _written(made, home, place, dry_run=dry_run)
    data = {**scored.data(made), "out": str(place), "written": [str(path) for path in written]}
    problems = in_order((*made.problems, *silent))
    finish(Answer(data, problems), lambda: _show(made, problems, request, place, len(written)), as_json=as_json)


def _computed(request: "Request", where: engines.Where, *, as_json: bool) -> "Run":
    """The run. Where there are errors, all of them are told, and the command ends."""
    from scoring import pipeline

    try:
        with working("Scoring …") as say, engines.started(where, say) as engine:
            return pipeline.run(request, past.seals(request.folder), engine)
    except ProblemsFoundError as error:
        refuse(error, request, as_json=as_json)


def _refuse_foreign(place: Path) -> None:
    from scoring.reports import outputs

    outputs.refuse_foreign(place)


def _written(made: "Run", folder: Path, place: Path, *, dry_run: bool) -> list[Path]:
    """The files that were written, once the run is stored as well."""
    from scoring.reports import outputs

    _refuse_foreign(place)
    if dry_run:
        return []
    with working("Writing …"):
        _store(made, folder)
        try:
            return outputs.write(made, place)
        except OSError as error:
            raise OnlyStoredError(made.run_id, place, error) from error


def _store(made: "Run", folder: Path) -> None:
    from scoring.run import json_text
    from scoring.store import READ, FileRecord, RunRecord

    summary = made.summary
    record = RunRecord(
        run_id=made.run_id,
        period=made.period.name,
        as_of=summary["as_of"],
        rules_name=made.rulebook.name,
        rules_hash=summary["rules"]["sha256"][:12],
        engine_version=summary["engine"]["bookscore"],
        summary=json_text(summary),
    )
    files = [FileRecord(name=i.name, sha256=i.sha256, rows=i.rows, set_aside=i.set_aside) for i in made.inputs]
    store = places.opened(folder)
    try:
        store.save(
            record,
            cards=made.cards,
            frames={**made.packed, **{f"{READ}{name}": rows for name, rows in made.packed_read.items()}},
            created_at=datetime.now(UTC),
            problems=made.problems,
            files=files,
        )
    finally:
        store.close()


def _show(made: "Run", problems: Sequence[Problem], request: "Request", place: Path, written: int) -> None:
    table(INPUT_COLUMNS, input_rows(made.inputs, made.as_of), aside=True)
    note()
    scored.show(made)
    _care(made, problems)
    sealed = None if written else past.seal_of(request.folder, made.period.name)
    if written:
        kept = places.kept_in(request.folder / places.STORE)
        note(f"Wrote {written:,} files into {place}; begin with league.html. The run is kept in {kept}.")
    elif sealed:
        note(f"Nothing was written (--dry-run), nor would it be: {sealed.period} is sealed by {sealed.sealed_by}.")
    else:
        note(f"Nothing was written (--dry-run); it would go into {place}.")
    scores = [card for card in made.cards if card["score"] is not None]
    if sealed:
        next_command("restate", sealed.period, request.only or request.folder, like=request)
    elif not written:
        next_command("run", request.only or request.folder, like=request)
    elif scores:
        from scoring.explain.names import word_for

        least = min(scores, key=_score)["manager_id"]
        who = word_for(least, {card["manager_id"]: card["name"] for card in made.cards})
        next_command("explain", who, folder=request.folder)
    else:
        next_command("open", request.folder)


def _score(card: Mapping[str, Any]) -> float:
    return float(card["score"])


def _care(made: "Run", problems: Sequence[Problem]) -> None:
    """What must be read with care."""
    if not problems:
        return
    note("Read with care:")
    words = {Severity.ERROR: "set aside", Severity.WARNING: "warning", Severity.NOTE: "note"}
    alike = Counter(p.what for p in problems)
    seen = Counter[str]()
    for problem in problems:
        seen[problem.what] += 1
        if seen[problem.what] <= _ALIKE:
            note(f"  {words[problem.severity]}: {problem}")
        elif seen[problem.what] == alike[problem.what]:
            more = f"{alike[problem.what] - _ALIKE:,} more: {problem.what}; `check` lists them"
            note(f"  {words[problem.severity]}: {more}")
    flagged = sum(1 for card in made.cards if card["flags"])
    if flagged:
        have = f"{many(len(made.cards), 'card')} {'has' if flagged == 1 else 'have'}"
        note(f"  {flagged:,} of {have} notes of {'its' if flagged == 1 else 'their'} own.")
    note()
