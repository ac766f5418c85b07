"""News mailings of the demo company: one that was sent to who had agreed, and a draft."""

import datetime as dt

from crm.accounts.models import User
from crm.demo.bulk import new_ids
from crm.demo.draws import coins, midnight
from crm.demo.records import INTERACTION_COLUMNS
from crm.platform.bulk import copy_rows
from crm.platform.models.texts import in_language
from customers.models import Contact, Interaction, Mailing, MailingRecipient

WANTS_NO_MORE = 0.015
SENT_DAYS_AGO = 41
AUTUMN = {
    "name": "Autumn range",
    "subjects": {
        "en": "New this autumn: heat-resistant seals and quicker delivery",
        "zh-hans": "秋季新品：耐高温密封件，交付更快",
    },
    "bodies": {
        "en": (
            "our autumn range is in stock: seals for up to 300 °C, and bearings with twice the"
            " service life.\n\nFrom October on we deliver within 24 hours what you order before"
            " noon.\n\nYour account manager will gladly show you samples."
        ),
        "zh-hans": (
            "我们的秋季新品已到货：耐温可达300 °C的密封件，以及使用寿命翻倍的轴承。\n\n"
            "从十月起，中午12点前的订单24小时内送达。\n\n您的客户经理很乐意为您带来样品。"
        ),
    },
}
WINTER = {
    "name": "Stock before the holidays",
    "subjects": {
        "en": "Order by mid-December, work through the holidays",
        "zh-hans": "节前备货提醒",
    },
    "bodies": {
        "en": (
            "between the holidays our warehouse is closed for eight days. What you order by"
            " 15 December is with you before.\n\nTell us what you need, and we reserve it."
        ),
        "zh-hans": "春节期间我们的仓库将休息八天。请提前告诉我们您的需求，我们为您预留库存。",
    },
    "criteria": "owner=all&tier=A",
}


def add(seed: int, writer: User, today: dt.date) -> dict[int, tuple[dt.date, int]]:
    """The sent mailing and the draft; day and interaction by customer that got it."""
    day = today - dt.timedelta(days=SENT_DAYS_AGO)
    day -= dt.timedelta(days=max(day.weekday() - 3, 0))
    at = midnight(day) + dt.timedelta(hours=9)
    sent = Mailing.objects.create(**AUTUMN, made_by=writer, state="sent", sent_at=at)
    draft = Mailing.objects.create(**WINTER, made_by=writer)
    for mailing, before in ((sent, 3), (draft, 0)):
        made = at - dt.timedelta(days=before) if mailing is sent else midnight(today)
        Mailing.objects.filter(pk=mailing.pk).update(made_at=made)
    languages = _send(seed, sent)
    pks = new_ids(Interaction, len(languages))
    rows = [
        (pk, customer, "news", "out", at, writer.pk, None, in_language(sent.subjects, language))
        for pk, (customer, language) in zip(pks, languages.items(), strict=True)
    ]
    columns = ("id", *INTERACTION_COLUMNS)
    copy_rows("customers_interaction", columns, [(*row, "", "", at) for row in rows])
    return {customer: (day, pk) for pk, customer in zip(pks, languages, strict=True)}


def _send(seed: int, mailing: Mailing) -> dict[int, str]:
    """A recipient for each contact of the active customers; the language of those who got it."""
    people = Contact.objects.filter(left_on=None, customer__is_active=True)
    columns = ("pk", "customer", "email", "consent", "language", "name")
    rows, seen, languages = [], set(), {}
    for place, row in enumerate(people.order_by("customer", "pk").values_list(*columns)):
        pk, customer, email, consent, language, name = row
        why = "" if consent == "given" else "consent"
        why = why or ("address" if not email else "same" if email.lower() in seen else "")
        no_more = None
        if not why:
            seen.add(email.lower())
            languages.setdefault(customer, language or ("en" if name.isascii() else "zh-hans"))
            luck = float(coins(seed, "no more", place))
            hours = dt.timedelta(hours=2 + 90 * luck / WANTS_NO_MORE)
            no_more = mailing.sent_at + hours if luck < WANTS_NO_MORE else None
        rows.append((mailing.pk, customer, pk, why, no_more))
    copy_rows(
        MailingRecipient._meta.db_table,
        ("mailing_id", "customer_id", "contact_id", "skipped", "refused_at"),
        rows,
    )
    gone = MailingRecipient.objects.filter(mailing=mailing, refused_at__isnull=False)
    Contact.objects.filter(pk__in=gone.values("contact")).update(
        consent=Contact.Consent.REFUSED, consent_on=mailing.sent_at.date()
    )
    return languages
