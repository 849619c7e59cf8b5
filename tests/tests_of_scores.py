"""Checks scores against a plain reading of what the rules promise."""

from scoring.rules import Rulebook
from scoring.scorecard.judge import Judged

STAND_INS = {"neutral": 50.0, "zero": 0.0}


def is_a_weighted_mean(judged: Judged, rulebook: Rulebook) -> None:
    """Fails where a score is not the weighted mean of the points of the rules that have a value."""
    rules = {r.name: r for r in rulebook.rules}
    weights = sum(r.weight for r in rulebook.rules)
    for score in judged.scores.iter_rows(named=True):
        lines = [r for r in judged.lines.iter_rows(named=True) if r["manager_id"] == score["manager_id"]]
        assert {r["rule"] for r in lines} == set(rules)
        policies = {r["rule"]: rules[r["rule"]].missing or rulebook.missing for r in lines}
        for line in lines:
            assert line["is_measured"] == (line["value"] is not None), line
            assert line["points"] is None or 0 <= line["points"] <= 100
            if not line["is_measured"]:
                assert line["points"] == STAND_INS.get(policies[line["rule"]]), line
        counted = [r for r in lines if r["points"] is not None and r["weight"] > 0]
        coverage = sum(r["weight"] for r in lines if r["is_measured"]) / weights
        is_withheld = any(policies[r["rule"]] == "withhold" and r["weight"] > 0 and not r["is_measured"] for r in lines)
        assert abs(score["coverage"] - coverage) < 1e-12
        if not counted or is_withheld or coverage < rulebook.min_coverage - 1e-9:
            assert score["score"] is None
            continue
        mean = sum(r["points"] * r["weight"] for r in counted) / sum(r["weight"] for r in counted)
        assert abs(score["score"] - mean) < 1e-9
        assert -1e-9 <= score["score"] <= 100 + 1e-9
