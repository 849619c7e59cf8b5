"""What does comparing cost: a million account-quarters and 5,000 managers, from outcomes to scores and ranges?

    uv run python benchmarks/peers.py [--managers 5000] [--accounts 50] [--runs 3] [--write]

250,000 accounts over four quarters, a fifth of them with two managers, two metrics. CPU seconds without start and
imports, and peak memory of the whole process. Two runs must give the same scores, or nothing is written.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from side_by_side import Contender, Stages, between_markers, in_turn, table

GOAL_S, GOAL_GIB = 8, 4
QUARTERS = 4


def compared(managers: int, accounts: int) -> dict[str, Any]:
    """The scores of a made company, as a hash, and what each stage cost."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    import scipy.special  # noqa: F401  else the first estimate loads it
    from fairness_made import LOGO, NRR, small

    from scoring.peers.company import company
    from scoring.peers.estimate import estimate
    from scoring.peers.score import scores

    made = small(managers=managers, accounts=accounts, skill=0.03, quarters=QUARTERS, shared=0.2)
    stage = Stages()
    with stage("company"):
        known = company(made.units, made.shares, made.managers, made.settings)
    with stage("estimates"):
        found = [estimate(known, outcome, made.settings) for outcome in (NRR, LOGO)]
    with stage("scores"):
        told = scores(found, {NRR.name: 60, LOGO.name: 40}, made.settings)
    digest = hashlib.sha256(told.write_csv(float_precision=17).encode()).hexdigest()
    return {"stages": stage.seconds, "units": made.units.height, "scores": told.height, "sha256": digest}


def shown(one: Contender) -> list[Sequence[str]]:
    """The rows of the table."""
    stages = {n: median(s["stages"][n] for s in one.said) for n in one.said[0]["stages"]}
    rows = [(name, f"{seconds:.2f}") for name, seconds in stages.items()]
    return [*rows, ("all", f"{sum(stages.values()):.2f}"), ("peak MiB", f"{median(one.peak_mib):,.0f}")]


def main() -> None:
    """Measures, and with `--write` puts the table into the README."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--managers", type=int, default=5_000)
    parser.add_argument("--accounts", type=int, default=50)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        print(json.dumps(compared(asked.managers, asked.accounts)))
        return
    size = ["--managers", str(asked.managers), "--accounts", str(asked.accounts)]
    one = Contender("peers", [__file__, "--once", *size])
    in_turn([one], asked.runs)
    if len({s["sha256"] for s in one.said}) > 1:
        raise SystemExit("two runs gave other scores")
    told = table(("stage", "CPU s"), shown(one))
    sys.stdout.write(f"{one.said[0]['units']:,} account-quarters, {one.said[0]['scores']:,} managers\n{told}\n")
    if asked.write:
        between_markers("peers", told)


if __name__ == "__main__":
    main()
