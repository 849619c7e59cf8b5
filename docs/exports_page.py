"""Which exports are known, and what does each give? A page made from their declarations."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from adapters.known.export import Export
from adapters.systems import EXPORTS

NAMES = {
    "chargebee": "Chargebee",
    "chartmogul": "ChartMogul",
    "delighted": "Delighted",
    "dynamics": "Dynamics 365",
    "google_forms": "Google Forms",
    "hubspot": "HubSpot",
    "pipedrive": "Pipedrive",
    "qualtrics": "Qualtrics",
    "recurly": "Recurly",
    "salesforce": "Salesforce",
    "stripe": "Stripe",
    "surveymonkey": "SurveyMonkey",
    "zoho": "Zoho CRM",
    "zuora": "Zuora",
}
"""Systems as people call them."""

_COLUMNS = ("accounts", "managers", "ownership", "contracts", "invoices", "answers", "targets")

_INTRODUCTION = """\
# Known exports

bookscore knows these exports by their headers, so files may have any name and lie in folders, zip or gzip files. What a
file is taken for, `bookscore init FOLDER` writes into `sources.yaml`, where it can be corrected; without one the files
are read just so. Exports of several systems may lie in one folder:
[how their accounts meet](../sources.md#accounts-of-several-systems).

A dot says that a system can fill a [table](../tables.md); the page of a system says how to export from it, and what is
missing when a box was not ticked.

"""


def page() -> str:
    """The page as Markdown."""
    by_system = {name: list(found) for name, found in groupby(sorted(EXPORTS, key=_system), key=_system)}
    order = sorted(by_system, key=lambda s: NAMES[s].casefold())
    lines = [_row("System", *_COLUMNS), _row(*["---"] * (len(_COLUMNS) + 1))]
    lines += [_row(f"[{NAMES[s]}]({s}.md)", *_dots(by_system[s])) for s in order]
    return _INTRODUCTION + "\n".join(lines) + "\n" + "".join(t for s in order for t in _section(s, by_system[s]))


def _system(export: Export) -> str:
    return export.system


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _dots(exports: Sequence[Export]) -> list[str]:
    filled = {fills.table for export in exports for fills in export.fills}
    return ["●" if table in filled else "" for table in _COLUMNS]


def _section(system: str, exports: Sequence[Export]) -> Iterator[str]:
    """The kinds of files of one system, with what they fill and what they cannot tell."""
    yield f"\n## {NAMES[system]}\n\n{_row('File', 'Known by', 'Fills')}\n{_row('---', '---', '---')}\n"
    for export in sorted(exports, key=lambda e: e.what):
        told = ", ".join(f"`{t}`" if isinstance(t, str) else f"`{t[0]}`" for t in export.tells if not _is_pattern(t))
        tables = ", ".join(dict.fromkeys(fills.table for fills in export.fills)) or "nothing by itself"
        yield _row(export.what, told.replace("|", "\\|") or "the words of its questions", tables) + "\n"


def _is_pattern(tells: str | tuple[str, ...]) -> bool:
    return (tells if isinstance(tells, str) else tells[0]).startswith("~")
