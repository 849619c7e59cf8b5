"""`bookscore check`: everything that is wrong with exports and rules, at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoring.cli import places
from scoring.cli.answers import DATA, DONE, RULES, Answer, count, finish, has_errors, line_of, next_command
from scoring.cli.options import AsJson, AsOf, Folder, Rules
from scoring.cli.screen import Column, table, working
from scoring.cli.streams import note, say
from scoring.errors import Problem, in_order

if TYPE_CHECKING:
    from scoring.intake import Examined
    from scoring.run import Input


def check(folder: Folder = Path(), rules: Rules = None, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Name everything that is wrong with the exports and the rules, each in one line.

    A line holds the severity, the file, the row (data rows count from 1, lines of YAML too), the column, what is
    wrong with which value, and the remedy. Exit code 3 with errors in the data, 4 with errors in the rules.
    """
    from scoring.intake import examine

    request = places.request(folder, rules, as_of)
    with working("Checking …"):
        examined = examine(request)
    problems = all_of(examined)
    answer = Answer(_data(examined, request.as_of), problems, code_of(examined))
    finish(answer, lambda: _show(folder, examined, request.as_of), as_json=as_json)


def all_of(examined: "Examined") -> Sequence[Problem]:
    """The problems of rules and exports, errors first."""
    return in_order((*examined.rules, *examined.exports))


def code_of(examined: "Examined") -> int:
    """The exit code; wrong rules weigh more than wrong data."""
    if has_errors(examined.rules):
        return RULES
    return DATA if has_errors(examined.exports) else DONE


def input_rows(inputs: "Sequence[Input]", as_of: date) -> list[tuple[str, ...]]:
    """The cells that say of each input how many rows it has, how many are not used, and how old it is."""
    return [
        (
            i.name,
            f"{i.rows:,}",
            f"{i.filtered:,}" if i.filtered else "",
            f"{i.set_aside:,}" if i.set_aside else "",
            "" if i.last_on is None else str(i.last_on),
            "" if i.last_on is None else f"{(as_of - i.last_on).days:,}",
        )
        for i in inputs
    ]


INPUT_COLUMNS = (
    Column("Input"),
    Column("Rows", is_number=True),
    Column("Filtered", is_number=True, is_extra=True),
    Column("Set aside", is_number=True),
    Column("Last day", is_number=True),
    Column("Days ago", is_number=True),
)


def hint(folder: Path, examined: "Examined") -> None:
    """What to type when there are errors."""
    from scoring.intake import can_be_set_aside

    if has_errors(examined.rules):
        note("Mend the rules first; their lines are named above.")
        next_command("check", folder)
        return
    if can_be_set_aside(examined.exports):
        note("Mend the rows, or score without them: they are then named on the cards they touch.")
        next_command("run", folder, "--set-aside")
    else:
        note("Mend the exports, or sources.yaml; a missing file or column cannot be set aside.")
        next_command("check", folder)


def _data(examined: "Examined", as_of: date) -> dict[str, Any]:
    from scoring.run import input_json

    return {
        "as_of": as_of.isoformat(),
        "inputs": [{**input_json(i), "problems": count(_about(i.name, examined.exports))} for i in examined.inputs],
    }


def _show(folder: Path, examined: "Examined", as_of: date) -> None:
    problems = all_of(examined)
    for problem in problems:
        say(line_of(problem))
    if examined.inputs:
        columns = [replace(c, is_extra=c.name in ("Filtered", "Set aside", "Last day")) for c in INPUT_COLUMNS]
        rows = input_rows(examined.inputs, as_of)
        told = [count(_about(i.name, examined.exports)) for i in examined.inputs]
        made = [(*row, said) for row, said in zip(rows, told, strict=True)]
        table([*columns, Column("Problems")], made, aside=True)
    note(f"Rules: {count(examined.rules)}. Exports: {count(examined.exports)}.")
    if has_errors(problems):
        hint(folder, examined)
    else:
        next_command("run", folder)


def _about(name: str, problems: Sequence[Problem]) -> list[Problem]:
    return [p for p in problems if p.file == name]
