"""Texts in files that a spreadsheet opens: never computed, never read as something else."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.platform.cells import as_written, harmless, in_workbook, is_misread, kept

FORMULAS = [
    "=1+1",
    "+A1",
    "-A1",
    "@SUM(A1)",
    " \t=1",
    "\r\n=1",
    "\0=1",
    "＝1+1",
    "－A1",
    "\u200b=1",
]
# Excel and LibreOffice make a number, a date, a time or a truth of these when they open a CSV file.
MISREAD = [
    *(
        "00123",
        "007",
        "1234567890123456",
        "440101199001011234",
        "+442079460000",
        "+44 20 7946 0000",
    ),
    *("1E5", "2e10", "1.50", "1,000", "1 000", "50%", "£5", "(12)", ".5", "5."),
    *("1-2", "3/4", "2026-11-22", "22.11.2026", "010-1950", "12:30", "12:30:45", "5 pm", "1 1/2"),
    *("MAR1", "SEPT2", "Mar 1", "12 Jan 2026", "Jan 12, 2026", "1-Jan", "TRUE", "false"),
    *("5+", "77:", "9-%", "4+￥", "0:5 :", "5E 9"),  # by LibreOffice, asked for special numbers
    *("12月1日", "2026年12月1日", "上午9时", "１２３", "00１"),
]
PLAIN = [
    *("", "12346", "0", "-5", "C00012", "Acorn Ltd", "华信科技", "10 Downing Street", "3M", "A-1"),
    *("GB 123 4567 89", "91310000MA1FL5XX8", "020 7946 0000", "1st", "5-star hotel", "Müller & Co"),
    *("a=b", "x@example.com", "May Fair", "12 Monkeys", "Marchbank", "line\nbreak", 'say "hi"'),
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_begins_a_formula_is_marked_in_every_file(text):
    for mark in (harmless, kept, in_workbook):
        assert mark(text) == "'" + text


@pytest.mark.parametrize("text", MISREAD)
def test_what_a_spreadsheet_would_misread_is_marked_in_csv_and_comes_back(text):
    assert kept(text) == "'" + text
    assert as_written(kept(text)) == text


@pytest.mark.parametrize("text", [text for text in PLAIN if text != "-5"])
def test_what_comes_through_as_it_is_has_no_mark(text):
    assert kept(text) == harmless(text) == in_workbook(text) == text


def test_numbers_with_a_sign_stay_numbers_where_numbers_are_meant():
    for text in ("-5", "+5.5", "-1,234.50", "-£3"):
        assert harmless(text) == text


def test_numbers_of_telephones_have_no_mark_in_workbooks():
    for text in ("+44 (0)20 7946 0000", "+442079460000", "020-7946-0000"):
        assert in_workbook(text) == text
        assert kept(text) in (text, "'" + text)
    assert in_workbook("+44 20 A1") == "'+44 20 A1"


TEXTS = st.one_of(
    st.text(),
    st.text(alphabet="0123456789+-=@'.,/: eE\t\r\n年月日% （）＝＋"),
    st.sampled_from(FORMULAS + MISREAD + PLAIN),
    st.builds(lambda marks, text: "'" * marks + text, st.integers(1, 3), st.sampled_from(MISREAD)),
)


@given(TEXTS)
def test_every_mark_comes_off_again(text):
    for mark in (harmless, kept, in_workbook):
        assert as_written(mark(text)) == text


@given(TEXTS)
def test_nothing_that_was_marked_begins_a_formula(text):
    """Looked at in another way than the rule does it."""
    for mark in (kept, in_workbook):
        seen = unicodedata.normalize("NFKC", mark(text)).lstrip(" \t\r\n\0\x0b\x0c\u200b\ufeff\xa0")
        if seen[:1] in tuple("=+-@"):
            assert not re.search(r"[^\W\d_]", seen, re.ASCII), text
            # A whole number reads as it prints, in CSV too.
            assert mark is in_workbook or re.fullmatch(r"-[1-9]\d{0,14}", seen.rstrip()), text


@given(st.text(alphabet="0123456789", min_size=1, max_size=40))
def test_digits_are_marked_just_where_a_spreadsheet_would_print_other_ones(digits):
    """A double has 15 exact digits, and numbers have no zeros in front."""
    printed = str(int(digits)) if len(digits) <= 15 else f"{float(digits):.0f}"
    if printed != digits:
        assert is_misread(digits)
    if not is_misread(digits):
        assert str(int(digits)) == digits
