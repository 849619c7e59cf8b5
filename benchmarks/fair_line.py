"""What does the product's own line say of a made world, from exports to cards, and how far is it from the truth?"""

import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl
from fair_measures import covered, flagged, luck, percentile, rank_correlation
from fair_worlds import Plan, World, made
from fair_worlds.exports import PERIOD, export
from side_by_side import table

from scoring.compare.subject import of_folder
from scoring.intake import Request
from scoring.pipeline import run
from scoring.scorecard.of_rules import BELIEVING

AS_OF = date(2024, 1, 1)
DEFAULT = "oe_credibility"
METHODS = ("raw", "weighted", "target_bands", "peer_percentile", "oe", DEFAULT, "joint")
"""Every method that rules.yaml knows."""
INTERVAL = "interval: 95%\n"
USUAL = "credibility: {k: {net_revenue_retention: 145}}\n"
"""The k that managers who do differ have in these worlds."""
LABELLED = ("above", "below")

Figures = dict[str, Any]
Card = Mapping[str, Any]


def of_world(plan: Plan) -> Figures:
    """The figures of one world, run from its files."""
    world = made(plan)
    with TemporaryDirectory() as place:
        folder = export(world, Path(place) / "world", settings=INTERVAL)
        begun = time.process_time()
        cards = run(Request(folder, AS_OF, PERIOD)).cards
        found: Figures = {
            "seconds": time.process_time() - begun,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "labelled": _labelled(cards),
        }
        said = dict(_others(world, folder)) | {DEFAULT: cards}
        if plan.kind == "equal":
            usual = export(world, Path(place) / "usual", settings=INTERVAL + USUAL)
            return found | equals(run(Request(usual, AS_OF, PERIOD)).cards, said["oe"])
    found["methods"] = {method: measured(world, said[method]) for method in METHODS}
    return found | (gaming(world, said) if plan.kind == "dumping" else {})


def _others(world: World, folder: Path) -> Iterator[tuple[str, Sequence[Card]]]:
    """What the other methods say; but for graded values, of the same books."""
    subject = of_folder(Request(folder, AS_OF, PERIOD))
    for method in METHODS:
        if method not in (DEFAULT, "target_bands"):
            rulebook = subject.rulebook.model_copy(update={"method": method})
            yield method, subject.cards(subject.judged(rulebook), rulebook)
    graded = export(world, folder.with_name("graded"), "target_bands", INTERVAL)
    yield "target_bands", run(Request(graded, AS_OF, PERIOD)).cards


def points(cards: Sequence[Card]) -> pl.DataFrame:
    """One row per manager whose accounts have a figure: value, low and high in points, scale and peer_mean.

    The points are those of the only rule, which stand on a card without a score, too.
    """
    rows = [
        {
            "manager_id": card["manager_id"],
            **{name: line[of] for name, of in (("value", "points"), ("low", "low"), ("high", "high"))},
            **{name: (line["compared"] or {}).get(name) for name in ("scale", "peer_mean", "theta")},
        }
        for card in cards
        for line in card["lines"]
        if line["value"] is not None
    ]
    kinds = dict.fromkeys(("value", "low", "high", "scale", "peer_mean", "theta"), pl.Float64())
    return pl.DataFrame(rows, schema={"manager_id": pl.String(), **kinds}).drop_nulls("value").sort("manager_id")


def _truth(world: World) -> pl.DataFrame:
    rows = world.truth_managers
    middle = (pl.col("nrr_effect") * pl.col("account_months")).sum() / pl.col("account_months").sum()
    return rows.with_columns((pl.col("nrr_effect") - middle).alias("effect"))


def measured(world: World, cards: Sequence[Card]) -> Figures:
    """How far the cards are from the truth; where evidence is weighed, an effect is in points by the card's scale."""
    rows = points(cards).join(_truth(world), on="manager_id").drop_nulls("effect").sort("manager_id")
    value, effect = rows["value"].to_numpy(), rows["effect"].to_numpy()
    wrong, unjust = flagged(value, effect)
    scaled = rows.with_columns((50 + pl.col("scale") * (pl.col("effect") - pl.col("peer_mean"))).alias("effect"))
    is_believed = bool(cards) and cards[0]["method"] in BELIEVING
    known = scaled.filter((pl.col("scale") > 0) & is_believed).drop_nulls(["effect", "low"])
    return {
        "rho": rank_correlation(value, effect),
        "wrong": wrong,
        "unjust": unjust,
        "luck": luck(value, effect, rows["book_goodness"].to_numpy()),
        "cover": covered(known) if known.height else None,
    }


