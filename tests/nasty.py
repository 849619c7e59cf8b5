"""A corpus of hostile files with what must become of each: read by the product, and judged by its manifest."""

import json
import re
import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from scoring import rules
from scoring.errors import Problem, ProblemsFoundError, Severity
from scoring.intake import take_in
from scoring.metrics import CATALOGUE

_DECIMALS = {"JPY": 0, "KWD": 3}
AS_OF = date(2026, 6, 30)
SOURCES = """
files:
  - {{file: {file}, table: invoices, columns: {{account_id: account_id, dated_on: date, amount: amount,
     currency: currency, product: plan, seller_id: owner}}}}
  - {{file: {file}, table: accounts, distinct: true, columns: {{account_id: account_id, name: account_name}}}}
  - {{file: {file}, table: managers, distinct: true, columns: {{manager_id: owner}}}}
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: accepted, warned of or rejected, with all that was said, and what was read."""

    verdict: str
    said: str
    rows: int = 0
    accounts: int = 0
    minor: Mapping[str, int] | None = None

    @property
    def verdicts(self) -> set[str]:
        """What it may be called: accepted with a note is accepted as well as told of."""
        return {self.verdict, "warn"} if self.said and self.verdict == "accept" else {self.verdict}


def outcome(case: Mapping[str, Any], corpus: Path) -> Outcome:
    """What the product makes of the file of a case."""
    if case["kind"] == "rules":
        return _of_rules(corpus / case["file"])
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / case["file"]).symlink_to(corpus / case["file"])
        (folder / "sources.yaml").write_text(SOURCES.format(file=json.dumps(case["file"])), "utf-8")
        try:
            exports = take_in(folder, "USD", AS_OF)
        except ProblemsFoundError as error:
            return _judged(error.problems)
    lines = exports.checked.tables.get("invoices")
    if lines is None:
        return _judged(exports.problems)
    sums = lines.group_by(pl.col("currency").fill_null("")).agg(pl.col("amount").sum()).iter_rows()
    minor = {currency: int(total.scaleb(_DECIMALS.get(currency, 2))) for currency, total in sums}
    return _judged(exports.problems, lines.height, lines["account_id"].n_unique(), minor)


def complaints(case: Mapping[str, Any], found: Outcome) -> list[str]:
    """Where the outcome is not what the manifest says."""
    allowed = {case["expect"], *case["also_ok"]}
    told = [] if allowed & found.verdicts else [f"{found.verdict}, not {case['expect']}"]
    if "accept" not in allowed & found.verdicts:
        told += [f"does not mention {m}" for m in case["mention"] if not re.search(m, found.said)]
    oracle = case.get("oracle")
    if oracle and found.verdict != "reject":
        accounts = (oracle["accounts"], *case.get("accounts_also", ()))
        if found.rows != oracle["rows"] or found.accounts not in accounts or found.minor != oracle["minor"]:
            told.append(f"read {found.rows} rows, {found.accounts} accounts, {found.minor} instead of {oracle}")
    if case.get("minor_any") and found.verdict != "reject" and found.minor not in case["minor_any"]:
        told.append(f"read {found.minor}")
    return told


def _of_rules(path: Path) -> Outcome:
    try:
        problems = rules.version(path, CATALOGUE).problems
    except ProblemsFoundError as error:
        problems = error.problems
    return _judged(problems)


def _judged(
    problems: tuple[Problem, ...], rows: int = 0, accounts: int = 0, minor: Mapping[str, int] | None = None
) -> Outcome:
    severities = {p.severity for p in problems}
    verdict = "reject" if Severity.ERROR in severities else "warn" if Severity.WARNING in severities else "accept"
    return Outcome(verdict, "\n".join(map(str, problems)), rows, accounts, minor)


def main() -> None:
    """Judges every case of a corpus, or those named, and says what is wrong."""
    corpus, *named = sys.argv[1:]
    cases = json.loads((Path(corpus) / "manifest.json").read_text("utf-8"))["cases"]
    wrong = 0
    for case in cases:
        if named and case["id"] not in named:
            continue
        found = outcome(case, Path(corpus))
        told = complaints(case, found)
        wrong += bool(told)
        if told or named:
            sys.stdout.write(f"{case['id']}: {found.verdict}; {'; '.join(told)}\n    {found.said[:600]!r}\n")
    sys.stdout.write(f"{len(cases)} cases, {wrong} wrong, at most {_peak_mib()} MiB\n")


def _peak_mib() -> int:
    """The most memory this process or one of its children had at a time.

    The usage of the process itself is not asked: until it had more, that is the most the process that started it had.
    """
    status = Path("/proc/self/status").read_text("utf-8")
    own = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) >> 10


if __name__ == "__main__":
    main()
