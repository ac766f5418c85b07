"""Complaints and requests, by number, order or invoice, and words of the title."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from complaints.models import Case, CaseWord
from crm.search.asking import Asked
from crm.search.hits import Explanation, Field, Hit, Kind, Reason

CASES = "cases"


def cases_found(user, asked: Asked, limit: int, *, alike: bool) -> Kind:
    """The one with the number, then those of the order, then the newest with the words."""
    ways = asked.ways(CaseWord.objects.all(), alike=alike)
    found = Case.objects.visible_to(user).found(
        number=None if alike else asked.case, text=asked.text, ways=ways, most=limit + 1
    )
    rows = list(found)
    hits = [_hit(case, asked, ways) for case in rows]
    return Kind(CASES, _("Complaints and requests"), hits[:limit], len(hits) > limit)


def _hit(case: Case, asked: Asked, ways) -> Hit:
    fields = [
        Field(_("title"), case.title, shown="title"),
        Field(_("order or invoice"), case.order_reference),
        Field(_("caller"), case.caller_name),
        Field(_("phone"), case.caller_phone),
        Field(_("e-mail"), case.caller_email),
    ]
    told = Explanation(fields, asked, ways)
    has_number = case.pk == asked.case
    day = date_format(localtime(case.received_at), "SHORT_DATE_FORMAT")
    return Hit(
        of=case,
        customer=case.customer_id,
        title=told.shown("title", case.title),
        whose=told.shown("whose", case.who),
        number=told.shown("number", case.reference),
        facts=[case.get_state_display(), day],
        reasons=[Reason(_("number"))] if has_number else told.reasons,
        is_exact=has_number and asked.names_case,
    )
