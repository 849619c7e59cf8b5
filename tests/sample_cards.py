"""Made scorecards for the tests of what people see: the usual ones, the empty ones and the hostile ones."""

from typing import Any

Card = dict[str, Any]

HOSTILE = "<script>alert(1)</script>\"'&{{ 7*7 }}\u202egnp.exe\u2066\x00\x1b"
LONG = "Maximiliana-Konstantinopolitanska " * 6
NAMES = """
Amara Okafor, Bianca Petrović, Chidi Rahimi, Dana Byrne, Emeka Orlov, Farah Rossi, Goran Sato, Hana García,
Ines Moreno, Jonas Hughes, Kaito Nwosu, Leila Ferreira, Mateo Novak, Nadia Larsen, Omar Demir,
Priya Lindqvist, Quinn Weber, Rosa Farouk, Sven Ruiz, Tomás Moreau, Uma Haddad, Viktor Tanaka,
Wren Iyer, Ägidius Öztürk
"""

_RULES = """
keep_revenue   | net_revenue_retention | Net revenue retention   | ratio | 1.038  | 65.0 | 35 | 60.2 | 61.0
keep_accounts  | logo_retention        | Logo retention          | ratio | 0.95   | 83.0 | 20 | 84.3 | 62.0
grow_customers | revenue_per_account   | Revenue per account     | money | 102439 | 84.0 | 20 | 78.1 | 61.0
climb          | ladder_net_steps      | Net steps up the ladder | steps | 7      | 66.0 | 15 | 69.1 | 61.5
reach_target   | target_attainment     | Target attainment       | ratio | 0.98   | 65.0 | 10 | 62.0 | 70.0
"""
_DEFINITIONS = {
    "net_revenue_retention": "Closing revenue of the accounts that paid at the opening, divided by "
    "their opening revenue.",
    "logo_retention": "Share of the accounts paying at the start that still pay at the end.",
    "revenue_per_account": "Closing revenue divided by the accounts that pay it.",
    "ladder_net_steps": "Steps up the ladder of tiers less steps down, over the accounts that stayed.",
    "target_attainment": "What was reached, divided by what was agreed for the same period.",
}
_DRIVERS = """
Solace Clinics      | 7200.00  | 9000.00  | 0.8   | expansion of 1,800.00 on 2026-05-03
Northwind Logistics | 10400.00 | 11860.00 | 0.6   | expansion of 1,460.00 on 2026-04-17
Quarry Steel        | 4900.00  | 6270.50  | 0.5   | expansion of 1,370.50 on 2026-06-02
Atlas Media         | 0.00     | 7900.00  | 0.5   | new on 2026-05-20
Kestrel Aero        | 4600.00  | 4600.00  | 0.04  | no change of revenue
Juniper Retail      | 5500.00  | 5445.00  | -0.04 | contraction of 55.00 on 2026-06-11
Lumen Schools       | 8100.00  | 7776.00  | -0.1  | contraction of 324.00 on 2026-04-02
Sable Hotels        | 8400.00  | 0.00     | -0.6  | left on 2026-06-28, service ended
"""


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("|")]


def lines() -> list[Card]:
    """Five scored lines that add up to 72.5."""
    made = []
    for row in _RULES.strip().splitlines():
        rule, metric, label, unit, value, points, weight, previous, peers = _cells(row)
        share = float(weight) / 100
        made.append({
            "rule": rule, "metric": metric, "label": label, "unit": unit, "better": "higher",
            "value": float(value), "n": 41, "expected": None, "points": float(points),
            "low": float(points) - 4.1, "high": float(points) + 5.0, "weight": float(weight), "share": share,
            "contribution": share * float(points), "previous_value": float(value) * 0.98,
            "previous_points": float(previous), "peer_median_points": float(peers),
            "contribution_change": share * (float(points) - float(previous)),
            "because": "lies between the floor 90 % (0 points) and the target 110 % (100 points)",
            "definition": _DEFINITIONS[metric], "reason": None, "reason_sentence": None, "compared": None,
        })  # fmt: skip
    return made


def drivers() -> list[Card]:
    """Eight accounts."""
    made = []
    for i, row in enumerate(_DRIVERS.strip().splitlines()):
        name, before, after, points, sentence = _cells(row)
        made.append({
            "account_id": f"a{i}", "name": name, "before": before, "after": after,
            "points": float(points), "sentence": sentence,
        })  # fmt: skip
    return made


