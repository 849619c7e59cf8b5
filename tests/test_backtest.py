"""A company is looked back on: from which days, against which forecasts, and what is told and written."""

import json
import sys
from dataclasses import replace
from datetime import date, timedelta
from math import log1p
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from backtest_made import company, contract, contracts, invoice, rulebook, seen
from typer.testing import CliRunner

from scoring.backtest import Asked, Company, TooShortError, UnknownStretchError, backtest, days, look, record
from scoring.backtest.foretold import AHEAD
from scoring.cli.app import app, main
from scoring.lifetime.assumptions import Assumptions
from scoring.lifetime.rolling import WholeMonthsError
from scoring.metrics import CATALOGUE
from scoring.reports import backtest as pages
from scoring.reports.charts.calibration import Tenth, calibration
from scoring.reports.outputs import NotOursError

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
import backtest_logs

ON = date(2025, 7, 1)
COVERED = days.Reach(date(2023, 1, 1), date(2026, 7, 1))


@pytest.mark.parametrize(
    ("text", "ahead"),
    [("12", 12), ("12m", 12), ("39w", timedelta(weeks=39)), ("100d", timedelta(days=100)), ("3 M", 3)],
)
def test_lengths_of_time_as_people_write_them(text: str, ahead: object) -> None:
    assert days.stretch(text) == ahead


@pytest.mark.parametrize("text", ["", "0", "soon", "1y", "-3m", "1.5m"])
def test_other_lengths_are_refused(text: str) -> None:
    with pytest.raises(UnknownStretchError, match="write months as 12m"):
        days.stretch(text)


@pytest.mark.parametrize(
    ("asked", "on", "ahead"),
    [
        (Asked(), ["2024-10-01", "2025-01-01", "2025-04-01", "2025-07-01"], 12),
        (Asked(origins=2), ["2025-04-01", "2025-07-01"], 12),
        (Asked(ahead=6, origins=1), ["2026-01-01"], 6),
        (Asked(ahead=timedelta(days=100), origins=1), ["2026-03-23"], timedelta(days=100)),
        (Asked(split=ON), ["2025-07-01"], 12),
        (Asked(split=ON, until=date(2025, 7, 11)), ["2025-07-01"], timedelta(days=10)),
        (Asked(split=ON, ahead=3), ["2025-07-01"], 3),
    ],
)
def test_the_days_that_are_looked_ahead_from(asked: Asked, on: list[str], ahead: object) -> None:
    found, length = days.chosen(asked, COVERED)
    assert length == ahead
    assert [str(day) for day in found] == on


def test_short_data_are_looked_ahead_less_far_and_too_short_ones_not_at_all() -> None:
    assert days.chosen(Asked(), days.Reach(date(2025, 1, 1), date(2026, 1, 1))) == ([date(2025, 7, 1)], 6)
    with pytest.raises(TooShortError, match="must lie before"):
        days.chosen(Asked(), days.Reach(date(2025, 12, 1), date(2026, 1, 1)))
    with pytest.raises(TooShortError, match="end on"):
        days.chosen(Asked(split=ON, until=date(2027, 1, 1)), COVERED)
    with pytest.raises(TooShortError, match="end on 2026-06-30, before 2026-09-01"):
        days.chosen(Asked(split=date(2026, 9, 1)), COVERED)
    with pytest.raises(TooShortError, match="begin on"):
        days.chosen(Asked(split=date(2022, 1, 1)), COVERED)


def test_the_naive_forecasts_of_contracts_by_hand() -> None:
    rows = [
        contract("a", date(2023, 1, 1), None, 100),
        contract("b", date(2024, 10, 1), None, 50),
        contract("c", date(2023, 1, 1), date(2025, 1, 15), 80, status="ended"),
    ]
    world = seen(company(contracts=rows), "contracts", rulebook("contracts"), date(2023, 1, 1))
    found = look.look(world, ON, 3).revenue
    # on the first of a month a was there 12 times, b 8 (November to June), c 7 (July to January), and c was lost
    stays = 1 - 1 / 27
    print(stays)
    kept = 1 + stays + stays**2
    assert found["own_rate"].to_list() == [300.0, 150.0]
    assert found["company_rate"].to_list() == pytest.approx([100 * kept, 50 * kept])
    assert found["last_year"].to_list() == [300.0, 0.0]
    assert found["actual"].to_list() == [300.0, 150.0]


