"""How a digest is written: hostile names come out as text, nothing is too large, and every form says the same."""

import html as entities
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from digests_told import renders

from scoring.digest import render
from scoring.digest.content import (
    Corrected,
    Correction,
    Counts,
    Digest,
    Due,
    Link,
    Moved,
    Renewals,
    Words,
    name,
    reported,
)
from scoring.digest.headings import LONGEST_SUBJECT
from scoring.digest.render import words as written

HOSTILE = {
    "html": "<script>alert(1)</script><img src=http://evil.example/x.png>",
    "slack": "<!channel> <@U1> *b* <http://evil.example|x>",
    "teams": "[x](http://evil.example) **b** {{DATE(2026)}}",
    "formula": '=HYPERLINK("http://evil.example")',
    "template": "{{7*7}}{% raw %}",
    "bidi": "abc\u202egnp\u2066x",
    "lines": "A\r\nBcc: all@example.com\x00\x1b[31m",
    "long": "L" * 200,
}


def digest(who: str = "Ana Ray", movers: int = 1) -> Digest:
    """A digest with everything in it, in which `who` is the name of every person, account, team and file."""
    called = name(who)
    moved = Moved(
        "m1", called, called, 55.847, 44.99, 66.71, 0.9, 49.105, 6.742, Decimal("6.7"), 5.443, True,
        (("Accounts kept +4.2, most of it ", called, " (+2.2)."), ("2 smaller causes together +2.5.",)),
        "https://scores.example.com/periods/2026-Q2/managers/m1",
    )  # fmt: skip
    due = Due("a1", called, called, 30, Decimal("1234.5000"), 0.91, Decimal("111.1050"), ("use at 12 of 100",), None)
    within: dict[int, tuple[int, Decimal | None]] = {30: (1, Decimal("1234.5000")), 90: (3, Decimal("9000.0000"))}
    fixed = Corrected("m1", called, 61.24, None, None, None, ((reported(who),),), None)
    return Digest(
        schedule="leaders_weekly",
        occasion="2026-W26",
        audience="leaders",
        run_id="0123456789abcdef" * 4,
        run_period="2026-Q2",
        as_of="2026-06-28",
        currency="EUR",
        subject="Company, week 26: 1 manager moved beyond chance",
        preview="1 went up.",
        title="1 manager moved beyond chance this week",
        eyebrow=((called,), ("week to Sunday 28 June 2026",)),
        notices=("Late: due Monday 29 June 2026, 07:00 Europe/Berlin; it is sent only now.",),
        lead=(("1 went up since 21 June 2026.",),),
        against="since 21 June 2026",
        counts=Counts(1, 0, 2, 0, 1),
        own=None,
        link=Link("https://scores.example.com/periods/2026-Q2/league", "Open the managers’ page"),
        reason="You get this.",
        unsubscribe="https://scores.example.com/unsubscribe?token=t&x=1",
        confidential="Confidential.",
        is_sealed=False,
        is_late=True,
        dated=datetime(2026, 6, 29, 5, tzinfo=UTC),
        movers=(moved,) * movers,
        more=12,
        unscored=((called, " has no score: too few accounts."),),
        corrections=(Correction("2026-Q1", ((called, " changed (5 rows)"),), (fixed,), 3),),
        learned=((called, ": 2 lines of sealed periods."),),
        renewals=Renewals(
            date(2026, 6, 30),
            within,
            (due,),
            2,
            Decimal("7765.5000"),
            "The chance is that of a model.",
            (2, Decimal("50.0000")),
        ),
        health=((called, " ends early."),),
    )


def visible(mail: str) -> str:
    """What a reader of the mail sees."""
    return entities.unescape(re.sub(r"<[^>]+>", "", re.sub(r"(?s)<style>.*?</style>", "", mail)))


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_name_comes_out_as_text(kind: str) -> None:
    told = digest(HOSTILE[kind])
    called = str(name(HOSTILE[kind]))
    made = renders(told)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b\r]", json.dumps(made, ensure_ascii=False))
    assert called in visible(made["html"])
    assert not re.search(r"<(script|img)|49|href=\"http://evil", made["html"].replace("49.1", ""))
    assert called in made["data"]["movers"][0]["name"]
    assert all(run["type"] == "TextRun" for run in _runs(made["teams"]))
    for block in made["slack"]["blocks"]:
        for text in _texts(block):
            assert text["type"] == "plain_text" or "scores.example.com" in text["text"]
            assert not re.search(r"<(?!https://scores\.example\.com)", text["text"])


def _texts(block: dict[str, Any]) -> list[dict[str, Any]]:
    return block["elements"] if block["type"] == "context" else [block["text"]]


def _runs(body: dict[str, Any]) -> list[dict[str, Any]]:
    card = body["attachments"][0]["content"]
    assert all(element["type"] == "RichTextBlock" for element in card["body"])
    return [run for element in card["body"] for run in element["inlines"]]


@pytest.mark.parametrize("who", ["Ana Ray", HOSTILE["long"], "&<>" * 70])
def test_nothing_is_larger_than_its_channel_takes(who: str) -> None:
    large = digest(who, movers=12)
    large = replace(large, health=large.health * 40, learned=large.learned * 40)
    made = renders(large)
    assert len(made["html"].encode()) < 100_000  # from there on mail programs cut it short
    assert len(made["slack"]["blocks"]) <= 50
    texts = [text["text"] for block in made["slack"]["blocks"] for text in _texts(block)]
    assert max(map(len, texts)) <= 3000
    assert len(json.dumps(made["teams"])) < 28_000
    words = [line for line in made["text"].splitlines() if "https://" not in line]
    assert max(map(len, words)) <= 72
    assert len(large.subject) <= LONGEST_SUBJECT


