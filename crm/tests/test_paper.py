"""How papers are drawn: where lines may break, round axes of charts, rare characters."""

import datetime as dt

import pytest

from crm.reports.layout import Bar, Chart, months_between
from crm.reports.paper import INNER, Sheet, clean
from crm.tests.papers import text_of


@pytest.fixture
def sheet():
    with Sheet() as sheet:
        sheet.add_page()
        sheet.type(10)
        yield sheet


def test_words_stay_whole_and_no_line_is_too_wide(sheet):
    text = "The quick brown fox jumps over the lazy dog, again and again. " * 5
    lines = sheet.lines(text, 60)
    assert len(lines) > 3
    assert all(sheet.measure(line) <= 60 for line in lines)
    assert " ".join(lines).split() == text.split()


def test_chinese_breaks_anywhere_but_before_closing_marks(sheet):
    text = "我们每月盘点一次，由喆先生负责；价格另议（含税）。" * 6
    for width in range(20, 60):
        lines = sheet.lines(text, width)
        assert "".join(lines) == text
        assert all(sheet.measure(line) <= width for line in lines)
        assert not [line for line in lines if line[0] in "，；）。" or line[-1] == "（"]


def test_latin_words_in_chinese_are_not_torn(sheet):
    lines = sheet.lines("请将 Thermocouple 送到 Hamburg 的仓库" * 4, 40)
    assert "".join(lines).replace(" ", "").count("Thermocouple") == 4
    assert all("Thermocoupl" not in line or "Thermocouple" in line for line in lines)


def test_what_has_no_gap_is_broken_by_letters_and_an_address_behind_its_signs(sheet):
    assert len(sheet.lines("x" * 400, 50)) > 5
    lines = sheet.lines("michael.brandt@rehmner-antriebstechnik.example", 62)
    assert lines[0] == "michael.brandt@"


def test_line_breaks_and_empty_lines_are_kept_and_too_much_is_cut(sheet):
    assert sheet.lines("one\r\n\r\ntwo", 50) == ["one", "", "two"]
    assert sheet.lines("", 50) == [""]
    cut = sheet.lines("word " * 100, 30, most=2)
    assert len(cut) == 2
    assert cut[1].endswith("…")
    assert sheet.cut("short", 50) == "short"


def test_controls_and_odd_spaces_do_not_reach_the_paper():
    assert clean("a\x00b\u202f%\ufeff\tc") == ["ab\u00a0%    c"]


def test_rare_and_traditional_characters_and_currencies_are_there_in_both_weights(sheet):
    text = "镕喆堃 龍門 £€¥ – · … ’ × − Ω Ж ł"
    for bold in (False, True):
        sheet.type(10, bold=bold)
        sheet.put(text, 20, 40 + 20 * bold)
    said = text_of(bytes(sheet.output()))
    assert said.count("镕喆堃") == 2
    assert said.count("£€¥") == 2


def test_a_block_goes_on_over_the_end_of_the_page(sheet):
    sheet.block("\n".join(str(number) for number in range(120)), 20, INNER)
    assert sheet.pages_count > 1


def chart(values, **more):
    labels = [str(number) for number in range(len(values))]
    bars = [Bar(slot, value) for slot, value in enumerate(values)]
    return Chart(labels=labels, bars=bars, unit="GBP", **more)


@pytest.mark.parametrize(
    ("values", "axis"),
    [
        ([0, 37, 96], ["0", "25", "50", "75", "100"]),
        ([12_316], ["0", "5000", "10000", "15000"]),
        ([-40, 100], ["-50", "0", "50", "100"]),
        ([0, 0], ["0", "0.25"]),
        ([], ["0", "0.25"]),
    ],
)
def test_axes_have_round_marks_around_all_values(values, axis):
    drawn = chart(values, number=lambda step: f"{step:g}").draw(100, 50, 10, 3)
    assert [float(line.text) for line in drawn.lines] == [float(mark) for mark in axis]


def test_bars_stand_on_the_zero_line_and_returns_hang_from_it():
    drawn = chart([100, -40]).draw(100, 50, 10, 3)
    up, down = drawn.bars
    assert up.y + up.height == pytest.approx(drawn.zero)
    assert down.y == pytest.approx(drawn.zero)
    assert up.height / down.height == pytest.approx(2.5)


def test_months_of_a_period_are_those_it_touches():
    found = months_between(dt.date(2025, 11, 20), dt.date(2026, 2, 1))
    assert [f"{month:%Y-%m}" for month in found] == ["2025-11", "2025-12", "2026-01", "2026-02"]
