"""Contacts, who took part, what was heard and files of the demo, on their way into tables."""

import datetime as dt
import io
import struct
import zlib

import numpy as np
import pandas as pd
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from fpdf import FPDF

from crm.accounts.models import User
from crm.demo import people
from crm.demo.draws import coins
from crm.demo.keeping_words import CHINESE_COMPETITORS
from crm.platform import uploads
from crm.platform.bulk import copy_rows
from customers.models import Attachment, Competitor, CompetitorPresence, Interaction

# More than one of theirs, and a colleague, came to so many of the visits and meetings.
OTHERS, COLLEAGUES = 0.55, 0.3
FILES = 8
SET_DETAILS = """
    UPDATE customers_contact c SET attitude = d.attitude, channel = d.channel,
        consent = d.consent, consent_on = d.consent_on, birthday = d.birthday, customs = d.customs
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::date[], %s::date[],
        %s::text[]) AS d (id, attitude, channel, consent, consent_on, birthday, customs)
    WHERE c.id = d.id
"""
# Nobody left before the last time that somebody spoke to them.
SET_DEPARTED = """
    UPDATE customers_contact c SET left_on = greatest(d.left_on, (
        SELECT max(i.at)::date + 1 FROM customers_interaction i WHERE i.contact_id = c.id))
    FROM unnest(%s::bigint[], %s::date[]) AS d (id, left_on) WHERE c.id = d.id
"""
SET_HEARD = """
    UPDATE customers_interaction i SET heard = string_to_array(d.heard, ','),
        competitor_id = d.competitor
    FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS d (id, heard, competitor)
    WHERE i.id = d.id
"""
NOTES = {
    "Minutes 会议纪要.txt": "Two call-offs a month, one price until June.\n每月提货两次。\n",
    "Stock list 库存清单.csv": "item,minimum,maximum\nGloves 手套,200,800\nSeals 密封圈,50,300\n",
}


def add_people(seed: int, rows: pd.DataFrame, contacts: pd.Series, today: dt.date) -> None:
    """What is known of the contacts, and what came out of the talks with them."""
    _know(seed, rows, contacts, today)
    talks = list(
        Interaction.objects.filter(contact__in=contacts.tolist())
        .order_by("pk")
        .values_list("pk", "customer", "contact", "by", "kind", "subject")
    )
    _hear(seed, talks, dict(zip(contacts.tolist(), rows["language"], strict=True)))
    _meet(seed, talks, rows, contacts)
    _attach(talks)


def _know(seed: int, rows: pd.DataFrame, contacts: pd.Series, today: dt.date) -> None:
    found = people.details(seed, rows, today)
    columns = ("attitude", "channel", "consent", "consent_on", "birthday", "customs")
    gone = people.departed(seed, rows, today)
    with connection.cursor() as cursor:
        values = [found[column].tolist() for column in columns]
        cursor.execute(SET_DETAILS, [contacts.tolist(), *values])
        cursor.execute(SET_DEPARTED, [contacts[gone.index].tolist(), gone.tolist()])


def _hear(seed: int, talks: list[tuple], languages: dict[int, str]) -> None:
    """A competitor who is at the customer is named, else one of its country."""
    present = dict(CompetitorPresence.objects.values_list("customer", "competitor"))
    every = list(Competitor.objects.order_by("pk").values_list("pk", flat=True))
    chinese, others = every[:CHINESE_COMPETITORS], every[CHINESE_COMPETITORS:]
    ids, flags, named = [], [], []
    found = people.heard(seed, [talk[5] for talk in talks])
    for (pk, customer, contact, *_rest), heard in zip(talks, found, strict=True):
        if heard:
            rivals = others if languages[contact] == "en" else chinese
            rival = present.get(customer, rivals[customer % len(rivals)])
            ids.append(pk)
            flags.append(",".join(heard))
            named.append(rival if "competitor" in heard else None)
    with connection.cursor() as cursor:
        cursor.execute(SET_HEARD, [ids, flags, named])


def _meet(seed: int, talks: list[tuple], rows: pd.DataFrame, contacts: pd.Series) -> None:
    """Who else of theirs and of us was there."""
    meetings = [talk for talk in talks if talk[4] in ("visit", "meeting")]
    luck = coins(seed, "meet", np.arange(len(meetings))[:, None], np.arange(2)[None, :])
    beside = _beside(rows, contacts)
    mates = _mates()
    theirs, ours = [], []
    for (pk, _customer, contact, by, _kind, _subject), (other, mate) in zip(
        meetings, luck, strict=True
    ):
        if other < OTHERS and beside.get(contact):
            theirs.append((pk, beside[contact]))
        if mate < COLLEAGUES and mates.get(by):
            ours.append((pk, mates[by]))
    through = Interaction.contacts.through, Interaction.colleagues.through
    copy_rows(through[0]._meta.db_table, ("interaction_id", "contact_id"), theirs)
    copy_rows(through[1]._meta.db_table, ("interaction_id", "user_id"), ours)


def _beside(rows: pd.DataFrame, contacts: pd.Series) -> dict[int, int]:
    """By contact: the next one of the same customer who is there."""
    there = rows[~rows["left"]]
    following = there.groupby("ordinal").apply(
        lambda group: pd.Series(np.roll(contacts[group.index], -1), index=contacts[group.index]),
        include_groups=False,
    )
    pairs = zip(following.index.get_level_values(-1), following, strict=True)
    return {int(one): int(other) for one, other in pairs if one != other}


def _mates() -> dict[int, int]:
    """By account manager: the next one of the team."""
    found: dict[int, int] = {}
    teams: dict[int, list[int]] = {}
    users = User.objects.active().filter(role="account_manager").order_by("pk")
    for pk, team in users.values_list("pk", "team"):
        teams.setdefault(team, []).append(pk)
    for mates in teams.values():
        found |= {one: mates[(place + 1) % len(mates)] for place, one in enumerate(mates)}
    return {one: mate for one, mate in found.items() if one != mate}


def _attach(talks: list[tuple]) -> None:
    """A few files on the newest visits."""
    made = [
        *(SimpleUploadedFile(name, text.encode()) for name, text in NOTES.items()),
        SimpleUploadedFile("Proposal.pdf", _pdf("Proposal: min-max stock at the point of use")),
        SimpleUploadedFile("Shelf 货架.png", _png(96, 64)),
    ]
    visits = [talk for talk in talks if talk[4] == "visit"][-FILES:]
    for place, (pk, customer, _contact, by, _kind, _subject) in enumerate(visits):
        file = made[place % len(made)]
        Attachment.objects.create(
            customer_id=customer, interaction_id=pk, uploaded_by_id=by, **uploads.store(file)
        )


def _pdf(title: str) -> bytes:
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=16)
    document.cell(text=title)
    return bytes(document.output())


def _png(width: int, height: int) -> bytes:
    """A plain picture: a green field with a lighter frame."""
    picture = np.full((height, width, 3), (31, 98, 74), dtype=np.uint8)
    picture[:4] = picture[-4:] = picture[:, :4] = picture[:, -4:] = (167, 211, 190)
    lines = b"".join(b"\0" + line.tobytes() for line in picture)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    out = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    out.seek(0, io.SEEK_END)
    for kind, content in ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")):
        out.write(struct.pack(">I", len(content)) + kind + content)
        out.write(struct.pack(">I", zlib.crc32(kind + content)))
    return out.getvalue()
