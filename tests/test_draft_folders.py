"""Are folders as finance and sales people have them drafted so that nothing of them is left out or misread unsaid?"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from ruamel.yaml import YAML
from test_adapters_draft import LAYOUT, REQUIRED, drafted
from xlsxwriter import Workbook

from adapters import read_folder
from adapters.draft import draft
from adapters.mapping.months import first_day
from adapters.mapping.sources import Sources


def test_a_german_list_of_contracts_is_read_as_it_says(tmp_path: Path) -> None:
    """What a yearly contract brings is no amount of a month."""
    entries, _, _, delivery = drafted(
        tmp_path,
        {
            "Verträge.csv": "Vertragsnummer;Kundennummer;Betrag;Intervall;Beginn;Ende;Status\n"
            "V1;10001;1.200,50;monatlich;01.01.2025;31.12.2025;beendet\n"
            "V2;10001;1.500,00;monatlich;01.01.2026;;aktiv\n"
            "V3;10002;12.000,00;jährlich;15.03.2025;14.03.2026;gekündigt\n"
        },
    )
    assert "constants" not in entries["Verträge.csv"]
    rows = delivery.tables["contracts"].select("amount", "every", "starts_on", "ends_on", "status").rows()
    assert rows == [
        (Decimal("1200.5"), "month", date(2025, 1, 1), date(2026, 1, 1), "ended"),
        (Decimal(1500), "month", date(2026, 1, 1), None, "active"),
        (Decimal(12000), "year", date(2025, 3, 15), date(2026, 3, 15), "cancelled"),
    ]


def test_german_lists_of_contracts_and_bills_are_read_by_the_names_they_usually_have(tmp_path: Path) -> None:
    entries, text, findings, delivery = drafted(
        tmp_path,
        {
            "Kunden.csv": "Kundennr.;Firma;Branche;Betreuer;Betreuer E-Mail\n"
            + "".join(f"{n};K{n};B;M{n % 2};m{n % 2}@x.example\n" for n in range(8)),
            "Vertraege.csv": "Vertragsnummer;Kundennr.;Nettobetrag;Abrechnungsintervall;Vertragsbeginn;Vertragsende\n"
            "V1;1;1.200,50;halbjährlich;01.01.2025;30.06.2026\nV2;1;900,00;halbjährlich;01.07.2026;\n",
            "Rechnungsausgang.csv": "Belegnummer;Belegdatum;Kundennr.;Netto;Brutto;Status\n"
            "R1;31.05.2026;1;1.000,00;1.190,00;bezahlt\nR2;31.05.2026;2;50,00;59,50;storniert\n",
        },
    )
    assert {e["table"] for e in entries.values()} == {"ownership", "contracts", "invoices"}
    assert "to compare by" not in text, "whose an account is makes it like no other"
    assert [f for f in findings if f.certainty == "not recognised"] == []
    rows = delivery.tables["contracts"].select("line_id", "amount", "every", "starts_on", "ends_on").rows()
    assert rows == [
        ("V1", Decimal("1200.5"), "6 months", date(2025, 1, 1), date(2026, 7, 1)),
        ("V2", Decimal(900), "6 months", date(2026, 7, 1), None),
    ]
    assert delivery.tables["invoices"].select("line_id", "amount").rows() == [("R1", Decimal(1000))]


def test_cancelled_contracts_without_another_end_are_drafted_to_end_on_that_day(tmp_path: Path) -> None:
    """As Paddle's subscriptions: else nobody would ever leave."""
    head = "subscription_id,customer_id,status,currency_code,amount,billing_interval,started_at,canceled_at\n"
    lines = "s1,c1,canceled,EUR,9,year,2024-01-01,2026-05-01\ns2,c2,active,EUR,9,year,2024-01-01,\n"
    _, text, _, delivery = drafted(tmp_path, {"subscriptions.csv": head + lines})
    assert delivery.tables["contracts"].select("ends_on", "cancelled_on").rows() == [
        (date(2026, 5, 1),) * 2,
        (None,) * 2,
    ]
    assert "guessed: no column says until when it is paid" in text


