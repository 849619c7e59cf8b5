"""`bookscore diagnose`: can the rules carry what they decide?"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoring.cli.compare import diagnosed
from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, count, finish
from scoring.cli.shared.options import AsJson, AsOf, Folder, OnePeriod, Rules, SetAside
from scoring.cli.shared.screen import working
from scoring.cli.shared.streams import note

if TYPE_CHECKING:
    from scoring.compare.diagnosis import Diagnosis
    from scoring.scorecard.rule_findings import Finding


def diagnose(
    folder: Folder = Path(),
    *,
    period: OnePeriod = None,
    as_of: AsOf = None,
    rules: Rules = None,
    set_aside: SetAside = False,
    as_json: AsJson = False,
) -> None:
    """Say what scores rest on: how far managers truly differ in each rule, and how much of it is noise or luck.

    Beside each other: rules that measure the same, rules whose weight does not matter, luck with the book under other
    methods, large accounts, rare kinds of accounts, and accounts of several managers or of none; and what is expected
    of accounts of each kind. Nothing is stored.
    """
    request = places.request(folder, rules, as_of, period=period, set_aside=set_aside)
    from scoring.compare import diagnosis as engine
    from scoring.compare.findings import findings

    with working("Diagnosing …"):
        found, problems = engine.of_request(request)
        told = findings(found)

    def show() -> None:
        if problems:
            note(f"Exports and rules: {count(problems)}; `bookscore check` lists them.")
        diagnosed.show(diagnosed.View(found, told, folder, request))

    finish(Answer(_data(found, told), problems), show, as_json=as_json)


def _data(found: "Diagnosis", told: "tuple[Finding, ...]") -> dict[str, Any]:
    from scoring.explain.model import plain

    data: dict[str, Any] = plain(found)
    data |= {"weighed": (weighing := data.pop("weighing"))["rules"], "pairs": weighing["pairs"]}
    for rule, figures in zip(data["rules"], found.rules, strict=True):
        rule["published_share"] = figures.published_share
    return {**data, "findings": plain(told)}
