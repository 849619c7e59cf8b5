"""What does sending cost: a digest to each of 5,000 managers, from a stored run to a mail server on this machine?

    uv run python benchmarks/digests.py [--managers 5000] [--workers 2] [--write]

Each mail is composed for its recipient from what they may see, claimed, sent over SMTP and settled, as
`bookscore send` does it; the server takes every mail and counts it. CPU seconds are of the sender alone, memory is
what its process holds at the most. Every mail must arrive once, at the right address, or nothing is written.
"""

import argparse
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from side_by_side import between_markers, table

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)
RULES = """
digests:
  page: https://scores.example.com
  channels:
    mail: {{kind: mail, host: 127.0.0.1, port: {port}, security: none, from: "bookscore <b@scores.example.com>"}}
  schedules:
    - {{name: own, every: month, working_day: 3, audience: managers, channel: mail}}
"""


def serve(port: Any, wanted: Any, result: Any) -> None:
    """A mail server that takes everything, until it is asked what it took."""
    import asyncio

    from aiosmtpd.smtp import SMTP

    taken: dict[str, int] = {}

    class Taking:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            taken[envelope.rcpt_tos[0]] = taken.get(envelope.rcpt_tos[0], 0) + 1
            return "250 taken"

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Taking(), loop=loop), "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await loop.run_in_executor(None, wanted.get)
        result.put(taken)

    asyncio.run(run())


def company(folder: Path, managers: int) -> None:
    """Two stored quarters of a made company, with a user for each manager."""
    from scoring import cli, demo
    from scoring.access import Role
    from scoring.store import open_store, people

    demo.write(folder, accounts=managers * 8, managers=managers, quarters=4)
    (folder / "rules.yaml").write_text((Path(__file__).parent.parent / "rules.yaml").read_text())
    for period in ("2026-Q1", "2026-Q2"):
        asked = ["run", str(folder), "--set-aside", "--period", period, "--as-of", "2026-07-15", "--json"]
        if cli.main(asked) != 0:
            raise SystemExit("the company could not be scored")
    store = open_store(folder)
    for n, card in enumerate(store.cards(store.holding()["2026-Q2"])):
        said = {"email": f"m{n}@example.com", "name": card["name"], "role": Role.MANAGER}
        people.add_user(store, said | {"manager_id": card["manager_id"]}, at=AT)
    store.close()


def sent(folder: Path, port: int, workers: int) -> dict[str, Any]:
    """How long sending to everybody took, and what it held."""
    from scoring.digest.opening import opened
    from scoring.digest.planning import plan
    from scoring.digest.sending import send_now
    from scoring.metrics import CATALOGUE
    from scoring.rules import read_versions
    from scoring.store import open_store

    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text().split("# digests:")[0].split("\ndigests:")[0] + RULES.format(port=port))
    store = open_store(folder)
    environment = dict(os.environ) | {"BOOKSCORE_PRIVATE_HOSTS": "127.0.0.1"}
    post = opened(store, folder, read_versions(rules, CATALOGUE)[0].rulebook, environment, now=lambda: AT)
    schedule = post.timetable.schedule("own")
    began, cpu = time.perf_counter(), time.process_time()
    planned = plan(post, schedule, post.timetable.of_period(schedule, "2026-05", AT), AT)
    if planned.waits_for:
        raise SystemExit(planned.waits_for)
    rows = send_now(post, planned, workers=workers)
    told = {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "sent": [row.address for row in rows if row.state == "sent"],
        "skipped": sum(row.state == "skipped" for row in rows),
        "others": sorted({f"{row.state}: {row.reason}" for row in rows if row.state not in ("sent", "skipped")}),
    }
    store.close()
    return told


def main() -> None:
    """Measures, and with `--write` puts the table into the README."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--managers", type=int, default=5_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=None, help="Where the company is kept, or was made before.")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    apart = multiprocessing.get_context("spawn")
    port, wanted, result = apart.Queue(), apart.Queue(), apart.Queue()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made) / "company"
        if not folder.exists():
            making = apart.Process(target=company, args=(folder, asked.managers))
            making.start()
            making.join()
        server = apart.Process(target=serve, args=(port, wanted, result), daemon=True)
        server.start()
        told = sent(folder, port.get(), asked.workers)
        wanted.put(None)
        taken = result.get()
        server.join()
    if told["others"] or taken != dict.fromkeys(told["sent"], 1):
        raise SystemExit(f"not everybody got one mail: {json.dumps(told['others'])}")
    mails = len(told["sent"])
    row = (
        f"{mails:,} mails, {asked.workers} workers",
        f"{told['seconds']:.0f}",
        f"{mails / told['seconds']:.0f}",
        f"{1000 * told['cpu'] / mails:.1f}",
        f"{told['mib']:,.0f}",
    )
    shown = table(("what", "seconds", "mails a second", "CPU ms a mail", "MiB at the most"), [row])
    sys.stdout.write(shown)
    if asked.write:
        between_markers("digests", shown)


if __name__ == "__main__":
    main()
