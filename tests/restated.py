"""A company of twelve accounts in files, which may change its mind about the past."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from scoring import intake, pipeline
from scoring.cli.run import run as command
from scoring.cli.shared import past
from scoring.run import Run
from scoring.store import StoredRun, open_store

_ALDERS = {f"A{n}": 9000 if n < 9 else 12000 for n in range(10)}
"""Ten accounts of Mara's with 93,000 together."""

TABLES = {
    "accounts": "account_id name\n"
    + "".join(f"{account} Alder-{account}\n" for account in _ALDERS)
    + """
        B          Birch
        C          Cedar
        """,
    "managers": """
        manager_id name
        m1         Mara
        m2         Nils
        """,
    "ownership": "account_id manager_id starts_on ends_on\n"
    + "".join(f"{account} m1 2024-01-01 .\n" for account in _ALDERS)
    + """
        B          m1         2024-01-01 2026-04-01
        B          m2         2026-04-01 .
        C          m2         2024-01-01 .
        """,
    "contracts": "line_id account_id amount every starts_on ends_on recorded_at\n"
    + "".join(f"{account} {account} {amount} month 2024-01-01 . .\n" for account, amount in _ALDERS.items())
    + """
        2       B          2000   month 2024-01-01 .          .
        3       C          5000   month 2024-01-01 2026-02-15 .
        """,
}
"""Opening 100,000, of which 5,000 are known to be lost in the first quarter of 2026."""

RULES = """
name: Keep
currency: EUR
method: target_bands
rules:
  - name: keep
    metric: gross_revenue_retention
    weight: 100
    grade: {floor: 70%, target: 100%}
"""

CANCELLED = ("2       B          2000   month 2024-01-01 .          .",
             "2       B          2000   month 2024-01-01 2026-03-28 2026-04-20")  # fmt: skip
"""What arrives on 20 April: a cancellation effective 28 March."""


def company(folder: Path, tables: Mapping[str, str] = TABLES) -> Path:
    """The folder with the tables as files, and a rule that grades what was kept."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        put(folder, name, text)
    (folder / intake.RULES).write_text(RULES, encoding="utf-8")
    return folder


def put(folder: Path, name: str, text: str) -> None:
    """Writes a table; `.` is an empty cell."""
    rows = [[("" if cell == "." else cell) for cell in line.split()] for line in text.split("\n")]
    (folder / f"{name}.csv").write_text("\n".join(",".join(row) for row in rows if row) + "\n", encoding="utf-8")


def exchange(folder: Path, name: str, old: str, new: str, tables: Mapping[str, str] = TABLES) -> None:
    """Exchanges a row of a table for what the export says of it now; for nothing if `new` is empty."""
    assert tables[name].count(old) == 1
    put(folder, name, tables[name].replace(old, new))


def score(folder: Path, period: str, as_of: str) -> Run:
    """The period, scored on that day with the seals there are, and stored."""
    made = pipeline.run(intake.Request(folder, date.fromisoformat(as_of), period), past.seals(folder))
    command._store(made, folder)
    return made


def seal(folder: Path, period: str) -> StoredRun:
    """The period's last run, sealed by Fay."""
    store = open_store(folder)
    try:
        run = store.latest(period)
        assert run is not None
        store.seal(run.run_id, by="Fay", at=datetime(2026, 4, 5, tzinfo=UTC))
        return run
    finally:
        store.close()


def bytes_below(folder: Path) -> dict[str, bytes]:
    """All files of the folder, but for what a database keeps while it is open."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in (".db-wal", ".db-shm"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