def gaming(world: World, said: Mapping[str, Sequence[Card]]) -> Figures:
    """By method what dumping gains and what it costs who receives, in percentile points against honest twins."""
    honest = made(replace(world.plan, kind="neutral"))
    takers = world.owners_history.join(honest.owners_history, on=world.owners_history.columns[:3], how="anti")
    with TemporaryDirectory() as place:
        folder = export(honest, Path(place) / "world", settings=INTERVAL)
        twins = {DEFAULT: run(Request(folder, AS_OF, PERIOD)).cards, **dict(_others(honest, folder))}
    return {"gaming": {method: _gamed(world, takers, twins[method], said[method]) for method in METHODS}}


def _gamed(world: World, takers: pl.DataFrame, before: Sequence[Card], after: Sequence[Card]) -> Figures:
    places = [_places(cards).rename({"place": f"p{n}"}) for n, cards in enumerate((before, after))]
    rows = places[0].join(places[1], on="manager_id").join(_truth(world), on="manager_id").drop_nulls("effect")
    rows = rows.with_columns(pl.Series("true", percentile(rows["effect"].to_numpy())))
    dumpers, others = rows.filter("is_dumper"), rows.filter(~pl.col("is_dumper"))
    receivers = others.join(takers.select("manager_id").unique(), on="manager_id", how="semi")
    return {
        "gain": (dumpers["p1"] - dumpers["true"]).mean(),
        "twin": (dumpers["p1"] - dumpers["p0"]).mean(),
        "receivers": (receivers["p1"] - receivers["p0"]).mean(),
    }


def _places(cards: Sequence[Card]) -> pl.DataFrame:
    said = points(cards)
    return said.select("manager_id", pl.Series("place", percentile(said["value"].to_numpy())))


def equals(usual: Sequence[Card], plain: Sequence[Card]) -> Figures:
    """How many of managers who are all alike are labelled with the k of real ones, and stand apart by O-E alone."""
    rows = points(plain).drop_nulls("low")
    return {
        "usual": _labelled(usual),
        "outside": rows.select(((pl.col("low") > 50) | (pl.col("high") < 50)).mean()).item(),
    }


def _labelled(cards: Sequence[Card]) -> Figures:
    """The share of managers with a score, and of those above or below their peers."""
    scored = [card for card in cards if card["score"] is not None]
    apart = sum(card["group"] in LABELLED for card in scored)
    return {"scored": len(scored) / len(cards), "share": apart / len(cards), "of_scored": apart / max(len(scored), 1)}


def told(worlds: Mapping[str, Sequence[Figures]], managers: int) -> str:
    """The tables of `--line`: by method how far cards are from the truth, and what gaming brings."""
    kinds = [kind for kind in ("neutral", "favoured", "rescue", "hidden") if kind in worlds]

    def mean(kind: str, *path: str) -> float | None:
        values = []
        for world in worlds.get(kind, ()):
            at: Any = world
            for name in path:
                at = at[name]
            values.append(at)
        return None if not values or None in values else float(np.mean(values))

    def cell(value: float | None, form: str = ".2f") -> str:
        return "-" if value is None else format(value, form)

    head = [
        "method",
        *(f"{figure} {kind[0].upper()}" for figure in ("rho", "unjust", "luck", "cover") for kind in kinds),
    ]
    head += ["dumpers", "receivers"]
    rows = [
        [
            f"**{method}**" if method == DEFAULT else method,
            *(cell(mean(k, "methods", method, f)) for f in ("rho", "unjust", "luck", "cover") for k in kinds),
            *(cell(mean("dumping", "gaming", method, f), "+.1f") for f in ("twin", "receivers")),
        ]
        for method in METHODS
    ]
    everything = [figures for found in worlds.values() for figures in found]
    seconds, peak = (float(np.mean([w[f] for w in everything])) for f in ("seconds", "peak_mib"))
    return "\n".join((
        table(head, rows),
        f"- One run of a world of {managers} managers by the default method: {seconds:.0f} CPU s, {peak:,.0f} MiB at "
        "the most.",
        f"- Equal managers: {cell(mean('equal', 'usual', 'share'), '.1%')} labelled above or below with the k of "
        f"managers who differ (at most 20 % by chance), {cell(mean('equal', 'labelled', 'share'), '.1%')} with "
        f"their own; the range of O-E leaves out the average of {cell(mean('equal', 'outside'), '.1%')} (5 % by "
        "chance).",
        f"- Labelled in N: {cell(mean('neutral', 'labelled', 'share'), '.0%')} of managers, "
        f"{cell(mean('neutral', 'labelled', 'scored'), '.0%')} have a score.",
    ))  # fmt: skip
