"""A small company, and all that can be wrong with its files: one fault at a time, with the line that tells it."""

from collections.abc import Callable
from pathlib import Path

from scoring.intake import RULES

TABLES = {
    "accounts.csv": """
        account_id,name,segment
        A1,Alpha,Small
        A2,Beta,Large
        A3,Gamma,Small
        """,
    "managers.csv": """
        manager_id,name,team
        M1,Ada,East
        M2,Ben,East
        """,
    "ownership.csv": """
        account_id,manager_id,starts_on,ends_on,share
        A1,M1,2024-01-01,2026-05-01,
        A1,M2,2026-05-01,,
        A2,M2,2024-01-01,,
        A3,M1,2024-01-01,,0.5
        """,
    "contracts.csv": """
        line_id,account_id,product,amount,currency,every,starts_on,ends_on
        L1,A1,Entry Plan,100.00,EUR,month,2024-01-01,
        L2,A2,Premium Plan,2400.00,USD,year,2024-01-01,
        L3,A3,Entry Plan,50.00,EUR,month,2025-01-01,2026-05-10
        """,
    "rates.csv": """
        currency,dated_on,rate
        USD,2024-01-01,0.9
        """,
    "targets.csv": """
        manager_id,metric,period,value
        M1,closing,2026-Q2,150
        """,
}

Fault = Callable[[Path], object]


