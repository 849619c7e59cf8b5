"""What do discounts take off recurring lines, and for how long? By sources.yaml, and by Stripe's coupons."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from adapters import read_folder
from adapters.delivery import Delivery
from adapters.mapping.sources import Sources
from scoring.tables import LAYOUT, OPEN_TABLES

HEADER = "id,amount,currency,every,from,until,percent,off,of,begins,over\n"
MAPPED = Sources.model_validate(
    {
        "files": [
            {
                "file": "lines.csv",
                "table": "contracts",
                "columns": {
                    "line_id": "id", "account_id": "of", "amount": "amount", "currency": "currency", "every": "every",
                    "starts_on": "from", "ends_on": "until",
                },
                "discount": {
                    "percent": "percent", "off": "off", "shared_by": "of", "starts": "begins", "ends": "over",
                    "billed": "from",
                },
            }
        ]
    }
)  # fmt: skip


def read(folder: Path, files: Mapping[str, str], sources: Sources | None = None) -> Delivery:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return read_folder(folder, LAYOUT, OPEN_TABLES, sources)


def parts(delivery: Delivery) -> list[str]:
    """The lines as id, amount, first day and end, one text each."""
    cells = delivery.tables["contracts"].select(
        "line_id", pl.col("amount").cast(pl.Float64), pl.col("starts_on", "ends_on").dt.to_string()
    )
    return [f"{line} {amount:g} {start} {end or '-'}" for line, amount, start, end in cells.iter_rows()]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("100.00,USD,month,2026-01-15,,10,,A,,", ["x 90 2026-01-15 -"]),
        (
            "100.00,USD,month,2026-01-15,,10,,A,2026-01-15,2026-04-15",
            ["x 90 2026-01-15 2026-04-15", "x:2026-04-15 100 2026-04-15 -"],
        ),
        (
            "99.99,USD,month,2026-01-15,2026-08-15,33.33,,A,2026-03-01,2026-05-01",
            [
                "x 99.99 2026-01-15 2026-03-15",
                "x:2026-03-15 66.66 2026-03-15 2026-05-15",
                "x:2026-05-15 99.99 2026-05-15 2026-08-15",
            ],
        ),
        (
            "1200.00,USD,year,2026-01-15,,50,,A,2026-01-15,2026-04-15",
            ["x 600 2026-01-15 2027-01-15", "x:2027-01-15 1200 2027-01-15 -"],
        ),
        (
            "70.00,USD,2 weeks,2026-01-05,,50,,A,2026-01-05,2026-02-01",
            ["x 35 2026-01-05 2026-02-02", "x:2026-02-02 70 2026-02-02 -"],
        ),
        (
            "70.00,USD,month,2026-01-31,,50,,A,2026-01-31,2026-02-10",
            ["x 35 2026-01-31 2026-02-28", "x:2026-02-28 70 2026-02-28 -"],
        ),
        ("5001,JPY,month,2026-01-31,2026-03-31,12.5,,A,,", ["x 4376 2026-01-31 2026-03-31"]),
        ("50.00,USD,month,2026-01-31,2026-03-31,50,,A,2026-04-30,", ["x 50 2026-01-31 2026-03-31"]),
        ("50.00,USD,month,2026-01-31,,,80,A,,", ["x 0 2026-01-31 -"]),
        ("50.00,USD,month,2026-01-31,,,,A,2026-01-31,", ["x 50 2026-01-31 -"]),
    ],
)
def test_a_line_is_lowered_while_its_discount_lasts(tmp_path: Path, line: str, wanted: list[str]) -> None:
    """It begins and ends with the bills: a year's bill that was lowered is so for the year."""
    delivery = read(tmp_path, {"lines.csv": f"{HEADER}x,{line}\n"}, MAPPED)
    assert [f for f in delivery.faults if f.severity == "error"] == []
    assert parts(delivery) == wanted


