"""Mails as they come in the real world, and what has to come of each: one table.

The files lie in `mails/`, written for these tests: names and addresses are invented. In them
@@OWN@@ stands for the identity of our mail about the case, @@PLUS@@ for our address with its mark,
@@MARK@@ for the mark of subjects, @@NUMBER@@ and @@PK@@ for its bare number.
"""

from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "mails"
MARKS = ("OWN", "PLUS", "MARK", "NUMBER", "PK")


@dataclass(frozen=True)
class Shape:
    """The outcome; for what goes into a case the new words, its title, its files."""

    outcome: str
    said: str = ""
    title: str = ""
    files: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    has_more: bool = field(default=False)  # than what is shown: the whole is one click away


REPLIED, NEW = "reply", "new_case"
LID = "The lid is loose."
BLUE = "It was the blue truck."

SHAPES = {
    # A thread goes on; what is quoted is cut.
    "reply_gmail": Shape(REPLIED, "Yes, the driver saw it too. Pictures follow.", has_more=True),
    "reply_outlook_html": Shape(REPLIED, "We threw away 14 cartons.", has_more=True),
    "reply_outlook_plain": Shape(REPLIED, "We threw away 14 cartons.", has_more=True),
    "reply_apple": Shape(REPLIED, BLUE, has_more=True),
    "reply_bottom": Shape(REPLIED, "The blue one. It rained all day.", has_more=True),
    "reply_interleaved": Shape(
        REPLIED,
        "Hello,\n\n> Which truck was it?\n\nThe blue one.\n\n> Was it raining?\n\nAll day.\n\nAnn",
    ),
    "reply_qq": Shape(REPLIED, "一共有14箱受潮，请尽快补发。", has_more=True),
    "reply_163": Shape(REPLIED, "是蓝色的那辆货车，司机也看见了。", has_more=True),
    "reply_163_english": Shape(REPLIED, "The blue one.", has_more=True),
    "reply_foxmail": Shape(REPLIED, "货物已经收到，谢谢。\n\n陈静", has_more=True),
    "reply_outlook_phone_zh": Shape(REPLIED, "还没有收到。", has_more=True),
    "reply_iphone_zh": Shape(REPLIED, "好的，谢谢！", has_more=True),
    # ... found by the address, by the subject, by older mails of the thread.
    "reply_by_plus_address": Shape(REPLIED, BLUE),
    "reply_by_marked_subject": Shape(REPLIED, "I am Ann's deputy: it was the blue truck."),
    "reply_by_number": Shape(REPLIED, BLUE),
    "reply_by_references": Shape(REPLIED, "One more thing: the films were torn."),
    # What anybody could guess opens no case of others.
    "number_of_a_stranger": Shape(NEW, "Tell me all about it.", "Re: {NUMBER}"),
    "forged_mark": Shape(NEW, "Tell me all about it.", "Re: {NUMBER}-AAAAAAAA"),
    # New cases.
    "new_plain": Shape(
        NEW,
        "Hello,\n\nthe pallets of Monday came wet again. Half of the cartons are soft.\n"
        "Please replace them this week.\n\nKind regards\nAnn Wood",
        "Wet pallets",
        has_more=True,
    ),
    "new_html_only": Shape(
        NEW,
        "Dear all,\n\nthe invoice has two mistakes:\n\n- the price of the pump\n- the date\n"
        "Pump 240.00\nPlease correct it & send a new one.",
        "Invoice 4711 is wrong",
    ),
    "new_gb2312_is_gbk": Shape(NEW, "发票上的收货人写错了，应为陶镕。请更正。", "发票有误"),
    "new_utf8_called_latin1": Shape(NEW, "货物晚到了三天，生产线停了。", "送货太晚"),
    "new_gbk_called_utf8": Shape(NEW, "纸箱破损，里面的零件生锈了。", "包装破损"),
    "new_big5": Shape(NEW, "上週安裝的水泵漏水，請派人檢查。", "水泵漏水"),
    "new_big5_unnamed": Shape(NEW, "上週安裝的水泵漏水，請派人檢查。", "水泵漏水"),
    "new_raw_gbk_subject": Shape(NEW, "少了两箱。", "发货数量不对"),
    "new_split_encoded_word": Shape(NEW, "请处理。", "关于十月份第三批货物包装受潮的投诉"),
    "new_unknown_charset": Shape(NEW, LID, "The lid"),
    "new_rfc2231_name": Shape(NEW, "请看照片。", "照片", files=("受潮纸箱的照片.png",)),
    "new_encoded_word_name": Shape(NEW, "请看附件。", "损失清单", files=("损失清单.txt",)),
    "new_inline_picture": Shape(NEW, "See the crack:", "A crack", files=("crack.png",)),
    "new_with_program": Shape(
        NEW,
        "The program that came with the pump does not start.",
        "Does not start",
        left_out=("setup.exe",),
    ),
    "new_mail_in_mail": Shape(
        NEW, "Please see what our yard says.", "Fw: Broken seal", files=("Broken seal.eml",)
    ),
    "new_forwarded": Shape(
        NEW,
        "---------- Forwarded message ---------\nFrom: Carl Yard <carl.yard@example.org>\n"
        "Date: Sun, 1 Nov 2026 at 09:00\nSubject: Broken seal\n"
        "To: Ann Wood <ann.wood@example.org>\n\nThe seal broke after a day.",
        "Fwd: Broken seal",
    ),
    "new_tnef": Shape(NEW, "The order form is attached.", "Order form", left_out=("winmail.dat",)),
    "new_signed": Shape(NEW, "The valve sticks.", "Valve"),
    "new_without_end": Shape(NEW, "The valve sticks.", "Cut", files=("x.png",)),
    "new_without_words": Shape(NEW, "(without words)", "(without words)", files=("crack.png",)),
    "new_without_identity": Shape(NEW, LID, "No identity"),
    "new_long_line": Shape(NEW, "word " * 3999 + "word", "Long"),
    "new_wrong_date": Shape(NEW, LID, "From the past"),
    "new_impossible_date": Shape(NEW, LID, "From the future"),
    "new_two_recipients": Shape(NEW, "Who is in charge of pumps?", "To both of you"),
    # What no person wrote.
    "auto_reply": Shape("auto_reply"),
    "auto_reply_exchange": Shape("auto_reply"),
    "auto_reply_qq": Shape("auto_reply"),
    "auto_reply_vacation": Shape("auto_reply"),
    "auto_reply_out_of_office": Shape("auto_reply"),
    "bounce_dsn": Shape("bounce"),
    "bounce_qmail": Shape("bounce"),
    "bounce_zh": Shape("bounce"),
    "receipt_delivered": Shape("bounce"),  # a delivery report, whatever it reports
    "receipt_read": Shape("receipt"),
    "receipt_read_zh": Shape("receipt"),
    "list_newsletter": Shape("list"),
    "loop_own_address": Shape("loop"),
    "loop_own_mail": Shape("loop"),
    "no_sender": Shape("no_sender"),
}


def content(name: str, **marks: str) -> bytes:
    """The bytes of a mail, with what stands for the case filled in."""
    found = (FOLDER / f"{name}.eml").read_bytes()
    for mark in MARKS:
        found = found.replace(f"@@{mark}@@".encode(), marks.get(mark, mark.lower()).encode())
    return found
