"""What somebody has written anew in a mail, without what it quotes and without the signature.

Own rules and no library: those at hand know the mail programs of the West, and cut a reply that
stands below or between what it quotes. Where nothing would be left, everything is shown.
"""

import re
from itertools import islice

QUOTED = re.compile(r"^\s*(?:>|\|\s)")
# Lines after which only history comes. QQ, Foxmail, 163, Outlook, old and new.
DIVIDER = re.compile(
    r"^\s*>*\s*(?:"
    r"[-_*=]{2,}\s*(?:original message|original appointment|reply message|ursprüngliche nachricht"
    r"|message d'origine|原始邮件|原始郵件|原邮件|邮件原件|回复的原邮件|回复的邮件|original)"
    r"\s*[-_*=]{2,}"
    r")\s*$",
    re.IGNORECASE,
)
RULE = re.compile(r"^\s*_{20,}\s*$")
FORWARD = re.compile(
    r"^\s*[-_*]{2,}\s*(?:forwarded message|begin forwarded message|转发的邮件|转发邮件信息|转发邮件"
    r"|轉寄郵件)\s*[-_*]{2,}\s*$|^\s*begin forwarded message:\s*$",
    re.IGNORECASE,
)
# "On Mon, 2 Nov 2026 at 10:00, Ann wrote:" and its like, over at most three lines.
ATTRIBUTION = re.compile(
    r"^\s*(?:"
    r"on\b.{6,250}\bwrote\s*:"
    r"|at\s+\d{4}-\d\d-\d\d.{2,200}\bwrote\s*:"
    r"|.{0,120}<[^<>@\s]+@[^<>\s]+>\s*(?:wrote|写道|寫道)\s*[:：]"
    r"|(?:在|於|于)?\s*\d{4}\s*[-/年].{2,200}(?:写道|寫道|編寫|编写)\s*[:：]"
    r"|.{1,80}(?:于|於|在)\s*\d{4}\s*[-/年].{2,120}(?:写道|寫道)\s*[:：]"
    r"|am\b.{6,200}\bschrieb.{0,120}:"
    r"|le\b.{6,200}\ba écrit\s*:"
    r")\s*$",
    re.IGNORECASE | re.DOTALL,
)
LONGEST_ATTRIBUTION = 3  # lines
MOST_WORDS = 400  # characters
HEADER = re.compile(
    r"^\s*\*?(from|sent|date|to|cc|subject|发件人|发送时间|发送日期|日期|时间|收件人|抄送人?|主题"
    r"|寄件者|寄件日期|收件者|主旨|副本)\s*\*?\s*[:：]\*?",
    re.IGNORECASE,
)
SENDERS = {"from", "发件人", "寄件者"}
FEWEST_HEADERS = 3
SIGNATURE = re.compile(r"^--\s?$")
SENT_FROM = re.compile(
    r"^\s*(?:sent from my \w[\w ]{1,30}|get outlook for \w{2,10}.{0,40}"
    r"|sent from mail for windows.{0,20}"
    r"|(?:获取|下载)\s?outlook for \w{2,10}"
    r"|发自我的\s?\w{2,20}.{0,10}|来自我的\s?\w{2,20}.{0,10}|从\s?.{1,20}\s?发送|發自我的\s?\w{2,20}"
    r"|发送自\s?.{1,30})\s*$",
    re.IGNORECASE,
)
LONGEST_SIGNATURE = 12
BLANK_LINES = re.compile(r"\n{3,}")


def said(text: str) -> str:
    """The new words of a mail; all of it where there are none."""
    lines = _lines(text)
    new = _joined(_without_signature(_without_quotes(_without_history(lines))))
    return new or _joined(lines)


def tidy(text: str) -> str:
    """All words, without what can't be seen: what `said` leaves where it cuts nothing."""
    return _joined(_lines(text))


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _joined(lines: list[str]) -> str:
    return BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _without_history(lines: list[str]) -> list[str]:
    """Up to where an older mail begins that is not marked line by line."""
    for at, line in enumerate(lines):
        if FORWARD.match(line):
            return lines  # what somebody passes on is what they want to say
        if DIVIDER.match(line):
            return lines[:at]
        if _is_block_of_headers(lines, at):
            return [one for one in lines[:at] if not RULE.match(one)]
        if (end := _attribution_end(lines, at)) and not _is_quoted_after(lines, end):
            # Unmarked below it: 163, Foxmail, and Outlook on a phone.
            return lines[:at]
    return lines


def _is_block_of_headers(lines: list[str], at: int) -> bool:
    """ "From: … Sent: … To: …" in neighbouring lines, as Outlook begins what it quotes."""
    first = HEADER.match(lines[at])
    if not first or first[1].lower() not in SENDERS:
        return False
    near = [line for line in lines[at : at + 8] if line.strip()]
    return sum(1 for line in near if HEADER.match(line)) >= FEWEST_HEADERS


def _attribution_end(lines: list[str], at: int) -> int:
    """Where the words end that say who wrote what follows; 0 where none begin here."""
    if not lines[at].strip() or QUOTED.match(lines[at]):
        return 0
    for end in range(at + 1, min(at + LONGEST_ATTRIBUTION, len(lines)) + 1):
        if not lines[end - 1].strip():
            return 0
        words = " ".join(line.strip() for line in lines[at:end])
        is_short = len(words) <= MOST_WORDS and words.endswith((":", "："))
        if is_short and ATTRIBUTION.match(words):
            return end
    return 0


def _is_quoted_after(lines: list[str], end: int) -> bool:
    following = next((line for line in islice(lines, end, None) if line.strip()), "")
    return bool(QUOTED.match(following))


def _without_quotes(lines: list[str]) -> list[str]:
    """Without marked lines; with them where somebody answers between them, point by point."""
    runs = _runs(lines)
    quotes = [is_quote for is_quote, run in runs if is_quote or _joined(run)]
    if any(True in quotes[:at] and True in quotes[at:] for at, one in enumerate(quotes) if not one):
        return lines
    kept: list[str] = []
    for is_quote, run in runs:
        if not is_quote:
            kept += run
    return kept


def _runs(lines: list[str]) -> list[tuple[bool, list[str]]]:
    """Stretches of quoted and of own lines; the words before a quote belong to it."""
    marks = [bool(QUOTED.match(line)) for line in lines]
    for at in range(len(lines)):
        end = _attribution_end(lines, at)
        if end and _is_quoted_after(lines, end):
            marks[at:end] = [True] * (end - at)
    runs: list[tuple[bool, list[str]]] = []
    for line, mark in zip(lines, marks, strict=True):
        # A blank line belongs to what stands before it.
        if runs and (runs[-1][0] == mark or not line.strip()):
            runs[-1][1].append(line)
        else:
            runs.append((mark, [line]))
    return runs


def _without_signature(lines: list[str]) -> list[str]:
    for at in [at for at, line in enumerate(lines) if SIGNATURE.match(line)][-1:]:
        if sum(1 for line in lines[at + 1 :] if line.strip()) <= LONGEST_SIGNATURE:
            return lines[:at]
    return [line for line in lines if not SENT_FROM.match(line)]
