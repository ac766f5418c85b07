"""How dates and numbers are read, and what a column proves about them."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.imports.cells import as_written, harmless
from customers.imports.conventions import (
    settle_dates,
    settle_numbers,
    weigh_dates,
    weigh_numbers,
)
from customers.imports.refusals import TEXTS, Refused
from customers.imports.values import COMMA, POINT, read_date, read_number, read_time

DAY = dt.date(2010, 12, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2010-12-01",
        "2010-12-01 08:26:00",
        "2010-12-01T08:26:00.123Z",
        "2010-12-01T08:26:00+08:00",
        "2010/12/1",
        "2010.12.01",
        "20101201",
        "2010年12月1日",
        "２０１０年１２月１日",
        "1 December 2010",
        "01-Dec-2010",
        "01DEC10",
        "Dec 1, 2010",
        "  2010-12-01 8:26 AM ",
    ],
)
def test_these_are_the_first_of_december_in_any_order(text):
    assert set(read_date(text).values()) == {DAY}


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2010-13-01", "2011-02-29", "31/02/2011", "0", "4051", "405130", "2010-12",
     "1/2/3/4", "01-Foo-2010", "2010-12-01 noon", "9" * 80],
)  # fmt: skip
def test_these_are_no_dates(text):
    assert read_date(text) == {}


def test_a_doubtful_date_is_read_under_each_order():
    assert read_date("01/02/2011") == {"dmy": dt.date(2011, 2, 1), "mdy": dt.date(2011, 1, 2)}
    assert read_date("25.12.2011") == {"dmy": dt.date(2011, 12, 25)}
    assert read_date("01/02/03")["ymd"] == dt.date(2001, 2, 3)
    assert read_date("01/02/69")["dmy"] == dt.date(1969, 2, 1)
    assert read_date("01/02/68")["dmy"] == dt.date(2068, 2, 1)


def order_of(texts, wanted=""):
    return settle_dates({"date": ("Date", weigh_dates(texts))}, wanted)["date"]


def test_one_value_proves_the_order_of_the_column():
    assert order_of(["01/02/2011", "13/02/2011"]) == "dmy"
    assert order_of(["01/02/2011", "02/13/2011"]) == "mdy"


def test_the_proof_goes_before_what_is_asked():
    assert order_of(["01/02/2011", "13/02/2011"], "mdy") == "dmy"


def test_without_proof_the_asked_order_holds():
    assert order_of(["01/02/2011"], "mdy") == "mdy"


def test_without_proof_and_question_a_doubtful_date_is_refused():
    with pytest.raises(Refused) as refused:
        order_of(["2011-03-03", "05/05/2011", "01/02/2011"])
    assert (refused.value.code, refused.value.params["example"]) == ("dates_doubtful", "01/02/2011")


def test_dates_that_are_the_same_in_any_order_need_no_proof():
    order_of(["05/05/2011", "2011-01-02", "nonsense"])


def test_contradicting_proofs_are_refused_unless_the_order_is_given():
    texts = ["13/02/2011", "02/13/2011", "01/02/2011"]
    with pytest.raises(Refused) as refused:
        order_of(texts)
    assert refused.value.code == "dates_mixed"
    assert order_of(texts, "dmy") == "dmy"


def test_another_column_of_the_file_may_prove_the_order():
    columns = {
        "date": ("Date", weigh_dates(["13/02/2011"])),
        "period_start": ("From", weigh_dates(["01/02/2011"])),
    }
    assert settle_dates(columns, "") == {"date": "dmy", "period_start": "dmy"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234", "1234"), ("-1", "-1"), ("+7", "7"), ("1.5", "1.5"), (".5", "0.5"), ("5.", "5"),
        ("1,234.56", "1234.56"), ("1.234,56", "1234.56"), ("1,234,567", "1234567"),
        ("1 234,5", "1234.5"), ("1'234.50", "1234.5"), ("£1,234.50", "1234.5"),
        ("¥ 12.5", "12.5"), ("12.50元", "12.5"), ("1,5 EUR", "1.5"), ("(1.50)", "-1.5"),
        ("1.50-", "-1.5"), ("-£1.50", "-1.5"), ("£-1.50", "-1.5"), ("−3", "-3"),
        ("１２３．５", "123.5"), ("￥１，２３４．５０", "1234.5"), ("1.2E+3", "1200"),
        ("0.125", "0.125"),
        ("1234,567", "1234.567"), ("0", "0"), ("-0.00", "0"), ("1\u00a0234.5", "1234.5"),
    ],
)  # fmt: skip
def test_these_numbers_mean_one_thing(text, number):
    assert set(read_number(text).values()) == {Decimal(number)}


@pytest.mark.parametrize(
    "text",
    ["", "-", ".", ",", "abc", "nan", "NaN", "inf", "-Infinity", "1.2.3", "12,34.5", "1,23,456",
     "1..2", "5%", "1 2", "0x10", "1e999", "--1", "(-1)", "١٢", "1,234.5,6", "½", "1" * 70, "£"],
)  # fmt: skip
def test_these_are_no_numbers(text):
    assert read_number(text) == {}


def test_three_digits_after_one_mark_can_be_thousands_or_decimals():
    assert read_number("1.234") == {POINT: Decimal("1.234"), COMMA: Decimal(1234)}
    assert read_number("1,234") == {POINT: Decimal(1234), COMMA: Decimal("1.234")}


def style_of(*columns):
    return settle_numbers(
        {str(n): (f"Column {n}", weigh_numbers(texts)) for n, texts in enumerate(columns)}
    )


def test_any_number_of_the_file_proves_the_decimal_mark():
    assert style_of(["1,234"], ["0.5"]) == POINT
    assert style_of(["1.234"], ["0,5"]) == COMMA


def test_whole_numbers_need_no_proof():
    assert style_of(["1", "2"]) == ""


def test_only_doubtful_numbers_are_refused():
    with pytest.raises(Refused) as refused:
        style_of(["5", "1,234"])
    assert refused.value.params == {"example": "1,234", "column": "Column 0"}


def test_numbers_in_both_styles_are_each_read_by_themselves():
    assert style_of(["1,234.5", "1.234,5", "1,234"]) == ""


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-1e9, max_value=1e9))
def test_a_number_comes_back_however_it_is_written(number):
    english = f"{number:,.2f}"
    assert read_number(english)[POINT] == number
    german = english.translate(str.maketrans(",.", ".,"))
    assert read_number(german)[COMMA] == number


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)))
def test_a_date_comes_back_however_it_is_written(day):
    assert set(read_date(day.isoformat()).values()) == {day}
    assert read_date(day.strftime("%d/%m/%Y"))["dmy"] == day
    assert read_date(day.strftime("%m/%d/%Y"))["mdy"] == day
    assert set(read_date(f"{day.year}年{day.month}月{day.day}日").values()) == {day}


@given(st.text())
def test_any_text_is_a_date_or_a_number_or_none(text):
    read_date(text)
    read_number(text)


@given(st.text())
def test_a_cell_made_harmless_comes_back(text):
    assert as_written(harmless(text)) == text or text.startswith("'")


def test_what_a_spreadsheet_would_compute_is_guarded():
    for text in ("=1+1", "+A1", "-A1", "@SUM(A1)", " \t=1", "＝1+1", "-2+3"):
        assert harmless(text) == "'" + text
    for text in ("-5", "+5.5", "-1,234.50", "plain", "a=b", ""):
        assert harmless(text) == text


def test_every_refusal_has_its_words():
    params = dict.fromkeys(
        ("most", "line", "kind", "source", "field", "fields", "column", "example"), "x"
    )
    for text in TEXTS.values():
        assert str(text) % params


def test_a_day_as_a_spreadsheet_counts_it_is_a_date():
    assert set(read_date("40513").values()) == {DAY}
    assert set(read_date("40513.351388888885").values()) == {DAY}


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2010-12-01", ""),
        ("2010-12-01 8:26 AM", "08:26:00"),
        ("2010-12-01 12:05 a.m.", "00:05:00"),
        ("1 Dec 2010, 11:04 PM", "23:04:00"),
        ("2010-12-01T08:26:59.123Z", "08:26:59+00:00"),
        ("2010-12-01T08:26:00+0800", "08:26:00+08:00"),
        ("2010年12月1日 ２３：５９", "23:59:00"),
        ("40513", ""),
        ("40513.351388888885", "08:26:00"),
        ("2010-12-01 24:00", None),
        ("2010-12-01 13:00 PM", None),
        ("2010-12-01 12:60", None),
    ],
)
def test_the_time_beside_a_date_is_read_where_it_is_asked_for(text, time):
    assert read_time(text) == time
