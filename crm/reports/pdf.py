"""Draws a `layout.Paper` as a PDF: A4, with its own fonts, of which it embeds what it shows."""

import datetime as dt
from collections.abc import Sequence
from functools import partial

from crm.reports import paper as p
from crm.reports.layout import (
    PALE,
    Chart,
    Column,
    Facts,
    Figure,
    Matrix,
    Paper,
    Section,
    Table,
    Words,
    is_share,
)

HEAD_HEIGHT = 52.0
CHART_HEIGHT = 58.0
MATRIX_ROW = 11.0
CELL_PAD = 1.6
MOST_LINES = 6  # of a cell


def draw(paper: Paper) -> bytes:
    with p.Sheet() as sheet:
        _tell(sheet, paper)
        sheet.on_new_page = partial(_running_head, sheet, paper)
        sheet.add_page()
        _masthead(sheet, paper)
        if paper.figures:
            _figures(sheet, paper.figures)
        for section in paper.sections:
            _section(sheet, section)
        _feet(sheet, paper)
        return bytes(sheet.output())


def _tell(sheet: p.Sheet, paper: Paper) -> None:
    """What the file says about itself."""
    sheet.set_lang("zh-Hans" if paper.language.startswith("zh") else "en-GB")
    sheet.set_title(f"{paper.title} – {paper.customer}")
    sheet.set_author(f"{paper.author}, {paper.company}" if paper.author else paper.company)
    sheet.set_subject(paper.period)
    sheet.set_producer("Perennial")
    sheet.set_creator("Perennial")
    midnight = dt.datetime.combine(paper.made_on, dt.time(), tzinfo=dt.UTC)
    sheet.set_creation_date(midnight)


def _masthead(sheet: p.Sheet, paper: Paper) -> None:
    """A band in the house colour: whose paper, which, for whom, about which time."""
    sheet.type(13, bold=True)
    lines = sheet.lines(paper.customer, p.INNER - 62, most=2)
    height = HEAD_HEIGHT + 6 * (len(lines) - 1)
    sheet.box(0, 0, p.WIDTH, height, p.ACCENT)
    sheet.type(10.5, bold=True, colour=p.WHITE)
    sheet.put(sheet.cut(paper.company, p.INNER - 40), p.MARGIN, 11)
    sheet.type(8.5, colour=p.ACCENT_LINE)
    sheet.put(paper.made_words, p.MARGIN, 11.4, p.INNER, "R")
    sheet.rule(p.MARGIN, 18.5, p.INNER, (80, 140, 118), 0.25)
    sheet.type(22, bold=True, colour=p.WHITE)
    sheet.put(sheet.cut(paper.title, p.INNER - 45), p.MARGIN, 21.5)
    if paper.mark:
        _mark(sheet, paper.mark)
    sheet.type(8.5, colour=p.ACCENT_LINE)
    sheet.put(sheet.cut(f"{paper.customer_line}  ", 60), p.MARGIN, 35.2)
    sheet.type(13, bold=True, colour=p.WHITE)
    for number, line in enumerate(lines):
        sheet.put(line, p.MARGIN, 39.4 + number * 6.4)
    sheet.type(10, colour=p.WHITE)
    sheet.put(paper.period, p.MARGIN, 40.6, p.INNER, "R")
    sheet.set_y(height + 7)


def _mark(sheet: p.Sheet, words: str) -> None:
    """A frame around a word that must not be overlooked."""
    sheet.type(10, bold=True, colour=p.WHITE)
    width = sheet.measure(words) + 7
    sheet.set_draw_color(*p.WHITE)
    sheet.set_line_width(0.5)
    sheet.rect(p.WIDTH - p.MARGIN - width, 23.2, width, 7.4, style="D")
    sheet.put(words, p.WIDTH - p.MARGIN - width, 24.2, width, "C")