def replaced(name: str, old: str, new: str) -> Fault:
    """A fault in one place of a file."""

    def make(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return make


def holding(name: str, content: bytes) -> Fault:
    """A file that holds something else."""
    return lambda folder: (folder / name).write_bytes(content)


ROW_FAULTS = {
    "a wrong number": (
        replaced("contracts.csv", "100.00", "1OO.00"),
        'contracts.csv row 1, column amount: not a number: "1OO.00"; write plain digits',
    ),
    "a number with a comma": (
        replaced("contracts.csv", "100.00", '"100,00"'),
        'contracts.csv row 1, column amount: not a number with decimal sign ".": "100,00"; declare decimal',
    ),
    "a day that is not in the calendar": (
        replaced("contracts.csv", "2025-01-01,2026", "2025-02-30,2026"),
        'contracts.csv row 3, column starts_on: no such day or time in the calendar: "2025-02-30"; correct it',
    ),
    "a date in another format": (
        replaced("contracts.csv", "2025-01-01,2026", "01.02.2025,2026"),
        'contracts.csv row 3, column starts_on: not an ISO date (YYYY-MM-DD): "01.02.2025"; write all dates',
    ),
    "an end before the start": (
        replaced("contracts.csv", "2026-05-10", "2024-05-10"),
        'contracts.csv row 3, column ends_on: ends_on is before starts_on: "2024-05-10"; mend one of the two days',
    ),
    "an unknown account": (
        replaced("contracts.csv", "L3,A3", "L3,A9"),
        'contracts.csv row 3, column account_id: account_id is not among the accounts: "A9"; add it to accounts',
    ),
    "an unknown manager": (
        replaced("ownership.csv", "A2,M2", "A2,M7"),
        'ownership.csv row 3, column manager_id: manager_id is not among the managers: "M7"; add it to managers',
    ),
    "a repeated row": (
        replaced("contracts.csv", "L2,A2", "L1,A1,Entry Plan,100.00,EUR,month,2024-01-01,\nL2,A2"),
        'contracts.csv row 2, column line_id: the same row as contracts.csv row 1: "L1"; remove one of them',
    ),
    "a duplicate key": (
        replaced("contracts.csv", "L2,A2", "L1,A2"),
        'contracts.csv row 2, column line_id: the same key as contracts.csv row 1, with other values: "L1"; keep the',
    ),
    "an empty cell that must be filled": (
        replaced("contracts.csv", "2400.00", ""),
        "contracts.csv row 2, column amount: amount is empty; every row needs one",
    ),
    "an unknown word": (
        replaced("contracts.csv", "year", "yearly"),
        'contracts.csv row 2, column every: every is not understood: "yearly"; use month, quarter, year',
    ),
    "an unknown currency": (
        replaced("contracts.csv", "USD", "USX"),
        'contracts.csv row 2, column currency: currency is not known: "USX"; use the code of ISO 4217',
    ),
    "a currency without a rate": (
        replaced("contracts.csv", "USD", "GBP"),
        'contracts.csv row 2, column currency: currency has no rate to EUR on 2024-01-01: "GBP"; add the rate',
    ),
    "overlapping shares": (
        replaced("ownership.csv", ",,0.5", ",,0.5\nA3,M2,2025-01-01,,0.6"),
        "ownership.csv row 5, column share: the shares of the account add up to 1.1 on 2025-01-01 "
        '(ownership.csv row 4, ownership.csv row 5): "A3"; end the earlier row',
    ),
    "a target for an unknown metric": (
        replaced("targets.csv", "closing", "closng"),
        'targets.csv row 1, column metric: there is no such metric: "closng"; did you mean "closing"?',
    ),
    "a row that is too short": (
        replaced("contracts.csv", ",50.00,EUR,month,2025-01-01,2026-05-10", ""),
        "contracts.csv row 3: the row has 3 cells instead of 8; correct the row",
    ),
}  # fmt: skip

FILE_FAULTS = {
    "a missing column": (
        replaced("contracts.csv", "amount", "betrag"),
        "contracts.csv, column amount: there is no column amount: Net amount of the line for one `every`; add the",
    ),
    "two columns of one name": (
        replaced("contracts.csv", "product", "amount"),
        'contracts.csv, column amount: duplicate header: columns "amount" and "amount" have the same name; rename',
    ),
    "an empty file": (holding("contracts.csv", b""), "contracts.csv: is empty: no header and no data rows; export it"),
    "a file with only a header": (
        holding("contracts.csv", b"line_id,account_id,amount,every,starts_on\n"),
        "contracts.csv: has a header but no data rows; export it again",
    ),
    "a broken encoding": (
        holding("accounts.csv", "account_id,name\nA1,Müller\nA2,B\nA3,C\n".encode("latin-1")),
        "accounts.csv: wrong encoding: byte 0xFC at offset 20 (line 2) is not UTF-8; save it as UTF-8, or declare",
    ),
    "something that is no text": (
        holding("accounts.csv", bytes(range(256)) * 4),
        "accounts.csv: wrong encoding: byte 0x80 at offset 128 (line 2) is not UTF-8; save it as UTF-8",
    ),
}  # fmt: skip

RULE_FAULTS = {
    "an unknown metric": (
        replaced(RULES, "metric: gross_revenue_retention", "metric: grr"),
        r'rules.yaml:\d+: rule keep_revenue: no metric "grr"; did you mean "gross_revenue_retention"\?',
    ),
    "an unknown setting": (
        replaced(RULES, "min_coverage:", "min_coverge:"),
        r'rules.yaml:\d+: no setting "min_coverge"; did you mean "min_coverage"\?',
    ),
    "a setting twice": (
        replaced(RULES, "currency: EUR ", "currency: EUR\ncurrency: USD "),
        r"rules.yaml:9: currency is a duplicate; line 8 has it too; keep one",
    ),
    "a list that does not end": (
        replaced(RULES, "calendar:", "calendar: ["),
        r"rules.yaml:\d+: this is not YAML: .+; close the bracket",
    ),
    "a kind of account that nobody told": (
        replaced(RULES, "      by: segment", "      by: sector"),
        r'rules.yaml: rules.keep_revenue.segments.by: accounts have no attribute "sector"; map a column to it',
    ),
    "a territory that nobody told": (
        replaced(RULES, "policy: history", "policy: territory\n  attribute: regon\n  managers: {North: M1}"),
        r'rules.yaml: ownership.attribute: accounts have no attribute "regon"; did you mean "region"\?',
    ),
    "a likeness of accounts that nobody told": (
        replaced(RULES, "method: oe_credibility ", "expectation: {features: [size_bnd]}\nmethod: oe_credibility "),
        r'rules.yaml: expectation.features: accounts have no attribute "size_bnd"; did you mean "size_band"\?',
    ),
    "fifths of size inside kinds that nobody told": (
        replaced(RULES, "method: oe_credibility ", "expectation: {segment: sector}\nmethod: oe_credibility "),
        r'rules.yaml: expectation.segment: accounts have no attribute "sector"; map a column to it',
    ),
    "peers by a column that managers do not have": (
        replaced(RULES, "publish:\n", "publish:\n  peers: [teams]\n"),
        r'rules.yaml: publish.peers: managers have no column "teams"; did you mean "team"\?',
    ),
    "no rules": (lambda folder: (folder / RULES).unlink(), r"rules.yaml: .*no such file"),
}  # fmt: skip
