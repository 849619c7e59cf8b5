"""Does a card come out on paper as it should: whole, on one page, tagged, and the same bytes each time?"""

import json
import math
import os
import random
import re
import subprocess
import sys
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from box_font import PLACE, box_font
from pdf_reading import headings, pages, said, squeezed, tags
from sample_cards import HOSTILE, LONG, Card, card, causes, compared, drivers, hostile, lines, partly, without_score

from scoring import demo, pipeline
from scoring.intake import Request
from scoring.reports.names import cleaned
from scoring.reports.pdf import card_pdf, engine, made_with
from scoring.reports.pdf.content import content
from scoring.reports.pdf.engine import PaperError
from scoring.reports.pdf.texts import SMALL, text, width
from scoring.reports.shown import shown

TESTS = Path(__file__).parent
A4 = (595, 842)

NAMES = {
    "typst": '#import "x": * #panic("a") $x^2$ *a* _b_ `c` = d [e] \\ @ref <label> ~ -- --- // f /* g */ #{1+1}',
    "html": "<script>alert(1)</script>&amp;<b>",
    "formula": '=HYPERLINK("http://evil.example";"x")',
    "long": "Maximiliana-Konstantinopolitanska " * 6,
    "one word of 200": "Donaudampfschifffahrtsgesellschaftskapitän" * 5,
    "arabic": "محمد بن سعيد",
    "hebrew": "שלומית בן־דוד",
    "chinese": "王小明",
    "japanese": "山田太郎 カナ",
    "symbols": "Ŵøłf ßtraße №5 ₿ ✓ 🎉",
    "unassigned": "x\u0378y\ufdd0z",
}


def everything() -> Card:
    """A card with all that a card can hold: causes, a bridge, eight accounts, the largest one, notes."""
    felt = [d | {"points": d["points"] * 3} for d in drivers()]
    return compared(moved=causes(), drivers=felt, lost={"sentence": "Of 84 account-quarters 3.8 ended so."})


def test_every_card_of_the_made_company_is_one_page(demo_folder: Path) -> None:
    """By the default rules."""
    asked = Request(demo_folder, demo.AS_OF, rules=TESTS.parent / "rules.yaml", set_aside=True)
    cards = pipeline.run(asked).cards
    longer = [c["name"] for c in cards if len(pypdfium2.PdfDocument(card_pdf(c))) > 1]
    assert (len(cards), longer) == (25, [])


def test_a_path_is_broken_between_its_parts() -> None:
    assert text("(exports/billing/subscriptions.csv").split("\u200b") == ["(exports/", "billing/", "subscriptions.csv"]
    assert max(map(len, text("exports/" + "a" * 50).split("\u200b"))) == 12


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("Whitlock Textiles GmbH +0.5, Eastmark Media GmbH −0.1", 2),
        ("Seabright Home, Inc. +2.4, Skogheim Insurance, Inc. +1.7", 1),
        ("Fjellund AB +0.1", 1),
    ],
)
def test_names_beside_a_walk_take_as_many_lines_as_they_do_in_print(words: str, lines: int) -> None:
    """As they were seen in print, in a column of 185 points."""
    assert math.ceil(width(words, SMALL) / 185) == lines


@pytest.mark.parametrize("made", [card, compared, everything], ids=["graded", "compared", "all of it"])
def test_a_card_with_five_rules_and_eight_accounts_is_one_page_of_a4(made: Any) -> None:
    document = pypdfium2.PdfDocument(card_pdf(made()))
    assert [tuple(round(side) for side in page.get_size()) for page in document] == [A4]
    assert squeezed("Page 1 of 1") in squeezed(document[0].get_textpage().get_text_bounded())


@pytest.mark.parametrize("made", [card, everything, partly, without_score], ids=["graded", "all of it", "part", "none"])
def test_paper_says_what_the_page_says(made: Any) -> None:
    one = made()
    what, printed = shown(one), said(card_pdf(one))
    told: list[str] = [one["name"], *what.facts, what.window, what.unscored, what.evidence, what.unadjusted, what.lost]
    told += [what.captions.lines, *what.notes, *what.method, what.largest, what.more if not what.others else ""]
    told += [text for pair in what.definitions for text in pair]
    if one["score"] is not None:
        told += [what.likely, what.group, what.change_words]
    for line in what.made.lines:
        told += [line.label, line.weight, line.result, line.points, line.adds, line.because]
        told += [line.quarter.observed, line.quarter.difference, line.accounts]
    for walk in (what.moved_score, what.moved_revenue):
        told += [text for row in walk.rows for text in (row.label, row.text)] if walk else []
    for account in what.accounts:
        told += [account["name"], account["before"], account["after"], account["sentence"]]
    assert [t for t in told if squeezed(cleaned(t)) not in printed] == []


