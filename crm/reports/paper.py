"""A4 sheets to draw on: fonts, colours, text that wraps in Chinese and English, page breaks."""

import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from fpdf import FPDF

FONTS = Path(__file__).resolve().parent / "fonts"
FAMILY = "Noto Sans SC"
WIDTH, HEIGHT = 210.0, 297.0
MARGIN, TOP, BOTTOM = 18.0, 20.0, 20.0
INNER = WIDTH - 2 * MARGIN
MM_A_POINT = 25.4 / 72

ACCENT, ACCENT_PALE, ACCENT_LINE = (20, 99, 74), (232, 242, 237), (185, 214, 201)
BAR, BAR_PALE = (43, 122, 91), (185, 214, 201)
INK, INK_2, LINE, WHITE = (29, 38, 34), (86, 99, 93), (225, 231, 228), (255, 255, 255)

# A word of letters that stays whole, up to a sign in an address; else one character: Chinese may
# break between any two.
WIDE = "\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
PIECES = re.compile(rf"[{WIDE}]| +|[^{WIDE} @/]*[@/]|[^{WIDE} @/]+")
# Never first in a line, never last in one.
NOT_FIRST = set("、。，．：；！？）》」』】〕”’％…—·,.:;!?)]}%")
NOT_LAST = set("（《「『【〔“‘([{")
# What the fonts don't have, or nobody sees.
REPLACED = {0x202F: "\u00a0", 0x2009: "\u00a0", 0x09: "    ", 0x0D: "", 0xFEFF: "", 0x200B: ""}
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class Sheet(FPDF):
    """A document in our fonts; lengths in millimetres, sizes of type in points."""

    def __init__(self):
        super().__init__(format="A4", unit="mm")
        self.add_font(FAMILY, "", FONTS / "NotoSansSC-Regular.ttf")
        self.add_font(FAMILY, "B", FONTS / "NotoSansSC-SemiBold.ttf")
        # A rare character that the semi-bold lacks is taken from the regular one.
        self.set_fallback_fonts([FAMILY], exact_match=False)
        self.set_auto_page_break(False)
        self.set_margins(MARGIN, TOP, MARGIN)
        self.c_margin = 0
        self.widths: dict[tuple[str, str], float] = {}
        self.on_new_page: Callable[[], None] = lambda: None

    def __enter__(self) -> "Sheet":
        return self

    def __exit__(self, *_error) -> None:
        """The files of the fonts stay open until then."""
        for font in self.fonts.values():
            font.ttfont.close()

    # Text

    def type(self, size: float, *, bold: bool = False, colour: tuple = INK) -> None:
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)

    def line_height(self, spacing: float = 1.5) -> float:
        return self.font_size_pt * spacing * MM_A_POINT

    def measure(self, text: str) -> float:
        """The width in the current type; each character is measured once."""
        return sum(map(self._width, text)) * self.font_size_pt

    def _width(self, character: str) -> float:
        key = character, self.font_style
        if key not in self.widths:
            self.widths[key] = self.get_string_width(character) / self.font_size_pt
        return self.widths[key]

    def lines(self, text: str, width: float, most: int = 0) -> list[str]:
        """The text in lines that fit; cut with an ellipsis where it would be more than the most."""
        found = list(chain.from_iterable(self._wrapped(row, width) for row in clean(text)))
        if most and len(found) > most:
            found = [*found[: most - 1], self.cut(found[most - 1] + "…" * 2, width)]
        return found

    def _wrapped(self, text: str, width: float) -> list[str]:
        lines, line, used = [], "", 0.0
        for piece in self._pieces(text, width):
            size = self.measure(piece)
            if line and used + size > width and piece.strip():
                kept, moved = _break(line, piece)
                lines.append(kept.rstrip(" "))
                line, used = moved, self.measure(moved)
            if line or piece.strip():
                line, used = line + piece, used + size
        return [*lines, line.rstrip(" ")]

    def _pieces(self, text: str, width: float) -> list[str]:
        """Words and single wide characters; what is longer than a line goes letter by letter."""
        pieces = PIECES.findall(text)
        return list(
            chain.from_iterable(
                piece if self.measure(piece) > width else [piece] for piece in pieces
            )
        )

    def cut(self, text: str, width: float) -> str:
        """The text in one line, shortened if it must be."""
        text = " ".join(clean(text))
        if self.measure(text) <= width:
            return text
        text = text.rstrip("…")
        while text and self.measure(text + "…") > width:
            text = text[:-1]
        return text.rstrip() + "…"

    def put(self, text: str, x: float, y: float, width: float = 0, align: str = "L") -> None:
        """One line of text with its upper edge at y; right or centred within a width."""
        self.set_xy(x, y)
        self.cell(width or self.measure(text), self.line_height(), text, align=align)

    def block(self, text: str, x: float, width: float, *, spacing: float = 1.5) -> None:
        """Lines at the current height, going on over page ends; leaves y below them."""
        for line in self.lines(text, width):
            height = self.line_height(spacing)
            self.need(height)
            y = self.y
            self.put(line, x, y)
            self.set_y(y + height)

    # Pages

    def need(self, height: float) -> bool:
        """A new page if so much does not fit on this one any more; says whether it began one."""
        if self.y + height <= HEIGHT - BOTTOM:
            return False
        family, size, colour = self.font_style, self.font_size_pt, self.text_color
        self.add_page()
        self.on_new_page()
        self.set_font(FAMILY, family, size)
        self.text_color = colour
        return True

    def down(self, height: float) -> None:
        self.set_y(self.y + height)

    # Shapes

    def box(self, x: float, y: float, width: float, height: float, colour: tuple) -> None:
        self.set_fill_color(*colour)
        self.rect(x, y, width, height, style="F")

    def rule(self, x: float, y: float, width: float, colour: tuple = LINE, thick: float = 0.2):
        self.set_draw_color(*colour)
        self.set_line_width(thick)
        self.line(x, y, x + width, y)


def clean(text: str) -> list[str]:
    """The rows of a text, in characters that can be set."""
    text = str(text).replace("\r\n", "\n").translate(REPLACED)
    return CONTROL.sub("", text).split("\n")


def _break(line: str, piece: str) -> tuple[str, str]:
    """Where a line ends: no closing mark begins the next one, no opening mark ends this one."""
    moved = ""
    while line and (piece[:1] in NOT_FIRST or line[-1] in NOT_LAST) and len(moved) < 4:
        if line[-1].isascii() and line[-1].isalnum():
            break  # a word is not torn for it
        moved, line = line[-1] + moved, line[:-1]
        piece = moved
    return (line, moved) if line.strip() else (line + moved, "")