def test_owners_of_accounts_whose_id_is_called_id_are_drafted(tmp_path: Path) -> None:
    _, _, _, delivery = drafted(tmp_path, {"companies.csv": "_id,Name,Owner,Phase\np1,Ada,Ann,Live\np2,Bo,Ben,Live\n"})
    assert delivery.tables["ownership"].select("account_id", "manager_id").rows() == [("p1", "Ann"), ("p2", "Ben")]


def test_rows_that_call_accounts_by_name_are_drafted_to_find_their_ids(tmp_path: Path) -> None:
    files = {
        "customers.csv": "Customer ID,Customer Name,Industry\nC1,Ada,Food\nC2,Bo,Food\nC3,Cy,Food\n",
        "nps.csv": "Response Date,Account Name,NPS Score\n2026-05-31,Bo,9\n2026-05-30,Ada,3\n",
        "sales.csv": "Invoice No,Customer ID,Invoice Date,Amount\n7,C3,2026-05-31,9\n",
        "mrr.csv": "Customer,Jan 26,Feb 26,Mar 26\nBo,1,1,1\nCy,1,1,1\n",
    }
    entries, text, _, delivery = drafted(tmp_path, files)
    assert delivery.tables["answers"].select("account_id", "score").rows() == [("C2", 9), ("C1", 3)]
    assert delivery.tables["contracts"].select("account_id", "line_id").rows() == [
        ("C2", "Bo 2026-01-01"),
        ("C3", "Cy 2026-01-01"),
    ]
    assert "lookups" not in entries["sales.csv"]
    assert text.count("has names of accounts") == 2


def test_lists_of_accounts_under_other_ids_are_told_to_be_of_several_systems(tmp_path: Path) -> None:
    files = {
        "customers.csv": "Customer ID,Customer Name,Industry\nC1,Ada,Food\nC2,Bo,Food\n",
        "companies.csv": "Company ID,Company Name,Industry,Owner\n17,Ada,Food,Ann\n18,Bo,Food,Ben\n",
    }
    said = "companies.csv and customers.csv list accounts under other ids"
    assert [f.what.split(",")[0] for f in drafted(tmp_path, files)[2] if f.certainty == "not recognised"] == [said]
    files["companies.csv"] = files["companies.csv"].replace("17", "C1")
    assert [f for f in drafted(tmp_path, files)[2] if f.certainty == "not recognised"] == []


def test_what_a_customer_was_billed_is_no_sign_of_use(tmp_path: Path) -> None:
    """As the customer activity of Sage."""
    text = "Type,Account Reference,Date,Invoice No,Net Amount\ninvoice,S1,2026-05-31,7,100\n"
    entries, *_ = drafted(tmp_path, {"customer_activity.csv": text})
    assert entries["customer_activity.csv"]["table"] == "invoices"


def test_the_value_of_a_whole_term_is_no_amount_of_a_month(tmp_path: Path) -> None:
    head, row = "Customer,Start Date,End Date,TCV", "Ada,2025-01-01,2027-12-31,3600"
    entries, text, *_ = drafted(tmp_path, {"contracts.csv": f"{head},Term (months)\n{row},36\n"})
    every = entries["contracts.csv"]["columns"]["every"]
    assert every == {"column": "Term (months)", "words": {"36": "36 months"}}
    _, text, *_ = drafted(tmp_path, {"contracts.csv": f"{head}\n{row}\n"})
    assert "not recognised: every, which every row needs; add it under constants" in text


def test_shares_in_percent_are_drafted_as_parts_of_one(tmp_path: Path) -> None:
    text = "Customer,Account Manager,Split %\nAda,Ann,60%\nAda,Ben,40%\n"
    entries, _, _, delivery = drafted(tmp_path, {"owners.csv": text})
    assert entries["owners.csv"]["columns"]["share"] == {"column": "Split %", "percents": True}
    assert delivery.tables["ownership"]["share"].to_list() == [Decimal("0.6"), Decimal("0.4")]


def test_owners_with_the_day_since_when_hold_accounts_until_the_next(tmp_path: Path) -> None:
    text = "Customer,Account Manager,Since\nAda,Ann,01.02.2024\nAda,Ben,31.03.2026\nBo,Ann,\n"
    _, _, _, delivery = drafted(tmp_path, {"owners.csv": text})
    rows = delivery.tables["ownership"].select("account_id", "manager_id", "ends_on").rows()
    assert rows == [("Ada", "Ann", date(2026, 3, 31)), ("Ada", "Ben", None), ("Bo", "Ann", None)]


