"""How would `rules.yaml` look with other weights? The same text but for their numbers, and as a patch."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import unified_diff
from math import isfinite
from re import fullmatch

from scoring.document import Document, Keys, did_you_mean, read_text
from scoring.errors import BookscoreError, Severity
from scoring.rules.reading import fitted
from scoring.rules.rulebook import Rulebook, fingerprint

RULES_FILE = "rules.yaml"
_NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)"
_BOM = "\ufeff"


class NotProposableError(BookscoreError):
    """The weights cannot be written into the rules."""


def proposed(text: str, weights: Mapping[str, float], *, name: str = RULES_FILE) -> str:
    """The rules with those weights: their numbers are exchanged, and every other character stays.

    `name` is what the file is called. Raises NotProposableError where the text is no rulebook, has no such rule, or
    would be none with these weights.
    """
    mark, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    document, old = _read(text, name)
    rules = [rule.name for rule in old.rules]
    if unknown := [n for n in weights if n not in rules]:
        remedy = did_you_mean(unknown[0], rules, f"there are {', '.join(rules)}")
        raise NotProposableError(f'{name} has no rule "{unknown[0]}": {remedy}')
    changes = [_change(document, text, n, weights[rule]) for n, rule in enumerate(rules) if rule in weights]
    made = text
    for start, end, number in sorted(filter(None, changes), reverse=True):
        made = made[:start] + number + made[end:]
    _, new = _read(made, name)
    wanted = tuple(r.model_copy(update={"weight": float(weights.get(r.name, r.weight))}) for r in old.rules)
    if new != old.model_copy(update={"rules": wanted}):
        raise NotProposableError(f"{name} would mean something else than the weights that were asked for")
    return mark + made


def patch(old: str, new: str, file: str = RULES_FILE) -> str:
    """What changed, as a unified diff for `patch -p0` and `git apply -p0`; empty where nothing did."""
    name = f"{file}\t" if " " in file else file
    return "".join(_ended(unified_diff(_lines(old), _lines(new), name, name)))


def is_text_of(text: str, sha256: str) -> bool:
    """Whether the rules mean what rules of that fingerprint do."""
    rulebook, _ = fitted(read_text(RULES_FILE, text.removeprefix(_BOM)))
    return rulebook is not None and fingerprint(rulebook) == sha256


def _read(text: str, name: str) -> tuple[Document, Rulebook]:
    """The text as a document, and the rulebook in it."""
    document = read_text(name, text)
    rulebook, problems = fitted(document)
    wrong = [p for p in (*document.problems, *problems) if p.severity is Severity.ERROR]
    if rulebook is None or wrong:
        raise NotProposableError(f"{wrong[0]}" if wrong else f"{name} is no rulebook")
    return document, rulebook


def _change(document: Document, text: str, n: int, weight: float) -> tuple[int, int, str] | None:
    """From where to where the weight of the rule at that place is written, and the number to write; None if it is."""
    keys: Keys = ("rules", n, "weight")
    spot = document.tree.spots.get(keys)
    written = "" if spot is None or spot.span is None else text[slice(*spot.span)]
    if spot is None or spot.span is None or written != spot.text or not fullmatch(_NUMBER, written):
        raise NotProposableError(f"{document.file}: the weight of rule {n + 1} is not written as a plain number")
    if not isfinite(weight):
        raise NotProposableError(f"{document.file}: {weight} is no weight")
    return None if float(written) == weight else (*spot.span, _plainly(weight))


def _plainly(weight: float) -> str:
    """The weight as people write it: no exponent, no needless zeros."""
    return f"{Decimal(repr(float(weight))):f}".removesuffix(".0")


def _lines(text: str) -> list[str]:
    """The lines with their ends; YAML and `patch` see ends at line feeds alone."""
    *whole, last = text.split("\n")
    return [f"{line}\n" for line in whole] + ([last] if last else [])


def _ended(lines: Iterator[str]) -> Iterator[str]:
    """The lines of a diff, with the note on those that end without a line feed."""
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