def _running_head(sheet: p.Sheet, paper: Paper) -> None:
    """On top of every page but the first."""
    sheet.type(8, colour=p.INK_2)
    words = " · ".join(filter(None, (paper.title, paper.mark)))
    sheet.put(sheet.cut(words, p.INNER / 2), p.MARGIN, 10)
    sheet.put(sheet.cut(paper.customer, p.INNER / 2 - 4), p.MARGIN, 10, p.INNER, "R")
    sheet.rule(p.MARGIN, 15, p.INNER, p.ACCENT_LINE, 0.3)
    sheet.set_y(p.TOP)


def _feet(sheet: p.Sheet, paper: Paper) -> None:
    """Below every page, when it is known how many there are."""
    pages = sheet.pages_count
    for page in range(1, pages + 1):
        sheet.page = page
        sheet.type(1)  # else the type that the page ended with would hold: none is written twice
        sheet.rule(p.MARGIN, p.HEIGHT - 14, p.INNER, p.LINE)
        sheet.type(8, colour=p.INK_2)
        own = f"{paper.company} · {paper.made_words}"
        sheet.put(sheet.cut(own, p.INNER - 40), p.MARGIN, p.HEIGHT - 12.6)
        words = paper.page_words % {"page": page, "pages": pages}
        sheet.put(words, p.MARGIN, p.HEIGHT - 12.6, p.INNER, "R")


def _figures(sheet: p.Sheet, figures: Sequence[Figure]) -> None:
    """Up to four a row, on pale ground."""
    gap, most = 4.0, 4
    for start in range(0, len(figures), most):
        row = figures[start : start + most]
        width = (p.INNER - gap * (len(row) - 1)) / len(row)
        sheet.need(26)
        top = sheet.y
        for number, figure in enumerate(row):
            _figure(sheet, figure, p.MARGIN + number * (width + gap), top, width)
        sheet.set_y(top + 26)
    sheet.down(2)


def _figure(sheet: p.Sheet, figure: Figure, x: float, y: float, width: float) -> None:
    sheet.box(x, y, width, 23.5, p.ACCENT_PALE)
    sheet.box(x, y, 0.9, 23.5, p.ACCENT)
    inner = width - 6.5
    sheet.type(8, colour=p.INK_2)
    sheet.put(sheet.cut(figure.label, inner), x + 4, y + 2.2)
    size = 16.0
    sheet.type(size, bold=True, colour=p.ACCENT)
    unit = _unit_width(sheet, figure.unit)
    sheet.type(size, bold=True, colour=p.ACCENT)
    while size > 9 and sheet.measure(figure.value) + unit > inner:
        size -= 0.5
        sheet.type(size, bold=True, colour=p.ACCENT)
    value = sheet.cut(figure.value, inner)
    sheet.put(value, x + 4, y + 11.6 - sheet.line_height() / 2)
    after = x + 4 + sheet.measure(value) + 1.2
    sheet.type(8, colour=p.INK_2)
    if figure.unit:
        sheet.put(figure.unit, after, y + 10.9)
    sheet.put(sheet.cut(figure.note, inner), x + 4, y + 17.4)


def _unit_width(sheet: p.Sheet, unit: str) -> float:
    sheet.type(8)
    return sheet.measure(unit) + 1.5 if unit else 0.0


def _section(sheet: p.Sheet, section: Section) -> None:
    """The heading stays with the beginning of what it heads."""
    sheet.down(3)
    sheet.need((20 if section.finding else 13) + _beginning(section.parts[:1]))
    sheet.type(13, bold=True, colour=p.ACCENT)
    sheet.block(section.title, p.MARGIN, p.INNER)
    sheet.rule(p.MARGIN, sheet.y + 0.4, p.INNER, p.ACCENT_LINE, 0.4)
    sheet.down(2.4)
    if section.finding:
        sheet.type(10.5, bold=True)
        sheet.block(section.finding, p.MARGIN, p.INNER)
        sheet.down(1)
    for part in section.parts:
        PARTS[type(part)](sheet, part)
        sheet.down(2.5)


def _beginning(parts: Sequence) -> float:
    """How much of the first part must stand below its heading: all of what can't be torn."""
    heights = {Chart: CHART_HEIGHT + 7, Matrix: 3 * MATRIX_ROW + 16, Table: 22}
    return max((heights.get(type(part), 12) for part in parts), default=0)