def test_what_a_report_says_below_its_rows_is_found(tmp_path: Path) -> None:
    """As QuickBooks ends; a total right below the rows may be a customer's, and is told by check."""
    head = "Acme\nSales\n\nInvoice No,Customer,Invoice Date,Amount\n"
    rows = "".join(f"{n},Ada,2026-05-{n},1\n" for n in range(10, 14))
    reports = {
        "sales.csv": f'{head}{rows}TOTAL,,,$4.00\n\n"Accrual basis, June 5, 2026"\n',
        "plain.csv": "Customer,Jan 26,Feb 26,Mar 26\nAda,1,1,1\nTotal,1,1,1\n",
    }
    entries, _, findings, delivery = drafted(tmp_path, reports)
    assert entries["sales.csv"]["footer"] is True
    assert "footer" not in entries["plain.csv"]
    assert delivery.tables["invoices"].height == 4
    assert [f for f in findings if f.certainty == "not recognised"] == []


@pytest.mark.parametrize(
    ("terms", "day"),
    [
        ("2025-07-01,2026-06-30|2025-02-15,2026-02-14|2025-02-10,2025-09-03", "2026-07-01"),
        ("2025-07-01,2026-07-01|2025-02-15,2026-02-15", "2026-07-01"),
        ("2025-07-01,2026-06-30|2025-02-15,2026-02-15", "2026-06-30"),
    ],
    ids=["last days", "first days without", "as many of both"],
)
def test_terms_of_whole_months_tell_whether_an_end_is_a_last_day(tmp_path: Path, terms: str, day: str) -> None:
    """Where no contract follows another, which would tell as well."""
    lines = "".join(f"C{n},A{n},12,{term}\n" for n, term in enumerate(terms.split("|")))
    head = "Contract ID,Customer ID,ARR,Start Date,End Date\n"
    _, _, _, delivery = drafted(tmp_path, {"contracts.csv": head + lines})
    assert delivery.tables["contracts"]["ends_on"][0] == date.fromisoformat(day)


def test_bills_by_name_count_without_tax_and_without_those_that_are_void(tmp_path: Path) -> None:
    """As Xero writes them, with the total of the bill, its tax included, on each of its lines."""
    head = "ContactName,InvoiceNumber,InvoiceDate,Total,TaxTotal,LineAmount,AccountCode,Currency,Type,Status\n"
    lines = "Ada,I1,2026-05-31,120,20,100,200,EUR,Sales invoice,Paid\nBo,I2,2026-05-31,12,2,10,200,EUR,Sales invoice,"
    entries, _, _, delivery = drafted(tmp_path, {"SalesInvoices.csv": f"{head}{lines}Voided\n"})
    assert delivery.tables["invoices"].select("account_id", "amount", "kind").rows() == [("Ada", Decimal(100), "order")]
    assert entries["SalesInvoices.csv"]["where"] == {"Status": {"not": ["Voided"]}}


