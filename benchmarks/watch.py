"""How often do the signs of the gaming watch speak where nobody games, and do they find who does?

Prints the table of `benchmarks/README.md`; with `--write` puts it there. Clean worlds are made companies of
`scoring.demo` under other seeds, the neutral worlds of `fair_worlds`, and companies of `watch_worlds`, in which all
that the signs look at happens by chance; in worlds of the kind `dumping` a tenth of the managers passes half of their
dying accounts on. Each world runs in a process of its own, one after the other.

    uv run python benchmarks/watch.py [--worlds 6] [--managers 80] [--write]
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from side_by_side import ROOT, between_markers, table

SEEDS = 2000
"""The first seed; each world has the next one."""
ACCOUNTS = 40
"""Accounts of a manager of the made company."""
LIMIT = 0.02
CLEAN = {"company": "made companies", "neutral": "neutral worlds", "chance": "everything by chance"}
"""Kinds of worlds in which nobody games."""
RULES = """name: watch
currency: EUR
ladder:
  tiers: [Entry, Standard, Premium]
  products: {Entry Plan: Entry, Standard Plan: Standard, Premium Plan: Premium}
rules:
  - {name: nrr, metric: net_revenue_retention, weight: 1}
"""

Said = dict[str, Any]


def of_company(seed: int, managers: int) -> Said:
    """What is said of a made company, in which nobody games."""
    from scoring import demo

    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        demo.write(folder, seed=seed, accounts=ACCOUNTS * managers, managers=managers, plant=False)
        (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
        return _said(folder, demo.AS_OF, "2026-Q2")


def of_world(kind: str, seed: int, managers: int) -> Said:
    """What is said of a world of known managers, and who dumps."""
    from fair_worlds import Plan, made
    from fair_worlds.exports import PERIOD, export

    world = made(Plan(kind=kind, seed=seed, managers=managers))  # type: ignore[arg-type]
    dumpers = world.truth_managers.filter("is_dumper")["manager_id"].to_list() if kind == "dumping" else []
    with TemporaryDirectory() as scratch:
        said = _said(export(world, Path(scratch)), date(2023, 12, 31), PERIOD)
    return said | {"dumpers": dumpers}


def of_chance(seed: int, managers: int) -> Said:
    """What is said of a company in which everything happens by chance."""
    import watch_worlds

    with TemporaryDirectory() as scratch:
        folder = watch_worlds.write(Path(scratch), seed, managers)
        return _said(folder, watch_worlds.AS_OF, watch_worlds.PERIOD)


def _said(folder: Path, as_of: date, period: str) -> Said:
    """The codes of each sign with the managers it names, and how many managers there are."""
    from scoring.intake import Request
    from scoring.pipeline import run
    from scoring.watch import SIGNS

    made = run(Request(folder, as_of, period, set_aside=True))
    named = {s.code: [m for m, found in made.watch.items() if s.code in {f["code"] for f in found}] for s in SIGNS}
    return {"managers": len(made.cards), "named": named}


def found(kind: str, count: int, managers: int) -> list[Said]:
    """What is said in so many worlds of a kind."""
    said = []
    for seed in range(SEEDS, SEEDS + count):
        command = [sys.executable, __file__, "--world", kind, str(seed), str(managers)]
        output = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, text=True).stdout
        said.append(json.loads(output.splitlines()[-1]))
        print(kind, seed, {c: len(n) for c, n in said[-1]["named"].items()}, file=sys.stderr)
    return said


def text_of(worlds: Mapping[str, Sequence[Said]]) -> tuple[str, bool]:
    """The table, and whether every sign keeps the limit. `worlds` are those of each kind."""
    clean = [worlds[kind] for kind in CLEAN]
    rows, keeps = [], True
    for code in clean[0][0]["named"]:
        cells = []
        for some in (*clean, [world for these in clean for world in these]):
            n, of = sum(len(w["named"][code]) for w in some), sum(w["managers"] for w in some)
            cells.append(f"{n} of {of:,} ({n / of:.1%})")
            keeps &= n / of <= LIMIT
        rows.append((f"`{code}`", *cells))
    dumping = worlds["dumping"]
    dumpers = [(w, m) for w in dumping for m in w["dumpers"]]
    caught = sum(m in w["named"]["passed_on_late"] for w, m in dumpers)
    honest = sum(w["managers"] - len(w["dumpers"]) for w in dumping)
    wrong = sum(m not in w["dumpers"] for w in dumping for m in w["named"]["passed_on_late"])
    told = (
        f"Dumping: `passed_on_late` names {caught} of {len(dumpers)} dumpers ({caught / max(len(dumpers), 1):.0%}) and "
        f"{wrong} of the {honest} honest managers beside them ({wrong / max(honest, 1):.1%})."
    )
    head = ("sign", *CLEAN.values(), "all")
    return f"{table(head, rows)}\n{told}\n", keeps


def main() -> None:
    """Runs the worlds and prints what was said of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=6)
    parser.add_argument("--managers", type=int, default=80)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--world", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.world:
        kind, seed, managers = asked.world[0], int(asked.world[1]), int(asked.world[2])
        made = {"company": of_company, "chance": of_chance}.get(kind)
        print(json.dumps(made(seed, managers) if made else of_world(kind, seed, managers)))
        return
    text, keeps = text_of({kind: found(kind, asked.worlds, asked.managers) for kind in (*CLEAN, "dumping")})
    print(text)
    if asked.write:
        between_markers("watch", text)
    if not keeps:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