def test_what_moved_the_score_adds_up_to_the_tenth_as_printed() -> None:
    for one in (card(), everything()):
        for walk in content(one)["walks"]:
            first, *moves, last = [_number(row["move"]["text"]) for row in walk["rows"]]
            assert first + sum(moves) == last


def test_the_document_is_tagged_and_says_that_it_keeps_to_pdf_ua() -> None:
    with pikepdf.open(BytesIO(card_pdf(card()))) as document:
        root, known = document.Root, document.open_metadata()
        assert root.Lang == "en"
        assert root.MarkInfo.Marked
        assert root.ViewerPreferences.DisplayDocTitle
        assert known["pdfuaid:part"] == "1"
        assert known["dc:title"] == "Tomás Moreau · 2026-Q2"
        assert document.pdf_version == "1.7"
        assert {"/AA", "/OpenAction", "/AcroForm", "/Names"}.isdisjoint(root.keys())
        fonts = {str(o.FontName)[8:] for o in document.objects if _is_font(o)}
    assert fonts == {"Inter-Regular", "Inter-SemiBold", "Inter-Bold"}


def test_every_picture_has_a_sentence_and_every_table_a_caption_and_a_head() -> None:
    found = tags(card_pdf(everything()))
    kinds = [kind for kind, _ in found]
    assert [alt for kind, alt in found if kind == "Figure" and not alt] == []
    assert kinds.count("Figure") > 20
    assert kinds.count("Table") == kinds.count("Caption") == kinds.count("THead") == 4
    assert ("Figure", "Logo retention: 83.0, likely 79 to 88, before 84.3, peers’ average 50.0.") in found


def test_headings_go_down_one_step_at_a_time() -> None:
    levels = [level for level, _ in headings(card_pdf(everything()))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_picture_without_a_sentence_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given = json.dumps

    def without(data: dict[str, Any], **how: Any) -> str:
        data["card"]["score"]["picture"]["said"] = None
        return given(data, **how)

    monkeypatch.setattr(engine.json, "dumps", without)
    with pytest.raises(PaperError, match=r"no PDF could be made of Tomás Moreau · 2026-Q2: .*PDF/UA-1.*alt"):
        card_pdf(card())


def test_the_same_card_gives_the_same_bytes_in_another_process_zone_and_language() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from hashlib import sha256;"
        "from sample_cards import hostile; from scoring.reports.pdf import card_pdf;"
        "print(sha256(card_pdf(hostile())).hexdigest())"
    )
    elsewhere = {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "7"}
    there = subprocess.run(
        [sys.executable, "-c", program, str(TESTS)],
        env=os.environ | elsewhere, cwd=TESTS.parent, capture_output=True, text=True, check=True,
    )  # fmt: skip
    first = card_pdf(hostile())
    assert card_pdf(card()) != first
    assert card_pdf(hostile()) == first
    assert there.stdout.strip() == sha256(first).hexdigest()


def test_the_day_of_the_document_is_the_day_of_the_run() -> None:
    with pikepdf.open(BytesIO(card_pdf(card(as_of="2026-07-14")))) as document:
        assert document.docinfo["/CreationDate"] == "D:20260714000000Z"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_out_as_text_whatever_it_holds(name: str) -> None:
    wanted = NAMES[name]
    one = card(
        name=wanted, team=wanted, goal=wanted, flags=[wanted], rules_name=wanted, reports_to=wanted,
        drivers=[drivers()[0] | {"name": wanted, "sentence": wanted}],
        lines=[line | {"label": wanted, "because": wanted} for line in lines()[:1]],
    )  # fmt: skip
    made = card_pdf(one)
    printed = said(made)
    assert printed.count(squeezed(wanted)) >= 7
    assert headings(made)[0] == (1, text(wanted))
    with pikepdf.open(BytesIO(made)) as document:
        assert str(document.docinfo["/Title"]) == f"{wanted} · 2026-Q2"
        assert not [o for o in document.objects if isinstance(o, pikepdf.Dictionary) and "/JS" in o]


def test_what_turns_the_direction_of_text_is_gone() -> None:
    made = card_pdf(hostile())
    assert not set("\u202e\u2066\x00\x1b") & set("".join(pages(made)))
    printed = said(made)
    assert squeezed(cleaned(HOSTILE)) in printed
    assert squeezed(LONG) in printed
    assert "49" not in printed.replace(squeezed("9f3c2a1b7d5e"), "")


