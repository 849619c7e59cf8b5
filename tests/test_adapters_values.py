"""Does a text become the exact value it says, or a fault; never null, zero or something near?"""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.delivery import Fault
from adapters.files.rows import ROW
from adapters.values.formats import OURS, Format
from adapters.values.numbers import AMBIGUOUS
from adapters.values.parsing import Asked
from adapters.values.typed import KEPT, Typed, typed


def made(kind: str, *cells: object, form: Format = OURS, name: str = "cell") -> Typed:
    raw = pl.DataFrame({ROW: range(1, len(cells) + 1), name: pl.Series(cells), KEPT: [True] * len(cells)})
    return typed(raw.cast({ROW: pl.Int64}), [Asked(name, kind, form, "Their Cell")])


def values(kind: str, *cells: object, form: Format = OURS) -> list[object]:
    result = made(kind, *cells, form=form)
    assert result.faults == (), result.faults
    return result.frame["cell"].to_list()


def fault(kind: str, cell: object, form: Format = OURS) -> Fault:
    """The one fault of a cell among good ones, whose place and value were checked."""
    good = {"date": "2025-01-31", "instant": "2025-01-31", "flag": "true"}.get(kind, "12.5")
    result = made(kind, good if isinstance(cell, str) else 12.5, cell, form=form)
    (one,) = result.faults
    assert (one.row, one.column, one.severity) == (2, "Their Cell", "error")
    assert result.frame["cell"][1] is None
    assert result.faulty == {2}
    assert one.remedy
    return one


def test_money_is_exact() -> None:
    cells = ("1", "-0.0001", "+2.50", ".5", "5.", "0012.3000000", " 7.25 ", "9999999999999.9999")
    assert values("money", *cells) == [
        Decimal(c) for c in ("1", "-0.0001", "2.5", "0.5", "5", "12.3", "7.25", "9999999999999.9999")
    ]


def test_nothing_is_null_and_zero_is_zero() -> None:
    assert values("money", "", "  ", "NULL", "#N/A", None, "0", "0.00") == [None] * 5 + [0, 0]
    assert values("money", "n/a", "1", form=Format(nulls=("n/a",))) == [None, 1]


@pytest.mark.parametrize(
    "cell",
    [
        "NaN", "inf", "-Infinity", "1E400", "1.5e3", "N/A", "-", "null", "TRUE", "0x10", "--5.00", "10.00 20.00",
        "=1+1", "1,234", "1,234.56", "1.234,56", "$5", "5 USD", "(500.00)", "500.00-", "−500.00", "1'234.56",
        "1 234.56", "1_000", "١٢٣", "１２３", "1.2.3", "#REF!",
    ],
)  # fmt: skip
def test_what_is_no_plain_number_is_a_fault(cell: str) -> None:
    assert fault("money", cell).value == cell


@pytest.mark.parametrize(
    ("kind", "cell", "what"),
    [
        ("money", "1.00005", "a number with more than 4 decimals"),
        ("number", "0.1234567", "a number with more than 6 decimals"),
        ("money", "10000000000000.01", "too large a number: the limit is 10,000,000,000,000"),
        ("number", "1000000000000", "too large a number: the limit is 999,999,999,999"),
        ("money", "9" * 400, "too large a number: the limit is 10,000,000,000,000"),
        ("whole", "1.5", "a number with more than 0 decimals"),
    ],
)
def test_what_does_not_fit_is_a_fault_and_not_rounded(kind: str, cell: str, what: str) -> None:
    good = {"whole": "1"}.get(kind, "12.5")
    result = made(kind, good, cell)
    assert [(f.row, f.what) for f in result.faults] == [(2, what)]


