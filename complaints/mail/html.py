"""The words of a mail that was written as HTML; what it quotes gets the marks of plain mails.

Tags are found by our own few lines: the standard library's parser takes time by the square of what
is never closed, and a mail may hold anything.
"""

import re
from html import unescape

BLOCKS = {
    *("p", "div", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("hr", "pre", "blockquote", "section", "article", "header", "footer", "dl", "dt", "dd"),
}
# What stands in them is no text of the page, tags or not.
UNREAD = {"script", "style", "title", "template", "textarea", "noscript"}
TAG = re.compile(
    r"<(/?)([a-zA-Z][\w:-]{0,40})"
    r"""((?:[^<>"']++|"[^"]{0,2000}+"|'[^']{0,2000}+'){0,60}+)>"""
)
SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
BLANK_LINES = re.compile(r"\n{3,}")
HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
DEEPEST = 20


class _Words:
    """Lines of text, while tags come by."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []  # the pieces of the one that is being written
        self.quoted = 0
        # A block that is not shown, and how many of its name are open within it.
        self.hidden, self.depth = "", 0

    def start(self, tag: str, attributes: str) -> None:
        if self.hidden:
            self.depth += tag == self.hidden
        elif tag in BLOCKS and tag != "hr" and HIDDEN.search(attributes):
            self.hidden, self.depth = tag, 1
        elif tag == "br":
            self._end_line()
        elif tag in BLOCKS:
            self._end_block()
            if tag == "blockquote":
                self.quoted = min(self.quoted + 1, DEEPEST)
            if tag == "li":
                self.line.append("- ")
        elif tag == "td" and self.line:
            self.line.append(" ")

    def end(self, tag: str) -> None:
        if self.hidden:
            self.depth -= tag == self.hidden
            if not self.depth:
                self.hidden = ""
        elif tag in BLOCKS:
            self._end_block()
            if tag == "blockquote":
                self.quoted = max(self.quoted - 1, 0)
            elif tag == "p":
                self._end_line()

    def text(self, words: str) -> None:
        if self.hidden or not words:
            return
        words = SPACES.sub(" ", unescape(words))
        if not self.line:
            words = words.lstrip()
        if words:
            self._mark()
            self.line.append(words)

    def _mark(self) -> None:
        if self.quoted and not self.line:
            self.line.append(">" * self.quoted + " ")

    def _end_block(self) -> None:
        if self.line:
            self._end_line()

    def _end_line(self) -> None:
        self._mark()
        self.lines.append("".join(self.line).rstrip())
        self.line = []

    def whole(self) -> str:
        self._end_block()
        return BLANK_LINES.sub("\n\n", "\n".join(self.lines)).strip()


def text_of(html: str) -> str:
    """Plain text, lines as they would stand on a screen."""
    words, at = _Words(), 0
    while at < len(html):
        begin = html.find("<", at)
        words.text(html[at : begin if begin >= 0 else len(html)])
        if begin < 0:
            break
        at = _take(html, begin, words)
    return words.whole()


def _take(html: str, begin: int, words: _Words) -> int:
    """What begins with this "<"; where it ends. What is never closed hides the rest."""
    if html.startswith("<!--", begin):
        return _behind(html, "-->", begin)
    if html.startswith(("<!", "<?"), begin):
        return _behind(html, ">", begin)
    found = TAG.match(html, begin)
    if found is None:
        words.text("<")
        return begin + 1
    tag = found[2].lower()
    if found[1]:
        words.end(tag)
        return found.end()
    words.start(tag, found[3])
    if tag in UNREAD:
        closing = re.compile(f"</{tag}", re.IGNORECASE).search(html, found.end())
        return closing.start() if closing else len(html)
    return found.end()


def _behind(html: str, end: str, begin: int) -> int:
    found = html.find(end, begin)
    return found + len(end) if found >= 0 else len(html)
