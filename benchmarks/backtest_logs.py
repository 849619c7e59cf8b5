"""How far are forecasts of repeat orders off on public logs? Writes the table of `docs/backtest.md`.

Each log becomes a folder with `accounts.csv`, `invoices.csv` and `rules.yaml`, and `bookscore backtest` is run on it
with the days of its protocol; nothing is set by hand but these days. The CDNOW logs are those that the package
`lifetimes` carries; with BOOKSCORE_DATA naming a folder that holds `online_retail`, that is tried, too.

    uv run python benchmarks/backtest_logs.py [--write]
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "backtest.md"
BEGIN, END = "<!-- table -->", "<!-- end of table -->"
RULES = """name: {name}
currency: {currency}
basis: invoices
ownership: {{policy: current}}
rules:
  - name: keep
    metric: logo_retention
    weight: 1
    grade: {{floor: 0%, target: 100%}}
"""
FREE = "0.0001"
"""A purchase of nothing is a purchase in the papers on CDNOW; this is the least that counts as one."""


@dataclass(frozen=True)
class Log:
    """A log and its protocol. `goal` is the error per account of the best published or measured closed form."""

    name: str
    folder: Path
    split: str
    until: str
    as_of: str
    goal: float

    @property
    def command(self) -> list[str]:
        """What is typed, but for the folder."""
        return ["--split", self.split, "--until", self.until, "--as-of", self.as_of]


def cdnow(scratch: Path) -> list[Log]:
    """The log of CDNOW, all of it and the tenth of its customers that the papers use: 39 weeks, then 39 more."""
    spec = find_spec("lifetimes")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("the package lifetimes is not installed; run it with uv run")
    data = Path(next(iter(spec.submodule_search_locations))) / "datasets"
    whole = [line.split() for line in (data / "CDNOW_master.txt").read_text(encoding="utf-8").splitlines()]
    tenth = [line.split() for line in (data / "CDNOW_sample.txt").read_text(encoding="utf-8").splitlines()]
    logs = {
        ("CDNOW, a tenth", 0.754): [(c[1], c[2], c[4]) for c in tenth if len(c) == 5],
        ("CDNOW", 0.794): [(c[0], c[1], c[3]) for c in whole if len(c) == 4 and c[0].isdigit()],
    }
    return [
        Log(name, _folder(scratch, name, rows), "1997-10-01", "1998-07-01", "1998-07-01", goal)
        for (name, goal), rows in logs.items()
    ]


def online_retail(scratch: Path) -> list[Log]:
    """The log of UCI Online Retail, where it is at hand: nine months, then 100 days."""
    data = Path(os.environ.get("BOOKSCORE_DATA", "")) / "online_retail"
    if not os.environ.get("BOOKSCORE_DATA") or not data.is_dir():
        return []
    folder = scratch / "online_retail"
    shutil.copytree(data, folder)
    for settings in (ROOT / "tests/companies/online_retail").glob("*.yaml"):
        shutil.copy(settings, folder)
    return [Log("UCI Online Retail", folder, "2011-09-01", "2011-12-10", "2011-12-31", 0.985)]


def _folder(scratch: Path, name: str, rows: list[tuple[str, str, str]]) -> Path:
    folder = scratch / name.replace(" ", "_").replace(",", "")
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES.format(name=name, currency="USD"), encoding="utf-8")
    with (folder / "accounts.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["account_id"], *([one] for one in sorted({row[0] for row in rows}))])
    with (folder / "invoices.csv").open("w", newline="", encoding="utf-8") as file:
        dated = [(a, f"{d[:4]}-{d[4:6]}-{d[6:]}", FREE if float(v) == 0 else v) for a, d, v in rows]
        csv.writer(file).writerows([["account_id", "dated_on", "amount"], *dated])
    return folder


def tried(log: Log) -> dict[str, Any]:
    """What `bookscore backtest` says of the log."""
    command = [sys.executable, "-m", "scoring.cli", "backtest", str(log.folder), *log.command, "--dry-run", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    answer = json.loads(done.stdout)
    if not answer["ok"]:
        raise SystemExit(f"{log.name}: {answer['problems']}")
    data: dict[str, Any] = answer["data"]
    return data


def row(log: Log, found: dict[str, Any]) -> str:
    """The line of the table."""
    orders, total = found["orders"], found["orders"]["totals"][0]
    model, moved = orders["errors"]["model"], orders["errors"].get("model_moved")
    naive = {found["labels"][n]: e["mae"] for n, e in orders["errors"].items() if not n.startswith("model")}
    best = min(naive, key=lambda name: naive[name])
    transform = found["transform"]
    cells = [
        log.name,
        f"{model['accounts']:,}",
        f"{log.split} → {log.until}",
        found["origins"][0]["models"][0]["model"],
        f"**{model['mae']:.4f}**",
        f"{log.goal:.3f}",
        f"{naive[best]:.3f} ({best})",
        f"{model['rmse']:.3f}",
        f"{model['pearson']:.3f}",
        f"{model['gini']:.3f}",
        f"{100 * model['bias']:+.1f} %",
        "n/a" if moved is None else f"{100 * moved['bias']:+.1f} %",
        f"{100 * orders['coverage']:.1f} %",
        f"{min(transform):.3f} to {max(transform):.3f}",
        "n/a" if total["low"] is None else f"{total['low']:,.0f} to {total['high']:,.0f}; came {total['actual']:,.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def table(logs: list[Log]) -> str:
    """The table as Markdown."""
    head = (
        "log", "accounts", "split → until", "model chosen", "MAE", "to beat", "best naive MAE", "RMSE", "Pearson",
        "Gini", "bias of total", "with level moved", "within 90 % range", "tenths of the chances",
        "90 % range of the total",
    )  # fmt: skip
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(row(log, tried(log)) for log in logs)])


def main() -> None:
    """Prints the table, and with --write puts it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write it into docs/backtest.md")
    is_written = parser.parse_args().write
    with tempfile.TemporaryDirectory() as scratch:
        made = table([*cdnow(Path(scratch)), *online_retail(Path(scratch))])
    print(made)
    if is_written:
        before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{made}\n{END}{rest.split(END)[1]}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
