"""What does the page of the rules show? The versions that runs were scored by, and where two of them differ."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query

from scoring.compare.changes import changes
from scoring.metrics import CATALOGUE
from scoring.reports.standing import standing
from scoring.view import NotVisibleError, View
from scoring.web.desk import Viewing
from scoring.web.pages.answering import Page, add_page

router = APIRouter()


@dataclass(frozen=True, slots=True)
class VersionSeen:
    """Rules that published periods were scored by. `sha256` is their fingerprint."""

    sha256: str
    name: str
    version: str | None
    effective_from: str | None
    periods: list[str]


@dataclass(frozen=True, slots=True)
class RulesAnswer:
    """The versions of the rules, the newest first; the settings of one of them, and where another differs."""

    versions: list[VersionSeen]
    shown: str
    settings: dict[str, Any]
    against: str | None
    differences: list[dict[str, Any]]


def rules(
    view: Viewing,
    version: Annotated[str, Query(description="The beginning of a version's hash; the newest if empty.")] = "",
    against: Annotated[str, Query(description="The version it is held against, by its hash.")] = "",
) -> Page:
    """The page of the rules by which the periods that the person sees were scored."""
    found, settings = _versions(view)
    if not found:
        raise NotVisibleError("page")
    shown = _chosen(found, version) if version else found[0]
    other = _chosen(found, against) if against else None
    differ = changes(settings[other.sha256], settings[shown.sha256]) if other else ()
    told = settings[shown.sha256]
    return Page(
        "rules.html.j2",
        "The rules",
        RulesAnswer(
            found, shown.sha256, dict(told), other.sha256 if other else None, [asdict(change) for change in differ]
        ),
        ("sha256", "name", "version", "effective_from", "periods"),
        [[v.sha256, v.name, v.version, v.effective_from, " ".join(v.periods)] for v in found],
        {
            "versions": found,
            "shown": shown,
            "other": other,
            "settings": told,
            "method": standing(told["method"]).method,
            "rules": [_rule(rule) for rule in told["rules"]],
            "differ": differ,
        },
        "rules",
        subject="",
    )


def _versions(view: View) -> tuple[list[VersionSeen], dict[str, Mapping[str, Any]]]:
    """The versions, the newest first, and hash to settings."""
    settings: dict[str, Mapping[str, Any]] = {}
    found: dict[str, VersionSeen] = {}
    for period in view.periods.names:
        told = view.run(period).facts["rules"]
        sha256 = told["sha256"]
        if sha256 not in found:
            settings[sha256] = told["settings"]
            found[sha256] = VersionSeen(sha256, told["name"], told.get("version"), told.get("effective_from"), [])
        found[sha256].periods.append(period)
    return list(found.values()), settings


def _chosen(found: list[VersionSeen], begins: str) -> VersionSeen:
    for version in found:
        if version.sha256.startswith(begins):
            return version
    raise NotVisibleError("version of the rules")


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    metric = CATALOGUE.get(rule["of"] or rule["metric"])
    return {
        "name": rule["name"],
        "metric": rule["metric"],
        "weight": rule["weight"],
        "label": metric.label if metric else rule["metric"],
        "definition": metric.definition if metric else "",
    }


add_page(router, "/rules", rules, RulesAnswer, "The versions of the rules, and where two of them differ.")
