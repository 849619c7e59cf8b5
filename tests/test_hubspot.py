"""Whose are deals of HubSpot that name their company only?"""

from datetime import date
from pathlib import Path

from adapters import read_folder
from adapters.files.headers import headers_in
from adapters.known.planning import plan
from adapters.known.recognised import recognised
from adapters.systems import EXPORTS
from scoring.tables import LAYOUT, OPEN_TABLES

COMPANIES = "Record ID,Company name,Company owner\n101,Acorn,Ann\n102,Acorn,Ben\n103,Birch,Ben\n"
DEALS = """\
Record ID,Deal Name,Deal Stage,Is Closed Won,Amount,Close Date,Associated Company (Primary)
1,Year,Closed won,true,100,2025-11-20,Birch
2,Year,Closed won,true,200,2025-11-20,Acorn
3,Year,Closed lost,false,300,2025-11-20,Acorn
"""


def test_a_company_name_that_several_have_is_an_error_of_the_deals_that_were_won(tmp_path: Path) -> None:
    (tmp_path / "companies.csv").write_text(COMPANIES, encoding="utf-8")
    (tmp_path / "deals.csv").write_text(DEALS, encoding="utf-8")
    delivery = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None)
    (error,) = [f for f in delivery.faults if f.severity == "error"]
    assert (error.file, error.row, error.value) == ("deals.csv", 2, "Acorn")
    assert error.what == "several have this Company name: 101, 102"
    assert delivery.faulty["invoices"].rows() == [("deals.csv", 2)]
    assert delivery.tables["invoices"].filter(line_id="1")["account_id"].to_list() == ["103"]


def test_an_amount_in_company_currency_is_none_in_the_currency_of_the_deal(tmp_path: Path) -> None:
    """100 euros of a deal over 16,000 yen are no 100 yen."""
    deals = DEALS.replace("Amount,", "Amount in company currency,Currency,").replace(",100,", ",100,JPY,")
    (tmp_path / "deals.csv").write_text(deals.splitlines()[0] + "\n" + deals.splitlines()[1], encoding="utf-8")
    delivery = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None)
    assert "invoices" not in delivery.tables
    assert [f.severity for f in delivery.faults] == ["error"]


def test_times_of_a_warehouse_are_in_utc(tmp_path: Path) -> None:
    """Half past three in the morning of 1 April in UTC is still the evening of 31 March in Los Angeles."""
    for path in (Path(__file__).parent / "exports" / "hubspot_warehouse").glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("2025-11-20 10:15:00", "2026-04-01 03:30:00")
        (tmp_path / path.name).write_text(text.replace("2026-01-15 10:00:00", "2026-04-01 05:00:00"), encoding="utf-8")
    made = plan(recognised(headers_in(tmp_path), EXPORTS)).sources
    zoned = made.model_copy(update={"time_zone": "America/Los_Angeles"})
    deals = read_folder(tmp_path, LAYOUT, OPEN_TABLES, zoned).tables["invoices"]
    assert deals.filter(line_id="9001").select("dated_on", "seller_id").rows() == [(date(2026, 3, 31), "42")]
