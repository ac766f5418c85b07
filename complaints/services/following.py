"""Who hears of a case by the bell: who watches it, who is mentioned, who is put in charge."""

from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from complaints import rights
from complaints.models import Case, CaseEvent, CaseWatch
from complaints.states import BEGINNING, Action
from crm.accounts.models import User
from customers.models import Notice
from customers.services.following import mentioned, tell


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
        _tell(called, case, event, "mention", Notice.Kind.MENTION)
    given = event.data.get("values", {}).get("owner") if event.action != Action.LOG else None
    if given:
        _tell(User.objects.active().filter(pk=given), case, event, "given")
    if event.before not in (BEGINNING, event.after):
        watching = User.objects.active().filter(case_watches__case=case).exclude(pk=given)
        _tell(watching, case, event, "moved")


def _tell(
    users: Iterable[User], case: Case, event: CaseEvent, what: str, kind: str = Notice.Kind.CASE
) -> None:
    """Each in their own language; only those who still see the case."""
    by_language = defaultdict(list)
    for user in users:
        if rights.sees(user, case.customer_id):
            by_language[user.language or settings.LANGUAGE_CODE].append(user)
    for language, readers in by_language.items():
        with translation.override(language):
            words = str(case)
            if what == "moved":
                words = _("%(reference)s %(action)s: %(title)s") % {
                    "reference": case.reference,
                    "action": event.get_action_display(),
                    "title": case.title,
                }
        tell(
            users=readers,
            customer=case.customer,
            kind=kind,
            cause=f"case:{case.pk}:{what}:{event.seq}",
            text=words,
            by=event.by,
        )