@pytest.mark.parametrize(
    ("decimal", "thousands", "cell", "value"),
    [
        (",", ".", "1.234.567,89", "1234567.89"),
        (",", None, "12,5", "12.5"),
        (".", ",", "-1,234.5", "-1234.5"),
        (".", "'", "1’234.5", "1234.5"),
        (",", " ", "1\u202f234,5", "1234.5"),
        (None, ".", "1.234", "1234"),
        (None, ",", "1,234.5", "1234.5"),
    ],
)
def test_declared_signs_are_read(decimal: str | None, thousands: str | None, cell: str, value: str) -> None:
    assert values("money", cell, form=Format(decimal, thousands)) == [Decimal(value)]


def test_groups_of_another_size_are_no_thousands() -> None:
    for cell in ("1,2345", "12,34,56", "123,45,678", "1,,234", ",123"):
        assert made("money", cell, form=Format(".", ",")).faulty == {1}
    assert made("money", "12.50", form=Format(",", ".")).faulty == {1}


def test_lakhs_and_crores_are_thousands_too() -> None:
    assert values("money", "1,23,456.50", "12,34,56,789", form=Format(".", ",")) == [
        Decimal("123456.50"), Decimal(123456789),
    ]  # fmt: skip


MARKED = {
    "$1,200.00": "1200", "1200.00 USD": "1200", "US$ 7": "7", "R$ 5": "5", " 7,450,000.00 ": "7450000", "€5": "5",
    "(500.00)": "-500", "($5.00)": "-5", "500.00-": "-500", "\u2212500.00": "-500", "-$5": "-5", "$-5": "-5",
    "$ (5.00)": "-5", "$(5)": "-5", "(5.00) \u20ac": "-5", "EUR (5)": "-5",
    "EUR -5.25": "-5.25", "kr 5": "5", "1.5e3": "1500", "1.00005e2": "100.005", "1E-3": "0.001", "+5": "5", "12": "12",
}  # fmt: skip


def test_marked_amounts_are_exact_where_they_are_declared() -> None:
    marked = Format(".", ",", marks=True)
    assert values("money", *MARKED, form=marked) == [Decimal(v) for v in MARKED.values()]
    assert values("money", "1.234,56 €", "(1.000,50)", form=Format(",", ".", marks=True)) == [
        Decimal("1234.56"), Decimal("-1000.50"),
    ]  # fmt: skip
    assert values("money", "1\u202f234,56 €", "1 234 567,5-", form=Format(",", " ", marks=True)) == [
        Decimal("1234.56"), Decimal("-1234567.5"),
    ]  # fmt: skip
    assert values("money", "1,5E+03", "12e-1", "1.200,5-", form=Format(",", ".", marks=True)) == [
        Decimal(1500), Decimal("1.2"), Decimal("-1200.5"),
    ]  # fmt: skip
    assert "declare marks" in fault("money", "(500.00)").remedy


@pytest.mark.parametrize("form", [Format(), Format(".", ",", marks=True)])
def test_a_percentage_is_told_how_to_be_written(form: Format) -> None:
    """As a discount of 10%: no setting reads it."""
    told = fault("number", "10%", form)
    assert (told.what, told.remedy) == (
        "a percentage, where a number is due",
        "write 0.25 for 25%, or declare percents for its column in sources.yaml",
    )


@pytest.mark.parametrize("cell", ["$(5", "$((5))", "(($5))", "$(-5)", "-$(5)", "(5))", "$5)", "$()"])
def test_parentheses_are_taken_once_and_whole(cell: str) -> None:
    assert fault("money", cell, Format(".", ",", marks=True)).value == cell


@pytest.mark.parametrize(
    "cell",
    ["(-5)", "--5", "(5", "5)", "-5-", "$", "-", "N/A", "NaN", "1.2.3", "1,23", "1e30", "1.234567890123456789e2", "5%"],
)
def test_marks_excuse_no_nonsense(cell: str) -> None:
    assert fault("money", cell, Format(".", ",", marks=True)).value == cell