def _part_title(sheet: p.Sheet, title: str, with_height: float = 14) -> None:
    if title:
        sheet.type(9.5, bold=True, colour=p.INK_2)
        sheet.need(sheet.line_height() + with_height)
        sheet.block(title, p.MARGIN, p.INNER)
        sheet.down(0.6)


def _words(sheet: p.Sheet, words: Words) -> None:
    _part_title(sheet, words.title)
    sheet.type(10, colour=p.INK_2 if words.quiet else p.INK)
    sheet.block(words.text, p.MARGIN, p.INNER, spacing=1.6)


def _facts(sheet: p.Sheet, facts: Facts) -> None:
    """Two beside each other; a long value takes the lines that it needs."""
    _part_title(sheet, facts.title)
    half, label = (p.INNER - 6) / 2, 33.0
    for start in range(0, len(facts.rows), 2):
        pair = facts.rows[start : start + 2]
        sheet.type(9)
        height = sheet.line_height(1.45)
        names = [sheet.lines(name, label - 2, most=3) for name, _value in pair]
        values = [sheet.lines(value, half - label, most=12) for _name, value in pair]
        tall = max(map(len, (*names, *values))) * height + 1.2
        sheet.need(tall)
        top = sheet.y
        for number, (name, value) in enumerate(zip(names, values, strict=True)):
            x = p.MARGIN + number * (half + 6)
            sheet.type(9, colour=p.INK_2)
            _stack(sheet, name, x, top, height)
            sheet.type(9)
            _stack(sheet, value, x + label, top, height)
        sheet.set_y(top + tall)


def _stack(sheet: p.Sheet, lines: list[str], x: float, top: float, height: float) -> None:
    for number, line in enumerate(lines):
        sheet.put(line, x, top + number * height)


def _table(sheet: p.Sheet, table: Table) -> None:
    """Rows are never torn; the head stands again on each page."""
    _part_title(sheet, table.title, 18)
    widths = _widths(table.columns)
    _table_head(sheet, table.columns, widths)
    for row in table.rows:
        _row(sheet, table.columns, widths, row)
    if table.total:
        _row(sheet, table.columns, widths, table.total, bold=True)
    if table.rest:
        sheet.type(8.5, colour=p.INK_2)
        sheet.need(6)
        sheet.down(0.8)
        sheet.block(table.rest, p.MARGIN, p.INNER)


def _widths(columns: Sequence[Column]) -> list[float]:
    whole = sum(column.width for column in columns)
    return [p.INNER * column.width / whole for column in columns]


def _table_head(sheet: p.Sheet, columns: Sequence[Column], widths: list[float]) -> None:
    sheet.type(8, bold=True, colour=p.ACCENT)
    height = sheet.line_height(1.35)
    cells = [
        sheet.lines(column.label, width - 2 * CELL_PAD, most=2)
        for column, width in zip(columns, widths, strict=True)
    ]
    tall = max(map(len, cells)) * height + 2.4
    if sheet.need(tall + 8):
        sheet.type(8, bold=True, colour=p.ACCENT)
    top, x = sheet.y, p.MARGIN
    sheet.box(p.MARGIN, top, p.INNER, tall, p.ACCENT_PALE)
    for column, width, lines in zip(columns, widths, cells, strict=True):
        align = "R" if column.kind == "num" else "L"
        for number, line in enumerate(lines):
            at = top + 1.0 + number * height
            sheet.put(line, x + CELL_PAD, at, width - 2 * CELL_PAD, align)
        x += width
    sheet.set_y(top + tall)


