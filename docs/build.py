"""Writes the pages that are made from the code: tables, metrics, rules, the schema of rules.yaml, and pictures.

`python docs/build.py` writes them; with `--check` it writes nothing and exits with 1 if one is stale.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import exports_page  # noqa: E402 - stands beside this file
import limits_page  # noqa: E402 - stands beside this file
import pictures  # noqa: E402 - stands beside this file
import scores_page  # noqa: E402 - stands beside this file
import worked  # noqa: E402 - found by the line above

from scoring.checks import reference as tables  # noqa: E402
from scoring.metrics import reference as metrics  # noqa: E402
from scoring.rules import docs_text, schema_text  # noqa: E402
from scoring.rules.definitions import defaults  # noqa: E402
from scoring.rules.profiles import profiles as known_profiles  # noqa: E402
from scoring.rules.profiles import reference as profiles  # noqa: E402


def pages() -> dict[Path, str]:
    """Every made file with what it should hold."""
    cases = {name: [worked.shown(case) for case in found] for name, found in worked.metric_cases().items()}
    docs = ROOT / "docs"
    told = {docs / "how-scores-work.md": scores_page.filled, docs / "limits.md": limits_page.filled}
    return {
        ROOT / "docs" / "tables.md": tables.docs_text(),
        ROOT / "docs" / "metrics.md": metrics.docs_text(cases),
        ROOT / "docs" / "rules.md": docs_text(),
        ROOT / "docs" / "profiles.md": profiles.docs_text(known_profiles(), defaults()),
        docs / "exports" / "README.md": exports_page.page(),
        ROOT / "rules.schema.json": schema_text(),
        **{page: filled(page.read_text(encoding="utf-8")) for page, filled in told.items()},
        **{docs / "pictures" / name: text for name, text in pictures.pictures().items()},
    }


def stale() -> list[Path]:
    """The files that are missing or hold something else."""
    return [p for p, text in pages().items() if not p.exists() or p.read_text(encoding="utf-8") != text]


def main(arguments: list[str]) -> int:
    """What the script does; its exit code."""
    old = stale()
    if "--check" in arguments:
        for path in old:
            sys.stderr.write(f"{path.relative_to(ROOT)} is stale; run: uv run python docs/build.py\n")
        return 1 if old else 0
    for path in old:
        path.write_text(pages()[path], encoding="utf-8", newline="\n")
        sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