def test_the_naive_forecasts_of_orders_by_hand() -> None:
    rows = [
        invoice("a", date(2024, 3, 23), 10), invoice("a", date(2024, 7, 11), 30), invoice("a", date(2025, 6, 30), 50),
        invoice("a", date(2025, 7, 5), 70), invoice("b", date(2025, 3, 22), 5), invoice("b", date(2025, 8, 1), 99),
    ]  # fmt: skip
    world = seen(company(invoices=rows), "invoices", rulebook("invoices"), date(2024, 3, 23))
    held = look.look(world, ON, timedelta(days=20))
    assert held.orders is not None
    # watched to the last day before: a for 464 days with 2 repeat orders of 40 in the mean, b for 100 days with none
    assert held.orders["own_rate"].to_list() == pytest.approx([2 / 464 * 20, 0])
    assert held.revenue["own_rate"].to_list() == pytest.approx([80 / 464 * 20, 0])
    assert held.orders["company_rate"].to_list() == pytest.approx([2 / 564 * 20] * 2)
    assert held.revenue["company_rate"].to_list() == pytest.approx([80 / 564 * 20] * 2)
    assert (held.orders["last_year"].to_list(), held.revenue["last_year"].to_list()) == ([1.0, 0.0], [30.0, 0.0])
    assert (held.orders["actual"].to_list(), held.revenue["actual"].to_list()) == ([1.0, 0.0], [70.0, 0.0])
    assert look.look(world, date(2025, 3, 1), timedelta(days=20)).revenue["last_year"].null_count() == 1


def test_who_orders_as_often_has_the_same_naive_forecast_to_the_last_digit() -> None:
    """Else ranks would tell one from the other."""
    weekly = [date(2025, 6, 30) - timedelta(weeks=n) for n in range(4)]
    rows = [invoice(who, on, 10) for who, days_of in (("a", weekly[:2]), ("b", weekly)) for on in days_of]
    world = seen(company(invoices=rows), "invoices", rulebook("invoices"), weekly[-1])
    held = look.look(world, ON, timedelta(days=20))
    assert held.orders is not None
    assert held.orders["own_rate"].to_list() == [20 / 7, 20 / 7]


def test_contracts_are_not_looked_ahead_by_days() -> None:
    world = seen(company(contracts=contracts()), "contracts", rulebook("contracts"), date(2021, 1, 1))
    with pytest.raises(WholeMonthsError, match="as 12m"):
        look.look(world, ON, timedelta(days=100))


def test_a_company_with_nothing_in_force_then_is_told_without_errors() -> None:
    rows = [contract("a", date(2021, 1, 1), date(2022, 1, 1)), contract("b", date(2025, 9, 1), None)]
    made = backtest(
        Company(company(contracts=rows), rulebook("contracts"), date(2025, 12, 31)), Asked(split=ON, ahead=3)
    )
    plain = record(made)
    assert plain["revenue"]["errors"]["model"]["accounts"] == 0
    assert plain["revenue"]["sentences"][0] == "There was no account to forecast."
    assert {one["words"] for one in plain["metrics"]} <= {"not measured", "too few accounts"}
    assert "Were past forecasts right?" in pages.backtest_html(plain)


def yearly(accounts: int, since: int) -> list[dict[str, object]]:
    """Orders of accounts that each come once a year, up to 2025."""
    return [
        invoice(f"y{since}-{n:02}", date(year, 1, 20) + timedelta(days=5 * n + year % 3))
        for n in range(accounts)
        for year in range(since, 2026)
    ]


