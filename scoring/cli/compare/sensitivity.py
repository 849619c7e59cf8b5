"""`bookscore sensitivity`: how far do scores hang on what was chosen?"""

from pathlib import Path

from scoring.cli.compare import varied
from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, count, finish
from scoring.cli.shared.options import AsJson, AsOf, Folder, OnePeriod, Rules, SetAside
from scoring.cli.shared.screen import working
from scoring.cli.shared.streams import note


def sensitivity(
    folder: Folder = Path(),
    *,
    period: OnePeriod = None,
    as_of: AsOf = None,
    rules: Rules = None,
    set_aside: SetAside = False,
    as_json: AsJson = False,
) -> None:
    """Score the period under other reasonable choices, one at a time, and say whose score and label hang on them.

    Weights of rules halved and doubled; other windows, limits of outliers, accounts that are as good as knowing the
    peers (k), expectations, weights of accounts, and rules of responsibility. Nothing is stored.
    """
    request = places.request(folder, rules, as_of, period=period, set_aside=set_aside)
    from scoring.compare import sensitivity as engine
    from scoring.explain.model import plain

    with working("Scoring under other choices …"):
        found, problems = engine.of_request(request)

    def show() -> None:
        if problems:
            note(f"Exports and rules: {count(problems)}; `bookscore check` lists them.")
        varied.show(varied.View(found, folder, request))

    finish(Answer(plain(found), problems), show, as_json=as_json)
