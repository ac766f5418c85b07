"""Files of the corpus that are no plain texts: name -> content and answer."""

import gzip
import io
import struct
import zipfile
from collections.abc import Callable

import xlsxwriter

from customers.tests.corpus.answer import Answer, refused, taken

MEGABYTE = 1 << 20
HEADER = "customer,reference,date,amount"
TABLE = f"{HEADER},region\nC1,I1,2024-01-02,1.50,江苏\nC2,I2,2024-01-03,-2,浙江\n"
LINE = b"C1,I1,2024-01-02,1\n"
GOOD = taken("C1 I1 2024-01-02 1.5", "C2 I2 2024-01-03 -2")
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8
PHOTO = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01" + bytes(range(255, -1, -1)) * 8
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nstream\n" + bytes(600)


def workbook(*sheets: Callable, **options) -> bytes:
    """An XLSX file; each function fills one sheet: `fill(sheet, book)`."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, **options}) as book:
        for fill in sheets:
            fill(book.add_worksheet(), book)
    return content.getvalue()


def rows(*lines: list) -> Callable:
    """Fills a sheet with these cells, below the usual header."""

    def fill(sheet, book):
        for number, cells in enumerate([HEADER.split(","), *lines]):
            sheet.write_row(number, 0, cells)

    return fill


def archive(members: dict[str, bytes], *, packed: bool = True) -> bytes:
    content = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(content, "w", method) as file:
        for name, text in members.items():
            file.writestr(name, text)
    return content.getvalue()


def overlapping_bomb(copies: int = 600) -> bytes:
    """A small archive whose directory names the same two packed megabytes again and again."""
    whole = archive({"xl/worksheets/sheet1.xml": bytes(2 * MEGABYTE)})
    at = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    entry = whole[at:end]
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, copies, copies, len(entry) * copies, at, 0)
    return whole[:at] + entry * copies + tail


def _hidden_first(sheet, book):
    rows(["HIDDEN", "I0", "2024-01-01", 9])(sheet, book)
    book.add_worksheet("Seen").activate()
    rows(["C1", "I1", "2024-01-02", 1.5])(book.get_worksheet_by_name("Seen"), book)
    book.get_worksheet_by_name("Seen").set_first_sheet()
    sheet.hide()


def _merged(sheet, book):
    rows(["C1", "I1", "2024-01-02", 1.5], ["", "I2", "2024-01-03", 2])(sheet, book)
    sheet.merge_range("A2:A3", "C1")


def _booleans(sheet, book):
    rows(["C1", "I1", "2024-01-02", True], [False, "I2", "2024-01-03", 2])(sheet, book)


def _errors(sheet, book):
    rows(["C1", "I1", "2024-01-02", ""], ["", "I2", "2024-01-03", 2])(sheet, book)
    sheet.write_formula("D2", "=1/0", None, "#DIV/0!")
    sheet.write_formula("A3", "=A99", None, "#REF!")


def _dates(sheet, book):
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    rows(["C1", "I1", "", 1], ["C1", "I2", "", 1], ["C1", "I3", 45355, 1])(sheet, book)
    sheet.write_number("C2", 45355, day)
    sheet.write_number("C3", 45355.99, moment)


def _date_of_1904(sheet, book):
    rows(["C1", "I1", "", 1])(sheet, book)
    sheet.write_number("C2", 43893, book.add_format({"num_format": "dd/mm/yyyy"}))


def _times_alone(sheet, book):
    rows(["C1", "I1", "", 1])(sheet, book)
    sheet.write_number("C2", 0.5, book.add_format({"num_format": "hh:mm"}))


def _formulas(sheet, book):
    rows(["C1", "I1", "2024-01-02", ""], ["C1", "I2", "2024-01-02", ""])(sheet, book)
    sheet.write_formula("D2", "=1+0.5", None, 1.5)
    sheet.write_formula("D3", "=1+1", None, "")


def _numbers(sheet, book):
    rows(
        [12346, 500123, "2024-01-02", 0.1 + 0.2],
        ["00012", "I2", "2024-01-02", 1.234],
        ["C3", "I3", "2024-01-02", "1.50"],
        ["C4", "I4", "2024-01-02", 1e20],
    )(sheet, book)


def _line_breaks(sheet, book):
    rows(["C1", "I1", "2024-01-02", 1.5], ["C2\nand more", "I2", "2024-01-03", "2\n"])(sheet, book)


def _lower_down(sheet, book):
    for number, cells in enumerate([HEADER.split(","), ["C1", "I1", "2024-01-02", 1.5], ["C2"]]):
        sheet.write_row(number + 4, 2, cells)


def _nothing(sheet, book):
    pass


def _blank(sheet, book):
    sheet.write_blank("A1", None, book.add_format({"bold": True}))


def _wide(sheet, book):
    sheet.write_row(0, 0, [*HEADER.split(","), *(f"more {number}" for number in range(300))])
    sheet.write_row(1, 0, ["C1", "I1", "2024-01-02", 1.5, *range(300)])


def _hidden(sheet, book):
    rows(["C1", "I1", "2024-01-02", 1.5])(sheet, book)
    sheet.hide()


def hidden_alone() -> bytes:
    """Excel makes no workbook without a visible sheet; other programs do."""
    content = io.BytesIO(workbook(_nothing, rows(["C1", "I1", "2024-01-02", 1.5])))
    members = {}
    with zipfile.ZipFile(content) as file:
        members = {name: file.read(name) for name in file.namelist()}
    name = "xl/workbook.xml"
    members[name] = members[name].replace(b'sheetId="2"', b'sheetId="2" state="hidden"')
    return archive(members)


GOOD_BOOK = workbook(rows(["C1", "I1", "2024-01-02", 1.5], ["C2", "I2", "2024-01-03", -2]))
ONE = taken("C1 I1 2024-01-02 1.5")
MANY_COLUMNS = ",".join([HEADER, *(f"more {number}" for number in range(300))])

TEXTS: dict[str, tuple[bytes, Answer]] = {
    "utf8": (TABLE.encode(), GOOD),
    "utf8_with_mark": (TABLE.encode("utf-8-sig"), GOOD),
    "utf8_with_two_marks": (b"\xef\xbb\xbf" + TABLE.encode("utf-8-sig"), GOOD),
    "utf16_little_endian_with_mark": (b"\xff\xfe" + TABLE.encode("utf-16-le"), GOOD),
    "utf16_big_endian_with_mark": (b"\xfe\xff" + TABLE.encode("utf-16-be"), GOOD),
    "utf16_little_endian": (TABLE.encode("utf-16-le"), GOOD),
    "utf16_big_endian": (TABLE.encode("utf-16-be"), GOOD),
    "utf16_cut_off": (b"\xff\xfe" + TABLE.encode("utf-16-le")[:-1], refused("encoding")),
    "utf32": (TABLE.encode("utf-32"), refused("control_character")),
    "gb18030": (TABLE.encode("gb18030"), GOOD),
    "gb18030_rare_characters": (TABLE.replace("江苏", "江苏𠮷镕").encode("gb18030"), GOOD),
    "western_code_page": (TABLE.replace("江苏", "Málaga").replace("浙江", "Zürich")
                          .encode("cp1252"), refused("encoding")),
    "western_code_page_one_letter": (TABLE.replace("江苏", "Café").replace("浙江", "Kent")
                                     .encode("latin-1"), refused("encoding")),
    "cyrillic_code_page": (TABLE.replace("江苏", "Москва, Россия".replace(",", ""))
                           .replace("浙江", "Омск-2").encode("cp1251"), refused("encoding")),
    "shift_jis": (TABLE.replace("江苏", "東京都カナ").replace("浙江", "ﾃｽﾄ").encode("shift-jis"),
                  refused("encoding")),
    "utf8_with_a_broken_byte": (TABLE.encode() + b"C3,I3,2024-01-04,3,\xff\xff\n",
                                refused("encoding")),
    "zero_byte": (TABLE.encode() * 50 + b"C3,I\x003,2024-01-04,3,x\n", refused("not_text")),
    "zero_byte_far_below": (TABLE.encode() * 2_000 + b"C3,I\x003,2024-01-04,3,x\n",
                            refused("control_character")),
    "zero_bytes_everywhere": (bytes(4_000), refused("not_text")),
    "control_characters": (TABLE.encode() + bytes(range(1, 9)) * 20, refused("not_text")),
    "returns_alone": (TABLE.replace("\n", "\r").encode(), GOOD),
    "windows_line_ends": (TABLE.replace("\n", "\r\n").encode(), GOOD),
    "mixed_line_ends": (TABLE.replace("\n", "\r\n", 1).replace("浙江\n", "浙江\r").encode(), GOOD),
    "no_line_end_at_the_end": (TABLE.encode().rstrip(), GOOD),
    "end_of_a_dos_text": (TABLE.encode() + b"\x1a", GOOD),
    "empty": (b"", refused("empty")),
    "mark_alone": (b"\xef\xbb\xbf", refused("not_a_table")),
    "blanks_alone": (b" \n\t\n\r\n  ", refused("not_a_table")),
    "picture": (PICTURE, refused("not_text")),
    "photo": (PHOTO, refused("not_text")),
    "pdf": (PDF, refused("not_text")),
    "cell_of_a_megabyte": (TABLE.encode() + b"C3,I3,2024-01-04,3," + b"x" * 990_000 + b"\n",
                           refused("long_line")),
    "quoted_cell_of_a_megabyte": (
        TABLE.encode() + b'C3,I3,2024-01-04,3,"' + b"x" * 990_000 + b'"\n', refused("long_line")),
    "line_of_two_megabytes": (TABLE.encode() + b"C3,I3," + b"x" * 2_000_000 + b",3,x\n",
                              refused("too_large")),
    "quote_that_swallows_the_rest": (
        TABLE.encode() + b'"C3,I3,2024-01-04,3,x\n' + b"C4,I4,2024-01-04,4,x\n" * 10_000,
        refused("open_quote")),
    "300_columns": (f"{MANY_COLUMNS}\nC1,I1,2024-01-02,1.5{',x' * 300}\n".encode(), ONE),
    "long_text_that_is_cut": (f"{HEADER},description\nC1,I1,2024-01-02,1.5,{'x' * 90_000}\n"
                              .encode(), ONE),
}  # fmt: skip

PACKED: dict[str, tuple[bytes, Answer]] = {
    "gzip": (gzip.compress(TABLE.encode(), mtime=0), GOOD),
    "gzip_in_two_parts": (gzip.compress(TABLE[:40].encode(), mtime=0)
                          + gzip.compress(TABLE[40:].encode(), mtime=0), GOOD),
    "gzip_cut_off": (gzip.compress(TABLE.encode() * 99, mtime=0)[:-30], refused("broken_gzip")),
    "gzip_with_a_wrong_sum": (gzip.compress(TABLE.encode(), mtime=0)[:-8] + bytes(8),
                              refused("broken_gzip")),
    "gzip_with_words_behind": (gzip.compress(TABLE.encode(), mtime=0) + b"and more",
                               refused("broken_gzip")),
    "gzip_of_nothing": (gzip.compress(b"", mtime=0), refused("empty")),
    "gzip_of_gzip": (gzip.compress(gzip.compress(TABLE.encode() * 99, mtime=0), mtime=0),
                     refused("not_text")),
    "gzip_of_a_picture": (gzip.compress(PICTURE, mtime=0), refused("not_text")),
    "gzip_of_a_workbook": (gzip.compress(GOOD_BOOK, mtime=0), GOOD),
    "gzip_bomb": (gzip.compress(f"{HEADER}\n".encode() + LINE * MEGABYTE, mtime=0),
                  refused("unpacks_too_large")),
    "zip_of_a_text": (archive({"sales.csv": TABLE.encode()}), refused("broken_workbook")),
    "zip_of_nothing": (archive({}), refused("not_text")),
    "zip_cut_off": (GOOD_BOOK[: len(GOOD_BOOK) // 2], refused("broken_workbook")),
    "zip_of_zeros": (b"PK\x03\x04" + bytes(600), refused("broken_workbook")),
    "zip_bomb_declared": (archive({"xl/worksheets/sheet1.xml": bytes(12 * MEGABYTE)}),
                          refused("workbook_too_large")),
    "zip_bomb_overlapping": (overlapping_bomb(), refused("workbook_too_large")),
    "zip_of_6000_members": (archive({f"xl/{number}.xml": b"" for number in range(6_000)}),
                            refused("workbook_too_large")),
    "word_document": (archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}),
                      refused("broken_workbook")),
    "old_excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000), refused("old_excel")),
    "workbook_with_a_password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_016)
                                 + "EncryptedPackage".encode("utf-16-le") + bytes(500),
                                 refused("protected")),
}  # fmt: skip

BOOKS: dict[str, tuple[bytes, Answer]] = {
    "book": (GOOD_BOOK, GOOD),
    "book_header_only": (workbook(rows()), refused("header_only")),
    "book_of_nothing": (workbook(_nothing), refused("no_sheet")),
    "book_of_blanks": (workbook(_blank), refused("no_sheet")),
    "book_with_the_table_lower_down": (workbook(_lower_down), taken(
        "C1 I1 2024-01-02 1.5", wrong={7: "missing:reference missing:date missing:amount"})),
    "book_with_an_empty_sheet_before": (
        workbook(_nothing, rows(["C1", "I1", "2024-01-02", 1.5])), ONE),
    "book_with_a_hidden_sheet_before": (workbook(_hidden_first), ONE),
    "book_with_nothing_but_a_hidden_table": (hidden_alone(), refused("no_sheet")),
    "book_with_merged_cells": (workbook(_merged), taken(
        "C1 I1 2024-01-02 1.5", wrong={3: "missing:customer"})),
    "book_with_booleans": (workbook(_booleans), taken(
        "false I2 2024-01-03 2", wrong={2: "bad_number:amount"})),
    "book_with_errors": (workbook(_errors), taken(
        wrong={2: "missing:amount", 3: "missing:customer"})),
    "book_with_dates": (workbook(_dates), taken(
        "C1 I1 2024-03-04 1", "C1 I2 2024-03-04 1", "C1 I3 2024-03-04 1")),
    "book_with_dates_of_1904": (
        workbook(_date_of_1904, date_1904=True), taken("C1 I1 2024-03-04 1")),
    "book_with_times_alone": (workbook(_times_alone), taken(wrong={2: "bad_date:date"})),
    "book_with_formulas": (workbook(_formulas), taken(
        "C1 I1 2024-01-02 1.5", wrong={3: "missing:amount"})),
    "book_with_numbers": (workbook(_numbers), taken(
        "12346 500123 2024-01-02 0.3", "00012 I2 2024-01-02 1.234", "C3 I3 2024-01-02 1.5",
        wrong={5: "too_large:amount"})),
    "book_with_line_breaks": (workbook(_line_breaks), taken(
        "C1 I1 2024-01-02 1.5", "C2\nand more I2 2024-01-03 2")),
    "book_of_300_columns": (workbook(_wide), ONE),
}  # fmt: skip

MADE = TEXTS | PACKED | BOOKS