def test_a_letter_that_no_font_has_is_a_box_and_still_a_letter() -> None:
    any_letters = random.Random(7)
    letters = [chr(any_letters.choice([any_letters.randrange(0x20, 0xD800), any_letters.randrange(0xE000, 0x110000)]))
               for _ in range(300)]  # fmt: skip
    made = card_pdf(card(name="Name", flags=["".join(letters)]))
    assert "Name" in said(made)
    assert len(pages(made)) >= 1


def test_the_shipped_box_is_the_one_that_can_be_made_again() -> None:
    assert PLACE.read_bytes() == box_font()


def test_no_word_is_wider_than_its_column() -> None:
    long = "W" * 200
    document = pypdfium2.PdfDocument(card_pdf(card(name=long, drivers=[drivers()[0] | {"name": long}])))
    for page in document:
        read = page.get_textpage()
        ends = [read.get_charbox(i)[2] for i in range(read.count_chars())]
        assert max(ends) < A4[0] - 30


def test_a_withheld_score_shows_why_and_nothing_of_what_it_would_be_made_of() -> None:
    doubt = {"level": "withheld", "reasons": ["The billing export ends in May."]}
    one = card(score=None, low=None, high=None, label=None, group="not_scored", trust=doubt, change=None, drivers=[],
               reason="The data behind it are in doubt: The billing export ends in May.")  # fmt: skip
    printed = said(card_pdf(one))
    assert "Noscore" in printed
    assert squeezed("The data behind it are in doubt: The billing export ends in May.") in printed
    assert squeezed("What it would be made of rests on the same data and is not shown.") in printed
    assert squeezed("What the score is made of") not in printed


def test_a_degraded_score_says_so_beside_it() -> None:
    doubt = {"level": "degraded", "reasons": ["A third of the exports is older than the period."]}
    printed = said(card_pdf(card(trust=doubt)))
    assert squeezed("Degraded: A third of the exports is older than the period.") in printed
    assert squeezed("It is set apart from nobody") in printed


def test_what_was_learned_of_a_sealed_period_stands_on_the_card() -> None:
    learned = {
        "sealed_until": "2026-Q1", "bridge": {"sealed": "1000.00", "known": "900.50"},
        "lines": [{
            "account": "Solace #Clinics", "effective_on": "2026-03-03", "kind": "churn", "amount": "-99.50",
            "cause": "late", "recorded_at": "2026-05-04T08:00:00", "origin": "contracts.csv row 7",
        }],
    }  # fmt: skip
    printed = said(card_pdf(card(prior_periods=learned)))
    for told in (
        "Learned since 2026-Q1 was sealed", "Closing of 2026-Q1 as published€1,000.00", "Solace #Clinics",
        "−€99.50", "(contracts.csv row 7)", "Closing of 2026-Q1 as known today€900.50",
    ):  # fmt: skip
        assert squeezed(told) in printed


@pytest.mark.parametrize("count", [1, 7])
def test_any_number_of_rules_is_shown_to_the_last(count: int) -> None:
    many = [(lines() + lines())[n] | {"label": f"Rule number {n + 1}", "rule": f"r{n}"} for n in range(count)]
    made = card_pdf(card(lines=many, previous=None))
    assert squeezed(f"Rule number {count}") in said(made)
    assert len(pages(made)) <= 2


def test_without_an_earlier_score_nothing_is_compared() -> None:
    printed = said(card_pdf(partly()))
    assert squeezed("No earlier score to compare with.") in printed
    assert squeezed("Why the score moved") not in printed
    assert "vs" not in printed


def test_the_name_of_what_makes_them_stands_for_templates_and_fonts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert re.fullmatch(r"typst \d+\.\d+\.\d+, templates [0-9a-f]{12}", made_with())
    (tmp_path / "card.typ").write_text("another")
    monkeypatch.setattr(engine, "_HERE", tmp_path)
    made_with.cache_clear()
    other = made_with()
    monkeypatch.undo()
    made_with.cache_clear()
    assert other != made_with()


def _is_font(found: pikepdf.Object) -> bool:
    return isinstance(found, pikepdf.Dictionary) and found.get("/Type") == "/FontDescriptor"


def _number(text: str) -> Decimal:
    return Decimal(re.sub(r"[^0-9.−]", "", text).replace("−", "-"))
