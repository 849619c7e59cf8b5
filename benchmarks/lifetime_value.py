"""What does lifetime value of repeat orders cost, beside the packages lifetimes and clvkit, on the same logs?

Every tool reads the same Parquet file in a process of its own, in turn with the others. In the same run their
parameters, expected purchases and values are compared; where they disagree nothing is written.

    uv run --group bench python benchmarks/lifetime_value.py [--sizes cdnow 10000 100000 1000000] [--runs 3]
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lifetime_tools import CHOSEN, CLVKIT, LIFETIMES, OURS, STAGES, TOOLS
from made_logs import CDNOW_UNTIL, MADE, UNTIL, write_log
from side_by_side import Contender, bars, between_markers, in_turn, table

TOO_MANY = {CLVKIT: 2_000_000}
"""From so many customers on a tool is left out: clvkit's fit alone would take about 1,550 CPU s at ten million."""

FOUR_DIGITS, TOTALS = 5e-4, 1e-4
"""How far parameters, and totals of all customers, may be apart, as parts of themselves."""


# Whether they agree


def disagreements(said: Mapping[str, Mapping[str, Any]], conventions: Mapping[str, float]) -> Iterator[str]:
    """Sentences on what a peer says otherwise; `conventions` holds our total value by each peer's convention."""
    own = said[OURS]
    for peer in (name for name in (LIFETIMES, CLVKIT) if name in said):
        theirs = said[peer]
        pairs = {name: (own["parameters"][name], theirs["parameters"][name], FOUR_DIGITS) for name in MADE}
        pairs |= {name: (own[name], theirs[name], TOTALS) for name in ("alive", "expected")}
        pairs["value by its convention"] = (conventions[peer], theirs["value"], TOTALS)
        for name, (ours_, their_, most) in pairs.items():
            off = abs(their_ / ours_ - 1)
            if not off <= most:
                yield f"{peer}, {name}: {their_:.8g} against {ours_:.8g}, {off:.1e} apart, more than {most:.0e}"


# What is measured


def contenders(size: str, log: Path, without: Sequence[str]) -> dict[str, Contender]:
    """The tools that take part at a size."""
    many = 0 if size == "cdnow" else int(size)
    left_out = [name for name in TOOLS if any(name.startswith(word) for word in without)]
    taking = [name for name in TOOLS if many < TOO_MANY.get(name, many + 1) and name not in left_out]
    return {name: Contender(name, [__file__, "--tool", name, "--log", str(log), "--size", size]) for name in taking}


def measured(size: str, scratch: Path, runs: int, without: Sequence[str]) -> tuple[str, dict[str, Contender], str]:
    """The heading of a size, its contenders after all runs, and how far their values lie apart.

    Stops, and says what, where they do not agree.
    """
    log = scratch / f"{size}.parquet"
    writer = Contender("the log", [__file__, "--write", str(log), "--size", size])
    writer.run()
    tools = contenders(size, log, without)
    in_turn(tools.values(), runs)
    again = Contender("the conventions", [*tools[OURS].arguments, "--conventions"])
    again.run()
    said = {name: tool.said[0] for name, tool in tools.items()}
    conventions = again.said[0]["conventions"]
    if found := list(disagreements(said, conventions)):
        raise SystemExit("\n".join([f"{size}: the tools do not agree, so nothing is written.", *found]))
    made = writer.said[0]
    name = "CDNOW" if size == "cdnow" else "simulated"
    heading = f"{name}, {made['customers']:,} customers, {made['orders']:,} orders"
    return heading, tools, _apart(heading, said, conventions)


def _apart(heading: str, said: Mapping[str, Mapping[str, Any]], conventions: Mapping[str, float]) -> str:
    """A sentence on how closely the tools agree, and what their conventions make of the value."""
    own, words = said[OURS], []
    for peer in (name for name in (LIFETIMES, CLVKIT) if name in said):
        theirs = said[peer]
        far = max(abs(theirs["parameters"][name] / own["parameters"][name] - 1) for name in MADE)
        words.append(
            f"{peer}: parameters {far:.0e}, P(alive) {abs(theirs['alive'] / own['alive'] - 1):.0e}, expected purchases "
            f"{abs(theirs['expected'] / own['expected'] - 1):.0e}, total value by its own convention "
            f"{abs(theirs['value'] / conventions[peer] - 1):.0e}, by ours {theirs['value'] / own['value'] - 1:+.2%}"
        )
    return (
        f"- {heading}, parts by which they differ from bookscore. {'; '.join(words)}. Chosen: {said[CHOSEN]['model']}."
    )


def rows(heading: str, tools: Mapping[str, Contender]) -> Iterator[list[str]]:
    """The lines of the table for one size."""
    for number, tool in enumerate(tools.values()):
        by_stage = ["", "", "", "", ""] if tool.name == CHOSEN else [f"{tool.stage(name):.3f}" for name in STAGES]
        costs = f"{tool.total:.3f}", f"{_middle(tool.cpu):.2f}", f"{_middle(tool.wall):.2f}"
        yield [heading if number == 0 else "", tool.name, *by_stage, *costs, f"{_middle(tool.peak_mib):.0f}"]


def _middle(figures: Sequence[float]) -> float:
    return sorted(figures)[len(figures) // 2]


def main() -> None:
    """Measures all sizes, writes table and picture; or, as a child, runs one tool and prints what it said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["cdnow", "10000", "100000", "1000000"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--without", nargs="+", default=[], choices=("lifetimes", "clvkit"), help="peers to leave out")
    parser.add_argument("--dry", action="store_true", help="print the table, and leave the README alone")
    parser.add_argument("--tool", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--size", help=argparse.SUPPRESS)
    parser.add_argument("--conventions", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--log", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        write_log(asked.size, asked.write)
    elif asked.tool:
        said = TOOLS[asked.tool](asked.log, CDNOW_UNTIL if asked.size == "cdnow" else UNTIL)
        told = said.pop("conventions", None)
        print(json.dumps(said | ({"conventions": told()} if asked.conventions else {})))
    else:
        report(asked.sizes, asked.runs, asked.without, dry=asked.dry)


def report(sizes: Sequence[str], runs: int, without: Sequence[str], *, dry: bool) -> None:
    """Measures every size and puts the table into the README and the picture beside it."""
    with tempfile.TemporaryDirectory() as scratch:
        found = [measured(size, Path(scratch), runs, without) for size in sizes]
    head = ("log", "tool", *STAGES, "total", "whole process", "wall", "peak MiB")
    text = table(head, [row for heading, tools, _ in found for row in rows(heading, tools)])
    text += "\n" + "\n".join(apart for *_, apart in found)
    print(text)
    if dry:
        return
    between_markers("lifetime value", text)
    totals = {heading: {tool.name: tool.total for tool in tools.values()} for heading, tools, _ in found}
    picture = bars("Lifetime value, log to table", totals, "CPU seconds")
    Path(__file__).with_name("lifetime_value.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
