"""On Chinese pages stands Chinese: what else is there are names, other data and known words."""

import re
from collections.abc import Iterable
from functools import cache
from html.parser import HTMLParser

from django.db import connection

from crm.tests.browser.site import SALES

# Names of things that have no Chinese one, and examples of what one may type.
KNOWN = {
    *("Perennial", "English", "A", "B", "C", "ABC", "H", "GBP", "CNY", "ERP", "MB", "TOTP"),
    *("TARP", "Wilson", "Laney", "Shewhart", "gov.uk/bank-holidays"),
    *("SVG", "PNG", "IMAP_HOST", "IMAP_USER", "IMAP_PASSWORD", "docs/operations.md"),
    *("CSV", "XLSX", "Excel", "GB18030", "UTF-8", "UTF-16", "gzip", "zzzzz"),
    *("MBG/NBD", "BG/NBD", "Gamma-Gamma", "Europe/London", "Asia/Shanghai"),
    *("NPS", "NPS A", "NPS B", "CES", "SERVQUAL", "Fieller", "Fisher", "Wald", "Welch", "Bonett"),
    *("n", "N", "Ctrl", "Command", "Mac", "Outlook", "Apple", "Google"),
    *("p", "q", "v", "OpenAPI", "AUC", "Brier", "RFM", "Kaplan", "Meier", "Q1", "Q2", "Q3", "Q4"),
}
# Columns of text that people or other systems have written.
WRITTEN = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type IN ('character varying', 'text') AND (
        table_name ~ '^(customers|accounts)_' AND table_name <> 'customers_searchtoken'
            AND column_name NOT IN ('kind', 'state', 'stage', 'signal', 'role', 'roles',
                'direction', 'origin', 'value_band', 'theme', 'language', 'action', 'phase')
        OR table_name = 'platform_installation' AND column_name = 'name'
        OR table_name = 'platform_webhook' AND column_name = 'url'
        OR table_name = 'complaints_case' AND column_name IN ('title', 'description', 'scope',
            'caller_name', 'caller_email', 'immediate_action', 'root_cause_notes',
            'order_reference')
        OR table_name = 'complaints_caseevent' AND column_name = 'reason'
        OR table_name = 'complaints_correctiveaction'
            AND column_name IN ('what', 'aim', 'result', 'verdict_words')
        OR table_name = 'complaints_caseattachment' AND column_name = 'name'
        OR table_name = 'complaints_incomingmail' AND column_name = 'text'
        OR table_name = 'lifecycle_nomination' AND column_name IN ('reason', 'end_reason')
        OR table_name = 'lifecycle_nominationreview' AND column_name = 'findings'
        OR table_name = 'lifecycle_fitdecision' AND column_name = 'why'
        OR table_name = 'lifecycle_assessment' AND column_name = 'remarks'
        OR table_name ~ '^lifecycle_(rescue|winback|loss|lostmark|lossreview|.*override)$'
            AND column_name IN ('note', 'why', 'learned', 'reason', 'answer', 'end_reason')
        OR table_name = 'satisfaction_improvementaction'
            AND column_name IN ('what', 'aim', 'result', 'finding', 'cause', 'verification')
        OR table_name = 'satisfaction_feedback' AND column_name IN ('words', 'origin')
        OR table_name = 'satisfaction_collectionplan'
            AND column_name IN ('analysed', 'acted_on', 'verified')
        OR table_name = 'satisfaction_staffcompetence' AND column_name = 'remarks'
        OR table_name IN ('satisfaction_selfassessment', 'satisfaction_loopstep')
            AND column_name = 'words'
        OR table_name = 'satisfaction_wave' AND column_name IN ('name', 'purpose')
        OR table_name = 'satisfaction_invitation' AND column_name = 'email'
        OR table_name = 'satisfaction_answer' AND column_name = 'text')