def test_a_dash_behind_the_decimal_sign_stands_for_no_decimals() -> None:
    swiss, dutch = Format(".", "'", marks=True), Format(",", ".", marks=True)
    cells = ("CHF 500.-", "1'234.--", "5.\u2013 CHF", "-7.-", "(8.\u2014)", "500.00-", "500-")
    assert values("money", *cells, form=swiss) == [500, 1234, 5, -7, -8, -500, -500]
    assert values("money", "5,-", "1.234,- €", "0,50-", form=dutch) == [5, 1234, Decimal("-0.5")]
    assert values("money", "CHF 500.-", "CHF 120.50", form=Format(marks=True)) == [500, Decimal("120.5")]
    for cell, form in (("500,-", swiss), ("1.234.-", swiss), ("500.-", dutch)):
        assert made("money", cell, form=form).faulty == {1}


def test_marks_do_not_hide_that_a_point_may_part_thousands() -> None:
    result = made("money", "1.234 €", "2.500 €", "750 €", "kr. 5", form=Format(marks=True))
    (one,) = result.faults
    assert (one.what, one.value) == (AMBIGUOUS[0] + " (2 values, the first)", "1.234 €")
    assert result.frame["cell"].to_list() == [None, None, 750, 5]
    assert values("money", "1.234 €", "25.5 €", form=Format(marks=True)) == [Decimal("1.234"), Decimal("25.5")]


def test_no_thousands_begin_with_a_zero() -> None:
    for cell, form in (("0.125", Format(",", ".")), ("0,125", Format(".", ",")), ("0,12,345", Format(".", ","))):
        made_of = made("money", cell, form=form)
        assert (made_of.frame["cell"].to_list(), made_of.faulty) == ([None], {1})
    assert "in one way" in made("money", "0.125", form=Format(",", ".")).faults[0].remedy
    assert values("number", "0,125", "000", "1.000", form=Format(",", ".")) == [Decimal("0.125"), 0, 1000]


def test_seconds_since_1970_are_utc() -> None:
    pacific = Format(dates="%s", time_zone="America/Los_Angeles")
    assert values("instant", "1735689600", form=pacific) == [datetime(2025, 1, 1, tzinfo=UTC)]
    assert values("date", "1735689600", form=pacific) == [date(2024, 12, 31)]
    assert made("date", "1735689600.5", form=pacific).faulty == {1}


def test_words_for_nothing_are_nothing_in_ids_dates_and_flags_but_no_amounts() -> None:
    assert made("text", "-", "000000000000000AAA", "A", name="parent_id").frame["parent_id"].to_list() == [
        None,
        None,
        "A",
    ]
    assert values("date", "-", "2026-01-31") == [None, date(2026, 1, 31)]
    assert values("flag", "-", "true") == [None, True]
    assert values("text", "-") == ["-"]
    assert fault("money", "-").what == "not a number"


def lines(amounts: list[str], currencies: list[str]) -> Typed:
    raw = pl.DataFrame({ROW: range(1, len(amounts) + 1), "amount": amounts, "currency": currencies})
    asked = [Asked("amount", "money", OURS, "Amount"), Asked("currency", "text", OURS, "Currency")]
    return typed(raw.cast({ROW: pl.Int64}).with_columns(pl.lit(value=True).alias(KEPT)), asked)


def test_an_amount_has_no_more_decimals_than_its_currency() -> None:
    made = lines(["10.005", "1.234", "100.50", "7.00", "7", "1.2300"], ["USD", "KWD", "JPY", "JPY", "EUR", "EUR"])
    assert [(f.row, f.column, f.what, f.value) for f in made.faults] == [
        (3, "Amount", "an amount with more than the 0 decimals that JPY has", "100.5000"),
        (1, "Amount", "an amount with more than the 2 decimals that USD has", "10.0050"),
    ]
    assert made.faulty == {1, 3}


def test_a_currency_stands_on_every_row_or_on_none() -> None:
    assert lines(["1", "2"], ["", ""]).faults == ()
    (one,) = lines(["1", "2", "3"], ["EUR", "", ""]).faults
    assert (one.row, one.column) == (2, "Currency")
    assert one.what == "the currency is empty, though other rows name one (2 rows, the first)"


def test_a_currency_is_known_whatever_its_capitals() -> None:
    assert lines(["1"], ["usd"]).frame["currency"].to_list() == ["USD"]


