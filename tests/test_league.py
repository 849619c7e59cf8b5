"""What does the whole company see?"""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from sample_cards import HOSTILE, card, company, compared, team, without_score

from scoring.reports.folder import write
from scoring.reports.league import league_html


def _html(cards: list[dict[str, Any]] | None = None, **changed: Any) -> str:
    made = team() if cards is None else cards
    return league_html(made, company=company(**changed), href=lambda c: f"scorecards/{c['name'][:1]}.html")


def _groups(html: str) -> dict[str, list[str]]:
    """Each group's title and the names in it, in order."""
    found = {}
    for body in re.findall(r"<tbody>(.*?)</tbody>", html, flags=re.S):
        title = re.search(r"<strong>(.*?) \(\d+\)</strong>", body)
        assert title
        found[title[1]] = re.findall(r'scope="row">.*?<bdi>(.*?)</bdi>', body, flags=re.S)
    return found


def test_managers_stand_in_groups_and_alphabetically_inside_them() -> None:
    groups = _groups(_html())
    assert list(groups) == [
        "Above the peer median", "Not distinguishable from the peer median", "Below the peer median",
        "Not scored",
    ]  # fmt: skip
    assert groups["Not distinguishable from the peer median"][:2] == ["Ägidius Öztürk", "Bianca Petrović"]
    assert groups["Not scored"] == ["Yara Patel"]
    assert sum(map(len, groups.values())) == len(team())


def test_the_order_of_the_cards_does_not_matter_and_the_page_is_the_same_twice() -> None:
    assert _html() == _html(team()[::-1]) == _html()


def test_nobody_has_a_rank() -> None:
    html = _html()
    assert not re.search(r"\brank|\b[0-9]+(st|nd|rd|th)\b|<ol", html, flags=re.I)
    assert "Rank" not in html


def test_the_rule_of_the_groups_is_explained() -> None:
    assert "false discovery rate 10\u202f%" in _html()
    assert "false discovery rate 5\u202f%" in _html(chance=0.05)
    assert "order is alphabetical" in _html()


def test_a_row_shows_score_range_change_and_reason() -> None:
    html = _html([card(is_beyond_chance=True)])
    for cell in (
        '<td class="num big" data-label="Score">72.6</td>',
        '<td class="num likely" data-label="Likely">70–76</td>',
        '<span class="up">▲&nbsp;+2.5</span>',
        "<bdi>Solace Clinics</bdi>: +0.8 points, expansion of 1,800.00 on 2026-05-03",
        "EMEA Enterprise",
    ):
        assert cell in html


def test_a_change_within_chance_is_called_noise() -> None:
    html = _html([card(is_beyond_chance=False)])
    assert "within noise" in html
    assert "+2.5" not in html


def test_a_change_is_not_called_noise_where_nobody_knows_how_far_chance_moves_it() -> None:
    html = _html([card(is_beyond_chance=False, change_band=None)])
    assert '<span class="plain"><span class="up">▲&nbsp;+2.5</span></span>' in html
    assert "within noise" not in html


def test_without_drivers_the_rule_that_moved_most_is_the_reason() -> None:
    assert "<bdi>Net revenue retention</bdi>: +1.7 points" in _html([card(drivers=[])])


def test_a_manager_without_a_score_stands_with_the_reason() -> None:
    assert "Only 0 % of the weight could be scored, and the rules ask for 60 %." in _html()


def test_a_phone_shows_no_empty_chart_of_who_never_had_a_score() -> None:
    never, once = (_html([card(score=None, group="not_scored", previous=p)]) for p in (None, card()["previous"]))
    assert never.count('<tr class="unscored">') == 1
    assert '<tr class="unscored">' not in once
    assert ".cards.managers .unscored td:is(.num, .chart) { display: none; }" in never


def test_the_company_stands_at_the_top() -> None:
    html = _html()
    assert html.index("€98.4 M") < html.index("Above the peer median (")
    assert "1.8 % of the revenue has no manager and is in nobody&#39;s score." in html


def test_every_chart_shares_one_axis() -> None:
    grids = set(re.findall(r"<g stroke.*?</g>", _html()))
    assert len(grids) == 1