def test_lines_that_share_an_amount_add_up_to_what_is_left_of_them(tmp_path: Path) -> None:
    rows = [f"{n},{amount},USD,month,2026-01-01,,,10.00,A,," for n, amount in enumerate(("33.33", "33.33", "33.34"))]
    rows.append("other,50.00,USD,month,2026-01-01,,,,B,,")
    frame = read(tmp_path, {"lines.csv": HEADER + "\n".join(rows)}, MAPPED).tables["contracts"]
    shares = [Decimal("30.00"), Decimal("29.99"), Decimal("30.01"), Decimal(50)]
    assert frame["amount"].to_list() == shares
    assert sum(shares[:3]) == 90


def test_a_lowered_line_knows_its_price_and_is_no_renewal_of_what_it_was(tmp_path: Path) -> None:
    line = "x,100.00,USD,month,2026-01-15,,10,,A,2026-01-15,2026-04-15"
    frame = read(tmp_path, {"lines.csv": f"{HEADER}{line}\n"}, MAPPED).tables["contracts"]
    assert frame.select("list_price", "discount", "discount_ends").row(0) == (Decimal(100), Decimal("0.1"), True)
    assert frame["signed_on"].n_unique() == 1
    assert frame["signed_on"].null_count() == 0


@pytest.mark.parametrize(("quantity", "price"), [("4", "25"), ("0.5", "200"), ("3", None), ("0", None)])
def test_the_price_of_a_unit_is_told_where_it_is_exact(tmp_path: Path, quantity: str, price: str | None) -> None:
    entry = MAPPED.files[0].model_copy(update={"columns": {**MAPPED.files[0].columns, "quantity": "off"}})
    how = MAPPED.files[0].discount
    assert how is not None
    entry = entry.model_copy(update={"discount": how.model_copy(update={"off": None})})
    text = f"{HEADER}x,100.00,USD,month,2026-01-15,,10,{quantity},A,,\n"
    found = read(tmp_path, {"lines.csv": text}, MAPPED.model_copy(update={"files": [entry]})).tables["contracts"]
    assert found.select("amount", "list_price").row(0) == (Decimal(90), None if price is None else Decimal(price))


@pytest.mark.parametrize("discount", ["-10,", ",-10.00"])
def test_a_discount_below_zero_is_an_error(tmp_path: Path, discount: str) -> None:
    delivery = read(tmp_path, {"lines.csv": f"{HEADER}x,100.00,USD,month,2026-01-15,,{discount},A,,\n"}, MAPPED)
    assert [(f.row, f.what) for f in delivery.faults] == [(1, "a discount below zero")]
    assert delivery.faulty["contracts"].height == 1


def test_a_lookup_gives_each_of_several_for_discounts_only(tmp_path: Path) -> None:
    lookup = {"file": "d.csv", "on": {"of": "of"}, "take": ["percent"], "each": True}
    entry = MAPPED.files[0].model_dump(by_alias=True, exclude_none=True) | {"lookups": [lookup], "discount": None}
    with pytest.raises(ValueError, match="rows would be doubled"):
        Sources.model_validate({"files": [entry]})


def test_only_recurring_lines_have_discounts(tmp_path: Path) -> None:
    entry = MAPPED.files[0].model_copy(update={"table": "invoices"})
    delivery = read(tmp_path, {"lines.csv": HEADER}, MAPPED.model_copy(update={"files": [entry]}))
    assert any(f.column == "discount" and f.file == "sources.yaml" for f in delivery.faults)


ITEMS = "id,price_id,quantity,subscription_id,created\n"
PRICES = (
    "id,currency,product_id,recurring_interval,recurring_interval_count,unit_amount\n"
    "p_45,usd,prod_A,month,1,4500\np_30,usd,prod_B,month,1,3000\n"
)
SUBSCRIPTIONS = "id,customer_id,billing_cycle_anchor,cancel_at_period_end,status,start_date"
COUPONS = (
    "id,duration,percent_off,amount_off,currency,redeem_by\n"
    "third,forever,33.33,,,\nhalf,repeating,50,,,\nonce,once,10,,,\nten,forever,,1000,usd,\n"
)
OF_SUBSCRIPTIONS = "id,coupon_id,subscription_id,start,end\n"
OF_ALL = "id,coupon_id,customer_id,subscription_id,promotion_code,start,end\n"
JAN, APR, JUL, SEP = 1767607200, 1775383200, 1783245600, 1788602400
"""The fifth of these months of 2026."""
OF_LOST, OF_THIRD, OF_TEN = (f"{OF_SUBSCRIPTIONS}di_1,{coupon},sub_A,{JAN},\n" for coupon in ("lost", "third", "ten"))