def card(**changed: Any) -> Card:
    """A usual card with whatever is changed."""
    made = {
        "manager_id": "m20", "name": "Tomás Moreau", "team": "EMEA Enterprise", "reports_to": "Lena Voss",
        "accounts": 41, "period": "2026-Q2", "period_from": "2026-04-01", "period_to": "2026-06-30",
        "basis": "contracts",
        "basis_sentence": "Recurring revenue by contract: opening on 1 July 2025, closing on 30 June 2026, "
        "twelve months between them.",
        "ownership": "history", "method": "target_bands", "sure": 0.9, "currency": "EUR",
        "goal": "Keep and grow the revenue of the customers we have.", "rules_name": "Customer care 2026",
        "rules_version": None, "rules_change": None,
        "rules_hash": "9f3c2a1b7d5e4c60", "as_of": "2026-06-30", "score": 72.55, "low": 69.8, "high": 76.1,
        "interval": 0.9, "label": "On track", "reason": None, "coverage": 1.0, "evidence": "medium",
        "trust": {"level": "full", "reasons": []},
        "evidence_sentence": "41 accounts carry the evidence of 33 equal ones.", "believed": None,
        "chance_above": None, "before_credibility": None, "unadjusted": None, "group": "above",
        "peer_median": 66.0, "previous": {"period": "2026-Q1", "score": 70.16, "low": 66.0, "high": 74.0},
        "change": 2.39, "change_band": 5.1, "is_beyond_chance": False, "lines": lines(), "drivers": drivers(),
        "without_largest": {"account_id": "a1", "name": "Northwind Logistics", "share": 0.31, "score": 70.1},
        "bridge": {
            "opening": "4068220.00", "new": "90400.00", "reactivation": "12250.00", "expansion": "81630.50",
            "contraction": "20379.00", "churn": "38400.00", "fx": "-3721.5000", "transfer_in": "44100.00",
            "transfer_out": "34100.00", "closing": "4200000.00",
        },
        "flags": [
            "3 accounts were taken over inside the period; what happened before is not theirs.",
            "1.8 % of the invoiced revenue matched no account (invoices.csv rows 214 to 229).",
        ],
    }  # fmt: skip
    made["score"] = sum(line["contribution"] for line in made["lines"])
    made["previous"]["score"] = sum(line["share"] * line["previous_points"] for line in made["lines"])
    return made | changed


def without_score() -> Card:
    """Nobody may be scored on nothing."""
    empty = [
        line | {
            "value": None, "n": 0, "points": None, "low": None, "high": None, "share": 0.0,
            "contribution": None, "contribution_change": None, "previous_value": None,
            "previous_points": None,
            "reason": "no_opening", "reason_sentence": "There was no revenue to keep when the period opened.",
        }
        for line in lines()
    ]  # fmt: skip
    return card(
        manager_id="m30", name="Yara Patel", score=None, low=None, high=None, label=None, group="not_scored",
        reason="Only 0 % of the weight could be scored, and the rules ask for 60 %.", coverage=0.0,
        evidence="none", evidence_sentence="No account paid when the period opened.", previous=None,
        change=None, change_band=None, peer_median=None, lines=empty, drivers=[], without_largest=None,
        accounts=0, bridge=None, flags=[],
    )  # fmt: skip


def compared_lines() -> list[Card]:
    """The five lines as they are where accounts are compared with what such accounts did in anybody's hands."""
    steps = {"observed": 11.0, "expected": 9.5, "difference": 1.5, "theta": 0.8}
    return [
        line | {
            "because": "93.1 % on average over 138 account-quarters, 90.4 % expected of such accounts: +2.7 points, of "
            "which 56 % is believed",
            "compared": {
                "observed": 0.931, "expected": 0.904, "difference": 0.027, "theta": 0.0151, "peer_mean": 0.0,
                "scale": 143.1, "z": 0.56, "evidence": 107.7, "account_quarters": 138, "few_comparable": 0,
                "peers": 25, "label": "above",
            } | ({} if line["unit"] == "ratio" else steps),
        }
        for line in lines()
    ]  # fmt: skip


def compared(**changed: Any) -> Card:
    """A usual card of a method that weighs evidence."""
    return card(
        method="oe_credibility", label="Above peers", believed=0.56, chance_above=0.92, before_credibility=90.2,
        unadjusted=95.7, evidence="medium", lines=compared_lines(),
    ) | changed  # fmt: skip