def test_every_picture_of_the_league_is_well_formed() -> None:
    for picture in re.findall(r"<svg.*?</svg>", _html(), flags=re.S):
        assert ET.fromstring(picture).get("role") == "img"  # noqa: S314  our own text


def test_the_page_asks_for_nothing_and_hostile_names_are_text() -> None:
    html = _html()
    assert not re.search(r"<(script|link|img|iframe)|url\(|@import|\sstyle=|\son\w+=", html)
    assert HOSTILE not in html
    assert not set("\u202e\u2066\x00") & set(html)
    assert "javascript:" not in league_html([card()], company=company(), href=lambda _: "javascript:alert(1)")


def test_a_company_without_scored_managers_still_has_a_page() -> None:
    html = _html([], figures=[], notes=[])
    assert "Account managers" in html
    assert "<h2>The company</h2>" not in html


def test_where_nobody_is_credited_the_page_says_so_instead_of_an_empty_table() -> None:
    html = _html([])
    assert "No manager is credited with an account in this period, so there is nobody to score." in html
    assert "<table" not in html
    assert "peer median" not in html


def test_a_company_without_teams_has_no_column_for_them() -> None:
    html = _html([card(team=None), card(manager_id="other", team=None)])
    assert ">Team<" not in html
    assert 'colspan="6"' in html
    assert ">Team<" in _html()


def test_a_company_without_an_earlier_period_has_no_column_for_changes() -> None:
    html = _html([card(previous=None, change=None, team=None)])
    assert 'colspan="5"' in html
    assert "vs before" not in html


def test_an_account_without_an_effect_is_no_reason() -> None:
    still = {"drivers": [{"name": "Still Water", "points": 0.0, "sentence": "unchanged"}]}
    html = _html([card(lines=[line | {"contribution_change": None} for line in card()["lines"]], **still)])
    assert "No single account moves the score." in html


def test_the_page_says_what_revenue_is_measured_on() -> None:
    assert "Revenue invoiced in 2026-Q2." in _html(basis_sentence="Revenue invoiced in 2026-Q2.")


def test_the_written_links_lead_to_the_written_files(tmp_path: Path) -> None:
    written = write(team(), company(), tmp_path)
    links = re.findall(r'href="([^"]+)"', (tmp_path / "league.html").read_text("utf-8"))
    assert sorted(tmp_path / link for link in links) == sorted(written[1:])
    assert len(written) == len(team()) + 1
    assert all(path.resolve().is_relative_to(tmp_path) and path.is_file() for path in written)


def test_the_same_cards_are_written_as_the_same_bytes(tmp_path: Path) -> None:
    one, two = (write(team(), company(), tmp_path / name) for name in ("one", "two"))
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]
    assert [p.name for p in one] == [p.name for p in two]


def _believed() -> list[dict[str, Any]]:
    """One manager of each group, by a method that weighs evidence."""
    return [
        compared(manager_id="a", name="Rosa Farouk"),
        compared(manager_id="b", name="Dana Byrne", group="within", chance_above=0.43, score=49.0),
        compared(manager_id="c", name="Omar Demir", group="below", chance_above=0.02, score=34.0),
        without_score() | {"method": "oe_credibility"},
    ]


def test_where_evidence_is_weighed_the_groups_are_beside_the_peers_and_no_median_is_named() -> None:
    html = _html(_believed())
    assert _groups(html) == {
        "Above the peers": ["Rosa Farouk"],
        "In line with the peers": ["Dana Byrne"],
        "Below the peers": ["Omar Demir"],
        "Not scored": ["Yara Patel"],
    }
    assert "edian" not in html
    assert "peers’ average 50.0" in html
    assert "peer median" in _html()


def test_the_rule_says_how_sure_a_place_among_the_peers_is() -> None:
    said = _html(_believed())
    assert "50 is the average of the peers, 10 points are one standard deviation of true differences." in said
    assert "what accounts like these did in anybody’s hands" in said
    assert "only where that is at least 90\u202f% likely" in said
    assert "at least 95\u202f% likely" in _html([card | {"sure": 0.95} for card in _believed()])
    assert "false discovery" not in said
