"""`bookscore check`: everything that is wrong with exports and rules, at once."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from scoring.cli.shared import places
from scoring.cli.shared.answers import DATA, DONE, RULES, Answer, count, finish, has_errors, line_of, next_command
from scoring.cli.shared.mistakes import is_of_rules
from scoring.cli.shared.options import AsJson, AsOf, Folder, Rules
from scoring.cli.shared.screen import Column, table, working
from scoring.cli.shared.streams import note, say
from scoring.errors import Problem, ProblemsFoundError, in_order

if TYPE_CHECKING:
    from scoring.inputs import Input
    from scoring.intake import Examined, Request


def check(folder: Folder = Path(), rules: Rules = None, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Name everything that is wrong with the exports and the rules, each in one line.

    A line holds the severity, the file, the row (data rows count from 1, lines of YAML too), the column, what is
    wrong with which value, and the remedy. Exit code 3 with errors in the data, 4 with errors in the rules.

    The table has a line for each file. Filtered are rows that the table which takes most of the file leaves out; set
    aside are rows that the table which loses most of it loses. --json tells both for each table that a file fills.
    """
    from scoring.intake import examine

    request = places.request(folder, rules, as_of)
    with working("Checking …"):
        examined = examine(request)
        examined = replace(examined, rules=(*examined.rules, *_seen_by_a_run(folder, examined)))
    problems = _all_of(examined)
    answer = Answer(_data(examined, request.as_of), problems, _code_of(examined))
    finish(answer, lambda: _show(folder, examined, request), as_json=as_json)


def _seen_by_a_run(folder: Path, examined: "Examined") -> Sequence[Problem]:
    """What the last run found out about the rules, if the rules and the exports are still the same."""
    from scoring.rules import fingerprint
    from scoring.scorecard.rule_findings import Finding, placed

    try:
        with places.stored(folder) as store:
            latest = store.latest()
    except places.NoRunsError:
        return ()
    summary = json.loads(latest.summary) if latest else {}
    read = {i["file"]: i["sha256"] for i in summary.get("inputs", ())}
    if read != {i.name: i.sha256 for i in examined.inputs}:
        return ()
    told = [Finding(f["kind"], tuple(f["rules"]), f["what"], f["remedy"]) for f in summary["rules"].get("findings", ())]
    period = summary["period"]["name"]
    same = (v for v in examined.versions if fingerprint(v.rulebook) == summary["rules"]["sha256"])
    return next((placed(told, version, period) for version in same), ())


def _all_of(examined: "Examined") -> Sequence[Problem]:
    """The problems of rules and exports, errors first."""
    return in_order((*examined.rules, *examined.exports))


def _code_of(examined: "Examined") -> int:
    """The exit code; wrong rules weigh more than wrong data."""
    if has_errors(examined.rules):
        return RULES
    return DATA if has_errors(examined.exports) else DONE


def input_rows(inputs: "Sequence[Input]", as_of: date) -> list[tuple[str, ...]]:
    """The cells that say of each file which tables it fills, how many rows it has and does not use, and how old it is.

    One row is one file, in the order of the inputs. Of several tables, filtered is what the one with most of its rows
    leaves out, and set aside what the one with most such rows has: their sums would count a row once for each.
    """
    by_file: dict[str, list[Input]] = {}
    for one in inputs:
        by_file.setdefault(one.name, []).append(one)
    return [_input_row(name, several, as_of) for name, several in by_file.items()]


def _input_row(name: str, several: "Sequence[Input]", as_of: date) -> tuple[str, ...]:
    filling = [i for i in several if i.table is not None] or several
    filtered, aside = min(i.filtered for i in filling), max(i.set_aside for i in several)
    last_on = max((i.last_on for i in several if i.last_on is not None), default=None)
    return (
        name,
        ", ".join(i.table for i in filling if i.table is not None) or "looked up",
        f"{several[0].rows:,}",
        f"{filtered:,}" if filtered else "",
        f"{aside:,}" if aside else "",
        "" if last_on is None else str(last_on),
        "" if last_on is None else f"{(as_of - last_on).days:,}",
    )


def refuse(error: ProblemsFoundError, request: "Request", *, as_json: bool) -> NoReturn:
    """Tells all that is wrong with exports and rules, which a command stumbled over, and ends the command."""
    from scoring.intake import examine

    examined = examine(request)
    problems = in_order((*_all_of(examined), *error.problems))

    def show() -> None:
        for problem in problems:
            note(line_of(problem))
        note("Nothing was written.")
        hint(request.only or request.folder, examined, request)

    code = RULES if is_of_rules(error) else _code_of(examined) or DATA
    finish(Answer(None, problems, code), show, as_json=as_json)
    raise ProblemsFoundError(problems)


INPUT_COLUMNS = (
    Column("Input"),
    Column("Fills", is_extra=True),
    Column("Rows", is_number=True),
    Column("Filtered", is_number=True, is_extra=True),
    Column("Set aside", is_number=True),
    Column("Last day", is_number=True),
    Column("Days ago", is_number=True),
)
_FORESEEN = {"Set aside": "Unusable"}
"""What columns are called where nothing is set aside yet."""


def hint(folder: Path, examined: "Examined", request: "Request") -> None:
    """What to type when there are errors."""
    from scoring.intake import can_be_set_aside

    if has_errors(examined.rules):
        note("Mend the rules first, or what they ask for; it is named above.")
        next_command("check", folder, like=request)
        return
    if can_be_set_aside(examined.exports, examined.inputs):
        note("Row 1 is the first one below the header.")
        note("Mend the rows, or score without them: they are then named on the cards they touch.")
        next_command("run", folder, "--set-aside", like=request)
    else:
        note(
            "Mend the exports, or sources.yaml; a missing file or column, and a file that cannot be read, "
            "cannot be set aside."
        )
        next_command("check", folder, like=request)


def _data(examined: "Examined", as_of: date) -> dict[str, Any]:
    from scoring.inputs import input_json

    return {
        "as_of": as_of.isoformat(),
        "inputs": [{**input_json(i), "problems": count(_about(i.name, examined.exports))} for i in examined.inputs],
    }


def _show(folder: Path, examined: "Examined", request: "Request") -> None:
    problems = _all_of(examined)
    for problem in problems:
        say(line_of(problem))
    if examined.inputs:
        extra = ("Fills", "Filtered", "Set aside", "Last day")
        columns = [replace(c, is_extra=c.name in extra, name=_FORESEEN.get(c.name, c.name)) for c in INPUT_COLUMNS]
        rows = input_rows(examined.inputs, request.as_of)
        made = [(*row, count(_about(row[0], examined.exports))) for row in rows]
        table([*columns, Column("Problems")], made, aside=True)
    note(f"Rules: {count(examined.rules)}. Exports: {count(examined.exports)}.")
    if has_errors(problems):
        hint(folder, examined, request)
    else:
        next_command("run", folder, like=request)


def _about(name: str, problems: Sequence[Problem]) -> list[Problem]:
    return [p for p in problems if p.file == name]
