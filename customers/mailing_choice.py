"""Whom a news mailing goes to, and who of those chosen gets none and why: one query for both.

The customers are those of the list's filter that its maker sees, whoever presses the button; the
contacts are those of the chosen roles who have not left.
"""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import Lower, RowNumber
from django.http import QueryDict

from crm.accounts.models import Team, User
from crm.platform.models import Installation
from customers.forms.listing import CustomerFilter, owners_of
from customers.models import Contact, Mailing, MailingRecipient, Standing, Tag

Skip = MailingRecipient.Skip
NAMES = 20
HAN = "[\u4e00-\u9fff]"
# Each reason with each language, and each reason with all languages together (null).
COUNT = """
    SELECT verdict, speaks, count(*), count(DISTINCT customer_id)
    FROM ({query}) AS found (customer_id, contact_id, verdict, speaks)
    GROUP BY GROUPING SETS ((verdict, speaks), (verdict))
"""


@dataclass(frozen=True)
class Choice:
    """How many mails it would be, in which languages, how many get none and why."""

    mails: int
    customers: int
    languages: dict[str, int]
    skipped: dict[str, int]
    names: list[Contact]
    refused: list[str]  # filters that can't be understood (any more)


def filter_of(user: User, criteria: str) -> CustomerFilter:
    """The filter of the customers' list that the address says, with this person's choices."""
    teams = Team.objects.all()
    return CustomerFilter(
        QueryDict(criteria),
        user=user,
        people=owners_of(user, list(User.objects.all())),
        teams=[team for team in teams if user.sees_all_customers or team.pk == user.team_id],
        tags=Tag.objects.all(),
        choices=Standing.objects.choices(user),
    )


def refused_by(form: CustomerFilter) -> list[str]:
    """Filters that would be left out: a mailing must not go to more people than was meant."""
    unknown = [name for name, value in form.data.items() if value and name not in form.fields]
    return form.refused + unknown


def contacts_of(mailing: Mailing, form: CustomerFilter) -> QuerySet[Contact]:
    """Contacts with `verdict` (why they get none, empty: they get one) and `speaks`."""
    maker, today = mailing.made_by, Installation.cached().today()
    customers = Standing.objects.visible_to(maker).owned_by(form.whose, maker)
    customers = customers.matching(form.criteria, today).filter(is_active=True)
    there = Q(left_on=None) | Q(left_on__gt=today)
    people = Contact.objects.filter(there, erased_at=None, customer__in=customers.values("pk"))
    if mailing.roles:
        people = people.filter(role__in=mailing.roles)
    agreed = Q(consent=Contact.Consent.GIVEN) & ~Q(email="")
    place = Window(
        RowNumber(),
        partition_by=[Lower("email"), Case(When(agreed, then=True), default=False)],
        order_by=["customer_id", "pk"],
    )
    verdict = Case(
        When(~Q(consent=Contact.Consent.GIVEN), then=Value(Skip.NO_CONSENT)),
        When(email="", then=Value(Skip.NO_ADDRESS)),
        When(place__gt=1, then=Value(Skip.SAME_ADDRESS)),
        default=Value(Skip.SENT),
    )
    speaks = Case(
        When(language__gt="", then=F("language")),
        When(Q(name__regex=HAN) | Q(customer__name__regex=HAN), then=Value("zh-hans")),
        default=Value("en"),
    )
    return people.annotate(place=place).annotate(verdict=verdict, speaks=speaks)


def choose(mailing: Mailing, form: CustomerFilter | None = None) -> Choice:
    """What sending it now would do; `form` is its filter, where it was read already."""
    form = form or filter_of(mailing.made_by, mailing.criteria)
    people = contacts_of(mailing, form)
    columns = ("customer_id", "pk", "verdict", "speaks")
    query, parameters = people.values_list(*columns).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(query=query), parameters)
        rows = cursor.fetchall()
    sent = {language: number for verdict, language, number, _many in rows if not verdict}
    customers = sent.pop(None, 0) and next(row[3] for row in rows if row[:2] == ("", None))
    chosen = people.filter(verdict=Skip.SENT).select_related("customer")
    return Choice(
        mails=sum(sent.values()),
        customers=customers,
        languages=sent,
        skipped={
            verdict: number for verdict, words, number, _many in rows if verdict and not words
        },
        names=list(chosen.order_by("name", "pk")[:NAMES]),
        refused=refused_by(form),
    )
