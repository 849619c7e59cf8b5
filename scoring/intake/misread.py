"""What do the rules ask for that the exports do not hold? An error for each, with the setting that asks."""

from collections.abc import Iterable, Mapping

from scoring.book import attribute_names
from scoring.document import did_you_mean
from scoring.errors import Problem
from scoring.rules import Rulebook
from scoring.rules.comparing import Expectation
from scoring.tables import Tables

_NO_PEERS = ("manager_id", "origin_file", "origin_row", "recorded_at")
"""Columns of managers that name no group of them."""


def misread(tables: Tables, rulebook: Rulebook, rules_file: str) -> tuple[Problem, ...]:
    """Errors where the rules ask for what the exports do not hold."""
    return (
        *_nothing_to_read(tables, rulebook, rules_file),
        *unknown_attributes(tables, rulebook, rules_file),
        *_wrong_family(rulebook, rules_file),
    )


def _wrong_family(rulebook: Rulebook, rules_file: str) -> tuple[Problem, ...]:
    """An error where a model of lifetime value is asked for that is not made for what is observed."""
    asked = rulebook.lifetime.model
    if asked == "auto":
        return ()
    from scoring.lifetime import assumptions, valuation  # noqa: PLC0415  they take long to load, and few ask for one

    try:
        valuation.family_of(rulebook.basis, assumptions.Assumptions(model=asked, is_forced=rulebook.lifetime.force))
    except assumptions.WrongFamilyError as wrong:
        return (Problem(str(wrong), wrong.remedy, file=rules_file, column="lifetime.model", value=asked),)
    return ()


def _nothing_to_read(tables: Tables, rulebook: Rulebook, rules_file: str) -> tuple[Problem, ...]:
    """An error when the basis of the rules is one that the exports hold no rows for."""
    if tables[rulebook.basis].height:
        return ()
    other = "invoices" if rulebook.basis == "contracts" else "contracts"
    count = tables[other].height
    remedy = (
        f"set basis: {other}, of which there are {count:,}"
        if count
        else "in sources.yaml, map a file to one, complete an entry that is out of use, or see what leaves its rows out"
    )
    what = f"revenue is read on {rulebook.basis}, and the exports hold none" + ("" if count else f", nor {other}")
    return (Problem(what, remedy, file=rules_file, column="basis"),)


def unknown_attributes(tables: Tables, rulebook: Rulebook, rules_file: str) -> Iterable[Problem]:
    """An error for each attribute that the rules name and no account, or no manager, has."""
    theirs = attribute_names(tables["accounts"].columns)
    own, kinds = rulebook.ownership, [*theirs.values(), "tier"]
    asked = [("breakdowns", name, kinds) for name in rulebook.breakdowns]
    asked += [(f"rules.{r.name}.segments.by", r.segments.by, kinds) for r in rulebook.rules if r.segments]
    asked += _expected_by(rulebook, kinds)
    if rulebook.lifetime.fit_by:
        asked.append(("lifetime.fit_by", rulebook.lifetime.fit_by, list(theirs)))
    if own.policy == "territory" and own.attribute:
        asked.append(("ownership.attribute", own.attribute, list(theirs)))
    for setting, name, known in asked:
        if name not in known:
            otherwise = "map a column to it under accounts in sources.yaml"
            remedy = _renamed(name, theirs) or did_you_mean(name, known, otherwise)
            what = f'{setting}: accounts have no attribute "{name}"'
            yield Problem(what, remedy, file=rules_file, column=setting)
    columns = [c for c in tables["managers"].columns if c not in _NO_PEERS]
    for name in rulebook.publish.peers:
        if name not in columns:
            what = f'publish.peers: managers have no column "{name}"'
            yield Problem(what, did_you_mean(name, columns), file=rules_file, column="publish.peers")


def _renamed(name: str, theirs: Mapping[str, str]) -> str:
    """What to write for an attribute that the book has by another name."""
    return f"write {theirs[name]}, as {name} is something else here" if name in theirs else ""


def _expected_by(rulebook: Rulebook, kinds: list[str]) -> list[tuple[str, str, list[str]]]:
    """What accounts are expected to be alike in, as setting, name and the names there are, but for the usual ones."""
    own, usual = rulebook.expectation, Expectation()
    known, banded = [*kinds, "size_band", "tenure_band", "quarter"], [*kinds, "tenure_band"]
    asked = [("expectation.features", name, known) for name in own.features if name not in usual.features]
    return asked if own.segment == usual.segment else [*asked, ("expectation.segment", own.segment, banded)]
