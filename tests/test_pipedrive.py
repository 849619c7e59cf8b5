"""Does Pipedrive's list of deals count what was won, and nothing in silence?"""

from pathlib import Path

from adapters import read_folder
from scoring.tables import INVOICE_KINDS, LAYOUT, OPEN_TABLES

HEADER = "Deal - ID,Deal - Title,Deal - Owner,Deal - Value,Deal - Organization,Deal - Status,Deal - Won time\n"


def kinds(folder: Path, *statuses: str) -> dict[str, str]:
    rows = [f"{n},Deal,Ann,10,Acorn,{status},2026-01-31 12:00:00\n" for n, status in enumerate(statuses)]
    (folder / "deals.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    deals = read_folder(folder, LAYOUT, OPEN_TABLES, None).tables["invoices"]
    return dict(deals.select("line_id", "kind").iter_rows())


def test_open_lost_and_deleted_deals_do_not_count(tmp_path: Path) -> None:
    assert kinds(tmp_path, "Open", "Won", "Lost", "Deleted") == {"1": "deal"}


def test_a_status_in_another_language_is_not_dropped_but_refused(tmp_path: Path) -> None:
    found = kinds(tmp_path, "Won", "Gewonnen")
    assert found == {"0": "deal", "1": "Gewonnen"}
    assert found["1"] not in INVOICE_KINDS


def test_an_organization_that_no_list_has_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "organizations.csv").write_text("Organization - ID,Organization - Name\n7,Birch\n", encoding="utf-8")
    assert kinds(tmp_path, "Won") == {"0": "deal"}
    deals = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None).tables["invoices"]
    assert deals["account_id"].to_list() == ["Acorn"]
