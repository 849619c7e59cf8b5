"""From which size on does a cluster pay? The same made company here and on Ray, with a head and two more nodes.

Each node stands on this machine with one core, so the curve shows what a cluster costs beside what it saves: it
measures no network. Every file that both write must be the same to the byte, or this stops. CPU of the cluster is
that of all its processes from the moment it stands; memory is the largest sum of theirs at one time. With `--kill`
a worker is killed once, in the middle of each run.

    uv run --all-extras python benchmarks/cluster.py [--sizes 1000 10000 100000] [--runs 1] [--kill] [--write]
"""

import argparse
import filecmp
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from threading import Event, Thread

import psutil
from side_by_side import ROOT, between_markers, table

COMMAND = [sys.executable, "-m", "scoring.cli"]
RAY = [sys.executable, "-m", "ray.scripts.scripts"]
OURS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
"""Nobody else may send work to the nodes of this run."""
PORT = 6399
NODES = 2
AS_OF = "2026-06-30"
HEAD = [
    "accounts",
    "engine",
    "wall s",
    "CPU s here",
    "CPU s of the cluster",
    "peak MiB here",
    "peak MiB of the cluster",
]


@dataclass
class Watch:
    """What the processes of a cluster cost, looked at twice a second; ids of workers while they work."""

    cpu: dict[int, float] = field(default_factory=dict)
    peak_mib: float = 0.0
    busy: set[int] = field(default_factory=set)
    _over: Event = field(default_factory=Event)

    def __enter__(self) -> "Watch":
        self.thread = Thread(target=self._look)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.thread.join()

    def _look(self) -> None:
        first: dict[int, float] = {}
        while not self._over.wait(0.5):
            memory = 0
            for process in _of_cluster():
                try:
                    used = sum(process.cpu_times()[:2])
                    own = process.memory_info()
                    memory += own.rss - own.shared
                    title = " ".join(process.cmdline())
                except psutil.Error:
                    continue
                self.cpu[process.pid] = used - first.setdefault(process.pid, used if not self.cpu else 0.0)
                if title.startswith("ray::done"):
                    self.busy.add(process.pid)
            self.peak_mib = max(self.peak_mib, memory / 2**20)


def _of_cluster() -> Iterator[psutil.Process]:
    """The processes of the nodes and their workers."""
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if line.startswith("ray::") or "/ray/core/src/ray/" in line or "/ray/_private/" in line:
            yield process


@contextmanager
def nodes() -> Iterator[str]:
    """The address of a cluster of a head without cores and NODES nodes with one."""
    place = f"127.0.0.1:{PORT}"
    start = [*RAY, "start", "--disable-usage-stats", "--node-ip-address", "127.0.0.1"]
    head = [*start, "--head", f"--port={PORT}", "--num-cpus=0", "--include-dashboard=false"]
    more = [[*start, f"--address={place}", "--num-cpus=1"] for _ in range(NODES)]
    started = []
    try:
        for command in (head, *more):
            block = subprocess.Popen(
                [*command, "--block"], env={**os.environ, **OURS}, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
            )
            started.append(block)
            time.sleep(12)
        yield place
    finally:
        for process in reversed(started):
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(60)


@dataclass
class Cost:
    """What runs of one size cost with one engine."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)
    others_cpu: list[float] = field(default_factory=list)
    others_mib: list[float] = field(default_factory=list)

    def row(self, accounts: int, engine: str) -> list[str]:
        """Its line of the table."""
        theirs = [f"{median(v):{f}}" if v else "" for v, f in ((self.others_cpu, ".1f"), (self.others_mib, ".0f"))]
        here = [f"{median(v):{f}}" for v, f in ((self.wall, ".1f"), (self.cpu, ".1f"), (self.peak_mib, ".0f"))]
        return [f"{accounts:,}", engine, here[0], here[1], theirs[0], here[2], theirs[1]]


def scored(folder: Path, out: Path, further: Sequence[str], cost: Cost, *, kill: bool = False) -> None:
    """Runs the folder once, and keeps what it cost."""
    command = [*COMMAND, "run", str(folder), "--set-aside", "--as-of", AS_OF, "--out", str(out), *further]
    begun = time.perf_counter()
    with Watch() if further else nullcontext(Watch()) as watch:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT, env={**os.environ, **OURS}
        )
        if kill:
            _kill_one(watch)
        said = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"failed: {' '.join(command)}\n{said.decode()}")
    cost.wall.append(time.perf_counter() - begun)
    cost.cpu.append(usage.ru_utime + usage.ru_stime)
    cost.peak_mib.append(usage.ru_maxrss / 1024)
    if further:
        cost.others_cpu.append(sum(watch.cpu.values()))
        cost.others_mib.append(watch.peak_mib)


def _kill_one(watch: Watch) -> None:
    """Kills a worker as soon as one is seen at work."""
    until = time.monotonic() + 120
    while not watch.busy and time.monotonic() < until:
        time.sleep(0.05)
    if not watch.busy:
        raise SystemExit("no worker was seen at work")
    victim = min(watch.busy)
    os.kill(victim, signal.SIGKILL)
    print(f"killed worker {victim}", file=sys.stderr)


def same(one: Path, other: Path) -> int:
    """How many files both folders hold; stops where they differ by a byte."""
    names = [sorted(str(p.relative_to(place)) for p in place.rglob("*") if p.is_file()) for place in (one, other)]
    _, differing, odd = filecmp.cmpfiles(one, other, names[0], shallow=False)
    if names[0] != names[1] or differing or odd:
        raise SystemExit(f"not the same: {differing or odd or set(names[0]) ^ set(names[1])}")
    return len(names[0])


def main() -> None:
    """Measures every size in turn, and prints or writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as scratch, nodes() as place:
        for accounts in asked.sizes:
            folder, here, there = Path(scratch) / str(accounts), Cost(), Cost()
            init = [*COMMAND, "init", str(folder), "--demo", "--accounts", str(accounts)]
            subprocess.run(init, check=True, capture_output=True, cwd=ROOT)
            for n in range(asked.runs):
                outs = [folder / f"{name}{n}" for name in ("here", "there")]
                scored(folder, outs[0], (), here)
                scored(folder, outs[1], ("--engine", "ray", "--address", place), there, kill=asked.kill)
                print(f"{accounts:,}: {same(*outs)} files the same", file=sys.stderr)
            rows += [here.row(accounts, "local"), there.row(accounts, "ray, two nodes of one core")]
            print(table(HEAD, rows[-2:]), file=sys.stderr)
    made = table(HEAD, rows)
    print(made)
    if asked.write:
        between_markers("cluster", made)


if __name__ == "__main__":
    main()