def test_a_long_text_is_cut_before_it_is_escaped() -> None:
    told = render.slack(replace(digest(), title="&" * 3000))["blocks"][0]["text"]["text"]
    assert len(told) <= 150
    assert told.endswith("…")
    assert not re.search("&(?!amp;)", told)


def test_every_form_says_the_same() -> None:
    made = renders(digest())
    said = {
        "text": " ".join(made["text"].split()),
        "html": " ".join(visible(made["html"]).split()),
        "slack": " ".join(text["text"] for block in made["slack"]["blocks"] for text in _texts(block)),
        "teams": " ".join(run["text"] for run in _runs(made["teams"])),
    }
    facts = ("1 manager moved beyond chance", "Late: due Monday", "55.8", "45–67", "49.1", "+6.7", "chance alone ±5.4",
             "Accounts kept +4.2, most of it", "€1,234", "91\u202f%", "61.2 → no score", "and 12 more", "0123456789ab",
             "2 more accounts: €7,766 a year",
             "by 30 July 2026", "2 renewals due by 30 June 2026 are not decided yet, €50 a year")  # fmt: skip
    for form, words in said.items():
        for fact in facts:
            assert " ".join(fact.split()) in " ".join(words.split()), (form, fact)


def test_no_line_of_a_mail_ends_within_the_name_of_a_period_or_behind_a_sign() -> None:
    """Browsers break lines at hyphens and behind signs: 2026-/Q1 is no period, and −/€2,888.41 no amount."""
    lead: tuple[Words, ...] = (
        ("1 went up against 2026-Q1.",),
        (name("Ash 2026-W26"), " by 2026-06 and not 2026-06-30, −€2,888.41 & +1.5."),
    )
    told = replace(digest(), title="Nothing moved against 2025-Q4.", lead=lead)
    mail = render.html(told)
    whole = re.findall(r'<span class="whole" style="white-space: nowrap;?">(.*?)</span>', mail)
    assert sorted(whole) == sorted([
        "2025-Q4", "2026-Q1", "2026-W26", "2026-06", "−€2,888.41", "+1.5", "2026-Q1", "2026-Q2", "+4.2", "+2.2", "+2.5",
    ])  # fmt: skip
    assert "against 2026-Q1. Ash 2026-W26 by 2026-06 and not 2026-06-30, −€2,888.41 & +1.5." in " ".join(
        visible(mail).split()
    )
    assert "2026-Q1" in render.text(told)


def test_data_are_unrounded_and_money_is_text() -> None:
    made = render.data(digest())
    assert made["movers"][0]["score"] == 55.847
    assert made["movers"][0]["change"] == 6.742
    assert made["renewals"]["accounts"][0]["amount"] == "1234.5000"
    assert json.loads(json.dumps(made)) == made


def test_renewals_that_are_named_and_the_others_add_up_to_their_sum() -> None:
    amounts = [Decimal("10.6000"), Decimal("20.6000"), Decimal("30.6000"), Decimal("0.6000")]
    named = tuple(Due(f"a{n}", name("A"), None, 90, a, None, None, ()) for n, a in enumerate(amounts[:3]))
    rest, within = amounts[3], {30: (0, Decimal(0)), 90: (9, sum(amounts, Decimal(0)))}
    renewals = Renewals(date(2026, 6, 30), within, named, 6, rest, "")
    assert "€62 a year" in written.coming(renewals, "EUR")
    printed = [*(written.amount(one, renewals, "EUR") for one in named), written.rest(renewals, "EUR")]
    assert printed == ["€10", "€20", "€31", "6 more accounts: €1 a year"]


def test_a_mail_asks_for_nothing_and_hides_no_score_in_its_preview() -> None:
    mail = render.html(digest())
    assert not re.search(r"<(script|img|link|iframe|form)\b|url\(|@import|@font-face", mail)
    assert 'lang="en"' in mail
    assert "@media (max-width" in mail
    assert "prefers-color-scheme: dark" in mail
    preview = visible(mail)[: visible(mail).index("week to")]
    assert "1 went up." in preview
    assert not re.search(r"\d\d\.\d", preview)


@pytest.mark.parametrize(
    ("kind", "filled"),
    [("mail", {"html"}), ("file", {"html", "data"}), ("slack", {"chat"}), ("teams", {"chat"}), ("webhook", {"data"})],
)
def test_a_message_has_what_its_channel_sends(kind: str, filled: set[str]) -> None:
    made = render.message(
        digest(), kind, delivery_id="d", message_id="<d@example.com>", address="a@example.com", name="A"
    )
    assert {part for part in ("html", "chat", "data") if getattr(made, part)} == filled
    assert made.text == render.text(digest())
    link = digest().link
    assert link is not None
    assert (made.schedule, made.period, made.page) == ("leaders_weekly", "2026-W26", link.url)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *((ink, "#ffffff") for ink in ("#1b2430", "#5b6675", "#3b4655", "#00665e", "#b34700", "#0b5cad")),
        *((ink, "#1a212b") for ink in ("#e8edf3", "#b4bfcc", "#58d3c4", "#ffb27a", "#8cc3ff")),
        ("#ffffff", "#0b5cad"), ("#1b2430", "#fdf3ec"), ("#e8edf3", "#33261c"),
    ],
)  # fmt: skip
def test_words_stand_out_from_their_ground_by_day_and_by_night(ink: str, ground: str) -> None:
    light, dark = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
    css = render.html(digest())
    assert ink in css
    assert ground in css