def stripe(folder: Path, more: Mapping[str, str], *, own: str = "", cell: str = "") -> Delivery:
    """One subscription of two items, with a further column of its own."""
    subscription = f"sub_A,cus_A,{JAN},false,active,{JAN}"
    files = {
        "items.csv": f"{ITEMS}si_1,p_45,2,sub_A,{JAN}\nsi_2,p_30,1,sub_A,{JAN}\n",
        "prices.csv": PRICES,
        "subscriptions.csv": f"{SUBSCRIPTIONS}{own}\n{subscription}{cell}\n",
    }
    return read(folder, {**files, **more})


@pytest.mark.parametrize(
    ("discounts", "wanted"),
    [
        (f"di_1,third,sub_A,{JAN},\n", ["si_1 60 2026-01-05 -", "si_2 20 2026-01-05 -"]),
        (f"di_1,ten,sub_A,{JAN},\n", ["si_1 82.5 2026-01-05 -", "si_2 27.5 2026-01-05 -"]),
        (f"di_1,once,sub_A,{JAN},\n", ["si_1 90 2026-01-05 -", "si_2 30 2026-01-05 -"]),
        (
            f"di_1,half,sub_A,{JAN},{APR}\n",
            [
                "si_1 45 2026-01-05 2026-04-05",
                "si_1:2026-04-05 90 2026-04-05 -",
                "si_2 15 2026-01-05 2026-04-05",
                "si_2:2026-04-05 30 2026-04-05 -",
            ],
        ),
        (
            f"di_1,half,sub_A,{JAN},{APR}\ndi_2,once,sub_A,{JAN},\ndi_3,third,sub_A,{APR},\n",
            [
                "si_1 45 2026-01-05 2026-04-05",
                "si_1:2026-04-05 60 2026-04-05 -",
                "si_2 15 2026-01-05 2026-04-05",
                "si_2:2026-04-05 20 2026-04-05 -",
            ],
        ),
        (
            f"di_1,ten,sub_A,{APR},{JUL}\ndi_2,ten,sub_A,{SEP},\n",
            [
                "si_1 90 2026-01-05 2026-04-05",
                "si_1:2026-04-05 82.5 2026-04-05 2026-07-05",
                "si_1:2026-07-05 90 2026-07-05 2026-09-05",
                "si_1:2026-09-05 82.5 2026-09-05 -",
                "si_2 30 2026-01-05 2026-04-05",
                "si_2:2026-04-05 27.5 2026-04-05 2026-07-05",
                "si_2:2026-07-05 30 2026-07-05 2026-09-05",
                "si_2:2026-09-05 27.5 2026-09-05 -",
            ],
        ),
        (f"di_1,third,sub_B,{JAN},\n", ["si_1 90 2026-01-05 -", "si_2 30 2026-01-05 -"]),
    ],
)
def test_coupons_are_taken_off_while_they_last(tmp_path: Path, discounts: str, wanted: list[str]) -> None:
    delivery = stripe(tmp_path, {"discounts.csv": OF_SUBSCRIPTIONS + discounts, "coupons.csv": COUPONS})
    assert [f for f in delivery.faults if f.severity == "error"] == []
    assert parts(delivery) == wanted


