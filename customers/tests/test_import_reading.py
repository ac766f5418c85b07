"""Files of all sorts as tables, and those that are refused."""

import gzip
import struct
import time
import zipfile
import zlib

import pytest
from django.conf import settings

from customers.imports import reading
from customers.imports.fields import folded, match, propose
from customers.imports.kinds import KINDS
from customers.imports.reading import open_table
from customers.imports.refusals import Refused
from customers.tests.loading import imported
from customers.tests.workbooks import write_workbook

TABLE = "客户,日期,金额\n甲,2024-01-02,1.5\n乙,2024-01-03,2\n"
ROWS = [(2, ["甲", "2024-01-02", "1.5"]), (3, ["乙", "2024-01-03", "2"])]


@pytest.fixture
def read(tmp_path):
    def read_bytes(content: bytes, **limits):
        path = tmp_path / "file"
        path.write_bytes(content)
        with open_table(path, tmp_path, **limits) as table:
            return table, list(table.rows())

    return read_bytes


@pytest.fixture
def refusal(read):
    def refusal_of(content: bytes, **limits) -> str:
        with pytest.raises(Refused) as refused:
            read(content, **limits)
        assert str(refused.value)
        return refused.value.code

    return refusal_of


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
)
def test_every_encoding_reads_the_same(read, encoding):
    # Sixteen bits without a mark show by the zero bytes of Latin letters and marks.
    table, rows = read(TABLE.encode(encoding))
    assert (table.headers, rows) == (["客户", "日期", "金额"], ROWS)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(read, delimiter):
    table, rows = read(TABLE.replace(",", delimiter).encode())
    assert (table.delimiter, rows) == (delimiter, ROWS)


def test_decimal_commas_do_not_pass_for_columns(read):
    table, rows = read(b"a;b;c\n1,5;2,5;3,5\n1,5;2,25;\n")
    assert (table.headers, rows[0][1]) == (["a", "b", "c"], ["1,5", "2,5", "3,5"])


def test_a_line_that_names_the_delimiter_is_no_header(read):
    table, rows = read(b"sep=;\na;b\n1;2\n")
    assert (table.headers, rows) == (["a", "b"], [(3, ["1", "2"])])


def test_quoted_line_breaks_keep_the_line_numbers_right(read):
    _, rows = read(b'a,b\n"x\ny",1\n\n ,\nz,2\n')
    assert rows == [(2, ["x\ny", "1"]), (6, ["z", "2"])]


def test_a_packed_file_is_unpacked(read):
    table, rows = read(gzip.compress(TABLE.encode()))
    assert (rows, table.size) == (ROWS, len(TABLE.encode()))


def test_western_code_pages_are_refused_not_guessed(refusal):
    assert refusal("name,city\nJosé Peña,Málaga\nAndré Müller,Zürich\n".encode("cp1252")) == (
        "encoding"
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "not_text"),
        (bytes(5000), "not_text"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "old_excel"),
        (b"just words\nand more\n", "not_a_table"),
        (b"\n\n  \n", "not_a_table"),
        (b"PK\x03\x04" + bytes(600), "broken_workbook"),
        (gzip.compress(TABLE.encode() * 100, mtime=0)[:-20], "broken_gzip"),
        (b"\x1f\x8b\x08 nonsense", "broken_gzip"),
        (b"a,b\n" + b"x" * 1_100_000 + b",1\n", "long_line"),
        (b'a,b\n"x,1\n' + b"y,2\n" * 60_000, "open_quote"),
        (b"a,b\n" + b"1,2\n" * 40_000 + b"x\0y,1\n", "control_character"),
        (b"a,b\n1,2\n\xff\xff\xff,3\n", "encoding"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(refusal, content, code):
    assert refusal(content) == code


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(Refused) as refused, open_table(tmp_path / "none.csv", tmp_path):
        pass
    assert refused.value.code == "absent"


def test_sizes_are_limited_packed_and_unpacked(refusal):
    megabyte = 1 << 20
    assert refusal(b"a,b\n" * megabyte, most_bytes=megabyte) == "too_large"
    bomb = gzip.compress(b"a,b\n" * megabyte)
    assert len(bomb) < megabyte
    assert refusal(bomb, most_bytes=megabyte, most_unpacked=megabyte) == "unpacks_too_large"


def test_a_workbook_is_read_with_its_row_numbers_dates_and_results_of_formulas(read, tmp_path):
    path = tmp_path / "book.xlsx"
    write_workbook(
        path,
        {3: ["key", "date", "price"], 5: ["=A1", "date:40513", "formula:1.234"], 6: [7, "", 2.5]},
    )
    table, rows = read(path.read_bytes())
    assert table.headers == ["key", "date", "price"]
    # 1.2340, since 1.234 could be a thousand.
    assert rows == [(5, ["=A1", "2010-12-01", "1.2340"]), (6, ["7", "", "2.5"])]


def test_a_packed_workbook_is_read_too(read, tmp_path):
    path = tmp_path / "book.xlsx"
    write_workbook(path, {1: ["a", "b"], 2: [1, 2]})
    assert read(gzip.compress(path.read_bytes()))[1] == [(2, ["1", "2"])]


def test_a_workbook_without_a_table_is_refused(refusal, tmp_path):
    path = tmp_path / "book.xlsx"
    write_workbook(path, {})
    assert refusal(path.read_bytes()) == "no_sheet"


def test_a_zip_that_is_no_workbook_is_refused(refusal, tmp_path):
    path = tmp_path / "some.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refusal(path.read_bytes()) == "broken_workbook"


def test_a_zip_bomb_is_refused_by_its_declared_size(refusal, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "WORKBOOK_UNPACKED", 1_000_000)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(5_000_000))
    assert refusal(path.read_bytes()) == "workbook_too_large"