def test_a_point_that_may_part_thousands_is_decided_by_the_whole_column() -> None:
    result = made("money", "1.234", "25.000", "7", form=Format())
    (one,) = result.faults
    assert one.what.startswith("the point may part decimals or thousands")
    assert result.frame["cell"].to_list() == [None, None, 7]
    assert result.faulty == {1, 2}
    assert values("money", "1.234", "25.5", form=Format()) == [Decimal("1.234"), Decimal("25.5")]
    assert values("number", "0.125", "1.105", form=Format()) == [Decimal("0.125"), Decimal("1.105")]
    assert values("money", "1.234", form=Format(decimal=".")) == [Decimal("1.234")]


def test_floats_go_through_their_shortest_text() -> None:
    assert values("money", 2.55, 0.1, -0.0, 17850.0, None) == [Decimal(x) for x in ("2.55", "0.1", "0", "17850")] + [
        None
    ]
    assert fault("money", float("nan")).value == "NaN"
    assert fault("money", 103.00000000000001).what == "a number with more than 4 decimals"
    assert values("text", 17850.0, 12.5) == ["17850", "12.5"]


def test_floats_of_half_the_size_go_through_their_own_shortest_text() -> None:
    halves = pl.Series("cell", [2.55, 0.1, 17850.0, 12345.67], dtype=pl.Float32)
    raw = halves.to_frame().with_columns(pl.int_range(1, 5).alias(ROW), pl.lit(value=True).alias(KEPT))
    result = typed(raw, [Asked("cell", "money", OURS, "cell")])
    assert result.frame["cell"].to_list() == [Decimal("2.55"), Decimal("0.1"), 17850, None]
    assert [(f.row, f.value) for f in result.faults] == [(4, "12345.669921875")]


@pytest.mark.parametrize("number", [pl.Decimal(18, 3), pl.Float64(), pl.Float32()])
def test_what_a_file_holds_as_numbers_is_not_read_by_declared_signs(number: pl.DataType) -> None:
    raw = pl.DataFrame({ROW: [1, 2], KEPT: [True, True], "cell": pl.Series([1.125, 0.5]).cast(number)})
    for form in (Format(",", "."), Format(".", ","), Format(",", ".", marks=True)):
        result = typed(raw, [Asked("cell", "money", form, "cell")])
        assert (result.frame["cell"].to_list(), result.faults) == ([Decimal("1.125"), Decimal("0.5")], ())


@given(st.decimals(-(10**12), 10**12, places=4))
def test_any_amount_is_read_back_as_it_was_written(amount: Decimal) -> None:
    assert values("money", f"{amount:f}") == [amount]
    german = f"{amount:,f}".translate(str.maketrans(",.", ".,"))
    assert values("money", german, form=Format(",", ".")) == [amount]


def test_ids_stay_as_they_are() -> None:
    cells = ("00123", "null", "None", "NaN", " a b ", "TRUE", "001A000001abcDE")
    assert values("text", *cells) == ["00123", "null", "None", "NaN", "a b", "TRUE", "001A000001abcDE"]


def test_damaged_text_is_a_fault() -> None:
    assert "cut digits" in made("text", "1.23457E+14", name="account_id").faults[0].what
    assert fault("text", "#REF!").what == "the spreadsheet shows an error instead of a value"
    assert fault("text", "x" * 4_097).what == "text of more than 4,096 bytes"


def test_iso_dates_may_carry_a_time() -> None:
    cells = ("2025-01-31", "2025-01-31T00:00:00", "2025-01-31 3:00", "2025-01-31T23:59:59.999")
    assert values("date", *cells) == [date(2025, 1, 31)] * 4


@pytest.mark.parametrize(
    "cell",
    [
        "2023-02-29", "2025-13-01", "0000-00-00", "9999-12-31", "0001-01-01", "1900-02-29", "03/04/2025", "25-01-31",
        "45351", "1735689600000", "yesterday", "2025-W05-1", "2025-1-3", "2025-01-31 25:00", "2025-01-31 noon",
    ],
)  # fmt: skip
def test_what_is_no_day_is_a_fault(cell: str) -> None:
    assert fault("date", cell).value == cell