@pytest.mark.parametrize(
    ("more", "amounts"),
    [("", [60, 20]), (f"di_2,half,cus_A,sub_A,,{JAN},\n", [45, 15])],
)
def test_a_discount_of_the_customer_holds_where_the_subscription_has_none(
    tmp_path: Path, more: str, amounts: list[int]
) -> None:
    discounts = f"{OF_ALL}di_1,third,cus_A,,,{JAN},\n{more}"
    delivery = stripe(tmp_path, {"discount.csv": discounts, "coupons.csv": COUPONS})
    assert [f for f in delivery.faults if f.severity == "error"] == []
    assert delivery.tables["contracts"]["amount"].to_list() == [Decimal(a) for a in amounts]


OBJECT = (
    '"{""id"": ""di_1"", ""coupon"": {""id"": ""c"", ""amount_off"": %s, ""currency"": null, ""duration"": ""%s"", '
    f'""percent_off"": %s}}, ""end"": %s, ""start"": {JAN}}}"'
)


@pytest.mark.parametrize(
    ("own", "cell", "amounts"),
    [
        (",discount", "," + OBJECT % ("null", "forever", "50", "null"), [45, 15]),
        (",discount", "," + OBJECT % ("1000", "forever", "null", "null"), ["82.5", "27.5"]),
        (",discount", "," + OBJECT % ("null", "repeating", "50", str(APR)), [45, 90, 15, 30]),
        (",discount", "," + OBJECT % ("null", "once", "50", "null"), [90, 30]),
        (",discount", ",", [90, 30]),
        (
            ",discount.coupon.id,discount.coupon.duration,discount.coupon.percent_off,discount.start,discount.end",
            f",c,repeating,50,{JAN},{APR}",
            [45, 90, 15, 30],
        ),
        (",discounts", ",[]", [90, 30]),
    ],
)
def test_a_discount_may_stand_in_the_subscription_itself(
    tmp_path: Path, own: str, cell: str, amounts: list[int | str]
) -> None:
    delivery = stripe(tmp_path, {}, own=own, cell=cell)
    assert [f for f in delivery.faults if f.severity == "error"] == []
    assert delivery.tables["contracts"]["amount"].to_list() == [Decimal(a) for a in amounts]


@pytest.mark.parametrize(
    ("more", "own", "cell", "column", "value"),
    [
        ({"discounts.csv": OF_LOST, "coupons.csv": COUPONS}, "", "", "its coupon", "lost"),
        ({"discounts.csv": OF_THIRD}, "", "", "its coupon", "third"),
        ({}, ",discounts", ',"[""di_1""]"', "its discounts", '["di_1"]'),
        ({}, ",discounts", ',"[""di_1"", ""di_2""]"', "discounts", '["di_1", "di_2"]'),
        (
            {"discounts.csv": f"{OF_THIRD}di_2,half,sub_A,{APR},\n", "coupons.csv": COUPONS},
            "", "", "its coupon", "half",
        ),
        (
            {
                "discounts.csv": OF_TEN,
                "coupons.csv": COUPONS.replace("usd", "eur"),
            },
            "", "", "off currency", "EUR",
        ),
        (
            {
                "discounts.csv": f"{OF_SUBSCRIPTIONS}di_1,c,sub_A,{JAN},\n",
                "coupons.csv": "id,duration,percent_off,amount_off,redeem_by,applies_to.products\n"
                'c,forever,50,,,"[""prod_A""]"\n',
            },
            "", "", "its limits", '["prod_A"]',
        ),
        *(
            (
                {"discount.csv": f"{OF_ALL}di_1,third,cus_A,,,{JAN},\ndi_2,{own}\n", "coupons.csv": COUPONS},
                "", "", "customer coupon", "third",
            )
            for own in (f"once,cus_A,sub_A,,{JAN},", f"half,cus_A,sub_A,,{JAN},{APR}")
        ),
    ],
)  # fmt: skip
def test_what_is_not_known_of_a_discount_is_an_error_of_its_rows(
    tmp_path: Path, more: Mapping[str, str], own: str, cell: str, column: str, value: str
) -> None:
    delivery = stripe(tmp_path, more, own=own, cell=cell)
    errors = [f for f in delivery.faults if f.severity == "error"]
    assert {(f.file, f.row) for f in errors} <= {("items.csv", 1), ("items.csv", 2)}
    assert column in str(errors[0].column)
    assert errors[0].value == value
    assert errors[0].remedy
    assert delivery.faulty["contracts"].height == 2