def test_a_zip_that_lies_about_its_size_is_refused(refusal, tmp_path):
    path = tmp_path / "liar.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(5_000_000))
    content = path.read_bytes().replace(struct.pack("<L", 5_000_000), struct.pack("<L", 10))
    assert zlib.crc32(content) != zlib.crc32(path.read_bytes())
    assert refusal(content) == "broken_workbook"


def test_a_workbook_that_needs_too_much_memory_ends_its_child_only(refusal, tmp_path):
    path = tmp_path / "wide.xlsx"
    # Two cells at the corners: read as a grid, it would have 17,000,000,000 cells.
    write_workbook(path, {1: ["a"], 1_048_576: ["", "far:XFD"]})
    began = time.monotonic()
    assert refusal(path.read_bytes()) in {"workbook_too_large", "broken_workbook"}
    assert time.monotonic() - began < 60


def test_headers_match_without_case_spaces_and_marks():
    assert folded(" Invoice_No. ") == folded("INVOICENO") == "invoiceno"
    assert folded("客户 编号") == "客户编号"
    fields = KINDS["transactions"].fields
    erp = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice",
           "CustomerID", "Country"]  # fmt: skip
    assert propose(fields, erp) == {
        "customer": "CustomerID",
        "reference": "InvoiceNo",
        "date": "InvoiceDate",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
        "product": "StockCode",
        "description": "Description",
        "region": "Country",
    }
    chinese = ["客户编号", "发票号", "日期", "数量", "单价", "金额", "产品编号"]
    assert list(propose(fields, chinese)) == [
        "customer", "reference", "date", "quantity", "unit_price", "amount", "product",
    ]  # fmt: skip


def test_a_fields_own_name_goes_before_its_other_names():
    fields = KINDS["customers"].fields
    assert propose(fields, ["Customer", "Key", "Name"])["key"] == "Key"


def test_a_given_match_goes_before_the_proposed_one():
    fields = KINDS["transactions"].fields
    headers = ["customer", "Debtor", "invoice no", "date", "amount"]
    matched = match(fields, headers, {"customer": "Debtor", "amount": ""})
    assert matched == {"customer": "Debtor", "reference": "invoice no", "date": "date"}


@pytest.mark.parametrize(
    ("headers", "given", "code"),
    [
        (["customer"], {"nonsense": "customer"}, "unknown_field"),
        (["customer"], {"customer": "Debtor"}, "unknown_column"),
        (["a", "b"], {"customer": "a", "reference": "a"}, "column_shared"),
        (["customer", "customer"], {}, "column_twice"),
        (["a", "b", "a"], {"customer": "a"}, "column_twice"),
    ],
)
def test_a_match_that_cannot_be_is_refused(headers, given, code):
    with pytest.raises(Refused) as refused:
        match(KINDS["transactions"].fields, headers, given)
    assert refused.value.code == code


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_dictionary_of_fields_has_every_field(kind):
    text = (settings.BASE_DIR / "docs" / "import.md").read_text()
    chapter = text.split(f"## {kind.capitalize()}\n")[1].split("\n## ")[0]
    for one in KINDS[kind].fields:
        assert f"`{one.name}`" in chapter, one.name


def test_a_refusal_far_below_ends_the_import_as_a_refusal(tmp_path, settings, db):
    settings.MEDIA_ROOT = tmp_path
    table = "key,name\n" + "K1,One\n" * 30_000 + "K2,Tw\0o\n"
    with pytest.raises(Refused) as refused:
        imported(tmp_path / "file.csv", table, kind="customers")
    assert (refused.value.code, refused.value.params) == ("control_character", {"line": 30_002})