"""
# What people have said, in the notes of events, and written in news; and papers that a Chinese text
# names as they are called.
SAID = """
    SELECT value FROM complaints_caseevent, jsonb_each_text(data)
    WHERE key IN ('told', 'waiting_for', 'recourse')
    UNION SELECT value FROM complaints_cannedtext, jsonb_each_text(texts)
    UNION SELECT value FROM complaints_cannedtext, jsonb_each_text(names)
    UNION SELECT value FROM complaints_guideentry, jsonb_each_text(texts)
    UNION SELECT value FROM complaints_guideentry, jsonb_each_text(names)
    UNION SELECT value FROM customers_mailing, jsonb_each_text(bodies)
    UNION SELECT value FROM customers_mailing, jsonb_each_text(subjects)
    UNION SELECT value FROM customers_organisation, jsonb_each_text(custom)
    UNION SELECT source ->> 'zh-hans' FROM satisfaction_instrument WHERE source ? 'zh-hans'
"""
TEXTS = """() => {
    const found = [document.title];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const near = walk.currentNode.parentElement;
        if (!near.closest("script, style, noscript, [lang=en]")) found.push(walk.currentNode.data);
    }
    for (const name of ["aria-label", "placeholder", "title", "alt"]) {
        for (const one of document.querySelectorAll(`[${name}]`)) {
            if (!one.closest("[lang=en]")) found.push(one.getAttribute(name));
        }
    }
    return found.map((text) => text.trim()).filter(Boolean);
}"""
CASE = re.compile(r"\bC\d{5,}\b")
PLACE = re.compile(r"\{[a-z]+\}")  # what a ready text is filled in by
# A date in characters stands among others without blanks.
APART = re.compile(r"[\u4e00-\u9fff] \d{4}年\d+月|年\d+(?:月|月\d+日) [\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_'’./@&+-]*(?: +[A-Za-z][A-Za-z0-9_'’./@&+-]*)*")


def written() -> str:
    """All that stands in the tables, to look things up in."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(SAID)
        found += [row[0] for row in cursor.fetchall()]
        cursor.execute(WRITTEN)
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT DISTINCT "{column}"::text FROM "{table}"')
            found += [row[0] for row in cursor.fetchall() if row[0]]
    # Not casefold(), by which “ß” becomes letters that no page shows.
    return "\n".join([*found, SALES]).lower()


class _Texts(HTMLParser):
    """What TEXTS finds, of a page that no browser has opened."""

    SILENT = ("script", "style", "noscript")
    SHOWN = ("aria-label", "placeholder", "title", "alt")
    WITHOUT_END = ("meta", "link", "input", "img", "br", "hr", "wbr", "source", "col", "use")

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self._open: list[bool] = []  # of each element that is open: whether it is passed over

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        passed = any(self._open[-1:]) or tag in self.SILENT or values.get("lang") == "en"
        if not passed:
            self.found += [values[name] for name in self.SHOWN if values.get(name)]
        if tag not in self.WITHOUT_END:
            self._open.append(passed)

    def handle_endtag(self, tag):
        if tag not in self.WITHOUT_END:
            self._open.pop()

    def handle_data(self, data):
        if not any(self._open[-1:]):
            self.found.append(data)


def texts_of(html: str) -> list[str]:
    """The texts of a page as it leaves the server."""
    parser = _Texts()
    parser.feed(html)
    return [text.strip() for text in parser.found if text.strip()]


def dates_apart(texts: Iterable[str]) -> list[str]:
    """Texts in which a date in characters has a blank beside it."""
    return [text for text in texts if APART.search(text)]


def english_left(texts: Iterable[str], data: str) -> list[str]:
    """The runs of English in the texts of a page that are neither known words nor data."""
    found = set()
    for text in texts:
        text = PLACE.sub("·", CASE.sub("·", text))
        for match in LATIN.finditer(text):
            run = match[0].rstrip(".:-/")
            # Of a long title the page shows the beginning.
            is_cut = match[0].endswith("..") or text.startswith("…", match.end())
            if run not in KNOWN and not _is_written(run.lower(), is_cut, data):
                found.add(run)
    return sorted(found)


@cache
def _is_written(run: str, is_cut: bool, data: str) -> bool:
    """Looked up once: the same names stand on page after page, and the data is megabytes.

    By `find`, which is twenty times as fast as an expression that looks behind itself.
    """
    at = data.find(run)
    while at >= 0:
        end = at + len(run)
        if not _is_letter(data[at - 1 : at]) and (is_cut or not _is_letter(data[end : end + 1])):
            return True
        at = data.find(run, at + 1)
    return False


def _is_letter(one: str) -> bool:
    return "a" <= one <= "z"