def test_a_declared_format_is_the_only_one_read() -> None:
    form = Format(dates="%d.%m.%Y")
    assert values("date", "31.12.2025", "1.2.2025", form=form) == [date(2025, 12, 31), date(2025, 2, 1)]
    assert made("date", "2025-12-31", "31.12.25", form=form).faulty == {1, 2}
    assert values("date", "3/4/2025 8:55 PM", form=Format(dates="%m/%d/%Y %I:%M %p")) == [date(2025, 3, 4)]


@pytest.mark.parametrize(
    ("cells", "what", "remedy"),
    [
        (("03/04/2025", "05/06/2025"), "the column is ambiguous", '"%d/%m/%Y" or dates: "%m/%d/%Y"'),
        (("03/04/2025", "31/12/2025"), "dates are written day first", '"%d/%m/%Y"'),
        (("03/04/2025", "12/31/2025"), "dates are written month first", '"%m/%d/%Y"'),
        (("01.02.25", "13.02.25"), "dates are written day first", '"%d.%m.%y"'),
        (("01.08.2024 09:00", "13.08.2024 17:30"), "dates are written day first", '"%d.%m.%Y %H:%M"'),
        (("8/1/2024 9:00:05 AM", "8/13/2024 5:30:00 PM"), "dates are written month first", '"%m/%d/%Y %I:%M:%S %p"'),
        (("03/04/2025, 10:00", "05/06/2025, 11:00"), "the column is ambiguous", '"%m/%d/%Y, %H:%M"'),
    ],
)
def test_the_order_of_day_and_month_is_told_by_all_rows(cells: tuple[str, ...], what: str, remedy: str) -> None:
    result = made("date", *cells, form=Format())
    (one,) = result.faults
    assert one.what.startswith(what)
    assert remedy in one.remedy
    assert result.faulty == {1, 2}


def test_an_offset_is_turned_into_the_business_day_and_told() -> None:
    result = made("date", "2025-12-31T23:30:00-08:00", "2025-12-31T10:00:00.000+0000", "2025-12-31", form=Format())
    assert result.frame["cell"].to_list() == [date(2026, 1, 1), date(2025, 12, 31), date(2025, 12, 31)]
    (one,) = result.faults
    assert (one.severity, one.row, one.value) == ("warning", 1, "2025-12-31T23:30:00-08:00")
    declared = made("date", "2025-12-31T23:30:00-08:00", form=Format(time_zone="America/Los_Angeles"))
    assert declared.frame["cell"].to_list() == [date(2025, 12, 31)]
    assert declared.faults == ()


@pytest.mark.parametrize("offset", ["Z", " UTC", "-07", "-0700", " -0700", "-07:00", ".25-07", " Z"])
def test_an_offset_is_known_as_databases_and_scripts_write_it(offset: str) -> None:
    """Half past six in the evening in Denver is half past midnight of the next day in UTC."""
    said = f"2026-03-31 17:30:00{offset}"
    is_utc = offset.strip() in ("Z", "UTC")
    fraction = 250_000 if "." in offset else 0
    instant = (
        datetime(2026, 3, 31, 17, 30, 0, fraction, UTC) if is_utc else datetime(2026, 4, 1, 0, 30, 0, fraction, UTC)
    )
    assert values("instant", said) == [instant]
    assert made("date", said, form=Format(time_zone="Asia/Tokyo")).frame["cell"].to_list() == [date(2026, 4, 1)]


def test_instants_are_utc() -> None:
    berlin = Format(time_zone="Europe/Berlin")
    cells = ("2026-01-01", "2026-07-01 12:00", "2026-07-01T12:00:00Z", "2026-07-01 12:00:00+05:30")
    assert values("instant", *cells, form=berlin) == [
        datetime(2025, 12, 31, 23, tzinfo=UTC),
        datetime(2026, 7, 1, 10, tzinfo=UTC),
        datetime(2026, 7, 1, 12, tzinfo=UTC),
        datetime(2026, 7, 1, 6, 30, tzinfo=UTC),
    ]
    assert fault("instant", "2026-03-29 02:30:00", berlin).what == "no such day or time in the calendar"