@pytest.mark.parametrize(("months", "orders"), [(3, 14), (12, 60), (24, 120)])
def test_yearly_orders_are_forecast_for_the_time_that_is_asked(months: int, orders: int) -> None:
    tables = company(invoices=yearly(60, 2018))
    world = replace(seen(tables, "invoices", rulebook("invoices"), date(2018, 1, 20)), assumed=Assumptions())
    held = look.look(world, date(2024, 1, 1), months)
    assert [choice.fit.model for choice in held.choices] == ["bg_bb", "gamma_gamma"]
    assert held.revenue["actual"].sum() == orders * 100
    assert held.revenue["forecast"].sum() == pytest.approx(orders * 100, rel=0.05)


def test_orders_are_told_only_where_every_day_has_a_model_that_tells_them() -> None:
    ends = [invoice("first", date(2023, 1, 5)), invoice("first", date(2025, 9, 15))]
    each = [invoice(f"y{n:02}", date(year, 6, 2 + n % 20)) for n in range(50) for year in (2023, 2024, 2025)]
    tables = company(invoices=[*ends, *each])
    done = backtest(Company(tables, rulebook("invoices"), date(2025, 12, 31)), Asked(ahead=12, origins=2))
    assert [one.orders is None for one in done.held] == [False, True]
    assert [*done.subjects] == ["revenue"]


def test_what_is_calibrated_on_leaves_out_the_past_before() -> None:
    rows = [invoice(f"a{n}", date(2023, 1, 1) + timedelta(days=30 * n + 90 * k)) for n in range(20) for k in range(3)]
    of = Company(company(invoices=rows), rulebook("invoices"), date(2025, 12, 31))
    whole, half = (backtest(of, Asked(split=date(2024, 7, 1), ahead=3, since=s)) for s in (None, 6))
    assert whole.held[0].choices[0].fit.observations == 19
    assert half.held[0].choices[0].fit.observations < 19
    with pytest.raises(TooShortError, match="the past begins"):
        backtest(of, Asked(split=date(2024, 7, 1), ahead=3, since=date(2025, 1, 1)))


