"""Which question is meant, what answer is given, and whose account is it?"""

from decimal import Decimal
from pathlib import Path

import pytest

from adapters import read_folder
from adapters.delivery import Delivery
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

KEYS = {n: t.key for n, t in TABLES.items()}


def read(folder: Path, name: str, text: str) -> Delivery:
    (folder / name).write_text(text, encoding="utf-8")
    return read_folder(folder, LAYOUT, OPEN_TABLES, None, keys=KEYS)


def kinds(delivery: Delivery) -> list[tuple[str, Decimal | None]]:
    return delivery.tables["answers"].select("kind", "score").rows() if "answers" in delivery.tables else []


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How likely are you to recommend us to a friend?", "nps"),
        ("On a scale of 0-10, would you recommend us?", "nps"),
        ("Net Promoter Score", "nps"),
        ("Q4_NPS", "nps"),
        ("Wie wahrscheinlich ist eine Weiterempfehlung? (weiterempfehlen)", "nps"),
        ("Overall, how satisfied are you?", "csat"),
        ("Satisfaction with support", "csat"),
        ("CSAT", "csat"),
    ],
)
def test_a_question_is_told_by_its_words(tmp_path: Path, question: str, kind: str) -> None:
    text = f'Timestamp,Email,"{question}"\n2026-05-02 10:00,ann@acorn.example,4\n'
    assert kinds(read(tmp_path, "survey.csv", text)) == [(kind, Decimal(4))]


@pytest.mark.parametrize("question", ["Why would you recommend us?", "Reason for your NPS", "NPS group", "Snps"])
def test_a_question_beside_it_is_not_mistaken_for_it(tmp_path: Path, question: str) -> None:
    text = f"Timestamp,Email,{question}\n2026-05-02 10:00,ann@acorn.example,4\n"
    assert kinds(read(tmp_path, "survey.csv", text)) == []


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("5", 5),
        ("5 - Very satisfied", 5),
        ("(4) good", 4),
        ("Very satisfied", 5),
        ("Neither satisfied nor dissatisfied", 3),
        ("very dissatisfied", 1),
        ("", None),
    ],
)
def test_an_answer_is_a_number_or_its_usual_words(tmp_path: Path, said: str, score: int | None) -> None:
    text = f"Timestamp,Email,How satisfied are you?\n2026-05-02 10:00,ann@acorn.example,{said}\n"
    delivery = read(tmp_path, "survey.csv", text)
    assert [f for f in delivery.faults if f.severity == "error"] == []
    assert kinds(delivery) == [("csat", None if score is None else Decimal(score))]


def test_a_survey_of_qualtrics_without_its_further_header_rows_loses_no_answer(tmp_path: Path) -> None:
    header = "StartDate,EndDate,Status,Finished,RecordedDate,ResponseId,RecipientEmail,NPS"
    rows = [f"2026-05-02,2026-05-02,0,1,2026-05-02,R_{n},a{n}@acorn.example,{n}" for n in (7, 8, 9)]
    delivery = read(tmp_path, "survey.csv", "\n".join([header, *rows]))
    assert kinds(delivery) == [("nps", Decimal(n)) for n in (7, 8, 9)]


@pytest.mark.parametrize("said", ["8.5", "-3", "1-5"])
def test_a_number_is_never_cut_out_of_another(tmp_path: Path, said: str) -> None:
    delivery = read(tmp_path, "survey.csv", f"Timestamp,Email,NPS\n2026-05-02,ann@acorn.example,{said}\n")
    assert kinds(delivery) == [("nps", None if said == "1-5" else Decimal(said))]


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("Not at all likely - 0", 0),
        ("Extremely likely - 10", 10),
        ("Extremely likely (10)", 10),
        ("10 - Extremely likely", 10),
        ("Scale 0-10 - 7", None),
        ("Likely - 8.5", None),
        ("Likely-3", None),
        ("Likely - -3", None),
    ],
)
def test_the_ends_of_a_scale_have_words_before_or_behind(tmp_path: Path, said: str, score: int | None) -> None:
    delivery = read(tmp_path, "survey.csv", f"Timestamp,Email,NPS\n2026-05-02,ann@acorn.example,{said}\n")
    assert kinds(delivery) == [("nps", None if score is None else Decimal(score))]
    assert [f.value for f in delivery.faults if f.severity == "error"] == ([said] if score is None else [])


def test_words_that_nobody_knows_are_an_error_and_not_dropped(tmp_path: Path) -> None:
    delivery = read(tmp_path, "a.csv", "Timestamp,Email,How satisfied are you?\n2026-05-02 10:00,a@b.example,Meh\n")
    assert [(f.value, f.severity) for f in delivery.faults if f.severity == "error"] == [("meh", "error")]
    assert kinds(delivery) == [("csat", None)]


def test_both_questions_of_one_survey_are_read(tmp_path: Path) -> None:
    text = (
        "Timestamp,Email,How likely are you to recommend us?,How satisfied are you?\n2026-05-02,ann@acorn.example,9,4\n"
    )
    assert sorted(kinds(read(tmp_path, "survey.csv", text))) == [("csat", Decimal(4)), ("nps", Decimal(9))]


@pytest.mark.parametrize(
    "header", ["account_id", "Account ID", "Your customer number", "Company ID", "Organisation id"]
)
def test_a_field_with_the_account_goes_before_the_mail_address(tmp_path: Path, header: str) -> None:
    text = f"Timestamp,Email,{header},NPS\n2026-05-02,ann@acorn.example,A-1,9\n2026-05-02,bea@birch.example,,9\n"
    answers = read(tmp_path, "survey.csv", text).tables["answers"]
    assert answers["account_id"].to_list() == ["A-1", "bea@birch.example"]
    assert answers["respondent"].to_list() == ["ann@acorn.example", "bea@birch.example"]


def test_an_address_whose_domain_is_an_accounts_is_proposed_and_not_taken(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("account_id,name,domain\nA,Acorn,acorn.example\nB,Birch,birch.example\n")
    delivery = read(tmp_path, "survey.csv", "Timestamp,Email,NPS\n2026-05-02,ann@acorn.example,9\n")
    assert delivery.tables["answers"].is_empty()
    left_out = [(f.file, f.row, f.value) for f in delivery.faults if "left out" in f.what]
    assert left_out == [("survey.csv", 1, "ann@acorn.example")]
