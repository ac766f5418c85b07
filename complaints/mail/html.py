"""The words of a mail that was written as HTML; what it quotes gets the marks of plain mails."""

import re
from html.parser import HTMLParser

BLOCKS = {
    *("p", "div", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("hr", "pre", "blockquote", "section", "article", "header", "footer", "dl", "dt", "dd"),
}
UNSEEN = {"script", "style", "head", "title", "template"}
SPACES = re.compile(r"[ \t\r\n\f]+")
BLANK_LINES = re.compile(r"\n{3,}")
HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
DEEPEST = 20


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.quoted = 0
        self.unseen: list[str] = []  # tags that hide what is in them

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        style = dict(attrs).get("style") or ""
        if self.unseen or tag in UNSEEN or (tag in BLOCKS and HIDDEN.search(style)):
            if tag in UNSEEN or tag in BLOCKS:
                self.unseen.append(tag)
            return
        if tag == "br":
            self._line()
        elif tag in BLOCKS:
            self._block()
            if tag == "blockquote":
                self.quoted = min(self.quoted + 1, DEEPEST)
            if tag == "li":
                self.lines[-1] += "- "
        elif tag == "td" and self.lines[-1]:
            self.lines[-1] += " "

    def handle_endtag(self, tag: str) -> None:
        if self.unseen:
            if tag in self.unseen:
                del self.unseen[len(self.unseen) - 1 - self.unseen[::-1].index(tag) :]
        elif tag in BLOCKS:
            self._block()
            if tag == "blockquote":
                self.quoted = max(self.quoted - 1, 0)
                if tag == "p":
                    self._line()
            elif tag == "p":
                self._line()

    def handle_data(self, data: str) -> None:
        if self.unseen:
            return
        words = SPACES.sub(" ", data.replace("\xa0", " "))
        if not self.lines[-1]:
            words = words.lstrip()
        if words:
            self._mark()
            self.lines[-1] += words

    def _mark(self) -> None:
        if self.quoted and not self.lines[-1]:
            self.lines[-1] = ">" * self.quoted + " "

    def _block(self) -> None:
        if self.lines[-1]:
            self._line()

    def _line(self) -> None:
        self._mark()
        self.lines[-1] = self.lines[-1].rstrip()
        self.lines.append("")


def text_of(html: str) -> str:
    """Plain text, lines as they would stand on a screen."""
    words = _Words()
    words.feed(html)
    words.close()
    return BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in words.lines)).strip()