def causes() -> list[Card]:
    """Why a score moved: four parts that add up to 2.435, one of which does not show in print."""
    made = []
    for part, label, points, accounts in (
        ("kept", "Accounts kept", 3.14, {"Solace Clinics": 0.4, "Sable Hotels": -2.2, "Quarry Steel": 1.9}),
        ("handed_over", "Accounts handed over", -1.23, {HOSTILE: -1.23}),
        ("evidence", "How much is believed", 0.504, {}),
        ("peers", "Average of the peers", 0.021, {}),
    ):
        named = [{"account_id": name[:3], "name": name, "points": p} for name, p in accounts.items()]
        made.append({"part": part, "label": label, "points": points, "accounts": named})
    return made


def partly() -> Card:
    """One rule could not be measured; the others carry its weight. There is no earlier score."""
    never = {"previous_value": None, "previous_points": None, "contribution_change": None}
    made = [line | never for line in lines()]
    made[4] |= {
        "value": None, "points": None, "low": None, "high": None, "share": 0.0, "contribution": None,
        "reason": "no_target", "reason_sentence": "No target was agreed for the period.",
    }  # fmt: skip
    for line in made[:4]:
        line["share"] = line["weight"] / 90
        line["contribution"] = line["share"] * line["points"]
    score = sum(line["contribution"] for line in made[:4])
    return card(
        manager_id="m31", name="Quentin Zhou", score=score, low=score - 3, high=score + 3, lines=made,
        previous=None, change=None, change_band=None, coverage=0.9, group="within", currency="JPY",
        basis="invoices", ownership="seller", drivers=drivers()[:2], without_largest=None,
        basis_sentence="Invoiced revenue of 2026-Q2 against 2025-Q2.",
    )  # fmt: skip


def hostile() -> Card:
    """Every text a person could have typed, hostile."""
    bad = [d | {"name": HOSTILE, "sentence": HOSTILE} for d in drivers()]
    bad[0]["name"] = '=HYPERLINK("http://evil.example";"x")'
    bad[1]["name"] = LONG
    return card(
        manager_id="../../x", name=HOSTILE, team=LONG, reports_to=HOSTILE, goal=HOSTILE, rules_name=HOSTILE,
        label=HOSTILE, drivers=bad, flags=[HOSTILE], currency="<b>", group="below", evidence_sentence=HOSTILE,
        without_largest={"account_id": "a1", "name": HOSTILE, "share": 0.31, "score": 70.1},
        lines=[line | {"label": HOSTILE, "because": HOSTILE, "definition": HOSTILE} for line in lines()],
    )  # fmt: skip


def team() -> list[Card]:
    """Twenty-four usual managers over all groups, and the special ones."""
    made = []
    for i, name in enumerate(NAMES.replace("\n", " ").strip().split(", ")):
        score = 50.0 + (i * 37 % 24) * 1.3
        before = score - 4 + (i * 7 % 9)
        previous = {"period": "2026-Q1", "score": before, "low": before - 4, "high": before + 4}
        group = "above" if score > 71 else "below" if score < 58 else "within"
        made.append(card(
            manager_id=f"m{i:02}", name=name, team=("Americas", "EMEA Enterprise", "EMEA Mid-market")[i % 3],
            score=score, low=score - 4.1, high=score + 4.4, group=group, previous=previous,
            is_beyond_chance=i % 2 == 0, drivers=drivers()[i % 8:],
        ))  # fmt: skip
    return [*made, without_score(), partly(), hostile(), card(manager_id="long", name=LONG, group="within")]


def company(**changed: Any) -> Card:
    """The company's strip."""
    figures = """
    Closing revenue           | €98.4 M   | a month, on 30 Jun 2026
    Net revenue retention     | 101.2 %   | 1,000 accounts
    Gross revenue retention   | 93.7 %    |
    Logo retention            | 91.0 %    |
    Accounts                  | 1,000     | 24 managers
    Credited                  | 98.2 %    | 1.8 % unassigned
    """
    rows = [_cells(row) for row in figures.strip().splitlines()]
    return {
        "period": "2026-Q2", "period_from": "2026-04-01", "period_to": "2026-06-30", "currency": "EUR",
        "as_of": "2026-06-30", "goal": "Keep and grow the revenue of the customers we have.",
        "rules_name": "Customer care 2026", "rules_version": None, "rules_hash": "9f3c2a1b7d5e4c60",
        "basis_sentence": "Monthly recurring revenue under contract.",
        "figures": [{"label": a, "value_text": b, "note": c} for a, b, c in rows],
        "notes": ["1.8 % of the revenue has no manager and is in nobody's score."],
    } | changed  # fmt: skip