def test_french_lists_are_read_as_they_say(tmp_path: Path) -> None:
    entries, _, _, delivery = drafted(
        tmp_path,
        {
            "Clients.csv": "N° client;Raison sociale;Secteur d'activité;Région\nC1;Société Ada;Énergie;Île-de-France\n",
            "Commerciaux.csv": "Matricule;Nom;Courriel;Équipe\nM1;Zoé Petit;zoe@ada.example;Nord\n",
            "Contrats.csv": "N° contrat;N° client;Produit;Montant HT;Périodicité;Date de début;Date de fin;État\n"
            "K1;C1;Or;1 200,50;mensuelle;01/01/2025;31/12/2025;terminé\n"
            "K2;C1;Or;1 500,00;mensuelle;01/01/2026;;actif\n"
            "K3;C1;Argent;12 000,00;annuelle;15/03/2025;14/03/2026;résilié\n",
            "Factures.csv": "N° facture;Code client;Date de facture;Montant HT;Devise;Vendeur\n"
            "F1;C1;15/03/2026;99,90;EUR;M1\n",
        },
    )
    assert {file: entry["table"] for file, entry in entries.items()} == {
        "Clients.csv": "accounts", "Commerciaux.csv": "managers", "Contrats.csv": "contracts",
        "Factures.csv": "invoices",
    }  # fmt: skip
    read = delivery.tables
    assert read["accounts"].select("account_id", "name", "industry", "region").row(0) == (
        "C1", "Société Ada", "Énergie", "Île-de-France",
    )  # fmt: skip
    assert read["managers"].select("manager_id", "name", "email", "team").row(0) == (
        "M1", "Zoé Petit", "zoe@ada.example", "Nord",
    )  # fmt: skip
    assert read["contracts"].select(
        "line_id", "product", "amount", "every", "starts_on", "ends_on", "status"
    ).rows() == [
        ("K1", "Or", Decimal("1200.5"), "month", date(2025, 1, 1), date(2026, 1, 1), "ended"),
        ("K2", "Or", Decimal(1500), "month", date(2026, 1, 1), None, "active"),
        ("K3", "Argent", Decimal(12000), "year", date(2025, 3, 15), date(2026, 3, 15), "cancelled"),
    ]
    assert read["invoices"].select("line_id", "dated_on", "amount", "currency", "seller_id").row(0) == (
        "F1", date(2026, 3, 15), Decimal("99.9"), "EUR", "M1",
    )  # fmt: skip


def test_each_sheet_of_a_workbook_is_read_or_told(tmp_path: Path) -> None:
    with Workbook(tmp_path / "company.xlsx") as book:
        for name, rows in {
            "Customers": [["Customer No", "Customer Name"], [1, "Ada"]],
            "Subscriptions": [["Contract ID", None, "MRR"], ["K1", 1, 20]],
            "Sheet3": [],
        }.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    text, findings = draft(tmp_path, LAYOUT, REQUIRED)
    assert "sheet: Customers" in text
    assert [f.what for f in findings if f.certainty == "not recognised"] == [
        'sheet "Subscriptions": column 2 of 3 has no name in the header, and holds something; '
        "name it, or remove it from the export"
    ]


def test_lines_above_the_header_are_found_in_texts_and_sheets(tmp_path: Path) -> None:
    """A title and the day of a report hold fewer cells than half of what stands below; a header that lacks a name
    holds more."""
    with Workbook(tmp_path / "book.xlsx") as book:
        sheet = book.add_worksheet("Owners")
        sheet.merge_range("A1:C1", "Owners 2026")
        sheet.write_row(2, 0, ["Customer", "Account Manager", "Since"])
        sheet.write_row(3, 0, ["Ada", "Ann", "2025-01-01"])
    files = {
        "sales.csv": "Sales\nJanuary 1, 2026, on\n\nInvoice No;Customer;Invoice Date;Amount\n7;Ada;2026-05-31;9\n",
        "odd.csv": "Customer,,Amount\nAda,x,y\n",
    }
    entries, text, _, delivery = drafted(tmp_path, files)
    assert text.count("lines_above") == 2
    assert (entries["book.xlsx"]["lines_above"], entries["sales.csv"]["lines_above"]) == (1, 2)
    assert delivery.tables["invoices"].select("amount", "origin_row").rows() == [(9, 1)]
    assert [(f.severity, f.what, f.value) for f in delivery.faults if f.file in ("book.xlsx", "sales.csv")] == [
        ("note", "1 line above the header left out, as declared, the first", "Owners 2026"),
        ("note", "2 lines above the header left out, as declared, the first", "Sales"),
    ]


