"""How fast do pages answer: a company of 200 managers and 20,000 accounts, eight quarters, asked over loopback?

    uv run python benchmarks/pages.py [--rate 20] [--seconds 20] [--folder FOLDER] [--write]

`bookscore serve` in a process of its own; a signed-in leader's browser asks at a fixed rate, whether or not the answer
before has come (an open loop), and waiting counts from when a request was due. Each page was asked for once before.
CPU is that of the server. The league, where everybody begins, is asked for at the rate, the others at a tenth of it.
The made company is scored once, and that run is stored as the seven quarters before as well, so that trends have their
eight points. A folder that was made before is used again.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from statistics import quantiles
from threading import local
from typing import Any
from urllib.parse import urlsplit

from side_by_side import ROOT, between_markers, table

GOAL_MS, GOAL_KB = 100, 300
MANAGERS, ACCOUNTS, QUARTERS = 200, 20_000, 8
LATEST = "2026-Q2"
_COMMAND = [sys.executable, "-m", "scoring.cli"]
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Answered:
    """How long somebody waited for each answer, in ms; the bytes of the page; CPU ms of the server for each."""

    page: str
    waited: Sequence[float]
    size: int
    cpu: float

    @property
    def p95(self) -> float:
        """What 95 of 100 waited at most."""
        return quantiles(self.waited, n=20)[-1]

    @property
    def row(self) -> Sequence[str]:
        """Its line of the table."""
        half = quantiles(self.waited, n=2)[0]
        return self.page, f"{self.size / 1000:.0f}", f"{half:.0f}", f"{self.p95:.0f}", f"{self.cpu:.0f}"


def make(folder: Path) -> None:
    """Puts the scored company into the folder."""
    from scoring import demo, rules

    demo.write(folder, accounts=ACCOUNTS, managers=MANAGERS)
    (folder / "rules.yaml").write_text(rules.default_text(), encoding="utf-8")
    asked = ["run", str(folder), "--set-aside", "--period", LATEST, "--as-of", "2026-06-30", "--json"]
    subprocess.run([*_COMMAND, *asked], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)


def store_earlier(folder: Path) -> None:
    """Stores the run once more for each of the quarters before it."""
    from scoring.store import RunRecord, open_store

    store = open_store(folder)
    run = store.published(LATEST)
    if run is None:
        raise SystemExit(f"{folder} holds no run of {LATEST}")
    cards, year, quarter = store.cards(run.run_id), 2026, 2
    for n in range(1, QUARTERS):
        year, quarter = (year, quarter - 1) if quarter > 1 else (year - 1, 4)
        name, begins = f"{year}-Q{quarter}", f"{year}-{quarter * 3 - 2:02}-01"
        summary = json.loads(run.summary) | {"period": {"name": name, "from": begins, "to": f"{begins[:8]}28"}}
        said = run.model_dump(exclude={"created_at"})
        said |= {"run_id": f"{n:064x}", "period": name, "summary": json.dumps(summary)}
        moved = [c if c["score"] is None else c | {"score": c["score"] - n % 3} for c in cards]
        frames = store.frames_of(run.run_id)
        store.save(RunRecord(**said), cards=moved, frames=frames, created_at=datetime.now(UTC))
    store.close()


def sign_in(folder: Path) -> str:
    """The cookie of a leader."""
    from scoring.access import Role
    from scoring.store import open_store, people

    store, now = open_store(folder), datetime.now(UTC)
    email = f"leader-{now:%H%M%S%f}@example.com"
    user = people.add_user(store, {"email": email, "name": "A Leader", "role": Role.LEADER}, at=now)
    token = people.begin(store, user.user_id, way="password", at=now)
    store.close()
    return f"bookscore_session={token}"


def paths(folder: Path) -> dict[str, str]:
    """The pages that are asked for, by name."""
    from scoring.store import open_store
    from scoring.view.slugs import slug

    store = open_store(folder)
    run = store.published(LATEST)
    card: dict[str, Any] = next(c for c in store.cards(run.run_id if run else "") if c["drivers"])
    store.close()
    home = f"/periods/{LATEST}"
    manager = f"{home}/managers/{slug(card['manager_id'])}"
    account = f"{manager}/accounts/{slug(card['drivers'][0]['account_id'])}"
    return {"league": f"{home}/league", "manager": manager, "account": account, "company": f"{home}/company"}


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, int]]:
    """Where the server answers, and its process."""
    command = [*_COMMAND, "serve", str(folder), "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, text=True)
    told = ""
    for line in process.stdout or ():
        told += line
        if line.startswith("}"):
            break
    try:
        yield json.loads(told)["data"]["url"], process.pid
    finally:
        process.terminate()
        process.wait()


def asked(url: str, pid: int, cookie: str, page: str, path: str, *, rate: float, seconds: float) -> Answered:
    """What came of asking for the page at the rate for so many seconds."""
    host, kept, size = urlsplit(url).netloc, local(), 0

    def answered() -> HTTPResponse:
        if not hasattr(kept, "way"):
            kept.way = HTTPConnection(host, timeout=60)
        kept.way.request("GET", path, headers={"Cookie": cookie})
        return kept.way.getresponse()

    def ask() -> int:
        try:
            answer = answered()
        except ConnectionError:  # the server let go of a connection that was idle: asked again, as browsers do
            kept.way.close()
            answer = answered()
        content: bytes = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        return len(content)

    def ask_when_due(due: float) -> float:
        time.sleep(max(0.0, due - time.perf_counter()))
        ask()
        return (time.perf_counter() - due) * 1000

    with ThreadPoolExecutor(64) as pool:
        size = pool.submit(ask).result()
        before, begun, count = _cpu(pid), time.perf_counter(), round(rate * seconds)
        waited = list(pool.map(ask_when_due, (begun + n / rate for n in range(count))))
        return Answered(page, waited, size, (_cpu(pid) - before) / count * 1000)


def _cpu(pid: int) -> float:
    """CPU seconds of the process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def main() -> None:
    """Measures, prints the table and with `--write` puts it into the README. Fails where the league misses a goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--write", action="store_true")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = said.folder or Path(scratch) / "company"
        if not folder.exists():
            make(folder)
            store_earlier(folder)
        cookie, wanted = sign_in(folder), paths(folder)
        with serving(folder) as (url, pid):
            rates = {page: said.rate if page == "league" else said.rate / 10 for page in wanted}
            found = [
                asked(url, pid, cookie, page, path, rate=rates[page], seconds=said.seconds)
                for page, path in wanted.items()
            ]
    text = table(("page", "kB", "p50, ms", "p95, ms", "CPU, ms"), [one.row for one in found])
    sys.stdout.write(text)
    if said.write:
        between_markers("pages", text)
    league = found[0]
    if league.p95 > GOAL_MS or league.size > GOAL_KB * 1000:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
