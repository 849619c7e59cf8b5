"""Does the book of a quarter hold everybody once, under the right page, and say what scores cannot?"""

import re
import subprocess
import sys
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from pdf_reading import headings, pages, said, squeezed, tags
from sample_cards import Card, card, company, compared, hostile, team, without_score

from scoring.reports.names import alphabetical, cleaned
from scoring.reports.pdf import book_pdf, card_pdf, method
from scoring.reports.pdf.texts import text
from scoring.run import Run

LEAGUE = "The managers, grouped by what the data can support"
TESTS = Path(__file__).parent
LIMITS = TESTS.parent / "docs" / "limits.md"


def summary(**settings: Any) -> dict[str, Any]:
    """A run as in run.json, as far as a book tells of it."""
    rules = [{"name": "keep_revenue", "weight": 35.0}, {"name": "keep_accounts", "weight": 20.0}]
    return {
        "run_id": "a34cef97043456683aeedfdfb19d4ae9", "engine": {"bookscore": "0.1.0"}, "as_of": "2026-06-30",
        "inputs": [{"rows": 700, "rows_set_aside": 2}, {"rows": 300, "rows_set_aside": 1}],
        "rules": {
            "name": "Customer care 2026", "version": None, "sha256": "9f3c2a1b7d5e4c60" * 4,
            "settings": {
                "method": "target_bands", "window": {"quarters": 4}, "interval": 0.9, "rules": rules,
                "responsibility": {"days": 90, "end_before_outcome": 30},
                "publish": {"min_z": 0.3, "label_probability": 0.9},
            } | settings,
        },
    }  # fmt: skip


@lru_cache
def usual() -> bytes:
    """The book of the managers below."""
    return book_pdf(managers(), company(), summary())


def managers() -> list[Card]:
    """Six usual ones over all groups and teams, and the special ones."""
    return [*team()[1:24:4], *team()[24:]]


@lru_cache
def small() -> bytes:
    """A book of three managers, one without a team and one without a score."""
    return book_pdf(few(), company(), summary(method="oe_credibility"))


def few() -> list[Card]:
    """The three managers."""
    return [
        compared(manager_id="b", name="Zoë Ünal", team=None), compared(manager_id="a", name="Álvaro Ek"),
        without_score() | {"method": "oe_credibility"},
    ]  # fmt: skip


def test_everybody_has_one_card_in_alphabetical_order() -> None:
    found = headings(usual())
    cards = found[found.index((1, "Scorecards")) : found.index((1, "Method and limits"))]
    names = [text(c["name"]) for c in sorted(managers(), key=lambda c: (*alphabetical(c["name"]), c["manager_id"]))]
    assert [title for level, title in cards if level == 2] == names


def test_contents_and_league_name_the_page_on_which_a_card_begins() -> None:
    marks = pypdfium2.PdfDocument(usual()).get_toc()
    begins = {mark.get_title(): mark.get_dest().get_index() + 1 for mark in marks}
    texts = [squeezed(page) for page in pages(usual())]
    contents, league = texts[0].replace(".", ""), "".join(texts[begins[LEAGUE] - 1 : begins["Teams"] - 1])
    for one in managers()[:6]:
        name, page = squeezed(one["name"]), begins[one["name"]]
        assert name in texts[page - 1][:100]
        assert f"{name}{page}" in contents
        assert re.search(rf"{name}.{{20,140}}?{page}(?=\D)", league)


def test_the_league_has_groups_and_no_ranks() -> None:
    printed = said(usual())
    places = [printed.index(squeezed(group)) for group in (
        "Above the peer median (", "Not distinguishable from the peer median (", "Below the peer median (",
        "Not scored (",
    )]  # fmt: skip
    assert places == sorted(places)
    assert not re.search(r"\b(rank|place)s? \d", " ".join(pages(usual())), flags=re.IGNORECASE)


def test_each_team_has_its_managers_and_no_score() -> None:
    found = [title for level, title in headings(usual()) if level == 2]
    assert {"Americas", "EMEA Enterprise", "EMEA Mid-market"} <= set(found)
    assert squeezed("A team has no score") in said(usual())
    alone = [title for _, title in headings(small())]
    assert "No team on record" in alone


def test_a_company_without_teams_has_no_team_pages() -> None:
    made = book_pdf([card(team=None)], company(), summary())
    assert "Teams" not in [title for _, title in headings(made)]


def test_book_of_who_sees_some_managers_tells_of_no_company_and_of_no_team_that_is_not_whole() -> None:
    some = [card(manager_id=f"m{n}", team=team) for n, team in enumerate(("Americas", "Nordics", None))]
    nothing = company(figures=[], notes=[], lifetime_value=[])
    found = [title for _, title in headings(book_pdf(some, nothing, summary(), teams=("Americas",)))]
    assert "Americas" in found
    assert not {"Nordics", "No team on record", "The company"} & set(found)
    assert "Teams" not in [title for _, title in headings(book_pdf(some, nothing, summary(), teams=()))]


