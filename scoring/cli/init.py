"""`bookscore init`: the files that a folder of exports needs to be scored, and a made company to try it with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson, DryRun
from scoring.cli.shared.screen import working
from scoring.cli.shared.streams import note, say
from scoring.errors import BookscoreError, one_line

if TYPE_CHECKING:
    from scoring.intake import Drafted

RULES, SCHEMA, SOURCES = "rules.yaml", "rules.schema.json", "sources.yaml"
DEMO = Path("demo")


class NoFileError(BookscoreError):
    """A file was named that is not there."""

    def __init__(self, place: Path) -> None:
        super().__init__(f"there is no file {place}, and no folder is made that is named like one; check the name")


class SizeError(BookscoreError):
    """A made company cannot have that size."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of the files of a folder, and what was found out about its exports: how sure, which file, what."""

    written: Sequence[str]
    kept: Sequence[str]
    findings: Sequence[tuple[str, str, str]]


def init(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="The folder with the exports, or one file or zip archive; a folder is made if it is not there.",
            show_default="here; demo with --demo",
        ),
    ] = None,
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="Put a made company into the folder: exports and their map.")
    ] = False,
    accounts: Annotated[
        int, typer.Option("--accounts", min=100, help="With --demo: how many accounts it has.")
    ] = 1_000,
    seed: Annotated[int, typer.Option("--seed", help="With --demo: another number makes another company.")] = 7,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Write rules.yaml, its schema, and sources.yaml for a folder of exports.

    sources.yaml says which file fills which table. It is drafted from the headers and values of the files and says
    of each line whether it was recognised or guessed; what could not be recognised is named. Nothing that is there
    is ever overwritten.
    """
    place = folder or (DEMO if demo else Path())
    _refuse_file(place)
    made = _demo(place, accounts, seed, dry_run=dry_run) if demo else Prepared((), (), ())
    home = place.parent if place.is_file() else place
    prepared = _files(home, made, place, dry_run=dry_run)
    data = {
        "folder": str(home),
        "written": list(prepared.written),
        "kept": list(prepared.kept),
        "findings": [dict(zip(("certainty", "file", "what"), f, strict=True)) for f in prepared.findings],
    }
    finish(Answer(data), lambda: _show(home, place, prepared, is_demo=demo, dry_run=dry_run), as_json=as_json)


def _refuse_file(place: Path) -> None:
    """Raises NoFileError where a folder would be made under the name of an export or archive."""
    from scoring.intake import is_data_file

    if not place.exists() and is_data_file(place):
        raise NoFileError(place)


def _demo(place: Path, accounts: int, seed: int, *, dry_run: bool) -> Prepared:
    from scoring import demo
    from scoring.demo.company import FILES

    names = (*FILES, SOURCES)
    kept = [name for name in names if (place / name).exists()]
    if kept:
        return Prepared((), kept, ())
    if not dry_run:
        try:
            with working("Making a company …"):
                demo.write(place, seed=seed, accounts=accounts)
        except ValueError as error:
            raise SizeError(str(error)) from error
    return Prepared(names, (), ())


def _files(place: Path, made: Prepared, exports: Path, *, dry_run: bool) -> Prepared:
    """The rules, their schema and the map of the exports (a folder, a file or an archive), where they are not there."""
    from scoring import rules

    texts = {RULES: rules.default_text(), SCHEMA: rules.schema_text()}
    findings: Sequence[tuple[str, str, str]] = ()
    has_map = (place / SOURCES).exists()
    if SOURCES not in (*made.written, *made.kept) and not has_map and place.is_dir():
        draft = _draft(exports)
        findings = draft.findings
        texts |= {RULES: draft.rules, SOURCES: draft.sources} if findings else {}
    kept = [name for name in (RULES, SCHEMA, SOURCES) if (place / name).exists() and name not in made.kept]
    new = {name: text for name, text in texts.items() if name not in kept}
    if not dry_run:
        place.mkdir(parents=True, exist_ok=True)
        for name, text in new.items():
            with (place / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    return Prepared((*made.written, *new), (*made.kept, *(k for k in kept if k not in made.written)), findings)


def _draft(place: Path) -> "Drafted":
    from scoring.intake import drafted

    with working("Reading headers …"):
        return drafted(place)


def _show(place: Path, exports: Path, prepared: Prepared, *, is_demo: bool, dry_run: bool) -> None:
    verb = "would write" if dry_run else "wrote"
    for name in prepared.written:
        say(f"{verb:<6} {place / name}")
    for name in prepared.kept:
        say(f"{'kept':<{len(verb)}} {place / name}")
    for certainty, file, what in prepared.findings:
        say(one_line(f"{certainty:<14} {file}: {what}"))
    if prepared.kept:
        note("What was there is kept as it is; remove a file to have it written anew.")
    if is_demo:
        note(
            "Three rows of the made company are wrong on purpose; `check` finds them, --set-aside scores without them."
        )
        next_command("run", place, "--set-aside")
    elif SOURCES in (*prepared.written, *prepared.kept):
        if prepared.findings:
            note(f"Look through {place / SOURCES}: correct what was guessed, add what was not recognised.")
        next_command("check", exports)
    else:
        note(f"There are no exports in {place} yet: put them there (CSV, TSV, Parquet or Excel, zipped or not).")
        next_command("init", place)