def test_who_had_left_before_what_is_calibrated_on_makes_nobody_loyal() -> None:
    """Every month ten accounts begin that stay as long as chance would have it: 20 months on average, at all times."""
    until = date(2025, 6, 30)
    stays = [timedelta(days=round(-609 * log1p(-(n + 0.5) / 10))) for n in range(10)]
    begun = [date(2020 + n // 12, 1 + n % 12, 1) for n in range(66)]
    rows = [
        contract(f"{start}-{n}", start, end if end < until else None, status="ended" if end < until else None)
        for start in begun
        for n, end in enumerate(start + stay for stay in stays)
    ]
    of = Company(company(contracts=rows), rulebook("contracts"), until)
    (held,) = backtest(of, Asked(split=date(2025, 4, 1), ahead=3, since=9)).held
    fit, stay = held.choices[0].fit, 1 - 1 / 20
    assert fit["s"] / fit["beta"] == pytest.approx(1 / 20, rel=0.1)
    kept = float(held.revenue["company_rate"].sum()) / float(held.revenue["own_rate"].sum())
    assert kept == pytest.approx((1 + stay + stay**2) / 3, abs=0.005)


def test_the_metrics_that_claim_to_look_ahead_are_flagged() -> None:
    assert {"lifetime_value", "chance_active", "expected_orders", "engagement", "nps", "csat"} <= {
        m.name for m in AHEAD
    }
    assert not CATALOGUE["gross_revenue_retention"].looks_ahead


def test_the_picture_of_calibration_says_what_it_shows_and_keeps_dots_inside() -> None:
    root = ET.fromstring(calibration([Tenth(1, 2), Tenth(100, 400)], "Revenue", lambda v: f"€{v:g}"))  # noqa: S314
    assert root.get("role") == "img"
    title = root.findtext("{http://www.w3.org/2000/svg}title") or ""
    assert title.startswith("Revenue: from the lowest tenth, forecast €1 and came €2, to the highest")
    dots = [(c.get("cx") or "", c.get("cy") or "") for c in root.iter("{http://www.w3.org/2000/svg}circle")]
    assert [float(x.rstrip("%")) for x, _ in dots] == pytest.approx([15 + 81 * 0.05, 15 + 81 * 0.5])
    assert float(dots[1][1].rstrip("%")) == 5
    assert ET.fromstring(calibration([], "Orders", str)).get("role") == "img"  # noqa: S314


@pytest.fixture(scope="module")
def small_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the orders of sixty accounts over two years."""
    rows = [
        (f"a{n:02}", f"{date(2024, 1, 1) + timedelta(days=n + (20 + n) * k):%Y%m%d}", f"{20 + n}")
        for n in range(60)
        for k in range(1 + n % 7 + 3 * (n % 2))
    ]
    rows = [row for row in rows if row[1] < "20260101"]
    return backtest_logs._folder(tmp_path_factory.mktemp("log"), "Small log", rows)


def test_the_command_tells_writes_and_repeats_itself(small_log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed = ["backtest", str(small_log), "--split", "2025-03-01", "--ahead", "90d", "--as-of", "2025-12-31"]
    assert main(typed) == 0
    told = capsys.readouterr()
    assert "Small log: 90 days ahead from 2025-03-01" in told.out
    assert "per account, the best naive forecast" in told.out
    assert "Metrics that claim to look ahead" in told.out
    assert "Next: bookscore" in told.err
    page, data = small_log / "backtest" / pages.PAGE, small_log / "backtest" / pages.DATA
    first = page.read_bytes(), data.read_bytes()
    assert main([*typed, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is True
    assert answer["data"]["orders"]["errors"]["model"]["mae"] > 0
    assert (page.read_bytes(), data.read_bytes()) == first
    assert json.loads(first[1])["ahead"] == "90 days"
    assert first[0].count(b'role="img"') == 2


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["--ahead", "soon"], 2, "write months as 12m"),
        (["--until", "2025-12-01"], 2, "--split"),
        (["--split", "2025-12-01", "--until", "2025-12-01"], 2, "it must be later than --split"),
        (["--ahead", "60m"], 3, "must lie before"),
        (["--split", "2030-01-01"], 3, "the exports"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(
    small_log: Path, more: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backtest", str(small_log), "--as-of", "2025-12-31", *more]) == code
    told = capsys.readouterr().err
    assert said in told
    assert "Next: bookscore" in told


def test_nothing_of_others_is_overwritten(small_log: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(NotOursError, match=r"mine\.txt"):
        pages.refuse_foreign(tmp_path)
    assert main(["backtest", str(small_log), "--as-of", "2025-12-31", "--out", str(tmp_path)]) == 2


def test_the_command_has_help() -> None:
    found = CliRunner().invoke(app, ["backtest", "--help"])
    assert found.exit_code == 0
    assert "--calibrate" in found.output


def test_cdnow_is_forecast_half_a_thousandth_short_of_the_figure_to_beat(tmp_path: Path) -> None:
    """Fader, Hardie and Lee's tenth of the customers. The figure to beat is 0.754, known to three digits."""
    sample = backtest_logs.cdnow(tmp_path)[0]
    found = backtest_logs.tried(sample)
    errors = found["orders"]["errors"]
    assert errors["model"]["accounts"] == 2357
    assert errors["model"]["actual"] == 1882
    assert errors["model"]["mae"] == pytest.approx(0.75452, abs=0.00005)
    assert min(found["transform"]) > 0.08
    assert max(found["transform"]) < 0.12
    assert errors["model"]["mae"] < 0.8 * errors["own_rate"]["mae"]
    assert errors["own_rate"]["mae"] == pytest.approx(1.024, abs=0.0005)
    assert errors["model"]["gini"] == pytest.approx(0.673, abs=0.002)
    assert abs(errors["model_moved"]["bias"]) < 0.10
    assert found["orders"]["totals"][0]["holds"] is True


def test_online_retail_is_forecast_as_well_as_by_the_best_closed_form(tmp_path: Path) -> None:
    logs = backtest_logs.online_retail(tmp_path)
    if not logs:
        pytest.skip("BOOKSCORE_DATA names no folder that holds online_retail")
    found = backtest_logs.tried(logs[0])
    assert found["orders"]["errors"]["model"]["mae"] <= logs[0].goal