def test_a_period_without_managers_is_a_book_that_says_so() -> None:
    made = book_pdf([], company(figures=[], notes=[], basis_sentence=""), summary())
    assert squeezed("so there is nobody to score") in said(made)
    assert "Method and limits" in [title for _, title in headings(made)]


def test_the_method_names_the_settings_of_the_run() -> None:
    other = summary(
        method="oe_credibility", window={"quarters": 3}, interval=0.8,
        responsibility={"days": 60, "end_before_outcome": 1}, publish={"min_z": 0.25, "label_probability": 0.95},
    )  # fmt: skip
    printed = said(book_pdf(few(), company(), other))
    for told in (
        "looked at for 3 quarters, as one alone", "in the 60 days that end 1 day before it", "less than 25 % of it",
        "in 80 % of cases", "at least 95 % likely", "Net revenue retention, 63.6 %: Closing revenue of the accounts",
        "2 exports with 1,000 rows, of which 3 set aside", "Run a34cef9704345668",
    ):  # fmt: skip
        assert squeezed(told) in printed


def test_the_limits_quote_the_figures_that_were_measured() -> None:
    row = next(
        r for r in LIMITS.read_text().splitlines() if r.startswith("| of the lowest tenth, not truly of the lowest")
    )
    measured = [float(cell) for cell in row.strip("| ").split("|")[1:3]]
    assert measured == [method.WRONGLY_LOWEST, method.LUCK_ALONE]
    assert squeezed("58 % of those in the lowest tenth do not belong there; by a single quarter it is 76 %") in said(
        small()
    )
    assert "58" not in said(usual())[-4000:]


def test_a_plain_method_does_not_claim_to_weigh_chance() -> None:
    assert squeezed("chance and the kind of accounts are in it") in said(usual())
    assert squeezed("can be believed, there is no score") not in said(usual())


def test_hostile_names_are_text_in_every_part_of_the_book() -> None:
    one = hostile()
    made = book_pdf([one], company(notes=['#panic("x") $a$'], goal="*b* @c"), summary())
    printed = said(made)
    assert printed.count(squeezed(cleaned(one["name"]))) > 10
    assert squeezed('#panic("x") $a$') in printed
    assert squeezed("*b* @c") in printed


def test_a_book_is_tagged_and_the_same_twice() -> None:
    assert book_pdf(few(), company(), summary(method="oe_credibility")) == small()
    levels = [level for level, _ in headings(small())]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert [alt for kind, alt in tags(small()) if kind == "Figure" and not alt] == []
    with pikepdf.open(BytesIO(small())) as document:
        assert document.open_metadata()["pdfuaid:part"] == "1"
        assert document.Root.Lang == "en"
        links = [link for page in document.pages for link in page.get("/Annots", [])]
        assert links
        assert all(str(link.Contents) for link in links)


def test_four_in_five_cards_of_a_made_company_are_one_page(demo_run: Run) -> None:
    """With three rules, as the default rules have."""
    longer = [c["name"] for c in demo_run.cards if len(pages(card_pdf(c | {"lines": c["lines"][:3]}))) > 1]
    assert len(longer) <= len(demo_run.cards) / 5, longer


def test_a_made_company_comes_out_whole(demo_run: Run) -> None:
    cards = demo_run.cards[:4]
    printed = said(book_pdf(cards, demo_run.company, demo_run.summary))
    assert all(squeezed(one["name"]) in printed for one in cards)
    for figure in demo_run.company["figures"]:
        assert squeezed(figure["value_text"]) in printed
    assert squeezed("Accounts lost, against what was expected") in printed


def test_books_one_after_the_other_take_no_more_memory_than_one() -> None:
    """Typst keeps what it laid out for ten documents more, which is much of a large one."""
    program = (
        "import re, sys; sys.path.insert(0, sys.argv[1]);"
        "from scoring.reports.pdf import book_pdf, card_pdf;"
        "from sample_cards import card, company; from test_pdf_book import managers, summary;"
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]);"
        "many = lambda n: [{**one, 'name': f'{one[\"name\"]} {n}', 'manager_id': f'{one[\"manager_id\"]}-{n}-{i}'}"
        " for i, one in enumerate(managers() * 4)];"
        "made = lambda n: (book_pdf(many(n), company(), summary()), peak())[1];"
        "card_pdf(card()); print(peak(), made(0), max(made(n) for n in range(1, 5)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, str(TESTS)], cwd=TESTS.parent, capture_output=True, text=True, check=True
    )
    without, first, others = map(int, said.stdout.split())
    assert others - first < (first - without) / 2