def test_a_folder_without_discounts_is_told_so(tmp_path: Path) -> None:
    told = [f.what for f in stripe(tmp_path, {}).faults]
    assert any("no file says what is taken off by discounts" in what for what in told)


INVOICES = "id,customer_id,amount_due,amount_paid,currency,billing_reason,created,status,subscription_id,subtotal,total"
LINES = "id,invoice_id,amount,currency,description,discountable,proration,quantity,subscription_id\n"


def billed(folder: Path, invoice: str, lines: str, *, currency: str = "usd") -> Delivery:
    """One invoice and its lines; the columns of the invoice behind its total are named in its first line."""
    columns, cells = invoice.split("\n")
    row = f"in_1,cus_A,0,0,{currency},manual,{JAN},paid,,{cells}"
    return read(folder, {"invoice.csv": f"{INVOICES}{columns}\n{row}\n", "lines.csv": f"{LINES}{lines}"})


def line(number: int, amount: int, *, subscription: str = "", currency: str = "usd") -> str:
    return f"il_{number},in_1,{amount},{currency},Work,true,false,1,{subscription}\n"


@pytest.mark.parametrize(
    ("invoice", "amounts"),
    [
        (",tax\n10000,10000,", ["33.33", "33.33", "33.34"]),
        (",tax\n10000,9000,", ["30.00", "29.99", "30.01"]),
        (",tax\n10000,10710,1710", ["30.00", "29.99", "30.01"]),
        (",total_excluding_tax\n10000,10710,9000", ["30.00", "29.99", "30.01"]),
        (",total_excluding_tax\n9000,9000,9000", ["30.00", "29.99", "30.01"]),
        (",tax\n10000,0,", ["0", "0", "0"]),
        (",tax\n20000,20000,", ["33.33", "33.33", "33.34"]),
        ("\n10000,9000", ["33.33", "33.33", "33.34"]),
    ],
)
def test_lines_of_an_invoice_add_up_to_what_is_left_of_it(tmp_path: Path, invoice: str, amounts: list[str]) -> None:
    """Whether the whole or an item was lowered, with taxes or without; one whose lines are not all there stays."""
    lines = line(1, 3333) + line(2, 3333) + line(3, 3334)
    delivery = billed(tmp_path, invoice, lines)
    assert delivery.tables["invoices"]["amount"].to_list() == [Decimal(a) for a in amounts]
    told = any("no file says what is taken off" in f.what for f in delivery.faults)
    assert told == invoice.startswith("\n")


def test_what_was_billed_for_a_subscription_takes_its_part_of_a_discount(tmp_path: Path) -> None:
    delivery = billed(tmp_path, ",tax\n10000,5000,", line(1, 8000, subscription="sub_A") + line(2, 2000))
    assert delivery.tables["invoices"]["amount"].to_list() == [Decimal(10)]


def test_a_discount_of_an_invoice_is_shared_in_whole_yen(tmp_path: Path) -> None:
    lines = "".join(line(n, 1000, currency="jpy") for n in range(3))
    delivery = billed(tmp_path, ",tax\n3000,2500,", lines, currency="jpy")
    assert delivery.tables["invoices"]["amount"].to_list() == [Decimal(833), Decimal(834), Decimal(833)]


def test_a_credit_note_gives_back_what_was_paid_after_discounts(tmp_path: Path) -> None:
    files = {
        "invoice.csv": f"{INVOICES}\nin_1,cus_A,0,0,usd,manual,{JAN},paid,,10000,9000\n",
        "credit_note.csv": "id,invoice_id,memo,reason,voided_at,subtotal,discount_amount,created,currency\n"
        f"cn_1,in_1,,duplicate,,5000,500,{JAN},usd\n",
    }
    found = read(tmp_path, files).tables["invoices"].filter(kind="credit")
    assert found["amount"].to_list() == [Decimal(-45)]
