"""What does the page of other weights show? Who would stand elsewhere; nothing is saved, the address holds it all."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from scoring.access import Role
from scoring.errors import BookscoreError
from scoring.numbers import between
from scoring.reports import league as printed
from scoring.reports.lines import printed_shares
from scoring.reports.pages import moved
from scoring.reports.sentences import as_data
from scoring.rules.proposed import RULES_FILE, is_text_of, patch, proposed
from scoring.view import NotVisibleError, WhatIf, what_if
from scoring.view.slugs import slug
from scoring.web import noticing
from scoring.web.desk import Seeing, Viewing, desk_of
from scoring.web.pages.answering import Page, add_page, download

router = APIRouter()

_WEIGHT = "w."
_COLUMNS = (
    "manager_id", "name", "old_score", "new_score", "change", "old_group", "new_group", "old_label", "new_label",
)  # fmt: skip


class WrongWeightError(BookscoreError):
    """A weight in the address is no number."""

    def __init__(self, rule: str, text: str) -> None:
        super().__init__(f'the weight of {rule} is no number: "{text}"; write plain digits such as 30')


class NoRulesFileError(BookscoreError):
    """The rules that a change would be proposed to are not there."""

    def __init__(self) -> None:
        super().__init__(f"there is no {RULES_FILE} in the folder that is served, so no change of it can be proposed")


@dataclass(frozen=True, slots=True)
class WhatIfAnswer:
    """The scorecards of a run under other weights, as in scorecards.json, and how they stand beside the run's own."""

    run_id: str
    period: str
    weights: dict[str, float]
    asked: dict[str, float]
    sentence: str
    moves: list[dict[str, Any]]
    cards: list[dict[str, Any]]


def asked_weights(request: Request) -> dict[str, float]:
    """Rule to weight, as the address asks: `w.RULE=WEIGHT`. Raises WrongWeightError."""
    found = {}
    for name, text in request.query_params.items():
        if name.startswith(_WEIGHT) and text.strip():
            rule = name.removeprefix(_WEIGHT)
            try:
                found[rule] = float(text)
            except ValueError:
                raise WrongWeightError(rule, text) from None
    return found


Asked = Annotated[dict[str, float], Depends(asked_weights)]


def other_weights(
    seen: Seeing,
    view: Viewing,
    weights: Asked,
    w: Annotated[str, Query(alias="w.RULE", description="The weight of a rule, such as w.keep_revenue=60.")] = "",
) -> Page:
    """The page of what would be under other weights."""
    found = what_if(seen, weights)
    company = seen.company
    table = printed.shown(found.cards, company, lambda card: f"managers/{slug(card['manager_id'])}")
    moves = {move.manager_id: move for move in found.moves.managers}
    return Page(
        "what_if.html.j2",
        f"Other weights, {seen.period}",
        WhatIfAnswer(
            seen.run_id, seen.period, dict(found.own), dict(found.asked), found.moves.sentence,
            [asdict(move) for move in found.moves.managers], [as_data(card) for card in found.cards],
        ),
        _COLUMNS,
        [[getattr(move, name) for name in _COLUMNS] for move in found.moves.managers],
        {
            "company": company,
            "found": found,
            "sliders": _sliders(found),
            "is_other": dict(found.asked) != dict(found.own),
            "may_propose": view.who.role is Role.LEADER,
            "moves": {m: (move, moved(between(move.old_score, move.new_score))) for m, move in moves.items()},
            "names_of_groups": {group: title for group, (title, _) in printed.titles(found.cards).items()},
            **table,
        },
        "what_if",
        seen.period,
        seen.run_id,
        "other weights",
        ((f"/periods/{slug(seen.period)}/league", "Account managers"),),
    )  # fmt: skip


@router.get("/periods/{period}/rules.patch", summary="Other weights as a patch of rules.yaml.", tags=["files"])
def proposal(seen: Seeing, view: Viewing, weights: Asked, request: Request) -> Response:
    """The change of the rules as a patch, for those who may decide on rules."""
    if view.who.role is not Role.LEADER:
        raise NotVisibleError("page")
    found = what_if(seen, weights)
    path = desk_of(request).folder / RULES_FILE
    if not path.is_file():
        raise NoRulesFileError
    text = path.read_text("utf-8")
    note = "" if is_text_of(text, seen.facts["rules"]["sha256"]) else "# rules.yaml differs from the rules of the run\n"
    made = patch(text, proposed(text, found.asked))
    noticing.saw(request, view, "what_if other weights", "patch", seen)
    return download((note + made).encode(), "text/x-diff", f"{RULES_FILE}.patch")


def _sliders(found: WhatIf) -> list[dict[str, Any]]:
    """A slider for each rule, with its share of the whole in words."""
    told = [dict(zip(weights, _shares(weights), strict=True)) for weights in (found.asked, found.own)]
    most = max(100.0, *found.own.values(), *found.asked.values())
    return [
        {
            "rule": rule,
            "label": found.labels[rule],
            "weight": _plain(weight),
            "share": told[0][rule],
            "own": _plain(found.own[rule]),
            "own_share": told[1][rule],
            "most": _plain(most),
        }
        for rule, weight in found.asked.items()
    ]


def _shares(weights: Mapping[str, float]) -> list[str]:
    """The share of each in all of them, as on the cards."""
    whole = sum(weights.values())
    return printed_shares([weight / whole for weight in weights.values()])


def _plain(weight: float) -> str:
    return f"{weight:g}"


add_page(router, "/periods/{period}/what-if", other_weights, WhatIfAnswer, "Scorecards under other weights.")
