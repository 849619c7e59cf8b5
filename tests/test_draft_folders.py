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
        "name it, or remove it from the export; fill_down reads names of groups in it"
    ]


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


def test_credits_whose_amounts_have_no_sign_are_taken_back(tmp_path: Path) -> None:
    """As in the transactions of Sage, with receipts between them; what its words do not say remains to be told."""
    head = "No,Type,A/C,Date,Details,Net Amount,Tax Amount\n"
    lines = "1,SI,ADA01,15/05/2026,May,100.00,20.00\n2,SC,ADA01,20/05/2026,Credit,30.00,6.00\n"
    others = "3,SR,ADA01,30/05/2026,Receipt,120.00,0.00\n4,JC,ADA01,31/05/2026,Journal,5.00,0.00\n"
    files = {"Sage transactions.csv": head + lines + others}
    _, text, findings, delivery = drafted(tmp_path, files)
    assert delivery.tables["invoices"].select("account_id", "amount", "kind").rows() == [
        ("ADA01", Decimal(100), "order"),
        ("ADA01", Decimal(-30), "credit"),
        ("ADA01", Decimal(5), "JC"),
    ]
    assert text.count("credits have an entry of their own") == 2
    assert [f.what for f in findings if f.certainty == "not recognised"] == [
        "kind: {column: Type, words: {SI: order}} (no word of ours for JC)"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Belegdatum;Belegnummer;Debitor;Belegart;Nettobetrag\n15.01.2026;R1;1;Rechnung;1.200,00\n"
        "25.01.2026;G1;1;Gutschrift;200,00\n",
        "Date,Invoice No,Customer,Document Type,Amount\n2026-01-15,R1,1,Invoice,€1200.00\n"
        "2026-01-25,G1,1,Credit Memo,€200.00\n",
    ],
    ids=["German", "with signs of currencies"],
)
def test_credits_are_taken_back_however_amounts_are_written(tmp_path: Path, text: str) -> None:
    _, _, findings, delivery = drafted(tmp_path, {"Rechnungen.csv": text})
    rows = delivery.tables["invoices"].select("line_id", "amount", "kind").rows()
    assert rows == [("R1", Decimal(1200), "order"), ("G1", Decimal(-200), "credit")]
    assert [f for f in findings if f.certainty == "not recognised"] == []


def test_kinds_of_which_none_is_there_are_nothing_to_ask_about(tmp_path: Path) -> None:
    head = "Type,Customer,Date,Amount\n"
    files = {"credit_notes.csv": f"{head},A,2026-01-01,5\n", "paid.csv": f"{head}Payment,A,2026-01-01,5\n"}
    _, _, findings, delivery = drafted(tmp_path, files)
    assert delivery.tables["invoices"].select("amount", "kind").rows() == [(Decimal(-5), "credit")]
    assert [f for f in findings if f.certainty == "not recognised"] == []


@pytest.mark.parametrize("amount", ["1,000.80", "-1,000.80"])
def test_lists_of_credits_are_told_by_their_name(tmp_path: Path, amount: str) -> None:
    """As Business Central's, with a type of what is sold and no kind."""
    head = "Document No.,Posting Date,Sell-to Customer No.,Type,Line Amount Excl. VAT\n"
    files = {"Posted Sales Credit Memo Lines.csv": f'{head}CR1,2026-05-15,10000,Item,"{amount}"\n'}
    _, _, findings, delivery = drafted(tmp_path, files)
    rows = delivery.tables["invoices"].select("line_id", "account_id", "amount", "kind").rows()
    assert rows == [("CR1", "10000", Decimal("-1000.8"), "credit")]
    assert [f.what for f in findings if f.certainty == "not recognised"] == ["kind: Type (no word of ours for Item)"]


def test_the_currency_of_accounts_in_another_list_is_told(tmp_path: Path) -> None:
    files = {
        "Customers.csv": "A/C,Name,Contact,Currency\nADA01,Ada,,Euro\nBO01,Bo,,Pound Sterling\n",
        "Invoices.csv": "Invoice No,A/C,Date,Net Amount\n1,ADA01,2026-05-15,100.00\n",
    }
    said = [f.what for f in drafted(tmp_path, files)[2] if f.certainty == "not recognised"]
    assert said == ["currency, of which Customers.csv names one for each account, as Currency; add a lookup"]


