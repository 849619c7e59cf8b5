"""`bookscore gap`: why do two teams differ?"""

from pathlib import Path
from typing import Annotated, Any

import typer

from scoring.cli.compare import gapped
from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, count, finish
from scoring.cli.shared.options import AsJson, AsOf, Folder, OnePeriod, Rules, SetAside
from scoring.cli.shared.screen import working
from scoring.cli.shared.streams import note


def gap(
    first: Annotated[str, typer.Argument(metavar="TEAM", help="A team, as the table of managers names it.")],
    second: Annotated[str, typer.Argument(metavar="TEAM", help="The team it is held against.")],
    folder: Folder = Path(),
    *,
    period: OnePeriod = None,
    as_of: AsOf = None,
    rules: Rules = None,
    set_aside: SetAside = False,
    as_json: AsJson = False,
) -> None:
    """Say how much of the gap between two teams follows from the accounts they have, and how much does not.

    For each rule: the average account of both, what different kinds of accounts make of the difference in anybody's
    hands, by feature, and the rest with its likely range: what was done differently, chance, and what no feature
    records. Nothing is stored.
    """
    if first.casefold() == second.casefold():
        raise typer.BadParameter(f"{first} is held against itself; name two teams", param_hint="TEAM")
    request = places.request(folder, rules, as_of, period=period, set_aside=set_aside)
    from scoring.compare import gaps as engine
    from scoring.explain.model import plain

    with working("Comparing …"):
        found, problems = engine.of_request(request, first, second)

    def show() -> None:
        if problems:
            note(f"Exports and rules: {count(problems)}; `bookscore check` lists them.")
        gapped.show(found, folder, request)

    data: dict[str, Any] = plain(found)
    for rule, figures in zip(data["rules"], found.rules, strict=True):
        rule["is_beyond_chance"] = figures.is_beyond_chance
    finish(Answer(data, problems), show, as_json=as_json)
