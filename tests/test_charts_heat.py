"""Does the heat table give every number with a shade?"""

from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree as ET

from chart_gallery import HEAT
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from scoring.reports.charts import palette
from scoring.reports.charts.heat import Cohort, Heat, heat_table, sentence, shade
from scoring.reports.charts.scale import zoomed


def parsed(picture: Markup) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314  our own text


def rows(table: ET.Element) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in table.findall("tbody/tr")]


def test_a_cell_holds_its_number_and_is_empty_where_the_cohort_is_too_young() -> None:
    table = parsed(heat_table(HEAT))
    assert [th.text for th in table.findall("thead/tr/th")] == ["Cohort", "Accounts", "0", "1", "4"]
    assert rows(table) == [["2024-Q1", "40", "100", "90", "62"], ["2025-Q1", "50", "100", "96", ""]]
    shades = [cell.get("class", "") for cell in table.findall("tbody/tr/td") if cell.get("class") != "num"]
    assert shades == ["s9", "s8", "s0", "s9", "s9", ""]


def test_it_says_between_which_cohorts_the_others_lie_a_year_on() -> None:
    assert sentence(HEAT) == (
        "Accounts that still pay, all customers: 2 cohorts, 2024-Q1 to 2025-Q1; 4 quarters on 62\u202f% of 2024-Q1."
    )
    older = replace(HEAT.cohorts[1], values=(1.0, 0.96, 0.8))
    assert sentence(replace(HEAT, cohorts=(HEAT.cohorts[0], older))).endswith(
        "; 4 quarters on between 62\u202f% (2024-Q1) and 80\u202f% (2025-Q1)."
    )
    young = Heat("net", (0,), (Cohort("2026-Q2", 3, Decimal(9), (1.0,)),))
    assert (
        sentence(young)
        == "Revenue that is there, all customers: one cohort, 2026-Q2; 0 quarters on 100\u202f% of 2026-Q2."
    )
    assert sentence(Heat("gross", (), ())).endswith("all customers: no cohorts.")


def test_two_cells_that_read_alike_are_shaded_alike() -> None:
    scale = zoomed([60, 100], ticks=8)
    assert shade(scale, 0.895) == shade(scale, 0.9) == shade(scale, 0.9049) > shade(scale, 0.8949)


@given(st.lists(st.integers(0, 3_000_000).map(lambda n: n / 1_000_000), min_size=1, max_size=20))
def test_more_is_never_paler(values: list[float]) -> None:
    scale = zoomed([100 * v for v in values], ticks=8)
    shades = [shade(scale, v) for v in sorted(values)]
    assert shades == sorted(shades)
    assert all(0 <= s < len(palette.SHADES) for s in shades)


def test_a_hostile_name_is_text() -> None:
    hostile = Heat("logo", (0,), (Cohort("<script><b>\u202e", 1, Decimal(1), (1.0,)),))
    written = heat_table(hostile)
    assert "<script" not in written
    assert "<b>" not in written
    assert "\u202e" not in written
