"""Does the picture of the ladder show the flows, as wide as they are, and say how many moved?"""

from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree as ET

from chart_gallery import FLOWS
from markupsafe import Markup

from scoring.reports.charts import flows, palette
from scoring.reports.charts.flows import flow_table, named, sentence
from scoring.reports.charts.ladder import ladder

SVG = "{http://www.w3.org/2000/svg}"
UP, DOWN, STAYED, NEW, LOST, ASIDE = FLOWS
HOSTILE = "</title><script>alert(1)</script>\u202e" + "x" * 200


def parsed(picture: Markup) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314  our own text


def bands(root: ET.Element) -> dict[str, tuple[float, float]]:
    """How wide each band is at both ends, in per cent of the height, by its name."""
    found = {}
    for band in root.iter(f"{SVG}svg"):
        shape = band.find(f"{SVG}polygon")
        if shape is not None:
            ys = [float(pair.split(",")[1]) for pair in shape.get("points", "").split()]
            half = len(ys) // 2
            found[band.findtext(f"{SVG}title", "").split(":")[0]] = (ys[-1] - ys[0], ys[half] - ys[half - 1])
    return found


def test_it_says_how_many_moved_up_down_stayed_left_and_are_new() -> None:
    assert sentence([UP, DOWN, STAYED, LOST, NEW]) == (
        "Of 288.5 accounts at the start, 28 moved up, 9 moved down, 230.5 stayed and 21 left; 52 are new."
    )
    assert sentence(FLOWS).startswith(
        "Of 290.5 accounts at the start, 28 moved up, 9 moved down, 230.5 stayed, 21 left"
    )
    assert " and 2 went on or off the ladder; " in sentence(FLOWS)
    assert sentence([replace(UP, accounts=Decimal(1))]) == (
        "Of 1 account at the start, 1 moved up, none moved down, none stayed and none left; none is new."
    )
    assert sentence([]) == "No accounts at the start or at the end."


def test_with_a_currency_it_says_what_they_paid_at_both_ends() -> None:
    told = sentence([UP, LOST], "EUR")
    assert told.endswith("All together paid €70.7\u202fK at the start and €58.3\u202fK at the end.")


def test_bands_are_as_wide_as_they_have_accounts() -> None:
    found = bands(parsed(ladder(FLOWS)))
    assert set(found) == {f"{f.start} to {f.end}" for f in FLOWS}
    for flow in FLOWS:
        left, right = found[f"{flow.start} to {flow.end}"]
        part = float(flow.accounts / STAYED.accounts)
        assert abs(left - right) < 0.03
        assert abs(left - part * found["Entry to Entry"][0]) < 0.03


def test_bands_leave_a_tier_in_the_order_in_which_they_arrive_so_that_none_cross_without_need() -> None:
    def tops(*there: flows.Flow) -> dict[str, float]:
        found = parsed(ladder(there)).findall(f"{SVG}svg")
        shapes = {b.findtext(f"{SVG}title", "").split(":")[0]: b.find(f"{SVG}polygon") for b in found}
        return {
            name: float(s.get("points", "").split()[0].split(",")[1]) for name, s in shapes.items() if s is not None
        }

    for there in ((STAYED, UP), (UP, STAYED)):
        found = tops(*there)
        assert found["Entry to Standard"] < found["Entry to Entry"]


def test_by_revenue_a_band_is_as_wide_as_what_it_paid_at_either_end() -> None:
    found = bands(parsed(ladder(FLOWS, "EUR")))
    a_euro = found["Entry to Entry"][0] / 294_000
    assert abs(found["Entry to Standard"][0] - 32_800 * a_euro) < 0.03
    assert abs(found["Entry to Standard"][1] - 58_300 * a_euro) < 0.03
    assert abs(found["New to Entry"][0] - 39_500 * a_euro) < 0.03  # nothing at the start, and yet to be seen
    assert abs(found["Standard to Lost"][1] - 37_900 * a_euro) < 0.03


def test_the_highest_tier_stands_on_top_and_who_is_new_or_lost_at_the_foot() -> None:
    texts = [(text.get("text-anchor"), text.text) for text in parsed(ladder(FLOWS)).iter(f"{SVG}text")]
    names = {"Standard", "Entry", "No tier", "New", "Lost"}
    assert [name for side, name in texts if side == "end" and name in names] == ["Standard", "Entry", "No tier", "New"]
    assert [name for side, name in texts if side == "start" and name in names] == ["Standard", "Entry", "Lost"]


def test_each_tier_says_how_much_is_there_and_its_bar_is_as_high() -> None:
    root = parsed(ladder([UP, STAYED]))
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts == ["At the start", "At the end", "Entry", "258.5", "Standard", "28", "Entry", "230.5"]
    entry, standard, stays = (float(bar.get("height", "0")) for bar in root.iter(f"{SVG}rect"))
    assert entry == 220  # all that there is
    assert abs(standard + stays - entry) < 0.11


def test_only_who_moved_is_filled_with_a_colour() -> None:
    fills = {
        band.findtext(f"{SVG}title", "").split(":")[0]: band.get("fill")
        for band in parsed(ladder(FLOWS)).findall(f"{SVG}svg")
    }
    assert fills.pop("Entry to Standard") == palette.UP
    assert fills.pop("Standard to Entry") == palette.DOWN
    assert set(fills.values()) == {palette.PALE}


def test_a_tier_without_revenue_is_drawn_all_the_same() -> None:
    nothing = replace(STAYED, accounts=Decimal(0), before=Decimal(0), after=Decimal(0))
    assert len(bands(parsed(ladder([nothing], "EUR")))) == 1


def test_the_table_names_every_flow_and_its_foot_is_their_sum() -> None:
    table = parsed(flow_table(FLOWS, "EUR", "Who went where"))
    rows = [["".join(cell.itertext()) for cell in row] for row in table.findall("tbody/tr")]
    assert rows[0] == ["Entry", "Standard", "▲\xa0moved up", "28", "€32.8\u202fK", "€58.3\u202fK"]
    assert [row[2][2:] for row in rows] == [flows.KINDS[kind][1] for kind in flows.KINDS]
    assert ["".join(cell.itertext()) for cell in table.findall("tfoot/tr/*")] == [
        "All", "342.5", "€391\u202fK", "€430\u202fK",
    ]  # fmt: skip
    assert table.findtext("caption") == "Who went where"


def test_a_flow_is_named_with_its_accounts() -> None:
    assert named(replace(UP, accounts=Decimal(1))) == "Entry to Standard: 1 account"
    assert named(UP, "EUR") == "Entry to Standard: 28 accounts, €32.8\u202fK to €58.3\u202fK"


def test_a_hostile_tier_is_text_cut_in_the_picture_and_whole_in_the_table() -> None:
    hostile = replace(UP, start=HOSTILE)
    picture, table = ladder([hostile]), flow_table([hostile], "EUR", HOSTILE)
    for written in (picture, table):
        assert "<script" not in written
        assert "\u202e" not in written
    assert "</title><scri…" in [text.text for text in parsed(picture).iter(f"{SVG}text")]
    assert parsed(table).findtext("tbody/tr/th/bdi") == HOSTILE.replace("\u202e", "")