@pytest.mark.parametrize(
    "months",
    [
        "2026-01,2026-02,2026-03", "Jan 2026,Feb 2026,Mar 2026", "Jan. 26,Februar 26,März 26",
        "Janv-26,Févr-26,Mars-26", "01/2026,02/2026,03/2026", "MRR 2026-01-01,MRR 2026-02-01,MRR 2026-03-01",
    ],
)  # fmt: skip
def test_months_in_columns_are_drafted_as_contracts(tmp_path: Path, months: str) -> None:
    """Beside the owners that the file names."""
    text = f"Customer;Account manager;{months.replace(',', ';')};Sum\nAda;Ann;1,5;-;3,5;5\nBo;Ann;;2;2;4\n"
    _, draft, findings, delivery = drafted(tmp_path, {"mrr.csv": text})
    first = "1.5 Ada", "3.5 Ada", "2 Bo"
    lines = delivery.tables["contracts"].select(pl.col("amount").cast(pl.String) + " " + pl.col("account_id"))
    assert sorted(lines.to_series().str.replace(r"\.?0+ ", " ")) == sorted(first)
    assert delivery.tables["ownership"].height == 2
    assert [f for f in findings if f.certainty == "not recognised"] == []
    assert not [f for f in delivery.faults if f.severity == "error"]
    assert "every: month" in draft


def test_what_was_paid_in_a_month_is_nothing_to_compare_accounts_by(tmp_path: Path) -> None:
    rows = "".join(f"C{n},N{n},{n % 2},{n % 2},{n % 2}\n" for n in range(9))
    head = "Customer ID,Customer Name,Jan-26,Feb-26,Mar-26\n"
    _, text, _, delivery = drafted(tmp_path, {"customers.csv": head + rows})
    assert "to compare by" not in text
    assert {*delivery.tables} == {"accounts", "contracts"}


def test_months_that_are_nobodys_are_told(tmp_path: Path) -> None:
    entries, _, findings, _ = drafted(tmp_path, {"mrr.csv": "Plan,Jan 26,Feb 26,Mar 26,Apr 5\nPro,1,2,3,4\n"})
    assert entries == {}
    assert [f.what for f in findings] == ["columns are named for months, and none says whose they are"]


@pytest.mark.parametrize("header", ["Tier 12", "13/2026", "Q2 26", "Margin 24", "12 26", "Total"])
def test_what_is_no_month_is_taken_for_none(header: str) -> None:
    assert first_day(header) is None


@pytest.mark.parametrize("nothing", ["€0.00", "EUR 0", "(€0.00)", "", "0", "-"])
def test_a_month_of_nothing_in_columns_of_months_is_a_break_however_it_is_written(tmp_path: Path, nothing: str) -> None:
    (tmp_path / "mrr.csv").write_text(f"Customer,2026-01,2026-02,2026-03\nAda,€30.00,{nothing},€30.00\n", "utf-8")
    sources = """
files:
  - file: mrr.csv
    table: contracts
    marks: true
    months: {columns: '\\d{4}-\\d\\d', value: mrr}
    columns: {line_id: {join: [Customer, since]}, account_id: Customer, amount: mrr, starts_on: since, ends_on: until,
              cancelled_on: began}
    constants: {every: month}
"""
    delivery = read_folder(tmp_path, LAYOUT, {"accounts"}, Sources.model_validate(YAML(typ="safe").load(sources)))
    assert delivery.tables["contracts"].select("starts_on", "ends_on", "cancelled_on").rows() == [
        (date(2026, 1, 1), date(2026, 2, 1), date(2026, 1, 1)),
        (date(2026, 3, 1), None, date(2026, 3, 1)),
    ]


def test_days_as_excel_counts_them_are_told(tmp_path: Path) -> None:
    text = "Deal ID,Customer ID,Close Date,Amount\n1,A,45658,10\n2,B,45689.5,20\n"
    _, _, findings, _ = drafted(tmp_path, {"deals.csv": text})
    said = "the dates are days as Excel counts them; declare excel_days: true for the column"
    assert said in [f.what for f in findings if f.certainty == "not recognised"]


def test_a_column_of_percents_is_told_and_hides_nothing_of_how_amounts_are_written(tmp_path: Path) -> None:
    lines = '1,A,50%,"$1,200.00 ",2025-01-31\n2,B,20%,$ (50.00),2025-02-28\n'
    files = {"subscriptions.csv": f"Contract ID,Account ID,Seats,MRR,Start Date\n{lines}"}
    entries, _, findings, _ = drafted(tmp_path, files)
    entry = entries["subscriptions.csv"]
    assert (entry["decimal"], entry["thousands"], entry["marks"]) == (".", ",", True)
    said = "quantity: Seats (percent signs are not read; write 0.25 for 25%)"
    assert [f.what for f in findings if f.certainty == "not recognised"] == [said]
