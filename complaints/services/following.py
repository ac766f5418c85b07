"""Who hears of a case by the bell: who watches it, who is mentioned, who is put in charge."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from complaints import rights
from complaints.models import Case, CaseEvent, CaseWatch
from complaints.states import BEGINNING, Action
from crm.accounts.models import User
from customers.models import Notice
from customers.services.following import give, mentioned, notices


def is_watching(user: User, case: Case) -> bool:
    return CaseWatch.objects.filter(user=user.pk, case=case).exists()


def watch(*, user: User, case: Case, on: bool) -> None:
    """Begin or end to watch a case; twice is the same as once."""
    if on:
        CaseWatch.objects.get_or_create(user=user, case=case)
    else:
        CaseWatch.objects.filter(user=user.pk, case=case).delete()


def called_by(case: Case, text: str) -> list[User]:
    """The colleagues whom a comment calls by @username, and who may see the case."""
    return [user for user in mentioned(text) if rights.sees(user, case.customer_id)]


def tell_of(case: Case, event: CaseEvent) -> None:
    """Notices of what just happened, each once; never to who did it."""
    called = called_by(case, event.reason) if event.action == Action.COMMENT else []
    if called:
        for user in called:
            watch(user=user, case=case, on=True)
        give(_notices(called, event, "mention", Notice.Kind.MENTION))
    given = event.data.get("values", {}).get("owner") if event.action != Action.LOG else None
    if given:
        give(_notices(User.objects.active().filter(pk=given), event, "given"))
    if event.before not in (BEGINNING, event.after):
        watching = User.objects.active().filter(case_watches__case=case).exclude(pk=given)
        give(_notices(watching, event, "moved"))


def tell_of_moves(events: Sequence[CaseEvent]) -> None:
    """Notices to who watches cases that moved on by themselves, many at once."""
    watches = CaseWatch.objects.filter(case__in=[event.case_id for event in events])
    watching = defaultdict(list)
    for each in watches.filter(user__is_active=True).select_related("user"):
        watching[each.case_id].append(each.user)
    give([notice for one in events for notice in _notices(watching[one.case_id], one, "moved")])


def _notices(
    users: Iterable[User], event: CaseEvent, what: str, kind: str = Notice.Kind.CASE
) -> list[Notice]:
    """To each in their own language; only to those who still see the case."""
    case, found, by_language = event.case, [], defaultdict(list)
    for user in users:
        if rights.sees_case(user, case):
            by_language[user.language or settings.LANGUAGE_CODE].append(user)
    for language, readers in by_language.items():
        with translation.override(language):
            found += notices(
                users=readers,
                customer=case.customer,
                kind=kind,
                cause=f"case:{case.pk}:{what}:{event.seq}",
                text=_words(event) if what == "moved" else str(case),
                by=event.by,
            )
    return found


def _words(event: CaseEvent) -> str:
    return _("%(reference)s %(action)s: %(title)s") % {
        "reference": event.case.reference,
        "action": event.get_action_display(),
        "title": event.case.title,
    }