def test_an_interval_is_joined_with_what_it_counts(tmp_path: Path) -> None:
    """As Zoho Billing writes it."""
    head = "Subscription ID,Customer ID,Amount,Interval,Interval Unit,Status,Activated On,Cancelled On\n"
    lines = "s1,c1,120.00,3,months,DUNNING,2024-08-01,\ns2,c2,20000.00,2,Years,CANCELLED,2024-10-01,2026-05-10\n"
    _, text, findings, delivery = drafted(tmp_path, {"Subscriptions.csv": head + lines})
    rows = delivery.tables["contracts"].select("every", "status", "starts_on", "ends_on").rows()
    assert rows == [
        ("3 months", "past_due", date(2024, 8, 1), None),
        ("2 years", "cancelled", date(2024, 10, 1), date(2026, 5, 10)),
    ]
    assert "not used" not in text
    assert [f for f in findings if f.certainty == "not recognised"] == []


def test_the_amount_of_a_whole_invoice_on_each_of_its_lines_is_told(tmp_path: Path) -> None:
    head = "Invoice Number,Invoice Date,Customer ID,Item Name,Item Price,SubTotal\n"
    lines = "1,2026-05-01,C1,Support,100,150\n1,2026-05-01,C1,Setup,50,150\n2,2026-05-02,C2,Support,100,100\n"
    _, _, findings, _ = drafted(tmp_path, {"Invoice.csv": head + lines})
    said = [f.what for f in findings if f.certainty == "not recognised"]
    assert said == ["amount: SubTotal (the same on all rows of one Invoice Number, so it may count once for each)"]
    files = {"Invoice.csv": (head + lines).replace("Item Price", "Item Total")}
    assert drafted(tmp_path, files)[0]["Invoice.csv"]["columns"]["amount"] == "Item Total"


def test_accounts_of_bills_have_names_by_which_they_meet_those_of_a_crm(tmp_path: Path) -> None:
    """What several customers share is the name of none; where only the bills name accounts, no list is needed."""
    head = "Document No.,Posting Date,Sell-to Customer No.,Company,Sell-to Customer Name,Amount\n"
    lines = "1,2026-05-01,10,We,Ada,5\n2,2026-05-02,20,We,Bo,5\n3,2026-05-03,20,We,Bo,5\n"
    assert "table: accounts" not in drafted(tmp_path, {"Invoices.csv": head + lines})[1]
    crm = {"crm.csv": "Record ID,Company name,Company owner\n501,Ada,Ann\n502,Bo,Ben\n"}
    _, text, _, delivery = drafted(tmp_path, crm)
    assert "guessed: by Sell-to Customer Name they meet those of another system" in text
    assert delivery.tables["accounts"].filter(pl.col("origin_file") == "Invoices.csv").select(
        "account_id", "name"
    ).rows() == [("10", "Ada"), ("20", "Bo")]
    assert delivery.tables["invoices"].height == 3


@pytest.mark.parametrize("name", ["invoices_and_credit_notes.csv", "Invoices and credit notes/invoices.csv"])
def test_a_list_that_holds_bills_too_is_no_list_of_credits(tmp_path: Path, name: str) -> None:
    text = "Number,Customer,Date,Amount\nR1,Ada,2026-01-15,100\nR2,Bo,2026-02-15,200\n"
    (tmp_path / name).parent.mkdir(exist_ok=True)
    _, _, _, delivery = drafted(tmp_path, {name: text})
    assert delivery.tables["invoices"]["amount"].to_list() == [Decimal(100), Decimal(200)]


def test_returns_under_the_number_of_their_order_are_rows_of_their_own(tmp_path: Path) -> None:
    text = "Order ID,Customer,Date,Type,Amount\n1,Ada,2026-01-15,Sale,100\n2,Bo,2026-02-15,Sale,200\n"
    entries, _, _, delivery = drafted(tmp_path, {"orders.csv": f"{text}1,Ada,2026-02-20,Refund,40\n"})
    assert "line_id" not in entries["orders.csv"]["columns"]
    assert delivery.tables["invoices"]["amount"].sort().to_list() == [Decimal(-40), Decimal(100), Decimal(200)]


def test_customers_of_a_type_with_a_date_and_their_revenue_are_customers(tmp_path: Path) -> None:
    head = "Customer ID,Customer Name,Type,Segment,Date,Revenue,Account Manager\n"
    _, _, _, delivery = drafted(tmp_path, {"customers.csv": f"{head}1,Ada,Client,SMB,2025-01-01,100,Ann\n"})
    assert delivery.tables["accounts"].select("account_id", "name", "segment").rows() == [("1", "Ada", "SMB")]
    assert delivery.tables["ownership"]["manager_id"].to_list() == ["Ann"]
    assert "invoices" not in delivery.tables