@pytest.mark.parametrize("kind", ["date", "instant"])
@pytest.mark.parametrize("word", ["9999-12-31", "9999-12-31 00:00:00", "9999-12-31 00:00:00.000000"])
@pytest.mark.parametrize(
    ("never", "day"),
    [
        (date(9999, 12, 31), date(2026, 3, 1)),
        (datetime(9999, 12, 31), datetime(2026, 3, 1)),
        (datetime(9999, 12, 31, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
        ("9999-12-31", "2026-03-01"),
        ("9999-12-31 00:00:00", "2026-03-01 00:00:00"),
    ],
)
def test_a_day_declared_to_mean_nothing_may_be_typed_and_have_its_midnight(
    kind: str, word: str, never: object, day: object
) -> None:
    read = date(2026, 3, 1) if kind == "date" else datetime(2026, 3, 1, tzinfo=UTC)
    assert values(kind, never, day, form=Format(nulls=(word,))) == [None, read]


@pytest.mark.parametrize(
    ("written", "dates"), [(None, None), ("%Y-%m-%d %H:%M:%S", None), ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M")]
)
def test_with_utc_a_column_of_midnights_holds_days_and_any_other_instants(
    written: str | None, dates: str | None
) -> None:
    """Typed, as ISO, and as it is declared."""
    form = Format(time_zone="America/New_York", utc=True, dates=dates)

    def read(kind: str, *times: datetime | None) -> list[object]:
        cells = [t if t is None or written is None else t.strftime(written) for t in times]
        return made(kind, *cells, form=form).frame["cell"].to_list()

    midnights = (datetime(2026, 4, 1), None, datetime(2026, 1, 1))
    assert read("date", *midnights) == [date(2026, 4, 1), None, date(2026, 1, 1)]
    noon = datetime(2026, 1, 1, 12)
    assert read("date", *midnights, noon) == [date(2026, 3, 31), None, date(2025, 12, 31), date(2026, 1, 1)]
    assert read("instant", noon) == [datetime(2026, 1, 1, 12, tzinfo=UTC)]


def test_typed_days_and_instants_need_no_text() -> None:
    zoned = pl.Series([datetime(2025, 12, 31, 23, 30)]).dt.replace_time_zone("UTC")
    berlin = Format(time_zone="Europe/Berlin")
    assert values("date", date(2025, 1, 31)) == [date(2025, 1, 31)]
    assert values("date", datetime(2025, 1, 31, 8, 26)) == [date(2025, 1, 31)]
    result = made("date", *zoned, form=berlin)
    assert result.frame["cell"].to_list() == [date(2026, 1, 1)]
    assert [f.severity for f in result.faults] == ["note"]


def test_flags_have_their_spellings() -> None:
    assert values("flag", "TRUE", "False", "1", "0", "yes", "N", "") == [True, False, True, False, True, False, None]
    assert values("flag", "on", "Off", "✓", "x", "Ja", "nein", "Vrai") == [True, False, True, True, True, False, True]
    assert fault("flag", "maybe").what == "neither true nor false"


def test_twenty_faults_are_told_and_the_rest_counted() -> None:
    result = made("money", "1", *["x"] * 30)
    assert len(result.faults) == 21
    assert result.faults[-1].what == "10 more values of this column cannot be read, 30 in all"
    assert result.faulty == set(range(2, 32))


def test_rows_that_are_not_wanted_have_no_faults() -> None:
    raw = pl.DataFrame({ROW: [1, 2], KEPT: [False, True], "cell": ["x", "1"]})
    result = typed(raw, [Asked("cell", "money", OURS, "cell")])
    assert (result.faults, result.faulty) == ((), frozenset())
