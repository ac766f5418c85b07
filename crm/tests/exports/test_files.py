"""Files of any values: texts as they were, numbers and dates of their types, nothing computed."""

import csv
import datetime as dt
import io
import re
import unicodedata
import zipfile
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.exports import csv_file, xlsx_file
from crm.exports.columns import Column, Type
from crm.platform.cells import as_written
from crm.platform.tests.test_cells import TEXTS
from crm.tests.exports.taken import read_xlsx

COLUMNS = (
    Column("text", "=Text"),
    Column("count", "count", type=Type.COUNT),
    Column("money", "money", type=Type.MONEY),
    Column("share", "share", type=Type.SHARE),
    Column("day", "day", type=Type.DATE),
    Column("at", "at", type=Type.MOMENT),
)
# What XML and CSV readers can't tell apart or can't have at all: line ends, and controls.
UNWRITTEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
WRITTEN = TEXTS.filter(lambda text: not UNWRITTEN.search(text))
ROWS = st.lists(
    st.tuples(
        WRITTEN.filter(bool) | st.none(),
        st.integers(-(10**18), 10**18),  # no row is empty: readers leave such ones out
        st.decimals(-(10**14), 10**14, places=4) | st.none(),
        st.floats(0, 1) | st.none(),
        st.dates(dt.date(1901, 1, 1), dt.date(2200, 1, 1)) | st.none(),
        st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2200, 1, 1)) | st.none(),
    ),
    max_size=6,
)
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def as_csv(rows) -> list[list[str]]:
    body = b"".join(csv_file.parts(COLUMNS, map(list, rows)))
    assert body.startswith(b"\xef\xbb\xbf")  # by it Excel knows UTF-8
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def as_xlsx(rows) -> list[list]:
    return read_xlsx(xlsx_file.whole("List", COLUMNS, map(list, rows)).getvalue())


def computes(cell: str) -> bool:
    """Whether a spreadsheet may compute the cell; numbers are what they are."""
    seen = unicodedata.normalize("NFKC", cell).lstrip(" \t\r\n\0\x0b\x0c\ufeff\u200b")
    return seen.startswith(("=", "+", "-", "@")) and not NUMBER.fullmatch(cell)


@given(ROWS)
def test_csv_has_all_values_and_no_cell_that_begins_a_formula(rows):
    head, *found = as_csv(rows)
    assert head[0] == "'=Text"
    assert len(found) == len(rows)
    for cells, row in zip(found, rows, strict=True):
        text, count, money, share, day, at = row
        assert not any(map(computes, cells))
        assert as_written(cells[0]) == (text or "")
        assert cells[1] == ("" if count is None else str(count))
        assert (Decimal(cells[2]) if cells[2] else None) == money
        assert (float(cells[3]) if cells[3] else None) == share
        assert cells[4] == ("" if day is None else day.isoformat())
        assert cells[5] == ("" if at is None else f"{at:%Y-%m-%d %H:%M}".rjust(16, "0"))


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_workbooks_keep_texts_texts_numbers_numbers_and_dates_dates(rows):
    head, *found = as_xlsx(rows)
    assert head[0] == "'=Text"
    for cells, row in zip(found, rows, strict=True):
        cells = cells + [""] * (6 - len(cells))
        text, count, money, share, day, at = row
        assert as_written(cells[0]) == (text or "")
        for cell, value in ((cells[1], count), (cells[2], money), (cells[3], share)):
            if value is None:
                assert cell == ""
            elif isinstance(cell, str):  # longer than a number of a spreadsheet can be
                assert Decimal(cell) == value
                assert len(Decimal(value).normalize().as_tuple().digits) > 15
            else:
                assert cell == pytest.approx(float(value), rel=1e-15, abs=1e-300)
        assert cells[4] == ("" if day is None else day)
        if at is not None:
            assert abs(_moment(cells[5]) - at) < dt.timedelta(milliseconds=2)


def _moment(cell: dt.date) -> dt.datetime:
    """Midnight is read as the day alone."""
    return cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())


def test_numbers_and_dates_of_csv_are_read_without_doubt():
    money, number = Column("a", "a", type=Type.MONEY), Column("a", "a", type=Type.NUMBER)
    shown = {
        (Decimal("3.7020"), money): "3.7020",  # 3.702 might be three thousand
        (Decimal("5"), money): "5.00",
        (Decimal("-1500.0000"), money): "-1500.00",
        (Decimal("1.5000"), number): "1.5",
        (Decimal("12.0000"), number): "12",
        (Decimal("1E+3"), number): "1000",
        (0.25, number): "0.25",
    }
    for (value, column), text in shown.items():
        assert csv_file.cell(value, column) == text


def test_dates_are_written_in_the_way_of_the_language():
    rows = [[None, None, None, None, dt.date(2026, 11, 22), None]]
    for language, shape in (("en", "d mmm yyyy"), ("zh-hans", "yyyy-mm-dd")):
        with translation.override(language):
            body = xlsx_file.whole("List", COLUMNS, rows).getvalue()
        assert shape.encode() in _part(body, "xl/styles.xml")


def test_no_cell_of_a_workbook_is_a_formula_or_a_link():
    texts = ["=1+1", "https://example.com/", "mailto:a@b.example", "{=1}", "00123", "1"]
    body = xlsx_file.whole("List", COLUMNS[:1], [[text] for text in texts]).getvalue()
    sheet = _part(body, "xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet
    assert [row[0] for row in read_xlsx(body)[1:]] == ["'=1+1", *texts[1:]]


def test_rows_beyond_a_sheet_go_to_the_next_one(monkeypatch):
    monkeypatch.setattr(xlsx_file, "ROWS_OF_SHEET", 3)
    body = xlsx_file.whole("A/B: [list]", COLUMNS[:1], [[str(n)] for n in range(7)]).getvalue()
    found = [row[0] for row in read_xlsx(body)]
    assert found == ["'=Text", "0", "1", "2", "'=Text", "3", "4", "5", "'=Text", "6"]


def test_a_list_without_rows_has_its_headings():
    assert as_csv([]) == [["'=Text", "Count", "Money", "Share", "Day", "At"]]
    assert as_xlsx([]) == as_csv([])


def test_a_text_longer_than_a_cell_can_be_ends_with_a_mark():
    body = xlsx_file.whole("List", COLUMNS[:1], [["x" * 40_000]]).getvalue()
    (cell,) = read_xlsx(body)[1]
    assert len(cell) == xlsx_file.LONGEST_TEXT
    assert cell.endswith("x…")


def _part(body: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return book.read(name)