def _row(
    sheet: p.Sheet,
    columns: Sequence[Column],
    widths: list[float],
    row: Sequence,
    *,
    bold: bool = False,
) -> None:
    sheet.type(9, bold=bold)
    height = sheet.line_height(1.4)
    cells = [
        []
        if is_share(column.kind, value)
        else sheet.lines(value, width - 2 * CELL_PAD, most=MOST_LINES)
        for column, width, value in zip(columns, widths, row, strict=True)
    ]
    tall = max(1, *map(len, cells)) * height + 2.2
    if sheet.need(tall):
        _table_head(sheet, columns, widths)
        sheet.type(9, bold=bold)
    top, x = sheet.y, p.MARGIN
    for column, width, value, lines in zip(columns, widths, row, cells, strict=True):
        inner = width - 2 * CELL_PAD
        if is_share(column.kind, value):
            _meter(sheet, x + CELL_PAD, top + tall / 2 - 1.3, inner, value)
        align = "R" if column.kind == "num" else "L"
        for number, line in enumerate(lines):
            sheet.put(line, x + CELL_PAD, top + 0.9 + number * height, inner, align)
        x += width
    sheet.rule(p.MARGIN, top + tall, p.INNER, p.ACCENT if bold else p.LINE)
    sheet.set_y(top + tall)


def _meter(sheet: p.Sheet, x: float, y: float, width: float, share: float) -> None:
    sheet.box(x, y, width, 2.6, p.ACCENT_PALE)
    sheet.box(x, y, width * min(max(share, 0.0), 1.0), 2.6, p.BAR)


def _chart(sheet: p.Sheet, chart: Chart) -> None:
    sheet.need(CHART_HEIGHT + 6)
    _legend(sheet, chart)
    left, top = p.MARGIN, sheet.y
    sheet.type(7.5, colour=p.INK_2)
    drawn = chart.draw(p.INNER, CHART_HEIGHT, left=18.0, line=3.6)
    for line in drawn.lines:
        sheet.rule(left + line.x, top + line.y, p.INNER - line.x, p.LINE)
        sheet.put(line.text, left, top + line.y - sheet.line_height() / 2, line.x - 2, "R")
    for bar in drawn.bars:
        colour = p.BAR_PALE if bar.tone == PALE else p.BAR
        sheet.box(left + bar.x, top + bar.y, bar.width, bar.height, colour)
    sheet.rule(left + drawn.left, top + drawn.zero, p.INNER - drawn.left, p.INK_2, 0.25)
    for mark in (*drawn.slots, *drawn.tops):
        sheet.put(mark.text, left + mark.x - 15, top + mark.y - 3.4, 30, "C")
    sheet.set_y(top + CHART_HEIGHT)


def _legend(sheet: p.Sheet, chart: Chart) -> None:
    sheet.type(8, colour=p.INK_2)
    x, y = p.MARGIN + 18, sheet.y
    for tone, name in chart.legend:
        sheet.box(x, y + 0.9, 2.6, 2.6, p.BAR_PALE if tone == PALE else p.BAR)
        sheet.put(name, x + 3.8, y)
        x += sheet.measure(name) + 10
    sheet.put(chart.unit, p.MARGIN, y, 16, "R")
    sheet.set_y(y + 4.6)


def _matrix(sheet: p.Sheet, matrix: Matrix) -> None:
    """Nine cells, the customer's own one filled."""
    height, label = MATRIX_ROW, 26.0
    width = (p.INNER - label) / 3
    sheet.need(3 * height + 16)
    top = sheet.y
    for row, cells in enumerate(matrix.rows):
        for place, words in enumerate(cells):
            here = (row, place) == matrix.at
            x, y = p.MARGIN + label + place * width, top + row * height
            sheet.box(x + 0.4, y + 0.4, width - 0.8, height - 0.8, _cell_colour(here=here))
            sheet.type(9, bold=here, colour=p.WHITE if here else p.INK_2)
            sheet.put(sheet.cut(words, width - 4), x, y + 3.2, width, "C")
    sheet.type(8, colour=p.INK_2)
    _stack(sheet, sheet.lines(matrix.up, label - 3, most=3), p.MARGIN, top + 0.8, 4)
    sheet.put(matrix.across, p.MARGIN + label, top + 3 * height + 0.6, p.INNER - label, "R")
    sheet.set_y(top + 3 * height + 5.5)
    sheet.type(9.5)
    sheet.block(matrix.words, p.MARGIN, p.INNER)


def _cell_colour(*, here: bool) -> tuple:
    return p.ACCENT if here else p.ACCENT_PALE


PARTS = {Words: _words, Facts: _facts, Table: _table, Chart: _chart, Matrix: _matrix}
